"""Parts of the mature loans, as a whole and cohort by cohort."""

import numpy as np
import pandas as pd

from models.monitoring.segments_over_time import by_segment
from models.segments import OTHERS, UNKNOWN

DAY = pd.Timestamp("2026-06-30")


def scored():
    rng = np.random.default_rng(0)
    risk = rng.beta(1, 5, 1200)
    return pd.DataFrame(
        {
            "application_date": pd.to_datetime(np.repeat(["2024-02-01", "2024-05-01", "2024-08-01"], 400)),
            "bad": pd.Series((rng.random(1200) < risk).astype(int), dtype="Int64"),
            "pd_": risk,
            "group": [f"E{number}" for number in range(1200)],
            "bank": rng.choice(["A", "B"], 1200),
            "district": [*["x"] * 20, *["y"] * 20, None, *["z"] * 1159],
        }
    )


def test_every_known_loan_of_a_mature_cohort_is_in_one_part_of_each_column():
    loans = scored()
    loans.loc[1000:, "bad"] = pd.NA  # half of the last cohort
    found = by_segment(loans, DAY)
    assert set(found["column"]) == {"bank", "district"}  # columns that are not there are passed over
    assert found.groupby("column")["loans"].sum().tolist() == [800, 800]
    assert found["cohort"].isna().all()


def test_small_words_stand_together_once_and_unknown_ones_apart():
    words = by_segment(scored(), DAY).query("column == 'district'").set_index("word")["loans"]
    assert words.to_dict() == {OTHERS: 40, UNKNOWN: 1, "z": 1159}


def test_a_part_is_the_same_from_cohort_to_cohort():
    found = by_segment(scored(), DAY, every="quarter")
    bank = found[found["column"] == "bank"]
    assert bank.groupby("word")["cohort"].apply(list).to_dict() == {
        name: ["2024Q1", "2024Q2", "2024Q3"] for name in "AB"
    }
    whole = by_segment(scored(), DAY).set_index(["column", "word"])
    summed = found.groupby(["column", "word"])[["loans", "bads"]].sum()
    assert summed.equals(whole[["loans", "bads"]].reindex(summed.index))


def test_parts_with_few_bads_have_neither_auc_nor_ratio():
    found = by_segment(scored(), DAY).set_index("word")
    assert found.loc[UNKNOWN, ["auc", "ratio"]].isna().all()
    assert found.loc["A", ["auc", "ratio"]].notna().all()


def test_nothing_mature_leaves_no_rows():
    assert by_segment(scored().assign(bad=pd.NA), DAY).empty
