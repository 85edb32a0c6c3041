"""VAT invoices: whom a firm sells to and buys from, how steadily, and what it takes back."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import drift, turnover
from features.city.arrays import Flags, Floats, Ints, happens, scatter, sigmoid, spread_days
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "vat_invoice"
HABITS = Habits(late=0.04, corrected=0.004, withdrawn=0.002, corrects="amount_cny")
TEXTS = {"invoice_number": "", "counterparty": "P"}

SALES_PER_ACTIVE_MONTH = 1.6
"""Invoices a month, beyond the first, of a firm with the usual headcount."""
PURCHASES_PER_MONTH = 1.5
VAT_RATE = 0.13
POOL = 64
"""Places for partners of one direction; a place is refilled when a partner leaves."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the invoices of the chunk's firms, sales first."""
    rng = chunk.stream(SOURCE)
    firm, month = chunk.observed(SOURCE)
    sold = turnover(chunk)[firm, month] * np.exp(drift(chunk, "sales_growth")[firm, month])
    parts = [_sales(chunk, rng, firm, month, sold), _purchases(chunk, rng, firm, month, sold)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    number = rng.integers(10**9, 10**10, len(whole["firm"])) * 10**9 + np.arange(len(whole["firm"]))
    months = chunk.world.months
    event_day = spread_days(rng, months.start(whole["month"]), months.end(whole["month"]))
    del whole["month"]
    tax = np.round(whole["amount_cny"] * VAT_RATE, 2)
    return frame(chunk, whole.pop("firm"), event_day, invoice_number=number, tax_cny=tax, **whole)


def _sales(
    chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints, sold: Floats
) -> dict[str, np.ndarray]:
    cell = np.repeat(np.arange(len(firm)), _sales_counts(chunk, rng, firm, month))
    of_firm, of_month = firm[cell], month[cell]
    spread = np.exp(-1.0 - 0.5 * view(chunk, "sales_volatility")[firm, month])
    shock = np.exp(spread * rng.standard_normal(len(firm)))
    void = _chance(rng, chunk, "void_share", of_firm, of_month, -2.9)
    amount = _split(rng, cell, sold * shock, ~void)
    amount = np.where(_chance(rng, chunk, "red_letter_share", of_firm, of_month, -3.0), -0.3 * amount, amount)
    return {
        "firm": of_firm,
        "month": of_month,
        "direction": np.full(len(cell), code(SOURCE, "direction", "sales")),
        "counterparty": _partners(chunk, rng, of_firm, of_month, "buyer"),
        "amount_cny": np.round(amount, 2),
        "status": np.where(void, code(SOURCE, "status", "void"), code(SOURCE, "status", "valid")),
    }


def _sales_counts(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints) -> Ints:
    """Draw the sales invoices of each firm and month: none in a gap, many for the large."""
    active = happens(rng, sigmoid(1.7 + 0.9 * view(chunk, "sales_gaps")[firm, month]), len(firm))
    return np.where(active, 1 + rng.poisson(SALES_PER_ACTIVE_MONTH * _bustle(chunk)[firm]), 0)


def _bustle(chunk: Chunk) -> Floats:
    """Return how many invoices a firm writes over one of the usual size, heavy-tailed; shape (firms,)."""
    size = np.sqrt(chunk.per_firm(chunk.world.population.headcount) / 13.0)
    own = chunk.stream(SOURCE, "bustle").lognormal(-0.2, 0.6, len(size))
    return np.clip(size * own, 0.1, 60)


def _split(rng: np.random.Generator, cell: Ints, total: Floats, counted: Flags) -> Floats:
    """Share each cell's total, unevenly, among those of its invoices that count; the others come on top."""
    weight = rng.standard_gamma(0.8, len(cell)) + 0.05
    whole = np.bincount(cell, weight * counted, len(total))[cell]
    return total[cell] * weight / np.where(whole > 0, whole, 1)


def _chance(
    rng: np.random.Generator, chunk: Chunk, name: str, firm: Ints, month: Ints, usual: float
) -> Flags:
    return happens(rng, sigmoid(usual - 1.3 * view(chunk, name)[firm, month]), len(firm))


def _partners(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints, role: str) -> Ints:
    """Draw buyers or suppliers: sick firms lean on few of them, and lose them sooner."""
    lean = np.exp(0.5 - 1.7 * view(chunk, f"{role}_concentration")[firm, month])
    place = _place(chunk, rng, firm, lean) + POOL * (role == "supplier")
    lost_a_month = np.exp(-2.9 - 0.9 * view(chunk, f"{role}_churn"))
    refills = np.floor(
        _phase(chunk.firms[firm], place) + np.cumsum(lost_a_month, axis=1)[firm, month]
    ).astype(np.int64)
    return _partner(chunk.firms[firm], place, refills)


def _place(chunk: Chunk, rng: np.random.Generator, firm: Ints, lean: Floats) -> Ints:
    pool = np.clip(4 * np.sqrt(_bustle(chunk)) * 2, 3, POOL)[firm]
    return (pool * rng.random(len(firm)) ** (1 + lean)).astype(np.int64)


def _phase(firm: Ints, place: Ints) -> Floats:
    """Return a fixed fraction per firm and place, so that its partners do not all leave on one day."""
    return scatter(firm * 2 * POOL + place) / 2.0**62


def _partner(firm: Ints, place: Ints, refills: Ints) -> Ints:
    """Return the number of the partner in a place; some partners trade with many firms."""
    number = scatter((firm * 2 * POOL + place) * 1000 + refills) % 10**10
    return np.where(number % 5 == 0, number % 20_011, number)


def _purchases(
    chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints, sold: Floats
) -> dict[str, np.ndarray]:
    cell = np.repeat(np.arange(len(firm)), rng.poisson(PURCHASES_PER_MONTH * _bustle(chunk)[firm]))
    margin = industries.trait("margin")[chunk.per_firm(chunk.world.population.industry)[firm]]
    dear = np.exp(-0.16 * view(chunk, "purchase_ratio")[firm, month] + 0.15 * rng.standard_normal(len(firm)))
    amount = _split(rng, cell, sold * (1 - margin) * dear, np.ones(len(cell), dtype=bool))
    return {
        "firm": firm[cell],
        "month": month[cell],
        "direction": np.full(len(cell), code(SOURCE, "direction", "purchase")),
        "counterparty": _partners(chunk, rng, firm[cell], month[cell], "supplier"),
        "amount_cny": np.round(amount, 2),
        "status": np.full(len(cell), code(SOURCE, "status", "valid")),
    }
