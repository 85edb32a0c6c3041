"""A home of forty firms over sixteen months, drawn by a rule, with a champion that is learnt in no time."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import source_named
from features.home import Home
from features.lake import MONEY, Receipt, batch_path, stamp, to_arrow
from models.credit import CreditModel
from models.registry import CREDIT, register
from pipelines.monitoring import given
from pipelines.monitoring.watch import monitor
from pipelines.recipe import Recipe
from pipelines.sample import Scope
from pipelines.snapshot import write_snapshot
from pipelines.steps import Steps

DAY, DAY_BEFORE = date(2026, 10, 31), date(2026, 9, 30)
LEARNT = "2025-12-31"
NOW = datetime(2027, 1, 12, tzinfo=UTC)
FIRMS = [f"F{number:03d}" for number in range(40)]
COLUMNS = ("firm_age_months", "registered_capital_cny", "kwh_trend_3m", "industry_division")
RECIPE = Recipe(name="city", zh="", en="", key="uscc", tables=(), path="city", label="loan_tape")
SCOPE = Scope(
    pd.Series(pd.Timestamp("2000-01-01"), FIRMS),
    frozenset({"registration", "electricity", "loan", "loan_performance"}),
    pd.Timestamp("2026-10-14"),
)
ENDS = pd.date_range("2025-07-31", "2026-09-30", freq="ME")


def put(home: Home, name: str, rows: pd.DataFrame) -> None:
    """Commit rows as a batch; what they leave out of the source is missing."""
    source = source_named(name)
    path = batch_path(home, name, f"b{len(list((home.lake / name).glob('*')))}")
    path.parent.mkdir(parents=True, exist_ok=True)
    told = rows.assign(op=rows.get("op", "upsert"))
    for column in source.columns:
        if column not in told:
            told[column] = None
    for column in ("event_date", "available_at"):
        told[column] = pd.to_datetime(told[column])
    arrow = to_arrow(_typed(told, name), source)
    receipt = Receipt(name, name, "drawn", path.stem, "", len(told), len(told), 0, {})
    pq.write_table(arrow.replace_schema_metadata(stamp(receipt)), path)


def _typed(told: pd.DataFrame, name: str) -> pd.DataFrame:
    for column, about in source_named(name).columns.items():
        if about.dtype == "money":
            told[column] = pd.Series(told[column].tolist(), index=told.index, dtype=pd.ArrowDtype(MONEY))
        if about.dtype == "date":
            told[column] = pd.to_datetime(told[column])
    return told


def registered(district: str = "330502") -> pd.DataFrame:
    """Every firm in the register since long ago."""
    return pd.DataFrame(
        {
            "entity_id": FIRMS,
            "record_id": [f"R{firm}" for firm in FIRMS],
            "event_date": "2019-01-01",
            "available_at": "2025-07-02",
            "established_date": "2019-01-01",
            "industry": ["C17", "F51"] * 20,
            "district": district,
            "entity_type": "ENTERPRISE",
            "registered_capital_cny": [100000 + 5000 * number for number in range(40)],
            "status": "ACTIVE",
        }
    )


def electricity(until: str = "2026-09-30") -> pd.DataFrame:
    """A bill a firm and month, two weeks after its end."""
    draw = np.random.default_rng(0)
    months = [end for end in ENDS if end <= pd.Timestamp(until)]
    return pd.DataFrame(
        [
            {
                "entity_id": firm,
                "record_id": f"E{firm}{end:%Y%m}",
                "event_date": end,
                "available_at": end + pd.Timedelta(days=14),
                "kwh": round(float(draw.lognormal(8, 0.2)), 2),
                "bill_cny": 1000,
                "unpaid_cny": 0,
            }
            for end in months
            for firm in FIRMS
        ]
    )


def loans(*months: str) -> pd.DataFrame:
    """A loan a month for half of the firms."""
    return pd.DataFrame(
        [
            {
                "entity_id": firm,
                "record_id": f"L{firm}{month}",
                "event_date": f"{month}-20",
                "available_at": f"{month}-25",
                "bank": "湖州银行",
                "application_date": f"{month}-10",
                "maturity_date": pd.Timestamp(f"{month}-20") + pd.DateOffset(months=12),
                "amount_cny": 500000,
                "annual_rate": 0.04,
                "term_months": 12,
                "loan_kind": "WORKING_CAPITAL",
                "repayment": "BULLET",
            }
            for month in months
            for firm in FIRMS[:20]
        ]
    )


def performance() -> pd.DataFrame:
    """Every loan is paid, month by month."""
    return pd.DataFrame(
        [
            {
                "entity_id": firm,
                "record_id": f"P{firm}{end:%Y%m}",
                "event_date": end,
                "available_at": end + pd.Timedelta(days=5),
                "loan_id": f"L{firm}2025-08",
                "balance_cny": 500000,
                "dpd": 0,
                "risk_class": "NORMAL",
            }
            for end in ENDS[1:]
            for firm in FIRMS[:20]
        ]
    )


def crown(home: Home, columns: tuple[str, ...] = COLUMNS, as_of: str = LEARNT) -> None:
    """Register a champion that reads some columns."""
    draw = np.random.default_rng(1)
    table = pd.DataFrame({name: draw.normal(size=300) for name in columns})
    if "industry_division" in columns:
        table["industry_division"] = pd.Series(draw.choice(["C17", "F51"], 300), dtype="str")
    bad = (draw.random(300) < 0.2).astype(int)
    model = CreditModel(n_estimators=5).fit(table, bad)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    register(home, CREDIT, model, parameters={}, metrics={}, tags={"as_of": as_of}, documents={}, now=now)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The home as it lies ready, looked at a month ago; tests work on copies."""
    home = Home(tmp_path_factory.mktemp("watched") / "home")
    put(home, "registration", registered())
    put(home, "electricity", electricity())
    put(home, "loan", loans("2025-08", "2026-03"))  # before the champion's day, and after it
    put(home, "loan_performance", performance())
    crown(home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(given, "lake_scope", lambda _home, _recipe: SCOPE)
        seen = monitor(home, RECIPE, DAY_BEFORE, Steps(), NOW)
    assert seen.alerts == []
    write_snapshot(home, SCOPE, pd.Timestamp(DAY))
    return home.root


@dataclass
class Bench:
    """A home to look at, and how."""

    home: Home
    patched: pytest.MonkeyPatch
    firms: tuple[str, ...] = tuple(FIRMS)

    def look(self, day: date = DAY, now: datetime = NOW) -> Any:
        """A look at a month."""
        return monitor(self.home, RECIPE, day, Steps(), now)

    def knows(self, **other: Any) -> None:
        """Its lake is of other firms, sources or batches."""
        scope = replace(SCOPE, **other)
        self.patched.setattr(given, "lake_scope", lambda _home, _recipe: scope)

    def bring(self, name: str, rows: pd.DataFrame) -> None:
        """More rows of a source."""
        put(self.home, name, rows)

    def crown(self, columns: tuple[str, ...] = COLUMNS, as_of: str = LEARNT) -> None:
        """Another champion."""
        crown(self.home, columns, as_of)

    def only(self, name: str, rows: pd.DataFrame) -> None:
        """These rows of a source and no others."""
        shutil.rmtree(self.home.lake / name)
        put(self.home, name, rows)

    def electricity(self, until: str = "2026-09-30") -> pd.DataFrame:
        """Bills up to a month."""
        return electricity(until)

    def loans(self, month: str) -> pd.DataFrame:
        """Loans of one month."""
        return loans(month)

    def registered(self, district: str) -> pd.DataFrame:
        """Every firm in the register, of a district."""
        return registered(district)

    @property
    def folder(self) -> Path:
        """Where the month's files lie."""
        return self.home.root / "monitor" / f"as_of={DAY}"

    def files(self) -> dict[str, bytes]:
        """Everything that looks have left, and snapshots."""
        return {
            str(path.relative_to(self.home.root)): path.read_bytes()
            for path in sorted(self.home.root.rglob("*"))
            if path.is_file() and path.relative_to(self.home.root).parts[0] in ("monitor", "features")
        }


@pytest.fixture
def bench(made, tmp_path, monkeypatch) -> Bench:
    """A copy of the home; the firms of its lake are those that were drawn, whatever their codes."""
    home = Home(tmp_path / "home")
    shutil.copytree(made, home.root)
    monkeypatch.setattr(given, "lake_scope", lambda _home, _recipe: SCOPE)
    return Bench(home, monkeypatch)
