"""How the report says things: words of `words.zh.yaml` and `words.en.yaml`, numbers as people write them."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import pandas as pd

from features.yaml_text import read_yaml
from models.metrics import Estimate

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
DASH = "—"


@cache
def words_of(lang: Lang) -> dict[str, str]:
    """Key → words; keys are `group.name`."""
    raw = read_yaml((files("models.report") / f"words.{lang}.yaml").read_text("utf-8"))
    return {f"{group}.{name}": said for group, names in raw.items() for name, said in names.items()}


class Words:
    """The words of one language.

    Raises:
        ValueError: There is no such language.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"no words for language '{lang}'; there are: {', '.join(LANGUAGES)}")
        self.lang: Lang = "en" if lang == "en" else "zh"

    def __call__(self, key: str, /, **said: object) -> str:
        """The words under a key with what is to be put in; a key that is not there is an error."""
        return words_of(self.lang)[key].format(**said)

    def name(self, group: str, name: object) -> str:
        """The word for a name that code carries, or the name itself; a dash where it is unknown."""
        return words_of(self.lang).get(f"{group}.{name}") or shown(name)

    def of(self, group: str) -> set[str]:
        """Names that a group has words for."""
        return {key.partition(".")[2] for key in words_of(self.lang) if key.startswith(f"{group}.")}

    def plots(self) -> Callable[..., str]:
        """What plots ask for their words."""
        return lambda key, /, **said: self(f"plots.{key}", **said)


def known(value: object) -> bool:
    """Whether there is a value at all.

    >>> known(0), known(None), known(float("nan"))
    (True, False, False)
    """
    return value is not None and not (np.isscalar(value) and pd.isna(value))


def shown(value: object) -> str:
    """Text; a dash where it is unknown."""
    return str(value) if known(value) else DASH


def share(value: Any, digits: int = 1) -> str:
    """A share in per cent; a dash where it is unknown.

    >>> share(0.1234), share(None), share(0.0)
    ('12.3%', '—', '0.0%')
    """
    return f"{value:.{digits}%}" if known(value) and np.isfinite(value) else DASH


def number(value: Any, digits: int = 0) -> str:
    """A number with separators; a dash where it is unknown.

    >>> number(373431), number(1.234, 2), number(float("nan"))
    ('373,431', '1.23', '—')
    """
    return f"{value:,.{digits}f}" if known(value) and np.isfinite(value) else DASH


def signed(value: Any, digits: int = 3) -> str:
    """A number with its sign; a dash where it is unknown.

    >>> signed(0.0123), signed(-0.5, 1), signed(None)
    ('+0.012', '-0.5', '—')
    """
    return f"{value:+,.{digits}f}" if known(value) and np.isfinite(value) else DASH


def interval(estimate: Estimate | None, digits: int = 3) -> str:
    """The interval alone; a dash where there is no estimate.

    >>> interval(Estimate(0.8, 0.7512, 0.85)), interval(None)
    ('0.751 – 0.850', '—')
    """
    return f"{number(estimate.low, digits)} – {number(estimate.high, digits)}" if estimate else DASH


def share_interval(estimate: Estimate | None, digits: int = 1) -> str:
    """The interval of a share.

    >>> share_interval(Estimate(0.05, 0.0215, 0.1118))
    '2.1% – 11.2%'
    """
    return f"{share(estimate.low, digits)} – {share(estimate.high, digits)}" if estimate else DASH


def chance(value: float | None) -> str:
    """A p-value.

    >>> chance(0.00004), chance(0.1234), chance(None)
    ('< 0.001', '0.123', '—')
    """
    if not known(value) or value is None:
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - three digits are shown


def setting(value: object) -> str:
    """The value of a parameter: numbers with as many digits as they have, the parts of a mapping in turn.

    >>> setting(0.04), setting(1500), setting({"base": 600.0, "pdo": 50}), setting((700, 650)), setting(None)
    ('0.04', '1,500', 'base = 600, pdo = 50', '700, 650', '—')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {setting(one)}" for name, one in value.items()) or DASH
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(setting(one) for one in value) or DASH
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return shown(value)
    return f"{value:,}" if float(value) != int(value) else f"{int(value):,}"


def cell(value: Any) -> str:
    """A number of a table that others made: whole ones whole, others with four digits that count.

    >>> cell(12), cell(12.0), cell(0.034567), cell(float("nan")), cell(True)
    ('12', '12', '0.03457', '—', 'True')
    """
    if isinstance(value, bool) or not known(value):
        return shown(value)
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.4g}"


def css_string(text: str) -> str:
    r"""A text as a CSS string that nothing in it can end.

    >>> print(css_string('a"b</style>'))
    "a\22 b\3c \2f style\3e "
    """
    safe = re.sub(r"[^0-9A-Za-z \u4e00-\u9fff]", lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{safe}"'


FILTERS: dict[str, Callable[..., str]] = {
    "share": share,
    "number": number,
    "signed": signed,
    "interval": interval,
    "share_interval": share_interval,
    "cell": cell,
    "chance": chance,
    "setting": setting,
    "shown": shown,
    "css_string": css_string,
}
"""What the page may pipe a value through."""
