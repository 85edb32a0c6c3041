"""A small lake of loans whose firms' staff tells their risk, and what may be added to it later."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import KEY_COLUMNS, source_named
from features.home import Home
from features.lake import MONEY, Receipt, batch_path, stamp, to_arrow
from features.uscc import with_checks
from pipelines.backtesting.parameters import shipped
from pipelines.backtesting.replay import Replay
from pipelines.lake_training import lake_scope
from pipelines.recipe import Recipe, load_recipe

FIRMS, LOANS = 240, 1_200
BEGIN, NEWEST = pd.Timestamp("2023-01-01"), pd.Timestamp("2026-03-31")

RECIPE = """
name: small
title: {zh: 测试, en: test}
key: uscc
label: loan_tape
label_rules: {bullet_grace_months: null}
model: {n_estimators: 20, min_data_in_leaf: 5}
tables:
"""
TABLE = "  - {{name: {0}, source: {0}, file: {0}.csv, columns: {{{1}}}}}\n"
SOURCES = ("registration", "social_insurance", "loan", "loan_performance")


def put(home: Home, source: str, rows: pd.DataFrame, batch: str) -> None:
    """Rows of a source as a committed batch; columns that are not there are missing."""
    told = source_named(source)
    whole = rows.assign(op=rows.get("op", "upsert"))
    for name, column in told.columns.items():
        if name not in whole:
            whole[name] = None
        if column.dtype == "money":
            cells = [None if pd.isna(cell) else Decimal(f"{cell:.2f}") for cell in whole[name]]
            whole[name] = pd.Series(cells, index=whole.index, dtype=pd.ArrowDtype(MONEY))
    path = batch_path(home, source, batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = to_arrow(whole[[*KEY_COLUMNS, *told.columns]], told)
    receipt = Receipt(source, source, "made", batch, "", len(rows), len(rows), 0, {})
    pq.write_table(table.replace_schema_metadata(stamp(receipt)), path)


def staff_rows(firms: pd.Series, heads: np.ndarray, months: pd.DatetimeIndex, kind: str) -> pd.DataFrame:
    """A row a firm and month, arriving twelve days after it."""
    rows = pd.DataFrame(
        {
            "entity_id": np.tile(firms, len(months)),
            "event_date": np.repeat(months, len(firms)),
            "headcount": np.tile(heads, len(months)),
            "contribution_cny": np.tile(heads * 900.0, len(months)),
            "unpaid_cny": 0.0,
        }
    )
    return rows.assign(
        record_id=[f"{kind} {number}" for number in range(len(rows))],
        available_at=rows["event_date"] + pd.Timedelta(days=12),
    )


def loan_tape(firms: pd.Series, heads: np.ndarray, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Loans of a year, bad where the firm has few staff, mostly; and how each stood when its window ended."""
    chosen = rng.integers(len(firms), size=LOANS)
    applied = BEGIN + pd.to_timedelta(np.sort(rng.integers(0, 1_100, LOANS)), unit="D")
    disbursed = applied + pd.Timedelta(days=10)
    bad = rng.random(LOANS) < 1 / (1 + np.exp(-2.2 + 0.12 * heads[chosen]))
    loans = pd.DataFrame(
        {
            "entity_id": firms.to_numpy()[chosen],
            "record_id": [f"L{number:04d}" for number in range(LOANS)],
            "event_date": disbursed,
            "available_at": disbursed + pd.Timedelta(days=15),
            "bank": rng.choice(["甲", "乙"], LOANS),
            "application_date": applied,
            "maturity_date": disbursed + pd.DateOffset(months=24),
            "amount_cny": rng.integers(1, 90, LOANS) * 10_000.0,
            "annual_rate": 0.04,
            "term_months": 24,
            "loan_kind": "WORKING_CAPITAL",
            "repayment": "INSTALMENT",
        }
    )
    end = disbursed + pd.DateOffset(months=12)
    performance = loans[["entity_id"]].assign(
        record_id=loans["record_id"] + " P",
        loan_id=loans["record_id"],
        event_date=end,
        available_at=end + pd.Timedelta(days=5),
        balance_cny=100_000.0,
        dpd=np.where(bad, 120, 0),
        risk_class="NORMAL",
    )
    return {"loan": loans, "loan_performance": performance[performance["available_at"] <= NEWEST]}


def make_lake(home: Home) -> None:
    """The small lake."""
    rng = np.random.default_rng(0)
    firms = with_checks(pd.Series([f"91330502MA{number:06d}" for number in range(FIRMS)]))
    heads = rng.integers(3, 60, FIRMS)
    registered = pd.DataFrame(
        {
            "entity_id": firms,
            "record_id": [f"R{number}" for number in range(FIRMS)],
            "event_date": pd.Timestamp("2019-05-01"),
            "available_at": pd.Timestamp("2019-05-05"),
            "established_date": pd.Timestamp("2019-05-01"),
            "industry": rng.choice(["C17", "F51", "G54"], FIRMS),
            "district": rng.choice(["330502", "330503"], FIRMS),
            "entity_type": "ENTERPRISE",
            "status": "ACTIVE",
        }
    )
    put(home, "registration", registered, "first")
    months = pd.date_range("2022-10-31", NEWEST, freq="ME")
    put(home, "social_insurance", staff_rows(firms, heads, months, "S"), "first")
    for source, rows in loan_tape(firms, heads, rng).items():
        put(home, source, rows, "first")


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory) -> Home:
    """The lake that no test changes."""
    home = Home(tmp_path_factory.mktemp("backtest") / "home")
    make_lake(home)
    return home


@pytest.fixture(scope="session")
def recipe(tmp_path_factory) -> Recipe:
    path: Path = tmp_path_factory.mktemp("recipe") / "small.yaml"
    words = RECIPE
    for source in SOURCES:
        columns = ["entity_id", "record_id", "event_date", "available_at", *source_named(source).columns]
        words += TABLE.format(source, ", ".join(f"{name}: {name}" for name in columns))
    path.write_text(words, "utf-8")
    return load_recipe(str(path))


@pytest.fixture(scope="session")
def replay_of(recipe: Recipe) -> Callable[[Home], Replay]:
    """A replay of a home, nothing worked out yet."""
    from features.definitions import CREDIT

    def make(home: Home) -> Replay:
        scope = lake_scope(home, recipe)
        return Replay(home, scope, scope.usable(CREDIT), shipped())

    return make


@pytest.fixture(scope="session")
def put_rows() -> Callable[[Home, str, pd.DataFrame, str], None]:
    """`put`, for tests that add what arrived later."""
    return put


@pytest.fixture(scope="session")
def newest() -> pd.Timestamp:
    """The last day of which the small lake knows anything."""
    return NEWEST
