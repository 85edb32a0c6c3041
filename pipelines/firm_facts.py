"""What the measures ask about each firm itself, from the lake as known on one day."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from features.assemble import Assembled
from features.catalogue import source_named
from features.home import Home
from features.session import Session
from serving.policy.fact_kinds import FLAG
from serving.policy.facts import KINDS
from serving.policy.law import Parameters, default_parameters
from serving.snapshot import NAME

FACT_MONTHS = 12
"""Revenue and headcount are those of the last year known."""

FACTS = (
    "entity_type",
    "industry",
    "employees",
    "revenue_cny",
    "revenue_months",
    "green_grade",
    "green_grade_date",
)
"""Facts that have a column also where no source tells them."""

FLAGS = {name for name, kind in KINDS.items() if kind is FLAG}

LISTED = {
    "abnormal_operation": "on_abnormal_list",
    "serious_violation": "on_serious_violation_list",
    "administrative_penalty": "has_severe_penalty",
    "dishonest_debtor": "is_dishonest_debtor",
    "tax_arrears": "has_tax_arrears",
}
"""Sources that are whole lists of what speaks against firms: whom a list does not name is not on it."""

NEWEST = "(event_date, record_id)"
"""What makes one row newer than another."""

NAMES = f"SELECT entity_id, arg_max(name, {NEWEST}) AS name FROM {{known}} GROUP BY entity_id"
"""What the register calls each firm, for people who look for it: no measure asks, so it is no fact."""

HONOURED = ("is_srdi", "is_tech_sme")
"""Titles: whom the register of titles does not name has none, once it names anybody."""


def firm_facts(
    home: Home,
    there: frozenset[str],
    spine: pd.DataFrame,
    known: Assembled,
    policy_day: date,
    parameters: Parameters | None = None,
) -> pd.DataFrame:
    """What the measures ask about each firm itself, and how fresh its data are.

    Args:
        home: Whose lake.
        there: Sources that may be read.
        spine: The firms, all on one day.
        known: Their features, with the newest events known.
        policy_day: The day whose measures count.
        parameters: Other numbers of law than the package's own.

    Returns:
        Indexed by `entity_id`, by the names of `serving.policy.Facts`: money as exact text, flags that may be
        missing; `name`, as registered; and `data_<source>`, the newest event known of each source collected.
        Missing is unknown.
    """
    session = Session(home)
    session.set_spine(spine)
    law = parameters or default_parameters()
    facts = facts_in(session, there, lambda name: _months(law, name, policy_day))
    facts = facts.join(_names(session, there)).join(known.newest.droplevel("as_of").add_prefix("data_"))
    return facts.reindex(columns=[*dict.fromkeys([NAME, *FACTS, *facts.columns])])


def _names(session: Session, there: frozenset[str]) -> pd.DataFrame:
    """`name` of each firm that the register names; nobody's where there is no register."""
    if "registration" not in there:
        return pd.DataFrame({NAME: pd.Series(dtype="object")})
    return session.ask(source_named("registration"), NAMES)


def facts_in(session: Session, there: frozenset[str], months: Callable[[str], int]) -> pd.DataFrame:
    """The facts of a session's firms, from those of its sources that may be read."""
    firms = session.pairs_numbered["entity_id"].unique()
    facts = pd.DataFrame(index=pd.Index(firms, name="entity_id"))
    for source, query in queries(months).items():
        if source in there:
            told = session.ask(source_named(source), query)
            facts = _closed(facts.join(told), source, told)
    return _by_ownership(facts)


def _months(law: Parameters, name: str, day: date) -> int:
    """A look-back on a day; before its first day the first one, so that old research data have facts."""
    parameter = law.parameter(name)
    return int(parameter.on(max(day, parameter.days[0])))


def _closed(facts: pd.DataFrame, source: str, told: pd.DataFrame) -> pd.DataFrame:
    """False, or nothing paid, for those whom a whole list, of which something is known, does not name."""
    names = [LISTED[source]] if source in LISTED and len(told) else []
    if source == "qualification":
        names = [name for name in HONOURED if told[name].any()]
    for name in FLAGS & set(told):
        facts[name] = facts[name].astype("boolean")
    filled = {name: facts[name].fillna(value=False) for name in names}
    if source == "interest_subsidy" and len(told):
        filled["subsidy_used_ytd_cny"] = facts["subsidy_used_ytd_cny"].fillna("0")
    return facts.assign(**filled)


def _by_ownership(facts: pd.DataFrame) -> pd.DataFrame:
    """Owned real estate proves premises where no visit says anything."""
    if "owns_premises" not in facts:
        return facts
    owned = facts.pop("owns_premises").astype("boolean")
    visited = facts.get("has_fixed_premises", pd.Series(pd.NA, index=facts.index, dtype="boolean"))
    return facts.assign(has_fixed_premises=visited.fillna(owned))


def queries(months: Callable[[str], int]) -> dict[str, str]:
    """Source → an SQL query over `{known}`, the view as of the day; `months` gives look-backs by name."""
    lookback = f"event_date > as_of - INTERVAL {months('recommendation_lookback_months')} MONTH"
    visited = f"event_date > as_of - INTERVAL {months('recommendation_visit_valid_months')} MONTH"
    return _of_the_firm() | _of_lists(lookback) | _of_its_loans(visited)


def _of_the_firm() -> dict[str, str]:
    year = f"event_date > as_of - INTERVAL {FACT_MONTHS} MONTH"
    return {
        "registration": (
            f"SELECT entity_id, arg_max(entity_type, {NEWEST}) AS entity_type, "
            f"arg_max(industry, {NEWEST}) AS industry, arg_max(status, {NEWEST}) AS registration_status, "
            f"arg_max(established_date, {NEWEST}) AS established_on FROM {{known}} GROUP BY entity_id"
        ),
        "social_insurance": (
            "SELECT entity_id, arg_max(headcount, event_date) AS employees FROM {known} "
            f"WHERE {year} GROUP BY entity_id"
        ),
        "tax_declaration": (
            "SELECT entity_id, CAST(sum(revenue_cny) AS VARCHAR) AS revenue_cny, "
            f"count(DISTINCT event_date) AS revenue_months FROM {{known}} WHERE {year} GROUP BY entity_id"
        ),
        "annual_report": (
            "SELECT entity_id, CAST(arg_max(assets_cny, event_date) AS VARCHAR) AS assets_cny "
            "FROM {known} GROUP BY entity_id"
        ),
        "green_grade": (
            "SELECT entity_id, arg_max(grade, event_date) AS green_grade, "
            "max(event_date) AS green_grade_date FROM {known} GROUP BY entity_id"
        ),
    }


def _of_lists(lookback: str) -> dict[str, str]:
    return {
        "abnormal_operation": _standing("on_abnormal_list", "removed_date"),
        "serious_violation": _standing("on_serious_violation_list", "removed_date"),
        "dishonest_debtor": _standing("is_dishonest_debtor", "delisted_date"),
        "tax_arrears": _standing("has_tax_arrears", "settled_date"),
        "administrative_penalty": (
            f"SELECT entity_id, bool_or(severity = 'SEVERE' AND {lookback}) AS has_severe_penalty "
            "FROM {known} GROUP BY entity_id"
        ),
        "qualification": (
            f"SELECT entity_id, bool_or({_valid('%专精特新%')}) AS is_srdi, "
            f"bool_or({_valid('%科技型中小企业%')} OR {_valid('%高新技术企业%')}) AS is_tech_sme "
            "FROM {known} GROUP BY entity_id"
        ),
        "real_estate": (
            "SELECT entity_id, true AS owns_premises FROM {known} "
            "WHERE \"right\" = 'OWNERSHIP' AND (ended_date IS NULL OR ended_date > as_of) GROUP BY entity_id"
        ),
    }


def _of_its_loans(visited: str) -> dict[str, str]:
    return {
        "enterprise_visit": (
            f"SELECT entity_id, arg_max(is_operating, {NEWEST}) AS operates_normally, "
            f"arg_max(has_premises, {NEWEST}) AS has_fixed_premises, "
            f"arg_max(needs_funds, {NEWEST}) AS need_is_genuine, "
            f"arg_max_null(is_use_lawful, {NEWEST}) FILTER (needs_funds IS NOT NULL) AS use_is_lawful "
            f"FROM {{known}} WHERE {visited} GROUP BY entity_id"
        ),
        "loan_recommendation": (
            "SELECT entity_id, event_date AS recommended_on, documents_date AS documents_complete_on, "
            "decided_date AS decided_on FROM {known} "
            "QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY event_date DESC, record_id DESC) = 1"
        ),
        "interest_subsidy": (
            "SELECT entity_id, CAST(coalesce(sum(amount_cny) FILTER (WHERE year(period_end) = year(as_of)), "
            "0) AS VARCHAR) AS subsidy_used_ytd_cny FROM {known} GROUP BY entity_id"
        ),
        "loan": "SELECT entity_id, true AS has_earlier_loan FROM {known} GROUP BY entity_id",
    }


def _standing(name: str, ended: str) -> str:
    """Whether any entry of a list stands on the day."""
    return (
        f"SELECT entity_id, bool_or({ended} IS NULL OR {ended} > as_of) AS {name} "
        "FROM {known} GROUP BY entity_id"
    )


def _valid(kind: str) -> str:
    return f"kind LIKE '{kind}' AND (expiry_date IS NULL OR expiry_date >= as_of)"
