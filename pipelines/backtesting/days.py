"""The steps of a backtest: the first model's day, and every month end after it."""

import pandas as pd

from features.errors import RequestError


def step_days(first: pd.Timestamp, last: pd.Timestamp) -> tuple[pd.Timestamp, ...]:
    """The day of the first model, the month ends after it, and the last day.

    >>> [f"{day:%m-%d}" for day in step_days(pd.Timestamp("2026-01-31"), pd.Timestamp("2026-04-15"))]
    ['01-31', '02-28', '03-31', '04-15']

    Raises:
        RequestError: The last day is not after the first.
    """
    if last <= first:
        raise RequestError(
            f"--to {last:%Y-%m-%d} is not after --from {first:%Y-%m-%d}; the first model is made on --from, "
            "and answers for the applications after it until --to"
        )
    ends = pd.date_range(first, last, freq="ME")
    return (first, *(day for day in ends if first < day < last), last)


def months_between(earlier: pd.Timestamp, later: pd.Timestamp) -> int:
    """Calendar months from one day's month to another's.

    >>> months_between(pd.Timestamp("2025-12-31"), pd.Timestamp("2026-02-01"))
    2
    """
    return (later.year - earlier.year) * 12 + later.month - earlier.month
