import numpy as np
import pandas as pd

from models.reasons import Meaning, rank_reasons

TABLE = pd.DataFrame({"debt": [0.8], "debt_long": [0.9], "sales": [np.nan], "industry": ["G54"]})
MEANINGS = {
    "debt": Meaning("负债率", "Debt", "负债率偏高", "负债率较低", unit="share", source="税务", reason="debt"),
    "debt_long": Meaning("长期负债率", "Long debt", "负债率偏高", "负债率较低", unit="share", reason="debt"),
    "sales": Meaning("销售额", "Sales", "销售额偏低", "销售额较高", unit="CNY"),
}


def ranked(points, top=5, direction="lowers"):
    return rank_reasons(np.array([points]), TABLE, MEANINGS, top, direction)[0]


def test_columns_of_one_reason_are_summed_and_told_by_the_strongest():
    (first, *_) = ranked([-6.0, -7.0, -10.0, 0.0])
    assert (first.code, first.feature, first.points) == ("DEBT_LOW", "debt_long", -13.0)
    assert first.text_zh == "负债率偏高（长期负债率 90.0%）"


def test_a_missing_value_is_said_to_be_unknown():
    (reason,) = ranked([0.0, 0.0, -10.0, 0.0])
    assert reason.value is None
    assert reason.text_zh == "销售额暂无信息"


def test_what_raises_the_score_is_told_apart_from_what_lowers_it():
    assert [reason.feature for reason in ranked([5.0, 0, -4.0, 2.0], direction="raises")] == [
        "debt",
        "industry",
    ]
    assert [reason.feature for reason in ranked([5.0, 0, -4.0, 2.0])] == ["sales"]


def test_less_than_half_a_point_is_no_reason():
    assert ranked([-0.4, 0.0, 0.0, 0.0]) == []


def test_no_more_than_asked_for():
    assert len(ranked([-3.0, 0.0, -2.0, -1.0], top=2)) == 2


def test_a_column_without_a_meaning_speaks_by_its_name():
    (reason,) = ranked([0.0, 0.0, 0.0, -3.0])
    assert (reason.code, reason.text_zh) == ("INDUSTRY_LOW", "industry处于不利水平（industry G54）")
