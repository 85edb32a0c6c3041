"""Which firms are small or micro, by the measures' own standard and what is known on the day."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from features.session import Session
from pipelines.firm_facts import facts_in
from serving.policy import FactError, Facts
from serving.policy.kinds import SizeClass
from serving.policy.law import Law, Parameters
from serving.policy.size import sizing

INDICATORS = ("entity_type", "industry", "employees", "revenue_cny", "revenue_months", "assets_cny")
TOLD_BY = frozenset({"registration", "social_insurance", "tax_declaration", "annual_report"})
"""The sources of what the size standard asks."""


def firm_sizes(session: Session, there: set[str], day: date, parameters: Parameters) -> pd.DataFrame:
    """`entity_id` and `is_small_micro` of every firm: missing where the size is unknown."""
    law = parameters.on(day)
    told = facts_in(session, TOLD_BY & there, lambda name: int(getattr(law, name)))
    remembered: dict[tuple[Any, ...], bool | None] = {}
    sizes = []
    for entity, *values in with_none(told.reindex(columns=INDICATORS)).itertuples():
        key = tuple(values)
        if key not in remembered:
            remembered[key] = is_small_micro(dict(zip(INDICATORS, key, strict=True)), law)
        sizes.append((entity, remembered[key]))
    return pd.DataFrame(sizes, columns=["entity_id", "is_small_micro"]).astype({"is_small_micro": "boolean"})


def with_none(table: pd.DataFrame) -> pd.DataFrame:
    """The same table of plain Python values: None where there is none, days as days."""
    return pd.DataFrame(
        {name: pd.Series([_plain(value) for value in table[name]], dtype="object") for name in table}
    ).set_axis(table.index)


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if isinstance(value, np.generic) else value


def is_small_micro(indicators: dict[str, Any], law: Law) -> bool | None:
    """Whether a firm is small or micro; None while its size is unknown or its figures cannot be."""
    try:
        facts = Facts.from_dict({name: value for name, value in indicators.items() if value is not None})
        outcome = sizing(facts, law).outcome
    except FactError:
        return None
    return None if outcome == "UNKNOWN" else outcome in (SizeClass.MICRO, SizeClass.SMALL)
