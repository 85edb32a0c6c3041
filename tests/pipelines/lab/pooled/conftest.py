"""A lab of a few hundred loans: a lake of one source, a bank's tape and table, all under one agreement."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import KEY_COLUMNS, source_named
from features.home import Home
from features.lake import MONEY, Receipt, batch_path, stamp, to_arrow
from features.uscc import with_checks
from models.credit import CreditModel
from pipelines.lab.contribution import contribute
from pipelines.lab.pooling import Settings, pool
from pipelines.lab.project import Project

KEY = bytes(range(32))
BANK, OTHER = "湖州银行", "南浔银行"
LAB_DAY = date(2025, 12, 31)
FIRMS, LOANS = 130, 6

AGREEMENT = """\
project: huzhou-2026
purpose: TRAINING
legal_basis: 联合建模协议（草案第八条），企业授权用途为模型训练
parties:
  platform: {name: 绿贷通平台, fields: [headcount_latest, unpaid_insurance_share_12m]}
  banks:
    湖州银行: {name: 湖州银行股份有限公司, fields: [utilisation_share, inflow_cny]}
    南浔银行: {name: 南浔银行股份有限公司, fields: ["*"]}
applications: {from: 2022-01-01, to: 2025-12-31}
valid: {from: 2026-01-01, to: 2026-12-31}
smallest_cell: 5
key_holder: platform
routes: [pooled]
exports: [model, report]
"""


class Clock:
    """Tells the time that it was given; after `last` calls it is another day."""

    def __init__(self, day="2026-03-02", later=None, last=None):
        self.day, self.later, self.last, self.calls = day, later, last, 0

    def __call__(self):
        """The time."""
        self.calls += 1
        day = self.later if self.last is not None and self.calls > self.last else self.day
        return datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)


def collect(home, source, rows, batch):
    """Put rows into the lake as a batch."""
    kind = source_named(source)
    rows = rows.assign(op="upsert", **{name: None for name in kind.columns if name not in rows})
    money = [name for name, column in kind.columns.items() if column.dtype == "money"]
    rows = rows.astype(dict.fromkeys(money, pd.ArrowDtype(MONEY)))
    arrow = to_arrow(rows[[*KEY_COLUMNS, *kind.columns]], kind)
    newest = f"{rows['available_at'].max():%Y-%m-%d}"
    receipt = Receipt(
        source, source, "drawn", batch, "", len(rows), len(rows), 0, {}, newest_available=newest
    )
    path = batch_path(home, source, batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(arrow.replace_schema_metadata(stamp(receipt)), path)


@dataclass(frozen=True)
class Drawn:
    """What the tests' world is made of."""

    codes: pd.Series
    arrears: pd.DataFrame
    tape: pd.DataFrame
    table: pd.DataFrame


@pytest.fixture(scope="session")
def drawn():
    """Firms, what the platform has of them, and a bank's tape and table: both sides know part of the risk."""
    rng = np.random.default_rng(7)
    codes = with_checks(pd.Series([f"91330502MA{number:06X}" for number in range(FIRMS)]))
    hidden, owed = rng.normal(size=FIRMS), rng.normal(size=FIRMS)
    months = pd.date_range("2021-06-30", "2025-11-30", freq="QE")
    firm = np.repeat(np.arange(FIRMS), len(months))
    day = pd.Series(np.tile(months, FIRMS))
    due = pd.Series([1000] * len(firm))
    unpaid = (due * np.clip(0.3 + 0.25 * owed[firm] + rng.normal(0, 0.05, len(firm)), 0, 1)).round(0)
    arrears = pd.DataFrame(
        {
            "entity_id": codes.iloc[firm].to_numpy(),
            "record_id": [f"s{number}" for number in range(len(firm))],
            "event_date": day,
            "available_at": day + pd.Timedelta(days=25),
            "headcount": rng.integers(3, 60, len(firm)),
            "contribution_cny": due.astype("float64"),
            "unpaid_cny": unpaid,
        }
    )
    who = np.repeat(np.arange(FIRMS), LOANS)
    applied = pd.Timestamp("2022-01-10") + pd.to_timedelta(rng.integers(0, 1060, len(who)), unit="D")
    bad = rng.random(len(who)) < 1 / (1 + np.exp(1.6 - 1.3 * hidden[who] - 2.2 * owed[who]))
    tape = pd.DataFrame(
        {
            "entity_id": codes.iloc[who].to_numpy(),
            "loan_id": [f"L{number:04d}" for number in range(len(who))],
            "application_date": applied,
            "window_end": applied + pd.DateOffset(months=12),
            "bad": bad.astype("int64"),
        }
    )
    shown = pd.date_range("2021-12-31", "2024-12-31", freq="6ME")
    of_bank = np.repeat(np.arange(FIRMS), len(shown))
    table = pd.DataFrame(
        {
            "entity_id": codes.iloc[of_bank].to_numpy(),
            "as_of": np.tile(shown, FIRMS),
            "utilisation_share": (0.5 + 0.2 * hidden[of_bank] + rng.normal(0, 0.05, len(of_bank))).round(4),
            "inflow_cny": rng.lognormal(10, 1, len(of_bank)).round(0),
        }
    )
    return Drawn(codes, arrears, tape, table)


def write(table, path):
    """Write a table as Parquet, which is read sooner than CSV; other tests read that."""
    table.to_parquet(path, index=False)
    return path


@dataclass(frozen=True)
class Lab:
    """A project with the files of its first bank."""

    project: Project
    drawn: Drawn
    folder: Path

    def give(self, tape=None, table=None, bank=BANK, clock=None, name="", key=KEY, lab_day=LAB_DAY):
        """Contribute tables, those of the first bank by default; False for no table."""
        tape = self.drawn.tape if tape is None else tape
        table = self.drawn.table if table is None else table
        files = [write(tape, self.folder / f"tape{name}.parquet")]
        files += [] if table is False else [write(table, self.folder / f"table{name}.parquet")]
        return contribute(
            self.project, bank, *files, key=key, lab_day=lab_day, by="李静", clock=clock or Clock()
        )


def lab_in(folder, drawn, agreement=AGREEMENT):
    """A new lab."""
    home = Home(folder / "home")
    collect(home, "social_insurance", drawn.arrears, "b0")
    file = folder / "agreement.yaml"
    file.write_text(agreement, "utf-8")
    return Lab(Project.create(home, file, by="王敏", clock=Clock()), drawn, folder)


@pytest.fixture
def new_lab(tmp_path, drawn):
    """A lab to which nobody has contributed."""
    return lab_in(tmp_path, drawn)


@pytest.fixture(scope="session")
def tools():
    """What tests of this folder call by name."""
    return Tools


class Tools:
    """Words, the key, and makers of labs and clocks."""

    KEY, BANK, OTHER, LAB_DAY, AGREEMENT = KEY, BANK, OTHER, LAB_DAY, AGREEMENT
    Clock, lab_in, collect = Clock, staticmethod(lab_in), staticmethod(collect)


SETTINGS = Settings(
    makers={
        "CreditModel": lambda meanings: CreditModel(
            meanings=meanings, n_estimators=60, calibration="platt", n_jobs=1
        )
    },
    folds=2,
    rounds=10,
)


@dataclass(frozen=True)
class Done:
    """A lab in which pooling was run."""

    lab: Lab
    pooled: object
    settings: Settings


@pytest.fixture(scope="session")
def pooled_lab(tmp_path_factory, drawn):
    """A lab in which one bank contributed and pooling was run; nobody writes into it."""
    lab = lab_in(tmp_path_factory.mktemp("lab"), drawn)
    lab.give()
    pooled = pool(lab.project, KEY, LAB_DAY, by="李静", clock=Clock(), settings=SETTINGS)
    return Done(lab, pooled, SETTINGS)
