import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.lab import uplift
from models.lab.sides import carried


@pytest.fixture(scope="module")
def model(sample, folds, quick):
    return uplift.fitted(sample, folds, "pooled", quick)


@pytest.fixture(scope="module")
def told(model, sample, folds):
    return carried(model, sample.where(folds.test))


def test_both_sides_carry_the_model_where_both_tell_something(told):
    sides = told[told["column"].isna()].set_index("side")
    assert [*sides.index] == ["platform", "bank"]
    assert (sides["auc_loss_low"] > 0).all()
    assert sides["share"].sum() == pytest.approx(1)


def test_every_column_has_its_side_and_its_share(told, sample):
    columns = told[told["column"].notna()]
    assert sorted(columns["column"]) == sorted(sample.pooled)
    assert (columns["side"] == columns["column"].map(sample.side_of)).all()
    assert columns["share"].sum() == pytest.approx(1)
    assert columns["points"].is_monotonic_decreasing


def test_a_column_that_tells_nothing_moves_nothing(told):
    assert told.set_index("column").loc["sued", "points"] == 0


def test_a_side_that_the_model_does_not_hear_loses_nothing(sample, folds, quick):
    mute = type(sample)(
        loans=sample.loans,
        platform=sample.platform,
        bank=pd.DataFrame({"flat": np.zeros(len(sample))}, index=sample.loans.index),
        groups=sample.groups,
    )
    deaf = uplift.fitted(mute, folds, "pooled", quick)
    bank = carried(deaf, mute.where(folds.test), shuffles=2).set_index("side").loc["bank"].iloc[0]
    assert bank["points"] == 0
    assert (bank["auc_loss"], bank["auc_loss_low"], bank["auc_loss_high"]) == (0, 0, 0)


def test_a_column_of_nobody_is_refused(model, sample, folds):
    other = sample.where(folds.test)
    stranger = type(sample)(
        loans=other.loans,
        platform=other.platform.drop(columns="paid"),
        bank=other.bank,
        groups=other.groups,
    )
    with pytest.raises(ModelError, match="paid"):
        carried(model, stranger)
