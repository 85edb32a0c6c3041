import gc
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.errors import LakeError
from features.session import Session
from features.staging import staged

MORE_THAN_FITS = "SELECT count(*) FROM (SELECT hash(range) AS h, range FROM range(6000000) ORDER BY h, range)"


@pytest.fixture
def lake(home):
    home.root.mkdir(parents=True)
    return home


def spill_of(session: Session) -> Path:
    return Path(session.engine.execute("SELECT current_setting('temp_directory')").fetchone()[0])


def test_what_does_not_fit_into_memory_goes_to_disk(lake):
    session = Session(lake, memory="80MB")
    assert session.engine.execute(MORE_THAN_FITS).fetchone() == (6_000_000,)


def test_another_writer_does_not_clear_the_folder_of_a_living_session(lake):
    one, other = Session(lake), Session(lake)
    with staged(lake):
        assert spill_of(one).is_dir()
    assert spill_of(one) != spill_of(other)


def test_the_folder_is_gone_when_the_session_is(lake):
    session = Session(lake)
    folder = spill_of(session)
    assert folder.parent == lake.staging
    del session
    gc.collect()
    assert not folder.exists()


def test_a_home_that_may_only_be_read_is_left_alone(lake, monkeypatch):
    @contextmanager
    def refused(_home):
        raise LakeError("read-only")
        yield

    monkeypatch.setattr("features.session.staged", refused)
    session = Session(lake, memory="80MB")
    assert session.engine.execute(MORE_THAN_FITS).fetchone() == (6_000_000,)
    assert not lake.staging.exists()


def test_a_home_that_is_not_there_is_not_made(home):
    Session(home)
    assert not home.root.exists()
