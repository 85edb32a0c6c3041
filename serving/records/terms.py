"""The terms of law in `terms.yaml`: how long things are kept, how soon they must be done."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from features.yaml_text import read_yaml
from serving.records.moments import years_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One length of time and its source.

    Attributes:
        cites: The article.
        zh: What it is about, for Chinese readers.
        meaning: From when it counts.
        days: Its length in days; 0 where it is in years.
        years: Its length in years; 0 where it is in days.
    """

    cites: str
    zh: str
    meaning: str
    days: int = 0
    years: int = 0

    def before(self, day: date) -> date:
        """The day so long before: what ended earlier than that day has been kept long enough."""
        return years_before(day, self.years) - timedelta(days=self.days)


@cache
def terms() -> dict[str, Term]:
    """Every term by its name."""
    text = (files("serving.records") / "terms.yaml").read_text("utf-8")
    return {name: Term(**words) for name, words in read_yaml(text).items()}
