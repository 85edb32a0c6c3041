import json

import pytest

from models.chained import seal_of
from pipelines.lab.gate import release
from pipelines.lab.ledger import account_of, lines_of, projects_of

AUC = {"value": 0.5, "low": 0.48, "high": 0.52}
ATTACKS = [{"name": f"{kind}_x", "gates": True, "auc": AUC} for kind in ("membership", "attribute")]
LOOKED_AT = {"kind": "model", "passed": True, "failed": [], "attacks": ATTACKS}


@pytest.fixture
def left(project, tmp_path, clock):
    """A project from which a model left."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "booster.txt").write_text("tree", "utf-8")
    words = {"kind": "model", "to": "湖州银行", "what": "model", "how_fine": "25", "disclosure": LOOKED_AT}
    release(project, folder, by="王敏", clock=clock, **words)
    return project


def problems(home, anchored=None):
    return [one.what for one in account_of(home, anchored).problems]


@pytest.mark.usefixtures("left")
def test_a_whole_account_tells_lines_and_heads(home):
    account = account_of(home)
    assert (account.lines, account.problems) == (2, ())
    assert account.heads == {"huzhou-2026": (2, lines_of(home, "huzhou-2026")[-1].hash)}
    assert projects_of(home) == ["huzhou-2026"]


def test_a_home_without_a_lab_has_nothing_to_account_for(home):
    assert account_of(home).lines == 0


def test_an_edited_line_is_found(home, left):
    file = left.folder / "ledger.jsonl"
    file.write_text(file.read_text("utf-8").replace("湖州银行", "工商银行"), "utf-8")
    assert "was edited after it was written" in problems(home)[0]


def test_an_export_that_was_changed_or_put_in_is_found_one_carried_away_is_not_missed(home, left):
    made = left.out / "0002-model" / "booster.txt"
    made.write_text("another tree", "utf-8")
    assert problems(home) == ["out/0002-model is not what left by line 2"]
    made.unlink()
    made.parent.rmdir()
    assert problems(home) == []
    (left.out / "0009-model").mkdir()
    assert problems(home) == ["out/0009-model left without a line of the ledger"]


def test_lines_cut_off_and_a_ledger_written_anew_are_found_by_what_was_noted_elsewhere(home, left):
    heads = account_of(home).heads
    file = left.folder / "ledger.jsonl"
    whole = file.read_text("utf-8").splitlines()
    file.write_text(whole[0] + "\n", "utf-8")
    assert "1 lines were cut off: line 2 was noted elsewhere" in problems(home, heads)
    forged = json.loads(whole[1]) | {"by": "张三"}
    text = json.dumps(
        forged | {"hash": seal_of(forged)}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    file.write_text(f"{whole[0]}\n{text}\n", "utf-8")
    assert problems(home) == []
    assert problems(home, heads) == ["line 2 is another one than was noted elsewhere"]
    file.unlink()
    assert "2 lines were cut off: line 2 was noted elsewhere" in problems(home, heads)


def test_a_line_of_another_projects_ledger_is_none_of_this_one(home, left):
    other = home.lab / "other"
    other.mkdir()
    (other / "ledger.jsonl").write_bytes((left.folder / "ledger.jsonl").read_bytes())
    assert "line 1 is no line of this project's ledger" in problems(home)[-1]
