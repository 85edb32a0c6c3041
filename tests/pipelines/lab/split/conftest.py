"""Two banks and the platform in a lab of a few hundred loans, and what one bank knows itself."""

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.keyed import fingerprint, keyed_ids
from features.uscc import with_checks
from models.credit import CreditModel
from models.lab.sample import Sample
from models.lab.second_half import SecondHalf
from models.reasons import Meaning
from pipelines.lab.half import run_half
from pipelines.lab.package import Makers, Order, write_package
from pipelines.lab.project import Project

AGREEMENT = """\
project: huzhou-2026
purpose: TRAINING
legal_basis: 联合建模协议（草案第八条），企业授权用途为模型训练
parties:
  platform: {name: 绿贷通平台, fields: ["*"]}
  banks:
    湖州银行: {name: 湖州银行股份有限公司, fields: [inflow_cny, utilisation_share]}
    南浔银行: {name: 南浔银行股份有限公司, fields: [inflow_cny]}
applications: {from: 2022-01-01, to: 2026-10-31}
valid: {from: 2026-01-01, to: 2026-12-31}
smallest_cell: 5
key_holder: platform
routes: [sub_scores, stacking]
exports: [model, sub_scores, log_odds]
fineness: {points: 5, log_odds: 0.05}
"""
BANK, OTHER = "湖州银行", "南浔银行"
KEY = bytes(range(32))
AS_OF = pd.Timestamp("2026-10-31")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
FIRMS, OF_BANK = 260, 200

FEW = {"n_estimators": 30, "n_jobs": 1}
MAKERS = Makers(
    first=lambda meanings: CreditModel(meanings=meanings, calibration="platt", min_data_in_leaf=8, **FEW),
    second=lambda meanings: SecondHalf(meanings=meanings, **FEW),
    theme=lambda meanings: CreditModel(meanings=meanings, calibration="platt", **FEW),
    half=lambda meanings: CreditModel(meanings=meanings, **FEW),
)


def noon():
    """The lab's clock."""
    return NOON


def _meaning(name, source):
    return Meaning(zh=name, en=name, lowers=f"{name}偏弱", raises=f"{name}较好", sources=(source,))


MEANINGS = {
    "sales_cny": _meaning("sales_cny", "tax_declaration"),
    "arrears_cny": _meaning("arrears_cny", "tax_arrears"),
    "buyers_count": _meaning("buyers_count", "vat_invoice"),
}


@dataclass(frozen=True)
class World:
    """Firms with their codes, both banks' loans with the platform's columns, and a bank's own table."""

    sample: Sample
    table: pd.DataFrame
    codes: pd.Series

    @property
    def folds(self):
        """Over the sample."""
        return self.sample.folds(AS_OF, folds=3)


@pytest.fixture(scope="session")
def world():
    """Every firm has an older loan and one of the test period; risk comes from both sides, and jointly."""
    rng = np.random.default_rng(5)
    codes = with_checks(pd.Series([f"91330502MA{number:06d}" for number in range(FIRMS)]))
    platform = rng.normal(size=(FIRMS, 3))
    own = rng.normal(size=(FIRMS, 2))
    risk = -1.2 + 1.6 * platform[:, 0] + 1.6 * own[:, 0] + 1.2 * platform[:, 1] * own[:, 1]
    number = np.tile(np.arange(FIRMS), 2)
    applied = np.repeat(pd.to_datetime(["2024-01-10", "2025-07-10"]), FIRMS) + pd.to_timedelta(
        number % 90, unit="D"
    )
    loans = pd.DataFrame(
        {
            "entity_id": keyed_ids(codes, KEY).to_numpy()[number],
            "bank": np.where(number < OF_BANK, BANK, OTHER),
            "application_date": applied,
            "window_end": applied + pd.DateOffset(months=12),
            "bad": (rng.random(2 * FIRMS) < 1 / (1 + np.exp(-risk[number]))).astype(int),
        },
        index=pd.Index([f"L{place:04d}" for place in range(2 * FIRMS)], name="loan_id"),
    )
    sample = Sample(
        loans=loans,
        platform=pd.DataFrame(platform[number], index=loans.index, columns=list(MEANINGS)),
        bank=pd.DataFrame(index=loans.index),
        groups=pd.Series(number // 2, index=loans.index),
        meanings=MEANINGS,
    )
    rows = pd.DataFrame(own, columns=["inflow_cny", "utilisation_share"]).assign(
        entity_id=codes, branch=[f"支行{place % 3}" for place in range(FIRMS)]
    )
    table = pd.concat([rows[:OF_BANK].assign(as_of=day) for day in ("2023-12-31", "2025-06-30")])
    return World(sample, table.reset_index(drop=True), codes)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """An open project with its key named."""
    folder = tmp_path_factory.mktemp("lab")
    file = folder / "agreement.yaml"
    file.write_text(AGREEMENT, "utf-8")
    made = Project.create(Home(folder / "home"), file, by="王敏", clock=noon)
    with made.act("key", by="王敏", clock=noon) as act:
        act.noted["fingerprint"] = fingerprint(KEY)
    return made


@pytest.fixture
def own_project(project, packages, tmp_path):
    """A copy of the project with its packages, to change."""
    assert packages
    shutil.copytree(project.home.root, tmp_path / "lab")
    return Project.open(Home(tmp_path / "lab"), project.name)


@dataclass(frozen=True)
class Lab:
    """What tests say to the lab's functions."""

    key: bytes = KEY
    as_of: pd.Timestamp = AS_OF
    makers: Makers = MAKERS
    clock = staticmethod(noon)


@pytest.fixture(scope="session")
def lab():
    return Lab()


ORDERS = {
    "platform first": Order(bank=BANK, route="stacking", first="platform"),
    "bank first": Order(bank=BANK, route="stacking", first="bank"),
    "sub-scores": Order(bank=BANK, route="sub_scores"),
}


@pytest.fixture(scope="session")
def packages(project, world):
    """A package of each kind."""
    said = {"key": KEY, "as_of": AS_OF, "by": "王敏", "clock": noon, "makers": MAKERS}
    return {
        name: write_package(project, world.sample, world.folds, order, **said)
        for name, order in ORDERS.items()
    }


@pytest.fixture(scope="session")
def table_file(world, tmp_path_factory):
    """The bank's own table, with a column that was not agreed on."""
    file = tmp_path_factory.mktemp("bank") / "table.csv"
    world.table.to_csv(file, index=False)
    return file


@pytest.fixture(scope="session")
def bank_home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("bank") / "home")


@pytest.fixture(scope="session")
def halves(packages, table_file, bank_home, tmp_path_factory):
    """What the bank's half made of each package."""
    out = tmp_path_factory.mktemp("returned")
    said = {"key": KEY, "now": NOON, "on": date(2026, 11, 23), "makers": MAKERS}
    return {
        name: run_half(bank_home, package.folder, table_file, out / f"{place}", **said)
        for place, (name, package) in enumerate(packages.items())
    }
