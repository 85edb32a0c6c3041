"""How defaults build up: vintages by months on book, roll rates between days past due, the maturity point."""

from typing import Literal

import numpy as np
import pandas as pd

from features.errors import ModelError
from features.session import Session
from models.label_rules import LabelRules
from models.labels import Tape, known_tape, signs
from models.metrics import wilson

Every = Literal["month", "quarter"]
_PERIODS = {"month": "M", "quarter": "Q"}

SEEN_SHARE = 0.95
"""A cell is told where at least this share of the cohort's loans was seen that far: missing is not good."""

BUCKETS = ("0", "1-30", "31-60", "61-90", ">90")
"""Days past due by their range. Never M1, M2, M3+: the last means over 90 to some and over 60 to others."""
BUCKET_EDGES = (0, 30, 60, 90)

GROWTH_AT_MOST = 0.02
FLAT_MONTHS = 3
FEWEST_COHORTS = 3


def vintage(
    session: Session, as_of: pd.Timestamp, rules: LabelRules | None = None, *, every: Every = "quarter"
) -> pd.DataFrame:
    """Cumulative share of bad loans by months on book, per month or quarter of disbursement.

    Month 0 on book is the end of the month of disbursement. A loan is bad from its first default on,
    whatever its performance window.

    Args:
        session: Whose loan tape to read.
        as_of: Only rows available then count.
        rules: What counts as default; None for `label_rules.yaml`.
        every: Which loans stand together.

    Returns:
        A row per cohort and month on book, in order: `cohort` (2024-03 or 2024Q1), `month_on_book`, `loans`,
        `bads`, `share`, `low` and `high` (95 % Wilson). `bads`, `share`, `low` and `high` are missing, not
        zero, in months that not every loan of the cohort can have reached, or that fewer than 95 % of its
        loans were followed to.

    Raises:
        ModelError: No loan is known.
    """
    if every not in _PERIODS:
        raise ModelError(f"every is '{every}', expected one of {', '.join(_PERIODS)}")
    tape = known_tape(session, as_of)
    if tape.loans.empty:
        raise ModelError(f"no loan is known on {as_of:%Y-%m-%d}; collect the loan tape first")
    loans = _on_book(tape, rules or LabelRules())
    loans["cohort"] = tape.loans["disbursed"].dt.to_period(_PERIODS[every]).astype("str")
    parts = [_curve(str(name), part) for name, part in loans.groupby("cohort")]
    return pd.concat(parts, ignore_index=True)


def _on_book(tape: Tape, rules: LabelRules) -> pd.DataFrame:
    """A row a loan: months on book of its default, how far it was seen, and how far it can have come."""
    begun = _month(tape.loans["disbursed"])
    found = signs(tape, rules)
    first = found[found["treatment"] == "bad"].drop_duplicates("loan_id").set_index("loan_id")["day"]
    last = tape.performance.sort_values("day", kind="stable").drop_duplicates("loan_id", keep="last")
    last = last.set_index("loan_id").reindex(tape.loans.index)
    bad = (_month(first.reindex(tape.loans.index)) - begun).clip(lower=0)
    newest = tape.as_of + pd.Timedelta(days=1)
    over = newest.year * 12 + newest.month - 2  # the last month that is over
    due, reported = _month(tape.loans["maturity"]), _month(last["day"])
    # What defaulted, was settled or was reported until it fell due needs no further look.
    ended = (reported >= due) | ((reported == due - 1) & (due < over))
    ended |= bad.notna() | (last["balance_cny"] == 0)
    seen = (reported - begun).fillna(-1).mask(ended, np.inf)
    reached = over - begun
    return pd.DataFrame({"bad": bad, "seen": seen, "reached": reached})


def _month(days: pd.Series) -> pd.Series:
    """Months since year 0, missing where the day is."""
    return days.dt.year * 12.0 + days.dt.month - 1


def _curve(cohort: str, loans: pd.DataFrame) -> pd.DataFrame:
    months = np.arange(max(int(loans["reached"].max()), 0) + 1)
    bads = (loans["bad"].to_numpy()[:, None] <= months).sum(axis=0)
    followed = (loans["seen"].to_numpy()[:, None] >= months).mean(axis=0) >= SEEN_SHARE
    told = followed & (months <= loans["reached"].min())
    rates = [
        wilson(int(count), len(loans)) if there else None for count, there in zip(bads, told, strict=True)
    ]
    shares = {
        name: [getattr(rate, field) if rate else np.nan for rate in rates]
        for name, field in (("share", "value"), ("low", "low"), ("high", "high"))
    }
    frame = pd.DataFrame({"cohort": cohort, "month_on_book": months, "loans": len(loans)})
    return frame.assign(bads=pd.Series(bads, dtype="Int64").where(told), **shares)


def pooled(table: pd.DataFrame) -> pd.DataFrame:
    """One curve of all cohorts: each month adds the bads of the cohorts that reached it, over their loans.

    Returns:
        `month_on_book`, `cohorts` that reached it, `share`; months that no cohort reached are left out.
    """
    told = table.dropna(subset=["share"])
    added = told["bads"].astype("int64") - told.groupby("cohort")["bads"].shift(1).fillna(0).astype("int64")
    by_month = told.assign(added=added).groupby("month_on_book")
    rates = by_month["added"].sum() / by_month["loans"].sum()
    return pd.DataFrame({"cohorts": by_month.size(), "share": rates.cumsum()}).reset_index()


def maturity_point(table: pd.DataFrame) -> int | None:
    """Month on book from which the pooled curve is flat: a performance window that sees most defaults.

    The rule: the first month after which every further month adds at most 2 % of the level reached by
    then, judged over the months that at least three cohorts reached, and over three of them or more. None
    where the curve is not yet flat there, or has no default.
    """
    curve = pooled(table)
    curve = curve[curve["cohorts"] >= FEWEST_COHORTS]
    share = curve["share"].to_numpy(dtype=float)
    if not len(share) or share[-1] <= 0:
        return None
    still_rising = np.diff(share) > GROWTH_AT_MOST * share[:-1]
    flat_from = int(np.flatnonzero(still_rising).max(initial=-1)) + 1
    if len(share) - 1 - flat_from < FLAT_MONTHS:
        return None
    return int(curve["month_on_book"].iloc[flat_from])


def roll_rates(session: Session, as_of: pd.Timestamp, *, months: int = 1) -> pd.DataFrame:
    """Where loans of each bucket of days past due are some months later; the worst bucket absorbs.

    A loan once more than 90 days past due stays there. Only pairs of month ends on both of which a loan was
    reported count; loans that end in between roll nowhere.

    Args:
        session: Whose loan performance to read.
        as_of: Only rows available then count.
        months: From one month end to the one so many months later.

    Returns:
        A row for each `from` and `to` of `BUCKETS`: `loans` (pairs), `share` of all from there, `low` and
        `high` (95 % Wilson); the three are missing where no loan was in `from`.

    Raises:
        ModelError: `months` is below 1.
    """
    if months < 1:
        raise ModelError(f"roll rates over {months} months; expected 1 or more")
    seen = _buckets(known_tape(session, as_of).performance)
    later = seen.assign(month=seen["month"] - months)
    pairs = seen.merge(later, on=["loan_id", "month"], suffixes=("", "_later"))
    counts = pd.crosstab(pairs["bucket"], pairs["bucket_later"])
    counts = counts.reindex(index=range(len(BUCKETS)), columns=range(len(BUCKETS)), fill_value=0)
    return pd.DataFrame([_roll(counts, start, end) for start in counts.index for end in counts.columns])


def _buckets(performance: pd.DataFrame) -> pd.DataFrame:
    """The bucket of each loan on each month end, the worst kept for good."""
    month = _month(performance["day"])
    bucket = np.searchsorted(BUCKET_EDGES, performance["dpd"].to_numpy(), side="left")
    seen = pd.DataFrame({"loan_id": performance["loan_id"], "month": month, "bucket": bucket})
    seen = seen.groupby(["loan_id", "month"], as_index=False)["bucket"].max()
    worst = seen.groupby("loan_id")["bucket"].cummax() == len(BUCKETS) - 1
    return seen.assign(bucket=seen["bucket"].mask(worst, len(BUCKETS) - 1))


def _roll(counts: pd.DataFrame, start: int, end: int) -> dict[str, object]:
    loans, all_ = int(counts.loc[start, end]), int(counts.loc[start].sum())
    row: dict[str, object] = {"from": BUCKETS[start], "to": BUCKETS[end], "loans": loans}
    if not all_:
        return row | dict.fromkeys(("share", "low", "high"), np.nan)
    rate = wilson(loans, all_)
    return row | {"share": rate.value, "low": rate.low, "high": rate.high}
