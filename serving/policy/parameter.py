"""One number of law: dated values with their unit, their source and how certain they are."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any

from serving.policy.errors import NoNumberForDay, ParameterError, shown
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.money import line_in_words, percent

ENTRIES = {"description", "zh", "unit", "cites", "certainty", "values"}


class Certainty(StrEnum):
    """Read in the draft itself, found in a public text, or still to be confirmed."""

    SEED = "seed"
    PUBLIC = "public"
    TO_BE_CONFIRMED = "to_be_confirmed"


@dataclass(frozen=True, slots=True)
class Unit:
    """How values of a unit are read from YAML and how they are told to a reader."""

    expected: str
    read: Callable[[Any], Any]
    tell: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number of law, valid from each of its dates until the next; None where it ended or was never set."""

    name: str
    file: str
    description: str
    zh: str
    unit: str
    cites: str
    certainty: Certainty
    days: tuple[date, ...]
    values: tuple[Any, ...]

    def on(self, day: date) -> Any:
        """The value on a day.

        Raises:
            NoNumberForDay: The day lies before the first date of the file.
        """
        return self.values[self.place(day)]

    def place(self, day: date) -> int:
        """Place, among its values, of the one that holds on a day.

        Raises:
            NoNumberForDay: The day lies before the first date of the file.
        """
        later = bisect_right(self.days, day)
        if later == 0:
            raise NoNumberForDay(self.file, day, self.days[0])
        return later - 1

    def last_day(self, day: date) -> date | None:
        """The last day before the parameter ends, seen from `day`; None if no end is set."""
        later = bisect_right(self.days, day)
        ends = (
            start
            for start, value in zip(self.days[later:], self.values[later:], strict=True)
            if value is None
        )
        end = next(ends, None)
        return end - timedelta(days=1) if end else None

    def for_all_days(self, value: Any) -> "Parameter":
        """The same parameter with one value for all days.

        Raises:
            ParameterError: The value is not of the unit.
        """
        read = None if value is None else _read(self.file, UNITS[self.unit], date.min, value)
        return replace(self, days=(date.min,), values=(read,))

    def in_words(self, value: Any) -> str:
        """A value of this parameter for a reader."""
        return "尚未设定" if value is None else UNITS[self.unit].tell(value)


def read_parameter(path: Path) -> Parameter:
    """One file of a parameter.

    Raises:
        ParameterError: An entry is missing, unknown or not of its unit; the message names file and entry.
    """
    content = read_exact_yaml(path)
    _expect(path, "entries", sorted(content) if isinstance(content, dict) else content, sorted(ENTRIES))
    values = _values(path, content)
    texts = {name: _text(path, name, content[name]) for name in ("description", "zh", "cites")}
    return Parameter(
        name=path.stem,
        file="/".join(path.parts[-3:]),
        unit=content["unit"],
        certainty=_certainty(path, content["certainty"]),
        days=tuple(values),
        values=tuple(values.values()),
        **texts,
    )


def _expect(path: Path, entry: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise ParameterError(f"{path}: {entry}: found {shown(found, 200)}, expected {expected}")


def _text(path: Path, entry: str, found: Any) -> str:
    if not isinstance(found, str) or not found.strip():
        raise ParameterError(f"{path}: {entry}: found {shown(found)}, expected a text")
    return found


def _certainty(path: Path, found: Any) -> Certainty:
    if found not in list(Certainty):
        raise ParameterError(
            f"{path}: certainty: found {shown(found)}, expected one of {', '.join(Certainty)}"
        )
    return Certainty(found)


def _values(path: Path, content: dict[str, Any]) -> dict[date, Any]:
    unit, values = UNITS.get(content["unit"]), content["values"]
    if unit is None:
        raise ParameterError(
            f"{path}: unit: found {shown(content['unit'])}, expected one of {', '.join(UNITS)}"
        )
    if not isinstance(values, dict) or not values or not all(_is_day(day) for day in values):
        raise ParameterError(f"{path}: values: found {shown(values)}, expected values by date")
    _expect(path, "dates", list(values), sorted(values))
    return {day: None if value is None else _read(path, unit, day, value) for day, value in values.items()}


def _read(path: Path | str, unit: Unit, day: date, value: Any) -> Any:
    try:
        return unit.read(value)
    except (ValueError, InvalidOperation) as error:
        raise ParameterError(f"{path}: {day}: found {shown(value)}, expected {unit.expected}") from error


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _of(*types: type) -> Callable[[Any], Any]:
    """A reader that takes values of exactly these types as they are."""

    def read(value: Any) -> Any:
        if type(value) not in types:
            raise ValueError(value)
        return value

    return read


def _decimal(value: Any) -> Decimal:
    number = Decimal(_of(str, int, Decimal)(value))
    if not number.is_finite() or number < 0:
        raise ValueError(value)
    return number


TEXTS = {
    "START_DATE": "贷款发放日",
    "AS_OF": "查询日",
    "1Y": "1年期",
    "5Y": "5年期以上",
    "CALENDAR": "日历日",
    "WORKING": "工作日",
    "RECOMMENDED_ON": "向银行推荐日",
    "DOCUMENTS_COMPLETE_ON": "资料收齐日",
    "ENTERPRISE": "企业",
    "INDIVIDUAL_BUSINESS": "个体工商户",
    "FARMER_COOP": "农民专业合作社",
    "ABNORMAL_LIST": "经营异常名录",
    "SERIOUS_VIOLATION_LIST": "严重违法失信名单",
    "SEVERE_PENALTY": "严重行政处罚",
    "DISHONEST_DEBTOR": "失信被执行人",
    "TAX_ARREARS": "未清缴欠税",
    "IN_FORCE": "有效",
    "TO_BE_VERIFIED": "待核实",
}
"""Words of parameters as readers read them."""

UNITS = {
    "CNY": Unit("yuan, not negative", _decimal, line_in_words),
    "rate": Unit("a rate, where 0.01 is 1 %, in quotes", _decimal, percent),
    "multiple": Unit("a multiple, in quotes", _decimal, lambda value: f"{percent(value)}"),
    "days": Unit("a whole number of days", _of(int), lambda value: f"{value} 天"),
    "months": Unit("a whole number of months", _of(int), lambda value: f"{value} 个月"),
    "years": Unit("a whole number of years", _of(int), lambda value: f"{value} 年"),
    "date": Unit("a date", _of(date), str),
    "flag": Unit("true or false", _of(bool), lambda value: "是" if value else "否"),
    "text": Unit("a text", _of(str), lambda value: TEXTS.get(value, value)),
    "list": Unit("a list", _of(list), lambda value: "、".join(TEXTS.get(one, one) for one in value) or "无"),
    "table": Unit("a mapping", _of(dict), lambda value: f"{len(value)} 项"),
}
