"""A measure: the clauses it asks, what it estimates, and the finding both make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from serving.policy.clause import Clause, Known, Outcome, outcomes
from serving.policy.facts import NAMES_ZH, Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Law, Read, assumptions_of
from serving.policy.logic import Unknown
from serving.policy.size import Sizing


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def finding(self, facts: Facts, law: Law, sizing: Sizing) -> Finding:
        """What the measure gives; `facts` already carry the size that `sizing` found."""
        law = law.afresh()
        judged = self._judge(facts, law)
        estimate, reads = self._estimate(facts, law, judged.result)
        missing = _missing(judged.unknown, sizing)
        return Finding(
            measure=self.key,
            number=self.number,
            as_of=law.day,
            result=judged.result,
            passed=tuple([one.clause.name for one in judged.outcomes if one.value is True]),
            failed=tuple([one.clause.name for one in judged.failed]),
            unknown=tuple([one.clause.name for one in judged.unknown]),
            missing=missing,
            amounts=estimate.amounts,
            details=estimate.details,
            assumptions=_assumptions(judged.deciding, reads, estimate, sizing),
            citations=tuple(dict.fromkeys([one.clause.cites for one in judged.deciding])),
            text_zh=self._text(judged, missing, estimate, law),
            beneficiary=self.beneficiary,
            policy_version=law.policy_version,
            policy_status=law.policy_status,
        )

    def _judge(self, facts: Facts, law: Law) -> "Judged":
        """FAIL if any clause fails, else UNKNOWN if any is unknown, else PASS."""
        found = outcomes(self.applies, facts, law)
        failed = _failed(found)
        if failed:
            return Judged(Result.NOT_APPLICABLE, found, failed, _unknown(found))
        found += outcomes(self.clauses, facts, law)
        failed, unknown = _failed(found), _unknown(found)
        if failed:
            return Judged(Result.FAIL, found, failed, unknown)
        return Judged(Result.UNKNOWN if unknown else Result.PASS, found, failed, unknown)

    def _estimate(self, facts: Facts, law: Law, result: Result) -> tuple[Estimate, list[Read]]:
        """The estimate and the numbers of law it rests on; a FAIL rests on its failed clauses alone."""
        if result is Result.NOT_APPLICABLE:
            return Estimate(), []
        start = len(law.reads)
        estimate = self.estimate(facts, law, result)
        return estimate, law.reads[start:] if result is not Result.FAIL else []

    def _text(self, judged: "Judged", missing: tuple[str, ...], estimate: Estimate, law: Law) -> str:
        says = estimate.says if judged.result is Result.PASS else self._refusal(judged, missing, law)
        return f"{says}；本结果为按征求意见稿所作估算，最终以{self.authority_zh}核定为准。"

    def _refusal(self, judged: "Judged", missing: tuple[str, ...], law: Law) -> str:
        """What speaks against a PASS, or is missing for one."""
        if judged.result is Result.UNKNOWN:
            return f"{self.title_zh}尚不能判断，缺少：{'、'.join([NAMES_ZH[name] for name in missing])}"
        failed = "；".join([one.clause.zh.format(law) for one in judged.failed])
        if judged.result is Result.FAIL:
            return f"不符合{self.title_zh}条件，未满足：{failed}"
        return f"{self.title_zh}不适用，该措施面向：{failed}"


@dataclass(slots=True)
class Judged:
    """What the clauses of a measure make together.

    Attributes:
        result: The result.
        outcomes: What each clause that is asked gave.
        failed: Those that do not hold.
        unknown: Those that could not be judged.
    """

    result: Result
    outcomes: list[Outcome]
    failed: list[Outcome]
    unknown: list[Outcome]

    @property
    def deciding(self) -> list[Outcome]:
        """The outcomes that made the result: those that failed where something failed, otherwise all."""
        return self.failed or self.outcomes


def _failed(found: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in found if outcome.value is False]


def _unknown(found: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in found if isinstance(outcome.value, Unknown)]


def _missing(unknown: list[Outcome], sizing: Sizing) -> tuple[str, ...]:
    """The missing facts, each once; of a missing size also what would give it."""
    if not unknown:
        return ()
    names = dict.fromkeys([name for outcome in unknown for name in outcome.value.missing])
    if "size_class" in names:
        names |= dict.fromkeys(sizing.missing)
    return tuple(names)


def _assumptions(
    deciding: list[Outcome], reads: list[Read], estimate: Estimate, sizing: Sizing
) -> tuple[str, ...]:
    read = [read for outcome in deciding for read in outcome.reads] + reads
    presumed = [
        outcome.clause.presumed for outcome in deciding if outcome.presumed and outcome.clause.presumed
    ]
    size_notes: tuple[str, ...] = ()
    if sizing.assumptions and any("size_class" in outcome.clause.needs for outcome in deciding):
        size_notes = sizing.assumptions
    return tuple(dict.fromkeys([*assumptions_of(read), *presumed, *size_notes, *estimate.notes]))
