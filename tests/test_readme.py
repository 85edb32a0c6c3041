"""What the documents name is there; `pipelines/test_run.py` types their commands."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        said = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        assert said, name
        assert said <= targets, f"{name}: {said - targets}"


def test_every_path_of_the_documents_exists():
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        for path in re.findall(
            r"`((?:features|models|serving|pipelines|notebooks|tests|benchmarks)/[\w./]*)`",
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
