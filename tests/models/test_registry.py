import pytest

from features.errors import ModelError
from features.home import Home
from models.credit import CreditModel
from models.registry import CREDIT, champion, find_champion, load, register

SAID = {
    "parameters": {"trees": 3},
    "metrics": {"auc": 0.7},
    "tags": {"as_of": "2026-10-31"},
    "documents": {"checks.json": "[]"},
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory, model):
    home = Home(tmp_path_factory.mktemp("registry"))
    register(home, CREDIT, model, **SAID)
    return home


def test_a_registered_model_is_loaded_by_its_alias_and_scores_the_same(registry, model, unseen):
    loaded, version = load(registry, CREDIT, CreditModel)
    assert version.label == "sme_credit/1"
    assert (loaded.predict_proba(unseen.table) == model.predict_proba(unseen.table)).all()


def test_the_files_are_native_and_nothing_is_pickled(registry):
    names = {path.name for path in registry.artifacts.rglob("*") if path.is_file()}
    assert names == {"booster.txt", "model.json", "checks.json"}


def test_a_newer_version_becomes_champion(registry, model):
    assert register(registry, CREDIT, model, **SAID).version == "2"
    assert champion(registry, CREDIT).version == "2"


def test_a_model_that_cannot_be_saved_is_not_registered(registry):
    class Broken:
        def save(self, folder):
            raise OSError(f"disk of {folder.anchor}")

    before = champion(registry, CREDIT)
    with pytest.raises(OSError, match="disk"):
        register(registry, CREDIT, Broken(), **SAID)
    assert champion(registry, CREDIT) == before


def test_an_empty_home_has_no_champion_and_says_what_to_do(home):
    assert find_champion(home, CREDIT) is None
    with pytest.raises(
        ModelError, match="no champion of 'sme_credit' is registered; run 'lvdaitong run' first"
    ):
        champion(home, CREDIT)
    assert not home.registry.exists(), "asking creates nothing"


def test_a_damaged_store_is_named(tmp_path):
    (tmp_path / "mlflow.db").write_text("no database")
    with pytest.raises(ModelError, match=r"the registry cannot be read or written: .*not a database"):
        champion(Home(tmp_path), CREDIT)


def test_files_that_are_gone_are_named(tmp_path, model):
    home = Home(tmp_path)
    version = register(home, CREDIT, model, **SAID)
    (home.artifacts / version.run_id / "artifacts" / "model").rename(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="the files of sme_credit/1 are gone"):
        load(home, CREDIT, CreditModel)
