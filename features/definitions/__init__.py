"""Every feature there is, a module a source; a feature counts when its module's tuple names it."""

from features.definitions import (
    administrative_penalty,
    court_enforcement,
    electricity,
    environment,
    registration,
    social_insurance,
    tax_declaration,
    vat_counterparties,
    vat_invoice,
)
from features.feature import Feature

CREDIT: tuple[Feature, ...] = (
    *registration.FEATURES,
    *vat_invoice.FEATURES,
    *vat_counterparties.FEATURES,
    *tax_declaration.FEATURES,
    *social_insurance.FEATURES,
    *electricity.FEATURES,
    *court_enforcement.FEATURES,
    *administrative_penalty.FEATURES,
)
"""What the credit model may read. Green features are not among them, nor the other way round."""

GREEN: tuple[Feature, ...] = environment.FEATURES
"""What the green model may read."""

ALL: tuple[Feature, ...] = (*CREDIT, *GREEN)


def by_name() -> dict[str, Feature]:
    """Every feature by its name."""
    return {one.name: one for one in ALL}
