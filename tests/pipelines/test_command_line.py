"""What a person at the terminal meets: help with examples, one line of error, an exit code a kind."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.command_line import app, main

VERBS = [
    "city",
    "catalog",
    "collect",
    "features",
    "run",
    "serve",
    "recommend",
    "eligibility",
    "retention",
    "monitor",
    "retrain",
    "backtest",
]
GROUPS = {
    "quarantine": ["show", "retry"],
    "train": ["credit", "green"],
    "models": ["list", "show", "promote", "rollback", "history"],
    "report": ["city"],
    "accounts": ["add", "list", "disable", "enable", "unlock", "password", "token", "demo"],
    "audit": ["verify", "anchor", "show", "replay"],
    "lab": [
        "tape",
        "contribute",
        "pool",
        "report",
        "release",
        "match",
        "package",
        "half",
        "combine",
        "sub-scores",
        "new",
        "show",
        "close",
        "key",
        "ledger",
    ],
    "consent": ["record", "withdraw", "list"],
    "shadow": ["report"],
}
EVERY_VERB = [[verb] for verb in VERBS] + [[group, verb] for group, verbs in GROUPS.items() for verb in verbs]


def end(monkeypatch, capsys, *words: str) -> tuple[int, str]:
    """Exit code and error text of a command."""
    monkeypatch.setattr("sys.argv", ["lvdaitong", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("words", EVERY_VERB, ids=" ".join)
def test_every_verb_explains_itself_with_an_example(words):
    told = CliRunner().invoke(app, [*words, "--help"])
    assert told.exit_code == 0
    assert "Example: lvdaitong" in told.output


def test_no_verb_is_left_out_of_these_tests():
    assert sorted(one.name or one.callback.__name__ for one in app.registered_commands) == sorted(VERBS)
    groups = {
        one.name: [verb.name for verb in one.typer_instance.registered_commands]
        for one in app.registered_groups
    }
    assert groups == GROUPS


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (
            ["collect", "--recipe", "city", "--data", "/nowhere"],
            3,
            "registration.csv: no such file at /nowhere",
        ),
        (["collect", "--recipe", "town", "--data", "."], 4, "no recipe 'town'"),
        (["run", "--recipe", "enterprise_exit2017", "--data", "."], 4, "names no 'label'"),
        (
            ["run", "--recipe", "city", "--data", ".", "--as-of", "2024-02-30"],
            8,
            "--as-of '2024-02-30': not a day",
        ),
        (["run", "--recipe", "city", "--data", ".", "--feature", "charm"], 4, "no feature 'charm'"),
        (["train", "credit", "--recipe", "city", "--label", "bad"], 8, "or --recipe NAME alone"),
        (["train", "credit", "--recipe", "city"], 6, "nothing of recipe 'city' is there; collect it first"),
        (["train", "credit", "--recipe", "enterprise_exit2017"], 4, "names no 'label'"),
        (["train", "green", "--recipe", "city"], 6, "nothing of recipe 'city' is there; collect it first"),
        (["city", "--entities", "50", "--months", "3", "--out", "/proc/city"], 5, "/proc/city: No such file"),
    ],
)
def test_a_failure_is_one_line_and_the_exit_code_of_its_kind(
    monkeypatch, capsys, tmp_path, words, code, line
):
    found, said = end(monkeypatch, capsys, "--home", str(tmp_path), *words)
    assert found == code
    assert said.startswith("lvdaitong: ")
    assert line in said
    assert said.count("\n") == 1
    assert "Traceback" not in said


def test_the_home_comes_from_the_option_else_the_environment(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("LVDAITONG_HOME", str(tmp_path / "from-environment"))
    code, _ = end(monkeypatch, capsys, "collect", "--recipe", "city", "--data", "/nowhere")
    assert code == 3


def test_the_catalogue_lists_sources_and_features():
    sources = CliRunner().invoke(app, ["catalog", "--json"]).output
    features = CliRunner().invoke(app, ["catalog", "--features", "--json"]).output
    assert '"source": "vat_invoice"' in sources
    assert '"feature": "largest_buyer_share_12m"' in features


def test_help_answers_without_loading_the_heavy_libraries():
    code = (
        "import sys; from pipelines.command_line import app; from typer.testing import CliRunner;"
        "CliRunner().invoke(app, ['--help']);"
        "heavy = ('pandas', 'lightgbm', 'mlflow', 'great_expectations', 'sklearn');"
        "print([name for name in heavy if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_ships_the_four_packages_with_their_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"features", "models", "serving", "pipelines"}
    for needed in (
        "features/catalog/vat_invoice.yaml",
        "pipelines/recipes/city.yaml",
        "pipelines/reference_loan.yaml",
        "pipelines/templates/report.html.j2",
    ):
        assert needed in names
    assert any(re.match(r"serving/policy/parameters/.*\.yaml", name) for name in names)
    assert any(name.startswith("serving/templates/") for name in names)


def test_the_wheel_runs_in_a_clean_environment_from_outside_the_tree(wheel, tmp_path):
    """The environment has its own packages folder and sees the libraries of this one, but not this tree."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    site = next(environment.glob("lib/python*/site-packages"))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
    ]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    libraries = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    # a path alone in a .pth is added; this project's own .pth in that folder is not read again
    (site / "libraries.pth").write_text(f"{libraries}\n")
    command = [str(environment / "bin" / "python"), "-m", "pipelines", "--help"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "collect" in told.stdout
    where = [str(environment / "bin" / "python"), "-c", "import pipelines; print(pipelines.__file__)"]
    assert str(site) in subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
