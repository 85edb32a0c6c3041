"""Scored loans of a home: what a model would have said on the day of each application, and the outcome."""

from typing import Any

import numpy as np
import pandas as pd

from features.assemble import Watch
from features.definitions import CREDIT
from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.groups import company_groups
from models.labels import named
from models.scored import ScoredClassifier
from pipelines.learning import loan_rows
from pipelines.sample import Scope, outcomes_as_of

SEGMENT_FEATURES = ("industry_division", "entity_type", "district", "headcount_latest", "firm_age_months")
"""What `pipelines.segmenting.segments_of` reads, whether the model reads it or not."""

COLUMNS = ("entity_id", "bank", "application_date", "window_end", "grey")


def scored_loans(
    home: Home,
    scope: Scope,
    model: ScoredClassifier,
    day: pd.Timestamp,
    since: pd.Timestamp | None = None,
    watch: Watch = lambda _source: None,
) -> pd.DataFrame:
    """The loans applied for until a day, each with the model's probability of default as of its application.

    Args:
        home: Whose lake.
        scope: Which sources are there, and what counts as default.
        model: Whose probabilities; see `models.registry.load_version`.
        day: Outcomes are as known on it.
        since: Only loans applied for on or after it; None for all.
        watch: Told of every source whose features are done.

    Returns:
        Indexed by `loan_id`: `entity_id`, `bank`, `application_date`, `window_end`, `bad` (Int64; missing
        while nobody knows), `grey`, `pd_`, `seen` (the model learnt from that time), `group`, and the words
        of `segments_of`, as far as the lake tells them. No rows where no loan was applied for.

    Raises:
        ModelError: The model reads a feature that is not defined any more, or one of a source that was never
            collected.
    """
    features = read_by(model, scope)
    outcomes = outcomes_as_of(home, day, scope.label_rules)
    outcomes = outcomes[outcomes["application_date"] <= day]
    if since is not None:
        outcomes = outcomes[outcomes["application_date"] >= since]
    if outcomes.empty:
        return _nothing(outcomes)
    # What is not known yet is no default to `loan_rows`; its labels are not used here.
    asked = outcomes.assign(bad=outcomes["bad"].fillna(value=False))
    wanted = (*features, *_beside(features, scope))
    rows = loan_rows(home, wanted, asked, company_groups(Session(home), day), watch)
    risk = model.predict_proba(rows.table[[one.name for one in features]])[:, 1]
    told = outcomes[list(COLUMNS)].assign(
        bad=outcomes["bad"].astype("Int64"),
        pd_=risk,
        seen=seen_by(model, outcomes["application_date"]),
        group=rows.groups,
    )
    return told.join(rows.segments)


def read_by(model: ScoredClassifier, scope: Scope) -> tuple[AnyFeature, ...]:
    """The features that a model reads, as they are defined today.

    Raises:
        ModelError: One is not defined any more, or its source was never collected.
    """
    names = _inputs(model)
    defined = {one.name: one for one in CREDIT}
    if unknown := [name for name in names if name not in defined]:
        raise ModelError(
            f"the model reads {len(unknown)} of its {len(names)} features that are not defined any more: "
            f"{named(unknown)}; train a model of today's features, or go back to the version that made it"
        )
    features = tuple(defined[name] for name in names)
    if lacking := sorted({source for one in features for source in one.sources} - scope.sources):
        raise ModelError(
            f"the model reads features of {len(lacking)} sources of which nothing was ever collected: "
            f"{named(lacking)}"
        )
    return features


def seen_by(model: ScoredClassifier, applied: pd.Series) -> "pd.Series[bool]":
    """Whether each application is of the time that a model learnt from; false where it does not tell."""
    period = getattr(model, "period_", None)
    if period is None:
        return pd.Series(data=False, index=applied.index)
    return applied <= pd.Timestamp(period[1])


def _inputs(model: Any) -> list[str]:
    """The columns of a table that a model reads, in its order."""
    encoder = getattr(model, "encoder_", None)
    return [str(name) for name in (encoder.inputs if encoder is not None else model.feature_names_in_)]


def _beside(features: tuple[AnyFeature, ...], scope: Scope) -> tuple[AnyFeature, ...]:
    """The features by which loans are told apart that the model does not read itself."""
    read = {one.name for one in features}
    return tuple(one for one in scope.usable(CREDIT) if one.name in SEGMENT_FEATURES and one.name not in read)


def _nothing(outcomes: pd.DataFrame) -> pd.DataFrame:
    bad = pd.Series(index=outcomes.index, dtype="Int64")
    return outcomes[list(COLUMNS)].assign(
        bad=bad,
        pd_=np.empty(0),
        seen=np.empty(0, dtype=bool),
        group=outcomes["entity_id"],
        **{name: pd.Series(index=outcomes.index, dtype="str") for name in ("industry", "size", "district")},
    )
