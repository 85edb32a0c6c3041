"""By which thresholds a model is reviewed, and in which language it is reported."""

import pytest

from features.errors import ModelError, RequestError
from features.home import Home
from pipelines.review import limits_of, refuse_language


def test_the_file_that_was_named_wins_over_the_homes_own(tmp_path):
    home, file = Home(tmp_path / "home"), tmp_path / "mine.yaml"
    assert limits_of(home, None) is None
    home.root.mkdir()
    (home.root / "thresholds.yaml").write_text("psi_act: {value: 0.3, cites: the city}")
    file.write_text("psi_act: {value: 0.4, cites: the bank}")
    assert limits_of(home, None)["psi_act"].value == 0.3
    assert limits_of(home, file)["psi_act"].value == 0.4


def test_a_file_that_was_named_and_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ModelError, match=r"mine\.yaml: thresholds cannot be read"):
        limits_of(Home(tmp_path), tmp_path / "mine.yaml")


def test_reports_are_written_in_two_languages():
    refuse_language("zh")
    refuse_language("en")
    with pytest.raises(RequestError, match="--lang 'fr': expected zh or en"):
        refuse_language("fr")
