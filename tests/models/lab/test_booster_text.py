import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.lab.booster_text import BoosterText

SETTINGS = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}


def grown(table, **data) -> lgb.Booster:
    bad = (np.arange(len(table)) % 3 == 0).astype(int)
    return lgb.train(SETTINGS, lgb.Dataset(table, bad, **data), 3)


@pytest.fixture(scope="module")
def text() -> str:
    matrix = np.random.default_rng(0).normal(size=(200, 2))
    return grown(matrix).model_to_string()


def test_what_was_read_is_written_again_byte_for_byte(text):
    assert BoosterText.read(text).write() == text


def test_only_parameters_that_a_receiver_may_know_stay(text):
    parts = BoosterText.read(text)
    assert {"seed", "data"} & set(parts.parameters) or "data_random_seed" in parts.parameters
    few = parts.of_few_parameters()
    assert set(few.parameters) <= {
        "boosting",
        "objective",
        "num_leaves",
        "max_depth",
        "min_data_in_leaf",
        "lambda_l2",
    }
    matrix = np.random.default_rng(1).normal(size=(50, 2))
    again = lgb.Booster(model_str=few.write())
    assert (again.predict(matrix) == lgb.Booster(model_str=text).predict(matrix)).all()


def test_a_booster_that_lists_words_of_the_data_is_refused():
    table = pd.DataFrame({"place": pd.Categorical(np.tile(["甲", "乙"], 100)), "n": np.arange(200.0)})
    with pytest.raises(ModelError, match="lists the words of its columns"):
        BoosterText.read(grown(table).model_to_string()).of_few_parameters()


@pytest.mark.parametrize("broken", ["", "tree\nversion=v4\n", "tree_sizes=1\n\nTree=0\n"])
def test_a_text_that_is_no_booster_is_refused(broken):
    with pytest.raises(ModelError, match="no text of a LightGBM booster"):
        BoosterText.read(broken)
