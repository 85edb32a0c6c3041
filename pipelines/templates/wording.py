"""How the report writes names, numbers, facts and sentences in Chinese; the words lie in `words.yaml`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from features.yaml_text import read_yaml
from models.metrics import Estimate


@cache
def words() -> dict[str, Any]:
    """Chinese words for names that code and files carry in English."""
    loaded: dict[str, Any] = read_yaml((files("pipelines.templates") / "words.yaml").read_text("utf-8"))
    return loaded


def known(value: object) -> bool:
    """Whether there is a value at all."""
    return value is not None and not pd.isna(value)


def share(value: Any, digits: int = 1) -> str:
    """A share in per cent; a dash where it is unknown.

    >>> share(0.1234), share(None), share(float("inf"))
    ('12.3%', '—', '—')
    """
    return f"{value:.{digits}%}" if known(value) and np.isfinite(value) else "—"


def number(value: Any, digits: int = 0) -> str:
    """A number with separators; a dash where it is unknown.

    >>> number(373431), number(1.234, 2), number(float("nan"))
    ('373,431', '1.23', '—')
    """
    return f"{value:,.{digits}f}" if known(value) and np.isfinite(value) else "—"


def interval(estimate: Estimate, digits: int = 3) -> str:
    """The interval alone.

    >>> interval(Estimate(0.8, 0.7512, 0.85))
    '0.751 – 0.850'
    """
    return f"{number(estimate.low, digits)} – {number(estimate.high, digits)}"


def shown(value: object) -> str:
    """Text; a dash where it is unknown."""
    return str(value) if known(value) else "—"


def word(name: object, kind: str) -> str:
    """The Chinese word for a name, or the name itself."""
    return str(words()[kind].get(str(name), shown(name)))


def fact(value: object, name: str) -> str:
    """The value of a fact with its unit, in Chinese.

    >>> fact("3000000", "loan_amount_cny"), fact("0.0435", "annual_rate"), fact("MEDIUM", "green_grade")
    ('3,000,000.00 元', '4.35%', '中绿')
    """
    if not known(value):
        return "—"
    if name.endswith("_cny"):
        return f"{number(float(str(value)), 2)} 元"
    if name.endswith("_rate"):
        return share(float(str(value)), 2)
    return word(value, "grades" if name.endswith("grade") else "values")


def in_chinese(sentence: str, names: Mapping[str, str]) -> str:
    """A rule or a finding in Chinese; names of columns by `names`. What is not known stays as it is.

    >>> in_chinese("amount_cny: is missing", {"amount_cny": "金额"})
    '金额：缺失'
    """
    for pattern, chinese in words()["sentences"]:
        if found := re.fullmatch(pattern, sentence):
            told = chinese.format(*(names.get(part, part) for part in found.groups()))
            return str(told.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD"))
    return sentence


FILTERS = {
    "share": share,
    "number": number,
    "interval": interval,
    "shown": shown,
    "fact": fact,
    "zh": in_chinese,
    "word": word,
}
"""What the page may pipe a value through."""
