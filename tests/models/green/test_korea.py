"""Nine ordered classes of 440 listed firms: a public research table, where it is at hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import RepeatedKFold

from models.green import GreenGradeModel
from models.metrics import over_repeats, weighted_kappa

pytestmark = pytest.mark.real_data

OUTCOMES = ["E_GRADE", "S_GRADE", "G_GRADE", "ESG_GRADE"]
REPEATS = 2


@pytest.fixture(scope="module")
def listed(korea_esg):
    return pd.read_csv(korea_esg / "grades.csv")


def read(table):
    """Inputs as numbers: two columns hold text among which some cells are empty or have separators."""
    inputs = table.drop(columns=["CODE", *OUTCOMES])
    for name in ("employees", "PER"):
        inputs[name] = pd.to_numeric(inputs[name].str.replace(",", ""), errors="coerce")
    return inputs


@pytest.mark.parametrize(("label", "floor"), [("E_GRADE", 0.64), ("ESG_GRADE", 0.70)])
def test_kappa_by_repeated_folds_with_nothing_tuned_to_them(listed, label, floor):
    inputs, grades = read(listed), listed[label]
    kappas = []
    for learn, check in RepeatedKFold(n_splits=5, n_repeats=REPEATS, random_state=0).split(inputs):
        model = GreenGradeModel(grades=range(1, 10)).fit(inputs.iloc[learn], grades.iloc[learn])
        given = np.asarray(model.predict(inputs.iloc[check]))
        kappas.append(weighted_kappa(grades.iloc[check] - 1, given - 1, 9))
    assert over_repeats(kappas, REPEATS).value >= floor
