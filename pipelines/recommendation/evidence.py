"""What the lake tells of each firm of a district: the facts that measure 1 asks for, and its visits."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.catalogue import source_named
from features.session import Session
from pipelines.city_report.sizes import INDICATORS, with_none
from pipelines.firm_facts import LISTED, facts_in
from serving.policy.law import Law
from serving.policy.measures.recommendation_list import RECOMMENDATION_LIST

DISTRICTS = """
SELECT entity_id, arg_max(district, (event_date, record_id)) AS district FROM {known} GROUP BY entity_id
"""

VISITS = """
SELECT entity_id, max(event_date) AS visited_on, arg_max(record_id, (event_date, record_id)) AS visit_id,
    min(event_date) FILTER (needs_funds) AS need_since,
    CAST(arg_max_null(need_cny, (event_date, record_id)) FILTER (needs_funds IS NOT NULL) AS VARCHAR)
        AS need_cny,
    arg_max_null(purpose, (event_date, record_id)) FILTER (needs_funds IS NOT NULL) AS purpose
FROM {{known}} WHERE event_date > as_of - INTERVAL {months} MONTH GROUP BY entity_id
"""
"""Amount and purpose are of the visit that last told whether there is a need."""

ABOUT = ("visit_id", "visited_on", "need_since", "need_cny", "purpose")
"""What people read beside the facts."""

SOURCES = frozenset(
    {
        "registration",
        "social_insurance",
        "tax_declaration",
        "annual_report",
        "real_estate",
        "enterprise_visit",
        *LISTED,
    }
)
"""The sources of what measure 1 asks of a firm."""

ASKED = tuple(
    dict.fromkeys(
        [
            *INDICATORS,
            *(name for one in RECOMMENDATION_LIST.applies for name in one.needs if name != "size_class"),
            *(name for one in RECOMMENDATION_LIST.clauses for name in one.needs),
        ]
    )
)
"""Every fact that measure 1 may read, by its name there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The firms of a district, indexed by `entity_id`.

    Attributes:
        facts: One column each of `ASKED`; None is unknown.
        about: One column each of `ABOUT`.
        absent: Sources of which nothing was collected: what they would tell is unknown of every firm.
    """

    facts: pd.DataFrame
    about: pd.DataFrame
    absent: tuple[str, ...]


def evidence_of(session: Session, there: set[str], district: str, law: Law) -> Evidence:
    """The facts of every firm registered in a district, as known on the day of the session's spine."""
    firms = session.ask(source_named("registration"), DISTRICTS)
    firms = firms[firms["district"] == district].sort_index()
    facts = facts_in(session, SOURCES & there, lambda name: int(getattr(law, name)))
    visits = VISITS.format(months=int(law.recommendation_visit_valid_months))
    about = session.ask(source_named("enterprise_visit"), visits)
    return Evidence(
        with_none(facts.reindex(index=firms.index, columns=ASKED)),
        with_none(about.reindex(index=firms.index, columns=ABOUT)),
        tuple(sorted(SOURCES - there)),
    )


def on_day(session: Session, firms: list[str], day: date) -> None:
    """Ask the session about some firms on one day."""
    session.set_spine(pd.DataFrame({"entity_id": pd.Series(firms, dtype="str"), "as_of": pd.Timestamp(day)}))
