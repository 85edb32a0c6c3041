"""The officer's form: its fields, and how what was typed becomes a question."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import parse_qsl

from pydantic import ValidationError

from serving.loan_request import PreapprovalQuestion
from serving.policy.facts import NAMES_ZH
from serving.policy.kinds import (
    EntityType,
    ProductForm,
    RegistrationStatus,
    RiskClass,
    SecurityKind,
    SizeClass,
)
from serving.policy.money import WAN
from serving.purposes import PURPOSES_ZH, Purpose
from serving.wording import WORDS

MOST_FIELDS = 80
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?", re.ASCII)
HUNDRED = 100

Entry = Literal["wan", "percent", "flag", "choice"]


@dataclass(frozen=True, slots=True)
class FactField:
    """One further fact that an officer may know.

    Attributes:
        name: By the names of `serving.policy.Facts`.
        entry: How it is typed: in 万元, in per cent, as yes or no, as one of `choices`.
        choices: Value → word.
    """

    name: str
    entry: Entry
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def zh(self) -> str:
        """Its label, with the unit."""
        unit = {"wan": "（万元）", "percent": "（%）"}.get(self.entry, "")
        return NAMES_ZH[self.name] + unit


YES_NO = (("true", "是"), ("false", "否"))


def _words(kinds: type[StrEnum]) -> tuple[tuple[str, str], ...]:
    return tuple((one.value, WORDS[one.value]) for one in kinds)


FACTS: tuple[tuple[str, tuple[FactField, ...]], ...] = (
    (
        "企业（平台没有数据时填写）",
        (
            FactField("entity_type", "choice", _words(EntityType)),
            FactField("size_class", "choice", _words(SizeClass)),
        ),
    ),
    (
        "登记与名单（平台没有数据时填写）",
        (
            FactField("registration_status", "choice", _words(RegistrationStatus)),
            FactField("on_abnormal_list", "flag", YES_NO),
            FactField("on_serious_violation_list", "flag", YES_NO),
            FactField("has_severe_penalty", "flag", YES_NO),
            FactField("is_dishonest_debtor", "flag", YES_NO),
            FactField("has_tax_arrears", "flag", YES_NO),
        ),
    ),
    (
        "推荐名单：走访与核实",
        (
            FactField("has_fixed_premises", "flag", YES_NO),
            FactField("need_is_genuine", "flag", YES_NO),
            FactField("use_is_lawful", "flag", YES_NO),
            FactField("operates_normally", "flag", YES_NO),
            FactField("has_good_credit", "flag", YES_NO),
        ),
    ),
    (
        "贴息",
        (FactField("is_green_inclusive", "flag", YES_NO), FactField("subsidy_used_ytd_cny", "wan")),
    ),
    (
        "授信与余额",
        (
            FactField("has_credit_line", "flag", YES_NO),
            FactField("credit_line_cny", "wan"),
            FactField("contract_amount_cny", "wan"),
            FactField("loan_balance_cny", "wan"),
            FactField("bank_inclusive_target_met", "flag", YES_NO),
            FactField("risk_class", "choice", _words(RiskClass)),
        ),
    ),
    (
        "担保",
        (
            FactField("guarantee_provider_is_government", "flag", YES_NO),
            FactField("guaranteed_amount_cny", "wan"),
            FactField("guarantee_fee_rate", "percent"),
            FactField("is_sannong", "flag", YES_NO),
        ),
    ),
    (
        "产品与主体标签",
        (
            FactField("main_security", "choice", _words(SecurityKind)),
            FactField("product_form", "choice", _words(ProductForm)),
            FactField("has_earlier_loan", "flag", YES_NO),
            FactField("is_renewal", "flag", YES_NO),
            FactField("has_export_insurance", "flag", YES_NO),
            FactField("is_equipment_renewal", "flag", YES_NO),
            FactField("is_tech_sme", "flag", YES_NO),
            FactField("is_srdi", "flag", YES_NO),
            FactField("is_strategic_emerging", "flag", YES_NO),
            FactField("is_new_agricultural", "flag", YES_NO),
        ),
    ),
    (
        "银行内部：尽职免责与中介核查",
        (
            FactField("unit_npl_rate", "percent"),
            FactField("unit_npl_tolerance", "percent"),
            FactField("breach_was_found", "flag", YES_NO),
            FactField("duty_records_are_kept", "flag", YES_NO),
            FactField("intermediary_is_suspected", "flag", YES_NO),
        ),
    ),
)
BY_NAME = {one.name: one for _, group in FACTS for one in group}

PURPOSES_ASKED = tuple(
    (str(one), PURPOSES_ZH[one]) for one in (Purpose.PRE_LOAN, Purpose.APPROVAL, Purpose.POST_LOAN)
)
"""What an officer may ask for; models are trained elsewhere."""

WRONG = {
    "entity_id": "没有找到：请填写企业名称，或 18 位统一社会信用代码并核对校验码",
    "amount_wan": "请填写大于 0 的金额，单位万元，如 500",
    "term_months": "请填写 1 至 360 的整数月数",
    "annual_rate_percent": "请填写 0 至 100 的年利率，如 4.2",
    "kind": "请选择贷款种类",
    "purpose": "用途不超过 200 个字",
    "query_purpose": "请选择查询用途",
}
FIELD_OF = {
    "entity_id": "entity_id",
    "loan.amount_cny": "amount_wan",
    "loan.term_months": "term_months",
    "loan.annual_rate": "annual_rate_percent",
    "loan.kind": "kind",
    "loan.purpose": "purpose",
    "purpose": "query_purpose",
}


class FormError(Exception):
    """Some fields are not as they must be.

    Args:
        wrong: Field → what to do, in Chinese.
    """

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = wrong


def read_form(body: bytes) -> dict[str, str]:
    """Field → what was typed.

    Raises:
        FormError: There are far more fields than the form has.
    """
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise FormError({}) from error


def question_from(typed: Mapping[str, str]) -> PreapprovalQuestion:
    """The question that was typed.

    Raises:
        FormError: A field is missing or malformed.
    """
    raw = {
        "entity_id": typed.get("entity_id", ""),
        "loan": {
            "amount_cny": _scaled(typed.get("amount_wan", ""), Decimal(WAN)),
            "term_months": _whole(typed.get("term_months", "")),
            "annual_rate": _scaled(typed.get("annual_rate_percent", ""), Decimal(1) / HUNDRED),
            "kind": typed.get("kind", ""),
            "purpose": typed.get("purpose") or None,
        },
        "facts": _facts(typed),
        "purpose": typed.get("query_purpose") or Purpose.PRE_LOAN,
    }
    try:
        return PreapprovalQuestion.model_validate(raw)
    except ValidationError as error:
        names = [".".join(map(str, one["loc"][:2])) for one in error.errors(include_input=False)]
        fields = [FIELD_OF.get(name, "purpose") for name in names]
        raise FormError({field: wrong(field) for field in fields}) from error


def typed_from(question: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, from a recorded question, so that the form can be filled again."""
    loan = question["loan"]
    typed = {
        "entity_id": question["entity_id"],
        "amount_wan": plain(Decimal(loan["amount_cny"]) / WAN),
        "term_months": str(loan["term_months"]),
        "annual_rate_percent": plain(Decimal(loan["annual_rate"]) * HUNDRED),
        "kind": loan["kind"],
        "purpose": loan["purpose"] or "",
        "query_purpose": question.get("purpose", str(Purpose.PRE_LOAN)),
    }
    return typed | {
        name: retyped(BY_NAME[name], value) for name, value in question["facts"].items() if name in BY_NAME
    }


def wrong(field: str) -> str:
    """What to do about a field, in Chinese."""
    return WRONG.get(field) or f"“{NAMES_ZH.get(field, field)}”填写有误，请核对"


def _facts(typed: Mapping[str, str]) -> dict[str, Any]:
    return {name: _fact(one, typed[name]) for name, one in BY_NAME.items() if typed.get(name)}


def _fact(field: FactField, text: str) -> Any:
    if field.entry == "flag":
        return {"true": True, "false": False}.get(text, text)
    scale = {"wan": Decimal(WAN), "percent": Decimal(1) / HUNDRED}.get(field.entry)
    return text if scale is None else _scaled(text, scale)


def retyped(field: FactField, value: Any) -> str:
    """A fact as it is typed."""
    if isinstance(value, bool):
        return str(value).lower()
    scale = {"wan": Decimal(1) / WAN, "percent": Decimal(HUNDRED)}.get(field.entry)
    return str(value) if scale is None else plain(Decimal(str(value)) * scale)


def _scaled(text: str, scale: Decimal) -> str:
    """A number in the unit of the form, in that of the question; what is no number stays as it is."""
    number = _tidy(text)
    return plain(Decimal(number) * scale) if NUMBER.fullmatch(number) else text or "?"


def _whole(text: str) -> int | str:
    number = _tidy(text)
    return int(number) if NUMBER.fullmatch(number) and number.isdecimal() else text


def _tidy(text: str) -> str:
    """Half-width, without thousands separators."""
    return "".join(unicodedata.normalize("NFKC", text).replace(",", "").split())


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
