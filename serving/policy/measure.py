"""A measure: the clauses it asks, what it estimates, and the finding both make."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from serving.policy.clause import Clause, Known
from serving.policy.facts import NAMES_ZH, Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Law, Read, assumptions_of
from serving.policy.logic import Truth, Unknown
from serving.policy.size import Sizing

SIZE = "size_class"


@dataclass(slots=True, kw_only=True)
class Estimate:
    """What a measure is worth.

    Attributes:
        amounts: Yuan, rounded to the fen; None where unknown.
        details: What the amounts rest on.
        says: What a PASS tells the officer, without the closing words.
        notes: Assumptions of the calculation, in Chinese.
    """

    amounts: Mapping[str, Decimal | None] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    says: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Judged:
    """What the clauses of a measure make together.

    Attributes:
        result: The result.
        asked: The clauses that are asked.
        values: What each of them gave, by name.
        failed: Those that do not hold.
        unknown: What those lack that could not be judged, by name.
        reads: The numbers of law that those read which made the result.
    """

    result: Result
    asked: list[Clause]
    values: dict[str, Truth]
    failed: list[Clause]
    unknown: dict[str, Unknown]
    reads: list[Read]

    @property
    def deciding(self) -> list[Clause]:
        """The clauses that made the result: those that failed where something failed, otherwise all."""
        return self.failed or self.asked

    def ask(self, clauses: tuple[Clause, ...], facts: Facts, law: Law) -> None:
        """Ask more clauses; FAIL if any fails, else UNKNOWN if any is unknown, else PASS."""
        reads = law.reads
        for clause in clauses:
            start = len(reads)
            value = clause.holds(facts, law)
            if value is None:
                del reads[start:]  # who is not asked decides nothing
                continue
            self.asked.append(clause)
            self.values[clause.name] = value
            if value is False:
                self.failed.append(clause)
                self.reads += reads[start:]
            elif value is not True:
                self.unknown[clause.name] = value
        unsure = Result.UNKNOWN if self.unknown else Result.PASS
        self.result = Result.FAIL if self.failed else unsure

    def missing(self, sizing: Sizing) -> tuple[str, ...]:
        """The missing facts, each once; of a missing size also what would give it."""
        return missing_facts(self.unknown.values(), sizing) if self.unknown else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One of the ten measures.

    Attributes:
        key: Name in findings.
        number: Number among the ten.
        title_zh: Short name.
        authority_zh: Who has the last word.
        beneficiary: Who gains.
        applies: Clauses that say whether the measure speaks of such a firm and loan at all.
        clauses: Its conditions.
        estimate: What it is worth to one firm, given the result, and what the officer reads.
        amounts: Its amounts in yuan by name, unrounded, None where unknown; also of many firms at once.
        marks: What the amounts rest on by name, as far as tables show it; also of many firms at once.
        details: What the finding tells besides, where it is made of what each clause gave to one firm.
    """

    key: str
    number: int
    title_zh: str
    authority_zh: str
    beneficiary: str
    applies: tuple[Clause, ...] = ()
    clauses: tuple[Clause, ...]
    estimate: Callable[[Known, Law, Result], Estimate]
    amounts: Callable[[Known, Law, Known], Mapping[str, Any]] | None = None
    marks: Callable[[Known, Law, Known], Mapping[str, Any]] | None = None
    details: Callable[[Known, Law, Mapping[str, Truth]], Mapping[str, Any]] | None = None

    def judge(self, facts: Facts, law: Law) -> Judged:
        """What the clauses give; those of its conditions only where it applies at all."""
        judged = Judged(Result.PASS, [], {}, [], {}, [])
        judged.ask(self.applies, facts, law)
        if judged.failed:
            judged.result = Result.NOT_APPLICABLE
        else:
            judged.ask(self.clauses, facts, law)
        return judged

    def finding(self, facts: Facts, law: Law, sizing: Sizing) -> Finding:
        """What the measure gives; `facts` already carry the size that `sizing` found."""
        law.reads.clear()
        judged = self.judge(facts, law)
        estimate = self.estimated(facts, law, judged)
        # a failure rests on its failed clauses alone
        reads = judged.reads if judged.failed else law.reads
        missing = judged.missing(sizing)
        assumptions = _assumptions(judged, assumptions_of(reads), estimate, facts, sizing)
        return Finding.of(
            {
                "measure": self.key,
                "number": self.number,
                "as_of": law.day,
                "result": judged.result,
                "passed": tuple([name for name, value in judged.values.items() if value is True]),
                "failed": tuple([clause.name for clause in judged.failed]),
                "unknown": tuple(judged.unknown),
                "missing": missing,
                "amounts": estimate.amounts,
                "details": estimate.details,
                "assumptions": assumptions,
                "citations": tuple({clause.cites: None for clause in judged.deciding}),
                "text_zh": self._text(judged, missing, estimate, law),
                "beneficiary": self.beneficiary,
                "policy_version": law.policy_version,
                "policy_status": law.policy_status,
            }
        )

    def estimated(self, facts: Facts, law: Law, judged: Judged) -> Estimate:
        """What it is worth by what its clauses gave; nothing where it does not apply.

        Raises:
            NoNumberForDay: The law has no number for a day that mattered.
        """
        if judged.result is Result.NOT_APPLICABLE:
            return Estimate()
        estimate = self.estimate(facts, law, judged.result)
        if self.details is not None:
            estimate.details = self.details(facts, law, judged.values)
        return estimate

    def _text(self, judged: Judged, missing: tuple[str, ...], estimate: Estimate, law: Law) -> str:
        says = estimate.says if judged.result is Result.PASS else self._refusal(judged, missing, law)
        return f"{says}；本结果为按征求意见稿所作估算，最终以{self.authority_zh}核定为准。"

    def _refusal(self, judged: Judged, missing: tuple[str, ...], law: Law) -> str:
        """What speaks against a PASS, or is missing for one."""
        if judged.result is Result.UNKNOWN:
            return f"{self.title_zh}尚不能判断，缺少：{'、'.join([NAMES_ZH[name] for name in missing])}"
        failed = "；".join([law.told(clause.zh) for clause in judged.failed])
        if judged.result is Result.FAIL:
            return f"不符合{self.title_zh}条件，未满足：{failed}"
        return f"{self.title_zh}不适用，该措施面向：{failed}"


def missing_facts(unknown: Iterable[Unknown], sizing: Sizing) -> tuple[str, ...]:
    """The facts that clauses lack, each once; of a missing size also what would give it."""
    names = dict.fromkeys([name for value in unknown for name in value.missing])
    if SIZE in names:
        names |= dict.fromkeys(sizing.missing)
    return tuple(names)


def _assumptions(
    judged: Judged, of_law: list[str], estimate: Estimate, facts: Facts, sizing: Sizing
) -> tuple[str, ...]:
    presumed: list[str] = []
    if not judged.failed:
        presumed = [one.presumed for one in judged.asked if one.presumed and one.is_presumed(facts)]
    size_notes: tuple[str, ...] = ()
    if sizing.assumptions and any(SIZE in clause.needs for clause in judged.deciding):
        size_notes = sizing.assumptions
    if not (of_law or presumed or size_notes or estimate.notes):
        return ()
    return tuple(dict.fromkeys([*of_law, *presumed, *size_notes, *estimate.notes]))
