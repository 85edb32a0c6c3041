"""What a model report is made of: the evidence, what was decided along the way, and who is to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from models.checks import Check
from models.checks.thresholds import Threshold as Limit
from models.evidence import Evidence
from models.label_rules import StatedRule
from models.ledger import Override
from models.metrics import Estimate
from models.reject_comparison import Comparison


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages; where the English one is empty the Chinese one stands in both."""

    zh: str
    en: str = ""

    def in_(self, lang: str) -> str:
        """The text in `zh` or `en`."""
        return self.en if lang == "en" and self.en else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """When somebody must look at the model in use, and what is done then."""

    watched: Bilingual
    rule: Bilingual
    action: Bilingual


_REVIEW = Bilingual(
    "复核模型，必要时停用并回退到上一版本", "Review the model; withdraw or roll back if need be"
)

THRESHOLDS = (
    Threshold(
        watched=Bilingual("评分分布稳定性（PSI，每月）", "Stability of scores (PSI, monthly)"),
        rule=Bilingual("≥ 0.10 关注；≥ 0.25 行动", "≥ 0.10 watch; ≥ 0.25 act"),
        action=Bilingual("查明来源变化，逐特征比对", "Find the source that changed, feature by feature"),
    ),
    Threshold(
        watched=Bilingual("区分度（KS，样本成熟后每季）", "Ranking (KS, quarterly once matured)"),
        rule=Bilingual("较本报告相对下降 ≥ 20%", "Relative fall of ≥ 20% from this report"),
        action=_REVIEW,
    ),
    Threshold(
        watched=Bilingual("预测 ÷ 实际违约率（每季）", "Predicted over observed rate (quarterly)"),
        rule=Bilingual("连续两季在 0.80–1.25 之外", "Outside 0.80–1.25 for two quarters"),
        action=Bilingual("重新校准并复核", "Recalibrate and review"),
    ),
    Threshold(
        watched=Bilingual("人工推翻率（每月）", "Overrides (monthly)"),
        rule=Bilingual("> 10%", "> 10%"),
        action=_REVIEW,
    ),
)
"""Starting values; every bank sets its own."""

SIGNATURES = (
    Bilingual("开发人", "Developer"),
    Bilingual("独立验证人（不得为开发人）", "Independent validator (not the developer)"),
    Bilingual("风险管理部门负责人", "Head of risk management"),
    Bilingual("模型管理委员会", "Model committee"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that the report shows. Optional parts that are None are said to be missing.

    Attributes:
        name: Name of the model.
        version: Its version as answers name it, such as `sme_credit/3`; empty where it is not registered.
        as_of: Day until which data were used.
        title: Headline.
        evidence: The model, the rows it learnt from, and the held-out rows it is judged by.
        checks: Verdicts of the model checks.
        purpose: What it is for, a sentence each; the standard ones stand in front.
        limits: What it may not be used for, a sentence each; the standard ones stand in front.
        unit: What a row is: `loan` or `firm`.
        label_rules: The rules that made the label, with their sources.
        label_text: What else is to be said of the label.
        counts: Rows by what became of them: `good`, `bad`, `grey`, `immature` …; empty where not counted.
        exclusions: Why rows were left out → how many; None where nobody counted.
        vintage: As `models.vintage` gives it.
        roll_rates: As `models.vintage` gives them.
        parameters: Settings of training by name.
        importance: Column → mean absolute points; None to work it out from the held-out rows.
        stability: As `models.stability.score_psi` gives it; None to work it out from the evidence.
        reject_inference: As `models.reject_comparison.compare` gives it.
        figures: `auc`, `ks`, `gini` with intervals where they were stated elsewhere already and must not
            differ from that; what is not here is worked out.
        thresholds: When somebody must look at the model in use.
        versions: Software by name → version.
        data_digests: Source or file → digest of the data.
        model_files: File of the model → digest.
        approvals: Who is to sign.
        overrides: Who answers for failed checks, and why.
        own_limits: Thresholds of the checks that were replaced by the user's own: name → shipped and own.
    """

    name: str
    version: str
    as_of: date
    title: Bilingual
    evidence: Evidence
    checks: Sequence[Check]
    purpose: Sequence[Bilingual] = ()
    limits: Sequence[Bilingual] = ()
    unit: str = "loan"
    label_rules: Sequence[StatedRule] = ()
    label_text: Sequence[Bilingual] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    exclusions: Mapping[str, int] | None = None
    vintage: pd.DataFrame | None = None
    roll_rates: pd.DataFrame | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    importance: Mapping[str, float] | None = None
    stability: pd.DataFrame | None = None
    reject_inference: Sequence[Comparison] | None = None
    figures: Mapping[str, Estimate] = field(default_factory=dict)
    thresholds: Sequence[Threshold] = THRESHOLDS
    versions: Mapping[str, str] = field(default_factory=dict)
    data_digests: Mapping[str, str] = field(default_factory=dict)
    model_files: Mapping[str, str] = field(default_factory=dict)
    approvals: Sequence[Bilingual] = SIGNATURES
    overrides: Sequence[Override] = ()
    own_limits: Mapping[str, tuple[Limit, Limit]] = field(default_factory=dict)

    @property
    def held_out_is_new(self) -> bool:
        """Whether the held-out rows are others than those of training, and later."""
        return self.evidence.kind == "out_of_time"
