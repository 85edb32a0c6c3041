"""What a champion reads, as it is defined today."""

from typing import Any

from features.definitions import CREDIT
from features.errors import ModelError
from features.feature import AnyFeature
from models.labels import named
from models.scored import ScoredClassifier
from pipelines.sample import Scope

SEGMENT_FEATURES = ("industry_division", "entity_type", "district", "headcount_latest", "firm_age_months")
"""What `pipelines.segmenting.segments_of` reads, whether the model reads it or not."""


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


def _inputs(model: Any) -> list[str]:
    """The columns of a table that a model reads, in its order."""
    encoder = getattr(model, "encoder_", None)
    return [str(name) for name in (encoder.inputs if encoder is not None else model.feature_names_in_)]
