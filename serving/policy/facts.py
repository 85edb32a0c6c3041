"""What is known about one firm and one loan on the day of the question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Self, get_type_hints

from serving.policy.errors import FactError
from serving.policy.fact_kinds import DAY, FLAG, INDUSTRY, MONEY, RATE, Kind, one_of, read_fact, whole
from serving.policy.kinds import (
    EntityType,
    GradeSource,
    GreenGrade,
    LoanKind,
    LprTenor,
    ProductForm,
    RegistrationStatus,
    RiskClass,
    SecurityKind,
    SizeClass,
)
from serving.policy.logic import choose, known


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Facts about one firm and one loan; None means unknown, never "no" and never zero.

    Every field is annotated with its kind and its Chinese name. Money is yuan, rates are yearly with 0.01 for
    one per cent, days are calendar days. Every value is read on construction: decimals and whole numbers also
    as text, floats by the shortest decimal that names them, days also as ISO text. A credit line that is
    given means that there is one.

    Attributes:
        entity_type: Kind of borrower.
        industry: GB/T 4754-2017 code, as long as it is known: C17, K7010.
        employees: Persons employed.
        revenue_cny: Operating revenue of the last 12 months, or of `revenue_months` if the firm is younger.
        revenue_months: Months that `revenue_cny` covers, 1 to 12; unknown is read as 12.
        assets_cny: Total assets.
        size_class: As stated by somebody; computed from industry and indicators where it is not given, and an
            error in `evaluate` where it contradicts them.
        is_sannong: Whether the guarantee serves agriculture, the countryside or farmers.
        green_grade: Evaluated or predicted green grade.
        green_grade_date: Day of that evaluation.
        green_grade_source: official or predicted.
        is_green_inclusive: Whether the loan is a green inclusive loan (绿色普惠贷款).
        subsidy_used_ytd_cny: Interest subsidy the firm already has for the calendar year.
        loan_kind: Working capital or fixed assets.
        loan_amount_cny: Amount lent or to be lent.
        loan_balance_cny: Amount outstanding.
        has_credit_line: Whether the lender granted the household a credit line.
        credit_line_cny: That line, of the household.
        contract_amount_cny: Sum of the household's loan contracts.
        annual_rate: Rate of the loan.
        interest_cny: Interest received in the period in question, VAT included; else a year's.
        start_date: Day of drawdown.
        maturity_date: Day on which the loan falls due.
        risk_class: Class of the loan among the five.
        bank_inclusive_target_met: Whether the lender met the regulator's inclusive target of the year before.
        vat_method: 1 all or nothing, 2 slice; the lender's choice for the year.
        vat_lpr_tenor: LPR the lender chose for terms between one and five years.
        exempt_interest_accounted_separately: Whether the lender accounts exempt interest separately.
        applied_on: Day on which the borrower applied, or plans to apply, for renewal.
        renewal_signed_on: Day on which the new contract was, or is to be, signed.
        needs_funds_at_maturity: Whether the need for funds goes on.
        difficulty_is_temporary: Whether the shortage of money is a temporary one.
        operates_lawfully: First condition of keeping the risk class.
        operates_normally: Second one: goes on operating.
        has_good_credit: Third one: willing to pay, no misuse, no arrears, no evasion.
        meets_new_loan_standard: Fourth one: would be granted a new loan.
        meets_other_bank_conditions: Fifth one.
        guarantee_provider_is_government: Whether a government guarantee body guarantees the loan.
        guaranteed_amount_cny: Guaranteed amount of this borrower at that body.
        guarantee_fee_rate: Yearly fee rate.
        premium_subsidy_rate: Yearly premium subsidy rate that is applied for.
        guarantee_days: Days guaranteed in the period in question; unknown is estimated by a year.
        registration_status: Standing in the register of market entities.
        established_on: Day of establishment.
        on_abnormal_list: Whether it is on the list of abnormal operations now.
        on_serious_violation_list: Whether it is on the list of serious violations now.
        has_severe_penalty: Whether it had a severe administrative penalty, not repaired, within
            `recommendation_lookback_months`.
        is_dishonest_debtor: Whether it is on the courts' list of dishonest debtors now.
        has_tax_arrears: Whether it owes tax that fell due.
        has_fixed_premises: Whether fixed premises were found or proven; a place on a platform is one.
        need_is_genuine: Whether a genuine need for funds was verified.
        use_is_lawful: Whether the use of the loan was verified to be lawful. What a visit found is known for
            `recommendation_visit_valid_months`.
        recommended_on: Day on which the list with the firm went to the bank.
        documents_complete_on: Day on which the bank had all documents.
        decided_on: Day of the bank's decision. Of these three, a day after the day of the question is not
            known yet.
        unit_npl_rate: Non-performing share of the small and micro loans of the lender's branch or unit.
        unit_npl_tolerance: The tolerance that its bank set for it.
        breach_was_found: Whether law or supervisory rules were broken in the loan's handling.
        duty_records_are_kept: Whether the records of the stages of the loan's handling are there.
        has_earlier_loan: Whether any bank lent to the firm before this loan was applied for.
        is_renewal: Whether the loan renews an earlier one.
        main_security: What mainly secures the loan.
        product_form: The form in which the firm is financed.
        has_export_insurance: Whether export credit insurance covers the trade.
        is_srdi: Whether the firm is recognised as 专精特新 (specialised, refined, distinctive, innovative).
        is_tech_sme: Whether the firm is registered as a technology-based SME or a high-tech enterprise.
        is_strategic_emerging: Whether its business is among the strategic emerging industries.
        is_new_agricultural: Whether it is a new agricultural operator, such as a family farm.
        is_equipment_renewal: Whether the loan pays for technical transformation or renewal of equipment.
        intermediary_is_suspected: Whether anything points to an illegal loan intermediary behind the loan.
        intermediary_cleared_on: Day on which a person looked into that suspicion and cleared it.

    Raises:
        FactError: A value cannot be what it says; the message names the fact, what was found and expected.
    """

    entity_type: Annotated[EntityType | None, one_of(EntityType), "主体类型"] = None
    industry: Annotated[str | None, INDUSTRY, "国民经济行业代码"] = None
    employees: Annotated[int | None, whole(0, 10_000_000, "persons"), "从业人员"] = None
    revenue_cny: Annotated[Decimal | None, MONEY, "营业收入"] = None
    revenue_months: Annotated[int | None, whole(1, 12, "months"), "营业收入所属月数"] = None
    assets_cny: Annotated[Decimal | None, MONEY, "资产总额"] = None
    size_class: Annotated[SizeClass | None, one_of(SizeClass), "企业规模"] = None
    is_sannong: Annotated[bool | None, FLAG, "是否属于“三农”业务"] = None

    green_grade: Annotated[GreenGrade | None, one_of(GreenGrade), "绿色金融评价等级"] = None
    green_grade_date: Annotated[date | None, DAY, "绿色评价日期"] = None
    green_grade_source: Annotated[GradeSource | None, one_of(GradeSource), "绿色等级来源"] = None
    is_green_inclusive: Annotated[bool | None, FLAG, "是否绿色普惠贷款"] = None
    subsidy_used_ytd_cny: Annotated[Decimal | None, MONEY, "本年度已享受贴息金额"] = None

    loan_kind: Annotated[LoanKind | None, one_of(LoanKind), "贷款种类"] = None
    loan_amount_cny: Annotated[Decimal | None, MONEY, "贷款金额"] = None
    loan_balance_cny: Annotated[Decimal | None, MONEY, "贷款余额"] = None
    has_credit_line: Annotated[bool | None, FLAG, "是否有授信额度"] = None
    credit_line_cny: Annotated[Decimal | None, MONEY, "单户授信额度"] = None
    contract_amount_cny: Annotated[Decimal | None, MONEY, "单户贷款合同金额"] = None
    annual_rate: Annotated[Decimal | None, RATE, "贷款年利率"] = None
    interest_cny: Annotated[Decimal | None, MONEY, "利息收入"] = None
    start_date: Annotated[date | None, DAY, "贷款发放日"] = None
    maturity_date: Annotated[date | None, DAY, "贷款到期日"] = None
    risk_class: Annotated[RiskClass | None, one_of(RiskClass), "贷款五级分类"] = None

    bank_inclusive_target_met: Annotated[bool | None, FLAG, "银行上年度普惠小微增长目标是否完成"] = None
    vat_method: Annotated[int | None, whole(1, 2, "the method"), "银行选定的免税方法"] = None
    vat_lpr_tenor: Annotated[LprTenor | None, one_of(LprTenor), "银行选定的 LPR 期限品种"] = None
    exempt_interest_accounted_separately: Annotated[bool | None, FLAG, "免税利息是否单独核算"] = None

    applied_on: Annotated[date | None, DAY, "续贷申请日"] = None
    renewal_signed_on: Annotated[date | None, DAY, "续贷合同签订日"] = None
    needs_funds_at_maturity: Annotated[bool | None, FLAG, "到期是否仍有融资需求"] = None
    difficulty_is_temporary: Annotated[bool | None, FLAG, "资金困难是否属暂时性"] = None
    operates_lawfully: Annotated[bool | None, FLAG, "是否依法合规经营"] = None
    operates_normally: Annotated[bool | None, FLAG, "是否正常持续经营"] = None
    has_good_credit: Annotated[bool | None, FLAG, "信用状况是否良好"] = None
    meets_new_loan_standard: Annotated[bool | None, FLAG, "是否符合新发放贷款条件"] = None
    meets_other_bank_conditions: Annotated[bool | None, FLAG, "是否符合银行其他条件"] = None

    guarantee_provider_is_government: Annotated[bool | None, FLAG, "是否由政府性融资担保机构担保"] = None
    guaranteed_amount_cny: Annotated[Decimal | None, MONEY, "单户担保金额"] = None
    guarantee_fee_rate: Annotated[Decimal | None, RATE, "年担保费率"] = None
    premium_subsidy_rate: Annotated[Decimal | None, RATE, "保费补助比例"] = None
    guarantee_days: Annotated[int | None, whole(0, 36_525, "days"), "担保天数"] = None

    registration_status: Annotated[RegistrationStatus | None, one_of(RegistrationStatus), "登记状态"] = None
    established_on: Annotated[date | None, DAY, "成立日期"] = None
    on_abnormal_list: Annotated[bool | None, FLAG, "是否列入经营异常名录"] = None
    on_serious_violation_list: Annotated[bool | None, FLAG, "是否列入严重违法失信名单"] = None
    has_severe_penalty: Annotated[bool | None, FLAG, "近期是否有严重行政处罚"] = None
    is_dishonest_debtor: Annotated[bool | None, FLAG, "是否失信被执行人"] = None
    has_tax_arrears: Annotated[bool | None, FLAG, "是否有未清缴欠税"] = None
    has_fixed_premises: Annotated[bool | None, FLAG, "是否有固定经营场所"] = None
    need_is_genuine: Annotated[bool | None, FLAG, "融资需求是否真实"] = None
    use_is_lawful: Annotated[bool | None, FLAG, "贷款用途是否合法合规"] = None
    recommended_on: Annotated[date | None, DAY, "向银行推荐日"] = None
    documents_complete_on: Annotated[date | None, DAY, "资料收齐日"] = None
    decided_on: Annotated[date | None, DAY, "授信审批完成日"] = None

    unit_npl_rate: Annotated[Decimal | None, RATE, "经营单位小微贷款不良率"] = None
    unit_npl_tolerance: Annotated[Decimal | None, RATE, "经营单位不良容忍度"] = None
    breach_was_found: Annotated[bool | None, FLAG, "是否发现违法违规"] = None
    duty_records_are_kept: Annotated[bool | None, FLAG, "履职记录是否完整"] = None

    has_earlier_loan: Annotated[bool | None, FLAG, "此前是否有银行贷款"] = None
    is_renewal: Annotated[bool | None, FLAG, "是否续贷"] = None
    main_security: Annotated[SecurityKind | None, one_of(SecurityKind), "主要担保方式"] = None
    product_form: Annotated[ProductForm | None, one_of(ProductForm), "融资形式"] = None
    has_export_insurance: Annotated[bool | None, FLAG, "是否有出口信用保险"] = None
    is_srdi: Annotated[bool | None, FLAG, "是否专精特新企业"] = None
    is_tech_sme: Annotated[bool | None, FLAG, "是否科技型中小企业或高新技术企业"] = None
    is_strategic_emerging: Annotated[bool | None, FLAG, "是否属于战略性新兴产业"] = None
    is_new_agricultural: Annotated[bool | None, FLAG, "是否新型农业经营主体"] = None
    is_equipment_renewal: Annotated[bool | None, FLAG, "是否用于技术改造或设备更新"] = None

    intermediary_is_suspected: Annotated[bool | None, FLAG, "是否疑似有非法贷款中介参与"] = None
    intermediary_cleared_on: Annotated[date | None, DAY, "人工核查排除非法中介嫌疑的日期"] = None

    def __post_init__(self) -> None:
        read = self.__dict__
        for name, given in read.items():
            if given is not None:
                read[name] = read_fact(name, KINDS[name], given)
        self._agree()

    def _agree(self) -> None:
        """Check the facts against each other, and add what one says of another."""
        _expect_consistency(self)
        if self.has_credit_line is None and self.credit_line_cny is not None:
            self.__dict__["has_credit_line"] = self.credit_line_cny > 0

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Facts from plain values, such as JSON gives; None means unknown.

        Raises:
            FactError: A name is unknown, or a value cannot be what it says.
        """
        if not isinstance(given, Mapping):
            raise FactError("facts", given, "facts by name")
        for name in given:
            if name not in KINDS:
                raise FactError(str(name), given[name], _nearest(str(name)))
        return cls(**given)

    def with_size_class(self, size_class: SizeClass | None) -> "Facts":
        """The same facts with a size class; what was read before is not read again."""
        return self._with({"size_class": size_class})

    def changed(self, to: Mapping[str, Any]) -> "Facts":
        """The same facts, some of them with other values, which must be of their kind: nothing is read again.

        Raises:
            FactError: The facts contradict each other then.
        """
        other = self._with(to)
        other._agree()  # noqa: SLF001 - of its own kind
        return other

    def _with(self, to: Mapping[str, Any]) -> "Facts":
        """A copy by the whole: fact by fact it would cost more than a measure does."""
        other = object.__new__(Facts)
        copied = self.__dict__.copy()
        copied.update(to)
        object.__setattr__(other, "__dict__", copied)
        return other

    @property
    def principal_cny(self) -> Decimal | None:
        """What interest runs on: the balance, or the amount of the loan while no balance is known."""
        found: Decimal | None = choose(
            known(self, "loan_balance_cny"), self.loan_balance_cny, self.loan_amount_cny
        )
        return found


_DECLARED = {name: hint.__metadata__ for name, hint in get_type_hints(Facts, include_extras=True).items()}
KINDS: dict[str, Kind] = {name: kind for name, (kind, _) in _DECLARED.items()}
NAMES_ZH: dict[str, str] = {name: zh for name, (_, zh) in _DECLARED.items()}


def _expect_consistency(facts: Facts) -> None:
    start, maturity = facts.start_date, facts.maturity_date
    if start and maturity and maturity < start:
        raise FactError("maturity_date", maturity, f"a day not before start_date {start}")
    if facts.has_credit_line is False and facts.credit_line_cny:
        raise FactError("credit_line_cny", facts.credit_line_cny, "no line, because has_credit_line is false")


def _nearest(name: str) -> str:
    close = get_close_matches(name, KINDS, n=1)
    return f"the name of a fact; did you mean {close[0]}?" if close else "the name of a fact, as in Facts"
