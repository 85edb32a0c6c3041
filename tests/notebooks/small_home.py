"""What `make demo` leaves, only smaller: a city of few sources, both champions with few trees, a snapshot.

The notebooks' kernel makes it: loading the libraries once is most of what it costs, so they are loaded where
they are used, and not by the tests.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    "registration", "loan", "loan_performance", "loan_event", "tax_declaration", "social_insurance",
    "green_grade", "carbon_code", "environment",
}  # fmt: skip
TREES = 40

LENIENT = {
    "fewest_bads": 2,
    "lowest_auc": 0.0,
    "worse_than_champion": 0.9,
    "psi_act": 9.0,
    "calibration_ratio_low": 0.1,
    "calibration_ratio_high": 9.0,
    "slope_low": 0.0,
    "segment_ratio": 90.0,
}
"""Forty trees of a few hundred loans need not be a good model."""


def make(folder: Path) -> None:
    """Write `city/`, `city.yaml`, `home/`, and `made.json`: its files, and when each was written."""
    from features.city import make_city

    recipe = small(folder / "city.yaml")
    make_city(folder / "city", entities=450, months=60, seed=3, dirty_share=0.0)
    fill(folder / "home", folder / "city", recipe)
    train(folder / "home", recipe)
    told = {name: {"value": value, "cites": "a test"} for name, value in LENIENT.items()}
    (folder / "home" / "thresholds.yaml").write_text(yaml.safe_dump(told), "utf-8")
    (folder / "made.json").write_text(json.dumps(state(folder / "home")), "utf-8")


def state(folder: Path) -> dict[str, int]:
    """Every file below a folder, and when it was last written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def small(path: Path) -> Path:
    """The city's recipe with few sources and few trees."""
    recipe = yaml.safe_load((ROOT / "pipelines" / "recipes" / "city.yaml").read_text("utf-8"))
    tables = [table for table in recipe["tables"] if table["source"] in SOURCES]
    changed = recipe | {"model": {"n_estimators": TREES}, "tables": tables}
    path.write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
    return path


def fill(root: Path, city: Path, recipe: Path) -> None:
    """The lake as collecting leaves it; the rows are clean, so nobody need judge them."""
    import pyarrow.parquet as pq

    from features.home import Home
    from features.lake import Receipt, batch_path, stamp, to_arrow
    from pipelines.collect import batch_name
    from pipelines.reading import CHUNK_ROWS, open_input
    from pipelines.recipe import load_recipe
    from pipelines.typing_rows import type_rows

    for table in load_recipe(str(recipe)).tables:
        with open_input(table, city) as source:
            (raw,) = source.chunks(CHUNK_ROWS)
            batch, rows = batch_name(table, source), type_rows(raw, table).rows
        name, newest = table.source.name, f"{rows['available_at'].max():%Y-%m-%d}"
        told = Receipt(
            name, table.name, source.name, batch, "", len(rows), len(rows), 0, {}, newest_available=newest
        )
        path = batch_path(Home(root), name, batch)
        path.parent.mkdir(parents=True)
        pq.write_table(to_arrow(rows, table.source).replace_schema_metadata(stamp(told)), path)


def train(root: Path, recipe: Path) -> None:
    """Both champions and the snapshot of the newest day, without checks and reports."""
    from features.definitions import CREDIT as CREDIT_FEATURES
    from features.definitions import GREEN as GREEN_FEATURES
    from features.definitions import GREEN_VETOES
    from features.home import Home
    from models.green.validating import fitted
    from models.green.vetoes import vetoes_on
    from models.registry import CREDIT, GREEN, register
    from pipelines.green import graded_rows, green_model
    from pipelines.learning import from_loans
    from pipelines.recipe import load_recipe
    from pipelines.sample import scope_of
    from pipelines.snapshot import write_snapshot

    home = Home(root)
    scope = scope_of(home, load_recipe(str(recipe)), [])
    day = scope.newest
    credit = from_loans(home, day, scope, scope.usable(CREDIT_FEATURES)).evidence.model
    features, vetoes = scope.usable(GREEN_FEATURES), vetoes_on(day.date())
    rows = graded_rows(home, day, scope, (*features, *scope.usable(GREEN_VETOES)))
    green = fitted(lambda: green_model(features, vetoes), rows)
    for name, model in ((CREDIT, credit), (GREEN, green)):
        register(
            home, name, model,
            parameters={}, metrics={}, tags={"as_of": f"{day:%Y-%m-%d}"}, documents={"checks.json": "[]"},
            now=datetime(2026, 11, 2, 1, tzinfo=UTC), by="王敏", why="首个模型",
        )  # fmt: skip
    write_snapshot(home, scope, day)
