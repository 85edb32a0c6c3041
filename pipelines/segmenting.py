"""How firms are told apart when a model is judged: by industry, kind, size, district and age."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from features.errors import RequestError

DISTRICTS = {
    "330500": "市本级",
    "330502": "吴兴区",
    "330503": "南浔区",
    "330521": "德清县",
    "330522": "长兴县",
    "330523": "安吉县",
}
HEADS = [0, 10, 50, 300, float("inf")]
HEADS_ZH = ["不足 10 人", "10–49 人", "50–299 人", "300 人以上"]
FEW = 8
"""Different numbers of a column up to which each is a segment of its own."""

AGES = [0, 36, 120, float("inf")]
AGES_ZH = ["不足 3 年", "3–10 年", "10 年以上"]


def segments_of(table: pd.DataFrame) -> pd.DataFrame:
    """The words of each row's segments, from features that are there.

    Args:
        table: Features, one row a loan or firm.

    Returns:
        `industry` (section letter of GB/T 4754-2017), `kind`, `district`, `size` (insured persons; the
        statutory size class needs revenue and industry together and belongs to the measures) and `age`, as
        far as the table has their features; missing where it is not known of a firm.
    """
    makers: dict[str, tuple[str, Callable[[pd.Series], pd.Series]]] = {
        "industry": ("industry_division", lambda values: values.astype("str").str[:1]),
        "kind": ("entity_type", _as_text),
        "district": ("district", lambda values: values.map(DISTRICTS)),
        "size": ("headcount_latest", lambda values: _cut(values, HEADS, HEADS_ZH)),
        "age": ("firm_age_months", lambda values: _cut(values, AGES, AGES_ZH)),
    }
    words = {
        name: make(table[column]).where(table[column].notna())
        for name, (column, make) in makers.items()
        if column in table
    }
    return pd.DataFrame(words, index=table.index)


def own_segments(cells: pd.DataFrame) -> pd.DataFrame:
    """The words of each row's segments, from columns of a table of one's own.

    Numbers of many values are cut into four ranges of about equal size.

    Raises:
        RequestError: A column holds dates: its months are told apart by `--time` already.
    """
    return pd.DataFrame({str(name): _own_words(cells[name]) for name in cells}, index=cells.index)


def _own_words(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        raise RequestError(f"--segment '{cells.name}': it holds dates; expected words or numbers")
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        return cells.astype("str").where(cells.notna())
    if cells.nunique() <= FEW:
        return cells.map(lambda value: f"{value:g}", na_action="ignore").astype("str").where(cells.notna())
    edges = np.unique(cells.quantile([0.25, 0.5, 0.75]))
    names = [f"≤ {edges[0]:g}", *(f"{low:g} – {high:g}" for low, high in pairwise(edges)), f"> {edges[-1]:g}"]
    return pd.cut(cells, [-np.inf, *edges, np.inf], labels=names).astype("str").where(cells.notna())


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype("str")


def _cut(values: pd.Series, edges: list[float], names: list[str]) -> "pd.Series[Any]":
    return pd.cut(values, edges, right=False, labels=names).astype("str")
