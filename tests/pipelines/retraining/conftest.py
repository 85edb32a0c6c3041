"""A home with a champion and a little lake, and a challenger that is learnt in no time."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from models import ledger
from models.checks import Check
from models.credit import CreditModel
from models.evidence import Evidence, Rows
from models.ledger import Line
from models.registry import CHAMPION, CREDIT, Version
from models.registry.standing import version_of
from models.registry.version import digest_of, folder_of
from pipelines.learning import Learnt
from pipelines.recipe import Recipe
from pipelines.review import Occasion
from pipelines.sample import Scope
from pipelines.steps import Steps
from serving.snapshot import ABOUT_FILE, FEATURES_FILE, FIRMS_FILE

DAY = pd.Timestamp("2026-10-31")
CHAMPION_DAY = "2025-10-31"
COLUMNS = ["firm_age_months", "registered_capital_cny", "headcount_latest"]
RECIPE = Recipe(name="city", zh="", en="", key="uscc", tables=(), path="city", label="loan_tape")
NOW = datetime(2026, 11, 12, 3, 30, tzinfo=UTC)
PASSED = Check("C01", "enough_bads", passed=True, finding="enough", finding_zh="足够")
FAILED = Check("C03", "is_calibrated", passed=False, finding="off", finding_zh="失准")

REGISTRATION = """
entity_id | event_date | available_at
A         | 2019-01-01 | 2026-10-12
"""


def rows(many: int, seed: int, first: str) -> Rows:
    """Loans of firms of which the small ones default more often."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(draw.normal(size=(many, len(COLUMNS))), columns=COLUMNS)
    bad = (draw.random(many) < 1 / (1 + np.exp(2 + 1.5 * table["headcount_latest"]))).astype(np.int64)
    index = pd.Index([f"L{seed}-{number}" for number in range(many)], name="loan_id")
    firms = pd.Series([f"F{number % (many // 2)}" for number in range(many)], index=index)
    time = pd.Series(pd.Timestamp(first) + pd.to_timedelta(np.arange(many) % 180, unit="D"), index=index)
    segments = pd.DataFrame(
        {"kind": np.where(np.arange(many) % 2, "ENTERPRISE", "INDIVIDUAL_BUSINESS")}, index
    )
    return Rows(table=table.set_axis(index), bad=bad.to_numpy(), time=time, groups=firms, segments=segments)


def fitted(train: Rows, **settings: Any) -> CreditModel:
    return CreditModel(n_estimators=8, **settings).fit(train.table, train.bad, time=train.time)


@pytest.fixture(scope="session")
def models() -> tuple[CreditModel, CreditModel, Rows, Rows]:
    """Champion and challenger with the challenger's training and held-out loans."""
    train, held_out = rows(600, 2, "2024-01-01"), rows(400, 3, "2025-05-01")
    return fitted(rows(500, 1, "2023-01-01")), fitted(train, learning_rate=0.2), train, held_out


@pytest.fixture(scope="session")
def learnt(models) -> Learnt:
    _, challenger, train, held_out = models
    tape = {"entity_id": "groups", "application_date": "time"}
    outcomes = pd.concat(
        [
            pd.DataFrame({name: getattr(part, of) for name, of in tape.items()}).assign(mature=True)
            for part in (train, held_out)
        ]
    )
    evidence = Evidence(
        model=challenger, train=train, held_out=held_out,
        pd_=challenger.predict_proba(held_out.table)[:, 1], kind="out_of_time",
    )  # fmt: skip
    return Learnt(evidence, outcomes, "跨时间验证")


class Clock:
    """A clock that goes on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment."""
        self.now += timedelta(seconds=1)
        return self.now


def register(home: Home, name: str, model: Any, *, tags, documents, now, **more: Any) -> Version:
    """A registry without MLflow, which takes seconds to make its store: files and the ledger's line."""
    entries = ledger.read(home)
    number = str(1 + sum(one.act == "register" for one in entries))
    folder = folder_of(home, f"run{number}")
    folder.mkdir(parents=True)
    model.save(folder)
    for file, text in documents.items():
        (folder.parent / file).write_text(text, "utf-8")
    home.registry.touch()
    said = {"by": "a test", "why": "as a test", "as_alias": CHAMPION} | more
    line = Line(
        model=name, act="register", alias=said["as_alias"], version=number, run_id=f"run{number}",
        digest=digest_of(folder), tags=dict(tags), by=said["by"], why=said["why"],
    )  # fmt: skip
    return version_of(ledger.append(home, line, now=now, seen=len(entries)))


def one_version(home: Home, name: str, number: str) -> Any:
    """A version of that registry, and its checks."""
    (entry,) = [one for one in ledger.read(home) if (one.act, one.version) == ("register", number)]
    kept = folder_of(home, entry.run_id).parent / "checks.json"
    checks = json.loads(kept.read_text("utf-8")) if kept.is_file() else []
    assert entry.model == name
    return SimpleNamespace(version=version_of(entry), checks=checks)


@dataclass
class Bench:
    """A home in which a retraining costs next to nothing, and what it asked for."""

    home: Home
    checks: list[Check] = field(default_factory=lambda: [PASSED])
    learnt: int = 0
    data: str = "what was collected first"
    clock: Clock = field(default_factory=Clock)

    def retrain(self, day: pd.Timestamp = DAY, recipe: Recipe = RECIPE, **more: Any) -> Any:
        """Retrain in it."""
        from pipelines.retraining.retrain import retrain

        return retrain(self.home, recipe, day, Steps(), self.clock, **more)

    def crown(self, model: Any, as_of: str | None = CHAMPION_DAY) -> None:
        """Let a model answer."""
        tags = {"as_of": as_of} if as_of else {}
        register(self.home, CREDIT, model, tags=tags, documents={}, now=NOW - timedelta(days=30))

    def promote(self, version: str) -> None:
        """Let a registered version answer."""
        entries = ledger.read(self.home)
        (made,) = [one for one in entries if one.version == version]
        told = {name: getattr(made, name) for name in ("model", "version", "run_id", "digest", "tags")}
        line = Line(act="promote", alias=CHAMPION, by="王敏", why="as a test", **told)
        ledger.append(self.home, line, now=self.clock(), seen=len(entries))

    @property
    def folder(self) -> Path:
        """Where the day's files lie."""
        return self.home.root / "retraining" / f"as_of={DAY:%Y-%m-%d}"

    def ledger(self) -> list[dict[str, Any]]:
        """The lines of the registry's ledger."""
        return [json.loads(line) for line in (self.home.root / "ledger.jsonl").read_text().splitlines()]

    def files(self) -> dict[str, bytes]:
        """Everything in the home but what is on its way."""
        return {
            str(path.relative_to(self.home.root)): path.read_bytes()
            for path in sorted(self.home.root.rglob("*"))
            if path.is_file() and path.name != "lake.lock" and self.home.staging not in path.parents
        }


@pytest.fixture
def without_champion(lake, learnt, monkeypatch) -> Bench:
    """A bench whose home has a lake and no registry."""
    bench = Bench(lake(registration=REGISTRATION))
    scope = Scope(
        pd.Series(pd.Timestamp("2000-01-01"), ["A"]),
        frozenset({"registration", "social_insurance"}),
        pd.Timestamp("2026-10-12"),
    )

    def learn(*_: Any) -> Learnt:
        bench.learnt += 1
        return learnt

    def write_snapshot(home: Home, scope: Scope, day: pd.Timestamp, *_: Any) -> None:
        table = rows(300, 4, "2026-01-01").table
        folder = home.features(day.date())
        folder.mkdir(parents=True, exist_ok=True)
        for name in (FEATURES_FILE, FIRMS_FILE):
            table.to_parquet(folder / name)
        about = {"policy_as_of": f"{day:%Y-%m-%d}", "data": scope.data}
        (folder / ABOUT_FILE).write_text(json.dumps(about), "utf-8")

    def occasion_of(_home, _learnt, _validation, day, _scope, **more: Any) -> Occasion:
        return Occasion(name=CREDIT, day=day.date(), title=None, figures={}, **more)

    def write_report(path: Path, *_: Any, **__: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a report")
        return path

    monkeypatch.setattr("pipelines.retraining.given.lake_scope", lambda *_: replace(scope, data=bench.data))
    monkeypatch.setattr("pipelines.retraining.challenger.from_loans", learn)
    monkeypatch.setattr("pipelines.retraining.challenger.occasion_of", occasion_of)
    monkeypatch.setattr("pipelines.retraining.challenger.validation_of", lambda _: None)
    monkeypatch.setattr("pipelines.retraining.retrain.write_snapshot", write_snapshot)
    for module in ("given", "challenger", "retrain"):
        monkeypatch.setattr(f"pipelines.retraining.{module}.one_version", one_version)
    monkeypatch.setattr("pipelines.review.register", register)
    monkeypatch.setattr("pipelines.review.run_checks", lambda _: bench.checks)
    monkeypatch.setattr("pipelines.review.write_model_report", write_report)
    monkeypatch.setattr("pipelines.review.score_psi", lambda _: None)
    return bench


@pytest.fixture
def bench(without_champion, models) -> Bench:
    """The same with a champion."""
    without_champion.crown(models[0])
    return without_champion
