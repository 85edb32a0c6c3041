"""Customs: what leaves and enters the country, month by month, and the class that customs gives."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import drift, turnover
from features.city.arrays import Flags, Floats, Ints, happens, sigmoid
from features.city.events import holders
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "customs"
HABITS = Habits(late=0.02, corrected=0.008, withdrawn=0.0005, corrects="value_cny")
HELD = {"C": (0.26, 0.02, 0.05), "F": (0.10, 0.01, 0.02)}
"""Share of the firms of a section that trade across the border, by kind of firm."""
IMPORTING_SHARE = 0.35
CLASS_CUTS = (-2.6, -2.1, 1.4, 2.2)
"""A firm's standing from which it is dishonest, regular, certified and certified at the highest level."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per trading firm, month and direction with trade: exports, then imports."""
    rng = chunk.stream(SOURCE)
    traders = _traders(chunk)
    importers = traders & happens(chunk.stream(SOURCE, "imports"), IMPORTING_SHARE, len(traders))
    exports, imports = _traded(chunk, rng, traders), _traded(chunk, rng, importers)
    firm, month = (np.concatenate(pair) for pair in zip(exports, imports, strict=True))
    names = ("EXPORT", "IMPORT")
    direction = np.repeat(
        [code(SOURCE, "direction", name) for name in names], [len(exports[0]), len(imports[0])]
    )
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        direction=direction,
        value_cny=_value(chunk, rng, firm, month),
        credit_class=_class(chunk)[firm, month // 12],
    )


def _traders(chunk: Chunk) -> Flags:
    industry = chunk.per_firm(chunk.world.population.industry)
    trading = np.zeros(len(industry), dtype=bool)
    for section, shares in HELD.items():
        trading |= industries.of_sections(section)[industry] & holders(chunk, f"{SOURCE}/{section}", shares)
    return trading


def _traded(chunk: Chunk, rng: np.random.Generator, firms: Flags) -> tuple[Ints, Ints]:
    """Return firm and month of trade: the sick skip months."""
    alive = chunk.world.alive[chunk.rows] & firms[:, None]
    chance = sigmoid(1.6 + 0.4 * view(chunk, "trade_gaps"))
    firm, month = np.nonzero(alive & (rng.random(alive.shape) < chance))
    return firm, month


def _value(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints) -> Floats:
    own = chunk.stream(SOURCE, "own").beta(1.5, 3, len(chunk.firms))[firm]
    trend = drift(chunk, "trade_growth", 0.15)[firm, month]
    noise = 0.45 * rng.standard_normal(len(firm))
    value: Floats = np.round(own * turnover(chunk)[firm, month] * np.exp(trend + noise) + 1, 2)
    return value.astype(np.float64).round(2)


def _class(chunk: Chunk) -> Ints:
    """Return the class of each firm in each year of the window, the best being 0; shape (firms, years)."""
    size = np.log(chunk.per_firm(chunk.world.population.headcount) / 13.0)
    yearly = view(chunk, "customs_class")[:, ::12]
    own = chunk.stream(SOURCE, "class").normal(0, 0.6, (len(size), 1))
    return 4 - np.digitize(0.45 * yearly + 0.45 * size[:, None] + own, CLASS_CUTS)
