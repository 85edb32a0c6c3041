import json

import lightgbm as lgb
import numpy as np
import pytest

from features.errors import RequestError
from models.lab.harmless import harmless
from pipelines.lab.agreement import AgreementError
from pipelines.lab.digests import digests_of
from pipelines.lab.gate import DisclosureError, release


def attack(name, low=0.49, *, gates=True):
    auc = {"value": 0.51, "low": low, "high": 0.53}
    return {"name": name, "how_zh": "", "how_en": "", "gates": gates, "auc": auc}


ATTACKS = [attack("membership_by_loss"), attack("attribute_paid_gained")]
LOOKED_AT = {"kind": "model", "passed": True, "failed": [], "attacks": ATTACKS}


@pytest.fixture
def model(tmp_path):
    """A folder on its way out."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "booster.txt").write_text("tree", "utf-8")
    (folder / "model.json").write_text('{"slope": 1.0}', "utf-8")
    return folder


def leave(project, folder, clock, **changes):
    words = {
        "kind": "model",
        "to": "湖州银行",
        "what": "pooled model",
        "how_fine": "leaves of 25 firms",
        "disclosure": LOOKED_AT,
        "by": "王敏",
    }
    return release(project, folder, clock=clock, **(words | changes))


def test_what_leaves_is_laid_out_and_told_with_its_hashes_and_how_fine_it_is(project, model, clock):
    files = digests_of(model)
    place = leave(project, model, clock)
    assert place == project.out / "0002-model"
    assert not model.exists()
    line = project.lines[-1]
    assert line.noted["files"] == files == digests_of(place)
    assert (line.noted["to"], line.noted["how_fine"]) == ("湖州银行", "leaves of 25 firms")
    assert line.noted["disclosure"] == LOOKED_AT


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"kind": "rows"}, AgreementError, "exports of kind 'rows' were not agreed on"),
        ({"to": "工商银行"}, AgreementError, "'工商银行' is no party"),
        ({"disclosure": {}}, DisclosureError, "nothing leaves unseen"),
        ({"disclosure": LOOKED_AT | {"attacks": ATTACKS[:1]}}, DisclosureError, "no attack on attribute was"),
        (
            {"disclosure": LOOKED_AT | {"attacks": ATTACKS[1:]}},
            DisclosureError,
            "no attack on membership was",
        ),
        (
            {"disclosure": LOOKED_AT | {"attacks": [attack("membership_by_loss", 0.56), *ATTACKS]}},
            DisclosureError,
            "membership_by_loss: the attack came too far",
        ),
        (
            {"disclosure": LOOKED_AT | {"attacks": [attack("membership_x", gates=False), ATTACKS[1]]}},
            DisclosureError,
            "no attack on membership was",
        ),
        ({"disclosure": LOOKED_AT | {"passed": False}}, DisclosureError, "it did not pass"),
    ],
)
def test_what_may_not_leave_stays_and_is_recorded(project, model, clock, changes, error, told):
    with pytest.raises(error, match=told):
        leave(project, model, clock, **changes)
    assert model.exists()
    assert not project.out.exists()
    assert project.lines[-1].outcome in {"refused", "failed"}


def test_an_empty_folder_is_nothing_to_let_out(project, tmp_path, clock):
    with pytest.raises(RequestError, match="nothing to let out"):
        leave(project, tmp_path / "none", clock)


def test_a_readable_file_with_a_firms_code_in_it_does_not_leave(project, model, clock):
    (model / "model.json").write_text(json.dumps({"note": "91330502MA29K00168"}), "utf-8")
    with pytest.raises(DisclosureError, match=r"model\.json: ") as caught:
        leave(project, model, clock)
    assert "91330502MA29K00168" not in str(caught.value)
    assert "91330502MA29K00168" not in str(project.lines[-1].noted)


def boosted(folder, **asked):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(300, 2))
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 8} | asked
    data = lgb.Dataset(table, (table[:, 0] + rng.normal(size=300) > 0).astype(int))
    booster = lgb.train(settings, data, 3)
    (folder / "booster.txt").write_text(booster.model_to_string(), "utf-8")
    return booster


def test_the_gate_itself_looks_at_leaves_and_text_of_a_booster_whatever_it_was_told(project, model, clock):
    boosted(model, min_data_in_leaf=2)
    with pytest.raises(
        DisclosureError, match=r"booster\.txt: leaves: .*booster\.txt: booster text: tells exact"
    ):
        leave(project, model, clock)
    booster = boosted(model, min_data_in_leaf=40)
    (model / "booster.txt").write_text(harmless(booster.model_to_string(), 10), "utf-8")
    assert leave(project, model, clock).is_dir()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model.pkl", b"\x80\x04", "nobody knows how to look into such a file"),
        ("model.json", b"{", "a file cannot be looked into"),
        ("booster.txt", b"tree\nbroken", "a file cannot be looked into"),
        ("page.html", b"\xff\xfe", "a file cannot be looked into"),
    ],
)
def test_what_cannot_be_looked_into_does_not_leave(project, model, clock, name, content, told):
    (model / name).write_bytes(content)
    with pytest.raises(DisclosureError, match=told):
        leave(project, model, clock)
    assert not project.out.exists()
