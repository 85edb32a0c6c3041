"""A bank's own rows beside its loans: of each firm the newest row that was known when it applied."""

from dataclasses import dataclass

import pandas as pd

from features.errors import RequestError

OLDEST_MONTHS = 12
"""A row older than this at the application tells nothing of the firm any more."""

KEYS = ("entity_id", "as_of")
"""What tells the rows of a bank's table apart: the firm, and the day as of which the row was true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What a bank's table says of each loan as of its application.

    Attributes:
        columns: A row a loan, in the order of the loans; missing where the firm had no row in time.
        as_of: Day of the row that each loan got; missing where it got none.
        firms: Firms of the loans, firms of the table, and firms of both.
        matched: Loans that got a row.
    """

    columns: pd.DataFrame
    as_of: pd.Series
    firms: tuple[int, int, int]
    matched: int


def newest_rows(loans: pd.DataFrame, table: pd.DataFrame, *, oldest_months: int = OLDEST_MONTHS) -> Joined:
    """Give each loan its firm's newest row with `as_of` on or before the application.

    Args:
        loans: Indexed by `loan_id`, with `entity_id` and `application_date`.
        table: `entity_id` (spelled as in `loans`), `as_of`, and the bank's own columns. A row said twice
            counts once.
        oldest_months: A row that is older at the application does not count; one of exactly this age does.

    Returns:
        The columns without `entity_id` and `as_of`; a loan without a row keeps its place.

    Raises:
        RequestError: A column of the keys is missing, or two different rows speak of one firm on one day.
    """
    refuse_without_keys(table, "the bank's table")
    rows = _dated(table)
    applied = pd.to_datetime(loans["application_date"]).astype("datetime64[us]")
    asked = pd.DataFrame(
        {
            "place": range(len(loans)),
            "entity_id": loans["entity_id"].astype("str").to_numpy(),
            "applied": applied.to_numpy(),
        }
    )
    found = pd.merge_asof(
        asked.sort_values("applied", kind="stable"),
        rows.sort_values("as_of", kind="stable").assign(entity_id=rows["entity_id"].astype("str")),
        left_on="applied",
        right_on="as_of",
        by="entity_id",
    ).sort_values("place")
    young = found["as_of"] >= found["applied"] - pd.DateOffset(months=oldest_months)
    columns = found.drop(columns=[*asked.columns, "as_of"]).where(young)
    known, told = set(loans["entity_id"].dropna()), set(rows["entity_id"])
    return Joined(
        columns=columns.set_axis(loans.index),
        as_of=found["as_of"].where(young).set_axis(loans.index),
        firms=(len(known), len(told), len(known & told)),
        matched=int(young.sum()),
    )


def refuse_without_keys(table: pd.DataFrame, what: str) -> None:
    """Raise RequestError where a table does not name the firm and the day of its rows."""
    missing = [name for name in KEYS if name not in table]
    if missing:
        raise RequestError(
            f"{what}: no column {' and no '.join(missing)}; expected entity_id (the firm's code) and as_of "
            f"(the day as of which the row was true), found {', '.join(map(str, table.columns)) or 'nothing'}"
        )


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with a firm and a day, each once.

    Raises:
        RequestError: Two different rows speak of one firm on one day: nobody can say which was known.
    """
    days = pd.to_datetime(table["as_of"]).astype("datetime64[us]")
    rows = table.assign(as_of=days).dropna(subset=list(KEYS)).drop_duplicates()
    twice = int(rows.duplicated(list(KEYS)).sum())
    if twice:
        raise RequestError(
            f"the bank's table: {twice:,} rows differ from another row of the same firm and day; expected "
            "one row a firm and as_of: add up accounts first, or give each row its own day"
        )
    return rows
