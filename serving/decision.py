"""One full answer: score, reasons, green grade and findings for one firm and one loan. Never a decision."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import load_catalogue
from features.errors import ModelError
from features.home import Home
from models.credit import CreditModel
from models.green import GreenGradeModel
from models.names import names_of
from models.reasons import Direction, Reason, Speaker
from models.registry import CREDIT, GREEN, Version, champion, find_champion, load, load_version
from models.scale import Bands, Scale
from models.scored import ScoredClassifier
from serving.board import Board, Own, points_of
from serving.loan_request import EligibilityQuestion
from serving.policy import Facts, Finding, Parameters, evaluate
from serving.snapshot import Snapshot
from serving.told import told_with_changes

__all__ = ["NOTICE_EN", "NOTICE_ZH", "Board", "Scorer", "decide", "facts_for", "points_of", "profile"]

NOTICE_ZH = "评分与测算仅供参考，不构成授信决定；十条措施为征求意见稿，最终以主管部门核定为准。"
NOTICE_EN = "For reference only, never a decision; the ten measures are a draft for comment."

REASON = tuple(field.name for field in fields(Reason))


@dataclass(frozen=True, slots=True)
class Scorer:
    """The champions, loaded once."""

    credit: ScoredClassifier
    credit_version: Version
    green: GreenGradeModel | None
    green_version: Version | None

    @classmethod
    def load(cls, home: Home, credit: str = CREDIT, green: str | None = GREEN) -> "Scorer":
        """The champions of a home; the green one may be absent.

        Args:
            home: Whose registry.
            credit: Registered name of the credit model.
            green: Registered name of the green model; None where there is none for these firms.

        Raises:
            ModelError: There is no credit champion, its files are gone or damaged, or it is no credit model.
        """
        version = champion(home, credit)
        credit_model = load_version(home, version)
        if not isinstance(credit_model, ScoredClassifier):
            kind = type(credit_model).__name__
            raise ModelError(f"{version.label} is a {kind}, expected a credit model or a scorecard")
        there = green is not None and find_champion(home, green) is not None
        graded = load(home, str(green), GreenGradeModel) if there else (None, None)
        # a slow model explains one firm by other means until this is done; the service does not wait for it
        Thread(target=credit_model.warm, name="warm").start()
        return cls(credit_model, version, *graded)

    def scores(self, features: pd.DataFrame) -> pd.DataFrame:
        """`pd_12m`, `score`, `band` and `predicted_grade` of each firm, with the index of `features`.

        A firm of which nothing environmental is known has no predicted grade.
        """
        probability = self.credit.predict_proba(features)[:, 1]
        points = (self.credit.scale or Scale()).points(probability)
        scored = pd.DataFrame(
            {"pd_12m": probability, "score": points, "band": self.credit.bands_of(points)},
            index=features.index,
        )
        scored["predicted_grade"] = pd.Series(self._grades(features), index=features.index, dtype="object")
        return scored

    def _grades(self, features: pd.DataFrame) -> list[str | None]:
        if self.green is None:
            return [None] * len(features)
        grades, known = self.green.predict(features), self.green.knows(features)
        return [str(grade) if knows else None for grade, knows in zip(grades, known, strict=True)]

    def board(self, features: pd.DataFrame) -> "Board":
        """What the champions say of all these firms, worked out at once.

        Raises:
            ModelError: A feature that a model asks for is missing.
        """
        odds = self.green.predict_proba(features) if self.green else None
        table, matrix = self._readings(features)
        speaker = Speaker.of(names_of(table), self.credit.meanings_of_columns())
        return Board(self.scores(features), table, matrix, odds, speaker)

    def _readings(self, features: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        """The credit model's features, and what points are worked out from."""
        credit = self.credit
        if isinstance(credit, CreditModel):
            matrix = credit.encoder_.matrix(features)
            return credit.encoder_.shown(features, matrix), matrix
        return credit.shown(features), credit.points_by_column(features)


def facts_for(snapshot: Snapshot, entity_id: str, loan: dict[str, Any], predicted: str | None) -> Facts:
    """Facts for the measures: what the snapshot knows of the firm, and the loan as asked for.

    The official grade wins; a predicted one is passed on only as such.
    """
    firm = snapshot.facts(entity_id)
    if "green_grade" not in firm and predicted:
        firm |= {"green_grade": predicted, "green_grade_source": "predicted"}
    return Facts.from_dict(firm | loan)


def decide(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    loan: dict[str, Any],
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """The full answer, ready for JSON.

    Args:
        scorer: The champions.
        snapshot: Every firm on the day of the answer.
        entity_id: The firm.
        loan: Facts about the loan, by the names of `serving.policy.Facts`.
        board: What the champions say of all firms; by default it is worked out for this one alone.
        parameters: Other numbers of law than the package's own, such as the city's.

    Raises:
        RequestError: The firm is not known.
        FactError: A fact about the loan cannot be.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    known = _known(scorer, snapshot, entity_id, board)
    facts = facts_for(snapshot, entity_id, loan, known["green"]["predicted_grade"])
    findings = evaluate(facts, snapshot.policy_as_of, parameters=parameters)
    return _headed(snapshot, entity_id, findings[0]) | {
        "subject": known["subject"],
        "loan": _plain({name: value for name, value in loan.items() if value is not None}),
        "credit": known["credit"],
        "green": known["green"],
        "findings": told_with_changes(findings, facts, snapshot.policy_as_of, parameters),
        "data": known["data"],
    }


def profile(
    scorer: Scorer,
    snapshot: Snapshot,
    entity_id: str,
    *,
    board: Board | None = None,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """What is known of one firm, how fresh it is, its score and its green grade, ready for JSON.

    Raises:
        RequestError: The firm is not known.
        NoNumberForDay: The measures have no version for the snapshot's day.
    """
    known = _known(scorer, snapshot, entity_id, board)
    finding = evaluate(Facts(), snapshot.policy_as_of, parameters=parameters)[0]
    return _headed(snapshot, entity_id, finding) | known


def eligible(question: EligibilityQuestion, parameters: Parameters | None = None) -> dict[str, Any]:
    """What the measures give to any facts, and on request what would change it, ready for JSON.

    Raises:
        FactError: A fact cannot be.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    facts, day = Facts.from_dict(question.known_facts()), question.as_of
    findings = evaluate(facts, day, parameters=parameters)
    told = [finding.to_dict() for finding in findings]
    if question.what_if:
        told = told_with_changes(findings, facts, day, parameters)
    return _under_the_draft(findings[0]) | {"as_of": day.isoformat(), "findings": told}


def _headed(snapshot: Snapshot, entity_id: str, finding: Finding) -> dict[str, Any]:
    """What stands above every answer about a firm."""
    return {
        "as_of": snapshot.as_of.isoformat(),
        "policy_as_of": snapshot.policy_as_of.isoformat(),
        "entity_id": entity_id,
        "entity_name": snapshot.name(entity_id),
    } | _under_the_draft(finding)


def _under_the_draft(finding: Finding) -> dict[str, Any]:
    """What every answer says of the measures, and of itself."""
    return {
        "policy_version": finding.policy_version,
        "policy_status": finding.policy_status,
        "is_decision": False,
        "notice_zh": NOTICE_ZH,
        "notice_en": NOTICE_EN,
    }


def _known(scorer: Scorer, snapshot: Snapshot, entity_id: str, board: Board | None) -> dict[str, Any]:
    there = board or scorer.board(snapshot.features_of(entity_id))
    return there.remembered(entity_id, lambda: _told_of(scorer, snapshot, entity_id, there))


def _told_of(scorer: Scorer, snapshot: Snapshot, entity_id: str, board: Board) -> dict[str, Any]:
    firm, fresh = snapshot.facts(entity_id), snapshot.freshness(entity_id)
    own = board.of(entity_id)
    return {
        "subject": _plain(firm),
        "credit": _credit(scorer, own, fresh),
        "green": _green(scorer, own, firm) | {"indicators": _indicators(snapshot, entity_id)},
        "data": _data(fresh),
    }


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _told(value) for name, value in facts.items()}


def _told(value: Any) -> Any:  # days and exact amounts as text; numbers and flags as they are
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
