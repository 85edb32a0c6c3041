"""How firms are told apart when a model is judged: by industry, kind, size, district and age."""

from collections.abc import Callable
from typing import Any

import pandas as pd

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


def _as_text(values: pd.Series) -> pd.Series:
    return values.astype("str")


def _cut(values: pd.Series, edges: list[float], names: list[str]) -> "pd.Series[Any]":
    return pd.cut(values, edges, right=False, labels=names).astype("str")
