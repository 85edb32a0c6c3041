"""What a green report is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from models.checks import Check
from models.green.evidence import GreenEvidence
from models.ledger import Override


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenDossier:
    """Everything that the page shows.

    Attributes:
        name: Name of the model.
        version: Its version as answers name it; empty where it is not registered.
        as_of: Day until which data were used.
        evidence: The model and what speaks for or against it.
        checks: Verdicts of the green checks.
        parameters: Settings of training by name.
        versions: Software by name → version.
        model_files: File of the model → digest.
        overrides: Who answers for failed checks, and why.
        own_limits: Thresholds that the user set; none for green models.
    """

    name: str
    version: str
    as_of: date
    evidence: GreenEvidence
    checks: Sequence[Check]
    parameters: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    model_files: Mapping[str, str] = field(default_factory=dict)
    overrides: Sequence[Override] = ()
    own_limits: Sequence[object] = ()
