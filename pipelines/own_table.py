"""Bring your own table: what its columns are, which of them a model may learn from, and how it is judged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError, RequestError
from pipelines.dates import parse_dates
from pipelines.outcome_like import Suspect, suspects
from pipelines.own_reading import read_table
from pipelines.segmenting import own_segments

Ints = NDArray[np.int64]

SHOWN = 8
"""Columns that a message lists before it says that there are more."""

ALL_DIFFERENT = 0.9
"""A column of words of which so many cells are different names its rows instead of describing them."""

GOOD = {"0", "0.0", "false", "f", "no", "n", "good", "否", "好", "正常", "未违约"}
BAD = {"1", "1.0", "true", "t", "yes", "y", "bad", "default", "是", "坏", "违约"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """What the user says of the columns.

    Attributes:
        label: What became of each row.
        bad: The value of the label that means default; None where it is told by the value (1, yes, 违约 …).
        time: Day or period of each row (of its application).
        group: What must not straddle a split: the firm or its company group.
        drop: Columns to leave out.
        category: Columns whose numbers are names.
        segment: Columns by which the rows are told apart when the model is judged; it learns from them too,
            unless they are dropped.
    """

    label: str
    bad: str | None = None
    time: str | None = None
    group: str | None = None
    drop: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTable:
    """A table that a model may learn from; all parts have the same rows in the same order.

    Attributes:
        name: The file's name without its ending.
        table: The columns that the model is offered.
        bad: 1 for default.
        time: Day of each row; None where the table has none.
        groups: What must not straddle a split; None where nobody said.
        notes: What was left out and why, and what else a reader must know.
        suspects: Columns offered, or days left out, that may know the outcome.
        segments: Words by which the rows are told apart; no columns where nobody asked.
    """

    name: str
    table: pd.DataFrame
    bad: Ints
    time: pd.Series | None
    groups: pd.Series | None
    notes: tuple[str, ...]
    suspects: tuple[Suspect, ...]
    segments: pd.DataFrame = field(default_factory=pd.DataFrame)


def own_table(path: Path, roles: Roles) -> OwnTable:
    """Read a table and find out what may be learnt from it.

    Columns that cannot be learnt from (names of rows, dates, empty, constant or repeated ones) are left out
    and named in `notes`.

    Raises:
        SourceError: The file cannot be read; see `read_table`.
        RequestError: A role names no column, one column has two roles, or a segment holds dates.
        ModelError: The label has not both classes, a time cannot be read, or no column is left.
    """
    read = read_table(path, {*roles.category, *([roles.group] if roles.group else [])})
    _must_fit(list(read.cells), roles)
    notes: list[str] = []
    cells, bad = _labelled(read.cells, roles, notes)
    time = None if roles.time is None else _times(cells[roles.time], roles.time)
    groups = None if roles.group is None else _groups(cells[roles.group], roles.group)
    rest = cells.drop(columns=[*_roles_of(roles), *roles.drop])
    left_out = _left_out(rest, read.dates)
    notes += [f"'{name}' is left out: {why}" for name, why in left_out.items()]
    table = rest.drop(columns=list(left_out))
    if table.shape[1] == 0:
        raise ModelError(f"{path.name}: no column is left to learn from; {'; '.join(notes) or 'all dropped'}")
    dated = tuple(name for name in left_out if pd.api.types.is_datetime64_any_dtype(rest[name].dtype))
    found = suspects(rest[[*table.columns, *dated]], bad, time, dated)
    return OwnTable(
        name=path.name.split(".")[0],
        table=table.reset_index(drop=True),
        bad=bad,
        time=None if time is None else time.reset_index(drop=True),
        groups=None if groups is None else groups.reset_index(drop=True),
        notes=tuple(notes),
        suspects=tuple(found),
        segments=own_segments(cells[list(roles.segment)]).reset_index(drop=True),
    )


def _roles_of(roles: Roles) -> list[str]:
    return [name for name in (roles.label, roles.time, roles.group) if name is not None]


def _must_fit(columns: list[str], roles: Roles) -> None:
    """Raise RequestError where a role names no column, or one column has two."""
    options = {"--label": [roles.label], "--drop": roles.drop, "--category": roles.category}
    options["--segment"] = roles.segment
    options |= {"--time": [roles.time] if roles.time else [], "--group": [roles.group] if roles.group else []}
    for option, names in options.items():
        for name in names:
            if name not in columns:
                raise RequestError(f"{option} '{name}': no such column; {_close(name, columns)}")
    taken = [*_roles_of(roles), *roles.drop]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise RequestError(f"'{twice[0]}' has two roles; expected each column once")


def _close(name: str, columns: Iterable[str]) -> str:
    there = list(columns)
    close = get_close_matches(name, there, n=3, cutoff=0.5)
    listed = ", ".join(close or there[:SHOWN]) + ("" if close or len(there) <= SHOWN else ", …")
    return f"{'close to it are' if close else f'the table has {len(there)}:'} {listed}"


def _labelled(cells: pd.DataFrame, roles: Roles, notes: list[str]) -> tuple[pd.DataFrame, Ints]:
    """The rows whose outcome is known, and the outcome."""
    label = cells[roles.label]
    if pd.api.types.is_datetime64_any_dtype(label.dtype):
        raise ModelError(f"label '{roles.label}' holds dates; expected goods and bads")
    unknown = int(label.isna().sum())
    if unknown:
        notes.append(f"{unknown:,} rows have no label and are left out")
    known = label.dropna()
    if known.nunique() < 2:  # noqa: PLR2004 - good and bad
        only = f"is '{_spelled(known.iloc[0])}' in all of {len(known):,} rows" if len(known) else "is empty"
        raise ModelError(f"label '{roles.label}' {only}; a model needs both goods and bads to learn from")
    bad = _bad(known.map(_spelled), roles)
    if bad.nunique() < 2:  # noqa: PLR2004 - good and bad
        only = _listed(sorted(known.map(_spelled).unique()))
        raise ModelError(f"label '{roles.label}' holds {only}, which all mean the same")
    return cells.loc[known.index], bad.to_numpy(dtype=np.int64)


def _bad(spelled: pd.Series, roles: Roles) -> pd.Series:
    found = sorted(spelled.unique())
    if roles.bad is not None:
        if roles.bad not in found:
            raise RequestError(f"--bad '{roles.bad}': label '{roles.label}' holds {_listed(found)}")
        return spelled == roles.bad
    told = spelled.str.lower()
    if not told.isin(GOOD | BAD).all():
        raise RequestError(
            f"label '{roles.label}' holds {_listed(found)}; expected 0 and 1, or say which one is bad: "
            f"--bad '{found[-1]}'"
        )
    return told.isin(BAD)


def _spelled(value: object) -> str:
    """A cell as a person writes it: 1, not 1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(found: list[str]) -> str:
    return ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")


def _times(cells: pd.Series, name: str) -> pd.Series:
    """The day of each row; a month or year stands for its last day."""
    days = cells
    if not pd.api.types.is_datetime64_any_dtype(cells.dtype):
        spelled = cells.map(lambda value: f"{value:.0f}" if isinstance(value, float) else str(value))
        days = parse_dates(spelled.where(cells.notna()).astype("str"), ("any",))
    odd = cells[days.isna()]
    if len(odd):
        first = "an empty cell" if pd.isna(odd.iloc[0]) else f"'{odd.iloc[0]}'"
        raise ModelError(
            f"--time '{name}': {len(odd):,} of {len(cells):,} rows hold no day, such as {first} in row "
            f"{odd.index[0]}; expected days, months or years such as 2024-03-01, 202403 or 2024"
        )
    if days.nunique() < 2:  # noqa: PLR2004 - before and after
        raise ModelError(f"--time '{name}': every row is of {days.iloc[0]:%Y-%m-%d}; leave --time out")
    return days.astype("datetime64[us]")


def _groups(cells: pd.Series, name: str) -> pd.Series:
    missing = int(cells.isna().sum())
    if missing:
        first = cells.index[cells.isna()][0]
        raise ModelError(
            f"--group '{name}': {missing:,} rows name no group, row {first} first; "
            "rows that may belong together must say so"
        )
    return cells.astype("str")


def _left_out(cells: pd.DataFrame, dates: tuple[str, ...]) -> dict[str, str]:
    """Columns that nothing can be learnt from, and why."""
    rules: list[Callable[[str, pd.Series], str | None]] = [
        lambda name, _: None if name.strip() else "it has no name, and so is a row number",
        lambda _, values: "it is empty in every row" if values.isna().all() else None,
        lambda name, values: _date(values, as_text=name in dates),
        lambda _, values: _constant(values),
        lambda _, values: _names_rows(values),
    ]
    found: dict[str, str] = {}
    for name in cells:
        why = next((told for rule in rules if (told := rule(str(name), cells[name]))), None)
        if why:
            found[str(name)] = why
    return found | _repeated(cells.drop(columns=list(found)))


def _date(values: pd.Series, *, as_text: bool) -> str | None:
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        return None
    return f"it holds dates{' as text' if as_text else ''}; turn them into an age, or name it with --time"


def _constant(values: pd.Series) -> str | None:
    first = values.iloc[0]
    return f"it is {_spelled(first)} in every row" if (values == first).all() else None


def _names_rows(values: pd.Series) -> str | None:
    """Whether a column names its rows: words nearly all different, or whole numbers without a gap."""
    known = values.dropna()
    if not pd.api.types.is_numeric_dtype(values.dtype):
        share = known.nunique() / len(known)
        named = len(known) > SHOWN and share >= ALL_DIFFERENT
        return f"it names its rows ({share:.0%} of its words are different)" if named else None
    counted = len(known) == len(values) and known.is_unique and bool((known % 1 == 0).all())
    numbered = counted and len(known) > SHOWN and known.max() - known.min() == len(known) - 1
    return "it numbers its rows" if numbered else None


def _repeated(cells: pd.DataFrame) -> dict[str, str]:
    """Columns that say in every row what one before them says."""
    seen: dict[int, list[str]] = {}
    found: dict[str, str] = {}
    for name in cells:
        mark = int(pd.util.hash_pandas_object(cells[name], index=False).sum())
        same = next((other for other in seen.get(mark, ()) if cells[other].equals(cells[name])), None)
        if same is None:
            seen.setdefault(mark, []).append(name)
        else:
            found[str(name)] = f"it says the same as '{same}' in every row"
    return found
