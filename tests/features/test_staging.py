"""Files on their way: gone with a dead process, kept for a living one, there at once when committed."""

import fcntl
from pathlib import Path

import pytest

from features.errors import LakeError
from features.home import Home
from features.staging import commit, committing, staged


def leftover(home, name: str, *, alive: bool):
    folder = home.staging / name
    folder.mkdir(parents=True)
    (folder / "accepted.parquet").write_text("half")
    handle = (folder / "lock").open("wb")
    if alive:
        fcntl.flock(handle, fcntl.LOCK_EX)
    else:
        handle.close()
    return handle


def test_what_a_dead_process_left_is_cleared_away_and_what_a_living_one_writes_is_kept(home):
    living = leftover(home, "living", alive=True)
    leftover(home, "dead", alive=False)
    (home.staging / "older").mkdir()
    with staged(home) as folder:
        assert {path.name for path in home.staging.iterdir()} == {"living", folder.name}
    assert [path.name for path in home.staging.iterdir()] == ["living"]
    assert (home.staging / "living" / "accepted.parquet").exists()
    living.close()


def test_a_folder_in_use_is_known_to_be_so(home):
    with staged(home) as first, staged(home) as second:
        assert first.exists()
        assert second.exists()
    assert not list(home.staging.iterdir())


def test_a_failure_leaves_nothing_in_staging(home):
    def fail() -> None:
        with staged(home) as folder:
            (folder / "accepted.parquet").write_text("half")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        fail()
    assert not list(home.staging.iterdir())


def test_a_committed_file_takes_the_place_of_the_one_before(home):
    final = home.lake / "vat_invoice" / "a.parquet"
    for content in ("old", "new"):
        with staged(home) as folder:
            (folder / "a").write_text(content)
            commit(folder / "a", final)
        assert final.read_text() == content


def test_every_new_folder_and_file_is_brought_to_the_disk(home, monkeypatch):
    synced = []
    monkeypatch.setattr(
        "features.staging.os.fsync",
        lambda handle: synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())),
    )
    with staged(home) as folder:
        (folder / "a").write_text("x")
        commit(folder / "a", home.lake / "vat_invoice" / "a.parquet")
    assert synced == [
        str(home.root),
        str(home.lake),
        str(folder / "a"),
        str(home.lake / "vat_invoice"),
    ]


def test_a_home_below_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(LakeError, match="file/home: is a file, not a folder; nothing was committed"),
        staged(Home(tmp_path / "file" / "home")),
    ):
        pass


def test_a_full_disk_is_named(home):
    def fail() -> None:
        with staged(home):
            raise OSError(28, "No space left on device")

    with pytest.raises(
        LakeError, match=r"the disk is full; nothing was committed\. Make room or choose another"
    ):
        fail()


def test_only_one_process_commits_at_a_time(home):
    with committing(home), home.lock.open("ab") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with home.lock.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
