"""Samples to learn from: features as of each loan's application, and what became of the loan."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pandas as pd

from features.catalogue import load_catalogue
from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.lake import Receipt, batch_path, receipts
from features.session import Session
from features.uscc import are_valid
from models.label_rules import LabelRules
from models.labels import loan_outcomes
from models.reasons import Meaning
from pipelines.recipe import Recipe


def collected(home: Home) -> set[str]:
    """Sources of which the lake holds at least one batch."""
    return {name for name in load_catalogue() if any(receipts(home, name))}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which firms and sources a run is about.

    Coded firms (recipes with key `uscc`) are those of the whole lake, because departments deliver month by
    month; the firms of a research recipe are those that its own files name, because its ids mean nothing
    elsewhere. So both may lie in one home.
    """

    known_from: pd.Series
    """Firm → the day on which anything of it was known first."""
    sources: frozenset[str]
    newest: pd.Timestamp
    research: str | None = None
    """Name of a research recipe; None for coded firms."""
    label_rules: LabelRules | None = None
    """What counts as default on the recipe's loan tape; None for `models/label_rules.yaml`."""
    model_settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the credit model where the recipe's differ from its defaults."""
    data: str = ""
    """Digest of the batches that the lake held: what was made of others may differ."""

    def registered(self, model: str) -> str:
        """Name under which a model of these firms is registered: research takes no champion's place."""
        return f"{model}_{self.research}" if self.research else model

    def usable(self, features: tuple[AnyFeature, ...]) -> tuple[AnyFeature, ...]:
        """The features whose sources are all there; the others would be missing for every firm."""
        return tuple(one for one in features if self.sources.issuperset(one.sources))

    @property
    def firms(self) -> pd.Series:
        """Every firm, whenever it was known first."""
        return self.known_from.index.to_series(index=range(len(self.known_from)))

    def firms_on(self, day: pd.Timestamp) -> pd.Series:
        """The firms of which anything was known on a day."""
        return self.firms[(self.known_from <= day).to_numpy()]

    def spine(self, day: pd.Timestamp) -> pd.DataFrame:
        """Every firm that was known on one day."""
        return pd.DataFrame({"entity_id": self.firms_on(day), "as_of": day})


def scope_of(home: Home, recipe: Recipe, collected_now: list[Receipt]) -> Scope:
    """The scope of a run whose files were just collected.

    Raises:
        ModelError: No firm is named at all.
    """
    research = recipe.name if recipe.key == "research" else None
    if research:
        batches = collected_now
    else:
        batches = [receipt for name in sorted(collected(home)) for receipt in receipts(home, name)]
    session = Session(home)
    paths = [str(batch_path(home, receipt.source, receipt.batch)) for receipt in batches]
    firms, newest = session.firms_of(paths)
    if recipe.key == "uscc":
        firms = firms[_are_coded(firms)]
    if firms.empty:
        raise ModelError(f"{home.lake}: the lake names no firm; collect a recipe first")
    sources = frozenset(receipt.source for receipt in batches)
    return Scope(firms, sources, newest, research, recipe.label_rules, recipe.model, digest_of(batches))


def whole_lake(home: Home) -> Scope:
    """Every firm and source of a lake: coded firms, or those of research data where there are no others.

    Raises:
        ModelError: No firm is named at all.
    """
    sources = sorted(collected(home))
    batches = [receipt for name in sources for receipt in receipts(home, name)]
    firms, newest = (
        Session(home).firms_of([str(batch_path(home, receipt.source, receipt.batch)) for receipt in batches])
        if batches
        else (pd.Series(dtype="datetime64[ns]"), pd.NaT)
    )
    coded = firms[_are_coded(firms)]
    if firms.empty:
        raise ModelError(f"{home.lake}: the lake names no firm; collect a recipe first")
    return Scope(coded if len(coded) else firms, frozenset(sources), newest, data=digest_of(batches))


def digest_of(batches: Sequence[Receipt]) -> str:
    """A name of these batches and no others, in any order."""
    named = sorted([receipt.source, receipt.batch] for receipt in batches)
    return sha256(json.dumps(named).encode()).hexdigest()[:16]


def _are_coded(firms: pd.Series) -> Any:
    return are_valid(firms.index.to_series()).to_numpy()


def outcomes_as_of(home: Home, day: pd.Timestamp, rules: LabelRules | None = None) -> pd.DataFrame:
    """What became of every loan, as known on a day; None for the rules of `models/label_rules.yaml`."""
    return loan_outcomes(Session(home), day, rules)


def meanings(features: tuple[AnyFeature, ...]) -> dict[str, Meaning]:
    """What the model and its readers must know of each feature."""
    catalogue = load_catalogue()
    return {
        one.name: Meaning(
            zh=one.zh,
            en=one.en,
            lowers=one.lowers,
            raises=one.raises,
            unit=one.unit,
            source="、".join(catalogue[source].zh for source in one.sources),
            department=catalogue[one.source].department,
            reason=one.reason,
            monotone=one.monotone,
            sources=one.sources,
        )
        for one in features
    }
