"""The verb: page and JSON of a replayed history, and one clear line where it cannot be."""

import json
import re

import pytest

from features.errors import LakeError
from pipelines.backtesting import files
from pipelines.backtesting.replay import Replay
from pipelines.command_line import main


def run(monkeypatch, capsys, home, *words):
    """Exit code, output and error of `lvdaitong backtest`."""
    monkeypatch.setattr("sys.argv", ["lvdaitong", "--home", str(home.root), "backtest", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def kept(home):
    """Every file of a home with when it was written, but for its lock."""
    return {
        path: path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file() and path != home.lock
    }


@pytest.fixture(scope="module")
def ran(small_lake, recipe):
    """One run of the verb; its answer, its page and its record."""
    patch = pytest.MonkeyPatch()
    words = ["--recipe", str(recipe.path), "--from", "2024-08-31", "--to", "2024-12-31"]
    words += ["--policy", "quarterly", "--policy", "on-alert", "--lgd", "0.5", "--json"]
    patch.setattr("sys.argv", ["lvdaitong", "--home", str(small_lake.root), "backtest", *words])
    told = []
    patch.setattr("pipelines.backtest_verb.print_json", told.append)
    with pytest.raises(SystemExit) as ended:
        main()
    patch.undo()
    assert not ended.value.code
    name = "from=2024-08-31,to=2024-12-31,never+quarterly+on-alert,loss_given_default=0.5"
    folder = small_lake.root / "backtest" / name
    return (
        told[0],
        (folder / files.PAGE).read_text("utf-8"),
        json.loads((folder / files.JSON).read_text("utf-8")),
    )


def test_the_answer_is_the_file_and_tells_every_policy_beside_never(ran):
    told, _, record = ran
    assert told | {"files": None} == record | {"files": None}
    assert list(record["policies"]) == ["never", "quarterly", "on-alert"]
    assert record["outcomes_as_of"] == "2026-04-12"  # the last day on which anything arrived
    assert [one["day"] for one in record["policies"]["quarterly"]["models"]] == ["2024-08-31", "2024-11-30"]
    assert record["parameters"]["loss_given_default"]["value"] == 0.5


def test_figures_come_with_intervals_and_gains_are_over_never(ran):
    policies = ran[2]["policies"]
    for one in policies.values():
        for name in ("gini", "calibration"):
            assert one[name]["low"] <= one[name]["value"] <= one[name]["high"]
        assert one["gini"]["value"] > 0.2  # staff tells the risk of these firms
        assert one["judged"] == one["applications"] > 100
        assert one["loss"]["approved"] < one["loss"]["loans"]
        assert one["loss"]["refused_rate"] > one["loss"]["came_rate"]["value"]
    assert policies["never"]["gini_gain"] is None
    assert policies["quarterly"]["gini_gain"]["value"] == pytest.approx(
        policies["quarterly"]["gini"]["value"] - policies["never"]["gini"]["value"], abs=2e-6
    )


def test_only_the_policy_that_looks_tells_what_it_saw(ran):
    policies = ran[2]["policies"]
    assert all(step["seen"] is None for step in policies["quarterly"]["steps"])
    seen = [step["seen"] for step in policies["on-alert"]["steps"]]
    assert all(one["fresh"] > 0 and one["psi"] is not None for one in seen)


def test_the_page_is_chinese_stands_alone_and_tells_its_numbers(ran):
    page = ran[1]
    assert page.startswith("<!DOCTYPE html>")
    assert not re.search(r'(?:src|href)="(?!#)', page)
    for words in (
        "重训策略回放：2024-08-31 至 2024-12-31",
        "每季重训：期间重训 1 次",
        "不构成授信决定",
        "本次指定",
        "CBPE",
    ):
        assert words in page
    assert page.count('class="plot"') == 2
    assert "nan" not in page
    assert "None" not in page


def test_outcomes_that_nobody_knows_yet_leave_the_figures_open(monkeypatch, capsys, small_lake, recipe):
    words = ["--recipe", str(recipe.path), "--from", "2025-11-30", "--to", "2025-12-31", "--policy", "never"]
    code, out, _ = run(monkeypatch, capsys, small_lake, *words, "--json")
    assert code == 0
    never = json.loads(out)["policies"]["never"]
    assert (never["judged"], never["gini"], never["loss"]) == (0, None, None)
    page = small_lake.root / "backtest" / "from=2025-11-30,to=2025-12-31,never" / files.PAGE
    assert "尚无成熟批次" in page.read_text("utf-8")
    assert "plot" not in re.sub(r"svg\.plot", "", page.read_text("utf-8"))


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        ([], ""),
        (["--lgd", "0.4", "--approve", "0.8", "--as-of", "2026-04-12"], ""),  # as shipped, and the newest day
        (["--lgd", "0.45"], ",loss_given_default=0.45"),
        (["--as-of", "2026-03-31"], ",as_of=2026-03-31"),
        (
            ["--approve", "0.7", "--lgd", "0.5", "--as-of", "2026-03-31"],
            ",as_of=2026-03-31,loss_given_default=0.5,approve_share=0.7",
        ),
    ],
)
def test_other_numbers_lie_in_a_folder_of_their_own(monkeypatch, capsys, small_lake, recipe, words, ending):
    days = ["--from", "2025-11-30", "--to", "2025-12-31", "--policy", "never"]
    code, out, _ = run(monkeypatch, capsys, small_lake, "--recipe", str(recipe.path), *days, *words, "--json")
    assert code == 0
    folder = small_lake.root / "backtest" / f"from=2025-11-30,to=2025-12-31,never{ending}"
    assert json.loads(out)["files"] == {"page": str(folder / files.PAGE), "json": str(folder / files.JSON)}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--from", "2025-01-31", "--to", "2024-12-31"], 8, "--to 2024-12-31 is not after --from 2025-01-31"),
        (["--from", "2025-01-31", "--to", "2027-01-31"], 8, "--to 2027-01-31 lies after 2026-04-12"),
        (["--from", "2025-01-31", "--to", "2025-03-31", "--as-of", "2027-01-01"], 8, "--as-of 2027-01-01"),
        (["--from", "2025-01-31", "--to", "2025-03-31", "--policy", "daily"], 8, "--policy 'daily'"),
        (["--from", "2025-01-31", "--to", "2025-03-31", "--lgd", "45"], 8, "loss_given_default is 45"),
        (["--from", "31/01/2025", "--to", "2025-03-31"], 8, "--from '31/01/2025': not a day"),
        (["--from", "2022-01-31", "--to", "2022-03-31"], 6, "no loan was applied for after 2022-01-31"),
        (["--from", "2026-02-28", "--to", "2026-03-31"], 6, "1200 loans, applied for from 2023-01-"),
        (["--from", "2023-03-31", "--to", "2023-06-30"], 6, "nothing to learn from on 2023-03-31"),
    ],
)
def test_what_cannot_be_replayed_is_one_line_and_leaves_nothing(
    monkeypatch, capsys, small_lake, recipe, words, code, told
):
    before = kept(small_lake)
    ended, _, error = run(monkeypatch, capsys, small_lake, "--recipe", str(recipe.path), *words)
    assert ended == code
    assert told in error
    assert error.count("\n") == 1
    assert kept(small_lake) == before


def test_a_home_without_the_recipe_is_told_to_collect_it(monkeypatch, capsys, home, recipe):
    words = ["--recipe", str(recipe.path), "--from", "2024-08-31", "--to", "2024-12-31"]
    code, _, error = run(monkeypatch, capsys, home, *words)
    assert code == 6
    assert "nothing of recipe 'small' is there; collect it first" in error


def test_a_recipe_without_a_loan_tape_is_refused(monkeypatch, capsys, home):
    words = ["--recipe", "cumcm2020c", "--from", "2024-08-31", "--to", "2024-12-31"]
    code, _, error = run(monkeypatch, capsys, home, *words)
    assert code == 4
    assert "expected loan_tape" in error


def test_a_run_that_is_broken_off_half_way_leaves_the_home_as_it_was(monkeypatch, capsys, small_lake, recipe):
    """Nothing is written before everything is known: the next run starts clean."""
    before = kept(small_lake)

    def broken(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(Replay, "walk", broken)
    words = ["--recipe", str(recipe.path), "--from", "2024-08-31", "--to", "2024-12-31"]
    assert run(monkeypatch, capsys, small_lake, *words)[0] == 130
    assert kept(small_lake) == before


def test_a_disk_that_fills_up_leaves_what_stood_there_before(monkeypatch, tmp_path):
    """The page is the last to take its place: until then the old one stands."""
    from features.home import Home

    home = Home(tmp_path / "home")
    folder = home.root / "backtest" / "x"
    folder.mkdir(parents=True)
    (folder / files.PAGE).write_text("before", "utf-8")
    monkeypatch.setattr(files, "folder_of", lambda _home, _found: folder)
    monkeypatch.setattr(files, "as_record", lambda _found: {})
    monkeypatch.setattr(files, "render", lambda _found: "after")

    def full(_staged, _final):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "commit", full)
    with pytest.raises(LakeError, match="the disk is full; nothing was committed"):
        files.write_backtest(home, None)
    assert [path.name for path in folder.iterdir()] == [files.PAGE]
    assert (folder / files.PAGE).read_text("utf-8") == "before"
    assert not list(home.staging.iterdir())
