"""Reason codes: what moved a score, in words from a controlled list, never made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Direction = Literal["lowers", "raises"]

NOTICEABLE = 0.5
"""Half a point: less does not move a score that is shown in whole points."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means to a reader, and to the model.

    Attributes:
        zh: Chinese name.
        en: English name.
        lowers: Chinese sentence for where it lowers the score.
        raises: Chinese sentence for where it raises the score.
        unit: Unit of the value.
        source: Source that it was computed from.
        department: Department that answers for the source.
        reason: Columns of one reason are told together.
        monotone: 1 where the risk rises with it, -1 where it falls, 0 where nothing is assumed.
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


def rank_reasons(
    points: NDArray[np.float64],
    table: pd.DataFrame,
    meanings: Mapping[str, Meaning],
    top: int,
    direction: Direction,
) -> list[list[Reason]]:
    """The `top` reasons of each row that move its score most in one direction.

    Args:
        points: Points by which each column (axis 1) moved each row's score (axis 0).
        table: The same rows and columns as values.
        meanings: Column → meaning; a column without one speaks by its name.
        top: At most so many a row.
        direction: `lowers` or `raises`.
    """
    known = [meanings.get(name) or _plain(name) for name in table.columns]
    names = [meaning.reason or name for meaning, name in zip(known, table.columns, strict=True)]
    codes, groups = pd.factorize(np.array(names, dtype=object))
    summed = np.zeros((len(points), len(groups)))
    for column, group in enumerate(codes):
        summed[:, group] += points[:, column]
    sign = -1 if direction == "lowers" else 1
    order = np.argsort(-sign * summed, axis=1, kind="stable")[:, :top]
    ranked = []
    for row, best in enumerate(order):
        chosen = [group for group in best if sign * summed[row, group] >= NOTICEABLE]
        columns = [_strongest(points[row], codes, group, sign) for group in chosen]
        ranked.append(
            [
                _reason(
                    known[column],
                    groups[group],
                    table.iloc[row, column],
                    summed[row, group],
                    direction,
                    table.columns[column],
                )
                for group, column in zip(chosen, columns, strict=True)
            ]
        )
    return ranked


def _strongest(points: NDArray[np.float64], codes: NDArray[np.int64], group: int, sign: int) -> int:
    members = np.flatnonzero(codes == group)
    return int(members[np.argmax(sign * points[members])])


def _reason(
    meaning: Meaning, name: str, value: object, points: float, direction: Direction, column: str
) -> Reason:
    missing = bool(pd.isna(value))
    effect = f"({direction} the score)"
    sentence = meaning.lowers if direction == "lowers" else meaning.raises
    shown = None if missing else value if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    return Reason(
        code=f"{name.upper()}_{'LOW' if direction == 'lowers' else 'HIGH'}",
        feature=column,
        value=shown,
        points=round(float(points), 1),
        direction=direction,
        text_zh=f"{meaning.zh}暂无信息"
        if missing
        else f"{sentence}（{meaning.zh} {_shown(shown, meaning.unit)}）",
        text_en=f"{meaning.en}: {'not known' if missing else _shown(shown, meaning.unit)} {effect}",
        source=meaning.source,
        department=meaning.department,
    )


def _shown(value: float | str | None, unit: str) -> str:
    """A value as a person writes it."""
    if value is None or isinstance(value, str):
        return str(value)
    if unit == "share":
        return f"{value:.1%}"
    if unit == "CNY":
        return f"{value:,.0f} 元"
    if unit == "flag":
        return "是" if value else "否"
    words = {
        "count": "",
        "days": " 天",
        "months": " 个月",
        "persons": " 人",
        "ratio": "",
        "CNY per person": " 元/人",
        "years": " 年",
        "points": " 分",
        "place": " 位",
        "places": " 位",
        "kWh": " 千瓦时",
        "kWh per CNY": " 千瓦时/元",
        "m2": " 平方米",
    }
    digits = 0 if float(value).is_integer() or unit in ("months", "CNY per person") else 2
    return f"{value:,.{digits}f}{words.get(unit, f' {unit}' if unit else '')}"


def _plain(name: str) -> Meaning:
    return Meaning(zh=name, en=name, lowers=f"{name}处于不利水平", raises=f"{name}处于有利水平")
