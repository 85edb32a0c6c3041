"""What decides before the model: severe environmental penalties, revoked permits, excluded industries."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from features.errors import ModelError
from features.yaml_text import read_yaml

FILE = Path(__file__).with_name("vetoes.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """A fact that makes the grade the lowest one, whatever else is known.

    Attributes:
        name: Its code.
        column: The feature that tells of it.
        at_least: From which value on; a missing value is no veto, for unknown is not true.
        zh: What an officer reads.
        en: The same in English.
        cites: Where it comes from.
        certainty: `public` or `to_be_confirmed`.
        since: First day on which it counts, as YYYY-MM-DD.
        until: Last day; None while it goes on.
    """

    name: str
    column: str
    at_least: float
    zh: str
    en: str
    cites: str
    certainty: str
    since: str
    until: str | None = None

    def applies(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Of which rows it is known to be so; of none where the table lacks the column."""
        if self.column not in table:
            return np.zeros(len(table), dtype=bool)
        values = table[self.column].to_numpy(dtype=np.float64, na_value=np.nan)
        return values >= self.at_least

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The veto that a record tells."""
        return cls(**dict(record))


def vetoes_on(day: date, file: Path = FILE) -> tuple[Veto, ...]:
    """The vetoes in force on a day.

    Raises:
        ModelError: The file is no list of vetoes, or one lacks its citation, certainty or first day.
    """
    told = str(day)
    return tuple(one for one in _all(file) if one.since <= told and (one.until is None or told <= one.until))


@cache
def _all(file: Path) -> tuple[Veto, ...]:
    try:
        raw = read_yaml(file.read_text("utf-8"))
        return tuple(_veto(name, one) for name, one in raw.items())
    except (OSError, yaml.YAMLError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise ModelError(f"{file}: no whole list of vetoes: {error}") from error


def _veto(name: str, told: Mapping[str, Any]) -> Veto:
    days = {word: str(told[word]) for word in ("since", "until") if told.get(word)}
    for day in days.values():
        date.fromisoformat(day)
    one = Veto(**{**told, **days, "name": name, "at_least": float(told["at_least"])})
    if not (one.cites and one.certainty in ("public", "to_be_confirmed")):
        raise ValueError(f"{name}: cites and certainty (public or to_be_confirmed) are needed")
    return one


def first_veto(vetoes: Sequence[Veto], table: pd.DataFrame) -> NDArray[np.int64]:
    """The place of the first veto that applies to each row; -1 where none does."""
    found = np.full(len(table), -1, dtype=np.int64)
    for place in range(len(vetoes) - 1, -1, -1):
        found[vetoes[place].applies(table)] = place
    return found
