"""What the city still owes in interest subsidies: measure 2 asked about every green loan of a year."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from features.session import Session
from serving.policy import Facts, NoNumberForDay, Result, subsidy_for_loans
from serving.policy.law import Parameters
from serving.policy.measures.interest_subsidy import INTEREST_SUBSIDY
from serving.policy.table import columns_of, evaluate_table

Loan = dict[str, Any]

LOANS = """
WITH graded AS (
    SELECT month_ends.month_end, entity_id, max_by(grade, (event_date, record_id)) AS green_grade,
        max(event_date) AS green_grade_date
    FROM seen_green_grade JOIN month_ends ON event_date <= month_ends.month_end GROUP BY ALL
), owed AS (
    SELECT last_day(event_date) AS month_end, loan_id, max_by(balance_cny, event_date) AS balance_cny
    FROM seen_loan_performance GROUP BY ALL
), kinds AS (
    SELECT entity_id, max_by(entity_type, (event_date, record_id)) AS entity_type
    FROM seen_registration GROUP BY entity_id
), spent AS (
    SELECT month_ends.month_end, entity_id, sum(amount_cny) AS paid
    FROM seen_interest_subsidy JOIN month_ends
        ON event_date <= month_ends.month_end AND year(period_end) = year(month_ends.month_end)
    GROUP BY ALL
)
SELECT month_ends.month_end, loan.entity_id, kinds.entity_type, graded.green_grade, graded.green_grade_date,
    loan.amount_cny,
    CASE WHEN loan.maturity_date > month_ends.month_end THEN owed.balance_cny END AS balance_cny,
    loan.maturity_date > month_ends.month_end AS is_running, loan.credit_line_cny,
    loan.event_date AS start_date, loan.maturity_date, loan.green_inclusive, coalesce(spent.paid, 0) AS paid
FROM seen_loan AS loan
JOIN month_ends ON loan.event_date <= month_ends.month_end
    AND loan.maturity_date > date_trunc('year', month_ends.month_end)
    AND year(month_ends.month_end) = $year
LEFT JOIN graded ON graded.month_end = month_ends.month_end AND graded.entity_id = loan.entity_id
LEFT JOIN owed ON owed.month_end = month_ends.month_end AND owed.loan_id = loan.record_id
LEFT JOIN kinds ON kinds.entity_id = loan.entity_id
LEFT JOIN spent ON spent.month_end = month_ends.month_end AND spent.entity_id = loan.entity_id
WHERE loan.green_inclusive IS NOT FALSE
ORDER BY month_ends.month_end, loan.entity_id, loan.record_id
"""
"""Loans that ran on a day of the year, as they stood at each of its months' ends."""

SCHEMA = pa.schema(
    [
        ("month_end", pa.date32()),
        ("entity_id", pa.string()),
        ("part", pa.decimal128(18, 2)),
        ("is_known", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Item:
    """One loan in one month; the first loan of a firm carries what is owed to the firm."""

    month_end: date
    entity_id: str
    part: Decimal | None
    is_known: bool


def committed(session: Session, year: int, parameters: Parameters) -> pa.Table:
    """What firms' loans earn in a calendar year by measure 2, less what was paid for it, by month and firm.

    The measure shares one cap among a firm's loans. A firm of whose loans one cannot be judged is unknown
    whole, because that loan could use up the cap.
    """
    asked = session.engine.execute(LOANS, {"year": year})
    names = [column[0] for column in asked.description or ()]
    months: dict[date, list[Loan]] = defaultdict(list)
    for row in asked.fetchall():
        loan = dict(zip(names, row, strict=True))
        months[loan["month_end"]].append(loan)
    items = [item for day, loans in months.items() for item in _of_month(day, loans, parameters)]
    columns = [[getattr(item, field.name) for item in items] for field in SCHEMA]
    return pa.table(columns, schema=SCHEMA)


def _of_month(day: date, loans: list[Loan], parameters: Parameters) -> Iterator[Item]:
    """All loans are judged at once; only firms of which something passes are worked out one by one."""
    facts = [_facts(loan) for loan in loans]
    try:
        judged = evaluate_table(columns_of(facts), day, parameters=parameters, measures=[INTEREST_SUBSIDY])
    except NoNumberForDay:
        results = [str(Result.UNKNOWN)] * len(loans)
    else:
        results = judged.columns[f"{INTEREST_SUBSIDY.key}.result"].to_pylist()
    firms: dict[str, list[int]] = defaultdict(list)
    for place, loan in enumerate(loans):
        firms[loan["entity_id"]].append(place)
    for entity, places in firms.items():
        found = {results[place] for place in places}
        still = _still_owed(
            day, [facts[place] for place in places], found, loans[places[0]]["paid"], parameters
        )
        for place in places:  # the measure speaks of the firm; loans are counted
            part = still if place == places[0] or still is None else Decimal(0)
            yield Item(day, entity, part, is_known=still is not None)


def _still_owed(
    day: date, loans: list[dict[str, Any]], results: set[str], paid: Decimal, parameters: Parameters
) -> Decimal | None:
    """What a firm's loans earn in the day's year less what was paid for it; None where that is unknown."""
    if Result.UNKNOWN in results:
        return None
    if Result.PASS not in results:
        return Decimal(0)
    told = subsidy_for_loans([Facts.from_dict(loan) for loan in loans], day, parameters=parameters)
    return None if told.total_cny is None else max(told.total_cny - Decimal(paid), Decimal(0))


def _facts(loan: Loan) -> dict[str, Any]:
    """A loan as the measure asks; one that is repaid by then earned on the amount lent."""
    given = {
        "entity_type": loan["entity_type"],
        "green_grade": loan["green_grade"],
        "green_grade_date": loan["green_grade_date"],
        "green_grade_source": "official" if loan["green_grade"] else None,
        "is_green_inclusive": loan["green_inclusive"],
        "loan_amount_cny": None if loan["is_running"] and loan["balance_cny"] is None else loan["amount_cny"],
        "loan_balance_cny": loan["balance_cny"],
        "has_credit_line": loan["credit_line_cny"] is not None,
        "credit_line_cny": loan["credit_line_cny"],
        "start_date": loan["start_date"],
        "maturity_date": loan["maturity_date"],
        "subsidy_used_ytd_cny": Decimal(0),
    }
    return {name: value for name, value in given.items() if value is not None}
