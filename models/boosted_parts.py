"""Parts of a scorecard that are boosted: single steps over fine bins, and tables of a few pairs."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.additive import Additive
from models.material import Material, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHAPE: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.1,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 5,
    "min_data_in_bin": 1,
    "lambda_l2": 1.0,
    "monotone_constraints_method": "basic",
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}

STUMPS = {"num_leaves": 2, "max_depth": 1}
"""One question a tree: a sum of such trees is a sum of steps of single variables."""

TWO_QUESTIONS = {"num_leaves": 4, "max_depth": 2}

MOST_ROUNDS, PATIENCE = 500, 50

PAIRS_PATIENCE = 200
"""Tables start from held-out log-odds of single steps, which know a little of each other's folds: the
held-out loss rises at first and falls below its start only later."""

SEARCH_ROUNDS = 40
"""Trees of two questions that look for pairs."""

MOST_PAIRS = 10
"""Tables of two variables: as many as a reviewer can still read."""

WORTH = 0.005
"""Tables must lower the held-out loss by this share, or there are none."""


def boosted_part(material: Material) -> Part:
    """Boosted single steps over the fine bins, monotone where declared (Lou, Caruana, Gehrke 2012)."""
    matrix = _coded(material.places, [cut.bins for cut in material.cuts])
    boosters, rounds, held_out = _boosted(matrix, material, STUMPS)
    sizes = [cut.bins for cut in material.cuts]
    base, steps = _read_steps(boosters, rounds, sizes)
    return Part(Additive(base, steps, [], [], material.inside), held_out)


def paired_part(material: Material, start: Floats) -> Part | None:
    """Tables of the pairs of variables that tell more together, over optimal bins; None where none does.

    Args:
        material: The firms.
        start: Held-out log-odds without pairs, which the tables add to.
    """
    inside = material.inside
    if len(inside) < 2:  # noqa: PLR2004 - a pair
        return None
    coarse = np.column_stack([one[material.places[:, at]] for at, one in enumerate(inside)])
    sizes = [bins.cut.bins for bins in material.bins]
    matrix = _coded(coarse, sizes)
    pairs = _promising(matrix, material, start)
    if not pairs:
        return None
    shape = TWO_QUESTIONS | {
        "interaction_constraints": [list(pair) for pair in pairs],
        "feature_fraction": 1.0,
    }
    boosters, rounds, held_out = _boosted(matrix, material, shape, start, PAIRS_PATIENCE)
    if material.loss(start + held_out) > (1 - WORTH) * material.loss(start):
        return None
    base, steps = _read_steps(boosters, rounds, sizes)
    tables = [_read_table(boosters, rounds, sizes, pair, base, steps) for pair in pairs]
    fine = [added[one] for added, one in zip(steps, inside, strict=True)]
    return Part(Additive(base, fine, pairs, tables, inside), held_out)


def _coded(places: Ints, sizes: list[int]) -> Floats:
    """Bins as numbers in their order; the bin of missing values is missing to the booster too."""
    return np.where(places == np.array(sizes) - 1, np.nan, places.astype(np.float64))


def _boosted(
    matrix: Floats,
    material: Material,
    shape: dict[str, Any],
    start: Floats | None = None,
    patience: int = PATIENCE,
) -> tuple[list[lgb.Booster], int, Floats]:
    """A booster a fold, grown side by side until the held-out loss falls no more; rounds and margins."""
    asked = SHAPE | shape | {"monotone_constraints": material.directions, "num_threads": material.threads}
    whole = lgb.Dataset(
        matrix, material.label, weight=material.weight, init_score=start, params=asked
    ).construct()
    boosters = []
    for place, (learn, check) in enumerate(material.folds):
        drawn = asked | {"seed": len(material.folds) * material.seed + place}
        booster = lgb.Booster(drawn, whole.subset(learn.tolist(), asked))
        boosters.append(booster.add_valid(whole.subset(check.tolist(), asked), "held out"))
    masses = [float(material.weight[check].sum()) for _, check in material.folds]
    rounds = _grown(boosters, masses, patience)
    spoken = [
        np.asarray(booster.predict(matrix[check], raw_score=True, num_iteration=rounds))
        for booster, (_, check) in zip(boosters, material.folds, strict=True)
    ]
    return boosters, rounds, material.gathered(spoken)


def _grown(boosters: list[lgb.Booster], masses: list[float], patience: int) -> int:
    least, best = np.inf, 1
    for at in range(1, MOST_ROUNDS + 1):
        stuck = [booster.update() for booster in boosters]
        loss = float(np.average([booster.eval_valid()[0][2] for booster in boosters], weights=masses))
        if loss < least:
            least, best = loss, at
        if all(stuck) or at - best >= patience:
            break
    return best


def _promising(matrix: Floats, material: Material, start: Floats) -> list[tuple[int, int]]:
    """The pairs that free trees of two questions gain most by, beyond what single steps know."""
    drawn = {"seed": material.seed, "num_threads": material.threads, "feature_fraction": 1.0}
    asked = SHAPE | TWO_QUESTIONS | drawn | {"monotone_constraints": material.directions}
    data = lgb.Dataset(matrix, material.label, weight=material.weight, init_score=start, params=asked)
    trees = lgb.train(asked, data, SEARCH_ROUNDS, keep_training_booster=True).dump_model()["tree_info"]
    gains: defaultdict[tuple[int, int], float] = defaultdict(float)
    for tree in trees:
        for pair, gain in _second_questions(tree["tree_structure"]):
            gains[pair] += gain
    ranked = sorted(gains.items(), key=lambda item: (-item[1], item[0]))
    return [pair for pair, _ in ranked[:MOST_PAIRS]]


def _second_questions(root: dict[str, Any]) -> Iterable[tuple[tuple[int, int], float]]:
    for side in ("left_child", "right_child"):
        child = root.get(side, {})
        first, second = root.get("split_feature"), child.get("split_feature")
        if first is not None and second is not None and first != second:
            yield (min(first, second), max(first, second)), float(child["split_gain"])


def _margin(boosters: list[lgb.Booster], rounds: int, probes: Floats) -> Floats:
    margins = [booster.predict(probes, raw_score=True, num_iteration=rounds) for booster in boosters]
    mean: Floats = np.mean(margins, axis=0)
    return mean


def _read_steps(boosters: list[lgb.Booster], rounds: int, sizes: list[int]) -> tuple[float, list[Floats]]:
    """What the boosters say of the first bin everywhere, and what each other bin of a variable changes."""
    probes = np.zeros((1 + sum(sizes), len(sizes)))
    ends = 1 + np.cumsum(sizes)
    for variable, (end, size) in enumerate(zip(ends, sizes, strict=True)):
        probes[end - size : end - 1, variable] = np.arange(size - 1)
        probes[end - 1, variable] = np.nan
    margins = _margin(boosters, rounds, probes)
    return float(margins[0]), [
        margins[end - size : end] - margins[0] for end, size in zip(ends, sizes, strict=True)
    ]


def _read_table(
    boosters: list[lgb.Booster],
    rounds: int,
    sizes: list[int],
    pair: tuple[int, int],
    base: float,
    steps: list[Floats],
) -> Floats:
    """What each two bins change beyond what each of them changes alone."""
    one, other = pair
    axes = [np.append(np.arange(sizes[variable] - 1.0), np.nan) for variable in pair]
    rows, columns = np.meshgrid(*axes, indexing="ij")
    probes = np.zeros((rows.size, len(sizes)))
    probes[:, one], probes[:, other] = rows.ravel(), columns.ravel()
    margins = _margin(boosters, rounds, probes).reshape(rows.shape)
    table: Floats = margins - base - steps[one][:, None] - steps[other][None, :]
    return table
