"""The measures, one file each; this list is the order of the findings."""

from serving.policy.measure import Measure
from serving.policy.measures.government_guarantee import GOVERNMENT_GUARANTEE
from serving.policy.measures.interest_subsidy import INTEREST_SUBSIDY
from serving.policy.measures.renewal_without_repayment import RENEWAL_WITHOUT_REPAYMENT
from serving.policy.measures.vat_exemption import VAT_EXEMPTION

MEASURES: tuple[Measure, ...] = (
    INTEREST_SUBSIDY,
    VAT_EXEMPTION,
    RENEWAL_WITHOUT_REPAYMENT,
    GOVERNMENT_GUARANTEE,
)

__all__ = ["MEASURES"]
