"""What may be asked: questions as they come in, checked before anything is worked out."""

import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from serving.policy.errors import FactError
from serving.policy.kinds import LoanKind
from serving.purposes import Purpose

LONGEST_FACT = 100
MOST_FACTS = 120
MOST_QUESTIONS = 1000
LOAN_SAYS = {"loan_amount_cny": "amount_cny", "annual_rate": "annual_rate", "loan_kind": "kind"}
"""Facts that the loan itself states: said twice, they could differ."""
PLATFORM_SAYS = ("green_grade", "green_grade_date", "green_grade_source")
"""Facts that only the platform states in a pre-approval; `POST /v1/eligibility` takes any."""


def _whole_or_text(given: Any) -> Any:
    if isinstance(given, float):
        raise ValueError('an amount is a whole number or exact text like "5000000.00", not a float')  # noqa: TRY004 - pydantic reads ValueError
    return given


def readable(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: It has control characters.
    """
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in text):
        raise ValueError("text without control characters is expected")
    return text


Amount = Annotated[
    Decimal,
    BeforeValidator(_whole_or_text),
    Field(gt=0, le=10**13, max_digits=16, decimal_places=2, description="Yuan."),
    WithJsonSchema(
        {"type": ["string", "integer"], "description": "Yuan, exact.", "examples": ["5000000.00"]}
    ),
]
Rate = Annotated[
    Decimal, Field(ge=0, le=1, max_digits=9, decimal_places=8, description="Yearly; 4.2 % is 0.042.")
]
Months = Annotated[int, Field(strict=True, ge=1, le=360, description="Term in months.")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(readable)]
Key = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(readable)
]
Given = Annotated[dict[str, Any], Field(max_length=MOST_FACTS)]

EXAMPLE: dict[str, Any] = {
    "entity_id": "91330502MA29K00168",
    "loan": {
        "amount_cny": "5000000.00",
        "term_months": 12,
        "annual_rate": "0.042",
        "kind": "WORKING_CAPITAL",
        "purpose": "采购原材料",
    },
    "facts": {"is_green_inclusive": True, "subsidy_used_ytd_cny": "0", "has_credit_line": False},
}


class Asked(BaseModel):
    """Anything that is asked; a name that is not expected is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Loan(Asked):
    """The loan as asked for."""

    amount_cny: Amount
    term_months: Months
    annual_rate: Rate
    kind: LoanKind
    purpose: Text | None = None


class PreapprovalQuestion(Asked):
    """One firm, one loan; `facts` adds what the asker knows, by the names of `serving.policy.Facts`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    entity_id: Key
    loan: Loan
    facts: Given = {}
    purpose: Annotated[Purpose, Field(description="What the query is for; a consent names it.")] = (
        Purpose.PRE_LOAN
    )

    def loan_facts(self, day: date) -> dict[str, Any]:
        """The loan as facts: drawn down on `day`, due after its term, unless `facts` name other days.

        Raises:
            FactError: A further fact is none, or is the loan's or the platform's to say.
        """
        _expect_single_values(self.facts)
        _expect_not_said_elsewhere(self.facts)
        asked = {
            "loan_amount_cny": self.loan.amount_cny,
            "annual_rate": self.loan.annual_rate,
            "loan_kind": self.loan.kind,
            "start_date": day,
            "maturity_date": months_after(day, self.loan.term_months),
        }
        return asked | {name: value for name, value in self.facts.items() if value is not None}


class BatchQuestion(Asked):
    """Up to a thousand questions, each answered, or refused, on its own."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"questions": [EXAMPLE]}]}
    )

    questions: Annotated[list[PreapprovalQuestion], Field(min_length=1, max_length=MOST_QUESTIONS)]


class EligibilityQuestion(Asked):
    """Facts about any firm and loan, the day of the question, and whether to say what would change it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "as_of": "2026-11-20",
                    "facts": {"size_class": "SMALL", "credit_line_cny": "5000000"},
                    "what_if": True,
                }
            ]
        },
    )

    as_of: date
    facts: Given
    what_if: bool = False

    def known_facts(self) -> dict[str, Any]:
        """The facts.

        Raises:
            FactError: One of them is no single value.
        """
        _expect_single_values(self.facts)
        return self.facts


def months_after(day: date, months: int) -> date:
    """The same day some months on; the last of the month where there is none (Civil Code art. 202).

    >>> months_after(date(2026, 10, 31), 4)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _expect_single_values(facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if not isinstance(value, bool | int | float | str | None):
            raise FactError(name, type(value).__name__, "a single value")
        if isinstance(value, str):
            _expect_plain(name, value)


def _expect_plain(name: str, text: str) -> None:
    """Exponents are refused: 1e-999999999 is seven bytes to send and minutes to calculate with."""
    number = text.strip().lstrip("+-").lower()
    if len(text) > LONGEST_FACT or ((number[:1].isdecimal() or number[:1] == ".") and "e" in number):
        raise FactError(name, text, f"at most {LONGEST_FACT} characters, a number without exponent")


def _expect_not_said_elsewhere(facts: Mapping[str, Any]) -> None:
    for name in facts:
        if name in LOAN_SAYS:
            raise FactError(name, facts[name], f"to be said once, as loan.{LOAN_SAYS[name]}")
        if name in PLATFORM_SAYS:
            raise FactError(name, facts[name], "to be left to the platform; /v1/eligibility takes any grade")
