"""One answer from two halves, as it is given in use: each side brings its log-odds and its own reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite

from features.errors import RequestError
from models.lab.sample import Side
from models.reasons import Direction, Reason
from models.scale import Bands, Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one side says of one loan.

    Attributes:
        log_odds: Of default where the side is first, else what is added to the other's; rounded as agreed.
        reasons: Its own, in points, from its own columns; the other side's columns it has never seen.
        version: Of its model.
    """

    log_odds: float
    reasons: Sequence[Reason] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointAnswer:
    """What both say together; an estimate for a person to decide by, never a decision.

    Attributes:
        pd_: Probability of default.
        points: Score, higher is safer.
        band: Of the score.
        by_side: What each side brought in points: the first its own score, the other what it adds to it. They
            add up to the score before it is rounded and bounded.
        reasons: Both sides' in one list, those that moved the score most first, each with its side.
        versions: Of both models.
    """

    pd_: float
    points: int
    band: str
    by_side: Mapping[Side, float]
    reasons: tuple[tuple[Side, Reason], ...]
    versions: Mapping[Side, str]


def answer(
    platform: Said,
    bank: Said,
    *,
    first: Side,
    top: int = 5,
    direction: Direction = "lowers",
    scale: Scale | None = None,
    bands: Bands | None = None,
) -> JointAnswer:
    """The sum of both sides' log-odds, as a score with its reasons.

    >>> both = answer(Said(log_odds=-3.0), Said(log_odds=-0.5), first="platform")
    >>> both.points, both.band, {side: round(one) for side, one in both.by_side.items()}
    (636, 'C', {'platform': 600, 'bank': 36})

    Args:
        platform: What the platform says.
        bank: What the bank says.
        first: Which side says log-odds of default; the other adds.
        top: At most so many reasons.
        direction: Of the reasons: what `lowers` the score, or what `raises` it.
        scale: Of the points; that of both halves.
        bands: Of the points.

    Raises:
        RequestError: A side says nothing: one alone is no answer of both.
    """
    sides: dict[Side, Said] = {"platform": platform, "bank": bank}
    for side, said in sides.items():
        if not isfinite(said.log_odds):
            raise RequestError(
                f"the {side}'s half says nothing of this loan ({said.log_odds}); expected its log-odds"
            )
    points_scale = scale or Scale()
    pd_ = 1 / (1 + exp(-(platform.log_odds + bank.log_odds)))
    points = int(points_scale.points([pd_])[0])
    told = [(side, one) for side, said in sides.items() for one in said.reasons if one.direction == direction]
    return JointAnswer(
        pd_=pd_,
        points=points,
        band=str((bands or Bands()).of([points])[0]),
        by_side={side: _points(points_scale, said.log_odds, side == first) for side, said in sides.items()},
        reasons=tuple(sorted(told, key=lambda one: -abs(one[1].points))[:top]),
        versions={side: said.version for side, said in sides.items()},
    )


def _points(scale: Scale, log_odds: float, is_first: bool) -> float:  # noqa: FBT001 - of the two sides
    return float(scale.exact(log_odds)) if is_first else -scale.factor * log_odds
