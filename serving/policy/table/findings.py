"""The findings of many firms, as columns; and each firm's own when somebody asks for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from serving.policy.errors import FactError, PolicyError
from serving.policy.evaluation import evaluate
from serving.policy.facts import KINDS, Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Parameters
from serving.policy.measure import Measure
from serving.policy.table.columns_out import BETWEEN
from serving.policy.table.frame import Array
from serving.policy.table.source import Source


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row has no findings.

    Attributes:
        row: Place of the row, the first being 0.
        field: The fact; empty where the law has no number for a day of the row.
        found: What was given.
        expected: What would be right, in words.
        message: All of it in one sentence.
    """

    row: int
    field: str
    found: Any
    expected: str
    message: str


class FindingsTable:
    """What the measures give to each row of a table.

    Columns are named `measure.what`: `result`; `failed`, `unknown` and `missing` with names between ";";
    every amount in yuan with two places, null where it is unknown; and what amounts rest on.

    Args:
        columns: One Arrow column each.
        source: The facts.
        bad: Where a cell could not be read, by fact.
        refused: Rows that have no findings: UNKNOWN throughout, and an error.
        as_of: The day of the question.
        parameters: The numbers of law.
        measures: The measures.
    """

    def __init__(
        self,
        columns: Any,
        source: Source,
        bad: dict[str, Array],
        refused: Array,
        *,
        as_of: date,
        parameters: Parameters | None,
        measures: Sequence[Measure],
    ) -> None:
        self.columns = columns
        self.as_of = as_of
        self.measures = tuple(measures)
        self._source = source
        self._bad = bad
        self._refused = refused
        self._parameters = parameters
        self._errors: list[RowError] | None = None

    def __len__(self) -> int:
        return self._source.count

    @property
    def refused_count(self) -> int:
        """Rows that have no findings."""
        return int(self._refused.sum())

    def finding(self, row: int) -> list[Finding]:
        """The findings of one row, the very ones that `evaluate` gives to its facts.

        Raises:
            FactError: A fact of the row cannot be, or contradicts another.
            NoNumberForDay: The law has no number for a day that mattered.
        """
        facts = Facts.from_dict(self._source.row(row))
        return evaluate(facts, self.as_of, parameters=self._parameters, measures=self.measures)

    def counts(self, measure: str) -> dict[Result, int]:
        """How many rows have each result; rows with an error are among the UNKNOWN."""
        found = Counter(self.columns[f"{measure}.result"].to_pylist())
        return {result: found[result] for result in Result}

    def sums(self, measure: str) -> dict[str, Decimal | None]:
        """The sum of each amount over the rows where it is known; None where it is known of none."""
        start = f"{measure}."
        return {
            name.removeprefix(start): pc.sum(self.columns[name]).as_py()
            for name in self.columns.column_names
            if name.startswith(start) and name.endswith("_cny")
        }

    @property
    def errors(self) -> list[RowError]:
        """Every cell that cannot be, and every row that contradicts itself, in the order of the rows."""
        if self._errors is None:
            self._errors = [
                error for row in np.flatnonzero(self._refused) for error in self._errors_of(int(row))
            ]
        return self._errors

    def to_arrow(self) -> Any:
        """All columns, and beside them `error`: why a row has no findings."""
        texts: list[str | None] = [None] * len(self)
        for error in self.errors:
            before = texts[error.row]
            texts[error.row] = error.message if before is None else f"{before}{BETWEEN} {error.message}"
        return self.columns.append_column("error", pa.array(texts, pa.string()))

    def _errors_of(self, row: int) -> list[RowError]:
        given = self._source.row(row)
        cells = [name for name, rows in self._bad.items() if rows[row]]
        if cells:
            found = (FactError(name, given[name], KINDS[name].expected) for name in cells)
            return [RowError(row, error.field, error.found, error.expected, str(error)) for error in found]
        try:
            self.finding(row)
        except FactError as error:
            return [RowError(row, error.field, error.found, error.expected, str(error))]
        except PolicyError as error:
            return [RowError(row, "", None, "", str(error))]
        raise AssertionError(f"row {row}: refused as one of many, and answered alone: {given}")
