"""Rejected applicants of a table of one's own: read, put back, compared."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from features.errors import ModelError, RequestError
from models.evidence import Evidence, Rows
from pipelines.own_rejects import Rejected, compared, fitted, read_rejected
from pipelines.own_table import Roles, own_table


class Recording(ClassifierMixin, BaseEstimator):
    """A logistic regression that remembers what it was fitted on."""

    def fit(self, X, y, *, sample_weight=None, groups=None, time=None):
        """Remember."""
        self.X_, self.y_, self.weight_, self.groups_, self.time_ = X, y, sample_weight, groups, time
        self.inner_ = LogisticRegression().fit(X, y, sample_weight)
        return self

    def predict_proba(self, X):
        """As the inner model says."""
        return self.inner_.predict_proba(X)


def rows(many=600, seed=0, *, firms=False, days=False):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"debt": rng.normal(size=many), "sales": rng.normal(size=many)})
    bad = (rng.random(many) < 1 / (1 + np.exp(1.5 - table["debt"]))).astype(np.int64)
    return Rows(
        table=table,
        bad=bad.to_numpy(),
        groups=pd.Series([f"f{at // 2}" for at in range(many)]) if firms else None,
        time=pd.Series(pd.date_range("2024-01-01", periods=many)) if days else None,
    )


@pytest.fixture(scope="module")
def turned():
    return rows(200, seed=5).table.assign(debt=lambda table: table["debt"] + 1)


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "loans.csv"
    table = rows(60).table.assign(bad=rows(60).bad, trade=["A", "B", "C"] * 20, code=[1, 2, 3, 4] * 15)
    table.to_csv(path, index=False)
    roles = Roles(label="bad", category=("code",))
    return own_table(path, roles), roles


def read(own, tmp_path, table):
    path = tmp_path / "rejected.csv"
    table.to_csv(path, index=False)
    return read_rejected(path, *own)


def test_rejected_applicants_are_read_as_the_accepted_ones_were(own, tmp_path):
    table = pd.DataFrame(
        {"code": [1, 9], "trade": [1, 2], "more": 1, "sales": [1, ""], "debt": [0.5, 2], "bad": ["", ""]}
    )
    found = read(own, tmp_path, table)
    assert found.columns.tolist() == own[0].table.columns.tolist()
    assert found["code"].tolist() == ["1", "9"]
    assert found["trade"].tolist() == ["1", "2"], "words stay words though these look like numbers"
    assert found["sales"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"debt": None, "trade": None}, "rejected.csv: 2 columns of the table are missing: 'debt', 'trade'"),
        ({"debt": ["high", "low"]}, "column 'debt' holds words; in the table it holds numbers"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused(own, tmp_path, change, message):
    table = pd.DataFrame({"debt": [1, 2], "sales": [1, 2], "trade": ["A", "B"], "code": [1, 2]}).assign(
        **change
    )
    table = table.drop(columns=[name for name, cells in change.items() if cells is None])
    with pytest.raises(RequestError, match=re.escape(message)):
        read(own, tmp_path, table)


def test_without_rejected_applicants_the_model_learns_from_the_rows_alone():
    given = rows(firms=True, days=True)
    model = fitted(Recording(), given, None)
    assert model.X_ is given.table
    assert (model.groups_, model.time_) == (given.groups, given.time) or model.groups_ is given.groups
    assert model.weight_ is None


def test_both_rows_of_a_fuzzy_applicant_are_one_group_and_firms_keep_theirs(turned):
    given = rows(firms=True, days=True)
    model = fitted(Recording(), given, Rejected(turned, "fuzzy"))
    assert len(model.X_) == 600 + 2 * 200
    assert model.groups_[:600].tolist() == given.groups.tolist()
    assert model.groups_[600:800].tolist() == model.groups_[800:].tolist()
    assert len({*model.groups_[600:]}) == 200
    assert {*model.groups_[600:]}.isdisjoint({*given.groups})
    assert model.time_.notna().sum() == 600
    assert model.time_.max() == given.time.max()


def test_reweighted_rows_are_the_accepted_ones(turned):
    model = fitted(Recording(), rows(), Rejected(turned, "reweighting"))
    assert len(model.X_) == 600
    assert len({*model.groups_}) == 600
    assert model.time_ is None
    debt = model.X_["debt"]
    assert np.average(debt, weights=model.weight_) > debt.mean() + 0.1, "they speak for riskier ones, too"


class Apart(Recording):
    """The same; it refuses rows that it was fitted on."""

    def predict_proba(self, X):
        """As the inner model says."""
        assert {*self.X_["debt"]}.isdisjoint(X["debt"])
        return super().predict_proba(X)


@pytest.mark.parametrize("kind", ["out_of_time", "repeated_cv"])
def test_the_comparison_names_every_manner_on_rows_that_were_not_learnt_from(turned, kind):
    train, later = rows(firms=True), rows(300, seed=8)
    held_out = later if kind == "out_of_time" else train
    evidence = Evidence(
        model=fitted(Recording(), train, None), train=train, held_out=held_out,
        pd_=np.full(len(held_out), 0.2), kind=kind,
    )  # fmt: skip
    found = compared(Apart(), evidence, turned)
    assert [one.manner for one in found] == ["accepted", "reweighting", "parcelling", "fuzzy"]
    assert [one.rows for one in found] == [600, 600, 800, 1000]
    assert (found[0].gain.value, found[0].gain.low, found[0].gain.high) == (0, 0, 0)
    assert all(0.6 < one.auc.value < 0.85 for one in found)
    assert found[3].bad_rate > found[0].bad_rate


def test_one_rejected_applicant_is_too_few(turned):
    with pytest.raises(ModelError, match="1 rejected firms; reject inference needs at least 2"):
        fitted(Recording(), rows(), Rejected(turned.head(1), "fuzzy"))
