"""The draft measures as dated, cited rules; readable alone.

    facts = Facts.from_dict({"entity_type": "ENTERPRISE", "green_grade": "MEDIUM", ...})
    for finding in evaluate(facts, date(2026, 11, 20)):
        print(finding.text_zh)

Reading order, which is the import order: `errors`, `money`, `days`, `months`, `working_days`, `kinds`,
`logic`, `parameter`, `law`, `facts`, `size`, `clause`, `tag`, `finding`, `measure`, `sla`, `vat_rules`,
`measures/`, `evaluation`, `firm_subsidy`, `what_if/`, `table/`. Numbers stand in `parameters/`; a city
replaces them from its own folder. The draft's own words stand in `draft.yaml`.
"""

from serving.policy.errors import FactError, NoNumberForDay, ParameterError, PolicyError
from serving.policy.evaluation import evaluate
from serving.policy.facts import Facts
from serving.policy.finding import Finding
from serving.policy.firm_subsidy import FirmSubsidy, subsidy_for_loans
from serving.policy.kinds import Result
from serving.policy.law import Parameters
from serving.policy.measures import MEASURES
from serving.policy.size import Sizing, annualised_revenue, size_class

__all__ = [
    "MEASURES",
    "FactError",
    "Facts",
    "Finding",
    "FirmSubsidy",
    "NoNumberForDay",
    "ParameterError",
    "Parameters",
    "PolicyError",
    "Result",
    "Sizing",
    "annualised_revenue",
    "evaluate",
    "size_class",
    "subsidy_for_loans",
]
