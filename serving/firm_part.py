"""What no loan changes of an answer: the firm, its score, reasons and green grade, how old its data are."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import load_catalogue
from models.green import GreenGradeModel
from models.reasons import Direction, Reason
from models.scale import Bands, Scale
from models.scored import ScoredClassifier
from serving.board import Board, Own
from serving.scorer import Scorer
from serving.snapshot import Snapshot
from serving.written import Written, written

REASON = tuple(field.name for field in fields(Reason))


@dataclass(frozen=True, slots=True)
class FirmPart:
    """One firm's part of its answers, written once.

    Attributes:
        head: Days, code and name.
        subject: What is known of it for the measures.
        credit: Score, band and reasons.
        green: Grade and indicators.
        data: How fresh its sources are, and which say nothing.
        facts: The same as `subject`, as values.
        predicted: The predicted grade; None where there is none.
        versions: What the log says of it: models, band, codes of the reasons; no value of a feature.
    """

    head: dict[str, Any]
    subject: Written
    credit: Written
    green: Written
    data: Written
    facts: dict[str, Any]
    predicted: str | None
    versions: dict[str, Any]


def part_of(scorer: Scorer, snapshot: Snapshot, entity_id: str, board: Board | None) -> FirmPart:
    """What is said of a firm whatever its loan; `board` keeps it.

    Raises:
        RequestError: The firm is not known.
    """
    there = board or scorer.board(snapshot.features_of(entity_id))
    part: FirmPart = there.remembered(entity_id, lambda: _told_of(scorer, snapshot, entity_id, there))
    return part


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts for JSON: days and exact amounts as text, numbers and flags as they are."""
    return {name: _told(value) for name, value in facts.items()}


def _told_of(scorer: Scorer, snapshot: Snapshot, entity_id: str, board: Board) -> FirmPart:
    firm, fresh = snapshot.facts(entity_id), snapshot.freshness(entity_id)
    own = board.of(entity_id)
    credit, green = _credit(scorer, own, fresh), _green(scorer, own, firm)
    return FirmPart(
        head={
            "as_of": snapshot.as_of.isoformat(),
            "policy_as_of": snapshot.policy_as_of.isoformat(),
            "entity_id": entity_id,
            "entity_name": snapshot.name(entity_id),
        },
        subject=written(plain(firm)),
        credit=written(credit),
        green=written(green | {"indicators": _indicators(snapshot, entity_id)}),
        data=written(_data(fresh)),
        facts=firm,
        predicted=green["predicted_grade"],
        versions={
            "as_of": snapshot.as_of.isoformat(),
            "credit": credit["model"],
            "green": green["model"],
            "band": credit["band"],
            "reasons": [reason["code"] for reason in credit["reasons"]],
        },
    )


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, date | Decimal | str) else value


def _credit(scorer: Scorer, own: Own, fresh: dict[str, date | None]) -> dict[str, Any]:
    points, speaker = own.points(scorer.credit), own.board.speaker

    def told(top: int, direction: Direction) -> list[dict[str, Any]]:
        reasons = speaker.tell(points, top, direction, value=own.value, dates=fresh)
        return [{name: _told(getattr(reason, name)) for name in REASON} for reason in reasons]

    return {
        "model": scorer.credit_version.label,
        "score": int(own.score("score")),
        "band": str(own.score("band")),
        "pd_12m": round(float(own.score("pd_12m")), 6),
        "scale": _scale(scorer.credit),
        "reasons": told(5, "lowers"),
        "strengths": told(3, "raises"),
    }


def _scale(credit: ScoredClassifier) -> dict[str, Any]:
    """The ends of the scale, and each band with its floor, best first."""
    scale, bands = credit.scale or Scale(), credit.band_floors or Bands()
    floors = [*bands.floors, int(scale.lowest)]
    return {
        "lowest": int(scale.lowest),
        "highest": int(scale.highest),
        "bands": [{"band": name, "from": floor} for name, floor in zip(bands.names, floors, strict=True)],
    }


def _green(scorer: Scorer, own: Own, firm: dict[str, Any]) -> dict[str, Any]:
    official, predicted = firm.get("green_grade"), own.score("predicted_grade")
    return {
        "model": scorer.green_version.label if scorer.green_version else None,
        "official_grade": official,
        "official_date": _told(firm.get("green_grade_date")),
        "predicted_grade": predicted,
        "predicted_probability": _odds(scorer.green, own.odds) if predicted else None,
        "grade_used": official or predicted,
        "grade_source": "official" if official else "predicted" if predicted else None,
    }


def _odds(green: GreenGradeModel | None, odds: NDArray[np.float64] | None) -> dict[str, float] | None:
    if green is None or odds is None:
        return None
    return {grade: round(float(share), 4) for grade, share in zip(green.grades, odds, strict=True)}


def _indicators(snapshot: Snapshot, entity_id: str) -> list[dict[str, Any]]:
    """Readable green facts, each with its date, source and age in days on the snapshot's day."""
    return [
        one | {"date": one["date"].isoformat(), "age_days": (snapshot.as_of - one["date"]).days}
        for one in snapshot.indicators(entity_id)
    ]


def _data(fresh: dict[str, date | None]) -> dict[str, Any]:
    """How fresh each source is, and which sources say nothing of the firm."""
    catalogue = load_catalogue()
    return {
        "freshness": {name: day.isoformat() for name, day in fresh.items() if day},
        "gaps": [{"source": name, "zh": catalogue[name].zh} for name, day in fresh.items() if day is None],
    }
