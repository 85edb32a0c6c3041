"""Industries that fall behind all others: less business, more arrears, worse scores.

Each sign is held against the other industries of the same month, so that a bad month for all is none, and
against the industry's own past, so that seasons and habits of reporting are none either. Of activity the
deviation is the larger of the industry's own past one (from its median absolute deviation) and the sampling
error of its mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from statistics import median

from scipy.stats import poisson

from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures

YEAR = 12
NEWS = 3
"""Months for which signs are gathered: a shock shows first in sales, then in arrears, then in scores."""
TO_DEVIATION = 1.4826
"""From a median absolute deviation to the standard deviation of a normal (Rousseeuw, Croux 1993)."""
FEWEST_INDUSTRIES = 4


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks of an industry, and in which month; `surely` where it is enough by itself."""

    month: str
    zh: str
    en: str
    surely: bool
    about: str


def shocks(history: list[MonthFigures], limits: Limits) -> Iterator[Alert]:
    """Industries with a sign that is enough by itself, or with two kinds of weaker ones."""
    signs: dict[str, list[Sign]] = {}
    for back in range(min(NEWS, len(history) - 1)):
        until = history[: len(history) - back]
        for industry, sign in (*_arrears(until, limits), *_activity(until, limits), *_scores(until, limits)):
            signs.setdefault(industry, []).append(sign)
    for industry, found in sorted(signs.items()):
        sure = any(one.surely for one in found)
        kinds = {one.about.partition(":")[0] for one in found}
        if not sure and len(kinds) < 2:  # noqa: PLR2004 - one weak sign is chance
            continue
        newest = {one.about: one for one in reversed(found)}.values()
        yield told(
            "industry_shock",
            industry,
            min(one.month for one in found),
            0.999 if len(kinds) > 1 else 0.97,
            needs_person=True,
            signs_zh="，".join(one.zh for one in newest),
            signs_en=", ".join(one.en for one in newest),
        )


# ---------------------------------------------------------------- arrears
def _arrears(history: list[MonthFigures], limits: Limits) -> Iterator[tuple[str, Sign]]:
    """More firms newly in arrears than the industry's usual rate and the month's own level explain."""
    now, before = history[-1].arrears, [one.arrears for one in history[:-1][-YEAR:] if one.arrears]
    if len(before) < limits["months_of_history"] or len(now) < FEWEST_INDUSTRIES:
        return
    usual_of_all = _rate([pair for month in before for pair in month.values()])
    for industry, (firms, late) in sorted(now.items()):
        own = [month[industry] for month in before if industry in month]
        others = [pair for name, pair in now.items() if name != industry]
        level = max(1.0, _rate(others) / max(usual_of_all, 1e-9))
        # a quarter of the city's rate is mixed in: an industry without any arrears so far is no riskless one
        rate = (0.75 * _rate(own) + 0.25 * usual_of_all) * level
        chance = float(poisson.sf(late - 1, max(rate * firms, 0.5)))
        if firms and late >= limits["shock_times"] * rate * firms and chance < 1e-4:  # noqa: PLR2004 - a weak sign
            share, usual = late / firms, rate
            yield (
                industry,
                Sign(
                    month_of_events(history[-1]),
                    f"新增逾期企业占比 {share:.1%}（同期按惯例应为 {usual:.1%}）",
                    f"{share:.1%} of its firms newly in arrears ({usual:.1%} would be usual)",
                    surely=chance < limits["shock_chance"],
                    about="arrears",
                ),
            )


def month_of_events(month: MonthFigures) -> str:
    """The month that arrears and activity speak of: the one before that in which they were reported."""
    year, number = (int(part) for part in month.month.split("-"))
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


def _rate(pairs: list[list[int]]) -> float:
    return sum(late for _, late in pairs) / max(1, sum(firms for firms, _ in pairs))


# ---------------------------------------------------------------- activity
def _activity(history: list[MonthFigures], limits: Limits) -> Iterator[tuple[str, Sign]]:
    """Less business than the industry's own past and this month's other industries explain."""
    for source in sorted(history[-1].activity):
        months = [_centred(one.activity.get(source, {})) for one in history[-1 - YEAR :]]
        now, before = months[-1], [one for one in months[:-1] if one]
        if len(before) < limits["months_of_history"] or len(now) < FEWEST_INDUSTRIES:
            continue
        for industry, (mean, error) in sorted(now.items()):
            past = [one[industry][0] for one in before if industry in one]
            if len(past) < limits["months_of_history"]:
                continue
            usual = median(past)
            spread = TO_DEVIATION * median(abs(value - usual) for value in past)
            deviations = (usual - mean) / max(spread, error, 1e-9)
            if usual - mean >= limits["shock_size"] and deviations >= 0.6 * limits["shock_deviations"]:
                yield industry, _less(month_of_events(history[-1]), source, usual - mean, deviations, limits)


def _less(month: str, source: str, less: float, deviations: float, limits: Limits) -> Sign:
    from features.catalogue import source_named

    about, share = source_named(source), 1 - exp(-less)
    return Sign(
        month,
        f"{about.zh}所示规模比其他行业多降 {share:.0%}",
        f"{share:.0%} less by {about.en.lower()}",
        surely=deviations >= limits["shock_deviations"],
        about=f"activity:{source}",
    )


def _centred(told_: Mapping[str, list[float]]) -> dict[str, tuple[float, float]]:
    """Industry → mean change less that of the middle industry, and its standard error."""
    if not told_:
        return {}
    middle = median(mean for _, mean, _ in told_.values())
    return {
        name: (mean - middle, (spread or 0.0) / sqrt(firms)) for name, (firms, mean, spread) in told_.items()
    }


# ---------------------------------------------------------------- scores
def _scores(history: list[MonthFigures], limits: Limits) -> Iterator[tuple[str, Sign]]:
    """Default odds of the industry's firms that rose far beyond all others', over one to three months."""
    population = history[-1].population
    if population is None:
        return
    for months, by_industry in sorted(population.shifts.items()):
        centred = _centred(by_industry)
        if len(centred) < FEWEST_INDUSTRIES:
            continue
        spread = TO_DEVIATION * median(abs(mean) for mean, _ in centred.values())
        for industry, (mean, error) in sorted(centred.items()):
            deviations = mean / max(spread, error, 1e-9)
            if mean >= limits["shock_log_odds"] and deviations >= 0.6 * limits["shock_deviations"]:
                yield (
                    industry,
                    Sign(
                        history[-1].month,
                        f"违约赔率 {months} 个月内比其他行业多升 {exp(mean) - 1:.0%}",
                        f"odds of default up {exp(mean) - 1:.0%} beyond the others' within {months} months",
                        surely=deviations >= limits["shock_deviations"],
                        about=f"scores:{months}",
                    ),
                )
