"""Applicants whom the old rules turned away, from a table of one's own: read, put back, and compared."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone

from features.errors import RequestError
from models.evidence import Evidence, Rows
from models.reject_comparison import Comparison, compare, compare_in_folds
from models.rejects import Manner, sample
from models.scored import ScoredClassifier
from pipelines.own_reading import read_table
from pipelines.own_table import OwnTable, Roles


@dataclass(frozen=True, slots=True)
class Rejected:
    """Applicants without outcome.

    Attributes:
        table: The columns that the model is offered.
        manner: How they are put back when the model is fitted.
    """

    table: pd.DataFrame
    manner: Manner


def read_rejected(path: Path, own: OwnTable, roles: Roles) -> pd.DataFrame:
    """The rejected applicants in a file, with the columns that the model of the accepted ones is offered.

    Raises:
        SourceError: The file cannot be read; see `read_table`.
        RequestError: A column is missing, or holds words where that of the accepted ones holds numbers.
    """
    words = [name for name in own.table if not pd.api.types.is_numeric_dtype(own.table[name].dtype)]
    cells = read_table(path, {*roles.category, *words}).cells
    if missing := [str(name) for name in own.table if name not in cells]:
        named = ", ".join(f"'{name}'" for name in missing[:5])
        raise RequestError(f"--rejects {path.name}: {len(missing)} columns of the table are missing: {named}")
    for name in own.table:
        if name not in words and not pd.api.types.is_numeric_dtype(cells[name].dtype):
            raise RequestError(
                f"--rejects {path.name}: column '{name}' holds words; in the table it holds numbers"
            )
    return cells[list(own.table.columns)].reset_index(drop=True)


def fitted(model: ScoredClassifier, rows: Rows, rejected: Rejected | None) -> ScoredClassifier:
    """The model fitted on rows, and with rejected applicants put back where there are any.

    Its period of training is that of the accepted rows.

    Raises:
        ModelError: There are fewer than two rejected applicants.
    """
    if rejected is None:
        plain: ScoredClassifier = model.fit(rows.table, rows.bad, groups=rows.groups, time=rows.time)
        return plain
    drawn = sample(model, rows.table, rows.bad, rejected.table, manner=rejected.manner)
    back: ScoredClassifier = clone(model).fit(
        drawn.table,
        drawn.bad,
        sample_weight=drawn.weight,
        groups=_groups(rows, drawn.applicant),
        time=_time(rows, len(drawn.bad)),
    )
    return back


def _groups(rows: Rows, applicant: "np.typing.NDArray[np.int64]") -> "np.typing.NDArray[np.object_]":
    """Group of each row of a sample; a rejected applicant is a group of its own."""
    named = [str(name) for name in (np.arange(len(rows)) if rows.groups is None else rows.groups)]
    names = np.array(named, dtype=object)
    return np.array([names[at] if at < len(rows) else f"rejected {at}" for at in applicant], dtype=object)


def _time(rows: Rows, many: int) -> "pd.Series | None":
    """Day of each row of a sample; that of rejected applicants is not known."""
    if rows.time is None:
        return None
    return rows.time.reset_index(drop=True).reindex(range(many))


def compared(model: ScoredClassifier, evidence: Evidence, rejected: pd.DataFrame) -> list[Comparison]:
    """A model without rejected applicants and with them in each manner, on rows it has not seen.

    Raises:
        ModelError: There are fewer than two rejected applicants.
    """
    train, held_out = evidence.train, evidence.held_out
    if evidence.kind == "repeated_cv":
        return compare_in_folds(model, train.table, train.bad, rejected, groups=train.groups)
    return compare(model, train.table, train.bad, rejected, held_out=held_out.table, held_bad=held_out.bad)
