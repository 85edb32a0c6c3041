"""What a table of findings tells: counts, sums, columns, and a firm's own findings."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from serving.policy import FactError, Facts, Result, evaluate
from serving.policy.law import default_parameters
from serving.policy.table import columns_of, evaluate_table

ASKED = date(2026, 11, 20)


@pytest.fixture
def rows(backgrounds):
    """A firm that passes, one that is large, one of which the grade is not known, one that cannot be."""
    good = backgrounds["interest_subsidy"]
    return [
        good,
        good | {"is_green_inclusive": False},
        good | {"green_grade": None},
        good | {"annual_rate": 3},
    ]


def test_results_are_counted_and_what_is_known_is_summed(rows):
    found = evaluate_table(columns_of(rows), ASKED)
    assert found.counts("interest_subsidy") == {
        Result.PASS: 1, Result.FAIL: 1, Result.UNKNOWN: 2, Result.NOT_APPLICABLE: 0
    }  # fmt: skip
    own = evaluate(Facts.from_dict(rows[0]), ASKED)[1].amounts["subsidy_estimate_cny"]
    assert found.sums("interest_subsidy")["subsidy_estimate_cny"] == own
    assert evaluate_table({"employees": [5]}, ASKED).sums("interest_subsidy")["subsidy_estimate_cny"] is None


def test_the_findings_of_a_row_are_the_firm_s_own(rows):
    law = default_parameters().with_values(subsidy_cap_per_enterprise=5)
    found = evaluate_table(columns_of(rows), ASKED, parameters=law)
    for place in range(3):
        given = {name: value for name, value in rows[place].items() if value is not None}
        assert found.finding(place) == evaluate(Facts.from_dict(given), ASKED, parameters=law)
    with pytest.raises(FactError, match="annual_rate: found 3"):
        found.finding(3)


def test_columns_are_exact_and_coded(rows):
    columns = evaluate_table(columns_of(rows), ASKED).to_arrow()
    assert len(columns) == len(rows)
    assert columns.schema.field("interest_subsidy.subsidy_estimate_cny").type == pa.decimal128(38, 2)
    assert pa.types.is_dictionary(columns.schema.field("interest_subsidy.missing").type)
    assert columns["interest_subsidy.missing"].to_pylist() == ["", "", "green_grade", None]
    assert columns["interest_subsidy.failed"].to_pylist() == ["", "loan_is_green_inclusive", "", None]
    assert columns["interest_subsidy.factor"][0].as_py() == Decimal("0.12")


def test_amounts_that_are_not_known_are_null_and_never_zero(rows):
    columns = evaluate_table(columns_of(rows), ASKED).to_arrow()
    assert columns["interest_subsidy.subsidy_estimate_cny"].to_pylist()[1:] == [Decimal("0.00"), None, None]
