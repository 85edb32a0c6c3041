"""A measure asked of many firms: results, the clauses that decided, missing facts, amounts and marks."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from serving.policy.kinds import Result
from serving.policy.measure import Measure
from serving.policy.money import to_fen
from serving.policy.table.asking import Asking, Verdict
from serving.policy.table.combos import Names, combos
from serving.policy.table.exact import Exact
from serving.policy.table.facts import TableFacts
from serving.policy.table.frame import Array
from serving.policy.table.law import TableLaw
from serving.policy.table.sizing import Sizings
from serving.policy.table.words import Words

RESULTS = tuple(Result)
FAIL, UNKNOWN, NOT_APPLICABLE = 1, 2, 3
SIZE = "size_class"


@dataclass(slots=True)
class Judged:
    """What a measure gives to each of the rows.

    Attributes:
        result: Place in `RESULTS`.
        lists: Codes and their names, of `failed`, `unknown` and `missing`.
        amounts: Yuan rounded to the fen; what is not a column is unknown everywhere.
        marks: Columns, or one value for all rows.
    """

    result: Array
    lists: dict[str, tuple[Array, list[Names]]]
    amounts: dict[str, Any]
    marks: dict[str, Any]


def judge(measure: Measure, facts: TableFacts, law: TableLaw, sizes: Sizings) -> Judged:
    """What a measure gives to each firm, as `Measure.finding` does for one."""
    asking = Asking(facts, law)
    frame = facts.frame
    applying = [(clause.name, asking.verdict(clause)) for clause in measure.applies]
    away = _any(frame.full(False), [verdict.no for _, verdict in applying])
    with frame.only(~away) as some:
        clauses = [(clause.name, asking.verdict(clause)) for clause in measure.clauses if some]
        if away.any():
            clauses = [(name, verdict.only(~away)) for name, verdict in clauses]
        judged = applying + clauses
        result = _result(away, [verdict for _, verdict in judged])
        words = Words(frame, result, RESULTS)
        amounts = measure.amounts(facts, law, words) if measure.amounts else {}
        marks = measure.marks(facts, law, words) if measure.marks else {}
        return Judged(
            result=result,
            lists={name: combos(frame.count, found) for name, found in _lists(judged, sizes).items()},
            amounts={name: _worth(value) for name, value in amounts.items()},
            marks=dict(marks),
        )


def _any(start: Array, masks: list[Array]) -> Array:
    for mask in masks:
        start = start | mask
    return start


def _result(away: Array, verdicts: list[Verdict]) -> Array:
    """FAIL if any clause fails, else UNKNOWN if any is unknown, else PASS."""
    nowhere = np.zeros(len(away), dtype=bool)
    fails = _any(nowhere, [verdict.no for verdict in verdicts]) & ~away
    unknown = _any(nowhere, [verdict.unknown for verdict in verdicts]) & ~fails & ~away
    # PASS is zero; a sum of masks is quicker than setting rows by them
    result: Array = fails.view(np.int8) * np.int8(FAIL)
    result += unknown.view(np.int8) * np.int8(UNKNOWN)
    result += away.view(np.int8) * np.int8(NOT_APPLICABLE)
    return result


def _lists(judged: list[tuple[str, Verdict]], sizes: Sizings) -> dict[str, list[tuple[str, Array]]]:
    missing = [gap for _, verdict in judged for gap in verdict.gaps]
    without_size = [rows for name, rows in missing if name == SIZE]
    if without_size:
        rows = _any(without_size[0], without_size)
        missing += [(name, lacking & rows) for name, lacking in sizes.gaps]
    return {
        "failed": [(name, verdict.no) for name, verdict in judged],
        "unknown": [(name, verdict.unknown) for name, verdict in judged],
        "missing": missing,
    }


def _worth(value: Any) -> Any:
    """An amount in fen: of each firm, or one for all; None where it is known of none."""
    if isinstance(value, Exact):
        return value.to_fen()
    plain = isinstance(value, (int, Decimal, Fraction))
    return to_fen(value) if plain else None
