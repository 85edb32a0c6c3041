"""A trouble as its YAML file declares it, and the month in which it begins."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from features.city.codes import DISTRICTS
from features.city.industries import CODES, INDUSTRIES
from features.city.look import LOOKS
from features.city.months import Months
from features.errors import RequestError
from features.yaml_text import read_yaml

NEEDS: dict[str, frozenset[str]] = {
    "source_stops": frozenset({"source"}),
    "unit_changes": frozenset({"source", "factor"}),
    "industry_shock": frozenset({"industry", "health", "log_activity", "monthly_persistence", "unseen_in"}),
    "district_moves": frozenset({"from_district", "to_district", "share"}),
    "new_kind": frozenset(
        {"industry", "like_industry", "share_of_firms", "revenue_per_head_cny", "headcount", "born_months"}
    ),
    "labels_late": frozenset({"source", "days"}),
    "repairs_withdraw": frozenset({"source", "share"}),
    "leak": frozenset({"source", "share", "months_before_stop", "backdated_days"}),
    "concept_shift": frozenset({"weight_of_health", "unseen_in"}),
}
"""What a trouble of each kind must say."""

KNOWN: dict[str, tuple[str, ...]] = {
    "source": tuple(LOOKS),
    "industry": CODES,
    "like_industry": tuple(industry.code for industry in INDUSTRIES),
    "from_district": DISTRICTS,
    "to_district": DISTRICTS,
}
"""What some of its words may be."""

HEAD = frozenset({"name", "kind", "zh", "en", "begins_months_before_end", "what"})


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong in a city.

    Args:
        name: What it is asked for by.
        kind: One of `NEEDS`; several troubles may be of one kind.
        zh: What goes wrong, in a Chinese sentence.
        en: The same in English.
        begins_months_before_end: Months from the first that it touches to the city's last, both counted.
        what: The figures of its kind, as in its file.
        begins: Any day of the first month, in place of the months before the end.
    """

    name: str
    kind: str
    zh: str
    en: str
    begins_months_before_end: int
    what: Mapping[str, Any]
    begins: date | None = None

    def starting(self, month: str) -> "Trouble":
        """Return the trouble as it begins in a month, YYYY-MM.

        Raises:
            RequestError: The text is not a month.
        """
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise RequestError(f"the trouble's month {month!r}: not a month; write YYYY-MM, as in 2026-03")
        return replace(self, begins=date.fromisoformat(f"{month}-01"))

    def month_in(self, months: Months) -> int:
        """Return the first month that it touches, counted from the first of the city.

        Raises:
            RequestError: The city has no quiet month before it, or ends before it begins.
        """
        month = months.count - self.begins_months_before_end
        if self.begins is not None:
            month = (self.begins.year - 1970) * 12 + self.begins.month - 1 - months.first_number
        if not 0 < month < months.count:
            first, last = np.array([0, months.count - 1]).astype("datetime64[M]") + months.first_number
            raise RequestError(
                f"trouble {self.name!r}: begins in month {month + 1} of a city of {months.count}"
                f" ({first} to {last}); name a month after the first and not after the last"
            )
        return month


@cache
def troubles() -> Mapping[str, Trouble]:
    """Return every trouble that is shipped, by its name."""
    folder = files("features") / "city" / "troubles"
    found = (item for item in folder.iterdir() if item.name.endswith(".yaml"))
    read = [_trouble(item.name, item.read_text("utf-8")) for item in found]
    return {one.name: one for one in sorted(read, key=lambda one: one.name)}


def trouble_named(name: str) -> Trouble:
    """Return a shipped trouble by its name, or one's own by the path of its YAML file.

    Raises:
        RequestError: There is no such trouble, or its file does not say what its kind needs.
    """
    if name.endswith((".yaml", ".yml")):
        try:
            return _trouble(name, Path(name).read_text("utf-8"))
        except OSError as error:
            raise RequestError(f"trouble {name!r}: cannot be read ({error.strerror})") from error
    if name not in troubles():
        raise RequestError(f"no trouble {name!r}; there are: {', '.join(troubles())}; or name a YAML file")
    return troubles()[name]


def asked(name: str | None, month: str | None) -> Trouble | None:
    """Return the trouble of a name from a month on; None where none is asked for.

    Raises:
        RequestError: A month without a trouble, no such trouble, or no month.
    """
    if name is None:
        if month is not None:
            raise RequestError(
                f"the trouble's month {month!r} is given, but no trouble; name one of {', '.join(troubles())}"
            )
        return None
    return trouble_named(name) if month is None else trouble_named(name).starting(month)


def _trouble(place: str, text: str) -> Trouble:
    try:
        raw = read_yaml(text)
    except yaml.YAMLError as error:
        raise RequestError(f"trouble {place}: not YAML ({error})".replace("\n", " ")) from error
    if not isinstance(raw, dict) or set(raw) != HEAD or not isinstance(raw["what"], dict):
        raise RequestError(f"trouble {place}: must say exactly {', '.join(sorted(HEAD))}")
    needs = NEEDS.get(raw["kind"])
    if needs is None:
        raise RequestError(f"trouble {place}: no kind {raw['kind']!r}; there are: {', '.join(NEEDS)}")
    if set(raw["what"]) != needs:
        raise RequestError(
            f"trouble {place}: 'what' says {sorted(raw['what'])}, a {raw['kind']} needs {sorted(needs)}"
        )
    for word, known in KNOWN.items():
        if word in raw["what"] and raw["what"][word] not in known:
            raise RequestError(
                f"trouble {place}: {word} {raw['what'][word]!r} is none of the city's: {', '.join(known)}"
            )
    return Trouble(**raw)
