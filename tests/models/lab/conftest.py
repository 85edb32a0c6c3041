"""A small joint sample with a known risk: both sides tell something, and something together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.credit import CreditModel
from models.lab.sample import Sample
from models.lab.second_half import SecondHalf
from models.reasons import Meaning
from models.splits import GroupTimeFolds

AS_OF = pd.Timestamp("2026-12-31")
SOURCES = {"paid": "tax_declaration", "late": "tax_arrears", "kwh": "electricity", "sued": "court_judgment"}


def make_sample(rows: int = 900, seed: int = 0) -> Sample:
    """Loans of firms at two banks; `sued` tells nothing, `inflow` matters where `paid` is low."""
    rng = np.random.default_rng(seed)
    firm = rng.integers(0, rows // 2, rows)
    health = rng.normal(size=rows // 2)[firm]
    paid, kwh = (health + rng.normal(size=rows) for _ in range(2))
    use, inflow = (0.3 * health + rng.normal(size=rows) for _ in range(2))
    odds = -1.6 - 0.8 * paid - 0.6 * kwh + 1.2 * use - 0.8 * np.where(paid < 0, inflow, 0.0)
    applied = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1000, rows), unit="D")
    index = pd.Index([f"L{number:04d}" for number in range(rows)], dtype="str", name="loan_id")
    loans = pd.DataFrame(
        {
            "entity_id": [f"firm-{number}" for number in firm],
            "bank": rng.choice(["BANK-A", "BANK-B"], rows),
            "application_date": applied,
            "window_end": applied + pd.DateOffset(months=6),
            "bad": (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype("int64"),
        },
        index=index,
    )
    platform = {"paid": paid, "late": paid + rng.normal(size=rows), "kwh": kwh, "sued": np.zeros(rows)}
    platform["note"] = rng.normal(size=rows)
    bank = {"use": use, "inflow": np.where(rng.random(rows) < 0.1, np.nan, inflow)}
    return Sample(
        loans=loans,
        platform=pd.DataFrame(platform, index=index),
        bank=pd.DataFrame(bank, index=index),
        groups=loans["entity_id"],
        meanings={name: Meaning(name, name, name, name, sources=(one,)) for name, one in SOURCES.items()},
    )


@pytest.fixture(scope="session")
def as_of() -> pd.Timestamp:
    """A day on which every loan's outcome is known."""
    return AS_OF


@pytest.fixture(scope="session")
def quick():
    """Makes a credit model of few trees."""
    return lambda meanings: CreditModel(
        meanings=meanings, n_estimators=30, learning_rate=0.2, calibration="platt"
    )


@pytest.fixture(scope="session")
def quick_half():
    """Makes a second half of few trees."""
    return lambda meanings: SecondHalf(meanings=meanings, n_estimators=15, learning_rate=0.3)


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample()


@pytest.fixture(scope="session")
def folds(sample: Sample) -> GroupTimeFolds:
    return sample.folds(AS_OF, folds=2, test_months=9)


@pytest.fixture(scope="session")
def turned(sample: Sample, folds: GroupTimeFolds) -> Sample:
    """The same loans with every label of the test turned round."""
    bad = sample.loans["bad"].where(~folds.test, 1 - sample.loans["bad"])
    return replace(sample, loans=sample.loans.assign(bad=bad))
