"""What the green report draws: how true the chances of each step are."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from models.green.judging import Judged
from models.plots.canvas import BLUE, GREY, SKY, VERMILION, Key, draw, key, name_axes, percent_axes

MOST_GROUPS, ROWS_A_GROUP = 8, 40
COLOURS = (BLUE, VERMILION, SKY, GREY)
STYLES = ("-", "--", ":", "-")

Say = Callable[..., str]


def step_reliability(judged: Judged, names: Sequence[str], say: Say) -> str:
    """Observed against predicted share that reaches each grade, in groups of equal size by the chance.

    Args:
        judged: Held-out rows.
        names: Of the grades but the lowest.
        say: Words of the plot.
    """

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.0)
        entries: list[Key] = []
        for step, name in enumerate(names, start=1):
            predicted, observed = _groups(judged, step)
            colour, style = COLOURS[(step - 1) % len(COLOURS)], STYLES[(step - 1) % len(STYLES)]
            axes.plot(predicted, observed, color=colour, linestyle=style, marker="o", markersize=4.5)
            entries.append((name, colour, style))
        percent_axes(axes)
        name_axes(axes, say("predicted"), say("observed"))
        key(axes, entries[: len(COLOURS)])

    return draw("steps", say("steps_title"), paint)


def _groups(judged: Judged, step: int) -> tuple[list[float], list[float]]:
    chance, reached = judged.above[:, step - 1], judged.truth >= step
    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, max(1, min(MOST_GROUPS, len(order) // ROWS_A_GROUP)))
    return (
        [float(chance[rows].mean()) for rows in parts],
        [float(reached[rows].mean()) for rows in parts],
    )
