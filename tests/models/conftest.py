"""Tables with a known risk, for every model test."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from models.credit import CreditModel
from models.reasons import Meaning

MEANINGS = {
    "debt": Meaning(
        "负债率", "Debt ratio", "负债率偏高", "负债率较低", unit="share", source="测试", monotone=1
    ),
    "debt_long": Meaning("长期负债率", "Long debt", "负债率偏高", "负债率较低", reason="debt", monotone=1),
    "sales": Meaning("销售额", "Sales", "销售额偏低", "销售额较高", unit="CNY", monotone=-1),
}


@dataclass(frozen=True)
class Firms:
    """A table, its label and the true log-odds."""

    table: pd.DataFrame
    bad: np.ndarray


def make_firms(rows: int = 3000, seed: int = 0) -> Firms:
    """Risk rises with debt, falls with sales, differs by industry; a fifth of sales is missing."""
    rng = np.random.default_rng(seed)
    debt, sales = rng.normal(size=rows), rng.normal(size=rows)
    industry = rng.choice(["C17", "F51", "G54"], rows)
    odds = -2.3 + 1.2 * debt - 0.9 * sales + np.where(industry == "G54", 0.8, 0.0)
    table = pd.DataFrame(
        {
            "debt": debt,
            "debt_long": debt + rng.normal(size=rows),
            "sales": np.where(rng.random(rows) < 0.2, np.nan, sales),
            "industry": industry,
        }
    )
    return Firms(table, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int))


@pytest.fixture(scope="session")
def firms() -> Firms:
    return make_firms()


@pytest.fixture(scope="session")
def unseen() -> Firms:
    return make_firms(seed=1)


@pytest.fixture(scope="session")
def model(firms: Firms) -> CreditModel:
    return CreditModel(meanings=MEANINGS, n_estimators=120).fit(firms.table, firms.bad)
