"""A snapshot: all that is known of every firm on one day, as the service and the report read it."""

import json
from datetime import date
from pathlib import Path

import pandas as pd

from features.assemble import Assembled, Watch, assemble
from features.catalogue import source_named
from features.definitions import ALL
from features.home import Home
from features.lake import commit, staged
from features.session import Session
from models.registry import CREDIT, GREEN
from pipelines.coverage import coverage_of
from pipelines.sample import Scope
from serving.snapshot import ABOUT_FILE, FEATURES_FILE, FIRMS_FILE

COVERAGE_FILE = "coverage.json"
"""How much is known of every source, and how fresh it is."""

FACT_MONTHS = 12
"""Revenue and headcount are those of the last year known."""


def write_snapshot(
    home: Home,
    scope: Scope,
    day: pd.Timestamp,
    policy_day: date | None = None,
    watch: Watch = lambda _source: None,
    *,
    memory: str | None = None,
) -> Path:
    """Feature values and policy facts of every firm on a day.

    Args:
        home: Where to.
        scope: Which firms.
        day: The as-of day.
        policy_day: The day whose measures count, where it is another one.
        watch: Told of every source whose features are done.
        memory: The most memory the engine may take; None for its own limit.

    Returns:
        The folder `features/as_of=D/`.
    """
    spine = scope.spine(day)
    known = assemble(home, scope.usable(ALL), spine, watch, memory=memory)
    values = known.values.droplevel("as_of")
    firms = firm_facts(home, scope.sources, spine, known)
    folder = home.features(day.date())
    with staged(home) as staging:
        for name, frame in ((FEATURES_FILE, values), (FIRMS_FILE, firms)):
            frame.to_parquet(staging / name)
        about = {
            "as_of": f"{day:%Y-%m-%d}",
            "policy_as_of": str(policy_day or day.date()),
            "credit": scope.registered(CREDIT),
            "green": scope.registered(GREEN),
        } | (_about(folder) if policy_day is None else {})
        (staging / ABOUT_FILE).write_text(json.dumps(about), "utf-8")
        told = coverage_of(known, scope.usable(ALL))
        (staging / COVERAGE_FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        for name in (
            COVERAGE_FILE,
            ABOUT_FILE,
            FEATURES_FILE,
            FIRMS_FILE,
        ):  # the last one tells readers that all are there
            commit(staging / name, folder / name)
    return folder


def _about(folder: Path) -> dict[str, str]:
    """What an earlier snapshot of that day says of itself: its models and its policy day stay."""
    try:
        return dict(json.loads((folder / ABOUT_FILE).read_text("utf-8")))
    except FileNotFoundError:
        return {}


def firm_facts(home: Home, there: frozenset[str], spine: pd.DataFrame, known: Assembled) -> pd.DataFrame:
    """What the measures ask about each firm itself, and how fresh its data are.

    Returns:
        Indexed by `entity_id`: `entity_type`, `industry`, `employees`, `revenue_cny` (exact text),
        `revenue_months`, `green_grade` (official), `green_grade_date`; and `data_<source>`, the newest
        event known of each source collected. Missing is unknown.
    """
    session = Session(home)
    session.set_spine(spine)
    facts = pd.DataFrame(index=pd.Index(spine["entity_id"].unique(), name="entity_id"))
    for source, query in _QUERIES.items():
        if source in there:
            facts = facts.join(session.ask(source_named(source), query))
    facts = facts.join(known.newest.droplevel("as_of").add_prefix("data_"))
    return facts.reindex(columns=[*dict.fromkeys([*_FACTS, *facts.columns])])


_FACTS = (
    "entity_type",
    "industry",
    "employees",
    "revenue_cny",
    "revenue_months",
    "green_grade",
    "green_grade_date",
)

_YEAR = f"event_date > as_of - INTERVAL {FACT_MONTHS} MONTH"

_QUERIES = {
    "registration": (
        "SELECT entity_id, arg_max(entity_type, (event_date, record_id)) AS entity_type, "
        "arg_max(industry, (event_date, record_id)) AS industry FROM {known} GROUP BY entity_id"
    ),
    "social_insurance": (
        "SELECT entity_id, arg_max(headcount, event_date) AS employees FROM {known} "
        f"WHERE {_YEAR} GROUP BY entity_id"
    ),
    "tax_declaration": (
        "SELECT entity_id, CAST(sum(revenue_cny) AS VARCHAR) AS revenue_cny, "
        f"count(DISTINCT event_date) AS revenue_months FROM {{known}} WHERE {_YEAR} GROUP BY entity_id"
    ),
    "green_grade": (
        "SELECT entity_id, arg_max(grade, event_date) AS green_grade, max(event_date) AS green_grade_date "
        "FROM {known} GROUP BY entity_id"
    ),
}
"""Policy facts by source; `known` is the view as of the day."""
