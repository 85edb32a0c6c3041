"""The measures, one file each; this list is the order of the findings."""

from serving.policy.measure import Measure
from serving.policy.measures.central_bank_tools import CENTRAL_BANK_TOOLS
from serving.policy.measures.due_diligence_exemption import DUE_DILIGENCE_EXEMPTION
from serving.policy.measures.financing_environment import FINANCING_ENVIRONMENT
from serving.policy.measures.government_guarantee import GOVERNMENT_GUARANTEE
from serving.policy.measures.interest_subsidy import INTEREST_SUBSIDY
from serving.policy.measures.platform_mandate import PLATFORM_MANDATE
from serving.policy.measures.product_tags import PRODUCT_TAGS
from serving.policy.measures.recommendation_list import RECOMMENDATION_LIST
from serving.policy.measures.renewal_without_repayment import RENEWAL_WITHOUT_REPAYMENT
from serving.policy.measures.vat_exemption import VAT_EXEMPTION

MEASURES: tuple[Measure, ...] = (
    RECOMMENDATION_LIST,
    INTEREST_SUBSIDY,
    VAT_EXEMPTION,
    RENEWAL_WITHOUT_REPAYMENT,
    CENTRAL_BANK_TOOLS,
    GOVERNMENT_GUARANTEE,
    DUE_DILIGENCE_EXEMPTION,
    PLATFORM_MANDATE,
    PRODUCT_TAGS,
    FINANCING_ENVIRONMENT,
)

__all__ = ["MEASURES"]
