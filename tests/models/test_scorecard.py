import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from features.errors import ModelError
from models.metrics import auc, calibration_ratio
from models.reasons import Meaning
from models.scale import Scale
from models.scorecard import WoeScorecard

MEANINGS = {
    "debt": Meaning("负债率", "Debt ratio", "负债率偏高", "负债率较低", monotone=1),
    "debt_long": Meaning("长期负债率", "Long debt", "负债率偏高", "负债率较低", reason="debt", monotone=1),
    "sales": Meaning("销售额", "Sales", "销售额偏低", "销售额较高", unit="CNY", monotone=-1),
}

NOT_HELD = {
    "check_sample_weight_equivalence_on_dense_data": (
        "folds and rows are drawn by row, so a row of weight 2 is not drawn like two rows"
    ),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([WoeScorecard()], expected_failed_checks=lambda _: NOT_HELD)
def test_it_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def card(firms):
    return WoeScorecard(meanings=MEANINGS).fit(firms.table, firms.bad)


@pytest.fixture(scope="module")
def short(firms):
    return WoeScorecard(meanings=MEANINGS, refined=False).fit(firms.table, firms.bad)


def crossed(rows=4000, seed=0):
    """Risk lies in two variables together: high only where both are high."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"left": rng.normal(size=rows), "right": rng.normal(size=rows)})
    odds = -3 + 0.2 * table["left"] + 3.5 * ((table["left"] > 0) & (table["right"] > 0))
    return table, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)


@pytest.fixture(scope="module")
def paired():
    return WoeScorecard().fit(*crossed())


def points_of(card, table):
    """Points of each firm summed by hand from the table of points, as a reader would."""
    told = card.table_of_points()
    summed = np.full(len(table), told.loc[0, "points"])
    matrix = card.encoder_.matrix(table)
    places = {
        name: cut.places(matrix[:, card.encoder_.columns.index(name)])
        for name, cut in zip(card.variables_, card.cuts_, strict=True)
    }
    for name, place in places.items():
        summed += told.loc[told["variable"] == name, "points"].to_numpy()[place]
    for number, (one, other) in enumerate(card.sum_.pairs):
        names = [card.variables_[at] for at in (one, other)]
        rows, columns = (card.sum_.inside[at][places[card.variables_[at]]] for at in (one, other))
        cells = told.loc[told["variable"] == " × ".join(names), "points"].to_numpy()
        summed += cells[rows * card.sum_.tables[number].shape[1] + columns]
    return summed


def test_it_ranks_and_calibrates_firms_it_has_not_seen(card, unseen):
    predicted = card.predict_proba(unseen.table)[:, 1]
    assert auc(unseen.bad, predicted) > 0.78
    assert 0.85 < calibration_ratio(unseen.bad, predicted) < 1.15


def test_points_of_a_firms_bins_add_up_to_its_score(card, unseen):
    summed = points_of(card, unseen.table)
    assert np.abs(summed - card.points_scale.exact(card.decision_function(unseen.table))).max() < 1e-6
    shown = np.clip(summed, card.points_scale.lowest, card.points_scale.highest)
    assert np.abs(shown - card.points(unseen.table)).max() <= 0.5 + 1e-6


def test_tables_of_two_variables_add_up_too_and_find_what_no_variable_says_alone(paired):
    table, bad = crossed(seed=1)
    assert paired.sum_.pairs == [(0, 1)]
    assert auc(bad, paired.predict_proba(table)[:, 1]) > 0.72
    summed = points_of(paired, table)
    assert np.abs(summed - paired.points_scale.exact(paired.decision_function(table))).max() < 1e-6


def test_the_average_firm_has_the_base_points(card, paired, firms):
    for one, table in ((card, firms.table), (paired, crossed()[0])):
        told = one.table_of_points()
        assert one.points_by_column(table).mean(axis=0) == pytest.approx(np.zeros(table.shape[1]), abs=1e-6)
        mean = one.points_scale.exact(one.decision_function(table)).mean()
        assert told.loc[0, "points"] == pytest.approx(mean, abs=1e-6)


def test_reasons_add_up_to_the_distance_from_the_average_firm(card, paired, unseen):
    for one, table in ((card, unseen.table), (paired, crossed(seed=2)[0])):
        away = one.points_scale.exact(one.decision_function(table)) - one.table_of_points().loc[0, "points"]
        assert one.points_by_column(table).sum(axis=1) == pytest.approx(away, abs=1e-6)


def test_points_of_a_column_are_its_shapley_values(paired):
    """Against the definition: what a column adds on average over firms of training, either order."""
    table, background = crossed(seed=3)[0].head(20), crossed()[0]
    factor = paired.points_scale.factor
    of_left = []
    for _, firm in table.iterrows():
        none = paired.decision_function(background).mean()
        left = paired.decision_function(background.assign(left=firm["left"])).mean()
        right = paired.decision_function(background.assign(right=firm["right"])).mean()
        both = paired.decision_function(firm.to_frame().T.astype(float))[0]
        of_left.append(-factor * ((left - none) + (both - right)) / 2)
    assert paired.points_by_column(table)[:, 0] == pytest.approx(of_left, abs=1e-6)


def test_reasons_speak_of_columns_in_their_words(card, unseen):
    riskiest = unseen.table.iloc[[int(card.decision_function(unseen.table).argmax())]]
    first = card.reasons(riskiest)[0][0]
    assert first.points < 0
    assert "负债率偏高" in card.reasons(unseen.table.assign(debt=3.0).head(1))[0][0].text_zh


def test_the_table_counts_every_firm_once_a_variable(card, firms):
    told = card.table_of_points()
    assert told.columns.tolist() == [
        "variable",
        "bin",
        "part",
        "count",
        "bads",
        "bad_rate",
        "woe",
        "iv",
        "points",
    ]
    for _, rows in told[~told["variable"].str.contains(" × ")].groupby("variable"):
        assert rows["count"].sum() == len(firms.bad)
        assert rows["bads"].sum() == firms.bad.sum()
    for name in card.variables_:
        rows = told[told["variable"] == name]
        assert rows["iv"].sum() == pytest.approx(card.bins_[name].iv)
        assert rows["part"].is_unique
    assert told.loc[told["variable"] == "industry", "bin"].tolist()[-1] == "missing"


def test_safer_than_average_has_positive_weight_of_evidence(card):
    told = card.table_of_points()
    average = told.loc[0, "bad_rate"]
    bins = told[told["variable"] == "industry"].dropna()
    assert ((bins["bad_rate"] < average) == (bins["woe"] > 0)).all()


def test_woe_and_points_move_only_in_the_declared_direction(card):
    told = card.table_of_points()
    for name, sign in (("debt", -1), ("sales", 1)):
        rows = told[(told["variable"] == name) & (told["bin"] != "missing")]
        assert (sign * np.diff(rows["woe"]) >= 0).all()
        assert (sign * np.diff(rows["points"]) >= -1e-9).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_declared_directions_hold_within_tables_of_two_variables(sign):
    table, bad = crossed()
    card = WoeScorecard(monotone={"left": sign}).fit(table, bad)
    firm = table.head(1)
    for right in (-1.0, 1.0, np.nan):
        ladder = pd.concat([firm.assign(left=value, right=right) for value in np.linspace(-3, 3, 60)])
        assert (sign * np.diff(card.decision_function(ladder)) >= -1e-9).all()


def test_batch_single_and_reloaded_scores_agree_to_the_bit(card, unseen, tmp_path):
    batch = card.predict_proba(unseen.table)[:, 1]
    single = [card.predict_proba(unseen.table.iloc[[row]])[0, 1] for row in range(30)]
    card.save(tmp_path)
    again = WoeScorecard.load(tmp_path)
    assert batch[:30].tolist() == single
    assert batch.tolist() == again.predict_proba(unseen.table)[:, 1].tolist()
    assert again.table_of_points().equals(card.table_of_points())
    assert again.failed_ == card.failed_
    assert again.reasons(unseen.table.head(5)) == card.reasons(unseen.table.head(5))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scorecard.json"]


def test_pairs_are_reloaded_to_the_bit(paired, tmp_path):
    paired.save(tmp_path)
    table = crossed(seed=5)[0]
    again = WoeScorecard.load(tmp_path)
    assert again.decision_function(table).tolist() == paired.decision_function(table).tolist()


def test_a_loaded_scorecard_scores_without_optbinning_or_boosting(card, unseen, tmp_path):
    card.save(tmp_path)
    unseen.table.head(20).to_parquet(tmp_path / "firms.parquet")
    script = (
        "import sys, pathlib, pandas as pd\n"
        "from models.scorecard import WoeScorecard\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "card = WoeScorecard.load(folder)\n"
        "print(card.points(pd.read_parquet(folder / 'firms.parquet')).tolist())\n"
        "print(sorted({'optbinning', 'ortools', 'cvxpy', 'lightgbm'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    points, loaded = ran.stdout.splitlines()
    assert json.loads(points) == card.points(unseen.table.head(20)).tolist()
    assert loaded == "[]"


def test_training_twice_gives_the_same_bytes(firms, card, tmp_path):
    clone(card).fit(firms.table, firms.bad).save(tmp_path / "again")
    card.save(tmp_path / "first")
    first, again = (tmp_path / name / "scorecard.json" for name in ("first", "again"))
    assert first.read_bytes() == again.read_bytes()


def test_columns_in_another_order_change_nothing(card, unseen):
    turned = unseen.table[unseen.table.columns[::-1]]
    assert (card.predict_proba(turned) == card.predict_proba(unseen.table)).all()


def test_what_training_never_saw_is_missing_or_average(card, unseen):
    odd, missing = (unseen.table.head(3).assign(industry=word) for word in ("Z99", None))
    assert (card.predict_proba(odd) == card.predict_proba(missing)).all()
    # every firm of training had an industry, so a missing one says nothing
    place = list(card.encoder_.columns).index("industry")
    assert (card.points_by_column(missing)[:, place] == 0).all()


def test_a_variable_without_points_is_named_with_the_reason(firms):
    rng = np.random.default_rng(99)
    table = firms.table.assign(
        nothing=np.nan, same=1.0, noise=rng.normal(size=len(firms.bad)), backwards=-firms.table["debt"]
    )
    card = WoeScorecard(monotone={"backwards": 1}, iv_floor=0.1, refined=False).fit(table, firms.bad)
    assert card.failed_["nothing"] == "all values are missing"
    assert card.failed_["same"] == "all values are the same"
    assert re.match(r"its information value of 0\.0\d+ is below 0\.1", card.failed_["noise"])
    assert "information value" in card.failed_["backwards"]
    assert set(card.variables_) | set(card.failed_) == set(table.columns)
    assert not set(card.variables_) & set(card.failed_)


def test_a_weak_variable_stays_in_a_little_table_and_goes_from_a_larger_one(monkeypatch):
    rng = np.random.default_rng(0)
    told = rng.normal(size=600)
    bad = (rng.random(600) < 1 / (1 + np.exp(1.5 - told))).astype(int)
    table = pd.DataFrame({"told": told, "weak": rng.integers(0, 6, 600)})
    little = WoeScorecard(refined=False).fit(table, bad)
    monkeypatch.setattr("models.material.LITTLE", 600)
    larger = WoeScorecard(refined=False).fit(table, bad)
    assert little.variables_ == ["told", "weak"]
    assert larger.variables_ == ["told"]
    assert "below what chance gives so many bins" in larger.failed_["weak"]


def test_a_table_that_says_nothing_gives_all_firms_the_points_of_the_average():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"noise": rng.normal(size=400), "same": 1.0})
    bad = np.arange(400) % 10 == 0
    card = WoeScorecard(iv_floor=0.5).fit(table, bad.astype(int))
    assert card.variables_ == []
    assert card.predict_proba(table)[:, 1] == pytest.approx(np.full(400, 0.1), abs=0.01)
    assert len(card.table_of_points()) == 1
    assert card.reasons(table.head(2)) == [[], []]


def test_unrefined_points_are_weight_of_evidence_times_one_coefficient(short):
    told = short.table_of_points()
    assert short.sum_.pairs == []
    for name in ("debt", "sales"):
        rows = told[(told["variable"] == name) & (told["count"] > 0)]
        assert (rows["bin"] == rows["part"]).all()
        assert np.corrcoef(rows["woe"], rows["points"])[0, 1] > 0.99
        assert (np.diff(rows.sort_values("woe")["points"]) >= 0).all()


def test_the_long_run_rate_moves_every_score_alike(firms, short):
    moved = clone(short).set_params(long_run_rate=0.02).fit(firms.table, firms.bad)
    gap = moved.decision_function(firms.table) - short.decision_function(firms.table)
    rate = firms.bad.mean()
    expected = np.log(0.02 / 0.98) - np.log(rate / (1 - rate))
    assert gap == pytest.approx(np.full(len(gap), expected))


def test_the_scale_changes_points_and_not_probabilities(firms, short):
    scaled = clone(short).set_params(scale=Scale(base=500, odds=50, pdo=20)).fit(firms.table, firms.bad)
    assert (scaled.predict_proba(firms.table) == short.predict_proba(firms.table)).all()
    assert scaled.points(firms.table).tolist() != short.points(firms.table).tolist()


def test_groups_weights_and_time_are_taken(firms):
    days = pd.Series(pd.date_range("2020-01-01", periods=len(firms.bad)))
    weight = np.random.default_rng(0).uniform(0.5, 2, len(firms.bad))
    card = WoeScorecard(refined=False).fit(
        firms.table, firms.bad, groups=np.arange(len(firms.bad)) // 3, time=days, sample_weight=weight
    )
    assert card.period_ == ["2020-01-01", "2028-03-18"]
    told = card.table_of_points()
    assert told.loc[0, "count"] == pytest.approx(weight.sum())
    assert told.loc[0, "bads"] == pytest.approx(weight @ firms.bad)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ([0] * 20, "label holds 0; expected both 0"),
        ([0, 1, 2, 1] * 5, "label holds 0, 1, 2; expected both"),
        ([1] + [0] * 19, "1 firm of the rarer class"),
    ],
)
def test_a_label_that_teaches_nothing_is_refused(firms, label, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        WoeScorecard().fit(firms.table.head(20), label)


def test_one_group_cannot_be_checked(firms):
    with pytest.raises(ModelError, match="all firms are of one group"):
        WoeScorecard().fit(firms.table, firms.bad, groups=np.zeros(len(firms.bad)))


def test_a_table_that_cannot_be_scored_says_why(card, unseen):
    with pytest.raises(ModelError, match="1 columns of training are missing: debt"):
        card.predict_proba(unseen.table.drop(columns="debt"))
    with pytest.raises(ModelError, match="infinite values in debt"):
        card.predict_proba(unseen.table.head(5).assign(debt=np.inf))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state.pop("cuts"),
        lambda state: state["cuts"].pop(),
        lambda state: state["log_odds"]["steps"][0].pop(),
        lambda state: state["variables"].append("debt"),
    ],
)
def test_a_damaged_file_is_no_scorecard(card, tmp_path, spoil):
    card.save(tmp_path)
    state = json.loads((tmp_path / "scorecard.json").read_text("utf-8"))
    spoil(state)
    (tmp_path / "scorecard.json").write_text(json.dumps(state), "utf-8")
    with pytest.raises(ModelError, match="no whole scorecard"):
        WoeScorecard.load(tmp_path)


def test_a_file_that_is_cut_off_or_gone_is_no_scorecard(card, tmp_path):
    with pytest.raises(ModelError, match="no whole scorecard"):
        WoeScorecard.load(tmp_path / "nowhere")
    card.save(tmp_path)
    path = tmp_path / "scorecard.json"
    path.write_text(path.read_text("utf-8")[:500], "utf-8")
    with pytest.raises(ModelError, match="no whole scorecard"):
        WoeScorecard.load(tmp_path)
