from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.evidence import Evidence, Rows
from models.stability import csi_by_month, feature_csi, psi_by_month, score_psi


def of_shares(counts):
    """Values 0, 1, 2 … as often as told."""
    return pd.Series(np.repeat(np.arange(len(counts), dtype=float), counts))


@pytest.mark.parametrize(
    ("counts", "psi"),
    [
        ([800, 900, 900, 1000, 1000, 1000, 1000, 1100, 1100, 1200], 0.0121),
        ([500, 600, 700, 800, 900, 1000, 1100, 1300, 1500, 1600], 0.1286),
    ],
)
def test_psi_is_that_of_the_worked_examples(counts, psi):
    told = psi_by_month(of_shares([1000] * 10), of_shares(counts))
    assert told["psi"].round(4).tolist() == [psi]


def test_the_same_rows_have_a_psi_of_zero_whatever_their_kind():
    numbers = pd.Series([1.0, 2.0, np.nan, 4.0] * 50)
    words = pd.Series(["a", None, "b", "a"] * 50)
    for values in (numbers, words, numbers * np.nan, numbers * 0, words == "a"):
        assert psi_by_month(values, values)["psi"].tolist() == [0.0]


def test_months_are_told_apart_in_their_order_and_all_rows_come_first():
    time = pd.Series(pd.to_datetime(["2026-02-03", "2026-01-31", "2026-02-28", "2025-12-01"]))
    told = psi_by_month(pd.Series([1.0, 2.0]), pd.Series([1.0, 1.0, 2.0, 2.0]), time)
    assert told["month"].tolist() == ["all", "2025-12", "2026-01", "2026-02"]
    assert told["rows"].tolist() == [4, 1, 1, 2]


def test_a_row_without_a_day_counts_among_all_only():
    told = psi_by_month(
        pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0]), pd.Series([pd.NaT, pd.Timestamp("2026-01-01")])
    )
    assert told["rows"].tolist() == [2, 1]


def test_values_that_become_missing_are_a_move():
    before, after = pd.Series(np.arange(1000.0)), pd.Series(np.arange(1000.0))
    told = csi_by_month(pd.DataFrame({"sales": before}), pd.DataFrame({"sales": after.where(after > 400)}))
    assert told["psi"].iloc[0] > 0.25
    assert told["psi"].iloc[0] > told["by_chance"].iloc[0]


def test_missing_values_are_a_bin_of_their_own_and_not_the_largest_values():
    before = pd.Series([*range(800), *[np.nan] * 200], dtype=float)
    assert psi_by_month(before, before.fillna(900))["psi"].iloc[0] > 0.25


def test_a_column_that_is_gone_is_missing_everywhere():
    told = csi_by_month(pd.DataFrame({"sales": np.arange(100.0)}), pd.DataFrame(index=range(100)))
    assert told["psi"].iloc[0] > 1


def test_words_that_were_not_there_in_training_are_a_move():
    before, after = pd.Series(["C17", "F51"] * 500), pd.Series(["C17", "X99"] * 500)
    told = psi_by_month(before, after)
    assert told["psi"].iloc[0] > 0.25


def test_chance_exceeds_what_is_told_hardly_ever_where_nothing_moved():
    rng = np.random.default_rng(0)
    time = pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(300) % 60, unit="D"))
    beyond = 0
    for _ in range(200):
        told = psi_by_month(pd.Series(rng.normal(size=2000)), pd.Series(rng.normal(size=300)), time)
        beyond += bool((told["psi"] > told["by_chance"]).any())
    assert beyond <= 6, "one in a hundred was promised"


def test_chance_is_the_upper_end_of_chi_squared_over_the_rows():
    told = psi_by_month(of_shares([1000] * 10), of_shares([50] * 10))
    assert told["by_chance"].iloc[0] == pytest.approx(21.666 * (1 / 10_000 + 1 / 500), rel=1e-4)


def test_an_empty_table_tells_no_feature():
    assert csi_by_month(pd.DataFrame(index=range(5)), pd.DataFrame(index=range(5))).empty


def test_scores_and_features_of_evidence(model, firms, unseen):
    evidence = Evidence(
        model=model,
        train=Rows(table=firms.table, bad=firms.bad),
        held_out=Rows(table=unseen.table, bad=unseen.bad),
        pd_=model.predict_proba(unseen.table)[:, 1],
        kind="out_of_time",
    )
    assert score_psi(evidence)["psi"].iloc[0] < 0.05
    assert feature_csi(evidence)["feature"].tolist() == list(firms.table)
    again = replace(evidence, kind="repeated_cv")
    assert score_psi(again).empty
    assert feature_csi(again).empty


def test_a_bin_that_is_empty_on_both_sides_is_no_move_however_few_the_rows():
    before, few = pd.Series([0.0, 1.0] * 5000), pd.Series([0.0, 1.0] * 5)
    assert psi_by_month(before, few)["psi"].tolist() == [0.0], "nothing is missing on either side"
