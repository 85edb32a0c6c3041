"""How every plot looks, and how it becomes SVG text that may stand beside others in one page."""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import NDArray

INK, QUIET, GRID = "#1f2933", "#5f6b7a", "#e3e7ec"
BLUE, VERMILION, SKY, GREY = "#0072b2", "#d55e00", "#56b4e9", "#9aa5b1"
"""Okabe and Ito's colours: told apart with any colour vision; dashes tell them apart on grey paper."""

FONTS = (
    "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','Hiragino Sans GB',sans-serif"
)
"""The reader's own fonts draw the text; nothing of a font lies in the page."""

SIZE = (5.9, 4.1)
MARGINS = {"left": 0.145, "right": 0.955, "bottom": 0.165, "top": 0.87}
TEXT = 12.0
MOST_POINTS = 400
"""More points of a curve than the eye can tell apart would only make the page heavy."""

MARKS_OF_KEYS = ("o", "D")

Key = tuple[str, str, str]
"""An entry of a plot's key: label, colour, and a line (`-`, `--`, `:`), a mark (`o`, `D`) or `fill`."""

_LOOK: dict[str, Any] = {
    "svg.fonttype": "none",
    # The measuring font is matplotlib's own, so that bytes do not depend on the fonts of the machine.
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT,
    "axes.edgecolor": GREY,
    "axes.labelcolor": QUIET,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}


def draw(
    name: str,
    title: str,
    paint: Callable[[Axes], None],
    *,
    size: tuple[float, float] = SIZE,
    margins: Mapping[str, float] = MARGINS,
) -> str:
    """An SVG of one pair of axes.

    Args:
        name: Unique within a page: the prefix of every id.
        title: What a screen reader says, in the page's language.
        paint: Puts the data on the axes.
        size: Width and height in inches; text is as large as in the others where pages show them alike.
        margins: Room around the axes, in shares of the size.
    """
    with _look(name):
        figure = Figure(figsize=size)
        figure.subplots_adjust(**margins)
        axes = figure.add_subplot()
        axes.tick_params(length=0, pad=6)
        paint(axes)
        written = StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    return _for_a_page(written.getvalue(), name, title)


@contextmanager
def _look(name: str) -> Iterator[None]:
    look: Any = {**_LOOK, "svg.hashsalt": name}
    with rc_context(look), warnings.catch_warnings():
        # The measuring font has no Chinese glyphs and needs none: text stays text in the reader's font.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font", category=UserWarning)
        yield


def _for_a_page(svg: str, name: str, title: str) -> str:
    """Without prolog and style sheet of its own, ids under the plot's name, as wide as its place allows."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*</defs>\s*", "", svg)
    svg = _own_ids(svg, name)
    svg = svg.replace("'DejaVu Sans'", FONTS)
    view = re.search(r'viewBox="[^"]+"', svg)
    where = f'xmlns="http://www.w3.org/2000/svg" {view.group() if view else ""}'
    head = f'<svg {where} role="img" aria-label="{escape(title)}" stroke-linejoin="round" class="plot">'
    return re.sub(r"<svg[^>]*>", head, svg, count=1)


def _own_ids(svg: str, name: str) -> str:
    """Ids that something refers to, under the plot's name; the others go."""
    svg = svg.replace("xlink:href", "href")
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg)
    return re.sub(r'(url\(|href=")#', rf"\g<1>#{name}-", svg)


def key(axes: Axes, entries: Sequence[Key]) -> None:
    """The plot's key in one line above the axes, where no data lie.

    Matplotlib's own legend would measure Chinese text with a font that has none.
    """
    figure: Any = axes.get_figure(root=True)
    inside: Any = axes.transAxes
    place = (
        Affine2D().scale(1 / 72) + figure.dpi_scale_trans + ScaledTranslation(0, 1, inside)
    )  # from the top left
    left, height = _begin(axes, entries), 15.0
    for label, colour, style in entries:
        ends = [left + 10] if style in MARKS_OF_KEYS else [left, left + 20]
        axes.plot(ends, [height] * len(ends), color=colour, transform=place, clip_on=False, **_stroke(style))
        axes.text(left + 26, height, label, transform=place, va="center", color=INK)
        left += 26 + text_width(label) + 18


def _begin(axes: Axes, entries: Sequence[Key]) -> float:
    """Where a key begins, in points from the axes' left; further left where it would run out on the right."""
    figure: Any = axes.get_figure(root=True)
    width = 72 * figure.get_figwidth()
    wanted = sum(44 + text_width(label) for label, _, _ in entries) - 18
    return -min(max(0.0, axes.get_position().x0 * width + wanted - width), axes.get_position().x0 * width)


def _stroke(style: str) -> dict[str, Any]:
    if style == "fill":
        return {"linewidth": 9.0, "alpha": 0.6, "solid_capstyle": "butt"}
    return {"marker": style, "linestyle": "none"} if style in MARKS_OF_KEYS else {"linestyle": style}


def text_width(text: str, size: float = TEXT) -> float:
    """About how wide a text will be, in points: a Chinese character is as wide as high.

    >>> text_width("违约ab", 10)
    32.0
    """
    return sum(size if ord(letter) >= 0x2E80 else 0.6 * size for letter in text)  # noqa: PLR2004 - CJK begins here


def name_axes(axes: Axes, across: str, up: str) -> None:
    """Names of both axes."""
    axes.set_xlabel(across, labelpad=6)
    axes.set_ylabel(up, labelpad=6)


def percent_axes(axes: Axes, which: str = "xy") -> None:
    """Shares from 0 to 1 written as whole per cents, on both axes or one."""
    for axis in which:
        getattr(axes, f"{axis}axis").set_major_formatter(PercentFormatter(1.0, decimals=0))
        getattr(axes, f"set_{axis}lim")(0, 1.0)


def per_cent(value: float, _place: float = 0) -> str:
    """A share on an axis, with no more digits than it needs.

    >>> per_cent(0.1), per_cent(0.0525), per_cent(0.0)
    ('10%', '5.25%', '0%')
    """
    return f"{round(value * 100, 6):g}%"


def thinned(count: int, *kept: int) -> NDArray[np.int64]:
    """Places of at most 400 points spread evenly over `count`, both ends among them, and those to be kept.

    >>> thinned(3).tolist()
    [0, 1, 2]
    """
    spread = np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.int64)
    return np.unique(np.concatenate([spread, np.array(kept, dtype=np.int64)]))
