"""The best possible ranking: the chance of default given everything latent on the day of application."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints
from features.city.distress import HAZARD_SLOPE, hazard
from features.city.health import covariance_ahead
from features.city.world import World

DAYS_COUNTED_AFTER_STOP_MONTHS = 2
"""Month ends from the stop of payment (31 days past due) to the first beyond 90 days (92)."""
OUTCOME_MONTHS = 12


def exposure_months(loans: pd.DataFrame) -> Ints:
    """Return in how many months after its application a stop makes a loan default within 12 months.

    The last month end within twelve months of disbursement is the eleventh after its month; a stop counts as
    a default two month ends later; and a loan can be stopped up to the month after its maturity.
    """
    until_paid = (loans["paid_month"] - loans["health_month"]).to_numpy()
    within = OUTCOME_MONTHS - 1 - DAYS_COUNTED_AFTER_STOP_MONTHS
    return until_paid + np.minimum(within, loans["term_months"].to_numpy() + 1)


def oracle_pd(world: World, loans: pd.DataFrame) -> Floats:
    """Return the probability of default within 12 months of disbursement of each loan.

    The hazard ahead is lognormal given today's latent state. Its sum is matched with a gamma variable of the
    same mean and variance, whose chance of no event is (1 + v/m)^(-m^2/v).
    """
    firm, month = loans["firm"].to_numpy(), loans["health_month"].to_numpy()
    exposure = exposure_months(loans)
    mean, variance = np.zeros(len(loans)), np.zeros(len(loans))
    rates: list[Floats] = []
    for far in range(1, int(exposure.max(initial=0)) + 1):
        rate = _expected_rate(world, firm, month, far) * (exposure >= far)
        variance += rate**2 * _relative(far, far)
        for near, earlier in enumerate(rates, start=1):
            variance += 2 * earlier * rate * _relative(near, far)
        mean += rate
        rates.append(rate)
    return 1 - (1 + variance / mean) ** (-(mean**2) / variance)


def _expected_rate(world: World, firm: Ints, month: Ints, steps: int) -> Floats:
    """Return the mean of the lognormal hazard some months ahead."""
    health = world.health.ahead(firm, month, steps)
    usual = hazard(world.health, health, month + steps)
    return usual * np.exp(HAZARD_SLOPE**2 * covariance_ahead(steps, steps) / 2)


def _relative(near: int, far: int) -> float:
    """Return the covariance of two months' hazards over the product of their means."""
    return float(np.expm1(HAZARD_SLOPE**2 * covariance_ahead(near, far)))
