"""The size of a firm by the SME standard: the lowest class over the indicators of its industry.

工信部联企业〔2011〕300号, 国统字〔2017〕213号. Lower limits are inclusive, upper ones are not.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from serving.policy.errors import FactError
from serving.policy.facts import Facts
from serving.policy.kinds import EntityType, SizeClass
from serving.policy.law import Law, default_parameters
from serving.policy.logic import Truth, choose, known
from serving.policy.money import WAN

Known: TypeAlias = Any
CLASSES = tuple(SizeClass)
OUT_OF_SCOPE = "OUT_OF_SCOPE"
MONTHS = 12
SIZED_BY = frozenset(
    (
        "entity_type",
        "industry",
        "size_class",
        "employees",
        "revenue_cny",
        "revenue_months",
        "assets_cny",
    )
)
"""The facts that a size is found by."""
FACT_OF = {"employees": "employees", "revenue_wan": "revenue_cny", "assets_wan": "assets_cny"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """The size of a firm and how it was found.

    Attributes:
        size_class: None where it is unknown or the standard does not speak of the industry.
        group: Group of the standard; None where the industry is unknown; OUT_OF_SCOPE where it has none.
        missing: Facts that would settle an unknown size.
        by_reference: True for an individual business, which the standard classes by reference.
        assumptions: What was assumed, in Chinese.
    """

    size_class: SizeClass | None
    group: str | None = None
    missing: tuple[str, ...] = ()
    by_reference: bool = False
    assumptions: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The class, or UNKNOWN, or OUT_OF_SCOPE, as one word."""
        if self.size_class is not None:
            return self.size_class.value
        return OUT_OF_SCOPE if self.group == OUT_OF_SCOPE else "UNKNOWN"


def size_class(facts: Facts, as_of: date) -> Sizing:
    """The size of a firm on a day.

    A class that was given is kept. Micro needs only one indicator under its limit, so one known indicator can
    settle the class; otherwise a missing indicator leaves it unknown.

    Raises:
        FactError: The industry is none of GB/T 4754-2017, or the given class contradicts the indicators.
        NoNumberForDay: The standard did not yet exist.
    """
    return sizing(facts, default_parameters().on(as_of))


def sizing(facts: Facts, law: Law) -> Sizing:
    """`size_class` under a law that was already read for its day."""
    by_reference = facts.entity_type is EntityType.INDIVIDUAL_BUSINESS
    if facts.industry is None:
        asked = () if facts.size_class else ("industry",)
        return Sizing(size_class=facts.size_class, missing=asked, by_reference=by_reference)
    group, sure = industry_group(facts.industry, law)
    if group == OUT_OF_SCOPE:
        return Sizing(
            size_class=facts.size_class, group=group, by_reference=by_reference, assumptions=_no_scale(facts)
        )
    known, missing = _levels(facts, law.sme_size_limits[group])
    _expect_no_contradiction(facts, known, missing)
    found = facts.size_class or _lowest(known, missing)
    return Sizing(
        size_class=found,
        group=group,
        missing=() if found else missing,
        by_reference=by_reference,
        assumptions=_assumptions(facts, sure=sure, by_reference=by_reference),
    )


def annualised_revenue(revenue_cny: Decimal, months: int | None) -> Decimal:
    """Revenue of a year, from the revenue of the months a firm has existed; unrounded yuan.

    公告2023年第13号第三条: revenue ÷ months × 12 where there are fewer than twelve.

    >>> round(annualised_revenue(Decimal(3_000_000), 7), 2)
    Decimal('5142857.14')
    """
    return revenue_cny if months in (None, MONTHS) else revenue_cny * MONTHS / Decimal(months or MONTHS)


def industry_group(industry: str, law: Law) -> tuple[str, bool]:
    """The group of the standard that a GB/T 4754-2017 code belongs to, and whether that is sure.

    Raises:
        FactError: No group begins with the code: an unknown division, or a code too short to tell.
    """
    groups: dict[str, str] = law.made_of("industry_groups", _expanded)
    for length in range(len(industry), 2, -1):
        group = groups.get(industry[:length])
        if group:
            return group.removeprefix("?"), not group.startswith("?")
    longer = sorted(code for code in groups if code.startswith(industry))
    expected = (
        f"a longer code, such as {', '.join(longer)}" if longer else "a division of GB/T 4754-2017, like C17"
    )
    raise FactError("industry", industry, expected)


def _expanded(ranges: dict[str, str]) -> dict[str, str]:
    """A13-15 written out as A13, A14, A15."""
    return {code: group for codes, group in ranges.items() for code in _codes(codes)}


def _codes(codes: str) -> list[str]:
    letter, (first, _, last) = codes[0], codes[1:].partition("-")
    return [f"{letter}{number:02d}" for number in range(int(first), int(last) + 1)] if last else [codes]


def _levels(facts: Facts, limits: dict[str, Any]) -> tuple[list[int], tuple[str, ...]]:
    """The class by each known indicator, and the facts of the unknown ones."""
    known, missing = [], []
    for indicator, fact in FACT_OF.items():
        if indicator not in limits:
            continue
        if getattr(facts, fact) is None:
            missing.append(fact)
        else:
            # 0 for micro to 3 for large: how many lower limits the indicator reaches
            known.append(sum([reaches(facts, fact, limit) for limit in limits[indicator]]))
    return known, tuple(missing)


def reaches(facts: Known, fact: str, limit: Any) -> Truth:
    """Whether an indicator reaches a lower limit of the standard, the limit itself included.

    Revenue is that of a year: of fewer than twelve months, revenue ÷ months × 12.

    Args:
        facts: One firm's or many.
        fact: The fact that is the indicator.
        limit: In persons or 万元; of many firms a column.
    """
    if fact == "employees":
        return facts.employees >= limit
    if fact == "revenue_cny":
        months = choose(known(facts, "revenue_months"), facts.revenue_months, MONTHS)
        return facts.revenue_cny * MONTHS >= limit * WAN * months
    return getattr(facts, fact) >= limit * WAN


def _lowest(known: list[int], missing: tuple[str, ...]) -> SizeClass | None:
    lowest = min(known, default=None)
    if lowest is None or (missing and lowest > 0):
        return None
    return CLASSES[lowest]


def _expect_no_contradiction(facts: Facts, known: list[int], missing: tuple[str, ...]) -> None:
    if facts.size_class is None or not known:
        return
    highest = min(known)
    given = CLASSES.index(facts.size_class)
    if given > highest or (given != highest and not missing):
        found = CLASSES[highest] + (" at most" if missing and highest else "")
        raise FactError(
            "size_class", facts.size_class, f"{found} by industry and indicators, or leave one of them out"
        )


def _no_scale(facts: Facts) -> tuple[str, ...]:
    return () if facts.size_class else (f"行业 {facts.industry} 不在中小企业划型标准内，规模须另行认定",)


def _assumptions(facts: Facts, *, sure: bool, by_reference: bool) -> tuple[str, ...]:
    if facts.size_class:
        return ()
    notes = []
    if not sure:
        notes.append(f"待确认：行业 {facts.industry} 对应的划型类别")
    if by_reference:
        notes.append("个体工商户参照企业划型标准")
    if facts.revenue_months not in (None, MONTHS):
        notes.append(f"营业收入按 {facts.revenue_months} 个月折算为全年")
    return tuple(notes)
