"""The words of the lab's report, in both languages, by their path."""

from functools import cache
from importlib.resources import files
from typing import Any

from features.errors import RequestError
from features.yaml_text import read_yaml

LANGUAGES = ("zh", "en")


class Words:
    """The words of one language, by their path.

    Raises:
        RequestError: There is no such language.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise RequestError(f"--lang '{lang}': expected {' or '.join(LANGUAGES)}")
        self.lang = lang

    def __call__(self, path: str, /, **said: object) -> str:
        """The words at a path such as `plots.roc`, what is to be put in put in."""
        return str(self.at(path)).format(**said)

    def at(self, path: str) -> Any:
        """What stands at a path: words, or a list of them."""
        found: Any = words_of(self.lang)
        for part in path.split("."):
            found = found[part]
        return found

    def name(self, group: str, name: object) -> str:
        """The word for a name that code carries, or the name itself."""
        return str(self.at(group).get(str(name), name))


@cache
def words_of(lang: str) -> dict[str, Any]:
    """All words of a language."""
    text = (files("pipelines.lab") / "templates" / f"words.{lang}.yaml").read_text("utf-8")
    found: dict[str, Any] = read_yaml(text)
    return found
