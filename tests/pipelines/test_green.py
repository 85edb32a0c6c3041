"""The green model from graded rows at hand to registry and page; the lake's part is in test_run."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from features.definitions import by_name
from features.errors import ModelError
from models.checks import Override
from models.green import GRADES
from models.green.validating import GradedRows
from models.registry import GREEN, find_champion, load_version
from pipelines import green
from pipelines.green import GreenOccasion, association_of, green_from_grades

DAY = pd.Timestamp("2026-10-31")
FEATURES = ("env_credit_place", "energy_per_output", "industry_division")


@dataclass(frozen=True)
class SmallScope:
    """What the green model asks of a scope."""

    sources: frozenset[str] = frozenset()

    def usable(self, features):
        """Of the features, those that the small table has."""
        return tuple(one for one in features if one.name in FEATURES)

    def registered(self, model):
        """The name as it is."""
        return model


def rows(firms=260, noise=0.4, years=("2025-03-31", "2026-03-31")):
    rng = np.random.default_rng(0)
    trait = rng.normal(size=firms)
    industry = rng.integers(0, 2, firms)
    table = pd.DataFrame(
        {
            "env_credit_place": np.clip(np.rint(3 - trait + noise * rng.normal(size=firms)), 1, 5),
            "energy_per_output": np.exp(-0.5 * trait + industry + 0.3 * noise * rng.normal(size=firms)),
            "industry_division": pd.array(np.where(industry, "C17", "F51"), dtype="str"),
        }
    )
    grade = np.array(GRADES)[np.digitize(trait, [-0.7, 0.1, 0.9])]
    count = len(years)
    time = pd.Series(np.repeat(pd.to_datetime(list(years)), firms))
    return GradedRows(
        table=pd.concat([table] * count, ignore_index=True),
        grades=pd.Series(np.tile(grade, count)),
        firms=pd.Series(np.tile([f"e{one}" for one in range(firms)], count)),
        time=time,
        told=time + pd.Timedelta(days=30),
    )


@pytest.fixture
def graded(monkeypatch):
    """Say which rows the lake holds."""

    def hold(held):
        monkeypatch.setattr(green, "graded_rows", lambda *_asked: held)

    return hold


def test_a_sound_model_is_registered_with_its_checks_and_its_page(home, graded):
    graded(rows())
    model, version, told = green_from_grades(home, DAY, SmallScope())
    assert find_champion(home, GREEN).label == version.label == "green_grade/1"
    assert told.kappa.low < told.kappa.value < told.kappa.high
    assert (told.firms, told.coverage, len(told.checks)) == (260, 1.0, 12)
    assert told.kappa_later is not None
    assert told.report.name == "green_grade-1.html"
    assert version.label in told.report.read_text("utf-8")
    asked = rows().table
    again = load_version(home, version)
    assert (again.predict_proba(asked) == model.predict_proba(asked)).all()
    assert model.relative["columns"] == ["energy_per_output"]
    assert [one.name for one in model.vetoes]


def test_few_grades_make_no_model(home, graded):
    graded(rows(40))
    assert green_from_grades(home, DAY, SmallScope()) is None


def test_a_refused_model_leaves_the_champion_and_says_so(home, graded, caplog):
    graded(rows())
    green_from_grades(home, DAY, SmallScope())
    graded(rows(noise=8.0))
    with caplog.at_level(logging.WARNING):
        assert green_from_grades(home, DAY, SmallScope()) is None
    assert "G02 agrees_with_the_office" in caplog.text
    assert (home.reports / "models" / "green_grade-refused.html").is_file()
    assert find_champion(home, GREEN).version == "1"


def test_a_refused_model_is_an_error_where_somebody_trains_it(home, graded):
    graded(rows(noise=8.0))
    with pytest.raises(ModelError, match=r"not registered.*G02.*green_grade-refused\.html"):
        green_from_grades(home, DAY, SmallScope(), occasion=GreenOccasion(refuse=True))
    assert find_champion(home, GREEN) is None


def test_a_person_may_take_a_failed_check_upon_themself(home, graded):
    graded(rows(noise=8.0))
    override = Override("王审批", "试点期间")
    _, version, told = green_from_grades(
        home, DAY, SmallScope(), occasion=GreenOccasion(override=override, refuse=True)
    )
    assert version.tags["override_by"] == "王审批"
    assert "王审批" in told.report.read_text("utf-8")


def test_a_champion_that_knew_nothing_so_new_is_compared_with(home, graded):
    graded(rows(years=("2024-03-31", "2025-03-31")))
    green_from_grades(home, DAY, SmallScope())
    graded(rows(years=("2024-03-31", "2025-03-31", "2026-03-31")))
    _, _, told = green_from_grades(home, DAY, SmallScope())
    (compared,) = [one for one in told.checks if one.number == "G08"]
    assert compared.asked
    assert "green_grade/1" in compared.finding


def test_a_champion_that_learnt_from_the_same_days_is_not(home, graded):
    for _ in range(2):
        graded(rows())
        _, _, told = green_from_grades(home, DAY, SmallScope())
    assert not next(one for one in told.checks if one.number == "G08").asked


def test_scores_and_grades_are_held_against_each_other_within_industry_and_size():
    held = rows(years=("2026-03-31",))
    scores = pd.DataFrame({"score": np.arange(260.0), "official_grade": held.grades})
    features = held.table.assign(headcount_latest=20.0)
    found = association_of(scores, features)
    assert (found.firms, found.groups) == (260, 2)


def test_every_feature_that_is_read_beside_its_industry_is_there():
    assert {*green.RELATIVE, green.INDUSTRY} <= set(by_name())
