import ast
import re
from pathlib import Path

import pytest

import models
from models.report.left_out import SAID, why_left_out


@pytest.mark.parametrize(
    ("sentence", "zh"),
    [
        ("all values are missing", "全部取值缺失"),
        ("its information value of 0.0012 is below 0.0200", "信息值 0.0012 低于 0.0200"),
        (
            "its information value of 0.0012 is below what chance gives so many bins, 0.0051",
            "信息值 0.0012 低于同样箱数凭偶然即可达到的 0.0051",
        ),
        ("the solver found no groups of categories (infeasible)", "求解器未找到类别分组（infeasible）"),
        ("something new", "something new"),
    ],
)
def test_a_sentence_of_the_scorecard_is_said_in_both_languages(sentence, zh):
    assert why_left_out(sentence, "zh") == zh
    assert why_left_out(sentence, "en") == sentence


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "0.1" if isinstance(node, ast.FormattedValue) else ""


def test_every_sentence_that_the_scorecard_may_say_has_its_chinese():
    """The sentences are read from the code that says them; a figure in them stands as 0.1."""
    beginnings = ("all values", "its information value", "beside the others", "the solver found")
    said = set()
    for name in ("binning.py", "scorecard.py"):
        tree = ast.parse((Path(models.__path__[0]) / name).read_text("utf-8"))
        for node in ast.walk(tree):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(_text(one) for one in parts)
            said |= {text} if text.startswith(beginnings) else set()
    whole = {one for one in said if not any(one != other and other.startswith(one) for other in said)}
    assert len(whole) >= 6
    for sentence in whole:
        spoken = sentence.replace("below 0.10.1", "below 0.1").replace("bins 0.1 (", "bins of any shape (")
        assert any(re.fullmatch(told, spoken) for told, _ in SAID), sentence
