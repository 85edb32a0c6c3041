"""The recommendation as one page that stands alone and prints, in Chinese."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment

from features.pages import templates_of
from models.registry.standing import CHINA
from pipelines.retraining.journal import Told
from pipelines.retraining.words import segment_zh, words

NOTHING = "—"
DARKEST = 0.55


def render(record: Told) -> str:
    """The page as text; the same record gives the same bytes.

    Args:
        record: The recommendation, as `recommendation.json` holds it.
    """
    most = max((one["firms"] for one in record["moves"]["histogram"]), default=1) if record["moves"] else 1
    return (
        _environment()
        .get_template("recommendation.html.j2")
        .render(
            r=record,
            w=words(),
            lead=lead(record),
            segment=segment_zh,
            shade=shade,
            bar=range_zh,
            width=lambda firms: round(100 * firms / max(most, 1), 1),
        )
    )


def lead(record: Told) -> str:
    """What the recommendation comes to; where it promotes, checks that warned are named."""
    warned = [one["number"] for one in record["checks"] if not one["passed"]]
    code = "promote_warned" if record["advice"] == "promote" and warned else record["advice"]
    said: str = words()["lead"][code]
    return said.format(named="、".join(warned))


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines")
    environment.filters |= {"number": number, "signed": signed, "share": share, "china": in_china}
    return environment


def number(value: float | None, digits: int = 0) -> str:
    """A number with so many decimals; a dash where there is none.

    >>> number(7053), number(0.78269, 3), number(None, 2)
    ('7,053', '0.783', '—')
    """
    return NOTHING if value is None else f"{value:,.{digits}f}".replace("-", "−")


def signed(value: float | None, digits: int = 3) -> str:
    """A difference with its sign.

    >>> signed(0.0123), signed(-12, 0)
    ('+0.012', '−12')
    """
    return NOTHING if value is None else f"{value:+,.{digits}f}".replace("-", "−")


def share(value: float | None, digits: int = 1) -> str:
    """A share in per cent.

    >>> share(0.1234), share(0.05, 0)
    ('12.3%', '5%')
    """
    return NOTHING if value is None else f"{value:.{digits}%}"


def in_china(moment: str) -> str:
    """An ISO time as clocks in China show it.

    >>> in_china("2026-11-12T19:30:00+00:00")
    '2026-11-13 03:30'
    """
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d %H:%M}"


def shade(count: int, row: Sequence[int]) -> float:
    """How dark a cell is: its share of the row.

    >>> shade(50, [50, 50]), shade(0, [0, 0])
    (0.28, 0.0)
    """
    return round(DARKEST * count / max(sum(row), 1), 2)


def range_zh(one: dict[str, Any]) -> str:
    """The ends of a bar, in points.

    >>> range_zh({"from": None, "to": -90}), range_zh({"from": -10, "to": 10})
    ('低于 −90', '−10 至 10')
    """
    low, high = (None if one[end] is None else str(one[end]).replace("-", "−") for end in ("from", "to"))
    if low is None:
        return f"低于 {high}"
    return f"{low} 及以上" if high is None else f"{low} 至 {high}"
