"""Slow moves against the champion's own day: scores, features, and how score and green grade go together."""

from collections.abc import Callable, Iterator, Mapping

from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures, Population

SHOWN = 5
YEAR = 12


def drifted(
    history: list[MonthFigures], limits: Limits, names: Mapping[str, str] | None = None
) -> Iterator[Alert]:
    """What the firms of the newest month have moved by since the champion's day.

    Below `psi_watch`, or within what chance explains, nothing is said.
    """
    population = history[-1].population
    if population is None:
        return
    yield from _scores(history, population, limits)
    yield from _features(history, population, limits, names or {})
    yield from _green(history, population, limits)


def _scores(history: list[MonthFigures], now: Population, limits: Limits) -> Iterator[Alert]:
    psi, chance = now.score_psi
    if psi < max(limits["psi_watch"], chance):
        return
    acts = psi >= max(limits["psi_act"], 2 * chance)
    yield told(
        "score_drift",
        now.model,
        _since(history, now, lambda one: one.score_psi[0] >= limits["psi_act" if acts else "psi_watch"]),
        0.97 if acts else 0.8,
        needs_person=acts,
        psi=psi,
        chance=chance,
        verdict_zh="达到复核线" if acts else "进入观察",
        verdict_en="review" if acts else "watch",
    )


def _since(history: list[MonthFigures], now: Population, holds: Callable[[Population], bool]) -> str:
    """The first month of those without a gap until now in which something holds of the same champion."""
    since = history[-1]
    for month in reversed(history):
        one = month.population
        if one is None or one.model != now.model or not holds(one):
            break
        since = month
    return since.month


def _features(
    history: list[MonthFigures], now: Population, limits: Limits, names: Mapping[str, str]
) -> Iterator[Alert]:
    """Features whose CSI is beyond both the line and chance; so many at once are a matter for a person."""
    found = _beyond(now, limits)
    if not found:
        return
    worst = sorted(found, key=lambda name: -now.csi[name][0])[:SHOWN]
    many = len(found) >= max(2, limits["csi_features"] * len(now.csi))
    yield told(
        "feature_drift",
        worst[0] if len(found) == 1 else f"{len(found)} features",
        _since(history, now, lambda one: bool(_beyond(one, limits))),
        0.95 if many else 0.7,
        needs_person=many,
        count=len(found),
        all=len(now.csi),
        limit=limits["psi_act"],
        names_zh="、".join(f"{names.get(name, name)}（{now.csi[name][0]:.2f}）" for name in worst),
        names_en=", ".join(f"{name} ({now.csi[name][0]:.2f})" for name in worst),
    )


def _beyond(population: Population, limits: Limits) -> list[str]:
    return [
        name for name, (psi, chance) in population.csi.items() if psi >= max(limits["psi_act"], 2 * chance)
    ]


def _green(history: list[MonthFigures], now: Population, limits: Limits) -> Iterator[Alert]:
    """Score and green grade that go together otherwise than in the same champion's year before."""
    before_now = (month.population for month in history[:-1][-YEAR:])
    past = [one.green for one in before_now if one and one.model == now.model and one.green]
    if not now.green or not past:
        return
    before = sum(one[0] for one in past) / len(past)
    value, low, high = now.green
    if abs(value - before) < limits["dependence_jump"] or low <= before <= high:
        return
    yield told(
        "green_credit_dependence",
        now.model,
        history[-1].month,
        0.95,
        needs_person=True,
        before=before,
        now=value,
        low=low,
        high=high,
    )
