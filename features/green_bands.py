"""The carbon code's published formulas, and its levels by bands that are dated data: `green_bands.yaml`.

    L = (CO2 of all energy − own zero-carbon power and sinks) ÷ value added        t per 10,000 yuan
    K = own L ÷ the industry's mean L

Decimals throughout: 1.2 is the best of grade 4's neighbours only if it is exactly 1.2.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from features.errors import RecipeError, RequestError
from features.yaml_text import read_yaml

FILE = Path(__file__).with_name("green_bands.yaml")
Number = Decimal | int | float | str

LEVELS_ZH = ("低碳", "中碳", "高碳")
"""Of carbon intensity, lowest first."""

CERTAINTIES = ("public", "to_be_confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A dated parameter.

    Attributes:
        name: As in the file.
        description: What it is.
        zh: The same in Chinese.
        unit: What its numbers count.
        cites: Where it comes from.
        certainty: `public` or `to_be_confirmed`.
        values: First day → what holds from then on, oldest first.
    """

    name: str
    description: str
    zh: str
    unit: str
    cites: str
    certainty: str
    values: tuple[tuple[date, tuple[Any, ...]], ...]

    def on(self, day: date) -> tuple[Any, ...]:
        """What holds on a day.

        Raises:
            RequestError: Nothing is stated for a day so early.
        """
        held = [value for since, value in self.values if since <= day]
        if not held:
            raise RequestError(
                f"'{self.name}' has no value on {day}; the first one holds from {self.values[0][0]} "
                f"({FILE.name})"
            )
        return held[-1]


@cache
def stated(name: str, file: Path = FILE) -> Stated:
    """A parameter by its name.

    Raises:
        RecipeError: The file has no such parameter, or it is not whole.
    """
    try:
        told = read_yaml(file.read_text("utf-8"))[name]
        values = tuple(sorted((_day(since), _value(value)) for since, value in told.pop("values").items()))
        one = Stated(name=name, values=values, **told)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise RecipeError(f"{file}: no whole parameter '{name}': {error}") from error
    if one.certainty not in CERTAINTIES or not one.cites or not values:
        raise RecipeError(f"{file}: '{name}' needs values, cites and a certainty of {', '.join(CERTAINTIES)}")
    return one


def _day(told: object) -> date:
    return told if isinstance(told, date) else date.fromisoformat(str(told))


def _value(told: dict[str, Any]) -> tuple[Any, ...]:
    if "codes" in told:
        return tuple(str(code) for code in told["codes"])
    upper = tuple(Decimal(str(one)) for one in told["upper"])
    if list(upper) != sorted(set(upper)):
        raise ValueError(f"upper {told['upper']} does not rise")
    return upper


def carbon_intensity(co2_t: Number, value_added_wan: Number, zero_carbon_t: Number = 0) -> Decimal:
    """L: net CO2 per value added, t per 10,000 yuan; 0 where sinks outweigh emissions.

    >>> carbon_intensity(1500, 1000)
    Decimal('1.5')

    Args:
        co2_t: CO2 of all energy used, tonnes.
        value_added_wan: Value added, 10,000 yuan; above zero.
        zero_carbon_t: CO2 saved by own zero-carbon power and sinks, tonnes.

    Raises:
        RequestError: A number is none, is negative, or nothing was added.
    """
    emitted, saved = _number("co2_t", co2_t), _number("zero_carbon_t", zero_carbon_t)
    return max(emitted - saved, Decimal(0)) / _above_zero("value_added_wan", value_added_wan)


def carbon_efficiency(own_intensity: Number, industry_intensity: Number) -> Decimal:
    """K: own carbon intensity over the industry's mean; 1 is the industry's mean.

    >>> carbon_efficiency("1.5", "1.25")
    Decimal('1.2')

    Raises:
        RequestError: A number is none or negative, or the industry's mean is zero.
    """
    return _number("own_intensity", own_intensity) / _above_zero("industry_intensity", industry_intensity)


def carbon_intensity_level(intensity: Number | None, day: date) -> int | None:
    """1 low, 2 middle, 3 high by the bands of the day; None where the intensity is not known.

    >>> [carbon_intensity_level(one, date(2026, 1, 1)) for one in ("0.6", "0.6001", "2.0", "2.0001", None)]
    [1, 2, 2, 3, None]
    """
    return _level("carbon_intensity_level", intensity, day)


def carbon_efficiency_grade(efficiency: Number | None, day: date) -> int | None:
    """1 best to 5 worst by the bands of the day; None where the efficiency is not known.

    >>> [carbon_efficiency_grade(one, date(2026, 1, 1)) for one in (0.6, 0.8, 1.2, 2.0, 2.0001)]
    [1, 2, 3, 4, 5]
    """
    return _level("carbon_efficiency_grade", efficiency, day)


def _level(name: str, value: Number | None, day: date) -> int | None:
    if value is None:
        return None
    number = _number(name, value)
    return 1 + sum(number > upper for upper in stated(name).on(day))


def _number(name: str, told: Number) -> Decimal:
    try:
        number = Decimal(str(told))
    except InvalidOperation as error:
        raise RequestError(f"{name} is {told!r}; expected a number") from error
    if not number.is_finite() or number < 0:
        raise RequestError(f"{name} is {told}; expected a number from zero on")
    return number


def _above_zero(name: str, told: Number) -> Decimal:
    number = _number(name, told)
    if number == 0:
        raise RequestError(f"{name} is 0; expected a number above zero")
    return number
