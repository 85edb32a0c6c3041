"""The plots of a figure: the city by month, and the districts in one month."""

from collections.abc import Sequence
from decimal import Decimal

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from models.plots.canvas import BLUE, GREY, INK, SKY, VERMILION, draw, key, name_axes
from pipelines.city_report.told import ALL, Point, Told
from pipelines.city_report.words import SCALES, Words

LARGEST_OF_SCALE = 3
"""A target so many times the largest value would press the values flat: it is told in words alone."""
MOST_TICKS = 7
ROW = 0.52
"""Height of a district's bar, in inches."""


def month_plot(told: Told, words: Words) -> str:
    """The city's value by month: a line for what stands, bars for what happens; open where reports lack."""
    points = told.of(ALL)
    unit = words.unit(told.figure, [point.value for point in points])
    values = [_scaled(point.value, unit) for point in points]
    known = [place for place, value in enumerate(values) if value is not None]
    target = _target(told, points, unit)

    def paint(axes: Axes) -> None:
        entries = [(words("whole_mark"), BLUE, "-" if _is_line(told) else "fill")]
        (_line if _is_line(told) else _bars)(axes, points, values)
        if any(not points[place].whole for place in known):
            entries.append((words("open_mark"), SKY, "o" if _is_line(told) else "fill"))
        if target is not None and told.target:
            axes.axhline(target, color=VERMILION, linestyle="--", linewidth=1.6)
            shown = words.amount(told.figure, told.target.value)
            entries.append((words("target_mark", value=shown), VERMILION, "--"))
        _name_months(axes, points, words)
        top = max([values[place] or 0.0 for place in known] + [target or 0.0], default=0.0)
        axes.set_ylim(0, 1.1 * top or 1)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=unit == "count"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.10g}"))
        name_axes(axes, words("month"), words(f"units.{unit}"))
        key(axes, entries)

    name = words(f"figures.{told.figure.key}.name")
    return draw(f"{told.figure.key}-months", f"{name}：{words('by_month')}", paint)


def district_plot(told: Told, words: Words) -> str | None:
    """The districts in the latest whole month, largest first; None where none has a value."""
    latest = told.latest
    if latest is None:
        return None
    points = [
        point
        for point in told.points
        if point.month == latest.month and point.district != ALL and point.value is not None
    ]
    if not points:
        return None
    points.sort(key=lambda point: (point.value, point.district))
    unit = words.unit(told.figure, [point.value for point in points])
    values = [_scaled(point.value, unit) or 0.0 for point in points]

    def paint(axes: Axes) -> None:
        axes.barh(range(len(points)), values, color=BLUE, height=0.62)
        axes.set_yticks(range(len(points)), [words.district(point.district) for point in points])
        most = max(values) or 1
        for place, point in enumerate(points):
            shown = words.number(unit, point.value)
            axes.text(values[place] + 0.015 * most, place, shown, va="center", color=INK)
        axes.set_xlim(0, 1.22 * most)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=unit == "count"))
        axes.set_xlabel(words(f"units.{unit}"), labelpad=6)

    height = max(1.6, ROW * len(points) + 0.9)
    room = {"left": 0.185, "right": 0.985, "bottom": 0.72 / height, "top": 0.97}
    title = (
        f"{words(f'figures.{told.figure.key}.name')}：{words('by_district', month=words.month(latest.month))}"
    )
    return draw(f"{told.figure.key}-districts", title, paint, size=(5.9, height), margins=room)


def _is_line(told: Told) -> bool:
    return told.figure.stands or told.figure.kind != "sum"


def _scaled(value: Decimal | None, unit: str) -> float | None:
    return None if value is None else float(value / SCALES[unit])


def _target(told: Told, points: Sequence[Point], unit: str) -> float | None:
    """The target where it is of the values' scale."""
    if told.target is None:
        return None
    most = max((point.value for point in points if point.value is not None), default=Decimal(0))
    return _scaled(told.target.value, unit) if told.target.value <= LARGEST_OF_SCALE * most else None


def _line(axes: Axes, points: Sequence[Point], values: Sequence[float | None]) -> None:
    """A line that breaks where there is no value; months that are not whole are open marks beyond it."""
    gaps = [float("nan") if value is None else value for value in values]
    whole = [value if point.whole else float("nan") for point, value in zip(points, gaps, strict=True)]
    axes.plot(range(len(points)), gaps, color=SKY, linestyle=":", linewidth=1.4)
    axes.plot(range(len(points)), whole, color=BLUE, marker="o", markersize=4)
    rest = [place for place, point in enumerate(points) if not point.whole and values[place] is not None]
    axes.plot(rest, [gaps[place] for place in rest], "o", color=SKY, markerfacecolor="white", markersize=6)


def _bars(axes: Axes, points: Sequence[Point], values: Sequence[float | None]) -> None:
    heights = [value or 0.0 for value in values]
    colours = [BLUE if point.whole else SKY for point in points]
    axes.bar(range(len(points)), heights, color=colours, width=0.72)
    nothing = [place for place, value in enumerate(values) if value is None]
    axes.plot(nothing, [0] * len(nothing), "x", color=GREY, markersize=6)


def _name_months(axes: Axes, points: Sequence[Point], words: Words) -> None:
    step = max(1, -(-len(points) // MOST_TICKS))
    places = list(range(len(points) - 1, -1, -step))[::-1]
    axes.set_xticks(places, [words.month(points[place].month)[2:] for place in places])
    axes.set_xlim(-0.7, len(points) - 0.3)
