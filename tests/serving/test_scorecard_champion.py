"""A scorecard may be the champion: it is promoted, loaded and answers as a boosted model does."""

import json
import shutil
from datetime import UTC, date, datetime

import numpy as np
import pytest

from features.errors import ModelError
from features.home import Home
from models.registry import CHALLENGER, CREDIT, find_challenger, promote, register
from models.scorecard import WoeScorecard
from serving.decision import Scorer, decide, points_of, profile
from serving.desk import Loaded
from serving.snapshot import load_snapshot

LOAN = {"loan_amount_cny": "5000000", "start_date": date(2026, 10, 31), "maturity_date": date(2027, 10, 31)}


def card(boosted, features):
    """A scorecard of firms like those of the home, with the meanings of the model that answers there."""
    draw = np.random.default_rng(4)
    values = features.iloc[draw.integers(0, len(features), 800)].reset_index(drop=True)
    values = values + draw.normal(0, 0.05, values.shape)
    risk = boosted.predict_proba(values)[:, 1]
    bad = (draw.random(len(values)) < np.clip(2 * risk, 0.02, 0.9)).astype(int)
    return WoeScorecard(meanings=boosted.meanings).fit(values, bad)


@pytest.fixture(scope="module")
def promoted(home, tmp_path_factory):
    """A copy of the home in which a person has promoted a scorecard."""
    copy = Home(shutil.copytree(home.root, tmp_path_factory.mktemp("promoted") / "home"))
    model = card(Scorer.load(home).credit, load_snapshot(home).features)
    register(
        copy,
        CREDIT,
        model,
        parameters={},
        metrics={},
        tags={},
        documents={},
        now=datetime.now(UTC),
        as_alias=CHALLENGER,
    )
    version = find_challenger(copy, CREDIT).version
    promote(copy, CREDIT, version, by="王敏", why="the bank wants points on paper", now=datetime.now(UTC))
    return copy


@pytest.fixture(scope="module")
def scorer(promoted):
    return Scorer.load(promoted)


@pytest.fixture(scope="module")
def snapshot(promoted):
    return load_snapshot(promoted)


def test_the_promoted_scorecard_answers(scorer, snapshot, firm):
    assert isinstance(scorer.credit, WoeScorecard)
    answer = decide(scorer, snapshot, firm, LOAN)
    assert answer["credit"]["model"] == scorer.credit_version.label
    assert answer["credit"]["score"] == scorer.credit.points(snapshot.features_of(firm))[0]
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_its_reasons_are_those_of_the_card(scorer, snapshot):
    for firm in snapshot.firms.index[:10]:
        told = profile(scorer, snapshot, firm)["credit"]["reasons"]
        own = scorer.credit.reasons(snapshot.features_of(firm))[0]
        assert [one["code"] for one in told] == [one.code for one in own]


def test_what_was_worked_out_for_all_firms_changes_nothing_for_one(scorer, snapshot):
    board = scorer.board(snapshot.features)
    assert (points_of(scorer.credit, board.matrix) == scorer.credit.points_by_column(snapshot.features)).all()
    for firm in snapshot.firms.index[:10]:
        assert decide(scorer, snapshot, firm, LOAN, board=board) == decide(scorer, snapshot, firm, LOAN)


def test_the_service_starts_on_it(promoted):
    assert Loaded.read(promoted).missing == {}


def test_a_champion_that_is_no_credit_model_is_refused(home, tmp_path):
    copy = Home(shutil.copytree(home.root, tmp_path / "home"))
    green = Scorer.load(home).green
    register(copy, CREDIT, green, parameters={}, metrics={}, tags={}, documents={}, now=datetime.now(UTC))
    with pytest.raises(ModelError, match="is a GreenGradeModel, expected a credit model or a scorecard"):
        Scorer.load(copy)
