"""What would turn a finding: of all changes of facts, the few that an officer can use, ready to be tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from serving.form import BY_NAME, HUNDRED, plain, retyped
from serving.policy.money import WAN
from serving.wording import RESULTS, TITLES, yuan

MOST_TURNS = 3
LOAN_FIELDS = {"loan_amount_cny": "amount_wan", "annual_rate": "annual_rate_percent", "loan_kind": "kind"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One change that would help.

    Attributes:
        text: The facts that would be otherwise.
        result: The result then.
        label: The same in Chinese.
        gain: What it would be worth then; empty where that is not told.
        tried: The form's fields and values, `name=value` joined by `;`; empty where the form cannot say it.
        who: Who can do something about it.
    """

    text: str
    result: str
    label: str
    gain: str
    tried: str
    who: str


def turns(finding: Mapping[str, Any]) -> list[Turn]:
    """The changes that would turn a finding to the better, or raise its amount; the first few of them."""
    changes = [one for one in finding.get("what_if") or () if all(map(_is_of_use, one["moves"]))]
    better = [one for one in changes if one["result"] == "PASS" and finding["result"] != "PASS"]
    more = [one for one in changes if finding["result"] == one["result"] == "PASS" and _gain(one) > 0]
    halfway = [one for one in changes if (finding["result"], one["result"]) == ("FAIL", "UNKNOWN")]
    return [_turn(one) for one in (better or more or halfway)[:MOST_TURNS]]


def fields_of(tried: str) -> dict[str, str]:
    """The form's fields that a turn would set; what is no field of the form is left out."""
    pairs = [part.partition("=") for part in tried.split(";")]
    known = {*LOAN_FIELDS.values(), *BY_NAME}
    return {name: value for name, _, value in pairs if name in known}


def _is_of_use(move: Mapping[str, Any]) -> bool:
    """An amount that nobody has told is to be asked for; any value that would do says nothing."""
    field = BY_NAME.get(move["fact"])
    return move["from"] is not None or field is None or field.entry != "wan"


def _gain(change: Mapping[str, Any]) -> Decimal:
    return Decimal(change["gain_cny"] or 0)


def _turn(change: Mapping[str, Any]) -> Turn:
    title = TITLES.get(change["measure"], "")
    text = change["text_zh"].removeprefix("如").partition(f"，{title}")[0]
    worth = change["amount_cny"] if change["result"] == "PASS" else None
    return Turn(
        text=text,
        result=change["result"],
        label=RESULTS[change["result"]],
        gain=yuan(worth) if worth and Decimal(worth) else "",
        tried=_tried(change["moves"]),
        who="、".join(dict.fromkeys(one["who_zh"] or one["hold_zh"] for one in change["moves"])),
    )


def _tried(moves: list[Mapping[str, Any]]) -> str:
    fields = [(LOAN_FIELDS.get(one["fact"], one["fact"]), one) for one in moves]
    if any(name not in BY_NAME and name not in LOAN_FIELDS.values() for name, _ in fields):
        return ""
    return ";".join(f"{name}={_typed(name, one['to'])}" for name, one in fields)


def _typed(name: str, value: Any) -> str:
    if name == "amount_wan":
        return plain(Decimal(value) / WAN)
    if name == "annual_rate_percent":
        return plain(Decimal(value) * HUNDRED)
    return retyped(BY_NAME[name], value) if name in BY_NAME else str(value)
