"""How champion and challenger differ on what was asked: answers, bands, points; no firm is named.

A difference is told of answers, not of firms: a firm that is asked about twice counts twice, as it would for
the officers.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select

from serving.records.database import reading, unhurried
from serving.records.tables import ANSWERS, SHADOW

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MOST_FAR = 10
ABOUT_FIRMS = ("preapproval", "profile")
"""Kinds of answers that hold a score."""

Moves = Counter[tuple[str, str, int]]
"""(champion's band, challenger's band, points moved) → answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one challenger would have changed in the answers of one champion.

    Attributes:
        champion: Which version answered.
        challenger: Which version stood beside.
        first: When the first of these answers was asked, UTC.
        last: When the last one was.
        answers: Answers with a shadow score.
        unrecorded: Answers about firms of that time without one: a process was killed before.
        firms: Firms asked about.
        bands: Names of the bands, best first.
        matrix: A row a champion's band, a column a challenger's: answers.
        band_migration: Share of answers in another band.
        far_migration: Share of answers two bands or more away.
        points: Share → the points that so large a share of answers does not exceed (above 0: safer).
        mean_pd: Mean probability of default, of champion and challenger.
        farthest: The answers that moved most, by their audit id, with both scores.
    """

    champion: str
    challenger: str
    first: str
    last: str
    answers: int
    unrecorded: int
    firms: int
    bands: list[str]
    matrix: list[list[int]]
    band_migration: float
    far_migration: float
    points: dict[str, int]
    mean_pd: dict[str, float]
    farthest: list[dict[str, Any]]


def differences(engine: Engine, challenger: str | None = None) -> list[Difference]:
    """What every challenger, or one, would have changed; the newest first. None where none was recorded.

    Args:
        engine: The database of the records.
        challenger: Label of one version, such as `sme_credit/4`.

    Raises:
        Unavailable: The records cannot be read now.
    """
    pairs = select(SHADOW.c.champion, SHADOW.c.challenger, func.max(SHADOW.c.at)).group_by(
        SHADOW.c.champion, SHADOW.c.challenger
    )
    if challenger is not None:
        pairs = pairs.where(SHADOW.c.challenger == challenger)
    with reading(engine) as connection:
        unhurried(connection)
        found = sorted(connection.execute(pairs).all(), key=lambda pair: str(pair[2]), reverse=True)
        return [_difference(connection, str(one), str(other)) for one, other, _ in found]


def _difference(connection: Connection, champion: str, challenger: str) -> Difference:
    mine = and_(SHADOW.c.champion == champion, SHADOW.c.challenger == challenger)
    first, last, answers, pd_, champion_pd = connection.execute(
        select(
            func.min(SHADOW.c.at),
            func.max(SHADOW.c.at),
            func.count(),
            func.avg(SHADOW.c.pd_12m),
            func.avg(SHADOW.c.champion_pd_12m),
        ).where(mine)
    ).one()
    moved, bands = _moves(connection, mine), _bands(connection, mine)
    place = {band: number for number, band in enumerate(bands)}
    far = sum(many for (one, other, _), many in moved.items() if abs(place[one] - place[other]) > 1)
    changed = sum(many for (one, other, _), many in moved.items() if one != other)
    return Difference(
        champion=champion,
        challenger=challenger,
        first=str(first),
        last=str(last),
        answers=int(answers),
        unrecorded=_unrecorded(connection, str(first), str(last)),
        firms=_firms(connection, mine),
        bands=bands,
        matrix=_matrix(moved, bands),
        band_migration=changed / answers,
        far_migration=far / answers,
        points=_quantiles(moved),
        mean_pd={"champion": float(champion_pd), "challenger": float(pd_)},
        farthest=_farthest(connection, mine),
    )


def _moves(connection: Connection, mine: ColumnElement[bool]) -> Moves:
    points = SHADOW.c.score - SHADOW.c.champion_score
    asked = select(SHADOW.c.champion_band, SHADOW.c.band, points, func.count()).where(mine)
    rows = connection.execute(asked.group_by(SHADOW.c.champion_band, SHADOW.c.band, points))
    return Counter({(str(one), str(other), int(moved)): int(many) for one, other, moved, many in rows})


def _bands(connection: Connection, mine: ColumnElement[bool]) -> list[str]:
    """The bands that occur, best first: those of the higher scores."""
    best: dict[str, float] = {}
    for band, score in ((SHADOW.c.band, SHADOW.c.score), (SHADOW.c.champion_band, SHADOW.c.champion_score)):
        for name, mean in connection.execute(select(band, func.avg(score)).where(mine).group_by(band)):
            best[str(name)] = max(best.get(str(name), float(mean)), float(mean))
    return sorted(best, key=lambda name: -best[name])


def _matrix(moved: Moves, bands: list[str]) -> list[list[int]]:
    counts: Counter[tuple[str, str]] = Counter()
    for (one, other, _), many in moved.items():
        counts[one, other] += many
    return [[counts[one, other] for other in bands] for one in bands]


def _quantiles(moved: Moves) -> dict[str, int]:
    """By share, the smallest move that at least so many answers do not exceed."""
    of_points: Counter[int] = Counter()
    for (_, _, points), many in moved.items():
        of_points[points] += many
    found, seen, total = {}, 0, of_points.total()
    rising = iter(sorted(of_points.items()))
    points = 0
    for share in SHARES:
        while seen < share * total:
            points, many = next(rising)
            seen += many
        found[f"{share:g}"] = points
    return found


def _unrecorded(connection: Connection, first: str, last: str) -> int:
    """Answers with a score, between the first and the last shadow score, that have none."""
    recorded = select(SHADOW.c.audit_id).where(SHADOW.c.audit_id == ANSWERS.c.audit_id)
    asked = (
        select(func.count())
        .select_from(ANSWERS)
        .where(ANSWERS.c.kind.in_(ABOUT_FIRMS), ANSWERS.c.asked_at.between(first, last), ~recorded.exists())
    )
    return int(connection.execute(asked).scalar() or 0)


def _firms(connection: Connection, mine: ColumnElement[bool]) -> int:
    asked = (
        select(func.count(func.distinct(ANSWERS.c.entity_id)))
        .join(SHADOW, SHADOW.c.audit_id == ANSWERS.c.audit_id)
        .where(mine)
    )
    return int(connection.execute(asked).scalar() or 0)


def _farthest(connection: Connection, mine: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = (
        SHADOW.c.audit_id,
        SHADOW.c.champion_score,
        SHADOW.c.champion_band,
        SHADOW.c.score,
        SHADOW.c.band,
    )
    asked = select(*columns).where(mine)
    asked = asked.order_by(func.abs(SHADOW.c.score - SHADOW.c.champion_score).desc(), SHADOW.c.audit_id)
    return [dict(row) for row in connection.execute(asked.limit(MOST_FAR)).mappings()]
