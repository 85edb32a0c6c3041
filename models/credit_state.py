"""A credit model as JSON, beside its booster's own text: everything but the trees."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models.calibration import Calibration
from models.reasons import Meaning
from models.relative import Relative
from models.scale import Bands, Scale
from models.table import Encoder

if TYPE_CHECKING:
    from models.credit import CreditModel

SHAPE = ("num_leaves", "max_depth", "min_data_in_leaf", "lambda_l2", "feature_fraction")
"""LightGBM's parameters that a user may set."""

KEPT = ("n_estimators", "learning_rate", *SHAPE, "calibration", "long_run_rate")
"""Parameters that have no other place in the record."""


def state_of(model: "CreditModel") -> dict[str, Any]:
    """What `model.json` says of a fitted model; `restored` reads it."""
    return {
        "kind": "credit",
        "columns": model.encoder_.inputs,
        "categories": model.encoder_.categories,
        "relative": model.encoder_.relative.as_record() if model.encoder_.relative else None,
        "classes": model.classes_.tolist(),
        "calibration": model.calibration_.as_record(),
        "scale": asdict(model.points_scale),
        "bands": asdict(model.points_bands),
        "meanings": {name: asdict(meaning) for name, meaning in (model.meanings or {}).items()},
        "monotone": dict(model.monotone or {}),
        "trees": model.trees_,
        "small_sample": model.small_sample_,
        "sample": model.sample_,
        "period": model.period_,
        "parameters": {name: getattr(model, name) for name in KEPT},
        "random_state": model.random_state,
    }


def restored(kind: "type[CreditModel]", state: Mapping[str, Any]) -> "CreditModel":
    """The model that a record tells of, still without its trees.

    Raises:
        KeyError, TypeError, ValueError: The record is not whole.
    """
    bands = Bands(tuple(state["bands"]["names"]), tuple(state["bands"]["floors"]))
    # what older records do not name yet: positions within the industry, directions, classes
    record = state.get("relative")
    model = kind(
        meanings={name: Meaning(**meaning) for name, meaning in state["meanings"].items()},
        monotone=state.get("monotone") or None,
        relative={"by": record["by"], "columns": record["columns"]} if record else None,
        scale=Scale(**state["scale"]),
        band_floors=bands,
        random_state=state["random_state"],
        **state["parameters"],
    )
    positions = Relative.from_record(record) if record else None
    model.encoder_ = Encoder(state["columns"], state["categories"], positions)
    model.calibration_ = Calibration.from_record(state["calibration"])
    model.classes_, model.n_features_in_ = np.array(state.get("classes", [0, 1])), len(state["columns"])
    model.trees_, model.small_sample_ = state["trees"], state["small_sample"]
    model.sample_, model.period_ = state["sample"], state["period"]
    return model
