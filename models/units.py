"""A value with its unit, as a person writes it."""

from collections.abc import Callable
from typing import Literal

Language = Literal["zh", "en"]

_BEHIND: dict[str, dict[Language, str]] = {
    "": {"zh": "", "en": ""},
    "count": {"zh": "", "en": ""},
    "ratio": {"zh": "", "en": ""},
    "CNY": {"zh": " 元", "en": " CNY"},
    "CNY per person": {"zh": " 元/人", "en": " CNY per person"},
    "days": {"zh": " 天", "en": " days"},
    "months": {"zh": " 个月", "en": " months"},
    "years": {"zh": " 年", "en": " years"},
    "persons": {"zh": " 人", "en": " persons"},
    "points": {"zh": " 分", "en": " points"},
    "place": {"zh": " 位", "en": ""},
    "places": {"zh": " 位", "en": " places"},
    "kWh": {"zh": " 千瓦时", "en": " kWh"},
    "kWh per CNY": {"zh": " 千瓦时/元", "en": " kWh per CNY"},
    "m2": {"zh": " 平方米", "en": " m²"},
}
_FLAG: dict[Language, tuple[str, str]] = {"zh": ("否", "是"), "en": ("no", "yes")}
_WHOLE = ("CNY", "CNY per person", "months")
"""Shown without decimals whatever they are."""


def shown(value: float | str, unit: str, language: Language) -> str:
    """A value with its unit; a word as it is.

    >>> shown(0.125, "share", "zh"), shown(1234567.8, "CNY", "zh"), shown(2.5, "kWh", "en")
    ('12.5%', '1,234,568 元', '2.50 kWh')
    >>> shown(1.0, "flag", "zh"), shown("G54", "", "zh"), shown(30.0, "days", "en")
    ('是', 'G54', '30 days')
    """
    return writer(unit, language)(value)


def writer(unit: str, language: Language, before: str = "", behind: str = "") -> Callable[[float | str], str]:
    """What `shown` says of many values of one unit, each between two texts.

    >>> [*map(writer("months", "zh", "成立 ", "。"), [12.0, 7.4])]
    ['成立 12 个月。', '成立 7 个月。']
    """
    opened, closed = (text.replace("{", "{{").replace("}", "}}") for text in (before, behind))
    named = _BEHIND[unit][language] if unit in _BEHIND else f" {unit}"
    word = f"{opened}{{}}{closed}".format
    if unit == "flag":
        return lambda value: word(value if isinstance(value, str) else _FLAG[language][bool(value)])
    few, many = (
        f"{opened}{{:{pattern}}}{'' if unit == 'share' else named}{closed}".format
        for pattern in ((".1%", ".1%") if unit == "share" else (",.0f", ",.0f" if unit in _WHOLE else ",.2f"))
    )
    return lambda value: (
        word(value) if isinstance(value, str) else (few if float(value).is_integer() else many)(value)
    )
