"""How the page writes names, amounts, shares and sentences, in Chinese or English; the words lie in YAML."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from features.catalogue import load_departments, source_named
from features.errors import RequestError
from features.yaml_text import read_yaml
from pipelines.city_report.figure import Figure
from pipelines.city_report.targets import Target
from serving.policy.law import Law

LANGUAGES = ("zh", "en")
NOTHING = "—"
SCALES = {
    "yi": Decimal(10) ** 8,
    "wan": Decimal(10) ** 4,
    "bn": Decimal(10) ** 9,
    "m": Decimal(10) ** 6,
    "yuan": Decimal(1),
    "count": Decimal(1),
    "rate": Decimal("0.01"),
}
"""What a unit holds."""
MONEY = {"zh": ("yi", "wan"), "en": ("bn", "m")}
"""Units of large sums, the largest first."""


@cache
def _loaded(lang: str) -> dict[str, Any]:
    text = (files("pipelines.city_report") / f"words.{lang}.yaml").read_text("utf-8")
    found: dict[str, Any] = read_yaml(text)
    return found


class Words:
    """The words of one language.

    Args:
        lang: `zh` or `en`.

    Raises:
        RequestError: There is no such language.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise RequestError(f"--lang '{lang}': expected {' or '.join(LANGUAGES)}")
        self.lang = lang
        self._words = _loaded(lang)

    def __call__(self, path: str, **values: Any) -> str:
        """The word at a path such as `units.yi`, its gaps filled in."""
        return str(self.at(path)).format(**values)

    def at(self, path: str) -> Any:
        """What stands at a path: a word, a list, or a table."""
        found: Any = self._words
        for part in path.split("."):
            found = found[int(part)] if part.isdecimal() and int(part) in found else found[part]
        return found

    def district(self, code: str) -> str:
        """Name of a district, or its code where it has none here."""
        return str(self.at("districts").get(code, code))

    def month(self, day: date) -> str:
        """A month, by any of its days."""
        return f"{day:%Y-%m}"

    def amount(self, figure: Figure, value: Decimal | None) -> str:
        """A value with its unit, in the unit that fits it; a dash where there is none."""
        if value is None:
            return NOTHING
        unit = self.unit(figure, [value])
        return self(f"amounts.{unit}", value=self.number(unit, value))

    def unit(self, figure: Figure, values: Iterable[Decimal | None]) -> str:
        """The unit in which all of some values can be read: 亿元 or 万元, billions or millions if large."""
        if figure.unit != "CNY":
            return figure.unit
        most = max((abs(value) for value in values if value is not None), default=Decimal(0))
        return next((unit for unit in MONEY[self.lang] if most >= SCALES[unit]), "yuan")

    def number(self, unit: str, value: Decimal | None) -> str:
        """A value in a unit, without the unit's name.

        >>> Words("zh").number("wan", Decimal("13564.81")), Words("zh").number("rate", Decimal("0.0078"))
        ('1.36', '0.78')
        """
        if value is None:
            return NOTHING
        places = 0 if unit == "count" else 2
        return f"{value / SCALES[unit]:,.{places}f}"

    def share(self, value: float | Decimal | None) -> str:
        """A share in per cent, with a digit more where it is small.

        >>> Words("zh").share(0.8914), Words("zh").share(0.00513), Words("zh").share(None)
        ('89.1%', '0.51%', '—')
        """
        if value is None:
            return NOTHING
        small = 0 < float(value) < 0.1  # noqa: PLR2004 - below ten per cent a tenth is too coarse
        return f"{float(value):.{2 if small else 1}%}"

    def target(self, target: Target, figure: Figure) -> str:
        """A target in words."""
        return self(f"relations.{target.relation}", value=self.amount(figure, target.value))

    def sources(self, names: Iterable[str]) -> str:
        """Sources with their departments and what they would tell."""
        told = []
        for name in names:
            source = source_named(name)
            department = load_departments()[source.department]
            named = self("source", zh=source.zh, en=source.en, department=getattr(department, self.lang))
            told.append(f"{named}{'，' if self.lang == 'zh' else ', '}{self(f'gives.{name}')}")
        return ("；" if self.lang == "zh" else "; ").join(told)


def gaps(law: Law, words: Words) -> dict[str, str]:
    """The numbers of law that descriptions of figures name, as they stand on the day."""
    months = "{} months" if words.lang == "en" else "{} 个月"
    english = {
        "sla_days": f"{law.recommendation_sla_days} days",
        "sla_start": "complete documents"
        if law.recommendation_sla_start == "DOCUMENTS_COMPLETE_ON"
        else "the recommendation",
        "sla_calendar": "working days" if law.recommendation_sla_calendar == "WORKING" else "calendar days",
        "subsidy_cap": f"CNY {law.subsidy_cap_per_enterprise:,}",
    }
    chinese = {
        "sla_days": law["recommendation_sla_days"],
        "sla_start": law["recommendation_sla_start"],
        "sla_calendar": law["recommendation_sla_calendar"],
        "subsidy_cap": law["subsidy_cap_per_enterprise"],
    }
    return (english if words.lang == "en" else chinese) | {
        "lookback": months.format(law.city_first_loan_lookback_months),
        "long_over": f"{law.product_long_loan_over_years} {'year' if words.lang == 'en' else '年'}",
    }
