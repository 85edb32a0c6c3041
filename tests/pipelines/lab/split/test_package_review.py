"""Whether the scores of a package tell who was learnt from."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from models.credit import CreditModel
from pipelines.lab.package_review import membership, review
from pipelines.lab.split import Split

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def split(world):
    return Split.of(world.sample, world.folds, KEY, "湖州银行")


def test_every_package_with_scores_is_attacked_and_holds_out(project, packages):
    told = {one.noted["what"]: one.noted["disclosure"] for one in project.lines if one.act == "export"}
    found = {name: told[f"package {one.id} for the bank's half"] for name, one in packages.items()}
    assert found["bank first"] == {
        "rows": "the receiving bank's own loans, keyed",
        "smallest_cell": 5,
        "scores": "none",
    }
    for name in ("platform first", "sub-scores"):
        assert found[name]["membership"]["low"] < 0.55


def test_scores_of_a_model_that_had_seen_its_loans_are_found_out(split):
    seen = np.where(split.loans["bad"] == 1, 0.95, 0.05)
    unseen = np.random.default_rng(0).uniform(0.05, 0.95, len(split.loans))
    said = pd.Series(logit(np.where(split.train, seen, unseen)), index=split.loans.index)
    assert membership(split, said).value > 0.9
    assert review(split, said, 5)["membership"]["value"] > 0.9


def test_an_overfitted_model_is_found_out(split, world):
    columns = world.sample.platform.loc[split.numbers].set_axis(split.loans.index)
    noise = pd.DataFrame(np.random.default_rng(1).normal(size=(len(columns), 20)), index=columns.index)
    table = noise.add_prefix("n").join(columns)
    model = CreditModel(n_estimators=5, n_jobs=1).fit(table[split.train], split.loans["bad"][split.train])
    assert model.held_out_ is not None
    memorised = pd.Series(model.decision_function(table), index=table.index)
    crossed = memorised.copy()
    crossed[split.train] = model.held_out_
    assert membership(split, memorised).value > membership(split, crossed).value
