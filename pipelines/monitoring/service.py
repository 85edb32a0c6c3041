"""What banks did with the service's answers, and what firms objected to; from the service's own records."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from features.catalogue import source_named
from features.errors import LvdaitongError
from features.session import Session
from models.monitoring.outcomes import Used
from pipelines.monitoring.given import Given
from pipelines.monitoring.months import month_before
from pipelines.records_at import open_engine, settings_of
from serving.records.database import reading, unhurried
from serving.records.objections import Outcome
from serving.records.tables import ANSWERS, OBJECTIONS

MONTHS = 3
"""Answers of so many months count: a bank's decision takes its time."""
NIGHT = "T16:00"
"""The end of a day in China, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The service's month.

    Attributes:
        absent: Why nothing can be told; None where it can.
        answers: Pre-approvals answered in the month.
        used: Decisions that are known of the last months' answers, and those against the score.
        raised: Objections raised in the month.
        upheld: Objections upheld in the month.
        open: Objections without an answer on the day.
        overdue: Those of them whose last day is past.
    """

    absent: str | None = None
    answers: int = 0
    used: Used | None = None
    raised: int = 0
    upheld: int = 0
    open: int = 0
    overdue: int = 0


def service_of(given: Given) -> Service:
    """What the records of the home's service tell; where there are none, that there are none."""
    try:
        engine = open_engine(given.home, settings_of(is_demo=True))  # reading needs no secret
    except LvdaitongError:
        return Service(absent="没有服务记录（service.db）")
    try:
        return _told(given, engine)
    except LvdaitongError as error:
        return Service(absent=f"服务记录暂不可读：{error}")
    finally:
        engine.dispose()


def _told(given: Given, engine: Engine) -> Service:
    after, end = month_before(given.day, 1), given.day
    with reading(engine) as connection:
        unhurried(connection)
        answers = _answers(connection, month_before(end, MONTHS), end)
        raised, upheld, waiting, overdue = (
            int(connection.execute(select(func.count()).where(where)).scalar() or 0)
            for where in _about_objections(after, end)
        )
    recent = int((answers["asked_at"] > f"{after}{NIGHT}").sum()) if len(answers) else 0
    return Service(
        answers=recent,
        used=_used(given, answers),
        raised=raised,
        upheld=upheld,
        open=waiting,
        overdue=overdue,
    )


def _about_objections(after: date, end: date) -> tuple[Any, ...]:
    """Objections raised in the month, upheld in it, open at its end, and those of them that are overdue."""
    about = OBJECTIONS.c
    upheld = about.outcome == str(Outcome.UPHELD)
    return (
        (about.raised_on > str(after)) & (about.raised_on <= str(end)),
        (about.answered_on > str(after)) & (about.answered_on <= str(end)) & upheld,
        _open_on(end),
        _open_on(end) & (about.due_on < str(end)),
    )


def _open_on(day: date) -> Any:
    about = OBJECTIONS.c
    return (about.raised_on <= str(day)) & (about.answered_on.is_(None) | (about.answered_on > str(day)))


def _answers(connection: Connection, after: date, end: date) -> pd.DataFrame:
    """Pre-approvals: firm, bank, when, and the band that the answer told."""
    columns = [ANSWERS.c.entity_id, ANSWERS.c.bank, ANSWERS.c.asked_at, ANSWERS.c.answer]
    within = (ANSWERS.c.asked_at > f"{after}{NIGHT}") & (ANSWERS.c.asked_at <= f"{end}{NIGHT}")
    rows = connection.execute(select(*columns).where(within, ANSWERS.c.kind == "preapproval")).fetchall()
    told = pd.DataFrame(list(rows), columns=["entity_id", "bank", "asked_at", "answer"])
    return told.assign(band=told.pop("answer").map(_band))


def _band(answer: str) -> str | None:
    credit = json.loads(answer).get("credit") or {}
    return credit.get("band")


def _used(given: Given, answers: pd.DataFrame) -> Used | None:
    """Decisions after answers; against the score is a refusal of the two best bands, a yes to the worst."""
    if answers.empty or "loan_recommendation" not in given.scope.sources:
        return None
    decided = _decisions(given)
    both = answers.dropna(subset=["band", "bank"]).merge(decided, on=["entity_id", "bank"])
    later = both[both["decided"] >= both["asked_at"].str[:10]]
    both = later.drop_duplicates(["entity_id", "bank", "decided"])
    names = given.model.points_bands.names
    against = (both["band"].isin(names[:2]) & (both["decision"] == "DECLINED")) | (
        (both["band"] == names[-1]) & (both["decision"] == "APPROVED")
    )
    return Used(decided=len(both), against=int(against.sum()), month=f"{given.day:%Y-%m}")


def _decisions(given: Given) -> pd.DataFrame:
    session = Session(given.home)
    session.stored(source_named("loan_recommendation"))
    return session.engine.execute(
        "SELECT entity_id, bank, decision, CAST(max(decided_date) AS VARCHAR) AS decided "
        "FROM stored_loan_recommendation WHERE op = 'upsert' AND decision IS NOT NULL "
        "AND available_at <= $day GROUP BY ALL",
        {"day": given.day},
    ).df()
