"""Reason codes: what moved a score, in words from a controlled list, never made up.

The reference is the average firm of training: points say how far a reason moved the score from there
(`models.shapley`). Which reasons are told, and in which order, is `models.ranking`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.names import names_of
from models.ranking import NOTICEABLE, Direction, Floats, Ranked, ranked, ranked_alone
from models.units import Language, writer, written

__all__ = ["NOTICEABLE", "Dates", "Direction", "Meaning", "Reason", "Speaker", "rank_reasons", "reason_table"]

PARTS = ("", "_code", "_points", "_feature", "_source", "_department", "_date")
"""What `reason_table` tells of each reason: the sentence, and what stands behind it."""

Objects = NDArray[np.object_]

Dates = Mapping[str, date | None]
"""Source → day of the newest event known of a firm; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means to a reader, and to the model.

    Attributes:
        zh: Chinese name.
        en: English name.
        lowers: Chinese sentence for where it lowers the score.
        raises: Chinese sentence for where it raises the score.
        unit: Unit of the value.
        source: Source that it was computed from, as a reader is told.
        department: Department that answers for the source.
        reason: Columns of one reason are told together.
        monotone: 1 where the risk rises with it, -1 where it falls, 0 where nothing is assumed.
        sources: Names of the sources in the catalogue, for their dates; `source` where there are none.
    """

    zh: str
    en: str
    lowers: str
    raises: str
    unit: str = ""
    source: str = ""
    department: str = ""
    reason: str = ""
    monotone: int = 0
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # JSON gives a list back
        object.__setattr__(self, "sources", tuple(self.sources))

    @property
    def read(self) -> tuple[str, ...]:
        """The sources whose dates tell how old the value is."""
        return self.sources or ((self.source,) if self.source else ())


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that moved one score.

    Attributes:
        code: Reason code: the reason's name in capitals, with LOW or HIGH for the direction of the score.
        feature: The column of the reason that moved the score most.
        value: That column's value; None where it is missing.
        points: Points that the reason moved the score by; negative where it lowers it.
        direction: `lowers` or `raises` the score.
        text_zh: What an officer reads.
        text_en: The same in English.
        source: Where the value comes from.
        department: Department that answers for it.
        data_date: Day of the newest event of that source known of the firm; of several sources, the one
            furthest behind. None where nothing is known, or nobody said.
    """

    code: str
    feature: str
    value: float | str | None
    points: float
    direction: Direction
    text_zh: str
    text_en: str
    source: str
    department: str
    data_date: date | None = None


def rank_reasons(
    points: Floats,
    table: pd.DataFrame,
    meanings: Mapping[str, Meaning],
    top: int,
    direction: Direction,
    *,
    dates: Sequence[Dates] | None = None,
) -> list[list[Reason]]:
    """The `top` reasons of each row that move its score most in one direction.

    For a few rows; `reason_table` says the same of many.

    Args:
        points: Points by which each column (axis 1) moved each row's score (axis 0).
        table: The same rows and columns as values.
        meanings: Column → meaning; a column without one speaks by its name.
        top: At most so many a row.
        direction: `lowers` or `raises`.
        dates: How fresh each row's sources are; None where nobody knows.
    """
    speaker = Speaker.of(names_of(table), meanings)

    def told(row: int) -> list[Reason]:
        def value(column: int) -> object:
            return table.iat[row, column]  # noqa: PD009 - half the time of iloc

        return speaker.tell(
            points[row], top, direction, value=value, dates=dates[row] if dates is not None else {}
        )

    return [told(row) for row in range(len(points))]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Tells the reasons of single rows, one after the other, that have the same columns.

    Attributes:
        names: The columns.
        meanings: What each of them means.
        reasons: The reason of each of them.
    """

    names: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, names: Sequence[str], meanings: Mapping[str, Meaning]) -> "Speaker":
        """The speaker of these columns; one without a meaning speaks by its name."""
        known = tuple([meanings.get(name) or _plain(name) for name in names])
        return cls(
            tuple(names), known, tuple([one.reason or name for name, one in zip(names, known, strict=True)])
        )

    def tell(
        self, points: Floats, top: int, direction: Direction, *, value: Callable[[int], object], dates: Dates
    ) -> list[Reason]:
        """The `top` reasons of one row that move its score most in one direction.

        Args:
            points: Points by which each column moved the row's score.
            top: At most so many.
            direction: `lowers` or `raises`.
            value: The value of the column at a place.
            dates: How fresh the row's sources are.
        """
        return [
            _reason(self.names[column], self.meanings[column], value(column), moved, direction, dates)
            for column, moved in ranked_alone(points, self.reasons, top, direction)
        ]


@lru_cache(maxsize=1024)
def _plain(name: str) -> Meaning:
    return Meaning(zh=name, en=name, lowers=f"{name}处于不利水平", raises=f"{name}处于有利水平")


def _reason(
    name: str, meaning: Meaning, value: object, points: float, direction: Direction, dates: Dates
) -> Reason:
    days = [day for source in meaning.read if (day := dates.get(source)) is not None]
    missing = bool(pd.isna(value))
    return Reason(
        code=_code(name, meaning, direction),
        feature=name,
        value=None if missing else value if isinstance(value, str) else float(value),  # type: ignore[arg-type]
        points=points,
        direction=direction,
        text_zh=_sentence(meaning, direction, "zh")(None if missing else value),
        text_en=_sentence(meaning, direction, "en")(None if missing else value),
        source=meaning.source,
        department=meaning.department,
        data_date=min(days, default=None),
    )


def _code(name: str, meaning: Meaning, direction: Direction) -> str:
    return f"{(meaning.reason or name).upper()}_{'LOW' if direction == 'lowers' else 'HIGH'}"


@lru_cache(maxsize=4096)
def _sentence(meaning: Meaning, direction: Direction, language: Language) -> Callable[[Any], str]:
    """Tells a reader of a value of that meaning; None is missing."""
    before, behind, missing = _frame(meaning, direction, language)
    write = writer(meaning.unit, language, before, behind)
    return lambda value: missing if value is None else write(value)


def _frame(meaning: Meaning, direction: Direction, language: Language) -> tuple[str, str, str]:
    """What stands before and behind a value, and what is said where it is missing."""
    if language == "en":
        behind = f" ({direction} the score)"
        return f"{meaning.en}: ", behind, f"{meaning.en}: not known{behind}"
    said = meaning.lowers if direction == "lowers" else meaning.raises
    return f"{said}（{meaning.zh} ", "）", f"{meaning.zh}暂无信息"


def reason_table(
    points: Floats,
    table: pd.DataFrame,
    meanings: Mapping[str, Meaning],
    top: int,
    direction: Direction,
    *,
    dates: pd.DataFrame | None = None,
    language: Language = "zh",
) -> pd.DataFrame:
    """What `rank_reasons` says, as columns: for as many rows as memory holds.

    Args:
        points: Points by which each column (axis 1) moved each row's score (axis 0).
        table: The same rows and columns as values.
        meanings: Column → meaning; a column without one speaks by its name.
        top: At most so many a row.
        direction: `lowers` or `raises`.
        dates: The same rows; by source, the day of the newest event known. None where nobody knows.
        language: Of the sentences.

    Returns:
        The index of `table`; for each rank from 1 the columns `reason_1` (the sentence), `reason_1_code` and
        so on (`PARTS`). Missing where a row has no more reasons.
    """
    speaker = Speaker.of(names_of(table), meanings)
    found = ranked(points, speaker.reasons, top, direction)
    texts = np.full(found.columns.shape, None, dtype=object)
    days = np.full(found.columns.shape, np.datetime64("NaT", "us"))
    fresh = pd.DataFrame(index=table.index) if dates is None else dates
    meant = speaker.meanings
    for column, places in found.by_column():
        rows = places % len(table)
        values = table.iloc[:, column].array.take(rows)
        texts.ravel()[places] = _sentences(values, meant[column], direction, language)
        days.ravel()[places] = _oldest(fresh, meant[column].read)[rows]
    told = _words(found, speaker, direction)
    for rank in range(top):
        told[f"reason_{rank + 1}"] = pd.array(texts[rank], dtype="str")
        told[f"reason_{rank + 1}_points"] = found.points[rank]
        told[f"reason_{rank + 1}_date"] = days[rank]
    return pd.DataFrame(
        {
            f"reason_{rank}{part}": told[f"reason_{rank}{part}"]
            for rank in range(1, top + 1)
            for part in PARTS
        },
        index=table.index,
    )


def _sentences(values: Any, meaning: Meaning, direction: Direction, language: Language) -> Objects:
    """A sentence a value, made once for values that are the same."""
    codes, different = pd.factorize(values)
    before, behind, missing = _frame(meaning, direction, language)
    made = [*written(np.asarray(different).tolist(), meaning.unit, language, before, behind), missing]
    return np.array(made, dtype=object)[codes]  # the code of a missing value is -1: the last sentence


def _oldest(dates: pd.DataFrame, sources: tuple[str, ...]) -> NDArray[np.datetime64]:
    """Of the sources' newest days, the one furthest behind, by row."""
    oldest = np.full(len(dates), np.datetime64("NaT", "us"))
    for source in sources:
        if source in dates:
            oldest = np.fmin(oldest, dates[source].to_numpy("datetime64[us]"))
    return oldest


def _words(found: Ranked, speaker: Speaker, direction: Direction) -> dict[str, Any]:
    """The controlled words of every rank, as columns."""
    words = {
        "code": [_code(*one, direction) for one in zip(speaker.names, speaker.meanings, strict=True)],
        "feature": list(speaker.names),
        "source": [meaning.source for meaning in speaker.meanings],
        "department": [meaning.department for meaning in speaker.meanings],
    }
    arrays = {part: pd.array(told, dtype="str") for part, told in words.items()}
    return {
        f"reason_{rank}_{part}": array.take(places, allow_fill=True)
        for rank, places in enumerate(found.columns, 1)
        for part, array in arrays.items()
    }
