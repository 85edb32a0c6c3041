"""The month as one page that stands alone and prints, in Chinese."""

from functools import cache
from statistics import median
from typing import Any

from jinja2 import Environment

from features.catalogue import load_catalogue, load_departments
from features.pages import templates_of
from models.monitoring.limits import OWN_FILE, in_force
from models.monitoring.month import Population
from models.segments import OTHERS, UNKNOWN
from pipelines.monitoring.plots import auc_plot, psi_plot
from pipelines.monitoring.seen import Watched
from pipelines.templates.wording import FILTERS, word

YEAR = 12
MOST_FEATURES = 15
"""Features on the page, those that moved most first; the JSON has them all."""
COLUMNS = {"bank": "银行", "industry": "行业", "size": "规模", "district": "区县", "kind": "主体类型"}
OTHER_WORDS = {UNKNOWN: "未知", OTHERS: "其他", "nan": "未知"}


def render(seen: Watched) -> str:
    """The page as text; the same month gives the same bytes."""
    numbers = in_force(seen.given.home.root / OWN_FILE)
    told, population = seen.outcomes, seen.history[-1].population
    return (
        _environment()
        .get_template("monitor.html.j2")
        .render(
            s=seen,
            month=seen.history[-1].month,
            p=population,
            urgent=[one for one in seen.alerts if one.needs_person],
            others=[one for one in seen.alerts if not one.needs_person],
            sources=_sources(seen),
            features=_features(seen, population),
            cohorts=_cohorts(seen),
            latest=next(iter(reversed([one for one in _cohorts(seen) if one["auc"] == one["auc"]])), None),
            segments=_segments(seen),
            now=_now(population),
            psi_plot=psi_plot(seen.history, numbers["psi_watch"].value, numbers["psi_act"].value),
            auc_plot=auc_plot(told.cohorts, told.estimates) if told else None,
            numbers=numbers,
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines")
    environment.filters |= FILTERS
    return environment


def _sources(seen: Watched) -> list[dict[str, Any]]:
    """Every source with what arrived, beside the year before; late ones and those with an alert first."""
    catalogue, departments = load_catalogue(), load_departments()
    fresh = {one["source"]: one for one in seen.coverage.get("sources", [])}
    told = {one.subject: one for one in reversed(seen.alerts)}
    rows = []
    for name, one in seen.history[-1].sources.items():
        before = [month.source(name).rows for month in seen.history[:-1][-YEAR:]]
        known = fresh.get(name, {})
        rows.append(
            {
                "zh": catalogue[name].zh,
                "department": departments[catalogue[name].department].zh,
                "rows": one.rows,
                "usual": median(before) if before else None,
                "firms": one.firms,
                "withdrawn": one.withdrawn,
                "refused": one.refused,
                "newest": one.newest or known.get("newest"),
                "share": known.get("share"),
                "is_late": known.get("late"),
                "alert": told.get(name),
            }
        )
    return sorted(rows, key=lambda row: (row["alert"] is None, not row["is_late"]))


def _features(seen: Watched, population: Population | None) -> list[dict[str, Any]]:
    """The features that moved most, with the missing share now and a month ago."""
    if population is None:
        return []
    names = {one.name: one.zh for one in seen.given.features}
    catalogue = load_catalogue()
    sources = {one.name: catalogue[one.source].zh for one in seen.given.features}
    earlier = next((one.population for one in reversed(seen.history[:-1]) if one.population), None)
    worst = sorted(population.csi, key=lambda name: -population.csi[name][0])[:MOST_FEATURES]
    return [
        {
            "zh": names.get(name, name),
            "source": sources.get(name, ""),
            "csi": population.csi[name][0],
            "chance": population.csi[name][1],
            "missing": population.missing(name),
            "before": earlier.missing(name) if earlier and name in earlier.bins else None,
        }
        for name in worst
    ]


def _cohorts(seen: Watched) -> list[dict[str, Any]]:
    """Cohorts with the estimate made before labels came beside the truth."""
    if seen.outcomes is None:
        return []
    estimates = seen.outcomes.estimates.drop(columns=["loans", "known", "bads"], errors="ignore")
    return list(seen.outcomes.cohorts.merge(estimates, on="cohort", how="left").to_dict("records"))


def _segments(seen: Watched) -> list[tuple[str, list[dict[str, Any]]]]:
    if seen.segments.empty:
        return []
    parts = seen.segments.groupby("column", sort=False)
    return [(COLUMNS[str(name)], _named(part.to_dict("records"))) for name, part in parts]


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"zh": _zh(str(row["word"]))} for row in rows]


def _now(population: Population | None) -> list[tuple[str, list[dict[str, Any]]]]:
    """Firms and mean probability of default by segment, today."""
    if population is None:
        return []
    return [
        (
            COLUMNS[name],
            [
                {"zh": _zh(part), "firms": firms, "mean": mean}
                for part, (firms, mean) in sorted(parts.items(), key=lambda one: -one[1][0])
            ],
        )
        for name, parts in population.segments.items()
        if name in COLUMNS
    ]


def _zh(name: str) -> str:
    return OTHER_WORDS.get(name, word(name, "values"))
