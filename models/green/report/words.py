"""The words of the green report: `words.zh.yaml` and `words.en.yaml` here, and those of the credit report."""

from functools import cache
from importlib.resources import files

from features.yaml_text import read_yaml
from models.report.words import Lang, Words, shown, words_of


@cache
def green_words_of(lang: Lang) -> dict[str, str]:
    """Key → words; a key that is not here is looked for among the credit report's."""
    raw = read_yaml((files("models.green.report") / f"words.{lang}.yaml").read_text("utf-8"))
    own = {f"{group}.{name}": said for group, names in raw.items() for name, said in names.items()}
    return words_of(lang) | own


class GreenWords(Words):
    """The words of one language.

    Raises:
        ValueError: There is no such language.
    """

    def __call__(self, key: str, /, **said: object) -> str:
        """The words under a key with what is to be put in; a key that is not there is an error."""
        return green_words_of(self.lang)[key].format(**said)

    def name(self, group: str, name: object) -> str:
        """The word for a name that code carries, or the name itself; a dash where it is unknown."""
        return green_words_of(self.lang).get(f"{group}.{name}") or shown(name)
