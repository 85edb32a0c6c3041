"""The numbers by which a retraining recommends: shipped, and a home's own."""

import pytest

from features.errors import ModelError
from pipelines.retraining.limits import FILE, OWN, limits_of
from pipelines.retraining.words import words


def test_the_shipped_limits_each_say_their_unit_source_and_chinese_name(home):
    found = limits_of(home)
    assert found["calibration_low"].value < 1 < found["calibration_high"].value
    assert set(words()["limits"]) == set(found)
    assert FILE.is_file()
    assert all(one.zh and one.cites and one.unit for one in found.values())


def test_a_homes_own_limit_stands_in_place_of_the_shipped_one(home):
    home.root.mkdir()
    (home.root / OWN).write_text("band_migration: {value: 0.2, cites: 模型委员会 2026-09-01}", "utf-8")
    found = limits_of(home)
    assert (found["band_migration"].value, found["band_migration"].certainty) == (0.2, "decision")
    assert found["far_migration"] == limits_of(type(home)(home.root / "other"))["far_migration"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("band: {value: 0.2, cites: x}", "no threshold 'band'; there are: band_migration"),
        ("band_migration: 0.2", "expected value, and in cites who decided so"),
        ("band_migration: {value: 0.2, cites: ''}", "expected value, and in cites who decided so"),
        ("band_migration: {value: 2, cites: x}", "band_migration is 2, expected at most 1"),
        ("least_gain: {value: -0.1, cites: x}", "expected a number from 0, in AUC"),
        ("score_psi: {value: many, cites: x}", "expected a number from 0, in PSI"),
        ("calibration_low: {value: 1.1, cites: x}", "expected 1 between them"),
        ("- band_migration", "expected thresholds by name"),
        ("{", "thresholds cannot be read"),
    ],
)
def test_limits_that_cannot_be_are_refused_by_name(home, text, said):
    home.root.mkdir()
    (home.root / OWN).write_text(text, "utf-8")
    with pytest.raises(ModelError, match=said):
        limits_of(home)
