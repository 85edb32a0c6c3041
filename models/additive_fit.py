"""How the steps of a scorecard are found: WoE with logistic regression, refined, and a few pairs.

Every part learns from four fifths of the firms at a time and speaks of the rest; the mean of the five is what
is kept, and what they say of firms that they have not seen decides how much each part counts. So a table of
few firms stays near plain WoE, and one of many gets the detail that it bears.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.additive import Additive, centred
from models.boosted_parts import boosted_part, paired_part
from models.material import Material, Part
from models.ridge_parts import evidence_part, lines_part

Floats = NDArray[np.float64]


def fit_additive(material: Material) -> Part:
    """The log-odds as a sum of steps and tables, uncalibrated, and its held-out margins."""
    if not material.cuts:
        return _average(material)
    parts = [evidence_part(material), lines_part(material), boosted_part(material)]
    whole = _stacked(parts, material)
    pairs = paired_part(material, whole.held_out)
    if pairs is not None:
        whole = Part(_joined(whole.sum, pairs.sum), whole.held_out + pairs.held_out)
    return Part(centred(whole.sum, material.places, material.weight), whole.held_out)


def plain_additive(material: Material) -> Part:
    """Logistic regression on WoE alone."""
    if not material.cuts:
        return _average(material)
    part = evidence_part(material)
    return Part(centred(part.sum, material.places, material.weight), part.held_out)


def _average(material: Material) -> Part:
    """No variable has a say: all firms are as the average."""
    rate = float(np.average(material.label, weights=material.weight))
    log_odds = float(np.log(rate / (1 - rate)))
    return Part(Additive(log_odds, [], [], [], []), np.full(len(material.label), log_odds))


def _stacked(parts: list[Part], material: Material) -> Part:
    """Parts summed, each as much as held-out firms say, never less than nothing (Breiman 1996)."""
    margins, label, weight = (
        np.column_stack([part.held_out for part in parts]),
        material.label,
        material.weight,
    )

    def loss(found: Floats) -> tuple[float, Floats]:
        margin = margins @ found[1:] + found[0]
        residual = weight * (1 / (1 + np.exp(-margin)) - label)
        value = weight @ (np.logaddexp(0, margin) - label * margin)
        return float(value), np.append(residual.sum(), margins.T @ residual)

    start = np.append(0.0, np.full(len(parts), 1 / len(parts)))
    bounds = [(None, None), *[(0.0, None)] * len(parts)]
    constant, *counts = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    whole = Additive(float(constant), [np.zeros(cut.bins) for cut in material.cuts], [], [], material.inside)
    for part, count in zip(parts, counts, strict=True):
        whole = _joined(whole, part.sum.scaled(float(count), 0.0))
    return Part(whole, margins @ np.array(counts) + constant)


def _joined(one: Additive, other: Additive) -> Additive:
    """The sum of both."""
    return Additive(
        one.base + other.base,
        [first + second for first, second in zip(one.steps, other.steps, strict=True)],
        one.pairs + other.pairs,
        one.tables + other.tables,
        one.inside,
    )
