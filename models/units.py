"""A value with its unit, as a person writes it."""

from collections.abc import Callable, Sequence
from typing import Literal

Language = Literal["zh", "en"]

Write = Callable[..., str]

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
    "m3": {"zh": " 立方米", "en": " m³"},
    "m3 per CNY": {"zh": " 立方米/元", "en": " m³ per CNY"},
    "t per 10k CNY": {"zh": " 吨/万元", "en": " t per 10k CNY"},
    "tce per 10k CNY": {"zh": " 吨标准煤/万元", "en": " tce per 10k CNY"},
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
    word, flag, few, many = _patterns(unit, language, before, behind)
    if unit == "flag":
        return lambda value: word(value if isinstance(value, str) else flag[bool(value)])
    return lambda value: (
        word(value) if isinstance(value, str) else (few if float(value).is_integer() else many)(value)
    )


def written(
    values: Sequence[float | str], unit: str, language: Language, before: str = "", behind: str = ""
) -> list[str]:
    """What `writer` says of each of these values, sooner where they are many numbers.

    >>> written([12.0, 7.4], "kWh", "zh")
    ['12 千瓦时', '7.40 千瓦时']
    """
    if unit == "flag" or set(map(type, values)) != {float}:
        return [*map(writer(unit, language, before, behind), values)]
    _, _, few, many = _patterns(unit, language, before, behind)
    return [few(value) if value.is_integer() else many(value) for value in values]  # type: ignore[union-attr]


def _patterns(
    unit: str, language: Language, before: str, behind: str
) -> tuple[Write, tuple[str, str], Write, Write]:
    """How words, flags, whole numbers and others are written between two texts."""
    opened, closed = (text.replace("{", "{{").replace("}", "}}") for text in (before, behind))
    named = _BEHIND[unit][language] if unit in _BEHIND else f" {unit}"
    whole, broken = (".1%", ".1%") if unit == "share" else (",.0f", ",.0f" if unit in _WHOLE else ",.2f")
    few, many = (
        f"{opened}{{:{pattern}}}{'' if unit == 'share' else named}{closed}".format
        for pattern in (whole, broken)
    )
    return f"{opened}{{}}{closed}".format, _FLAG[language], few, many
