import json
import os
import shutil
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta

import pytest

from features.errors import LakeError, ModelError, RequestError
from features.home import Home
from models import ledger
from models.checks import Override
from models.credit import CreditModel
from models.registry import (
    CHALLENGER,
    CREDIT,
    champion,
    find_challenger,
    find_champion,
    load,
    load_version,
    promote,
    register,
    rollback,
    store,
)
from models.registry.listing import lines, one_version, versions

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SAID = {
    "parameters": {"trees": 3},
    "metrics": {"auc": 0.7},
    "tags": {"as_of": "2026-10-31"},
    "documents": {"checks.json": "[]"},
    "now": NOW,
}
SIGNED = {"by": "王敏", "why": "影子运行一月通过", "now": NOW + timedelta(days=1)}


@pytest.fixture(scope="module")
def registry(tmp_path_factory, model):
    """Two versions; the second one answers. Not to be changed."""
    home = Home(tmp_path_factory.mktemp("registry") / "home")
    for _ in range(2):
        register(home, CREDIT, model, **SAID)
    return home


@pytest.fixture
def two(registry, tmp_path):
    """The same in a home of its own."""
    shutil.copytree(registry.root, tmp_path / "home")
    return Home(tmp_path / "home")


def folder(home, version="1"):
    return home.artifacts / one_version(home, CREDIT, version).version.run_id / "artifacts" / "model"


def aliases(home):
    """What MLflow says: alias → version."""
    with store(home) as client:
        told = client.get_registered_model(CREDIT).aliases
        return {alias: str(version) for alias, version in told.items()}


# ---------------------------------------------------------------- registering and loading


def test_a_registered_model_is_loaded_and_scores_the_same(registry, model, unseen):
    loaded, version = load(registry, CREDIT, CreditModel)
    assert version.label == "sme_credit/2"
    assert version.tags["as_of"] == "2026-10-31"
    assert (loaded.predict_proba(unseen.table) == model.predict_proba(unseen.table)).all()
    whatever = load_version(registry, version)
    assert (whatever.predict_proba(unseen.table) == model.predict_proba(unseen.table)).all()


def test_the_files_are_native_and_nothing_is_pickled(registry):
    names = {path.name for path in registry.artifacts.rglob("*") if path.is_file()}
    assert names == {"booster.txt", "model.json", "checks.json"}


def test_the_newest_version_answers_unless_told_otherwise(two, model):
    assert champion(two, CREDIT).version == "2"
    assert register(two, CREDIT, model, **SAID, as_alias=CHALLENGER).version == "3"
    assert register(two, CREDIT, model, **SAID, as_alias=None).version == "4"
    assert champion(two, CREDIT).version == "2"
    assert find_challenger(two, CREDIT).version == "3"
    assert aliases(two) == {"champion": "2", "challenger": "3"}


def test_a_challenger_without_any_champion_becomes_champion_and_the_ledger_says_why(home, model):
    register(home, CREDIT, model, **SAID, as_alias=CHALLENGER)
    assert champion(home, CREDIT).version == "1"
    assert find_challenger(home, CREDIT) is None
    assert lines(home, CREDIT)[0].why.endswith("(there was no champion)")


def test_every_registration_is_recorded_with_what_it_replaced(registry):
    told = lines(registry, CREDIT)
    assert [(one.act, one.version, one.before, one.by) for one in told] == [
        ("register", "1", None, "lvdaitong run"),
        ("register", "2", "1", "lvdaitong run"),
    ]
    assert all(one.digest.startswith("sm3:") for one in told)


def test_an_override_is_kept_in_the_tags_and_in_the_ledger(two, model):
    told = Override("王敏", "试点十户", ("C01", "C03"))
    version = register(two, CREDIT, model, **SAID, override=told)
    assert version.tags["override_by"] == "王敏"
    assert one_version(two, CREDIT).version.tags["override_checks"] == "C01, C03"
    assert lines(two, CREDIT)[-1].override == {"name": "王敏", "reason": "试点十户", "checks": ["C01", "C03"]}


def test_a_model_that_cannot_be_saved_is_not_registered(two):
    class Broken:
        def save(self, folder):
            raise OSError(f"disk of {folder.anchor}")

    with pytest.raises(OSError, match="disk"):
        register(two, CREDIT, Broken(), **SAID)
    assert champion(two, CREDIT).version == "2"
    assert len(versions(two)) == 2


def test_a_ledger_that_cannot_be_written_leaves_no_version(two, model, monkeypatch):
    def full(*_, **__):
        raise LakeError("the disk is full")

    monkeypatch.setattr("models.ledger.append", full)
    with pytest.raises(LakeError):
        register(two, CREDIT, model, **SAID)
    monkeypatch.undo()
    assert [one.version.version for one in versions(two)] == ["2", "1"]
    assert aliases(two) == {"champion": "2"}


def test_a_registration_by_nobody_is_refused_before_anything_is_written(two, model):
    with pytest.raises(RequestError, match="needs a person's name and a reason"):
        register(two, CREDIT, model, **SAID, by=" ")
    assert len(versions(two)) == 2


def test_an_empty_home_has_no_champion_and_says_what_to_do(home):
    assert find_champion(home, CREDIT) is None
    assert find_challenger(home, CREDIT) is None
    with pytest.raises(
        ModelError, match="no champion of 'sme_credit' is registered; run 'lvdaitong run' first"
    ):
        champion(home, CREDIT)
    assert not home.registry.exists(), "asking creates nothing"


def test_a_home_that_was_moved_goes_on_where_it_is(two, registry, model):
    before = sorted(registry.artifacts.rglob("*"))
    assert register(two, CREDIT, model, **SAID).version == "3"
    load(two, CREDIT, CreditModel)
    assert sorted(registry.artifacts.rglob("*")) == before


def test_a_champion_from_before_the_ledger_answers_and_is_adopted_by_the_next_act(two, model):
    (two.root / ledger.FILE).unlink()
    with store(two) as client:
        client.delete_registered_model_tag(CREDIT, "ledger")
    assert champion(two, CREDIT).version == "2"
    register(two, CREDIT, model, **SAID)
    assert [(one.act, one.version) for one in lines(two, CREDIT)] == [("adopt", "2"), ("register", "3")]
    assert rollback(two, CREDIT, **SIGNED).version == "2"


# ---------------------------------------------------------------- promoting and rolling back


def test_a_promoted_version_answers_and_a_rollback_returns(two):
    entry = promote(two, CREDIT, "1", **SIGNED)
    assert (entry.version, entry.before, entry.by) == ("1", "2", "王敏")
    assert champion(two, CREDIT).version == "1"
    assert aliases(two)["champion"] == "1"
    assert rollback(two, CREDIT, **SIGNED).version == "2"
    assert champion(two, CREDIT).version == "2"
    assert rollback(two, CREDIT, **SIGNED).version == "1", "the champion before that"
    with pytest.raises(ModelError, match="no champion of 'sme_credit' came before"):
        rollback(two, CREDIT, **SIGNED)


def test_a_promoted_challenger_is_challenger_no_longer(two, model):
    register(two, CREDIT, model, **SAID, as_alias=CHALLENGER)
    promote(two, CREDIT, "3", **SIGNED)
    assert find_challenger(two, CREDIT) is None
    assert aliases(two) == {"champion": "3"}


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        (CREDIT, "9", "no version '9' of sme_credit; there are: 1, 2"),
        (CREDIT, "2", "sme_credit/2 is the champion already"),
        ("nobody", "1", "no model 'nobody' is registered"),
    ],
)
def test_what_cannot_be_promoted_is_named(registry, name, version, told):
    with pytest.raises(ModelError, match=told):
        promote(registry, name, version, **SIGNED)
    assert champion(registry, CREDIT).version == "2"


@pytest.mark.parametrize("words", [{"by": ""}, {"why": "  "}])
def test_promoting_and_rolling_back_need_a_person_and_a_reason(registry, words):
    for act in (
        lambda: promote(registry, CREDIT, "1", **SIGNED | words),
        lambda: rollback(registry, CREDIT, **SIGNED | words),
    ):
        with pytest.raises(RequestError, match="needs a person's name and a reason"):
            act()


def test_promoting_in_a_home_without_a_registry_makes_none(home):
    with pytest.raises(ModelError, match="no registry there"):
        promote(home, CREDIT, "1", **SIGNED)
    assert not home.registry.exists()


# ---------------------------------------------------------------- damage


def damaged(file):
    file.write_text(file.read_text("utf-8").replace("leaf_value=", "leaf_value=9", 1), "utf-8")


def gone(file):
    file.unlink()


def added(file):
    file.with_name("extra.txt").write_text("x")


@pytest.mark.parametrize("harm", [damaged, gone, added])
def test_a_version_whose_files_changed_is_not_promoted_and_the_champion_stays(two, harm):
    harm(folder(two) / "booster.txt")
    with pytest.raises(ModelError, match="the files of sme_credit/1 are not those that were registered"):
        promote(two, CREDIT, "1", **SIGNED)
    with pytest.raises(ModelError, match="the files of sme_credit/1 are not those that were registered"):
        rollback(two, CREDIT, **SIGNED)
    assert champion(two, CREDIT).version == "2"
    assert [one.whole for one in versions(two)] == [True, False]


def test_a_damaged_model_from_before_digests_is_not_promoted_either(two):
    with store(two) as client:
        client.delete_model_version_tag(CREDIT, "1", "files_digest")
    (folder(two) / "booster.txt").write_text("tree\nversion=v4\n")
    with pytest.raises(ModelError, match="no whole credit model"):
        promote(two, CREDIT, "1", **SIGNED)
    (folder(two) / "model.json").write_text("{}")
    with pytest.raises(ModelError, match="names no known kind of model"):
        promote(two, CREDIT, "1", **SIGNED)
    assert champion(two, CREDIT).version == "2"


def test_files_that_are_gone_are_named(two):
    folder(two, "2").rename(two.root / "elsewhere")
    with pytest.raises(ModelError, match="the files of sme_credit/2 are gone"):
        load(two, CREDIT, CreditModel)


def test_a_champion_whose_files_were_changed_does_not_answer(two):
    damaged(folder(two, "2") / "booster.txt")
    with pytest.raises(ModelError, match="are not those that were registered"):
        load(two, CREDIT, CreditModel)


def test_a_damaged_store_is_named_and_the_champion_answers_from_ledger_and_files(two, model):
    two.registry.write_text("no database")
    for act in (
        lambda: register(two, CREDIT, model, **SAID),
        lambda: promote(two, CREDIT, "1", **SIGNED),
        lambda: versions(two),
    ):
        with pytest.raises(ModelError, match=r"the registry cannot be read or written: .*not a database"):
            act()
    assert load(two, CREDIT, CreditModel)[1].label == "sme_credit/2"
    (two.root / ledger.FILE).unlink()
    with pytest.raises(ModelError, match=r"the registry cannot be read or written: .*not a database"):
        champion(two, CREDIT)


def test_a_store_that_is_gone_leaves_the_champion_answering(two):
    two.registry.unlink()
    assert load(two, CREDIT, CreditModel)[1].label == "sme_credit/2"
    with pytest.raises(ModelError, match="no registry there"):
        rollback(two, CREDIT, **SIGNED)


def test_lines_cut_off_at_the_end_of_the_ledger_are_found(two, model):
    file = two.root / ledger.FILE
    whole = file.read_text("utf-8").splitlines(keepends=True)
    for left in (whole[:1], []):
        file.write_text("".join(left), "utf-8")
        for act in (
            lambda: register(two, CREDIT, model, **SAID),
            lambda: promote(two, CREDIT, "1", **SIGNED),
            lambda: versions(two),
            lambda: lines(two, CREDIT),
        ):
            with pytest.raises(ModelError, match="the registry knows of line 2"):
                act()
    with pytest.raises(ModelError, match="the registry knows of line 2"):
        champion(two, CREDIT)


def test_an_edited_ledger_stops_every_act_and_every_answer(two, model):
    file = two.root / ledger.FILE
    file.write_text(file.read_text("utf-8").replace("lvdaitong run", "nobody at all", 1), "utf-8")
    for act in (
        lambda: champion(two, CREDIT),
        lambda: register(two, CREDIT, model, **SAID),
        lambda: promote(two, CREDIT, "1", **SIGNED),
    ):
        with pytest.raises(ModelError, match="line 1 was edited"):
            act()


def test_an_alias_set_by_hand_is_no_champion_and_the_next_act_sets_it_right(two, model):
    with store(two) as client:
        client.set_registered_model_alias(CREDIT, "champion", "1")
    assert champion(two, CREDIT).version == "2"
    register(two, CREDIT, model, **SAID, as_alias=None)
    assert aliases(two) == {"champion": "2"}


# ---------------------------------------------------------------- killed half-way

STEPS = [
    "create_run",
    "log_artifacts",
    "create_model_version",
    "append",
    "set_registered_model_alias",
    "set_registered_model_tag",
]
"""What registering does, in its order; `append` is the ledger's line."""

DYING = """
    import os, sys
    from datetime import UTC, datetime
    from pathlib import Path
    import mlflow
    from features.errors import ModelError
    from features.home import Home
    from models import ledger
    from models.credit import CreditModel
    from models.registry import promote, register

    homes = Path(sys.argv[1])

    def forked(act):
        child = os.fork()
        if child == 0:
            os._exit(act())
        return child

    def dying(step):
        at = ledger if step == "append" else mlflow.MlflowClient
        done = getattr(at, step)
        def die(*words, **more):
            done(*words, **more)
            os._exit(9)
        setattr(at, step, die)
        model = CreditModel.load(Path(sys.argv[2]))
        register(Home(homes / step), "sme_credit", model, parameters={}, metrics={}, tags={}, documents={},
                 now=datetime(2026, 11, 21, tzinfo=UTC))
        return 0

    def promoting(name):
        try:
            promote(Home(homes / "race"), "sme_credit", "1", by=name, why="both at once",
                    now=datetime(2026, 11, 21, tzinfo=UTC))
        except ModelError as error:
            (homes / "said").write_text(str(error))
            return 1
        return 0

    for step in sys.argv[3:]:
        _, ended = os.waitpid(forked(lambda: dying(step)), 0)
        assert os.waitstatus_to_exitcode(ended) == 9, step
    racing = [forked(lambda: promoting("one")), forked(lambda: promoting("two"))]
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in racing]
    assert sorted(ended) == [0, 1], ended
"""
"""A process that forks others: some die after a step, two promote the same version at once."""


@pytest.fixture(scope="module")
def homes(registry, tmp_path_factory):
    """Step → a home with two versions, in which registering a third one was killed after that step."""
    place = tmp_path_factory.mktemp("killed")
    for name in (*STEPS, "race"):
        shutil.copytree(registry.root, place / name)
    command = [sys.executable, "-c", textwrap.dedent(DYING), str(place), str(folder(registry)), *STEPS]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return place


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_any_step_nothing_is_half_registered_and_the_next_one_goes_on(homes, model, step):
    home = Home(homes / step)
    there = versions(home)
    assert all(one.whole for one in there), "no version without its files"
    recorded = {one.version for one in lines(home, CREDIT)}
    assert set(aliases(home).values()) <= recorded, "no alias without its line"
    expected = "2" if step in STEPS[:3] else "3"
    assert load(home, CREDIT, CreditModel)[1].version == expected
    if step == "create_model_version":
        newest = there[0]
        assert (newest.version.version, newest.alias, newest.lines) == ("3", "", []), "it answers nothing"
        assert promote(home, CREDIT, "3", **SIGNED).version == "3", "until a person promotes it"
    made = register(home, CREDIT, model, **SAID | {"now": NOW + timedelta(days=2)})
    assert champion(home, CREDIT) == made
    assert aliases(home) == {"champion": made.version}


def test_two_processes_that_promote_at_once_do_not_both_believe_it(homes):
    told = (homes / "said").read_text()
    assert "another line was added meanwhile" in told or "is the champion already" in told
    assert [one.act for one in lines(Home(homes / "race"), CREDIT)] == ["register", "register", "promote"]


# ---------------------------------------------------------------- the process that scores


def test_the_champion_scores_in_a_process_without_training_code_or_mlflow(registry, model, unseen, tmp_path):
    unseen.table.head(50).to_parquet(tmp_path / "firms.parquet")
    script = f"""
        import json, sys
        from pathlib import Path
        import pandas as pd
        from features.home import Home
        from models.credit import CreditModel
        from models.registry import CREDIT, load
        model, version = load(Home(Path({str(registry.root)!r})), CREDIT, CreditModel)
        scores = model.predict_proba(pd.read_parquet({str(tmp_path / "firms.parquet")!r}))[:, 1]
        ours = ("models.boosting", "models.checks", "models.splits", "pipelines")
        theirs = ("mlflow", "great_expectations", "optbinning", "optuna", "matplotlib", "sqlalchemy")
        loaded = [name for name in (*ours, *theirs) if name in sys.modules]
        print(json.dumps({{"version": version.label, "scores": list(scores), "loaded": loaded}}))
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["loaded"] == []
    assert told["version"] == "sme_credit/2"
    assert told["scores"] == model.predict_proba(unseen.table.head(50))[:, 1].tolist()


def test_telemetry_is_off():
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
