"""Noisy, partial views of health: one per habit of a firm that some department can observe."""

import numpy as np

from features.city.arrays import Floats
from features.city.health import Part
from features.city.industries import INDUSTRIES
from features.city.streams import stream
from features.city.world import Chunk

STANDING_SHARE = 0.6
"""Share of a view's noise variance that never changes for a firm; the rest drifts over the years."""

INDUSTRY_DEVIATION = 0.5
"""Deviation, in units of health, by which industries differ in each view: levels alone mislead."""

DRIFT = Part(0.95, 1.0)

NOISE = {
    "activity": 1.2,
    "sales_growth": 1.0,
    "sales_volatility": 1.3,
    "sales_gaps": 1.3,
    "buyer_concentration": 0.7,
    "buyer_churn": 1.15,
    "void_share": 1.15,
    "red_letter_share": 1.1,
    "purchase_ratio": 0.8,
    "supplier_concentration": 0.5,
    "supplier_churn": 0.6,
    "declared_gap": 1.0,
    "skipped_declaration": 0.8,
    "tax_burden": 1.55,
    "late_declaration": 0.8,
    "tax_arrears": 0.85,
    "headcount_growth": 1.15,
    "headcount_turnover": 0.75,
    "wage": 1.7,
    "insurance_unpaid": 1.1,
    "power_growth": 1.5,
    "power_volatility": 0.85,
    "power_price": 1.4,
    "power_unpaid": 0.75,
    "court": 0.45,
    "penalty": 0.4,
    "registration_change": 0.65,
    "capital": 1.0,
    "bank_view": 1.2,
    "governance": 1.2,
    "annual_report": 1.2,
    "leverage": 1.3,
    "address": 0.9,
    "violation": 0.9,
    "licence": 1.3,
    "tax_credit": 1.5,
    "arrears_notice": 0.9,
    "fund_unpaid": 1.2,
    "fund_growth": 1.5,
    "water_volatility": 1.2,
    "water_unpaid": 1.2,
    "water_growth": 1.6,
    "trade_gaps": 1.1,
    "trade_growth": 1.4,
    "customs_class": 1.3,
    "sued": 0.9,
    "dishonest": 0.8,
    "mortgage": 1.2,
    "purchase_of_land": 1.4,
    "seizure": 0.9,
    "pledge": 1.0,
    "patent": 1.3,
    "qualification": 1.3,
    "investment": 1.4,
    "bidding": 1.2,
    "subsidy": 1.2,
    "account_share": 0.8,
    "line_need": 0.3,
    "cash_buffer": 2.2,
    "returned_payment": 1.3,
    "salary_paid": 1.5,
}
"""Deviation of each view's own noise, in units of health: larger hides health better."""


def view(chunk: Chunk, name: str) -> Floats:
    """Return how healthy the chunk's firms look from one side; shape (firms, months), variance about 1.

    Good health looks high. The noise is the firm's own and unlike that of every other view.
    """
    return chunk.once(f"view {name}", lambda: _view(chunk, name))


def _view(chunk: Chunk, name: str) -> Floats:
    health = chunk.world.health.total[chunk.rows]
    noise = NOISE[name]
    seen = health + np.float32(noise) * _noise(chunk, name) + _industry(chunk, name)[:, None]
    return seen / np.float32(np.sqrt(1 + noise**2 + INDUSTRY_DEVIATION**2))


def _noise(chunk: Chunk, name: str) -> Floats:
    rng = chunk.stream("view", name)
    firms, months = len(chunk.firms), chunk.world.months.count
    standing = rng.standard_normal((firms, 1), dtype=np.float32)
    drift = DRIFT.path(rng, firms, months)
    return np.float32(np.sqrt(STANDING_SHARE)) * standing + np.float32(np.sqrt(1 - STANDING_SHARE)) * drift


def _industry(chunk: Chunk, name: str) -> Floats:
    rng = stream(chunk.world.seed, "view", name, "industry")
    offsets = rng.normal(0, INDUSTRY_DEVIATION, len(INDUSTRIES)).astype(np.float32)
    return offsets[chunk.per_firm(chunk.world.population.industry)]
