"""What the documents promise runs: their console blocks are typed in, and what they print is compared."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ANYTHING = "…"


def sessions(name: str) -> list[tuple[str, list[str]]]:
    """Commands of a document's console blocks, each with the lines that stand below it."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines agree; a line … stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANYTHING else re.escape(line) + r" *\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@pytest.mark.slow
def test_the_commands_of_the_readmes_print_what_they_say(tmp_path):
    printed: dict[str, list[str]] = {}  # both documents type most commands alike; once is enough
    for name in ("README.md", "README.zh-CN.md"):
        for command, expected in sessions(name):
            if command not in printed:
                printed[command] = typed(command, tmp_path)
            assert matches(expected, printed[command]), "\n".join([name, command, *printed[command]])


def typed(command: str, folder: Path) -> list[str]:
    """What a command prints, line by line."""
    program, *words = shlex.split(command)
    assert program == "lvdaitong"
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout.splitlines()


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        said = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        assert said, name
        assert said <= targets, f"{name}: {said - targets}"


def test_every_path_of_the_documents_exists():
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        for path in re.findall(
            r"`((?:features|models|serving|pipelines|tests|benchmarks)/[\w./]*)`",
            (ROOT / name).read_text("utf-8"),
        ):
            assert (ROOT / path).exists(), f"{name} names {path}"


def test_exit_codes_stand_in_the_readme():
    from features import errors
    from serving.policy import PolicyError

    text = (ROOT / "README.md").read_text("utf-8")
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    ]
    for code in sorted({kind.exit_code for kind in kinds} - {1} | {PolicyError.exit_code}):
        assert f"\n| {code} |" in text


def test_matching_lets_dots_stand_for_any_lines_only():
    assert matches(["a", ANYTHING, "z"], ["a", "b", "c", "z"])
    assert not matches(["a", "z"], ["a", "b", "z"])
