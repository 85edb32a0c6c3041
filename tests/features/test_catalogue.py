import pytest

from features.catalogue import load_catalogue, source_named
from features.errors import RecipeError


def test_every_source_says_who_answers_for_it_and_why_it_may_be_shared() -> None:
    for source in load_catalogue().values():
        assert all((source.zh, source.en, source.department, source.lawful_basis)), source.name
        assert source.usual_lag_days >= 0


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
    assert {"loan", "loan_performance", "green_grade", "credit_record", "business_exit"} == outcomes


def test_an_unknown_source_is_named_with_those_there_are() -> None:
    with pytest.raises(RecipeError, match=r"no source 'invoices' in the catalogue; there are: .*vat_invoice"):
        source_named("invoices")
