"""Great Expectations suites, derived from the catalogue. The only module that imports that library.

It takes seconds to import, so import this module only where a batch is at hand; never in the service.
"""

import logging
import os
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import KEY_COLUMNS, OPERATIONS, Column, DType, Source
from features.errors import LvdaitongError
from features.hidden import hidden
from features.narrow import KIND, kind_of, narrow
from features.promises import Promise

# Says what it does not say by itself: nothing of a batch leaves this machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
with hidden("pyspark"), warnings.catch_warnings():
    # It imports sre_constants, which Python 3.11 deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    import great_expectations as gx
    import great_expectations.core as core_of_gx
    import great_expectations.expectations as expectations_of_gx
    import great_expectations.render.renderer as renderers_of_gx
    import great_expectations.render.view as views_of_gx
    from great_expectations.validator.v1_validator import Validator
gxe: Any = expectations_of_gx
"""Its expectations, which its types do not export; nor those below, which `features.data_docs` shows."""
Verdict: Any = core_of_gx.ExpectationValidationResult
_renderers: Any = renderers_of_gx
_views: Any = views_of_gx
Section: Any = _renderers.ValidationResultsColumnSectionRenderer
SectionView: Any = _views.DefaultJinjaSectionView

logging.getLogger("great_expectations").setLevel(logging.ERROR)

EARLIEST = pd.Timestamp(1949, 10, 1)
"""No record of a firm is older."""

STANDING = "copies before"
"""Column that tells how often the same version of a record stood in the file before."""
DUPLICATE = "record_id: the row stands in the file already"

WHICH_ROWS = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}

Expectation = Any
Mask = NDArray[np.bool_]


class Judge:
    """A source's suite, asked of chunk after chunk.

    Great Expectations copies every column of a batch for every expectation, so it is given only the columns
    that promise something, and in narrow types; of a column that promises presence alone, its presence.
    It first says which expectations fail; which rows they fail for is asked of those only.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._suite = gx.ExpectationSuite(name=source.name, expectations=expectations_of(source))
        self._valued = {name for one in self._suite.expectations for name in _valued_columns(one)}
        self._present = {one.column for one in self._suite.expectations if hasattr(one, "column")}
        self._present -= self._valued
        self._typed: list[Any] = []

    def broken_rules(
        self, rows: pd.DataFrame, standing: NDArray[np.int64] | None = None, among: Mask | None = None
    ) -> dict[str, Mask]:
        """Which rows break which expectation of the suite.

        Args:
            rows: Typed rows, as `pipelines.typing_rows` gives them.
            standing: How often each row's version stood in the file before; never where it is left out.
            among: The rows to judge; all by default. The others break nothing here.

        Returns:
            Rule → booleans, one a row, in order; rules that hold are absent.

        Raises:
            LvdaitongError: An expectation could not be asked, or the rows are not in the catalogue's types.
        """
        if list(rows.dtypes) != self._typed:  # asked once of a file, unless its columns change on the way
            _must_be_typed(rows, self.source)
            self._typed = list(rows.dtypes)
        place = np.arange(len(rows)) if among is None else np.flatnonzero(among)
        judged = self._form(rows, standing)
        judged = judged if among is None else judged[among]
        validator = _validator(judged.set_axis(pd.RangeIndex(len(judged))))
        broken = {}
        for expectation in _failed(validator, self._suite):
            validator.result_format = WHICH_ROWS
            verdict = validator.validate_expectation(expectation)
            where = np.zeros(len(rows), dtype=bool)
            where[place[verdict.result["unexpected_index_list"]]] = True
            broken[rule_of(expectation)] = where
        return broken

    def _form(self, rows: pd.DataFrame, standing: NDArray[np.int64] | None) -> pd.DataFrame:
        columns = {name: narrow(rows[name]) for name in rows if name in self._valued}
        columns |= {name: np.where(rows[name].isna(), np.nan, 1.0) for name in rows if name in self._present}
        columns[STANDING] = np.zeros(len(rows), dtype=np.int64) if standing is None else standing
        return pd.DataFrame(columns)


def broken_rules(rows: pd.DataFrame, source: Source) -> dict[str, pd.Series]:
    """`Judge.broken_rules` for rows at hand; booleans with the index of `rows`."""
    return {
        rule: pd.Series(where, index=rows.index) for rule, where in Judge(source).broken_rules(rows).items()
    }


def expectations_of(source: Source) -> list[Expectation]:
    """The suite of a source: keys, required columns, sets, bounds, patterns, versions, pairs of dates."""
    expected: list[Expectation] = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in KEY_COLUMNS]
    expected.append(gxe.ExpectColumnValuesToBeInSet(column="op", value_set=list(OPERATIONS)))
    expected.append(gxe.ExpectColumnValuesToBeBetween(column="event_date", min_value=EARLIEST))
    expected.append(gxe.ExpectColumnValuesToBeBetween(column=STANDING, max_value=0))
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


def types_of(source: Source) -> list[Expectation]:
    """That every column is of the catalogue's type; asked of the types themselves, not of the values."""
    kinds: dict[str, DType] = dict.fromkeys(KEY_COLUMNS, "text")
    kinds |= {"event_date": "date", "available_at": "date"}
    kinds |= {column.name: column.dtype for column in source.columns.values()}
    return [
        gxe.ExpectColumnValuesToBeInSet(column=name, value_set=[KIND[kind]]) for name, kind in kinds.items()
    ]


def _must_be_typed(rows: pd.DataFrame, source: Source) -> None:
    found = pd.DataFrame({name: [kind_of(dtype)] for name, dtype in rows.dtypes.items()})
    suite = gx.ExpectationSuite(name=f"types of {source.name}", expectations=types_of(source))
    for expectation in _failed(_validator(found), suite):
        raise LvdaitongError(
            f"{source.name}: column '{expectation.column}' was typed as {found[expectation.column][0]}, "
            f"expected {expectation.value_set[0]}"
        )


def broken_promises(promises: list[Promise], figures: dict[str, float | None]) -> list[Promise]:
    """Which promises about a batch as a whole are broken; a missing figure breaks none."""
    asked = [one for one in promises if figures[one.figure] is not None]
    row = pd.DataFrame({name: [value] for name, value in figures.items()}, dtype="float64")
    validator = _validator(row)
    return [
        one
        for one in asked
        if _failed(validator, gx.ExpectationSuite(name="batch", expectations=[bounds_of(one)]))
    ]


def bounds_of(promise: Promise) -> Expectation:
    """A promise about a batch as an expectation of the one row of its figures."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=promise.figure,
        min_value=promise.minimum,
        max_value=promise.maximum,
        severity="critical" if promise.stops else "warning",
    )


def _valued_columns(expectation: Expectation) -> list[str]:
    """The columns whose values an expectation reads; of the others it asks for presence alone."""
    if isinstance(expectation, gxe.ExpectColumnValuesToNotBeNull):
        return []
    names = [getattr(expectation, name, None) for name in ("column", "column_A", "column_B")]
    return [name for name in names if name]


@cache
def _whole_frames() -> Any:
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # a batch has its own progress
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("whole")


def _validator(rows: pd.DataFrame) -> Validator:
    return Validator(
        batch_definition=_whole_frames(), batch_parameters={"dataframe": rows}, result_format="BOOLEAN_ONLY"
    )


def _failed(validator: Validator, suite: Any) -> list[Expectation]:
    """The expectations of a suite that do not hold."""
    validator.result_format = "BOOLEAN_ONLY"
    failed = []
    verdicts: Any = validator.validate_expectation_suite(suite).results
    for verdict in verdicts:
        if verdict.exception_info and verdict.exception_info.get("raised_exception", True):
            raise LvdaitongError(f"{suite.name}: could not be judged: {_told(verdict)}")
        if not verdict.success:
            failed.append(verdict.expectation_config.to_domain_obj())
    return failed


def _told(verdict: Any) -> str:
    return f"{verdict.expectation_config.type}: {verdict.exception_info}"[:300]


def rule_of(expectation: Expectation) -> str:
    """The rule in words that a person finds again in the catalogue."""
    said = expectation.configuration.kwargs
    column = said.get("column", said.get("column_A"))
    if column == STANDING:
        return DUPLICATE
    words = {
        "expect_column_values_to_not_be_null": lambda: "is missing",
        "expect_column_values_to_be_in_set": lambda: f"not one of {', '.join(map(str, said['value_set']))}",
        "expect_column_values_to_be_between": lambda: _between(said.get("min_value"), said.get("max_value")),
        "expect_column_values_to_match_regex": lambda: f"not of the form {said['regex']}",
        "expect_column_pair_values_a_to_be_greater_than_b": lambda: f"before {said['column_B']}",
    }
    return f"{column}: {words[expectation.configuration.type]()}"


def _between(low: Any, high: Any) -> str:
    if high is None:
        return f"below {_bound(low)}"
    return f"above {_bound(high)}" if low is None else f"outside {_bound(low)} to {_bound(high)}"


def _bound(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"{value:,.15g}"
