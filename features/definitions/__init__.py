"""Every feature there is, a module a source; a feature counts when its module's tuple names it."""

from features.definitions import (
    abnormal_operation,
    across_sources,
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
    environment,
    equity_investment,
    green_vetoes,
    housing_fund,
    output_per_mu,
    patent,
    pledge,
    qualification,
    real_estate,
    registration,
    registration_change,
    resource_use,
    serious_violation,
    social_insurance,
    subsidy_award,
    tax_arrears,
    tax_credit_grade,
    tax_declaration,
    vat_counterparties,
    vat_invoice,
    vat_rhythm,
    water_gas,
)
from features.feature import AnyFeature

CREDIT: tuple[AnyFeature, ...] = (
    *registration.FEATURES,
    *registration_change.FEATURES,
    *annual_report.FEATURES,
    *vat_invoice.FEATURES,
    *vat_rhythm.FEATURES,
    *vat_counterparties.FEATURES,
    *tax_declaration.FEATURES,
    *tax_arrears.FEATURES,
    *tax_credit_grade.FEATURES,
    *social_insurance.FEATURES,
    *housing_fund.FEATURES,
    *electricity.FEATURES,
    *water_gas.FEATURES,
    *customs.FEATURES,
    *court_enforcement.FEATURES,
    *court_judgment.FEATURES,
    *dishonest_debtor.FEATURES,
    *abnormal_operation.FEATURES,
    *serious_violation.FEATURES,
    *administrative_penalty.FEATURES,
    *administrative_licence.FEATURES,
    *qualification.FEATURES,
    *real_estate.FEATURES,
    *pledge.FEATURES,
    *patent.FEATURES,
    *subsidy_award.FEATURES,
    *equity_investment.FEATURES,
    *bidding.FEATURES,
    *across_sources.FEATURES,
)
"""What the credit model may read. Green features are not among them, nor the other way round."""

GREEN: tuple[AnyFeature, ...] = (
    *environment.FEATURES,
    *output_per_mu.FEATURES,
    *carbon_code.FEATURES,
    *green_vetoes.FEATURES,
    *resource_use.FEATURES,
    registration.industry_division,
)
"""What the green model may read. The industry alone tells nothing; carbon and energy are seen beside it."""

GREEN_BACKGROUND: tuple[AnyFeature, ...] = (*resource_use.FEATURES, registration.industry_division)
"""Of those, what tells nothing environmental of a firm by itself: with these alone there is no grade."""

GREEN_VETOES: tuple[AnyFeature, ...] = green_vetoes.VETOES
"""What decides a green grade before the model is asked; see `models/green/vetoes.yaml`."""

ALL: tuple[AnyFeature, ...] = tuple(dict.fromkeys((*CREDIT, *GREEN, *GREEN_VETOES)))


def by_name() -> dict[str, AnyFeature]:
    """Every feature by its name."""
    return {one.name: one for one in ALL}
