"""A green model as JSON, beside its booster's own text: everything but the trees."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from models.green.decision import Decision
from models.green.ladder import Ladder
from models.green.vetoes import Veto
from models.reasons import Meaning
from models.relative import Relative
from models.table import Encoder

if TYPE_CHECKING:
    from models.green.model import GreenGradeModel

Kind = TypeVar("Kind", bound="GreenGradeModel")

PARAMETERS = ("decision", "n_estimators", "learning_rate", "random_state")
LEARNT = ("sample_", "vetoed_", "unknown_", "period_")


def state_of(model: "GreenGradeModel") -> dict[str, Any]:
    """What `model.json` says of a fitted model; `restored` reads it."""
    return {
        "kind": "green",
        "grades": np.asarray(model.grades).tolist(),
        "columns": model.encoder_.inputs,
        "categories": model.encoder_.categories,
        "relative": model.encoder_.relative.as_record() if model.encoder_.relative else None,
        "background": list(model.background),
        "ladder": model.ladder_.as_record(),
        "decision_learnt": model.decision_.as_record(),
        "vetoes": [one.as_record() for one in model.vetoes or ()],
        "meanings": {name: asdict(meaning) for name, meaning in (model.meanings or {}).items()},
        "parameters": {name: getattr(model, name) for name in PARAMETERS},
        "learnt": {name: getattr(model, name) for name in LEARNT},
    }


def restored(kind: type[Kind], state: Mapping[str, Any]) -> Kind:
    """The model that a record tells of, still without its trees.

    Raises:
        KeyError, TypeError, ValueError: The record is not whole, or one of an earlier kind.
    """
    record = state["relative"]
    positions = Relative.from_record(record) if record else None
    model = kind(
        relative={"by": record["by"], "columns": record["columns"]} if record else None,
        background=tuple(state["background"]),
        grades=tuple(state["grades"]),
        meanings={name: Meaning(**meaning) for name, meaning in state["meanings"].items()},
        vetoes=tuple(Veto.from_record(one) for one in state["vetoes"]),
        **state["parameters"],
    )
    model.encoder_ = Encoder(state["columns"], state["categories"], positions)
    model.ladder_ = Ladder.from_record(state["ladder"])
    model.decision_ = Decision.from_record(state["decision_learnt"])
    for name in LEARNT:
        setattr(model, name, state["learnt"][name])
    model.classes_, model.n_features_in_ = np.array(state["grades"]), len(state["columns"])
    return model
