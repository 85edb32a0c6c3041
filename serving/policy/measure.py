"""A measure: the clauses it asks, what it estimates, and the finding both make."""

from collections.abc import Callable, Iterable, Mapping
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
        estimate: What it is worth, given the result.
    """

    key: str
    number: int
    title_zh: str
    authority_zh: str
    beneficiary: str
    applies: tuple[Clause, ...] = ()
    clauses: tuple[Clause, ...]
    estimate: Callable[[Known, Law, Result], Estimate]

    def finding(self, facts: Facts, law: Law, sizing: Sizing) -> Finding:
        """What the measure gives; `facts` already carry the size that `sizing` found."""
        law = law.afresh()
        result, decisive = self._judge(facts, law)
        unknown = _unknown(decisive)
        missing = _missing(unknown, sizing)
        estimate, reads = self._estimate(facts, law, result)
        return Finding(
            measure=self.key,
            number=self.number,
            as_of=law.day,
            result=result,
            passed=_names(decisive, value=True),
            failed=_names(decisive, value=False),
            unknown=tuple(outcome.clause.name for outcome in unknown),
            missing=missing,
            amounts=estimate.amounts,
            details=estimate.details,
            assumptions=_assumptions(_deciding(decisive, result), reads, estimate, sizing),
            citations=tuple(dict.fromkeys(o.clause.cites for o in _deciding(decisive, result))),
            text_zh=self._text(result, decisive, missing, estimate, law),
            beneficiary=self.beneficiary,
            policy_version=law.policy_version,
            policy_status=law.policy_status,
        )

    def _judge(self, facts: Facts, law: Law) -> tuple[Result, list[Outcome]]:
        """FAIL if any clause fails, else UNKNOWN if any is unknown, else PASS."""
        applying = outcomes(self.applies, facts, law)
        if any(outcome.value is False for outcome in applying):
            return Result.NOT_APPLICABLE, applying
        judged = applying + outcomes(self.clauses, facts, law)
        if any(outcome.value is False for outcome in judged):
            return Result.FAIL, judged
        return (Result.UNKNOWN if _unknown(judged) else Result.PASS), judged

    def _estimate(self, facts: Facts, law: Law, result: Result) -> tuple[Estimate, list[Read]]:
        """The estimate and the numbers of law it rests on; a FAIL rests on its failed clauses alone."""
        if result is Result.NOT_APPLICABLE:
            return Estimate(), []
        start = len(law.reads)
        estimate = self.estimate(facts, law, result)
        return estimate, law.reads[start:] if result is not Result.FAIL else []

    def _text(
        self, result: Result, judged: list[Outcome], missing: tuple[str, ...], estimate: Estimate, law: Law
    ) -> str:
        failed = "；".join(o.clause.zh.format(law) for o in judged if o.value is False)
        asked = "、".join(NAMES_ZH[name] for name in missing) if result is Result.UNKNOWN else ""
        says = {
            Result.PASS: estimate.says,
            Result.FAIL: f"不符合{self.title_zh}条件，未满足：{failed}",
            Result.UNKNOWN: f"{self.title_zh}尚不能判断，缺少：{asked}",
            Result.NOT_APPLICABLE: f"{self.title_zh}不适用，该措施面向：{failed}",
        }
        return f"{says[result]}；本结果为按征求意见稿所作估算，最终以{self.authority_zh}核定为准。"


def _names(judged: Iterable[Outcome], *, value: bool) -> tuple[str, ...]:
    return tuple(outcome.clause.name for outcome in judged if outcome.value is value)


def _unknown(judged: Iterable[Outcome]) -> list[Outcome]:
    return [outcome for outcome in judged if isinstance(outcome.value, Unknown)]


def _deciding(judged: list[Outcome], result: Result) -> list[Outcome]:
    """The outcomes that made the result: those that failed where something failed, otherwise all."""
    failed = result in (Result.FAIL, Result.NOT_APPLICABLE)
    return [outcome for outcome in judged if outcome.value is False] if failed else judged


def _missing(unknown: list[Outcome], sizing: Sizing) -> tuple[str, ...]:
    """The missing facts, each once; of a missing size also what would give it."""
    names: dict[str, None] = {}
    for outcome in unknown:
        if isinstance(outcome.value, Unknown):
            names |= dict.fromkeys(outcome.value.missing)
    if "size_class" in names:
        names |= dict.fromkeys(sizing.missing)
    return tuple(names)


def _assumptions(
    deciding: list[Outcome], reads: list[Read], estimate: Estimate, sizing: Sizing
) -> tuple[str, ...]:
    presumed = [
        outcome.clause.presumed for outcome in deciding if outcome.presumed and outcome.clause.presumed
    ]
    read = [read for outcome in deciding for read in outcome.reads] + reads
    by_size = any("size_class" in outcome.clause.needs for outcome in deciding)
    size_notes = sizing.assumptions if by_size else ()
    return tuple(dict.fromkeys([*assumptions_of(read), *presumed, *size_notes, *estimate.notes]))
