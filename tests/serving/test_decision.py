"""One full answer, below the service."""

import json
from dataclasses import replace
from datetime import date
from threading import enumerate as enumerate_threads

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError, RequestError
from features.home import Home
from models.credit import CreditModel
from serving.decision import Scorer, decide, facts_for, points_of, profile
from serving.policy import FactError
from serving.snapshot import load_snapshot

LOAN = {"loan_amount_cny": "5000000", "start_date": date(2026, 10, 31), "maturity_date": date(2027, 10, 31)}


@pytest.fixture(scope="module")
def scorer(home):
    """The home's champions."""
    return Scorer.load(home)


@pytest.fixture(scope="module")
def snapshot(home):
    """The home's snapshot."""
    return load_snapshot(home)


def test_an_answer_is_ready_for_json(scorer, snapshot, firm):
    answer = decide(scorer, snapshot, firm, LOAN)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_what_was_worked_out_for_all_firms_changes_nothing_for_one(scorer, snapshot):
    board = scorer.board(snapshot.features)
    for firm in snapshot.firms.index[:20]:
        assert decide(scorer, snapshot, firm, LOAN, board=board) == decide(scorer, snapshot, firm, LOAN)


def test_a_firms_part_of_an_answer_is_worked_out_once_and_no_loan_changes_it(
    scorer, snapshot, firm, monkeypatch
):
    board, dear = scorer.board(snapshot.features), LOAN | {"annual_rate": "0.09"}
    first = decide(scorer, snapshot, firm, LOAN, board=board)
    kept = json.dumps(first)
    monkeypatch.setattr("serving.firm_part._told_of", None)
    second = decide(scorer, snapshot, firm, dear, board=board)
    assert json.dumps(first) == kept
    assert (second["credit"], second["loan"]["annual_rate"]) == (first["credit"], "0.09")


def test_a_full_board_forgets_and_tells_the_same(scorer, snapshot, monkeypatch):
    board = scorer.board(snapshot.features)
    monkeypatch.setattr("serving.board.MOST_REMEMBERED", 2)
    firms = list(snapshot.firms.index[:5])
    first = [decide(scorer, snapshot, one, LOAN, board=board) for one in firms]
    assert [decide(scorer, snapshot, one, LOAN, board=board) for one in firms] == first


def test_points_from_a_matrix_are_the_models_own(scorer, snapshot):
    board = scorer.board(snapshot.features)
    assert (points_of(scorer.credit, board.matrix) == scorer.credit.points_by_column(snapshot.features)).all()


def test_a_champion_is_warmed_when_it_is_loaded(home, monkeypatch):
    warmed = []

    def note(model):
        warmed.append(model)

    monkeypatch.setattr(CreditModel, "warm", note)
    credit = Scorer.load(home).credit
    for thread in enumerate_threads():
        if thread.name == "warm":
            thread.join()
    assert warmed == [credit]


def test_a_cold_champion_says_the_same(home, scorer, snapshot, monkeypatch):
    monkeypatch.setattr(CreditModel, "warm", lambda _: None)
    cold = Scorer.load(home)
    scorer.credit.warm()
    boards = [one.board(snapshot.features) for one in (cold, scorer)]
    warm, booster = (
        points_of(one.credit, board.matrix) for one, board in zip((scorer, cold), boards, strict=True)
    )
    np.testing.assert_allclose(warm, booster, atol=1e-9, rtol=0)
    for firm in snapshot.firms.index[:20]:
        assert decide(cold, snapshot, firm, LOAN, board=boards[0]) == decide(
            scorer, snapshot, firm, LOAN, board=boards[1]
        )


def test_the_score_is_the_models_own(scorer, snapshot, firm):
    features = snapshot.features_of(firm)
    credit = profile(scorer, snapshot, firm)["credit"]
    assert credit["score"] == scorer.credit.points(features)[0]
    assert credit["band"] == scorer.credit.bands_of([credit["score"]])[0]
    assert credit["pd_12m"] == pytest.approx(scorer.credit.predict_proba(features)[0, 1], abs=1e-6)
    assert [one["code"] for one in credit["reasons"]] == [
        one.code for one in scorer.credit.reasons(features)[0]
    ]


def test_a_reason_says_how_fresh_its_source_is(scorer, snapshot, firm):
    credit = profile(scorer, snapshot, firm)["credit"]
    fresh = {name: str(day) if day else None for name, day in snapshot.freshness(firm).items()}
    told = {one["source"]: one["data_date"] for one in credit["reasons"] + credit["strengths"]}
    assert "2026-09-30" in told.values()
    assert told == {source: fresh.get(source) for source in told}


def test_the_newest_days_of_all_firms_are_those_of_each(snapshot):
    for entity, row in snapshot.newest.head(3).iterrows():
        days = {name: None if pd.isna(day) else day.date() for name, day in row.items()}
        assert days == snapshot.freshness(entity)


def test_the_table_of_all_firms_gives_the_reasons_of_each(scorer, snapshot):
    table = scorer.credit.reason_table(snapshot.features, 5, dates=snapshot.newest)
    assert table.index.equals(snapshot.features.index)
    for entity in snapshot.features.index[:20]:
        told = profile(scorer, snapshot, entity)["credit"]["reasons"]
        row = table.loc[entity]
        days = [row[f"reason_{rank}_date"] for rank in range(1, len(told) + 1)]
        assert [row[f"reason_{rank}"] for rank in range(1, len(told) + 1)] == [one["text_zh"] for one in told]
        assert [str(day.date()) if pd.notna(day) else None for day in days] == [
            one["data_date"] for one in told
        ]


def test_reasons_lower_and_strengths_raise(scorer, snapshot, firm):
    credit = profile(scorer, snapshot, firm)["credit"]
    assert all(one["points"] < 0 for one in credit["reasons"])
    assert all(one["points"] > 0 for one in credit["strengths"])


def test_the_scale_is_told_with_its_bands(scorer, snapshot, firm):
    scale = profile(scorer, snapshot, firm)["credit"]["scale"]
    assert (scale["lowest"], scale["highest"]) == (300, 900)
    assert scale["bands"][0] == {"band": "A", "from": 700}
    assert scale["bands"][-1] == {"band": "E", "from": 300}


def test_the_official_grade_wins(snapshot, firm):
    facts = facts_for(snapshot, firm, {}, "NON")
    assert (facts.green_grade, facts.green_grade_source) == ("MEDIUM", "official")


def test_a_predicted_grade_is_passed_on_as_such(snapshot, codes_of_home):
    facts = facts_for(snapshot, codes_of_home[2], {}, "DEEP")
    assert (facts.green_grade, facts.green_grade_source) == ("DEEP", "predicted")


def test_without_a_green_model_there_is_no_predicted_grade(scorer, snapshot, codes_of_home):
    alone = replace(scorer, green=None, green_version=None)
    green = profile(alone, snapshot, codes_of_home[2])["green"]
    assert green["model"] is None
    assert green["grade_used"] is None
    assert green["predicted_probability"] is None


def test_a_firm_without_environmental_facts_has_no_predicted_grade(scorer, snapshot, codes_of_home):
    assert scorer.scores(snapshot.features).loc[codes_of_home[1], "predicted_grade"] is None


def test_flags_stay_flags_and_days_become_text(scorer, snapshot, firm):
    loan = decide(scorer, snapshot, firm, LOAN | {"is_sannong": False, "guarantee_days": 30})["loan"]
    assert (loan["is_sannong"], loan["guarantee_days"], loan["start_date"]) == (False, 30, "2026-10-31")
    assert decide(scorer, snapshot, firm, LOAN)["subject"]["green_grade_date"] == "2026-03-31"


def test_the_measures_day_counts_for_the_measures(scorer, snapshot, firm):
    other = replace(snapshot, policy_as_of=date(2026, 11, 20))
    answer = decide(scorer, other, firm, LOAN)
    assert (answer["as_of"], answer["policy_as_of"]) == ("2026-10-31", "2026-11-20")
    assert {finding["as_of"] for finding in answer["findings"]} == {"2026-11-20"}


def test_an_unknown_firm_and_a_wrong_fact_are_refused(scorer, snapshot, firm):
    with pytest.raises(RequestError, match="not known"):
        decide(scorer, snapshot, "nobody", LOAN)
    with pytest.raises(FactError, match="loan_amount_cny"):
        decide(scorer, snapshot, firm, LOAN | {"loan_amount_cny": "-1"})


def test_without_a_champion_there_is_no_scorer(tmp_path):
    with pytest.raises(ModelError):
        Scorer.load(Home(tmp_path))
