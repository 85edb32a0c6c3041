import stat

import pytest

from features.errors import RequestError
from pipelines.lab.keys import write_key


def test_a_key_is_written_for_its_holder_alone_and_never_over_another(tmp_path):
    file = tmp_path / "project.key"
    write_key(file, "ab" * 32, away_from=tmp_path / "home")
    assert file.read_text("ascii") == "ab" * 32 + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(RequestError, match="a key is never written over"):
        write_key(file, "cd" * 32, away_from=tmp_path / "home")
    assert file.read_text("ascii").startswith("ab")


def test_a_key_never_lies_in_the_home_whose_identifiers_it_makes(tmp_path):
    with pytest.raises(RequestError, match="lies in the home"):
        write_key(tmp_path / "home" / "lab" / "x.key", "ab" * 32, away_from=tmp_path / "home")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RequestError, match="cannot be written"):
        write_key(tmp_path / "none" / "x.key", "ab" * 32, away_from=tmp_path / "home")
