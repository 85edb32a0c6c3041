"""What a credit classifier may be fitted on: tables, labels, weights; everything else is refused by name."""

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import column_or_1d, validate_data

from features.errors import ModelError
from models.names import names_of
from models.table import PLAIN, as_frame

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHOWN = 5
"""Classes that an error lists before it says that there are more."""

DATE_LIKE = r"\s*(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{4}年\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
"""2024-03-01, 2024/3/1, 2024.03.01, 2024年3月1日, 2024年3月, 01.03.2024, 3/1/2024, with or without a time."""

MOSTLY = 0.5
LOOKED_AT = 1000
"""Distinct values of a text column that are looked at."""


class NoValueError(ModelError, TypeError):
    """A cell holds neither a number nor a word."""


def table_to_fit(values: Any) -> pd.DataFrame:
    """The table that a classifier learns from.

    Raises:
        ModelError: No rows or columns, a sparse or complex matrix, or a column that mixes numbers with words
            or holds dates.
    """
    table = as_table(values)
    if not len(table):
        raise ModelError(f"0 sample(s) (shape={table.shape}) while a minimum of 1 is required.")
    if not table.shape[1]:
        raise ModelError(f"0 feature(s) (shape={table.shape}) while a minimum of 1 is required.")
    for place, dtype in enumerate(table.dtypes.tolist()):
        if dtype.kind not in PLAIN and (
            pd.api.types.is_object_dtype(dtype) or pd.api.types.is_string_dtype(dtype)
        ):
            _refuse_odd_words(str(table.columns[place]), table.iloc[:, place])
    return table


def remember_columns(estimator: Any, values: Any, table: pd.DataFrame) -> None:
    """Give a classifier `n_features_in_`, and `feature_names_in_` where the columns came with names."""
    named = isinstance(values, pd.DataFrame)
    validate_data(estimator, table if named else table.to_numpy(), skip_check_array=True)


def table_to_score(estimator: Any, values: Any) -> pd.DataFrame:
    """The table that a fitted classifier answers for; columns of a DataFrame may stand in any order.

    Raises:
        ModelError: A matrix without names has another number of columns than in training.
    """
    table = as_table(values)
    expected = estimator.n_features_in_
    if not isinstance(values, pd.DataFrame) and table.shape[1] != expected:
        name = type(estimator).__name__
        raise ModelError(
            f"X has {table.shape[1]} features, but {name} is expecting {expected} features as input"
        )
    return table


def as_table(values: Any) -> pd.DataFrame:
    """A DataFrame with words for names of its columns; those of an array are x0, x1 and so on.

    Raises:
        ModelError: It is sparse, complex, or has not two dimensions.
    """
    if issparse(values):
        raise ModelError("a sparse matrix was passed; expected a dense table: use X.toarray()")
    if isinstance(values, pd.DataFrame):
        named = {*map(type, names_of(values))} <= {str}
        return values if named else values.set_axis([str(name) for name in values.columns], axis="columns")
    array = np.asarray(values)
    if np.iscomplexobj(array):
        raise ModelError("Complex data not supported; expected numbers and words")
    if array.ndim == 1:
        raise ModelError(
            f"Expected 2D array, got 1D array instead (shape={array.shape}). Reshape your data: a row a firm"
        )
    return as_frame(array)


def label_to_fit(y: ArrayLike | None, rows: int) -> tuple[Ints, NDArray[Any]]:
    """The label as 0 and 1, and both classes in their order; the second one is bad.

    Args:
        y: 0 good and 1 bad; any two classes are taken in sorted order.
        rows: How many are expected.

    Raises:
        ModelError: Missing values, a measure instead of classes, or not exactly two classes.
    """
    if y is None:
        raise ModelError("fit requires y to be passed, but the target y is None")
    label = np.asarray(y)
    label = column_or_1d(label, warn=True) if label.ndim == 2 else label  # noqa: PLR2004 - a column
    if label.shape != (rows,):
        raise ModelError(f"label has shape {label.shape}, expected one value for each of {rows} rows")
    missing = int(pd.isna(label).sum())
    if missing:
        raise ModelError(f"label is missing in {missing} of {rows} rows (NaN); leave these rows out")
    found = np.array(sorted(pd.unique(label).tolist(), key=lambda value: (str(type(value)), value)))
    if len(found) != 2:  # noqa: PLR2004 - good and bad
        raise ModelError(_not_two(label, found))
    return (label == found[1]).astype(np.int64), found


def _not_two(label: NDArray[Any], found: NDArray[Any]) -> str:
    told = f"{', '.join(str(value) for value in found[:SHOWN])}{' …' if len(found) > SHOWN else ''}"
    finite = label.dtype.kind != "f" or np.isfinite(label).all()
    kind = type_of_target(label) if finite else "infinite"
    measure = "" if kind in ("binary", "multiclass") else f"Unknown label type: {kind}; "
    classes = "1 class" if len(found) == 1 else f"{len(found)} classes"
    return (
        f"{measure}label holds {told}; expected both 0 (good) and 1 (bad), nothing else. Found {classes}. "
        "Only binary classification is supported."
    )


def weight_to_fit(sample_weight: ArrayLike | None, label: Ints) -> Floats | None:
    """What each row counts; None for all alike.

    Raises:
        ModelError: Not one number for each row, a negative or infinite one, or none above zero in a class.
    """
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != label.shape:
        raise ModelError(
            f"sample_weight has shape {weight.shape}, expected one number for each of {len(label)} rows"
        )
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ModelError("sample_weight holds negative, infinite or missing numbers; expected zero or more")
    if not (weight[label == 0].sum() and weight[label == 1].sum()):
        raise ModelError("the weight of one class is zero in all its rows; expected some of both classes")
    return weight


def _refuse_odd_words(name: str, column: pd.Series) -> None:
    """Raise ModelError for a column that is neither numbers, nor words, nor yes and no."""
    known = column.dropna()
    # what kind a value is depends on its type alone: one of each is looked at
    kinds = {_kind(value) for value in {type(value): value for value in known.tolist()}.values()}
    strange = kinds - {"number", "word"}
    if strange:
        raise NoValueError(
            f"column '{name}' holds a {min(strange)}; the argument must be a string or a real number"
        )
    if len(kinds) > 1:
        shown = [repr(next(value for value in known if _kind(value) == kind)) for kind in sorted(kinds)]
        raise ModelError(
            f"column '{name}' mixes numbers and words, such as {' and '.join(shown)}; make it one kind"
        )
    if kinds == {"word"} and (share := _share_of_dates(known)) > MOSTLY:
        raise ModelError(
            f"column '{name}' holds dates as text ({known.iloc[0]!r}, {share:.0%} of its values); "
            "turn it into an age or drop it"
        )


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "word"
    return "number" if isinstance(value, Real) or np.isscalar(value) else type(value).__name__


def _share_of_dates(words: pd.Series) -> float:
    values = pd.Series(words.unique()[:LOOKED_AT], dtype="str")
    return float(values.str.match(DATE_LIKE).mean())
