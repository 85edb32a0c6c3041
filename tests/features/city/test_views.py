"""Views of health: noisy, unlike each other, and unmoved by what is added to the city."""

from datetime import date

import numpy as np
import pytest

from features.city.industries import INDUSTRIES, shares
from features.city.signals import NOISE, view
from features.city.streams import stream
from features.city.world import make_world


@pytest.fixture(scope="session")
def chunk():
    """Some firms of a latent city."""
    world = make_world(entities=1500, months=24, seed=5, last_month=date(2026, 10, 31))
    return next(world.chunks())


def test_a_theme_has_the_same_numbers_whatever_else_was_drawn():
    alone = stream(7, "tax", 0).random(3)
    stream(7, "a theme added later", 0).random(100)
    assert (stream(7, "tax", 0).random(3) == alone).all()
    assert (stream(7, "tax", 1).random(3) != alone).all()
    assert (stream(8, "tax", 0).random(3) != alone).all()


@pytest.mark.parametrize("name", sorted(NOISE))
def test_a_view_shows_health_but_far_from_clearly(chunk, name):
    health = chunk.world.health.total[chunk.rows, 12]
    assert 0.3 < np.corrcoef(view(chunk, name)[:, 12], health)[0, 1] < 0.92


def test_what_two_views_share_is_health_alone(chunk):
    health = chunk.world.health.total[chunk.rows, 12]
    left = [view(chunk, name)[:, 12] for name in ("wage", "buyer_churn")]
    left = [seen - np.polyval(np.polyfit(health, seen, 1), health) for seen in left]
    assert abs(np.corrcoef(*left)[0, 1]) < 0.15


def test_health_has_a_variance_near_one_and_lasts(chunk):
    health = chunk.world.health.total
    assert 0.6 < health.var() < 1.4
    assert np.corrcoef(health[:, 6], health[:, 12])[0, 1] > 0.9


def test_industries_are_many_and_their_shares_add_up():
    assert len(INDUSTRIES) >= 20
    assert shares().sum() == pytest.approx(1)
    assert {"C17", "C21", "C20", "C38", "G54", "F51", "F52", "E50", "H61", "H62", "I65", "A01"} <= {
        industry.code for industry in INDUSTRIES
    }
