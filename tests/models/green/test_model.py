import json
import re

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.green import GRADES, GreenGradeModel
from models.metrics import weighted_kappa
from models.reasons import Meaning


def kappa(model, table, grades, **how):
    return weighted_kappa(model.places(grades), model.places(model.predict(table, **how)), 4)


def test_it_grades_firms_it_has_not_seen(model, make):
    assert kappa(model, *make(800, 2)) > 0.7


def test_stretched_grades_agree_better_than_the_median_and_are_as_many_as_the_offices(model, make):
    table, grades = make(2000, 3)
    assert kappa(model, table, grades) > kappa(model, table, grades, decision="median")
    given = pd.Series(model.predict(table)).value_counts(normalize=True)
    official = pd.Series(grades).value_counts(normalize=True)
    assert (given - official).abs().max() < 0.06


def test_probabilities_are_a_distribution(model, make):
    probabilities = model.predict_proba(make(100, 4)[0])
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_more_carbon_never_means_a_higher_grade(model):
    ladder = pd.DataFrame({"carbon": np.linspace(-4, 4, 60), "iso": 1.0, "permit": "KEY"})
    assert (np.diff(model.above(ladder), axis=0) <= 0).all()


def test_a_firm_of_which_nothing_is_known_has_no_grade(model):
    nothing = pd.DataFrame({"carbon": [np.nan, 1.0], "iso": [np.nan] * 2, "permit": [None] * 2})
    assert model.knows(nothing).tolist() == [False, True]


def test_background_alone_tells_nothing(maker, make):
    table, grades = make(300, 5)
    model = maker(background=("permit",)).fit(table, grades)
    asked = pd.DataFrame({"carbon": [np.nan, 1.0], "iso": [np.nan] * 2, "permit": ["KEY"] * 2})
    assert model.knows(asked).tolist() == [False, True]


def test_rows_of_which_nothing_is_known_are_not_learnt_from(maker, make):
    table, grades = make(300, 6)
    blank = pd.DataFrame({"carbon": [np.nan] * 40, "iso": [np.nan] * 40, "permit": [None] * 40})
    more = maker().fit(pd.concat([table, blank], ignore_index=True), np.r_[grades, ["DEEP"] * 40])
    assert more.unknown_ == 40
    assert sum(more.sample_.values()) == 300


def test_a_veto_decides_before_the_trees(maker, make, veto):
    table, grades = make(300, 7)
    table = table.assign(severe=[1, *[0] * 200, *[np.nan] * 99])
    model = maker(vetoes=(veto,)).fit(table, grades)
    assert (model.vetoed_, "severe" in model.encoder_.inputs) == (1, False)
    best = pd.DataFrame({"carbon": [-4.0] * 3, "iso": 1.0, "permit": "KEY", "severe": [1.0, 0.0, np.nan]})
    assert model.predict(best).tolist() == ["NON", "DEEP", "DEEP"]
    assert model.predict_proba(best)[0].tolist() == [1, 0, 0, 0]
    assert [one and one.name for one in model.veto_of(best)] == ["severe_penalty", None, None]
    assert model.knows(best.assign(carbon=np.nan, iso=np.nan, permit=None)).tolist() == [True, False, False]


def test_a_table_without_the_vetos_column_is_not_vetoed(maker, make, veto):
    table, grades = make(300, 8)
    model = maker(vetoes=(veto,)).fit(table, grades)
    assert set(model.veto_of(table)) == {None}


def test_reasons_speak_of_the_grade_and_add_up_to_the_margin(model, make):
    table, _ = make(5, 9)
    points = model.points_by_column(table)
    apart = model.ladder_.slope * (model.margin(table) - model.margin(table)[0])
    assert np.allclose(points.sum(axis=1) - points[0].sum(), apart)
    worst = pd.DataFrame({"carbon": [3.0], "iso": [0.0], "permit": ["KEY"]})
    first = model.reasons(worst)[0][0]
    assert first.code == "CARBON_LOW"
    assert "lowers the grade" in first.text_en


def test_reloaded_it_says_the_same_to_the_bit(maker, make, veto, tmp_path):
    table, grades = make(200, 10)
    table = table.assign(severe=0.0)
    relative = {"by": "permit", "columns": ["carbon"]}
    model = maker(vetoes=(veto,), relative=relative, decision="median").fit(
        table, grades, time=["2026-03-31"] * 200
    )
    model.save(tmp_path)
    again = GreenGradeModel.load(tmp_path)
    assert (again.predict_proba(table) == model.predict_proba(table)).all()
    assert (again.predict(table) == model.predict(table)).all()
    assert (again.vetoes, again.period_, again.decision) == ((veto,), ["2026-03-31"] * 2, "median")
    single = [again.predict_proba(table.iloc[[row]])[0] for row in range(20)]
    assert (np.array(single) == model.predict_proba(table)[:20]).all()


@pytest.mark.parametrize("spoil", ["gone", "text", "fewer columns", "older"])
def test_a_damaged_folder_is_no_whole_model(model, tmp_path, spoil):
    model.save(tmp_path)
    told = json.loads((tmp_path / "model.json").read_text("utf-8"))
    if spoil == "gone":
        (tmp_path / "booster.txt").unlink()
    elif spoil == "text":
        (tmp_path / "model.json").write_text("{", "utf-8")
    elif spoil == "older":
        del told["ladder"]
        (tmp_path / "model.json").write_text(json.dumps(told), "utf-8")
    else:
        told["columns"] = told["columns"][:-1]
        (tmp_path / "model.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(ModelError, match=f"{re.escape(str(tmp_path))}: no whole green model"):
        GreenGradeModel.load(tmp_path)


def test_other_ordered_classes_are_accepted_also_where_one_is_rare(maker, make):
    table, grades = make(400, 11)
    numbers = np.array([GRADES.index(one) + 2 for one in grades])
    numbers[:2] = 1
    model = maker(grades=range(1, 6)).fit(table, numbers)
    assert set(model.predict(table)) <= set(range(1, 6))
    assert kappa_of_numbers(model, table, numbers) > 0.7


def kappa_of_numbers(model, table, numbers):
    return weighted_kappa(numbers - 1, np.asarray(model.predict(table)) - 1, 5)


def test_a_grade_that_no_firm_has_is_hardly_likely(maker, make):
    table, grades = make(400, 12)
    without = np.where(grades == "DEEP", "MEDIUM", grades)
    assert maker().fit(table, without).predict_proba(table)[:, 3].max() < 0.1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda grades: np.where(grades == "DEEP", "GREEN", grades), "grades GREEN are not among NON"),
        (lambda grades: np.full_like(grades, "NON"), "NON 400, LIGHT 0, MEDIUM 0, DEEP 0"),
        (lambda grades: grades[:-1], "399 grades for 400 firms"),
    ],
)
def test_grades_that_teach_nothing_are_refused(maker, make, spoil, message):
    table, grades = make(400, 13)
    with pytest.raises(ModelError, match=re.escape(message)):
        maker().fit(table, spoil(grades))


@pytest.mark.parametrize("name", ["score", "pd_12m", "Bad", "违约", "default_flag"])
def test_the_credit_score_and_outcomes_are_refused_by_name(maker, make, name):
    table, grades = make(100, 14)
    with pytest.raises(ModelError, match=f"never reads the credit score or an outcome, and {name}"):
        maker().fit(table.assign(**{name: 1.0}), grades)


def test_a_column_that_rests_on_an_outcome_is_refused_whatever_its_name(maker, make):
    table, grades = make(100, 15)
    told = {"carbon": Meaning("x", "x", "x", "x", sources=("loan_performance",))}
    with pytest.raises(ModelError, match="carbon is one"):
        maker(meanings=told).fit(table, grades)


def test_no_credit_is_refused_that_is_environmental(maker, make):
    table, grades = make(200, 16)
    maker(n_estimators=5).fit(table.rename(columns={"carbon": "env_credit_place"}), grades)


def test_an_unknown_decision_is_refused(maker, make):
    with pytest.raises(ModelError, match="decision is 'mode'; expected kappa or median"):
        maker(decision="mode").fit(*make(100, 17))


def test_the_same_seed_gives_the_same_bytes(maker, make, tmp_path):
    for name in ("one", "two"):
        maker().fit(*make(200, 18)).save(tmp_path / name)
    assert (tmp_path / "one/booster.txt").read_bytes() == (tmp_path / "two/booster.txt").read_bytes()
    assert (tmp_path / "one/model.json").read_bytes() == (tmp_path / "two/model.json").read_bytes()
