"""Models grown side by side, and the figures that are told of them."""

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.evidence import Evidence, Rows
from models.metrics import auc, gini, ks
from pipelines.figures import auc_by_rank, figures_of, ks_by_rank
from pipelines.learning import _fitted_all
from pipelines.train import best_single_feature


def rows(many=300, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"debt": rng.normal(size=many), "sales": rng.normal(size=many)})
    bad = (rng.random(many) < 1 / (1 + np.exp(1 - table["debt"]))).astype(np.int64)
    return Rows(table=table, bad=bad.to_numpy())


def small():
    return CreditModel(n_estimators=20)


def test_models_grown_side_by_side_are_those_grown_alone():
    parts = [rows(seed=seed) for seed in range(4)]
    together = _fitted_all(small, parts)
    for model, part in zip(together, parts, strict=True):
        alone = small().fit(part.table, part.bad)
        assert model.booster_.model_to_string() == alone.booster_.model_to_string()
        assert (model.predict_proba(part.table) == alone.predict_proba(part.table)).all()


def evidence(fold_aucs=(), repeats=1):
    held_out = rows()
    pd_ = 1 / (1 + np.exp(1 - held_out.table["debt"].to_numpy()))
    return Evidence(
        model=None, train=held_out, held_out=held_out, pd_=pd_, kind="out_of_time",
        fold_aucs=fold_aucs, repeats=repeats,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_the_quick_figures_are_those_of_the_metrics_ties_included(seed):
    rng = np.random.default_rng(seed)
    bad = np.append(rng.integers(0, 2, 40), [0, 1])
    for score in (rng.normal(size=42), rng.integers(0, 5, 42).astype(float)):
        assert auc_by_rank(bad, score) == pytest.approx(auc(bad, score))
        assert ks_by_rank(bad, score) == pytest.approx(ks(bad, score))


def test_gini_is_twice_the_auc_less_one_with_its_interval():
    told = figures_of(evidence())
    for end in ("value", "low", "high"):
        assert getattr(told["gini"], end) == pytest.approx(2 * getattr(told["auc"], end) - 1)
    assert told["auc"].low < told["auc"].value < told["auc"].high
    assert told["ks"].low < told["ks"].value < told["ks"].high


def test_over_folds_the_auc_is_their_mean_and_no_interval_ends_below_zero():
    told = figures_of(evidence((0.9, 0.1, 0.8, 0.3), repeats=2))
    assert told["auc"].value == pytest.approx(0.525)
    assert told["auc"].low >= 0
    assert told["gini"].value == pytest.approx(0.05)
    assert told["gini"].low == 0


@pytest.mark.parametrize("fill", ["low", "high", "middle"])
def test_the_best_single_feature_may_say_it_by_what_is_missing(fill):
    held_out = rows()
    debt, bad = held_out.table["debt"].to_numpy(), held_out.bad
    hidden = {"low": debt < -0.5, "high": debt > 0.5, "middle": np.abs(debt) < 0.3}[fill]
    table = pd.DataFrame(
        {"debt": np.where(hidden, np.nan, -debt), "noise": held_out.table["sales"], "word": "x"}
    )
    name, found = best_single_feature(Rows(table=table, bad=bad))
    assert name == "debt"
    fills = {"low": np.inf, "high": -np.inf, "middle": table["debt"].median()}
    by_fill = {name: abs(gini(bad, table["debt"].fillna(value).rank())) for name, value in fills.items()}
    assert found == pytest.approx(max(by_fill.values()))
    assert max(by_fill, key=by_fill.get) == fill


def test_a_column_that_is_all_missing_says_nothing():
    held_out = rows()
    empty = Rows(table=pd.DataFrame({"x": np.full(len(held_out), np.nan)}), bad=held_out.bad)
    assert best_single_feature(empty) == ("x", 0.0)


def test_without_a_number_there_is_nothing_to_compare_with():
    held_out = rows()
    with pytest.raises(ModelError, match="no numeric feature"):
        best_single_feature(Rows(table=pd.DataFrame({"word": ["a"] * 300}), bad=held_out.bad))
