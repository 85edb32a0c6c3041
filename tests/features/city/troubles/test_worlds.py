"""Troubles in the life of the firms: a slump of an industry, stops that no source foretells, newcomers."""

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.city.distress import hazard
from features.city.industries import INDUSTRIES
from features.city.troubles import troubles
from features.city.troubles.planted import plant
from features.city.troubles.worlds import chunks_of, concept_shift, industry_shock
from features.city.world import make_world


@pytest.fixture(scope="module")
def town():
    """A city large enough for rates; nothing is written of it."""
    return make_world(entities=4000, months=48, seed=5, last_month=date(2026, 10, 31))


def planted(town, name):
    """A shipped trouble in the town's time."""
    return plant(troubles()[name], town.months, town.seed)


def rates(world, firms, months):
    """Share of those who could that stopped paying in some months."""
    free = world.alive & ~(world.distress.in_workout & ~world.distress.stop)
    return world.distress.stop[firms][:, months].sum() / free[firms][:, months].sum()


def ranking(world, since):
    """How well true health ranks the stops from a month on."""
    free = (world.alive & ~(world.distress.in_workout & ~world.distress.stop))[:, since:]
    return roc_auc_score(world.distress.stop[:, since:][free], -world.health.total[:, since:][free])


def test_a_shock_strikes_its_industry_and_no_other(town):
    trouble = planted(town, "industry_shock")
    other = industry_shock(town, trouble)
    hit = np.array([one.code == "C17" for one in INDUSTRIES])[town.population.industry]
    first = np.arange(trouble.month, trouble.month + 2)
    assert rates(other, hit, first) > 3 * rates(town, hit, first)
    assert rates(other, ~hit, first) == pytest.approx(rates(town, ~hit, first), rel=0.15)
    assert not (other.slump[~hit]).any()
    assert np.exp(other.slump[hit, trouble.month]) == pytest.approx(0.64, abs=0.01)
    assert (other.slump[:, : trouble.month] == 0).all()


def test_a_shock_heals(town):
    trouble = planted(town, "industry_shock")
    felt = industry_shock(town, trouble).slump.min(axis=0)[trouble.month :]
    assert (np.diff(felt) > 0).all()


@pytest.mark.parametrize("course", [industry_shock, concept_shift])
def test_lives_are_the_same_until_the_trouble(town, course):
    trouble = planted(town, course.__name__)
    other = course(town, trouble)
    before = np.s_[:, : trouble.month]
    assert (other.distress.stop[before] == town.distress.stop[before]).all()
    assert (other.distress.stop[:, trouble.month :] != town.distress.stop[:, trouble.month :]).any()
    assert (other.health.total[before] == town.health.total[before]).all()


def test_a_shifted_concept_keeps_the_features_and_loses_the_ranking(town):
    trouble = planted(town, "concept_shift")
    other = concept_shift(town, trouble)
    assert (other.health.total == town.health.total).all()
    assert ranking(town, trouble.month) > 0.8
    assert ranking(other, trouble.month) < 0.68
    everyone, since = np.ones(4000, dtype=bool), np.arange(trouble.month, 48)
    assert 0.5 < rates(other, everyone, since) / rates(town, everyone, since) < 1.5


@pytest.mark.parametrize(("steady", "rise"), [(True, 1.0), (False, 1.15)])
def test_the_rate_of_stopping_rises_by_a_seventh_a_year_unless_the_city_is_steady(steady, rise):
    asked = {"entities": 50, "months": 24, "seed": 5, "last_month": date(2026, 10, 31)}
    health = make_world(**asked, steady=steady).health
    rates_of_a_usual_firm = hazard(health, np.zeros(24), np.arange(24))
    assert rates_of_a_usual_firm[12:] / rates_of_a_usual_firm[:12] == pytest.approx(rise, abs=0.01)


def test_newcomers_have_codes_of_their_own_and_large_sales_for_their_size(town):
    chunks = list(chunks_of(town, planted(town, "new_kind")))
    theirs, mine = chunks[-1].world.population, town.population
    assert len(theirs) == 320
    assert not set(theirs.codes.to_pylist()) & set(mine.codes.to_pylist())
    assert np.median(theirs.revenue_cny / theirs.headcount) > 5 * np.median(mine.revenue_cny / mine.headcount)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
