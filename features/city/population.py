"""The firms: kind, industry, district, size, birth, and which departments hold rows on them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.city import industries
from features.city.arrays import Flags, Floats, Ints, happens
from features.city.codes import DISTRICTS, ORGANISATIONS, make_codes
from features.city.months import Months
from features.city.sources import columns
from features.city.streams import stream

KIND_SHARES = {"ENTERPRISE": 0.80, "INDIVIDUAL_BUSINESS": 0.15, "FARMER_COOP": 0.05}
DISTRICT_SHARES = (0.02, 0.27, 0.18, 0.17, 0.20, 0.16)
MEDIAN_HEADCOUNT = (13.0, 2.5, 6.0)
BORN_IN_WINDOW_SHARE = 0.30
MEDIAN_AGE_YEARS = 7.0

COVERAGE = {
    "vat_invoice": (0.95, 0.76, 0.72),
    "tax_declaration": (0.98, 0.62, 0.88),
    "social_insurance": (0.97, 0.22, 0.40),
    "electricity": (0.96, 0.35, 0.60),
}
"""Share of enterprises, individual businesses and cooperatives on which a department holds rows."""

SERVICE_METER_SHARE = 0.80
"""Of service firms that would have a meter, those with one of their own: others sit in shared buildings."""


@dataclass(frozen=True)
class Population:
    """One value per firm in every array."""

    codes: pa.StringArray
    kind: Ints
    """Place in the catalogue's list of entity types."""
    industry: Ints
    district: Ints
    headcount: Floats
    """Employees on the day the firm enters the window."""
    revenue_cny: Floats
    """Usual monthly revenue at that size."""
    birth_month: Ints
    """Month of establishment counted from the first of the window; negative before it."""
    birth_day: Ints
    producing: Flags
    """Whether the firm farms, makes or builds, and so has an environment to answer for."""
    covered: dict[str, Flags]

    def __len__(self) -> int:
        """Return the number of firms."""
        return len(self.kind)


def make_population(entities: int, months: Months, seed: int) -> Population:
    """Draw the firms of a city."""
    rng = stream(seed, "population")
    kind = rng.choice(3, entities, p=list(KIND_SHARES.values()))
    industry = _industries(rng, kind)
    district = rng.choice(len(DISTRICTS), entities, p=DISTRICT_SHARES)
    headcount = np.clip(np.array(MEDIAN_HEADCOUNT)[kind] * rng.lognormal(0, 1.15, entities), 1, 2000)
    per_head = industries.trait("revenue_per_head_cny")[industry] * rng.lognormal(0, 0.45, entities)
    birth_month = _birth_months(rng, entities, months)
    return Population(
        codes=make_codes(kind + 1, district, int(rng.integers(ORGANISATIONS))),
        kind=_catalogue_kind(kind),
        industry=industry,
        district=district,
        headcount=headcount,
        revenue_cny=headcount * per_head,
        birth_month=birth_month,
        birth_day=months.start(birth_month) + rng.integers(0, 28, entities),
        producing=industries.of_sections("ACE")[industry],
        covered=_coverage(rng, kind, industry),
    )


def _catalogue_kind(kind: Ints) -> Ints:
    values = columns("registration")["entity_type"].values
    return np.array([values.index(name) for name in KIND_SHARES])[kind]


def _industries(rng: np.random.Generator, kind: Ints) -> Ints:
    """Draw industries; cooperatives farm, individual businesses mostly serve."""
    usual = industries.shares()
    serving = usual * np.where(industries.of_sections("FGHI"), 4.0, 0.4)
    farming = usual * np.where(industries.of_sections("A"), 1.0, 0.0)
    draws = [
        rng.choice(len(usual), len(kind), p=weight / weight.sum()) for weight in (usual, serving, farming)
    ]
    return np.choose(kind, draws)


def _birth_months(rng: np.random.Generator, entities: int, months: Months) -> Ints:
    age_months = 12 * MEDIAN_AGE_YEARS * rng.lognormal(0, 0.7, entities)
    before = -np.clip(age_months, 1, 480).astype(np.int64)
    within = rng.integers(0, max(1, months.count - 3), entities)
    return np.where(rng.random(entities) < BORN_IN_WINDOW_SHARE, within, before)


def _coverage(rng: np.random.Generator, kind: Ints, industry: Ints) -> dict[str, Flags]:
    covered = {name: rng.random(len(kind)) < np.array(share)[kind] for name, share in COVERAGE.items()}
    own_meter = industries.of_sections("AC")[industry] | happens(rng, SERVICE_METER_SHARE, len(kind))
    covered["electricity"] &= own_meter
    return covered
