"""Firms and loans drawn for the benchmark, as an Arrow table of the types that a warehouse gives."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from serving.policy.fact_kinds import DAY, FLAG, INDUSTRY, MONEY, RATE, Kind
from serving.policy.facts import KINDS

AS_OF = date(2026, 11, 20)
FIRST = date(1970, 1, 1)
SEED = 7
UNKNOWN_SHARE = 0.05
IN_ORDER = 0.8
INDUSTRIES = ("C17", "C35", "F51", "F52", "I65", "A01", "L72", "E47", "G54", "K7010")
TERMS = (181, 365, 730, 1095, 2000)
NOT_GIVEN = ("size_class", "has_credit_line")
"""Found by the measures themselves, from indicators and from the line."""


def firms(count: int, seed: int = SEED) -> Any:
    """Every fact of so many firms; of each column, one cell in twenty is not known."""
    draw = np.random.default_rng(seed)
    names = [name for name in KINDS if name not in NOT_GIVEN]
    columns = {name: _column(KINDS[name], count, draw) for name in names}
    start = _days(date(2023, 1, 1), draw.integers(0, 1300, count))
    maturity = start + draw.choice(TERMS, count)
    columns["start_date"] = _of_days(start, count, draw)
    columns["maturity_date"] = _of_days(maturity, count, draw)
    return pa.table(columns)


def _column(kind: Kind, count: int, draw: np.random.Generator) -> Any:
    """A column of a kind: words, truths, money with fen, rates of four places, days, codes of industries."""
    unknown = draw.random(count) < UNKNOWN_SHARE
    if kind.words is not None:
        words = [word.value for word in kind.words]
        codes = pa.array(draw.integers(0, len(words), count, dtype=np.int32), mask=unknown)
        return pa.DictionaryArray.from_arrays(codes, pa.array(words))
    if kind.whole:
        return pa.array(draw.integers(1, int(min(kind.bounds[1], 400)) + 1, count), mask=unknown)
    drawn = {
        FLAG: lambda: pa.array(draw.random(count) < IN_ORDER, mask=unknown),
        DAY: lambda: _of_days(_days(date(2026, 1, 1), draw.integers(0, 300, count)), count, draw),
        MONEY: lambda: _decimals(np.exp(draw.normal(19, 1.2, count)).astype(np.int64), 18, 2, unknown),
        RATE: lambda: _decimals(draw.integers(50, 600, count), 9, 4, unknown),
        INDUSTRY: lambda: pa.array(INDUSTRIES).take(pa.array(draw.integers(0, len(INDUSTRIES), count))),
    }
    return drawn[kind]()


def _days(first: date, more: Any) -> Any:
    return (first - FIRST).days + more


def _of_days(days: Any, count: int, draw: np.random.Generator) -> Any:
    return pa.array(days.astype(np.int32), mask=draw.random(count) < UNKNOWN_SHARE).cast(pa.date32())


def _decimals(values: Any, digits: int, places: int, unknown: Any) -> Any:
    halves = np.stack([values, values >> 63], axis=1).astype(np.int64)
    there = pa.py_buffer(np.packbits(~unknown, bitorder="little"))
    return pa.Array.from_buffers(
        pa.decimal128(digits, places), len(values), [there, pa.py_buffer(np.ascontiguousarray(halves))]
    )


def guarantees(count: int) -> Any:
    """Firms that know all that measure 6 asks; about half of the rates lie within the cap."""
    draw = np.random.default_rng(SEED)
    nothing = np.zeros(count, dtype=bool)
    entity = np.array(["ENTERPRISE", "INDIVIDUAL_BUSINESS", "FARMER_COOP"])
    size = np.array(["MICRO", "SMALL", "MEDIUM", "LARGE"])
    return pa.table(
        {
            "entity_type": entity[draw.integers(0, 3, count)],
            "size_class": size[draw.integers(0, 4, count)],
            "is_sannong": draw.random(count) < 0.3,  # noqa: PLR2004 - a share
            "guarantee_provider_is_government": draw.random(count) < 0.9,  # noqa: PLR2004 - a share
            "guarantee_fee_rate": _decimals(draw.integers(50, 151, count), 9, 4, nothing),
            "premium_subsidy_rate": _decimals(draw.integers(50, 111, count), 9, 4, nothing),
            "guaranteed_amount_cny": _decimals(draw.integers(10**6, 10**9, count), 18, 2, nothing),
            "guarantee_days": draw.integers(30, 1000, count),
        }
    )
