# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 8: the mandate of the platform and of the joint lab; information, for it sets no condition.

Always NOT_APPLICABLE: nothing that is known of a firm or a loan could change it, and no firm passes or fails
it. Its one clause says why; its text says what the mandate is.
"""

from serving.policy.clause import Known, clause
from serving.policy.kinds import Result
from serving.policy.law import Law
from serving.policy.logic import Truth
from serving.policy.measure import Estimate, Measure

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施八"
MANDATE_ZH = (
    "平台（迭代“绿贷通”和金融数据引擎，按银行需求拓展信用信息归集）"
    "和银行（共建联合实验室、联合建模，将信用信息用于产品、评估和风险管理），对单个企业未设条件"
)


@clause(cites=DRAFT, zh=MANDATE_ZH)
def measure_sets_a_condition_for_firms(_loan: Known, _law: Law) -> Truth:
    """The measure sets a condition that a firm or a loan can meet; it does not."""
    return False


def estimate(_loan: Known, _law: Law, _result: Result) -> Estimate:
    """Nothing: it is never asked for."""
    return Estimate()


PLATFORM_MANDATE = Measure(
    key="platform_mandate",
    number=8,
    title_zh="融资信用服务平台",
    authority_zh="市政府办公室、市发展改革委、中国人民银行湖州市分行和湖州金融监管分局",
    beneficiary="PLATFORM",
    applies=(measure_sets_a_condition_for_firms,),
    clauses=(),
    estimate=estimate,
)
