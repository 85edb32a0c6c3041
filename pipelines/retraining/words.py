"""The words of the recommendation; they lie in `words.zh.yaml`, reasons in both languages."""

from functools import cache
from pathlib import Path
from typing import Any

from features.yaml_text import read_yaml
from pipelines.templates.wording import words as values

FILE = Path(__file__).with_name("words.zh.yaml")


@cache
def words() -> dict[str, Any]:
    """All words."""
    found: dict[str, Any] = read_yaml(FILE.read_text("utf-8"))
    return found


def segment_zh(column: str, word: str) -> str:
    """A segment as a reader calls it.

    >>> segment_zh("industry", "C"), segment_zh("kind", "INDIVIDUAL_BUSINESS")
    ('行业 C', '主体类型 个体工商户')
    """
    return f"{words()['columns'].get(column, column)} {values()['values'].get(word, word)}"
