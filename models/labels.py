"""Labels from the loan tape, as known on a day: what became of each loan, and of each firm."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.asof import known_on
from features.catalogue import source_named
from features.errors import ModelError
from features.session import Session
from models.label_rules import LabelRules, Treatment

CAUSES = ("dpd", "class", "write_off", "evasion", "restructured", "renewed_with_relief", "renewed")
"""Why a loan is bad. Where several things happen on one day, the one named first explains the others."""

FLAGS = {
    "renewed": "RENEWED_WITHOUT_REPAYMENT",
    "renewed_with_relief": "RENEWED_WITH_RELIEF",
    "restructured": "RESTRUCTURED",
}
"""Events that are told apart from default, by the column that tells of them."""

ALWAYS_BAD = {"write_off": "WRITTEN_OFF", "evasion": "DEBT_EVASION"}
SHOWN = 3
"""Loans or firms that an error names before it says that there are more."""


@dataclass(frozen=True, slots=True)
class Tape:
    """The loan tape as known on a day.

    Attributes:
        as_of: The day.
        loans: A row a loan, indexed by `loan_id`: `entity_id`, `bank`, `application_date`, `disbursed`,
            `maturity`, `term_months`, `bullet`.
        performance: A row a loan and month: `loan_id`, `day`, `balance_cny`, `dpd`, `risk_class`.
        events: A row an event: `loan_id`, `day`, `kind`; None where no event of any loan had arrived, so
            that nobody knows whether loans were renewed, restructured or written off.
    """

    as_of: pd.Timestamp
    loans: pd.DataFrame
    performance: pd.DataFrame
    events: pd.DataFrame | None


def known_tape(session: Session, as_of: pd.Timestamp) -> Tape:
    """The loan tape as known on a day: only rows available then count."""
    loans = _known(session, "loan", as_of).set_index("record_id").rename_axis("loan_id")
    days = {"application_date": "application_date", "disbursed": "event_date", "maturity": "maturity_date"}
    told = {name: pd.to_datetime(loans[column]) for name, column in days.items()}
    kept = loans[["entity_id", "bank", "term_months"]].assign(**told, bullet=loans["repayment"] == "BULLET")
    performance = _known(session, "loan_performance", as_of)
    events = _known(session, "loan_event", as_of) if _any_arrived(session, "loan_event", as_of) else None
    return Tape(
        as_of,
        kept.sort_index(),
        _dated(performance, "balance_cny", "dpd", "risk_class"),
        None if events is None else _dated(events, "kind"),
    )


def _known(session: Session, source: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """The stored rows of a source as known on a day, whatever the firm."""
    return session.frame(known_on(session.stored(source_named(source)), as_of.date()))


def _any_arrived(session: Session, source: str, as_of: pd.Timestamp) -> bool:
    stored = session.stored(source_named(source))
    return not session.frame(stored.filter(stored.available_at <= as_of.date()).limit(1)).empty


def _dated(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows[["loan_id", *columns]].assign(day=pd.to_datetime(rows["event_date"]))


def signs(tape: Tape, rules: LabelRules) -> pd.DataFrame:
    """Everything that makes a loan bad or indeterminate, whenever it happened.

    Returns:
        `loan_id`, `day`, `cause` (of `CAUSES`) and `treatment` (`bad` or `grey`), in order of time.
    """
    late = tape.performance
    by_days, by_class = late["dpd"] > rules.bad_dpd_over, late["risk_class"].isin(rules.non_performing)
    grey = ~by_days & ~by_class & (late["dpd"] > rules.grey_dpd_over)
    parts = [
        _sign(late[by_days], "dpd", "bad"),
        _sign(late[by_class], "class", "bad"),
        _sign(late[grey], "dpd", "grey"),
    ]
    if tape.events is not None:
        parts += [
            _sign(tape.events[tape.events["kind"] == kind], cause, treatment)
            for cause, kind, treatment in _of_events(rules)
            if treatment != "ignored"
        ]
    found = pd.concat(parts, ignore_index=True)
    rank = found["cause"].map({cause: place for place, cause in enumerate(CAUSES)})
    return found.assign(rank=rank).sort_values(["day", "rank"], kind="stable", ignore_index=True)


def _of_events(rules: LabelRules) -> list[tuple[str, str, Treatment]]:
    always: list[tuple[str, str, Treatment]] = [(cause, kind, "bad") for cause, kind in ALWAYS_BAD.items()]
    return always + [(cause, kind, getattr(rules, cause)) for cause, kind in FLAGS.items()]


def _sign(rows: pd.DataFrame, cause: str, treatment: Treatment) -> pd.DataFrame:
    return rows[["loan_id", "day"]].assign(cause=cause, treatment=treatment)


def loan_outcomes(session: Session, as_of: pd.Timestamp, rules: LabelRules | None = None) -> pd.DataFrame:
    """Every loan disbursed until `as_of`, with what became of it within its performance window.

    Args:
        session: Whose loan tape, performance and events to read; only rows available at `as_of` count.
        as_of: The day on which the question is put.
        rules: What counts as default; None for `label_rules.yaml`.

    Returns:
        One row a loan, indexed by `loan_id`: `entity_id`, `bank`, `application_date`, `disbursed`,
        `window_months`, `window_end`, `worst_dpd` (within the window), `mature` (the window is over, and
        the loan was seen until its end, settled or defaulted), `bad` (default within the window), `grey`
        (indeterminate), `cause` (of `CAUSES`), `renewed`, `renewed_with_relief` and `restructured` (within
        the window, so far) and `as_of`. `bad`, `grey` and `cause` are missing where the loan is immature,
        `cause` also where it is not bad. The three flags are missing where no loan event was ever
        collected: then labels come from days past due and class alone, and `attrs["loan_events"]` is False.
    """
    rules = rules or LabelRules()
    tape = known_tape(session, as_of)
    windows = _windows(tape.loans, rules)
    outcomes = windows.join(_worst_dpd(tape, windows)).join(_first_signs(tape, windows, rules))
    outcomes = _judged(outcomes, tape).assign(**_flags(tape, windows), as_of=as_of)
    outcomes = outcomes.drop(columns=["maturity", "term_months", "bullet"])
    outcomes.attrs["loan_events"] = tape.events is not None
    return outcomes


def _windows(loans: pd.DataFrame, rules: LabelRules) -> pd.DataFrame:
    """The loans with the length and the end of their performance windows."""
    months = pd.Series(rules.months, index=loans.index, dtype="int64")
    if rules.bullet_grace_months is not None:
        of_bullets = (loans["term_months"] + rules.bullet_grace_months).clip(
            upper=rules.longest_window_months
        )
        months = months.mask(loans["bullet"], of_bullets.astype("int64"))
    end = loans["disbursed"].copy()
    for length, rows in months.groupby(months).groups.items():
        end.loc[rows] = loans.loc[rows, "disbursed"] + pd.DateOffset(months=int(str(length)))
    return loans.assign(window_months=months, window_end=end)


def _within(rows: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """The rows of loans on the tape that lie within their windows."""
    # by place and not by map, which makes numbers of the days where there are no rows
    ends = windows["window_end"].reindex(rows["loan_id"]).to_numpy()
    return rows[rows["day"].to_numpy() <= ends]


def _worst_dpd(tape: Tape, windows: pd.DataFrame) -> pd.Series:
    worst = _within(tape.performance[["loan_id", "day", "dpd"]], windows).groupby("loan_id")["dpd"].max()
    return worst.rename("worst_dpd")


def _first_signs(tape: Tape, windows: pd.DataFrame, rules: LabelRules) -> pd.DataFrame:
    """`cause` of the first bad sign within the window, and whether there was an indeterminate one."""
    seen = _within(signs(tape, rules), windows)
    bad = seen[seen["treatment"] == "bad"].drop_duplicates("loan_id").set_index("loan_id")["cause"]
    doubtful = windows.index.isin(seen.loc[seen["treatment"] == "grey", "loan_id"])
    return pd.DataFrame({"cause": bad.reindex(windows.index), "doubtful": doubtful}, index=windows.index)


def _flags(tape: Tape, windows: pd.DataFrame) -> dict[str, pd.Series]:
    if tape.events is None:
        return {name: pd.Series(pd.NA, index=windows.index, dtype="boolean") for name in FLAGS}
    seen = _within(tape.events, windows)
    told = {name: seen.loc[seen["kind"] == kind, "loan_id"] for name, kind in FLAGS.items()}
    return {
        name: pd.Series(windows.index.isin(loans), index=windows.index, dtype="boolean")
        for name, loans in told.items()
    }


def _judged(outcomes: pd.DataFrame, tape: Tape) -> pd.DataFrame:
    defaulted = outcomes["cause"].notna()
    over = outcomes["window_end"] <= tape.as_of
    mature = over & (defaulted | _seen_to_the_end(outcomes, tape))
    return outcomes.assign(
        mature=mature,
        bad=defaulted.astype("boolean").where(mature),
        grey=(~defaulted & outcomes["doubtful"]).astype("boolean").where(mature),
        cause=outcomes["cause"].where(mature),
    ).drop(columns="doubtful")


def _seen_to_the_end(outcomes: pd.DataFrame, tape: Tape) -> pd.Series:
    """Whether a loan was reported until its window ended, or was settled before.

    A loan no longer reported is not called good. It is settled where nothing was owed when it was last
    reported, or where it was reported until it fell due and not once afterwards: banks report what is owed.
    """
    newest = tape.performance.sort_values("day", kind="stable").drop_duplicates("loan_id", keep="last")
    last = newest.set_index("loan_id")[["day", "balance_cny"]].reindex(outcomes.index)
    month = pd.offsets.MonthEnd(1)
    until_due = (last["day"] >= outcomes["maturity"] - month) & (last["day"] < outcomes["maturity"])
    settled = (last["balance_cny"] == 0) | until_due
    return settled | (last["day"] >= outcomes["window_end"] - month)


def firm_outcomes(outcomes: pd.DataFrame, every: str | None = None) -> pd.DataFrame:
    """What became of each firm: the worst of its loans over the banks that contribute.

    A firm has a label only when every loan of it has one. Its defaults are known before its good ends are:
    firms labelled as soon as one loan is bad would be bad firms, mostly.

    Args:
        outcomes: As `loan_outcomes` gives them, all as of one day.
        every: `M`, `Q` or `Y` for one row a firm and month, quarter or year of application; None for one
            row a firm.

    Returns:
        `entity_id`, `cohort` (missing without `every`), `banks`, `loans`, and the columns of
        `loan_outcomes`: the first application, the last end of a window, the worst days past due, the cause
        of the earliest bad loan, and flags that are true where one loan's is.

    Raises:
        ModelError: The outcomes are as known on different days.
    """
    days = outcomes["as_of"].drop_duplicates().sort_values()
    if len(days) > 1:
        told = named([f"{day:%Y-%m-%d}" for day in days])
        raise ModelError(f"firms' labels need outcomes as of one day, found {len(days)}: {told}")
    cohort = outcomes["application_date"].dt.to_period(every).astype("str") if every else pd.NA
    loans = outcomes.assign(cohort=cohort).sort_values("application_date", kind="stable")
    grouped = loans.groupby(["entity_id", "cohort"], dropna=False)
    firms = grouped.agg(
        banks=("bank", "nunique"),
        loans=("bank", "size"),
        application_date=("application_date", "min"),
        disbursed=("disbursed", "min"),
        window_months=("window_months", "max"),
        window_end=("window_end", "max"),
        worst_dpd=("worst_dpd", "max"),
        mature=("mature", "all"),
        bad=("bad", "max"),
        grey=("grey", "max"),
        cause=("cause", "first"),
        **{flag: (flag, "max") for flag in FLAGS},
        as_of=("as_of", "first"),
    ).reset_index()
    return firms.assign(
        bad=firms["bad"].where(firms["mature"]),
        grey=(firms["grey"] & ~firms["bad"]).where(firms["mature"]),
        cause=firms["cause"].where(firms["mature"]),
    )


def matured_labels(outcomes: pd.DataFrame) -> pd.Series:
    """1 for bad and 0 for not, of outcomes that are all mature.

    Raises:
        ModelError: Some are not; the message names them, and the day from which the cohort has labels.
    """
    young = outcomes[~outcomes["mature"].astype(bool)]
    if young.empty:
        return outcomes["bad"].astype("int64")
    day = young["as_of"].iloc[0]
    still_open = young[young["window_end"] > day].sort_values("window_end", ascending=False, kind="stable")
    reasons = []
    if len(still_open):
        end = still_open["window_end"].iloc[0]
        reasons.append(
            f"the windows of {named(still_open.index)} end after that day, the last on {end:%Y-%m-%d} "
            f"({(end - day).days} days later)"
        )
    if silent := len(young) - len(still_open):
        of_silent = young.drop(still_open.index)
        reasons.append(f"{silent} are not reported until their windows end: {named(of_silent.index)}")
    raise ModelError(
        f"{len(young)} of {len(outcomes)} outcomes have no label on {day:%Y-%m-%d}: {'; '.join(reasons)}; "
        "leave them out or ask as of a later day"
    )


def named(names: Any) -> str:
    """The first few of some names, for an error that must say which."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(str(name) for name in names[:SHOWN]) + more
