"""Themes of the platform's columns, as `themes.yaml` tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from features.yaml_text import read_yaml
from models.reasons import Meaning

OTHER = "other"

BEFORE = "sub_score_"
"""What stands before a theme's name in the name of its column."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What some sources tell of a firm together.

    Attributes:
        name: Its name in tables.
        zh: Chinese name.
        en: English name.
        sources: Names in the catalogue.
    """

    name: str
    zh: str
    en: str
    sources: tuple[str, ...]

    @property
    def column(self) -> str:
        """Name of the column of its sub-score."""
        return f"{BEFORE}{self.name}"

    @property
    def meaning(self) -> Meaning:
        """What a sub-score means to a reader: higher is safer."""
        return Meaning(
            zh=f"{self.zh}分项得分",
            en=f"{self.en} sub-score",
            lowers=f"{self.zh}分项得分偏低",
            raises=f"{self.zh}分项得分较高",
            unit="points",
            reason=self.column,
            monotone=-1,
            sources=self.sources,
        )


@cache
def load_themes() -> dict[str, Theme]:
    """Every theme by its name, in the order in which they are shown; `other` is the last."""
    raw = read_yaml((files("models.lab") / "themes.yaml").read_text("utf-8"))
    return {name: Theme(name, said["zh"], said["en"], tuple(said["sources"])) for name, said in raw.items()}


def columns_by_theme(columns: Iterable[str], meanings: Mapping[str, Meaning]) -> dict[str, list[str]]:
    """The columns of every theme, in the order of `load_themes`; empty lists where a theme has none.

    Args:
        columns: Of the platform.
        meanings: Column → what it means; the first source that it was computed from decides.
    """
    of_source = {source: name for name, theme in load_themes().items() for source in theme.sources}
    found: dict[str, list[str]] = {name: [] for name in load_themes()}
    for column in columns:
        read = meanings[column].read if column in meanings else ()
        found[of_source.get(read[0], OTHER) if read else OTHER].append(column)
    return found


def meanings_of_sub_scores() -> dict[str, Meaning]:
    """Column of a sub-score → what it means."""
    return {theme.column: theme.meaning for theme in load_themes().values()}
