"""One change of facts and what a measure would give then, for machines and in a Chinese sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from serving.policy.facts import NAMES_ZH, Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.measure import Measure
from serving.policy.money import yuan_in_words
from serving.policy.what_if.lever import HOLDS_ZH, Hold, levers, quoted, worth_of
from serving.policy.what_if.verdict import Outcome

RESULTS_ZH = {
    Result.PASS: "符合",
    Result.FAIL: "不符合",
    Result.UNKNOWN: "不能判断",
    Result.NOT_APPLICABLE: "不适用",
}

LISTED = 3
"""Missing facts that a sentence names."""


@dataclass(frozen=True, slots=True)
class Move:
    """One fact and its other value.

    Attributes:
        fact: Its name in `Facts`.
        present: What it is; None where it is not known.
        to: What it would be.
    """

    fact: str
    present: Any
    to: Any

    @property
    def hold(self) -> Hold:
        """What holds the fact; whatever is not known is still to be established."""
        hold = levers()[self.fact].hold
        return Hold.EVIDENCE if self.present is None and hold is Hold.FIXED else hold

    @property
    def text_zh(self) -> str:
        """The move in words."""
        name, to = NAMES_ZH[self.fact], quoted(self.fact, self.to)
        if self.hold is Hold.EVALUATION:
            name += "经官方评价"
        if self.present is None:
            return f"{name}为{to}"
        present = quoted(self.fact, self.present)
        evaluated = self.hold is Hold.EVALUATION
        return f"{name}为{to}（现为{present}）" if evaluated else f"{name}由{present}改为{to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a measure would give if one fact, or two, were otherwise; an estimate under a draft.

    Attributes:
        measure: Key of the measure.
        moves: The facts that would be otherwise.
        present: The result as the facts are.
        result: The result as they would be.
        amount_cny: The measure's amount then; None where it has none or it is unknown.
        gain_cny: By how much the amount grows; None where either is unknown.
        missing: Facts that would still be missing.
        text_zh: One sentence for the loan officer.
    """

    measure: str
    moves: tuple[Move, ...]
    present: Result
    result: Result
    amount_cny: Decimal | None
    gain_cny: Decimal | None
    missing: tuple[str, ...]
    text_zh: str

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON: decimals and days as text."""
        return {
            "measure": self.measure,
            "moves": [_move_as_json(move) for move in self.moves],
            "present": str(self.present),
            "result": str(self.result),
            "amount_cny": _plain(self.amount_cny),
            "gain_cny": _plain(self.gain_cny),
            "missing": list(self.missing),
            "text_zh": self.text_zh,
        }


def change_of(measure: Measure, facts: Facts, now: Finding, to: Mapping[str, Any], then: Outcome) -> Change:
    """The change from a finding to what the measure would say."""
    moves = tuple([Move(fact, getattr(facts, fact), value) for fact, value in to.items()])
    before, after = amount_of(now), then.amount
    missing = then.missing if then.result is Result.UNKNOWN else ()
    return Change(
        measure=measure.key,
        moves=moves,
        present=now.result,
        result=then.result,
        amount_cny=after,
        gain_cny=None if before is None or after is None else after - before,
        missing=missing,
        text_zh=_text(measure, moves, now, then, missing),
    )


def amount_of(finding: Finding) -> Decimal | None:
    """The amount of a finding that is compared; None where it has none or it is unknown."""
    worth = worth_of(finding.measure)
    return None if worth is None else finding.amounts.get(worth.name)


def _text(
    measure: Measure, moves: tuple[Move, ...], now: Finding, then: Outcome, missing: tuple[str, ...]
) -> str:
    told = "，且".join([move.text_zh.rstrip() for move in moves])
    turns = (
        f"仍{RESULTS_ZH[then.result]}"
        if now.result is then.result
        else f"由“{RESULTS_ZH[now.result]}”变为“{RESULTS_ZH[then.result]}”"
    )
    lacks = f"，尚缺：{_listed(missing)}" if missing else ""
    closing = f"按征求意见稿估算，最终以{measure.authority_zh}核定为准。"
    return f"如{told}，{measure.title_zh}{turns}{lacks}{_worth_zh(now, then)}；{closing}"


def _listed(missing: tuple[str, ...]) -> str:
    """The facts by name, of many the first ones and how many there are."""
    names = "、".join([NAMES_ZH[name] for name in missing[:LISTED]])
    return names if len(missing) <= LISTED else f"{names}等 {len(missing)} 项"


def _worth_zh(now: Finding, then: Outcome) -> str:
    worth, before, after = worth_of(now.measure), amount_of(now), then.amount
    if worth is None or after is None or then.result is not Result.PASS:
        return ""
    more = f"，增加 {yuan_in_words(after - before)}" if before is not None and after > before else ""
    return f"，{worth.zh}估算 {yuan_in_words(after)}{more}"


def _move_as_json(move: Move) -> dict[str, Any]:
    return {
        "fact": move.fact,
        "fact_zh": NAMES_ZH[move.fact],
        "from": _plain(move.present),
        "to": _plain(move.to),
        "hold": str(move.hold),
        "hold_zh": HOLDS_ZH[move.hold],
        "who_zh": levers()[move.fact].who,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
