"""Everything that reads what strangers write: it gives what was meant, or refuses; it never breaks."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.errors import RequestError
from serving.api.needs import cursor_of, place_of
from serving.api.questions import ConsentQuestion
from serving.form import FormError, question_from, read_form, typed_from
from serving.loan_request import PreapprovalQuestion
from serving.policy import FactError
from serving.problems import FieldError, language_of
from serving.records.answers import Answered
from serving.settings import SHORTEST_KEY, Settings

FIELDS = ("entity_id", "amount_wan", "term_months", "annual_rate_percent", "kind", "purpose", "risk_class")
VARIABLES = ("AUDIT_KEY", "REQUESTS_PER_MINUTE", "DATABASE_URL", "DEMO")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
)
LOAN = {"amount_cny": "1000.00", "term_months": 1, "annual_rate": "0.04", "kind": "WORKING_CAPITAL"}


def read(call, refusal):
    """What a reader gives, or its refusal; any other error is the test's failure."""
    try:
        return call(), None
    except refusal as error:
        return None, error


def asked(**loan):
    """A question about some loan."""
    return PreapprovalQuestion.model_validate({"entity_id": "91330502MA29K00168", "loan": LOAN | loan})


@given(st.binary(max_size=400))
def test_any_bytes_are_a_form_or_refused(body):
    typed, refusal = read(lambda: read_form(body), FormError)
    assert refusal or all(isinstance(value, str) for value in typed.values())


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=30)))
def test_anything_typed_is_a_question_or_names_its_fields(typed):
    question, refusal = read(lambda: question_from(typed), FormError)
    assert refusal.wrong if refusal else question.loan.amount_cny > 0


@given(st.integers(1, 10**9), st.integers(1, 360), st.integers(0, 10**4))
def test_what_was_asked_can_be_typed_again(amount, months, rate):
    question = asked(amount_cny=f"{amount}.00", term_months=months, annual_rate=str(Decimal(rate) / 10**4))
    assert question_from(typed_from(question.model_dump(mode="json"))).loan == question.loan


@given(JSON)
def test_any_json_that_is_no_question_is_refused(body):
    for kind in (PreapprovalQuestion, ConsentQuestion):
        with pytest.raises(ValidationError):
            kind.model_validate(body)


@given(st.dictionaries(st.text(max_size=12), JSON, max_size=4))
def test_any_facts_are_told_with_the_loan_or_named(facts):
    question = asked().model_copy(update={"facts": facts})
    told, refusal = read(lambda: question.loan_facts(date(2026, 10, 31)), FactError)
    assert refusal.field in facts if refusal else told["loan_amount_cny"] == 1000


@given(st.text(max_size=80))
def test_any_cursor_is_a_place_or_refused(text):
    place, refusal = read(lambda: place_of(text), FieldError)
    assert refusal.field == "before" if refusal else all(place)


@given(st.datetimes(), st.uuids())
def test_a_cursor_leads_to_where_its_page_ended(moment, name):
    answered = Answered(str(name), "preapproval", moment.isoformat(), "a", None, None, "{}", "{}")
    assert place_of(cursor_of(answered)) == (moment.isoformat(), str(name))


@given(st.text(max_size=300))
def test_any_wish_for_a_language_is_one_of_two(text):
    assert language_of(text) in {"zh", "en"}


@given(st.dictionaries(st.sampled_from(VARIABLES), st.text()))
def test_any_environment_is_taken_or_refused_and_no_secret_is_told(told):
    environment = {f"LVDAITONG_{name}": value for name, value in told.items()}
    settings, refusal = read(lambda: Settings.from_environment(environment), RequestError)
    if refusal:
        assert "LVDAITONG_" in str(refusal)
    else:
        assert settings.is_demo or len(settings.audit_key) >= SHORTEST_KEY
        assert "audit_key" not in repr(settings)
