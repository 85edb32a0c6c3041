"""Plots for reports, as SVG text to be put inline into a page. Never imported by the service.

    roc_plot(bad, pd_)  →  "<svg …>…</svg>"

Labels are 1 for bad; `pd_` are probabilities of default; points are scores, higher is safer. The same data
give the same bytes, and no id of one plot occurs in another. Reading order, which is the import order:
`curves` (the numbers), `canvas` (how every plot looks), `ranking`, `levels`, `cohorts`, and for the model
report, whose words they are given: `spread` (the numbers of bands), `banded`, `forest`, `effects`.
"""

from models.metrics import wilson
from models.plots.cohorts import roll_rate_plot, vintage_plot
from models.plots.curves import Group, calibration_groups, captured, gains_curve, grouped
from models.plots.levels import calibration_plot, oracle_plot, points_plot, separation_plot
from models.plots.ranking import gains_plot, ks_plot, roc_plot

__all__ = [
    "Group",
    "calibration_groups",
    "calibration_plot",
    "captured",
    "gains_curve",
    "gains_plot",
    "grouped",
    "ks_plot",
    "oracle_plot",
    "points_plot",
    "roc_plot",
    "roll_rate_plot",
    "separation_plot",
    "vintage_plot",
    "wilson",
]
