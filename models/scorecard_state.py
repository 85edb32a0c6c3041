"""A scorecard as JSON: its bins, their counts, its points, and how its columns are read."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from models.additive import Additive
from models.binning import Bins, Cut
from models.reasons import Meaning
from models.scale import Bands, Scale
from models.table import Encoder

if TYPE_CHECKING:
    from models.scorecard import WoeScorecard

PARAMETERS = ("iv_floor", "refined", "long_run_rate", "random_state", "n_jobs")


def state_of(model: "WoeScorecard") -> dict[str, Any]:
    """What `scorecard.json` says of a fitted scorecard; `restored` reads it."""
    return {
        "kind": "scorecard",
        "columns": model.encoder_.inputs,
        "categories": model.encoder_.categories,
        "classes": model.classes_.tolist(),
        "variables": model.variables_,
        "failed": model.failed_,
        "bins": {name: _bins_record(bins) for name, bins in model.bins_.items()},
        "cuts": [_cut_record(cut) for cut in model.cuts_],
        "counts": [[goods.tolist(), bads.tolist()] for goods, bads in model.counts_],
        "log_odds": model.sum_.as_record(),
        "scale": asdict(model.points_scale),
        "bands": asdict(model.points_bands),
        "meanings": {name: asdict(meaning) for name, meaning in (model.meanings or {}).items()},
        "monotone": dict(model.monotone or {}),
        "sample": model.sample_,
        "period": model.period_,
        "parameters": {name: getattr(model, name) for name in PARAMETERS},
    }


def restored(kind: "type[WoeScorecard]", state: Mapping[str, Any]) -> "WoeScorecard":
    """The scorecard that a record tells of.

    Raises:
        KeyError, TypeError, ValueError: The record is not whole.
    """
    model = kind(
        meanings={name: Meaning(**meaning) for name, meaning in state["meanings"].items()},
        monotone=state["monotone"] or None,
        scale=Scale(**state["scale"]),
        band_floors=Bands(tuple(state["bands"]["names"]), tuple(state["bands"]["floors"])),
        **state["parameters"],
    )
    model.encoder_ = Encoder(state["columns"], state["categories"])
    model.classes_, model.n_features_in_ = np.array(state["classes"]), len(state["columns"])
    model.variables_, model.failed_ = list(state["variables"]), dict(state["failed"])
    model.bins_ = {name: _bins(record) for name, record in state["bins"].items()}
    model.cuts_ = [_cut(record) for record in state["cuts"]]
    model.counts_ = [(np.array(goods), np.array(bads)) for goods, bads in state["counts"]]
    model.sum_ = Additive.from_record(state["log_odds"])
    model.sample_, model.period_ = state["sample"], state["period"]
    sizes = [len(added) for added in model.sum_.steps]
    if not len(model.variables_) == len(model.cuts_) == len(sizes):
        raise ValueError(f"{len(model.variables_)} variables, {len(model.cuts_)} cuts and {len(sizes)} steps")
    if [cut.bins for cut in model.cuts_] != sizes:
        raise ValueError("bins and points differ in their number")
    return model


def _cut_record(cut: Cut) -> dict[str, Any]:
    return {"edges": list(cut.edges), "members": None if cut.members is None else list(cut.members)}


def _cut(record: Mapping[str, Any]) -> Cut:
    members = record["members"]
    return Cut(tuple(record["edges"]), None if members is None else tuple(members))


def _bins_record(bins: Bins) -> dict[str, Any]:
    told = {name: getattr(bins, name).tolist() for name in ("goods", "bads", "woe")}
    return {"cut": _cut_record(bins.cut)} | told


def _bins(record: Mapping[str, Any]) -> Bins:
    return Bins(_cut(record["cut"]), *(np.array(record[name]) for name in ("goods", "bads", "woe")))
