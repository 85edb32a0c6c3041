"""A retraining from its first step to its last, killed anywhere and gone on with; it never promotes."""

import errno
import json
import shutil

import pandas as pd
import pytest

from features.errors import LakeError, ModelError, RequestError
from features.home import Home
from features.staging import commit
from models.checks import Check
from models.registry import CREDIT, find_challenger, find_champion
from pipelines.recipe import Recipe
from pipelines.retraining.journal import Journal, alone

DAY = pd.Timestamp("2026-10-31")
STEPS = ["learnt", "challenger", "comparison", "snapshot", "shadow", "recommendation"]
FILES = ["journal.json", "judged.parquet", "recommendation.html", "recommendation.json", "shadow.parquet"]
WARNED = Check("C03", "is_calibrated", passed=False, finding="off", finding_zh="偏离", severity="warning")
FAILED = Check("C03", "is_calibrated", passed=False, finding="far off", finding_zh="严重失准")


class Killed(BaseException):
    """What a process that is killed does not catch either."""


@pytest.fixture
def kill(monkeypatch):
    """Let runs from now on end before, or after, their so-manieth file takes its place."""

    def at(number, *, after, error=Killed):
        seen = []

        def dying(staged_file, final):
            seen.append(final)
            if len(seen) == number and not after:
                raise error()
            commit(staged_file, final)
            if len(seen) == number:
                raise error()

        monkeypatch.setattr("pipelines.retraining.journal.commit", dying)

    yield at
    monkeypatch.undo()


def told(record):
    """A recommendation without its moments."""
    return {name: value for name, value in record.items() if name not in ("begun_at", "steps")}


def test_it_registers_a_challenger_and_recommends_once_a_day_and_does_not_promote(bench, monkeypatch):
    done = bench.retrain()
    assert done.fresh
    assert done.record["advice"] in ("promote", "keep", "investigate")
    assert sorted(path.name for path in bench.folder.iterdir()) == FILES
    assert find_champion(bench.home, CREDIT).version == "1"
    assert find_challenger(bench.home, CREDIT).version == "2"
    assert [line["act"] for line in bench.ledger()] == ["register", "register"]
    assert "promote sme_credit 2 --by 姓名" in done.record["promote"]
    assert json.loads((bench.folder / "recommendation.json").read_text("utf-8")) == done.record
    shadow = pd.read_parquet(bench.folder / "shadow.parquet")
    assert len(shadow) == done.record["moves"]["firms"] == 300
    assert [step for step, _ in Journal.read(bench.home, DAY.date()).lines] == STEPS
    assert done.record["comparison"]["champion_learnt_until"] == "2023-06-29"
    assert done.record["comparison"]["known_rows"] == 0, "it learnt before every loan of this tape"

    before = bench.files()
    monkeypatch.setattr(
        "pipelines.retraining.retrain.examine", lambda *_: pytest.fail("it looked at the home")
    )
    second = bench.retrain()
    assert (second.fresh, second.record) == (False, done.record)
    assert bench.files() == before, "the second run for a day does nothing"
    assert bench.learnt == 1


def test_again_begins_anew_registers_another_challenger_and_takes_the_snapshot_that_is_there(
    bench, monkeypatch
):
    bench.retrain()
    assert Journal.read(bench.home, DAY.date()).told("snapshot")["made"]
    monkeypatch.setattr("pipelines.retraining.retrain.write_snapshot", lambda *_: pytest.fail("made again"))
    assert bench.retrain(again=True).record["challenger"] == "sme_credit/3"
    assert not Journal.read(bench.home, DAY.date()).told("snapshot")["made"]
    assert bench.learnt == 2


def test_a_snapshot_of_other_data_than_the_lake_holds_is_made_again(bench):
    bench.retrain()
    bench.data = "a source was collected since"
    bench.retrain(again=True)
    assert Journal.read(bench.home, DAY.date()).told("snapshot")["made"]


DEATHS = [
    (1, True),  # the judged loans are there, their line is not
    (2, True),  # learnt, not registered
    (1, False),  # registered, and the journal does not know
    (1, True),  # the journal knows
    (1, True),  # compared
    (1, True),  # the snapshot is there
    (1, True),  # the shadow scores are there, their line is not
    (2, True),
    (1, True),  # the page alone is there
    (3, False),  # page and JSON are there, the last line is not
]
"""At which of its files each run in turn dies, and whether after that one took its place."""


def test_killed_at_any_file_again_and_again_it_goes_on_and_comes_to_the_same(bench, kill, tmp_path):
    disturbed = Home(tmp_path / "disturbed")
    shutil.copytree(bench.home.root, disturbed.root)
    expected = told(bench.retrain().record)
    bench.home = disturbed
    for number, after in DEATHS:
        kill(number, after=after)
        with pytest.raises(Killed):
            bench.retrain()
        assert not list(bench.home.staging.glob("*")), "what was on its way is gone"
        assert find_champion(bench.home, CREDIT).version == "1"
    kill(0, after=False)
    assert told(bench.retrain().record) == expected
    assert [line["version"] for line in bench.ledger()] == ["1", "2"]
    assert sorted(path.name for path in bench.folder.iterdir()) == FILES


def test_a_version_registered_before_the_kill_is_not_registered_again_and_gets_its_report(bench, monkeypatch):
    write = "pipelines.review.write_model_report"
    with monkeypatch.context() as patched:
        patched.setattr(write, lambda *_, **__: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            bench.retrain()
    assert [line["version"] for line in bench.ledger()] == ["1", "2"]
    record = bench.retrain().record
    assert record["challenger"] == "sme_credit/2"
    assert [line["version"] for line in bench.ledger()] == ["1", "2"]
    assert (bench.home.root / record["report"]).read_text() == "a report"


def test_a_full_disk_is_one_line_and_what_was_done_stays_done(bench, kill):
    kill(5, after=False, error=lambda: OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(LakeError, match="the disk is full; nothing was committed"):
        bench.retrain()
    assert find_champion(bench.home, CREDIT).version == "1"
    assert [step for step, _ in Journal.read(bench.home, DAY.date()).lines] == STEPS[:3]
    kill(0, after=False)
    assert bench.retrain().fresh
    assert bench.learnt == 1


def test_a_registry_that_vanishes_half_way_is_told_and_the_next_run_goes_on_once_it_is_back(
    bench, monkeypatch
):
    from pipelines.retraining import comparison, retrain

    hidden = bench.home.root / "elsewhere.db"

    def vanish(*words):
        bench.home.registry.rename(hidden)
        return comparison.compare(*words)

    with monkeypatch.context() as patched:
        patched.setattr(retrain, "compare", vanish)
        with pytest.raises(
            ModelError, match=r"mlflow\.db: the registry of models is gone; restore it and run again"
        ):
            bench.retrain()
    assert not bench.home.registry.exists(), "no empty one is made in its place"
    hidden.rename(bench.home.registry)
    assert bench.retrain().record["challenger"] == "sme_credit/2"
    assert bench.learnt == 1


def test_a_registry_that_vanishes_before_the_challenger_is_registered_leaves_no_challenger(
    bench, monkeypatch
):
    from pipelines.retraining.challenger import Challenger

    judged = Challenger.judged

    def vanish(self):
        bench.home.registry.rename(bench.home.root / "elsewhere.db")
        return judged(self)

    monkeypatch.setattr(Challenger, "judged", vanish)
    with pytest.raises(ModelError, match="the registry of models is gone"):
        bench.retrain()
    assert len(bench.ledger()) == 1
    assert not bench.home.registry.exists()


def test_another_champion_crowned_half_way_lets_the_next_run_begin_anew(bench, kill):
    kill(4, after=True)
    with pytest.raises(Killed):
        bench.retrain()
    kill(0, after=False)
    bench.promote("2")
    record = bench.retrain().record
    assert (record["champion"], record["challenger"]) == ("sme_credit/2", "sme_credit/3")
    assert record["comparison"]["gain"]["value"] == 0, "the same model learnt again"
    assert bench.learnt == 2


def test_a_challenger_that_checks_refuse_is_not_registered_and_somebody_is_to_look(bench):
    bench.checks = [FAILED]
    record = bench.retrain().record
    assert (record["advice"], record["challenger"], record["promote"]) == ("investigate", None, None)
    assert "C03 严重失准" in record["reasons"][0]["zh"]
    assert record["moves"] is None
    assert record["comparison"]["gain"], "the comparison is told all the same"
    assert find_challenger(bench.home, CREDIT) is None
    assert "挑战者未登记" in (bench.folder / "recommendation.html").read_text("utf-8")


def test_a_tape_without_matured_cohort_leaves_the_home_as_it_was(bench, monkeypatch):
    before = bench.files()

    def immature(*_):
        raise ModelError("no loan has a complete performance window; collect more months of loan_performance")

    monkeypatch.setattr("pipelines.retraining.challenger.from_loans", immature)
    with pytest.raises(ModelError, match="no loan has a complete performance window"):
        bench.retrain()
    assert bench.files() == before
    assert not bench.folder.exists()


OTHER = Recipe(name="other", zh="", en="", key="uscc", tables=(), path="other", label="loan_tape")


def test_a_day_that_is_done_is_not_another_recipes_answer(bench):
    first = bench.retrain()
    before = bench.files()
    said = (
        "--as-of 2026-10-31: its retraining was done with recipe 'city', expected 'other'; ask with --recipe"
    )
    with pytest.raises(RequestError, match=said):
        bench.retrain(recipe=OTHER)
    assert bench.files() == before
    assert bench.retrain().record == first.record
    assert bench.retrain(recipe=OTHER, again=True).record["recipe"] == "other"


def test_what_another_recipe_left_unfinished_is_not_wiped_and_goes_on(bench, kill):
    kill(4, after=True)
    with pytest.raises(Killed):
        bench.retrain()
    kill(0, after=False)
    before = bench.files()
    with pytest.raises(RequestError, match="its retraining was begun with recipe 'city', expected 'other'"):
        bench.retrain(recipe=OTHER)
    assert bench.files() == before
    assert bench.retrain().record["recipe"] == "city"
    assert bench.learnt == 1, "it went on"


def test_a_check_that_warned_is_named_where_the_page_promotes(bench, monkeypatch):
    bench.checks = [WARNED]
    advice = {"advice": "promote", "reasons": []}
    monkeypatch.setattr("pipelines.retraining.retrain.advise", lambda *_: advice)
    bench.retrain()
    page = (bench.folder / "recommendation.html").read_text("utf-8")
    assert "登记检查有提示（C03）" in page
    assert "各项检查未见问题" not in page


def test_two_at_once_are_refused(bench):
    with alone(bench.home), pytest.raises(LakeError, match="another process retrains in this home"):
        bench.retrain()


def test_there_is_no_retraining_without_a_home(bench, tmp_path):
    bench.home = Home(tmp_path / "nowhere")
    with pytest.raises(LakeError, match="nowhere: no home is there; run 'lvdaitong collect' first"):
        bench.retrain()
    assert not bench.home.root.exists()
