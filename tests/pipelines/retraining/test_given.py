"""What a retraining refuses before anything is done: one clear line, and the home as it was."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from features.errors import ModelError, RecipeError, RequestError
from models.credit import CreditModel
from models.registry.version import folder_of
from pipelines.recipe import Recipe

DAY = pd.Timestamp("2026-10-31")
RECIPE = Recipe(name="city", zh="", en="", key="uscc", tables=(), path="city", label="loan_tape")


@pytest.fixture
def refused(bench):
    """The line with which a retraining is refused; the home must be as it was."""

    def refusing(error, **more):
        before = bench.files()
        with pytest.raises(error) as found:
            bench.retrain(**more)
        assert bench.files() == before
        assert not bench.folder.exists()
        assert bench.learnt == 0
        return str(found.value)

    return refusing


def test_without_a_champion_there_is_nothing_to_compare_with_and_none_is_crowned(without_champion):
    with pytest.raises(ModelError, match=r"no champion of 'sme_credit' to retrain beside; 'lvdaitong run'"):
        without_champion.retrain()
    assert not without_champion.home.registry.exists()


def test_a_day_before_the_champions_own_is_a_clock_set_back(refused):
    said = refused(ModelError, day=pd.Timestamp("2025-09-30"))
    assert (
        "sme_credit/1 was made from what was known on 2025-10-31; --as-of 2025-09-30 lies before it" in said
    )


def test_the_champions_own_day_is_not_before_it(bench, lake):
    lake(registration="entity_id | event_date | available_at\nA | 2019-01-01 | 2025-10-20")
    assert bench.retrain(day=pd.Timestamp("2025-10-31")).record["as_of"] == "2025-10-31"


def test_a_clock_before_the_ledgers_last_line_is_told_before_anything_is_learnt(bench, refused):
    bench.clock.now = datetime(2026, 10, 1, tzinfo=UTC)
    assert "that day has not come; expected 2026-10-01" in refused(RequestError)
    said = refused(ModelError, day=pd.Timestamp("2026-09-30"))
    assert "ledger.jsonl: the clock says 2026-10-01T" in said
    assert "set the clock right" in said


def test_a_month_in_which_nothing_arrived_is_told_with_the_newest_row(bench, refused):
    bench.clock.now = datetime(2027, 1, 5, tzinfo=UTC)
    said = refused(ModelError, day=pd.Timestamp("2026-12-31"))
    assert (
        "nothing arrived in the month until 2026-12-31; the newest row of the lake is of 2026-10-12" in said
    )


def test_what_arrived_after_the_day_does_not_fill_its_month(refused):
    said = refused(ModelError, day=pd.Timestamp("2026-09-30"))
    assert "nothing arrived in the month until 2026-09-30" in said


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("charm_of_the_owner", "this program knows no such feature: charm_of_the_owner"),
        ("energy_per_output", "their sources were not collected: energy_per_output"),
    ],
)
def test_a_champion_with_other_features_is_named_with_them(without_champion, models, column, why):
    table = models[2].table.rename(columns={"firm_age_months": column})
    without_champion.crown(CreditModel(n_estimators=2).fit(table, models[2].bad))
    before = without_champion.files()
    with pytest.raises(ModelError, match=rf"asks for 1 features that cannot be had, .*{why}"):
        without_champion.retrain()
    assert without_champion.files() == before


def test_a_champion_whose_files_are_gone_is_told(bench, refused):
    (path,) = folder_of(bench.home, "run1").glob("model.json")
    path.unlink()
    assert "the files of sme_credit/1 are not those that were registered" in refused(ModelError)


@pytest.mark.parametrize("label", [None, "credit_record.defaulted"])
def test_a_recipe_without_loans_cannot_be_retrained(refused, label):
    said = refused(RecipeError, recipe=replace(RECIPE, label=label))
    assert f"its label is '{label}'" in said
    assert "lvdaitong train credit --recipe city" in said
