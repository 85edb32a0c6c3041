"""How defaults build up over the months on book, and how loans roll between days past due."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

from models.plots.canvas import BLUE, GREY, INK, QUIET, VERMILION, draw, key

Language = Literal["zh", "en"]

WORDS = {
    "zh": {
        "vintage": "各放款批次的累计违约率（按账龄）",
        "months": "账龄（放款后第几个月末）",
        "share": "累计违约率",
        "cohorts": "各批次（颜色越深越新）",
        "all": "全部批次",
        "mature": "成熟点",
        "roll": "逾期天数的迁移率（上一期 → 下一期，最差一档只进不出）",
        "from": "起点：逾期天数",
        "to": "终点：逾期天数",
    },
    "en": {
        "vintage": "Cumulative default by months on book",
        "months": "Months on book (month ends after disbursement)",
        "share": "Cumulative default",
        "cohorts": "Each cohort",
        "all": "All cohorts",
        "mature": "Flat from",
        "roll": "Roll rates between days past due (the worst bucket absorbs)",
        "from": "From: days past due",
        "to": "To: days past due",
    },
}

DARK = 0.65
"""A ground of more colour than this is so dark that its figure is written in white."""
PALEST = 0.35
"""How much colour the oldest cohort keeps."""


def vintage_plot(
    table: pd.DataFrame,
    curve: pd.DataFrame,
    mature: int | None = None,
    *,
    name: str = "vintage",
    lang: Language = "zh",
) -> str:
    """A line for each cohort over its months on book, all cohorts together, and the maturity point.

    Lines end where not every loan of their cohort can have come further.

    Args:
        table: As `models.vintage.vintage` gives it.
        curve: As `models.vintage.pooled` gives it.
        mature: As `models.vintage.maturity_point` gives it; None draws no mark.
        name: Unique within a page.
        lang: Of the words on it.
    """
    words = WORDS[lang]
    wide = table.pivot_table(index="month_on_book", columns="cohort", values="share", dropna=False)
    wide = wide.dropna(how="all")

    def paint(axes: Axes) -> None:
        for place, cohort in enumerate(wide):
            weight = PALEST + (1 - PALEST) * (place + 1) / len(wide.columns)
            axes.plot(wide.index, wide[cohort], color=_mixed(BLUE, weight), linewidth=1.1)
        axes.plot(curve["month_on_book"], curve["share"], color=VERMILION, linestyle="--", linewidth=2.4)
        entries = [(words["cohorts"], BLUE, "-"), (words["all"], VERMILION, "--")]
        if mature is not None:
            axes.axvline(mature, color=INK, linestyle=":", linewidth=1.4)
            entries.append((f"{words['mature']} {mature}", INK, ":"))
        axes.set_xlim(0, max([1.0, *wide.index]))
        axes.set_ylim(0, max(1.08 * float(np.nanmax(wide.to_numpy(), initial=0.0)), 0.01))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel(words["months"], labelpad=6)
        axes.set_ylabel(words["share"], labelpad=6)
        key(axes, entries)

    return draw(name, words["vintage"], paint)


def roll_rate_plot(table: pd.DataFrame, *, name: str = "roll", lang: Language = "zh") -> str:
    """A heat table of roll rates: rows are where loans come from, columns where they go.

    Args:
        table: As `models.vintage.roll_rates` gives it.
        name: Unique within a page.
        lang: Of the words on it.
    """
    words, buckets = WORDS[lang], list(dict.fromkeys(table["from"]))
    sizes = table.groupby("from")["loans"].sum()

    def paint(axes: Axes) -> None:
        for row in table.itertuples(index=False):
            start, end = buckets.index(str(row[0])), buckets.index(str(row[1]))
            _cell(axes, end, start, float(row[3]))
        axes.set_xlim(0, len(buckets))
        axes.set_ylim(len(buckets), 0)
        middles = np.arange(len(buckets)) + 0.5
        axes.set_xticks(middles, buckets)
        axes.set_yticks([])
        for middle, bucket in zip(middles, buckets, strict=True):
            beside: dict[str, Any] = {"ha": "right", "va": "center"}
            axes.text(-0.075, middle - 0.13, bucket, color=QUIET, **beside)
            axes.text(-0.075, middle + 0.19, f"n={sizes[bucket]:,}", color=GREY, fontsize=9, **beside)
        axes.grid(visible=False)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.set_xlabel(words["to"], labelpad=6)
        axes.set_ylabel(words["from"], labelpad=72)

    margins = {"left": 0.21, "right": 0.985, "bottom": 0.165, "top": 0.97}
    return draw(name, words["roll"], paint, margins=margins)


def _cell(axes: Axes, across: int, down: int, share: float) -> None:
    """One square with its figure: vermilion for getting worse, blue for better, grey for staying."""
    known = not np.isnan(share)
    colour = VERMILION if across > down else BLUE if across < down else GREY
    # The square root, so that the small rates that matter can be told from none.
    weight = share**0.5 if known else 0.0
    ground = _mixed(colour, weight)
    axes.add_patch(Rectangle((across, down), 1, 1, facecolor=ground, edgecolor="white", linewidth=2))
    ink = "white" if weight > DARK else INK if weight else GREY
    text = _percent(share) if known else "—"
    axes.text(across + 0.5, down + 0.5, text, ha="center", va="center", color=ink)


def _percent(share: float) -> str:
    """A share in as many digits as tell it from none.

    >>> [_percent(share) for share in (0.0, 0.0004, 0.021, 0.456, 1.0)]
    ['0', '0.04%', '2.1%', '46%', '100%']
    """
    if share <= 0:
        return "0"
    percent = 100 * share
    return f"{percent:.2f}%" if percent < 1 else f"{percent:.1f}%" if percent < 10 else f"{percent:.0f}%"  # noqa: PLR2004


def _mixed(colour: str, weight: float) -> tuple[float, float, float]:
    """A colour thinned with white."""
    red, green, blue = (1 - weight * (1 - part) for part in to_rgb(colour))
    return red, green, blue
