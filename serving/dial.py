"""The score dial: where a score and its bands lie on a half circle, for an inline SVG."""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

WIDTH, HEIGHT = 320, 178
CENTRE_X, CENTRE_Y, RADIUS = 160.0, 158.0, 126.0
GAP = 0.012
"""Half of the gap between two bands, in radians."""


@dataclass(frozen=True, slots=True)
class Arc:
    """One band on the dial; `place` counts from the best."""

    band: str
    place: int
    path: str
    current: bool
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on the rim."""

    text: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Dial:
    """Everything the template draws."""

    arcs: list[Arc]
    marks: list[Mark]
    needle: str
    width: int = WIDTH
    height: int = HEIGHT


def dial(credit: dict[str, Any]) -> Dial:
    """The dial of the `credit` part of an answer."""
    scale = credit["scale"]
    low, high = scale["lowest"], scale["highest"]
    edges = [high, *(band["from"] for band in scale["bands"])]
    arcs = [
        _arc(
            band["band"],
            place,
            (edges[place + 1] - low) / (high - low),
            (edges[place] - low) / (high - low),
            credit,
        )
        for place, band in enumerate(scale["bands"])
    ]
    marks = [Mark(edge, *_point((edge - low) / (high - low), RADIUS + 22)) for edge in edges]
    return Dial(arcs, marks, _needle((credit["score"] - low) / (high - low)))


def _arc(band: str, place: int, start: float, end: float, credit: dict[str, Any]) -> Arc:
    label_x, label_y = _point((start + end) / 2, RADIUS)
    path = _path(start + GAP / pi, end - GAP / pi)
    return Arc(band, place, path, band == credit["band"], label_x, label_y)


def _path(start: float, end: float) -> str:
    (x0, y0), (x1, y1) = _point(start, RADIUS), _point(end, RADIUS)
    return f"M{x0} {y0}A{RADIUS:g} {RADIUS:g} 0 0 1 {x1} {y1}"


def _needle(share: float) -> str:
    """A small triangle just inside the rim, pointing outwards."""
    tip, width = _point(share, RADIUS - 15), 0.022
    left, right = _point(share - width, RADIUS - 30), _point(share + width, RADIUS - 30)
    return " ".join(f"{x},{y}" for x, y in (tip, left, right))


def _point(share: float, radius: float) -> tuple[float, float]:
    """A point on the half circle: 0 is at the left, 1 at the right."""
    angle = pi * (1 - share)
    return round(CENTRE_X + radius * cos(angle), 1), round(CENTRE_Y - radius * sin(angle), 1)
