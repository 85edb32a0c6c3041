import numpy as np
import pandas as pd

from models.green import GRADES
from models.green.association import associated


def firms(rows=600, link=0.0, by_industry=0.0, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.Index([f"e{one}" for one in range(rows)])
    industry = rng.integers(0, 2, rows)
    trait = rng.normal(size=rows) + by_industry * industry
    score = pd.Series(600 + 30 * (link * trait + by_industry * industry + rng.normal(size=rows)), index=index)
    grade = pd.Series(np.array(GRADES)[np.digitize(trait, [-0.8, 0.2, 1.1])], index=index)
    return score, grade, pd.DataFrame({"industry": np.where(industry, "C", "F"), "size": "S"}, index=index)


def test_a_score_that_has_nothing_to_do_with_the_grade_is_told_independent():
    found = associated(*firms(), grades=GRADES)
    assert found.independent
    assert not found.holds_within


def test_a_link_shows_in_all_firms_and_within_industry_and_size():
    found = associated(*firms(link=1.0), grades=GRADES)
    assert found.overall.low > 0.3
    assert found.holds_within
    assert (found.groups, found.firms_within) == (2, 600)


def test_a_link_that_comes_from_the_industry_alone_does_not_hold_within():
    found = associated(*firms(by_industry=2.0), grades=GRADES)
    assert not found.independent
    assert not found.holds_within


def test_without_industry_nobody_can_say_what_holds_within():
    score, grade, _ = firms(link=1.0)
    found = associated(score, grade, grades=GRADES)
    assert found.within is None
    assert found.holds_within is None


def test_firms_whose_industry_or_size_is_unknown_are_in_no_group():
    score, grade, alike = firms(link=1.0)
    alike.loc[alike.index[:100], "size"] = np.nan
    found = associated(score, grade, alike, grades=GRADES)
    assert (found.groups, found.firms_within) == (2, 500)
    assert associated(score, grade, alike.assign(size=np.nan), grades=GRADES).within is None


def test_firms_without_a_grade_do_not_count_and_few_say_nothing():
    score, grade, alike = firms(100)
    grade.iloc[30:] = None
    assert associated(score, grade, alike, grades=GRADES).firms == 30
    assert associated(score.head(19), grade, alike, grades=GRADES) is None
    assert associated(score, grade.where(grade.isna(), "NON"), grades=GRADES) is None


def test_quartiles_by_grade():
    index = pd.Index(range(40))
    grade = pd.Series(["NON"] * 20 + ["DEEP"] * 20, index=index)
    found = associated(pd.Series(np.arange(40.0), index=index), grade, grades=GRADES)
    assert found.by_grade == {"NON": (20, 4.75, 9.5, 14.25), "DEEP": (20, 24.75, 29.5, 34.25)}
