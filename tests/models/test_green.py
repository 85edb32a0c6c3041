import re

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.green import GRADES, GreenGradeModel
from models.metrics import weighted_kappa
from models.reasons import Meaning

MEANINGS = {"carbon": Meaning("碳效", "Carbon", "碳效偏高", "碳效较低", monotone=1)}


def make(rows: int, seed: int):
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=rows)
    table = pd.DataFrame({"carbon": -trait + 0.5 * rng.normal(size=rows), "iso": (trait > 0.3).astype(float)})
    grade = np.array(GRADES)[np.clip(np.digitize(trait, [-0.8, 0.2, 1.1]), 0, 3)]
    return table, grade


@pytest.fixture(scope="module")
def model():
    return GreenGradeModel(meanings=MEANINGS).fit(*make(800, 0))


def test_it_grades_firms_it_has_not_seen(model):
    table, grade = make(800, 1)
    places = {name: place for place, name in enumerate(GRADES)}
    kappa = weighted_kappa([places[one] for one in grade], [places[one] for one in model.predict(table)], 4)
    assert kappa > 0.6


def test_probabilities_are_a_distribution(model):
    probabilities = model.predict_proba(make(100, 2)[0])
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_more_carbon_never_means_a_higher_grade(model):
    ladder = pd.DataFrame({"carbon": np.linspace(-4, 4, 60), "iso": 1.0})
    above = 1 - model.predict_proba(ladder).cumsum(axis=1)[:, :-1]
    assert (np.diff(above, axis=0) <= 1e-12).all()


def test_a_firm_of_which_nothing_is_known_has_no_grade(model):
    nothing = pd.DataFrame({"carbon": [np.nan, 1.0], "iso": [np.nan, np.nan]})
    assert model.knows(nothing).tolist() == [False, True]


def test_reloaded_it_says_the_same_to_the_bit(model, tmp_path):
    table, _ = make(50, 3)
    model.save(tmp_path)
    assert (GreenGradeModel.load(tmp_path).predict_proba(table) == model.predict_proba(table)).all()
    (tmp_path / "step2.txt").unlink()
    with pytest.raises(ModelError, match="no whole green model"):
        GreenGradeModel.load(tmp_path)


def test_other_ordered_classes_are_accepted():
    table, grade = make(400, 4)
    letters = np.array(["x", "y", "z", "z"])[[GRADES.index(one) for one in grade]]
    assert set(GreenGradeModel(grades=("x", "y", "z")).fit(table, letters).predict(table)) == {"x", "y", "z"}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda grade: np.where(grade == "DEEP", "GREEN", grade), "grades GREEN are not among NON"),
        (lambda grade: np.full_like(grade, "NON"), "0 of 400 firms reach grade LIGHT"),
    ],
)
def test_grades_that_teach_nothing_are_refused(spoil, message):
    table, grade = make(400, 5)
    with pytest.raises(ModelError, match=re.escape(message)):
        GreenGradeModel().fit(table, spoil(grade))
