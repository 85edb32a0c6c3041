"""Parts of a scorecard that are straight: logistic regression on WoE, and on normal scores of the bins."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtri

from models.additive import Additive
from models.binning import WIDTH, evidence, goods_and_bads, optimal_bins, rising
from models.material import Material, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRENGTHS = (0.3, 3.0, 30.0)
"""Ridge penalties on standardised columns, weak to strong; held-out loss picks one."""

NARROW, FEWEST_OF_A_BIN = WIDTH / 2, 15
"""In a little table the bins of each fold may be half as wide, as long as they hold so many firms: the mean
of many narrow, differing bins is a smooth curve; wide ones miss what the rarer values tell."""


def evidence_part(material: Material) -> Part:
    """Ridge logistic regression on the WoE of optimal bins, no coefficient of the wrong sign."""
    variables = range(len(material.cuts))
    return _best(material, lambda rows: [[_woe(material, at, rows)] for at in variables])


def lines_part(material: Material) -> Part:
    """Ridge logistic regression on the normal score of each fine bin, and on whether a value is missing.

    Bins of 5 % of the firms each cannot tell the far end of a tail from its beginning; a line can. Slopes
    keep declared directions. Categories enter by their WoE.
    """
    scores = [_normal_scores(material, at) for at in range(len(material.cuts))]

    def columns(rows: Ints) -> list[list[Floats]]:
        return [own or [_woe(material, at, rows)] for at, own in enumerate(scores)]

    return _best(material, columns)


def _normal_scores(material: Material, at: int) -> list[Floats]:
    """Minus the normal score of each bin's middle firm, and the missing bin marked; none for a category."""
    cut = material.cuts[at]
    if cut.members is not None:
        return []
    mass = np.bincount(material.places[:, at], material.weight, minlength=cut.bins)
    known = mass[:-1] + 1e-9
    middle = (np.cumsum(known) - known / 2) / known.sum()
    return [np.append(-ndtri(middle), 0.0), np.append(np.zeros(len(known)), -1.0)]


def _woe(material: Material, at: int, rows: Ints) -> Floats:
    """WoE of each fine bin of a variable, from some of the firms.

    That of the optimal bin around it; in a little table these firms choose the optimal bins themselves, so
    that the others are judged by bins that they had no part in.
    """
    cut, label, weight = material.cuts[at], material.label[rows], material.weight[rows]
    direction, places = material.directions[at], material.places[rows, at]
    if material.little:
        codes = np.append(np.arange(cut.bins - 1.0), np.nan)
        words = 0 if cut.members is None else cut.bins - 1
        width = min(WIDTH, max(NARROW, FEWEST_OF_A_BIN / len(rows)))
        found = optimal_bins(codes[places], label, weight, direction, words, width)
        return np.zeros(cut.bins) if isinstance(found, str) else found.woe[found.cut.places(codes)]
    inside = material.inside[at]
    goods, bads = goods_and_bads(inside[places], label, weight, material.bins[at].cut.bins)
    return rising(evidence(goods, bads), goods + bads, direction)[inside]


def _best(material: Material, columns: Callable[[Ints], list[list[Floats]]]) -> Part:
    """The mean over folds at the strength whose held-out loss is least.

    Args:
        material: The firms.
        columns: What the firms at hand make of each variable: the values of its bins, higher is safer, in one
            column or several.
    """
    drawn = [columns(learn) for learn, _ in material.folds]
    tried = [_ridged(material, drawn, strength) for strength in STRENGTHS]
    return min(tried, key=lambda part: material.loss(part.held_out))


def _ridged(material: Material, drawn: list[list[list[Floats]]], strength: float) -> Part:
    spoken, bases = [], []
    steps = [np.zeros(cut.bins) for cut in material.cuts]
    for (learn, check), columns in zip(material.folds, drawn, strict=True):
        flat = [(at, values) for at, ones in enumerate(columns) for values in ones]
        table = np.column_stack([values[material.places[:, at]] for at, values in flat])
        bounds = _bounds(material, columns)
        base, slopes = _ridge(table[learn], material.label[learn], material.weight[learn], strength, bounds)
        spoken.append(base - table[check] @ slopes)
        bases.append(base)
        for (at, values), slope in zip(flat, slopes, strict=True):
            steps[at] -= slope * values / len(material.folds)
    sum_ = Additive(float(np.mean(bases)), steps, [], [], material.inside)
    return Part(sum_, material.gathered(spoken))


def _bounds(material: Material, columns: list[list[Floats]]) -> list[tuple[float | None, float | None]]:
    """WoE never counts the wrong way round, a normal score only as declared, missing either way."""
    free, positive, negative = (None, None), (0.0, None), (None, 0.0)
    bounds: list[tuple[float | None, float | None]] = []
    for direction, ones in zip(material.directions, columns, strict=True):
        if len(ones) == 1:
            bounds.append(positive)
        else:
            bounds += [{1: positive, -1: negative}.get(direction, free), free]
    return bounds


def _ridge(
    table: Floats,
    label: Ints,
    weight: Floats,
    strength: float,
    bounds: list[tuple[float | None, float | None]],
) -> tuple[float, Floats]:
    """Constant and slopes of good over bad, within bounds."""
    mean = np.average(table, axis=0, weights=weight)
    spread = np.sqrt(np.average((table - mean) ** 2, axis=0, weights=weight))
    spread = np.where(spread > 0, spread, 1.0)
    scaled = (table - mean) / spread

    def loss(found: Floats) -> tuple[float, Floats]:
        margin = found[0] - scaled @ found[1:]
        residual = weight * (1 / (1 + np.exp(-margin)) - label)
        value = weight @ (np.logaddexp(0, margin) - label * margin) + strength / 2 * found[1:] @ found[1:]
        return float(value), np.append(residual.sum(), strength * found[1:] - scaled.T @ residual)

    rate = float(np.average(label, weights=weight))
    start = np.append(np.log(rate / (1 - rate)), np.zeros(table.shape[1]))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds]).x
    slopes = found[1:] / spread
    return float(found[0] + mean @ slopes), slopes
