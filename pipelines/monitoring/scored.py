"""Everything that the champion must score: loans on the day of their application, firms of earlier months.

Of each kind all days are assembled at once, because the sources are read once for all of them.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.assemble import assemble
from features.session import Session
from models.groups import bound_groups, group_of
from models.monitoring.moves import Reference
from pipelines.monitoring.given import Given
from pipelines.monitoring.kept import read_features, read_loans, read_reference, read_scores
from pipelines.monitoring.loans import later_loans
from pipelines.monitoring.months import month_before
from pipelines.monitoring.names import absent, of_names
from pipelines.segmenting import segments_of
from pipelines.steps import Steps

MONTHS_BACK = (1, 2, 3)
"""Months whose scores are held against today's."""
MOST_FIRMS = 3_000
"""Firms of an earlier month that are scored where that month kept no scores."""
MOST_LOANS = 5_000
"""New loans of a month up to which each is scored as of the day of its application."""
FEW = 4
"""Of firms one in so many is few: their rows are set aside before they are looked at."""
WORDS = ("industry", "size", "district", "kind")


@dataclass(frozen=True, slots=True)
class Before:
    """What the day's firms are held against.

    Attributes:
        reference: The firms of the champion's own day.
        reference_is_new: Whether that has yet to be kept.
        earlier: Months back → probability of default by firm.
        new_scores: Those of them that were not kept yet, by day.
    """

    reference: Reference
    reference_is_new: bool
    earlier: dict[int, pd.Series]
    new_scores: dict[date, pd.Series]


def scores_before(given: Given, steps: Steps) -> Before:
    """What the champion said of firms on its own day and in earlier months: as kept, or worked out now."""
    reference = read_reference(given.home, given.version)
    days = {months: month_before(given.day, months) for months in MONTHS_BACK}
    kept = {months: read_scores(given.home, day, given.version) for months, day in days.items()}
    wanted = [months for months, day in days.items() if kept[months] is None and day >= given.learnt_on]
    known = None if reference else read_features(given, given.learnt_on)
    ends = [pd.Timestamp(days[months]) for months in wanted]
    parts = [_spine(_sample(given, end), end) for end in ends]
    if reference is None and known is None:
        learnt_on = pd.Timestamp(given.learnt_on)
        parts.append(_spine(given.scope.firms_on(learnt_on), learnt_on))
    tables = _assembled(given, parts, steps) if parts else []
    scores = {months: given.pd_(table) for months, table in zip(wanted, tables, strict=False)}
    return Before(
        reference=reference or _reference(given, tables[-1] if known is None else known),
        reference_is_new=reference is None,
        earlier={
            months: one for months in MONTHS_BACK if (one := scores.get(months, kept[months])) is not None
        },
        new_scores={days[months]: one for months, one in scores.items()},
    )


def _reference(given: Given, table: pd.DataFrame) -> Reference:
    names = [one.name for one in given.features]
    return Reference.of(given.version.label, str(given.learnt_on), table[names], given.pd_(table))


def scored_loans(given: Given, features: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """Loans since the champion's day, scored as `models.monitoring.performance` describes them.

    Args:
        given: Home, day, champion.
        features: Those of the day's firms.
        steps: Told of every source that was read.

    Returns:
        No rows without a loan tape.
    """
    before = read_loans(given.home, given.day, given.version)
    outcomes = later_loans(given, before)
    last = read_scores(given.home, month_before(given.day, 1), given.version)
    before = _with_last_scores(given, outcomes, before, last, features)
    unknown = outcomes if before is None else outcomes[absent(outcomes.index, before.index)]
    [table] = _assembled(given, [_spine(unknown["entity_id"], unknown["application_date"])], steps)
    return _loans(given, outcomes, before, unknown, table)


def _sample(given: Given, day: pd.Timestamp) -> pd.Series:
    """Firms spread evenly over those known on a day; all where they are few."""
    firms = given.scope.firms_on(day).reset_index(drop=True)
    return firms.iloc[np.unique(np.linspace(0, len(firms) - 1, min(MOST_FIRMS, len(firms))).astype(int))]


def _spine(firms: pd.Series, day: "pd.Timestamp | pd.Series") -> pd.DataFrame:
    return pd.DataFrame(
        {"entity_id": firms.to_numpy(), "as_of": day if isinstance(day, pd.Timestamp) else day.to_numpy()}
    )


def _assembled(given: Given, parts: list[pd.DataFrame], steps: Steps) -> list[pd.DataFrame]:
    """The champion's features of each part, indexed by firm."""
    spine = pd.concat(parts, ignore_index=True).assign(as_of=lambda all_: pd.to_datetime(all_["as_of"]))
    if spine.empty:
        return [pd.DataFrame(columns=[one.name for one in (*given.features, *given.beside)]) for _ in parts]
    wanted = (*given.features, *given.beside)
    few = spine["entity_id"].nunique() * FEW <= len(given.scope.firms)
    values = assemble(given.home, wanted, spine, steps.say, few=few).values.droplevel("as_of")
    ends = np.cumsum([len(part) for part in parts])
    return [values.iloc[end - len(part) : end] for part, end in zip(parts, ends, strict=True)]


# ---------------------------------------------------------------- loans
def _with_last_scores(
    given: Given,
    outcomes: pd.DataFrame,
    before: pd.DataFrame | None,
    last: pd.Series | None,
    features: pd.DataFrame,
) -> pd.DataFrame | None:
    """Of a large city the month's new loans with the scores that the month before ended with.

    They are at most a month older than the application; scoring so many loans each as of its own day would
    take longer than everything else.
    """
    if before is None or last is None or len(outcomes) - len(before) <= MOST_LOANS:
        return before
    new = outcomes[absent(outcomes.index, before.index)]
    after = new["application_date"] > pd.Timestamp(month_before(given.day, 1))
    new = new[after.to_numpy() & ~absent(pd.Index(new["entity_id"]), last.index)]
    firms = pd.Index(new["entity_id"])
    words = of_names(segments_of(features).reindex(columns=list(WORDS)).astype("object"), firms)
    told = words.set_axis(new.index).assign(pd_=of_names(last, firms).to_numpy())
    return pd.concat([before, told])


def _loans(
    given: Given,
    outcomes: pd.DataFrame,
    before: pd.DataFrame | None,
    unknown: pd.DataFrame,
    table: pd.DataFrame,
) -> pd.DataFrame:
    """The scored loans with the words they are told apart by and their company groups."""
    if outcomes.empty:
        return outcomes
    words = segments_of(table).reindex(columns=list(WORDS)).astype("object")
    new = words.set_axis(unknown.index).assign(pd_=given.pd_(table).to_numpy())
    told = new if before is None else pd.concat([before[list(new.columns)], new])
    groups = bound_groups(Session(given.home), given.at)
    return outcomes.join(of_names(told, outcomes.index)).assign(group=group_of(outcomes["entity_id"], groups))


def loans_to_keep(given: Given, loans: pd.DataFrame) -> pd.DataFrame:
    """Scores and words of loans as `read_loans` reads them."""
    if loans.empty:
        return pd.DataFrame({"loan_id": [], "model": []})
    kept = loans[["pd_", "bad", "window_end", *WORDS]].rename_axis("loan_id").reset_index()
    return kept.assign(model=given.version.label)
