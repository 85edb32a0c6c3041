"""What a query may be for, and the basis in law it rests on (征信业管理条例 art. 18; PIPL art. 13)."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a firm is looked at; a consent names one, and only that one is answered."""

    PRE_LOAN = "PRE_LOAN"
    """贷前准入"""
    APPROVAL = "APPROVAL"
    """贷中审批"""
    POST_LOAN = "POST_LOAN"
    """贷后监测"""
    TRAINING = "TRAINING"
    """模型训练"""


class Basis(StrEnum):
    """What makes a query lawful."""

    CONSENT = "CONSENT"
    """The firm's signed consent."""
    CONTRACT = "CONTRACT"
    """A contract with the firm that needs it, such as a loan that runs."""
    STATUTORY = "STATUTORY"
    """A duty by law; `reference` names the article."""


PURPOSES_ZH = {
    Purpose.PRE_LOAN: "贷前准入",
    Purpose.APPROVAL: "贷中审批",
    Purpose.POST_LOAN: "贷后监测",
    Purpose.TRAINING: "模型训练",
}
BASES_ZH = {Basis.CONSENT: "企业授权", Basis.CONTRACT: "合同履行", Basis.STATUTORY: "法定职责"}
