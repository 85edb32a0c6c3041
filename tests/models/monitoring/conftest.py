"""Histories drawn month by month: quiet ones, in which a test changes what it is about."""

from collections.abc import Callable

import numpy as np
import pytest

from models.monitoring.limits import limits
from models.monitoring.month import MonthFigures, Population, SourceMonth

INDUSTRIES = [f"C{number}" for number in range(13, 33)]
LENGTH = 20


def ends(length: int = LENGTH) -> list[str]:
    """Last days of months up to October 2026."""
    return [f"{day}" for day in np.arange(f"{2026 - length // 12 - 1}-01", "2026-11", dtype="M8[M]")][
        -length:
    ]


def monthly(rows: int, **more) -> SourceMonth:
    """A month of a source whose rows come the month after their events."""
    told = {
        "firms": rows,
        "by_lag": {"0": 0, "1": rows - rows // 20, "2": rows // 20},
        "newest": "2026-09-30",
    }
    return SourceMonth(**{"rows": rows, **told, **more})


def quiet(length: int = LENGTH, seed: int = 0) -> list[MonthFigures]:
    """Months in which nothing happens but chance."""
    draw = np.random.default_rng(seed)
    return [
        MonthFigures(
            as_of=f"{month}-28",
            sources={
                "electricity": monthly(
                    int(draw.integers(950, 1050)),
                    sizes={"kwh": [1000.0, *(np.array([2.7, 3.4, 4.1]) + draw.normal(0, 0.05, 3))]},
                    filled={"kwh": 1000},
                    late={"0": [700, int(draw.binomial(700, 0.1))], "1": [700, 70], "2": [700, 70]},
                ),
                "loan_performance": monthly(int(draw.integers(2900, 3100))),
                "administrative_penalty": SourceMonth(
                    rows=int(draw.poisson(70)), withdrawn=int(draw.poisson(25)), late={"0": [60, 9]}
                ),
                "serious_violation": SourceMonth(rows=int(draw.poisson(1))),
                "court_enforcement": SourceMonth(
                    rows=int(draw.poisson(90)), late={"0": [80, int(draw.binomial(80, 0.35))]}
                ),
            },
            moved={},
            districts={"330502": 500, "330503": 400},
            newcomers={"industry": {"C17": int(draw.poisson(2))}, "entity_type": {"ENTERPRISE": 2}},
            arrears={name: [150, int(draw.binomial(150, 0.02))] for name in INDUSTRIES},
            activity={
                "vat_invoice": {name: [120.0, draw.normal(0, 0.04), 0.5] for name in INDUSTRIES},
            },
            population=Population(
                model="sme_credit/1",
                firms=2000,
                bins={"age": [1000, 900, 100]},
                csi={"age": [0.01, 0.02], "kwh": [0.02, 0.02]},
                score_psi=[0.02, 0.01],
                shifts={"1": {name: [120.0, draw.normal(0, 0.04), 0.5] for name in INDUSTRIES}},
                green=[0.2, 0.15, 0.25],
            ),
        )
        for month in ends(length)
    ]


@pytest.fixture
def months() -> Callable[..., list[MonthFigures]]:
    """Months in which nothing happens."""
    return quiet


@pytest.fixture(scope="session")
def numbers() -> dict[str, float]:
    """The shipped thresholds."""
    return limits()
