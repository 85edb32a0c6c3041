import pytest

from features.catalogue import load_catalogue, load_departments, source_named
from features.errors import RecipeError


def test_every_source_says_who_answers_for_it_and_why_it_may_be_shared() -> None:
    for source in load_catalogue().values():
        assert all((source.zh, source.en, source.department, source.lawful_basis)), source.name
        assert source.usual_lag_days >= 0


def test_everything_a_reader_is_told_is_told_in_chinese_too() -> None:
    for source in load_catalogue().values():
        told = [source.grain_zh, source.event_date_zh, *(one.meaning_zh for one in source.columns.values())]
        assert all(text.endswith("。") for text in told), source.name
        assert all(text.endswith(".") for text in (source.grain, source.event_date)), source.name


def test_every_department_that_answers_for_a_source_has_a_name() -> None:
    departments = load_departments()
    assert {source.department for source in load_catalogue().values()} == set(departments)
    assert all((one.zh, one.en) for one in departments.values())


def test_frequencies_and_lags_say_whether_they_are_published_or_planned() -> None:
    found = {source.certainty for source in load_catalogue().values()}
    assert found == {"published", "to_be_confirmed"}
    assert source_named("tax_credit_grade").certainty == "published"


def test_a_text_with_a_comma_does_not_fall_apart() -> None:
    """Inside the braces of a YAML mapping an unquoted comma begins another key."""
    assert source_named("patent").columns["kind"].meaning == "Invention, utility model or design."
    for source in load_catalogue().values():
        for column in source.columns.values():
            assert all(isinstance(value, str) for value in column.values), f"{source.name}.{column.name}"


def test_every_number_has_a_unit_and_every_category_its_values() -> None:
    for source in load_catalogue().values():
        for column in source.columns.values():
            place = f"{source.name}.{column.name}"
            assert column.zh, place
            assert column.meaning.endswith("."), place
            assert column.sensitivity in ("public", "confidential", "personal"), place
            assert (column.dtype in ("money", "number", "count")) == (column.unit is not None), place
            assert (column.dtype == "category") == bool(column.values), place


def test_what_banks_and_graders_decided_is_marked_an_outcome() -> None:
    outcomes = {source.name for source in load_catalogue().values() if source.outcome}
    assert {
        "loan",
        "loan_event",
        "loan_performance",
        "loan_recommendation",
        "loan_security",
        "interest_subsidy",
        "green_grade",
        "credit_record",
        "business_exit",
    } == outcomes


def test_an_unknown_source_is_named_with_those_there_are() -> None:
    with pytest.raises(RecipeError, match=r"no source 'invoices' in the catalogue; there are: .*vat_invoice"):
        source_named("invoices")
