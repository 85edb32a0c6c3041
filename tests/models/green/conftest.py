"""Firms with a green trait, graded twice; a model of them, and the evidence on it."""

import numpy as np
import pandas as pd
import pytest

from models.green import GRADES, GreenGradeModel
from models.green.validating import GradedRows, validated
from models.green.vetoes import Veto
from models.reasons import Meaning

MEANINGS = {
    "carbon": Meaning("碳效", "Carbon", "碳效偏高", "碳效较低", monotone=1, source="carbon_code"),
    "iso": Meaning("认证", "Certificate", "无认证", "有认证", unit="flag", monotone=-1),
}
VETO = Veto(
    name="severe_penalty",
    column="severe",
    at_least=1,
    zh="有严重环保处罚",
    en="A severe environmental penalty",
    cites="a rule",
    certainty="to_be_confirmed",
    since="2022-01-01",
)


def made(firms: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Features and official grades of firms, a row a firm."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=firms)
    table = pd.DataFrame(
        {
            "carbon": -trait + 0.5 * rng.normal(size=firms),
            "iso": (trait + 0.5 * rng.normal(size=firms) > 0.3).astype(float),
            "permit": pd.array(np.where(rng.random(firms) < 0.5, "KEY", "SIMPLIFIED"), dtype="str"),
        }
    )
    return table, np.array(GRADES)[np.clip(np.digitize(trait, [-0.8, 0.2, 1.1]), 0, 3)]


def unfitted(**more) -> GreenGradeModel:
    """A small model that has not been fitted."""
    return GreenGradeModel(**{"meanings": MEANINGS, "n_estimators": 60} | more)


def graded(firms: int = 300, seed: int = 0) -> GradedRows:
    """Two evaluations of each firm, a year apart; of every tenth firm nothing was known at the first one."""
    table, grades = made(firms, seed)
    twice = pd.concat([table, table], ignore_index=True)
    blank = np.arange(len(twice)) < firms
    blank &= np.arange(len(twice)) % 10 == 0
    twice.loc[blank] = None
    time = pd.Series(np.repeat(pd.to_datetime(["2025-03-31", "2026-03-31"]), firms))
    return GradedRows(
        table=twice,
        grades=pd.Series(np.tile(grades, 2)),
        firms=pd.Series(np.tile([f"e{one}" for one in range(firms)], 2)),
        time=time,
        told=time + pd.Timedelta(days=30),
    )


@pytest.fixture(scope="session")
def make():
    return made


@pytest.fixture(scope="session")
def maker():
    return unfitted


@pytest.fixture(scope="session")
def veto():
    return VETO


@pytest.fixture(scope="session")
def graded_rows():
    return graded


@pytest.fixture(scope="session")
def rows():
    return graded()


@pytest.fixture(scope="session")
def evidence(rows):
    """Evidence on a model that has nothing against it."""
    return validated(unfitted, rows)


@pytest.fixture(scope="session")
def model():
    return unfitted().fit(*made(600, 1))
