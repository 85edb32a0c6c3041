"""A model of the labels known on a day, and of nothing that came later."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.credit import CreditModel
from models.groups import company_groups, group_of
from pipelines.backtesting.applications import Applications
from pipelines.learning import maker_of
from pipelines.sample import Scope, outcomes_as_of

Floats = NDArray[np.float64]

RECENT = pd.DateOffset(months=12)
"""Applications of so long before the training settle from which probability on a loan is refused."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of all loans on a day.

    Attributes:
        day: The day.
        outcomes: As `models.labels.loan_outcomes` gives them.
        groups: Company group by firm.
    """

    day: pd.Timestamp
    outcomes: pd.DataFrame
    groups: pd.Series

    @property
    def labelled(self) -> pd.DataFrame:
        """Loans whose outcome was known, indeterminate ones left out."""
        grey = self.outcomes["grey"].fillna(value=False).to_numpy(dtype=bool)
        return self.outcomes[self.outcomes["mature"].to_numpy(dtype=bool) & ~grey]


def known_on_day(home: Home, scope: Scope, day: pd.Timestamp) -> Known:
    """The loans, their outcomes and the company groups, from rows available on a day."""
    return Known(day, outcomes_as_of(home, day, scope.label_rules), company_groups(Session(home), day))


@dataclass(frozen=True, slots=True)
class Taught:
    """A model made in a backtest.

    Attributes:
        day: Until which data counted.
        model: The model.
        learnt: Loans that it learnt from.
        learnt_pd: Its probabilities of those.
        bads: Bad ones among them.
        period: First and last application learnt from.
        cut_off: Probability of default above which a loan would be refused.
    """

    day: pd.Timestamp
    model: CreditModel
    learnt: pd.Index
    learnt_pd: Floats
    bads: int
    period: tuple[pd.Timestamp, pd.Timestamp]
    cut_off: float

    def risk(self, table: pd.DataFrame) -> Floats:
        """Probability of default of each row."""
        return self.model.predict_proba(table)[:, 1] if len(table) else np.empty(0)


def teach(
    known: Known,
    applications: Applications,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    approve_share: float,
) -> Taught:
    """The model that a day's labels make. It learns from all of them: later applications are its test.

    Raises:
        ModelError: No outcome is known on that day, or all of one class.
    """
    loans = known.labelled
    bad = loans["bad"].astype("int64").to_numpy()
    if not 0 < bad.sum() < len(bad):
        raise ModelError(_too_early(known, len(bad), int(bad.sum())))
    table = applications.of(loans)
    applied = loans["application_date"]
    model = maker_of(features, scope.model_settings)().fit(
        table, bad, groups=group_of(loans["entity_id"], known.groups), time=applied
    )
    learnt_pd = model.predict_proba(table)[:, 1]
    return Taught(
        day=known.day,
        model=model,
        learnt=loans.index,
        learnt_pd=learnt_pd,
        bads=int(bad.sum()),
        period=(applied.min(), applied.max()),
        cut_off=_cut_off(model, known, applications, approve_share),
    )


def _cut_off(model: CreditModel, known: Known, applications: Applications, approve_share: float) -> float:
    """The probability below which so many of the year's applications known on the day lie."""
    loans = applied_within(known, RECENT)
    asked = loans if len(loans) else known.labelled
    return float(np.quantile(model.predict_proba(applications.of(asked))[:, 1], approve_share))


def applied_within(known: Known, length: pd.DateOffset) -> pd.DataFrame:
    """The loans known on a day that were applied for within so long before it."""
    applied = known.outcomes["application_date"]
    return known.outcomes[((applied > known.day - length) & (applied <= known.day)).to_numpy()]


def _too_early(known: Known, labelled: int, bads: int) -> str:
    day, loans = known.day, known.outcomes
    if loans.empty:
        return f"no loan is known on {day:%Y-%m-%d}; collect the loan tape, or begin later with --from"
    if not labelled:
        first = loans["window_end"].min()
        return (
            f"nothing to learn from on {day:%Y-%m-%d}: of {len(loans)} loans known by then none has an "
            f"outcome; the first performance window ends on {first:%Y-%m-%d}; begin later with --from"
        )
    return (
        f"nothing to learn from on {day:%Y-%m-%d}: {bads} of the {labelled} outcomes known by then are bad; "
        "both kinds are needed; begin later with --from"
    )
