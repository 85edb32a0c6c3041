import ast
from pathlib import Path

import pytest

from features.errors import ModelError
from models.checks.thresholds import CERTAINTIES, FILE, limit, thresholds


def test_every_threshold_has_a_unit_a_citation_and_a_certainty():
    for name, one in thresholds().items():
        assert one.unit, name
        assert one.cites, name
        assert one.certainty in CERTAINTIES, name


def test_every_threshold_is_used_and_every_one_used_is_there():
    used = {
        word.value
        for path in FILE.parent.glob("*.py")
        if path.name != "own_thresholds.py"
        for word in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }
    assert not thresholds().keys() - used
    with pytest.raises(KeyError):
        limit("no_such_threshold")


@pytest.mark.parametrize(
    "text",
    [
        "psi_act: 0.25",
        "psi_act: {value: 0.25, unit: PSI, cites: '', certainty: decision}",
        "psi_act: {value: 0.25, unit: PSI, cites: us, certainty: surely}",
        "psi_act: {value: much, unit: PSI, cites: us, certainty: decision}",
        "psi_act: {value: 0.25, unit: PSI, cites: us}",
        "[0.25]",
        "psi_act: {",
    ],
)
def test_a_threshold_without_its_parts_is_an_error_that_names_the_file(tmp_path: Path, text):
    file = tmp_path / "thresholds.yaml"
    file.write_text(text)
    with pytest.raises(ModelError, match=str(file)):
        thresholds(file)
