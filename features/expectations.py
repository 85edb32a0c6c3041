"""Great Expectations suites, derived from the catalogue. The only module that imports that library.

It takes seconds to import, so import this module only where a batch is at hand; never in the service.
"""

import logging
import os
import warnings
from functools import cache
from typing import Any

import pandas as pd

from features.catalogue import KEY_COLUMNS, OPERATIONS, Column, Source

# Says what it does not say by itself: nothing of a batch leaves this machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
with warnings.catch_warnings():
    # It imports sre_constants, which Python 3.11 deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.expectations as expectations_of_gx

gxe: Any = expectations_of_gx
"""Its expectations, which its types do not export."""

logging.getLogger("great_expectations").setLevel(logging.ERROR)

EARLIEST = pd.Timestamp(1949, 10, 1)
"""No record of a firm is older."""

Expectation = Any


def broken_rules(rows: pd.DataFrame, source: Source) -> dict[str, pd.Series]:
    """Which rows break which expectation of the source's suite.

    Args:
        rows: Typed rows; a unique index.
        source: The source that promises.

    Returns:
        Rule → booleans with the index of `rows`; rules that hold are absent.
    """
    place = pd.RangeIndex(len(rows))
    result = _validate(rows.set_axis(place), source)
    broken = {}
    for verdict in result.results:
        if not verdict.success:
            failed = verdict.result.get("unexpected_index_list") or []
            broken[_rule(verdict.expectation_config)] = pd.Series(place.isin(failed), index=rows.index)
    return broken


def expectations_of(source: Source) -> list[Expectation]:
    """The source's suite: keys, what is required, sets, bounds, patterns, and pairs of dates."""
    expected: list[Expectation] = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in KEY_COLUMNS]
    expected.append(gxe.ExpectColumnValuesToBeInSet(column="op", value_set=list(OPERATIONS)))
    expected.append(gxe.ExpectColumnValuesToBeBetween(column="event_date", min_value=EARLIEST))
    expected.append(_not_before("available_at", "event_date"))
    for column in source.columns.values():
        expected.extend(_expectations_of_column(column))
    expected.extend(_not_before(check.column, check.other) for check in source.checks)
    return expected


def _expectations_of_column(column: Column) -> list[Expectation]:
    expected: list[Expectation] = []
    if column.required:
        expected.append(gxe.ExpectColumnValuesToNotBeNull(column=column.name))
    if column.values:
        expected.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values)))
    if column.minimum is not None or column.maximum is not None:
        expected.append(
            gxe.ExpectColumnValuesToBeBetween(
                column=column.name, min_value=column.minimum, max_value=column.maximum
            )
        )
    if column.pattern:
        expected.append(gxe.ExpectColumnValuesToMatchRegex(column=column.name, regex=column.pattern))
    return expected


def _not_before(column: str, other: str) -> Expectation:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column, column_B=other, or_equal=True, ignore_row_if="either_value_is_missing"
    )


@cache
def _context() -> Any:
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # a batch has its own progress
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("whole")


def _validate(rows: pd.DataFrame, source: Source) -> Any:
    batch = _context().get_batch(batch_parameters={"dataframe": rows})
    suite = gx.ExpectationSuite(name=source.name, expectations=expectations_of(source))
    return batch.validate(
        suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False}
    )


def _rule(config: Any) -> str:
    """The rule in words that a person finds again in the catalogue."""
    said = config.kwargs
    column = said.get("column", said.get("column_A"))
    words = {
        "expect_column_values_to_not_be_null": lambda: "is missing",
        "expect_column_values_to_be_in_set": lambda: f"not one of {', '.join(map(str, said['value_set']))}",
        "expect_column_values_to_be_between": lambda: _between(said.get("min_value"), said.get("max_value")),
        "expect_column_values_to_match_regex": lambda: f"not of the form {said['regex']}",
        "expect_column_pair_values_a_to_be_greater_than_b": lambda: f"before {said['column_B']}",
    }
    return f"{column}: {words[config.type]()}"


def _between(low: Any, high: Any) -> str:
    if high is None:
        return f"below {_bound(low)}"
    return f"above {_bound(high)}" if low is None else f"outside {_bound(low)} to {_bound(high)}"


def _bound(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:,.15g}"
