"""Things that happen to a firm now and then: drawn month by month, or in the wake of a stopped payment."""

import numpy as np

from features.city.arrays import Flags, Floats, Ints, spread_days
from features.city.world import Chunk

FEW = 3
"""Events that even the smallest city has of every kind, so that every department has something to send."""


def strikes(chunk: Chunk, rng: np.random.Generator, rate: Floats) -> tuple[Ints, Ints]:
    """Draw what happens to living firms at a monthly rate, seldom twice a month.

    Args:
        chunk: The firms.
        rng: Where the numbers come from.
        rate: Events a month; shape (firms, months) or what spreads to it.

    Returns:
        Firm (counted within the chunk) and month of every event.
    """
    living = rate * chunk.world.alive[chunk.rows]
    struck = rng.random(living.shape) < living
    early = struck.shape[1] // 2
    if chunk.index == 0 and struck[:, :early].sum() < FEW:
        struck[:, :early] |= _likeliest(rng, living[:, :early])
    firm, month = np.nonzero(struck)
    return firm, month


def _likeliest(rng: np.random.Generator, rate: Floats) -> Flags:
    """Return a few of the cells that could be struck, the likelier sooner."""
    order = np.argsort(-rate.ravel() * rng.random(rate.size), kind="stable")[:FEW]
    chosen = np.zeros(rate.size, dtype=bool)
    chosen[order] = rate.ravel()[order] > 0
    return chosen.reshape(rate.shape)


def after_stops(
    chunk: Chunk, rng: np.random.Generator, usual: float, between: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Draw what a stop of payment brings: a trap for features that look past the day asked for.

    Args:
        chunk: The firms.
        rng: Where the numbers come from.
        usual: Events that a stop brings on average.
        between: Months from the stop to the first and the last month in which they come.
    """
    firm, month = np.nonzero(chunk.world.distress.stop[chunk.rows])
    times = rng.poisson(usual, len(firm))
    firm, month = np.repeat(firm, times), np.repeat(month, times)
    when = month + rng.integers(between[0], between[1] + 1, len(firm))
    inside = when < chunk.world.months.count
    return firm[inside], when[inside]


def together(*parts: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return events of several kinds one after the other."""
    firm, month = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    return firm, month


def days_of(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints) -> Ints:
    """Return a day of each month, none before the firm's first."""
    months = chunk.world.months
    day = spread_days(rng, months.start(month), months.end(month))
    return np.maximum(day, chunk.per_firm(chunk.world.population.birth_day)[firm])


def days_before(chunk: Chunk, rng: np.random.Generator, firm: Ints, most_months: int) -> Ints:
    """Return a day for each firm from its first to the eve of the window, at most so many months back."""
    eve = np.full(len(firm), chunk.world.months.first_day - 1)
    earliest = eve - int(30.4 * most_months)
    first = np.maximum(chunk.per_firm(chunk.world.population.birth_day)[firm], earliest)
    return np.where(first < eve, spread_days(rng, np.minimum(first, eve), eve), first)


def holders(chunk: Chunk, source: str, shares: tuple[float, float, float]) -> Flags:
    """Return the firms on which a department holds rows, by its share of each kind of firm."""
    kind = chunk.per_firm(chunk.world.population.kind)
    return chunk.stream(source, "holders").random(len(kind)) < np.array(shares)[kind]


def months_of(chunk: Chunk, firms: Flags) -> tuple[Ints, Ints]:
    """Return firm and month of every month in which one of the firms lives."""
    firm, month = np.nonzero(chunk.world.alive[chunk.rows] & firms[:, None])
    return firm, month
