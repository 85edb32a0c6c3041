"""How a trouble changes the firms themselves: another course of the same city, or firms that join it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.city import industries
from features.city.arrays import Floats
from features.city.codes import DISTRICTS, NEWCOMER_SERIES, make_codes
from features.city.distress import HAZARD_SLOPE, hazard, make_distress
from features.city.health import Health, make_health
from features.city.population import DISTRICT_SHARES, Population, make_population
from features.city.sources import code
from features.city.troubles.planted import Planted
from features.city.world import Chunk, World, lived

NEWCOMERS_SEED = 1_000_003
"""Added to the seed for firms that join later: their draws are none of the city's."""


def chunks_of(world: World, planted: Planted | None) -> Iterator[Chunk]:
    """Walk through the firms of a city with what its trouble does to them, newcomers last."""
    if planted is None:
        yield from world.chunks()
    elif planted.trouble.kind in OTHER_COURSES:
        other = replace(OTHER_COURSES[planted.trouble.kind](world, planted), planted=planted)
        for quiet in world.chunks():
            yield Chunk(other, quiet.index, quiet.firms, quiet)
    elif planted.trouble.kind == "new_kind":
        known = list(world.chunks())
        yield from known
        for chunk in _newcomers(world, planted).chunks():
            yield replace(chunk, index=len(known) + chunk.index)
    else:
        yield from replace(world, planted=planted).chunks()


def industry_shock(world: World, planted: Planted) -> World:
    """Weaken one industry at once; it heals slowly, and who stops paying stays stopped."""
    what, months = planted.what, world.months.count
    since = np.arange(months) - planted.month
    course = np.where(since >= 0, what["monthly_persistence"] ** np.maximum(since, 0), 0.0)
    codes = np.array([industry.code for industry in industries.INDUSTRIES])
    hit = (codes == what["industry"])[world.population.industry]
    felt = (hit[:, None] * course).astype(np.float32)
    health = replace(world.health, total=world.health.total + np.float32(what["health"]) * felt)
    rate = hazard(world.health, health.total, np.arange(months))
    return replace(_course(world, health, rate), slump=np.float32(what["log_activity"]) * felt)


def concept_shift(world: World, planted: Planted) -> World:
    """Let stops follow a trait that no source shows, at the same average rate and with the same spread."""
    health, months = world.health, np.arange(world.months.count)
    usual = hazard(health, health.total, months)
    weight, spread = planted.what["weight_of_health"], float(health.total.std())
    hidden = planted.stream("hidden").standard_normal(len(world.population))[:, None] * spread
    mixed = np.sqrt(weight) * (health.total - health.total.mean()) + np.sqrt(1 - weight) * hidden
    shifted = np.exp(-HAZARD_SLOPE * mixed)
    free = world.alive & ~world.distress.in_workout
    shifted *= usual.mean(axis=0, where=free) / shifted.mean(axis=0, where=free)
    return _course(world, health, np.where(months < planted.month, usual, shifted))


def _course(world: World, health: Health, rate: Floats) -> World:
    """Return the city as it goes at other rates of stopping; the same draws decide."""
    distress = make_distress(world.population, health, world.seed, rate=rate)
    return lived(world.seed, world.months, world.population, health, distress)


OTHER_COURSES = {course.__name__: course for course in (industry_shock, concept_shift)}
"""Troubles in the life of the city's own firms."""


def _newcomers(world: World, planted: Planted) -> World:
    """Draw firms of a kind that the city did not have."""
    what, seed = planted.what, world.seed + NEWCOMERS_SEED
    count = max(1, round(what["share_of_firms"] * len(world.population)))
    usual = make_population(count, world.months, seed)
    population = _alike(usual, planted, planted.stream("newcomers"))
    health = replace(make_health(population, world.months, seed), monthly_creep=world.health.monthly_creep)
    distress = make_distress(population, health, seed)
    return replace(lived(seed, world.months, population, health, distress), planted=planted)


def _alike(usual: Population, planted: Planted, rng: np.random.Generator) -> Population:
    """Return firms all of the new kind: few people, large sales, no workshop and no meter."""
    what, count = planted.what, len(usual)
    codes = [industry.code for industry in industries.INDUSTRIES]
    headcount = np.clip(what["headcount"] * rng.lognormal(0, 0.6, count), 1, 60)
    first, last = what["born_months"]
    born = planted.month + rng.integers(first, last + 1, count)
    birth_day = planted.months.start(born) + rng.integers(0, 28, count)
    district = rng.choice(len(DISTRICTS), count, p=DISTRICT_SHARES)
    nowhere = np.zeros(count, dtype=bool)
    return replace(
        usual,
        codes=make_codes(np.ones(count, dtype=np.int64), district, 0, NEWCOMER_SERIES),
        kind=np.full(count, code("registration", "entity_type", "ENTERPRISE")),
        industry=np.full(count, codes.index(what["like_industry"])),
        district=district,
        headcount=headcount,
        revenue_cny=headcount * what["revenue_per_head_cny"] * rng.lognormal(0, 0.45, count),
        birth_month=born,
        birth_day=birth_day,
        producing=nowhere,
        covered={**usual.covered, "electricity": nowhere},
    )
