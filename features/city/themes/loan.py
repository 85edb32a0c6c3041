"""The loan tape: who borrows what, when, and at what price."""

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Ints, happens, sigmoid
from features.city.green import trait
from features.city.lags import Habits
from features.city.rows import OTHERS, frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "loan"
HABITS = Habits(late=0.0, corrected=0.003, withdrawn=0.0, corrects="annual_rate")
BANKS = ("湖州银行", "吴兴农商银行", "德清农商银行", "安吉农商银行", "工商银行湖州分行", "农业银行湖州分行")
TEXTS = {"bank": BANKS}

FIRST_LOAN_MONTH = 3
"""Month of the window in which banks begin to lend: before it, no source has shown anything."""
YOUNGEST_MONTHS = 6
LOANS_PER_MONTH = 0.135
"""Loans a month for which a firm of the usual kind asks: a renewal every seven or eight months."""
KIND_PACE = (1.22, 0.5, 0.7)
"""Pace of enterprises, individual businesses and cooperatives, over that."""
TERMS_MONTHS = (6, 12, 24, 36)
TERM_SHARES = (0.12, 0.64, 0.14, 0.10)
LONG_TERM_MONTHS = 24
LONG_SHARES = (0.4, 0.7)
"""Of long loans, those for fixed assets and those repaid in instalments; all others are neither."""
WITH_LINE_SHARE = 0.7
HOUSE_BANK_SHARE = 0.75
LPR = 0.031
"""Price from which banks count, as a share per year: about the one-year LPR of 2024."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the loans of the chunk's firms, with the months that performance and oracle need.

    Beside the catalogue's columns: `health_month` (of the application), `paid_month` (of disbursement).
    Where a trouble is in the life of the firms, loans asked for before it are those of the quiet city.
    """
    loans = _drawn(chunk)
    if chunk.quiet is None or chunk.world.planted is None:
        return loans
    before, month = _drawn(chunk.quiet), chunk.world.planted.month
    later = loans[loans["health_month"] >= month].assign(record=lambda rows: rows["record"] + OTHERS)
    return pd.concat([before[before["health_month"] < month], later], ignore_index=True)


def _drawn(chunk: Chunk) -> pd.DataFrame:
    rng = chunk.stream(SOURCE)
    firm, month = np.nonzero(_asks(chunk) & _may_borrow(chunk))
    months, count = chunk.world.months, len(firm)
    applied = months.start(month) + rng.integers(0, 28, count)
    paid = applied + rng.integers(2, 13, count)
    term = rng.choice(TERMS_MONTHS, count, p=TERM_SHARES)
    paid_month = month + (paid > months.end(month))
    loans = frame(chunk, firm, paid, health_month=month, paid_month=paid_month)
    loans = loans.assign(
        bank=_bank(chunk, rng, firm),
        application_date=applied,
        maturity_date=months.start(paid_month + term) + paid - months.start(paid_month),
        term_months=term,
    )
    return loans.assign(**_terms(chunk, rng, firm, month, term))


def _asks(chunk: Chunk) -> Flags:
    """Return the months in which each firm would renew or add a loan, at its own even pace."""
    rng, kind = chunk.stream(SOURCE, "wish"), chunk.per_firm(chunk.world.population.kind)
    pace = LOANS_PER_MONTH * np.array(KIND_PACE)[kind] * rng.lognormal(-0.03, 0.25, len(kind))
    due = np.floor(rng.random((len(kind), 1)) + pace[:, None] * np.arange(chunk.world.months.count + 1))
    return np.diff(due, axis=1) > 0


def _may_borrow(chunk: Chunk) -> Flags:
    """Return the months in which banks lend to each firm; shape (firms, months)."""
    world = chunk.world
    month = np.arange(world.months.count)
    old_enough = month - chunk.per_firm(world.population.birth_month)[:, None] >= YOUNGEST_MONTHS
    lending = month >= FIRST_LOAN_MONTH
    return world.alive[chunk.rows] & ~world.distress.in_workout[chunk.rows] & old_enough & lending


def _bank(chunk: Chunk, rng: np.random.Generator, firm: Ints) -> Ints:
    """Draw the lender: mostly the house bank."""
    house = house_bank(chunk)[firm]
    return np.where(happens(rng, HOUSE_BANK_SHARE, len(firm)), house, rng.integers(0, len(BANKS), len(firm)))


def house_bank(chunk: Chunk) -> Ints:
    """Return the place in `BANKS` of each firm's usual bank; shape (firms,)."""
    return chunk.stream(SOURCE, "house").integers(0, len(BANKS), len(chunk.firms))


def _terms(
    chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints, term: Ints
) -> dict[str, np.ndarray]:
    """Draw amount, price and kind of each loan."""
    count = len(firm)
    revenue = chunk.per_firm(chunk.world.population.revenue_cny)[firm]
    amount = np.maximum(1, np.rint(revenue * rng.lognormal(0.3, 0.7, count) / 1e4)) * 1e4
    line = np.where(
        happens(rng, WITH_LINE_SHARE, count), amount * rng.choice([1.0, 1.0, 1.25, 1.5, 2.0], count), np.nan
    )
    green = trait(chunk)[firm, month]
    seen = view(chunk, "bank_view")[firm, month]
    rate = LPR + 0.014 - 0.003 * seen + 0.004 * rng.standard_normal(count)
    long = term >= LONG_TERM_MONTHS
    fixed, instalment = (np.where(long & happens(rng, share, count), 1, 0) for share in LONG_SHARES)
    return {
        "amount_cny": amount,
        "credit_line_cny": line,
        "annual_rate": np.round(np.clip(rate, 0.025, 0.12), 4),
        "loan_kind": np.array(
            [code(SOURCE, "loan_kind", kind) for kind in ("WORKING_CAPITAL", "FIXED_ASSET")]
        )[fixed],
        "repayment": np.array([code(SOURCE, "repayment", manner) for manner in ("BULLET", "INSTALMENT")])[
            instalment
        ],
        "green_inclusive": happens(rng, sigmoid(-2.3 + 0.8 * green), count).astype(np.int64),
    }
