"""The sources of the city: who makes the rows of each, and how they are reported, revised and spelled."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from features.city.lags import Habits, report
from features.city.render import Texts
from features.city.themes import (
    abnormal_operation,
    administrative_licence,
    administrative_penalty,
    annual_report,
    bidding,
    carbon_code,
    court_enforcement,
    court_judgment,
    customs,
    dishonest_debtor,
    electricity,
    enterprise_visit,
    environment,
    equity_investment,
    green_grade,
    housing_fund,
    interest_subsidy,
    loan,
    loan_event,
    loan_performance,
    loan_recommendation,
    loan_security,
    output_per_mu,
    patent,
    pledge,
    qualification,
    real_estate,
    registration,
    registration_change,
    serious_violation,
    social_insurance,
    subsidy_award,
    tax_arrears,
    tax_credit_grade,
    tax_declaration,
    vat_invoice,
    water_gas,
)
from features.city.troubles.retelling import retold
from features.city.world import Chunk


@dataclass(frozen=True)
class Theme:
    """One source of the city."""

    source: str
    rows: Callable[[Chunk], pd.DataFrame]
    habits: Habits
    texts: Texts = field(default_factory=dict)
    revise: Callable[[np.random.Generator, pd.DataFrame], pd.DataFrame] | None = None

    def reported(self, chunk: Chunk) -> pd.DataFrame:
        """Return the good rows that had become available by the city's last day."""
        rows = retold(chunk, self.source, self._versions)
        return rows[rows["available_day"] <= chunk.world.months.last_day]

    def _versions(self, chunk: Chunk) -> pd.DataFrame:
        """Return every version of every record, also those that become available later."""
        rng = chunk.stream(self.source, "report")
        rows = report(rng, self.source, self.rows(chunk), self.habits)
        return rows if self.revise is None else self.revise(rng, rows)


def _theme(module: object) -> Theme:
    """Return what a module of a source declares: SOURCE, HABITS, rows, and TEXTS and revise if any."""
    words = vars(module)
    return Theme(words["SOURCE"], words["rows"], words["HABITS"], words.get("TEXTS", {}), words.get("revise"))


THEMES = tuple(
    _theme(module)
    for module in (
        registration,
        registration_change,
        annual_report,
        abnormal_operation,
        serious_violation,
        administrative_licence,
        vat_invoice,
        tax_declaration,
        tax_credit_grade,
        tax_arrears,
        social_insurance,
        housing_fund,
        electricity,
        water_gas,
        customs,
        court_judgment,
        court_enforcement,
        dishonest_debtor,
        administrative_penalty,
        real_estate,
        pledge,
        patent,
        qualification,
        equity_investment,
        bidding,
        subsidy_award,
        environment,
        output_per_mu,
        carbon_code,
        green_grade,
        loan,
        loan_performance,
        loan_event,
        loan_security,
        loan_recommendation,
        enterprise_visit,
        interest_subsidy,
    )
)
LOAN_THEME = next(theme for theme in THEMES if theme.source == loan.SOURCE)
