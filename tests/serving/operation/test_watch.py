"""The watch: what changed is taken over, what cannot be used is refused, and the old desk stays."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from threading import Event
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from models.credit import CreditModel
from models.ledger import FILE as LEDGER
from models.registry import CREDIT, promote, register
from models.registry.version import folder_of
from serving.desk.loaded import Loaded
from serving.operation.metrics import Metrics, lines
from serving.operation.signs import Signs
from serving.operation.watch import REPEAT_AFTER, Watch
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

DAY = date(2026, 10, 31)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
COLUMNS = ["growth", "headcount"]


def _model(seed):
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(draw.normal(size=(600, 2)), columns=COLUMNS)
    return CreditModel(n_estimators=5).fit(table, (draw.random(600) < 0.3).astype(int))


@pytest.fixture(scope="module")
def models():
    return [_model(1), _model(2)]


def _snapshot(home, day=DAY, firms=4):
    folder = home.features(day)
    folder.mkdir(parents=True)
    index = pd.Index([f"e{number}" for number in range(firms)], name="entity_id")
    pd.DataFrame(0.5, index, COLUMNS).to_parquet(folder / FEATURES_FILE)
    pd.DataFrame({"industry": "C17"}, index).to_parquet(folder / FIRMS_FILE)


def _register(home, model, **more):
    return register(
        home, CREDIT, model, parameters={}, metrics={}, tags={}, documents={}, now=datetime.now(UTC), **more
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory, models):
    """A home with a champion, another version beside it, and a snapshot; tests take copies of it."""
    home = Home(tmp_path_factory.mktemp("made"))
    _register(home, models[0])
    _register(home, models[1], as_alias=None)
    _snapshot(home)
    return home


@pytest.fixture
def copied(made, tmp_path):
    root = tmp_path / "home"
    shutil.copytree(made.root, root)
    return Home(root)


class Room:
    """A watched home, its clock in the test's hand."""

    def __init__(self, home):
        self.home, self.clock, self.metrics, self.built = home, NOON, Metrics(), 0
        self.state = SimpleNamespace()
        self.watch = Watch(home, self.state, self.build, counts=self.metrics, now=lambda: self.clock)
        self.state.desk = self.build()

    def build(self):
        """A desk of what the home has now."""
        self.built += 1
        return SimpleNamespace(loaded=Loaded.read(self.home))

    @property
    def version(self):
        """Which one answers."""
        return self.state.desk.loaded.scorer.credit_version.version

    def swaps(self, result):
        """How many were counted."""
        return dict(lines(self.metrics.text()))[f'lvdaitong_swaps_total{{result="{result}"}}']

    def amiss(self):
        """What is amiss."""
        return [one.what for one in self.watch.degraded()]


@pytest.fixture
def room(copied):
    return Room(copied)


def _promote(room, version):
    promote(room.home, CREDIT, version, by="test", why="better", now=datetime.now(UTC))


def _booster(room, line=-1):
    """The trees of the version that a line of the ledger is about."""
    run = json.loads((room.home.root / LEDGER).read_text().splitlines()[line])["run_id"]
    return folder_of(room.home, run) / "booster.txt"


def test_nothing_is_built_while_nothing_changes(room):
    before = room.built
    room.watch.look()
    room.watch.look()
    assert room.built == before
    assert room.amiss() == []


def test_a_promoted_version_answers_after_the_next_look_and_a_request_keeps_its_desk(room):
    old = room.state.desk
    _promote(room, "2")
    room.watch.look()
    assert (room.version, old.loaded.scorer.credit_version.version) == ("2", "1")
    assert room.swaps("adopted") == 1


def test_a_newer_snapshot_is_taken_over(room):
    _snapshot(room.home, date(2026, 11, 19), firms=7)
    room.watch.look()
    assert room.state.desk.loaded.snapshot.as_of == date(2026, 11, 19)


def test_a_poisoned_model_is_refused_told_and_counted_once(room, caplog):
    file = _booster(room, line=0)
    file.write_text(file.read_text() + " ")
    for _ in range(3):
        room.watch.look()
    assert (room.version, room.swaps("refused"), room.amiss()) == ("1", 1, ["models"])
    assert "cannot be used (champion" in caplog.text


@pytest.mark.parametrize("harm", ["gone", "empty", "another"])
def test_whatever_is_done_to_the_promoted_version_the_old_one_stays(room, harm):
    _promote(room, "2")
    file = _booster(room)
    if harm == "gone":
        file.unlink()
    else:
        file.write_text("" if harm == "empty" else "tree\nversion=v4\n")
    room.watch.look()
    assert (room.version, room.amiss()) == ("1", ["models"])


def test_a_poisoned_model_that_is_restored_is_well_again(room):
    _promote(room, "2")
    file = _booster(room)
    text = file.read_text()
    file.write_text("poison")
    room.watch.look()
    assert (room.version, room.amiss()) == ("1", ["models"])
    file.write_text(text)
    room.watch.look()
    assert (room.version, room.amiss()) == ("2", [])


def test_an_edited_ledger_is_refused(room):
    ledger = room.home.root / LEDGER
    ledger.write_text(ledger.read_text().replace('"version":"1"', '"version":"2"', 1))
    room.watch.look()
    assert (room.version, room.amiss()) == ("1", ["models"])


def test_a_half_written_snapshot_is_refused_and_the_whole_one_taken_later(room):
    _snapshot(room.home, date(2026, 11, 19))
    file = room.home.features(date(2026, 11, 19)) / FIRMS_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    room.watch.look()
    assert room.state.desk.loaded.snapshot.as_of == DAY
    file.write_bytes(whole)
    room.watch.look()
    assert room.state.desk.loaded.snapshot.as_of == date(2026, 11, 19)


def test_what_was_refused_is_tried_again_after_a_while(room):
    _promote(room, "2")
    wanted, room.watch._build = room.watch._build, lambda: 1 / 0
    room.watch.look()
    room.watch._build = wanted
    room.watch.look()
    assert room.version == "1"
    room.clock += REPEAT_AFTER + timedelta(seconds=1)
    room.watch.look()
    assert (room.version, room.amiss(), room.swaps("refused")) == ("2", [], 1)


def test_without_mlflow_the_champion_answers_and_the_watch_says_since_when(room):
    kept = room.home.registry.read_bytes()
    room.home.registry.unlink()
    room.watch.look()
    room.clock += timedelta(minutes=5)
    room.watch.look()
    (told,) = room.watch.degraded()
    assert (told.what, told.since, room.version) == ("mlflow", NOON, "1")
    assert not room.home.registry.exists(), "looking must not make one"
    room.home.registry.write_bytes(b"no database at all" * 100)
    room.watch.look()
    assert room.amiss() == ["mlflow"]
    room.home.registry.write_bytes(kept)
    room.watch.look()
    assert room.amiss() == []


def test_features_older_than_allowed_are_told(room):
    room.clock = datetime(2026, 12, 16, tzinfo=UTC)
    (told,) = room.watch.degraded()
    assert told.to_dict()["what"] == "snapshot"
    assert "46 days old" in told.why


def test_an_empty_home_is_looked_at_until_something_is_there(tmp_path, made):
    room = Room(Home(tmp_path / "later"))
    room.watch.look()
    assert room.state.desk.loaded.scorer is None
    shutil.copytree(made.root, room.home.root, dirs_exist_ok=True)
    room.watch.look()
    assert (room.version, room.amiss()) == ("1", [])


def test_a_failing_look_does_not_end_the_watch(room, monkeypatch):
    again, looks = Event(), []

    def read(_signs):
        looks.append(1)
        if len(looks) > 2:
            again.set()
        raise MemoryError

    monkeypatch.setattr(Signs, "read", read)
    room.watch._every = 0.01
    room.watch.start()
    assert again.wait(10)
    room.watch.stop()
    assert not room.watch._thread.is_alive()


def test_a_change_during_the_start_is_seen(copied):
    state = SimpleNamespace()
    watch = Watch(copied, state, lambda: SimpleNamespace(loaded=Loaded.read(copied)))
    state.desk = SimpleNamespace(loaded=Loaded.read(copied))
    promote(copied, CREDIT, "2", by="test", why="at once", now=datetime.now(UTC))
    watch.start()
    for _ in range(200):
        if state.desk.loaded.scorer.credit_version.version == "2":
            break
        watch._ended.wait(0.05)
    watch.stop()
    assert state.desk.loaded.scorer.credit_version.version == "2"
