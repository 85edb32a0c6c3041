"""The files that a bank brings: read, typed, and keyed before anything else is done with them.

After this module no credit code is left: firms are keyed ids, whatever spelling their codes came in.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.errors import SourceError
from features.keyed import KEYED_ID, fingerprint, fingerprint_in, keyed_ids, read_keyed
from features.uscc import are_valid, normalise_all
from pipelines.dates import parse_dates
from pipelines.lab.tape import DAYS, TAPE
from pipelines.own_reading import read_table
from pipelines.own_table import BAD, GOOD

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """A file of a bank, keyed.

    Attributes:
        rows: `entity_id` is a keyed id; rows without a valid code are left out.
        read: Rows of the file.
        invalid: Rows left out because their code is none.
        respelled: Rows whose code was spelled otherwise: small letters, blanks, full width.
    """

    rows: pd.DataFrame
    read: int
    invalid: int
    respelled: int


def read_tape_file(path: Path, key: bytes) -> BankFile:
    """A loan tape: days as days, `bad` as 0 and 1.

    Raises:
        SourceError: The file cannot be read, a column is missing, or a cell is not what it must be.
        RequestError: Its ids were keyed with another key.
    """
    file = _read(path, key, TAPE)
    loans = file.rows[list(TAPE)]
    kept = loans.assign(
        loan_id=_named(loans["loan_id"], path),
        bad=_outcomes(loans["bad"], path),
        **{name: days_of(loans[name], path) for name in DAYS},
    )
    return BankFile(rows=kept, read=file.read, invalid=file.invalid, respelled=file.respelled)


def read_own_file(path: Path, key: bytes) -> BankFile:
    """A bank's own table: `as_of` as days, the other columns numbers or words.

    Raises:
        SourceError: The file cannot be read, a column is missing, or a cell is not what it must be.
        RequestError: Its ids were keyed with another key.
    """
    file = _read(path, key, ("entity_id", "as_of"))
    rows = file.rows.assign(as_of=days_of(file.rows["as_of"], path))
    dated = [name for name in own_columns(rows) if pd.api.types.is_datetime64_any_dtype(rows[name].dtype)]
    if dated:
        raise SourceError(
            f"{path.name}: '{dated[0]}' holds days; a model cannot learn from them: give months or days "
            "since then, as of the row's own day"
        )
    return BankFile(rows=rows, read=file.read, invalid=file.invalid, respelled=file.respelled)


def read_list_file(path: Path, key: bytes) -> BankFile:
    """A list of firms: `entity_id`, whatever else stands beside it.

    Raises:
        SourceError: The file cannot be read, or has no such column.
        RequestError: Its ids were keyed with another key.
    """
    file = _read(path, key, ("entity_id",))
    return BankFile(
        rows=file.rows[["entity_id"]], read=file.read, invalid=file.invalid, respelled=file.respelled
    )


def own_columns(rows: pd.DataFrame) -> list[str]:
    """The columns of a bank's table that tell of the firm."""
    return [str(name) for name in rows if name not in ("entity_id", "as_of")]


def _read(path: Path, key: bytes, needed: tuple[str, ...]) -> BankFile:
    keyed = path.suffix == ".parquet" and path.is_file() and fingerprint_in(path) is not None
    if keyed:
        read_keyed(path, fingerprint(key))  # raises where the parties hold different keys
    cells = _cells(path, {"entity_id", "loan_id"})
    missing = [name for name in needed if name not in cells]
    if missing:
        found = ", ".join(map(str, list(cells)[:SHOWN])) + (" …" if cells.shape[1] > SHOWN else "")
        raise SourceError(
            f"{path.name}: {len(missing)} missing columns: {', '.join(missing)}; expected "
            f"{', '.join(needed)}, found {found or 'none'}"
        )
    return _of_keyed(cells, path) if keyed else _of_codes(cells, key, path)


def _cells(path: Path, words: set[str]) -> pd.DataFrame:
    """The table in a file; what a bank cannot do here is not advised."""
    try:
        return read_table(path, words).cells
    except SourceError as error:
        told = str(error).partition("; mend them, or leave the column out (")
        raise SourceError(told[0] + ("; mend them, or leave the column out" if told[1] else "")) from error


def _of_keyed(cells: pd.DataFrame, path: Path) -> BankFile:
    ids = cells["entity_id"]
    odd = ids.notna() & ~ids.str.fullmatch(KEYED_ID).fillna(value=False).astype(bool)
    if odd.any():
        raise SourceError(
            f"{path.name}: {int(odd.sum()):,} rows hold no keyed id, row {odd.idxmax()} first, though the "
            "file says that it is keyed; write it anew"
        )
    kept = cells[ids.notna()]
    return BankFile(rows=kept, read=len(cells), invalid=len(cells) - len(kept), respelled=0)


def _of_codes(cells: pd.DataFrame, key: bytes, path: Path) -> BankFile:
    codes = cells["entity_id"].astype("str")
    tidy = normalise_all(codes)
    valid = are_valid(tidy)
    if "loan_id" in cells:
        _refuse_codes_in_numbers(cells.loc[valid, "loan_id"], tidy[valid], path)
    kept = cells[valid].assign(entity_id=keyed_ids(tidy[valid], key))
    respelled = int((tidy[valid] != codes[valid]).sum())
    return BankFile(rows=kept, read=len(cells), invalid=int((~valid).sum()), respelled=respelled)


def _refuse_codes_in_numbers(numbers: pd.Series, codes: pd.Series, path: Path) -> None:
    """A loan number that carries its firm's code would carry it past the key."""
    pairs = zip(numbers.astype("str").str.upper(), codes, strict=True)
    carried = pd.Series([code in number for number, code in pairs], index=numbers.index, dtype=bool)
    if carried.any():
        raise SourceError(
            f"{path.name}: column 'loan_id' holds the firm's code in {int(carried.sum()):,} rows, row "
            f"{carried.idxmax()} first; expected numbers that tell nothing of the firm"
        )


def days_of(cells: pd.Series, path: Path) -> pd.Series:
    """A column of days, whatever way they were written.

    Raises:
        SourceError: A cell holds no day.
    """
    days = cells
    if not pd.api.types.is_datetime64_any_dtype(cells.dtype):
        spelled = cells.map(lambda value: f"{value:.0f}" if isinstance(value, float) else str(value))
        days = parse_dates(spelled.where(cells.notna()).astype("str"), ("any",))
    odd = days.isna()
    if odd.any():
        raise SourceError(
            f"{path.name}: column '{cells.name}' holds no day in {int(odd.sum()):,} of {len(cells):,} rows, "
            f"row {odd.idxmax()} first; expected days such as 2024-03-01"
        )
    return days.astype("datetime64[us]").dt.normalize()


def _outcomes(cells: pd.Series, path: Path) -> pd.Series:
    told = cells.map(lambda value: f"{value:g}" if isinstance(value, float) else str(value).lower())
    odd = cells.isna() | ~told.isin(GOOD | BAD)
    if odd.any():
        raise SourceError(
            f"{path.name}: column 'bad' is neither 0 nor 1 in {int(odd.sum()):,} of {len(cells):,} rows, row "
            f"{odd.idxmax()} first; a tape holds loans whose outcome is known"
        )
    return told.isin(BAD).astype("int64")


def _named(cells: pd.Series, path: Path) -> pd.Series:
    """Loan numbers; none may stand twice or be missing."""
    empty, twice = cells.isna(), cells.duplicated()
    if empty.any() or twice.any():
        what, rows = ("is empty", empty) if empty.any() else ("repeats an earlier loan's", twice)
        raise SourceError(
            f"{path.name}: column 'loan_id' {what} in {int(rows.sum()):,} rows, row {rows.idxmax()} first; "
            "expected each loan once"
        )
    return cells.astype("str")
