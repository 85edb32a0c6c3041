"""One bank's loan tape for the lab: its loans with a known end, by the dated label rules."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

import pandas as pd

from features.errors import LakeError, ModelError, RequestError
from features.home import Home
from models.label_rules import LabelRules
from pipelines.sample import outcomes_as_of

TAPE = ("entity_id", "loan_id", "application_date", "window_end", "bad")
"""Columns of a tape: `window_end` is the day on which the outcome was complete; `bad` is 1 for default."""

DAYS = ("application_date", "window_end")
READABLE = 0o644


def tape_of(home: Home, bank: str, as_of: pd.Timestamp, rules: LabelRules | None = None) -> pd.DataFrame:
    """The loans of one bank whose outcome was complete on a day, as a home's loan tape knew it then.

    Loans whose window is still open, and those that are neither good nor bad by the rules, are left out: they
    have no outcome that a model could learn from or be judged by.

    Args:
        home: Whose loan tape.
        bank: As the tape names it.
        as_of: The day of the question; only rows available then count.
        rules: What counts as default; None for `models/label_rules.yaml`.

    Returns:
        A row a loan with the columns of `TAPE`, in the order of `loan_id`.

    Raises:
        RequestError: The tape names no such bank; the message lists those there are.
        ModelError: None of its loans has a complete outcome yet.
    """
    outcomes = outcomes_as_of(home, as_of, rules)
    own = outcomes[outcomes["bank"] == bank]
    if own.empty:
        raise RequestError(f"bank '{bank}': {home.lake} holds no loan of it; {_there(outcomes['bank'])}")
    kept = own[own["mature"].astype(bool) & ~own["grey"].fillna(value=False).astype(bool)]
    if kept.empty:
        raise ModelError(
            f"bank '{bank}': none of its {len(own):,} loans has a complete outcome on {as_of:%Y-%m-%d}; "
            f"the first window ends on {own['window_end'].min():%Y-%m-%d}"
        )
    return kept.assign(bad=kept["bad"].astype("int64")).reset_index()[list(TAPE)]


def _there(banks: pd.Series) -> str:
    names = sorted(banks.dropna().unique())
    return f"there are: {', '.join(names)}" if names else "collect a loan tape first"


def write_tape(tape: pd.DataFrame, path: Path, key: bytes | None = None) -> Path:
    """Write a tape; it appears whole or not at all.

    Args:
        tape: As `tape_of` gives it.
        path: A `.csv` or `.parquet` file; folders are made.
        key: The project's key: keyed ids then stand in the place of codes. None leaves codes.

    Raises:
        RequestError: The file has another ending, or a key was given and it is not Parquet.
        LakeError: The file cannot be written.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise RequestError(f"{path}: expected a name that ends in .csv or .parquet")
    if key is not None and path.suffix != ".parquet":
        raise RequestError(
            f"{path}: a tape with keyed ids is a .parquet file, because it carries the fingerprint of its key"
        )
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=f".part{path.suffix}", delete=False) as file:
            part = Path(file.name)
        _write(tape, part, key)
        part.chmod(READABLE)  # a temporary file is for its owner alone
        part.replace(path)
    except OSError as error:
        raise LakeError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return path


def _write(tape: pd.DataFrame, path: Path, key: bytes | None) -> None:
    if key is not None:
        from features.keyed import keyed_ids, write_keyed

        write_keyed(tape.assign(entity_id=keyed_ids(tape["entity_id"], key)), path, key)
    elif path.suffix == ".parquet":
        with_days(tape, DAYS).to_parquet(path, index=False)
    else:
        with_days(tape, DAYS).to_csv(path, index=False, lineterminator="\n")


def with_days(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The table with those columns as plain days, YYYY-MM-DD."""
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in names})
