"""The challenger beside the champion in the service: recorded, never shown, and no harm to any answer."""

import json
import logging
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from features.home import Home
from models.credit import CreditModel
from models.registry import CHALLENGER, CREDIT, find_challenger, load_version, promote, register
from models.registry.version import folder_of
from pipelines.command_line import app
from serving.decision import Scorer
from serving.desk import Loaded
from serving.records.answers import Answered
from serving.records.database import bring_up_to_date, open_database, reading, writing
from serving.records.faults import Unavailable
from serving.records.tables import ANSWERS, SHADOW
from serving.shadow import log as shadow_log
from serving.shadow.log import Noted, ShadowLog
from serving.shadow.report import differences
from serving.snapshot import load_snapshot

OWN = ("audit_id", "asked_at", "basis")
"""What no two answers have in common."""


def challenger_of(home):
    """A model of the same columns that sees things otherwise."""
    champion, features = Scorer.load(home).credit, load_snapshot(home).features
    draw = np.random.default_rng(5)
    values = features.iloc[draw.integers(0, len(features), 400)].reset_index(drop=True)
    bad = (draw.random(len(values)) < np.clip(3 * champion.predict_proba(values)[:, 1], 0.02, 0.9)).astype(
        int
    )
    return CreditModel(meanings=champion.meanings, n_estimators=10).fit(values, bad)


def stand_beside(home, model):
    """Register a model as challenger."""
    words = {"parameters": {}, "metrics": {}, "tags": {}, "documents": {}, "as_alias": CHALLENGER}
    return register(home, CREDIT, model, now=datetime.now(UTC), **words)


@pytest.fixture(scope="module")
def own(home, tmp_path_factory):
    """A copy of the home with a challenger in its registry."""
    ignored = shutil.ignore_patterns("service.db*")
    made = Home(shutil.copytree(home.root, tmp_path_factory.mktemp("shadow") / "home", ignore=ignored))
    stand_beside(made, challenger_of(made))
    return made


@pytest.fixture(scope="module")
def beside(own, started, codes_of_home):
    """A client of a service over it."""
    with started(own, codes_of_home) as running:
        yield running


def rows_of(client):
    """The shadow's rows that are written by now, by audit id."""
    records = client.app.state.records
    assert records.shadows.flush()
    with reading(records.engine) as connection:
        return {row["audit_id"]: dict(row) for row in connection.execute(select(SHADOW)).mappings()}


def test_an_answer_has_the_same_bytes_with_a_challenger_and_without(client, beside, question, firm):
    for ask in (
        lambda one: one.post("/v1/preapprovals", json=question),
        lambda one: one.get(f"/v1/entities/{firm}/profile"),
    ):
        alone, shadowed = (ask(one) for one in (client, beside))
        assert alone.status_code == shadowed.status_code == 200
        told = [
            json.dumps({name: value for name, value in answer.json().items() if name not in OWN})
            for answer in (alone, shadowed)
        ]
        assert told[0] == told[1]
        assert {*alone.json()} == {*shadowed.json()}
        assert "sme_credit/2" not in shadowed.text


def test_what_the_challenger_would_have_said_is_recorded_beside_the_answer(own, beside, question, firm):
    answers = [beside.post("/v1/preapprovals", json=question), beside.get(f"/v1/entities/{firm}/profile")]
    model = load_version(own, find_challenger(own, CREDIT))
    known = load_snapshot(own).features.loc[[firm]]
    for answer in (one.json() for one in answers):
        row = rows_of(beside)[answer["audit_id"]]
        assert (row["challenger"], row["champion"]) == ("sme_credit/2", answer["credit"]["model"])
        assert (row["score"], row["band"]) == (model.points(known)[0], model.bands(known)[0])
        assert row["pd_12m"] == pytest.approx(model.predict_proba(known)[0, 1])
        credit = answer["credit"]
        assert (row["champion_score"], row["champion_band"]) == (credit["score"], credit["band"])
        assert row["champion_pd_12m"] == pytest.approx(credit["pd_12m"], abs=1e-6)
        assert row["at"] == answer["asked_at"]


def test_an_answer_given_again_under_its_key_has_one_row(beside, question):
    words = {"json": question, "headers": {"Idempotency-Key": "shadow-1"}}
    first, second = (beside.post("/v1/preapprovals", **words).json() for _ in range(2))
    assert first["audit_id"] == second["audit_id"]
    beside.app.state.desk.loaded.shadow.beside(
        Answered(
            first["audit_id"], "preapproval", first["asked_at"], "o", None, first["entity_id"], "{}", "{}"
        ),
        beside.app.state.records.shadows,
    )
    other = beside.post("/v1/preapprovals", json=question).json()
    assert {first["audit_id"], other["audit_id"]} <= set(rows_of(beside))


def test_nobody_is_shown_the_challenger(beside, question, firm):
    audit_id = beside.post("/v1/preapprovals", json=question).json()["audit_id"]
    for path in (f"/v1/preapprovals/{audit_id}", f"/v1/entities/{firm}/profile", "/readyz", "/metrics"):
        found = beside.get(path)
        assert found.status_code == 200, path
        assert "sme_credit/2" not in found.text, path


def test_a_firm_that_the_snapshot_lacks_or_a_log_that_fails_harms_nothing(beside, caplog):
    told = Answered("a-1", "preapproval", "2026-11-23T01:00:00.000Z", "o", None, "nobody", "{}", "{}")
    shadow = beside.app.state.desk.loaded.shadow

    def fail(_row):
        raise RuntimeError("no memory")

    with caplog.at_level(logging.ERROR):
        shadow.beside(told, SimpleNamespace(note=fail))
    assert "no shadow score of a-1" in caplog.text


@pytest.mark.parametrize("harm", ["other columns", "files changed"])
def test_a_challenger_that_cannot_score_stands_beside_nobody(own, tmp_path, caplog, harm):
    made = Home(shutil.copytree(own.root, tmp_path / "home"))
    if harm == "other columns":
        values = load_snapshot(made).features.iloc[:, :2].rename(columns=lambda name: f"new_{name}")
        stand_beside(made, CreditModel(n_estimators=2).fit(values, np.arange(len(values)) % 2))
    else:
        folder = folder_of(made, find_challenger(made, CREDIT).run_id)
        (folder / "model.json").write_text("{}", "utf-8")
    with caplog.at_level(logging.WARNING):
        loaded = Loaded.read(made)
    assert loaded.shadow is None
    assert not loaded.missing, "the champion answers as before"
    assert "no challenger stands beside" in caplog.text


def test_a_promoted_challenger_is_no_shadow_of_itself(own, tmp_path):
    made = Home(shutil.copytree(own.root, tmp_path / "home"))
    assert Loaded.read(made).shadow.challenger == "sme_credit/2"
    promote(made, CREDIT, "2", by="王敏", why="shadow month passed", now=datetime.now(UTC))
    assert Loaded.read(made).shadow is None


def noted(number, **other):
    """A row; A by both, 700 points, unless told otherwise."""
    row = {
        "audit_id": f"a{number:02d}", "at": f"2026-11-{number % 28 + 1:02d}T01:00:00.000Z",
        "challenger": "sme_credit/2", "champion": "sme_credit/1", "pd_12m": 0.02, "score": 700, "band": "A",
        "champion_pd_12m": 0.01, "champion_score": 700, "champion_band": "A",
    }  # fmt: skip
    return Noted(**(row | other))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """An empty database in its newest form, of either kind."""
    kept = f"sqlite:///{tmp_path}/service.db"
    made = open_database(kept if request.param == "sqlite" else request.getfixturevalue("postgres"))
    bring_up_to_date(made)
    yield made
    made.dispose()


def test_the_report_counts_answers_bands_and_points(engine):
    log = ShadowLog(engine, every=60)
    assert differences(engine) == []
    for number in range(8):
        log.note(noted(number))
    log.note(noted(8, score=640, band="C", pd_12m=0.2))
    log.note(noted(9, champion_score=660, champion_band="B"))
    log.note(noted(10, challenger="sme_credit/3"))
    answers = [
        {
            "audit_id": f"a{number:02d}", "kind": "preapproval", "asked_at": noted(number).at, "account": "o",
            "bank": "B", "entity_id": f"firm{number % 3}", "question": "{}", "answer": "{}",
        }
        for number in (0, 1, 2, 8, 9)
    ]  # fmt: skip
    silent = answers[0] | {"audit_id": "silent", "asked_at": "2026-11-05T00:00:00.000Z"}
    with writing(engine) as connection:
        connection.execute(insert(ANSWERS), [*answers, silent])
    log.close()
    (found,) = differences(engine, "sme_credit/2")
    assert (found.answers, found.unrecorded, found.firms) == (10, 1, 3)
    assert found.bands == ["A", "B", "C"]
    assert found.matrix == [[8, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert (found.band_migration, found.far_migration) == (0.2, 0.1)
    assert (found.points["0.05"], found.points["0.5"], found.points["0.99"]) == (-60, 0, 40)
    assert found.mean_pd == {"champion": pytest.approx(0.01), "challenger": pytest.approx(0.038)}
    assert [one["audit_id"] for one in found.farthest[:2]] == ["a08", "a09"]
    assert [one.challenger for one in differences(engine)] == ["sme_credit/3", "sme_credit/2"]


def test_rows_wait_while_the_database_is_down_and_the_oldest_give_way(tmp_path, monkeypatch, caplog):
    engine = open_database(f"sqlite:///{tmp_path}/service.db")
    bring_up_to_date(engine)
    monkeypatch.setattr(shadow_log, "MOST_WAITING", 3)
    log = ShadowLog(engine, every=60)

    def down(*_):
        raise Unavailable("the records cannot be used now")

    for number in range(4):
        log.note(noted(number))
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(ShadowLog, "_insert", down)
        assert not log.flush()
    assert "3 shadow scores wait" in caplog.text
    log.close()
    with reading(engine) as connection:
        assert connection.execute(select(SHADOW.c.audit_id)).scalars().all() == ["a01", "a02", "a03"]
    engine.dispose()


def test_the_verb_tells_the_difference_in_chinese_and_as_json(own, beside, question):
    beside.post("/v1/preapprovals", json=question)
    assert rows_of(beside)
    words = ["--home", str(own.root), "shadow", "report", "--demo"]
    told = CliRunner().invoke(app, words).output
    assert "现任 sme_credit/1 与挑战者 sme_credit/2" in told
    assert "换两档以上" in told
    (record,) = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert record["challenger"] == "sme_credit/2"
    none = CliRunner().invoke(app, [*words, "--challenger", "sme_credit/9"]).output
    assert "没有影子记录" in none
