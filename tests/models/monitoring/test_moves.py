import json

import numpy as np
import pandas as pd
import pytest

from features.errors import LakeError
from models.monitoring.moves import Reference, moved, segment_means, shifts
from models.stability import csi_by_month


@pytest.fixture
def firms():
    draw = np.random.default_rng(0)
    words = pd.Series(draw.choice(["A", "B"], 500), dtype="str")
    return pd.DataFrame({"age": draw.normal(size=500), "kind": words})


@pytest.fixture
def reference(firms):
    made = Reference.of("sme_credit/1", "2024-08-31", firms, pd.Series(np.linspace(0.01, 0.5, 500)))
    return Reference.from_record(json.loads(json.dumps(made.as_record())), "here")


def test_csi_from_kept_bins_is_that_of_the_values_themselves(reference, firms):
    now = firms.assign(age=firms["age"] + 1)
    found = moved(reference, now, pd.Series(np.linspace(0.01, 0.5, 500)))
    direct = csi_by_month(firms, now).set_index("feature")["psi"]
    assert found["csi"]["age"][0] == pytest.approx(direct["age"], abs=1e-5)
    assert found["csi"]["kind"][0] == 0
    assert found["score_psi"][0] == 0


def test_a_feature_that_is_gone_is_missing_for_every_firm(reference, firms):
    found = moved(reference, firms[["kind"]], pd.Series(np.full(500, 0.1)))
    assert found["bins"]["age"][-1] == 500
    assert found["csi"]["age"][0] > 1


def test_a_damaged_reference_is_one_line():
    with pytest.raises(LakeError, match="here: no reference of a champion"):
        Reference.from_record({"model": "x"}, "here")


def test_shifts_compare_the_same_firms():
    now = pd.Series(0.5, index=[f"F{number}" for number in range(30)])
    before = pd.Series(0.2, index=[f"F{number}" for number in range(10, 40)])
    industry = pd.Series("C17", index=now.index)
    found = shifts(now, {1: before}, industry)["1"]["C17"]
    assert found == [20.0, pytest.approx(np.log(4), abs=1e-5), 0.0]


def test_segments_tell_firms_and_their_mean():
    pd_ = pd.Series([0.1, 0.3, 0.5])
    assert segment_means(pd_, pd.DataFrame({"size": ["s", "s", None]})) == {"size": {"s": [2.0, 0.2]}}
