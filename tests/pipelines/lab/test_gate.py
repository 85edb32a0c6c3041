import json

import pytest

from features.errors import RequestError
from pipelines.lab.agreement import AgreementError
from pipelines.lab.digests import digests_of
from pipelines.lab.gate import DisclosureError, release

LOOKED_AT = {"smallest_leaf": 25, "attacks": {"membership": 0.51}}


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
