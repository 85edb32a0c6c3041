import numpy as np
import pandas as pd
import pytest

from models.dependence import input_of, partial_dependence


def test_a_declared_direction_is_kept_along_the_whole_curve(model, unseen):
    debt = partial_dependence(model, unseen.table, "debt", direction=1)
    sales = partial_dependence(model, unseen.table, "sales", direction=-1)
    assert (np.diff(debt.mean) >= 0).all()
    assert debt.effect > 0.1
    assert (np.diff(sales.mean) <= 0).all()


def test_the_curve_is_the_mean_over_the_firms_moved(model, unseen):
    few = unseen.table.head(50)
    found = partial_dependence(model, few, "debt")
    at = len(found.grid) // 2
    moved = few.assign(debt=found.grid[at])
    assert found.mean[at] == pytest.approx(model.predict_proba(moved)[:, 1].mean(), abs=1e-12)


def test_missing_has_a_level_of_its_own_where_there_is_any(model, unseen):
    sales, debt = (partial_dependence(model, unseen.table, name) for name in ("sales", "debt"))
    assert sales.missing_share == pytest.approx(unseen.table["sales"].isna().mean())
    unknown = unseen.table.iloc[np.unique(np.linspace(0, 2999, 300).astype(int))].assign(sales=np.nan)
    assert sales.missing == pytest.approx(model.predict_proba(unknown)[:, 1].mean())
    assert debt.missing is None


def test_words_come_by_how_many_firms_have_them(model, unseen):
    found = partial_dependence(model, unseen.table, "industry")
    assert found.is_category
    assert list(found.grid) == unseen.table["industry"].value_counts().index.tolist()
    assert found.share.sum() == pytest.approx(1)


def test_the_table_stays_as_it_was(model, unseen):
    before = unseen.table.copy()
    partial_dependence(model, unseen.table, "sales")
    pd.testing.assert_frame_equal(unseen.table, before)


def test_a_constant_feature_has_a_curve_of_one_point(model, unseen):
    found = partial_dependence(model, unseen.table.assign(debt=1.5), "debt")
    assert found.grid == (1.5,)
    assert found.effect == 0


def test_a_feature_that_nobody_has_is_refused(model, unseen):
    with pytest.raises(ValueError, match="'debt' is missing for every firm"):
        partial_dependence(model, unseen.table.assign(debt=np.nan), "debt")


def test_a_position_in_the_industry_belongs_to_its_feature():
    assert input_of("sales_vs_industry") == "sales"
