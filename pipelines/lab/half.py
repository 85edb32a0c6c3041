"""The bank's half: it learns from a package and the bank's own columns, in the bank's own home, offline.

lab/<project>/half/            in the bank's home: the model, and what was returned with it
OUT/half.json                  what goes back: versions, figures, fineness, hashes
OUT/held_out.parquet           log-odds of the split's loans by a half that had not seen their firms
OUT/model/                     the model, where the agreement says so and the bank asks for it
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import LakeError, RequestError, SourceError
from features.home import Home
from features.keyed import fingerprint, read_keyed, write_keyed
from features.staging import staged
from models.credit import CreditModel
from models.lab.fitting import Watch, silent
from models.lab.harmless import made_harmless, save_harmless
from models.lab.second_half import SecondHalf
from pipelines.lab import ledger
from pipelines.lab.agreement import EVERY_FIELD, AgreementError
from pipelines.lab.bank_checks import refuse_label_inside, refuse_late_rows
from pipelines.lab.bank_files import own_columns, read_own_file
from pipelines.lab.half_fit import HELD_OUT, Fitted, fit_half
from pipelines.lab.joining import Joined, newest_rows
from pipelines.lab.offline import networks, offline
from pipelines.lab.package import LOG_ODDS, SUB_SCORES, Makers, version_of
from pipelines.lab.parcel import Parcel, opened, pack
from pipelines.lab.split import Split

MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """What came of the bank's half.

    Attributes:
        returned: What goes back to the lab.
        model: Where the model lies, in the bank's home.
        left_out: Columns of the bank's table that the agreement does not name, and were not read.
    """

    returned: Parcel
    model: Path
    left_out: tuple[str, ...]


def run_half(
    home: Home,
    package: Path,
    table: Path,
    out: Path,
    *,
    key: bytes,
    now: datetime,
    on: date,
    with_model: bool = False,
    makers: Makers | None = None,
    watch: Watch = silent,
) -> Half:
    """Learn the bank's half of a package from the bank's own table; without network from here on.

    Args:
        home: The bank's own, another one than the lab's.
        package: The folder that the lab wrote.
        table: The bank's rows: `entity_id`, `as_of` and its own columns.
        out: Folder for what goes back; it is not there yet.
        key: The project's key.
        now: The time, kept in what goes back.
        on: The day of the question, in China: packages expire.
        with_model: Whether the model goes back, too.
        makers: How models are made.
        watch: Told of every model fitted.

    Raises:
        RequestError: The package was edited or is of another key; none of its firms is in the table, or no
            agreed column; the home is the lab's; `out` is there.
        AgreementError: The package expired, or the model may not go back.
        SourceError: The table cannot be read, or holds the label.
        ModelError: Fewer firms than the smallest cell, or a leaf of the model that goes back.
        NetworkError: Something reached for the network or another process.
        LakeError: The home or `out` cannot be written; nothing is left behind.
    """
    with offline():
        with offline():  # ends before anything is kept: an attempt that a library swallowed leaves nothing
            parcel = opened(package, "package", key, on)
            _refuse(home, parcel, out, with_model=with_model)
            split = Split.read(package, key)
            columns, left_out = _own_columns(table, split, parcel.told, key, on)
            fitted = fit_half(parcel.told, split, _given(package, key), columns, makers or Makers(), watch)
        with staged(home) as staging:
            returned = _return(staging / "returned", parcel, split, fitted, key, now, with_model=with_model)
            place = _lay_out(home, staging, returned, out)
    return Half(returned=Parcel(out, returned.told), model=place, left_out=left_out)


def _refuse(home: Home, parcel: Parcel, out: Path, *, with_model: bool) -> None:
    project = str(parcel.told["project"])
    if (home.lab / project / ledger.FILE).exists():
        raise RequestError(
            f"{home.root}: is the lab's own home; the bank's half runs in the bank's: name it with --home"
        )
    if out.exists():
        raise RequestError(f"{out}: exists; name a folder that is not there yet, so that nothing is mixed up")
    if with_model and not parcel.told["may"]["return_model"]:
        raise AgreementError(
            f"project '{project}': the agreement does not let models leave; run without --with-model"
        )


def _given(package: Path, key: bytes) -> pd.DataFrame:
    """What the platform says of each loan: log-odds, sub-scores, or nothing."""
    files = [package / name for name in (LOG_ODDS, SUB_SCORES) if (package / name).is_file()]
    tables = [read_keyed(file, fingerprint(key)).set_index("loan_id") for file in files]
    return tables[0] if tables else pd.DataFrame()


def _own_columns(
    table: Path, split: Split, told: Mapping[str, Any], key: bytes, on: date
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The bank's agreed columns of each loan as of its application, and the names of those not agreed."""
    file = read_own_file(table, key)
    agreed = set(told["may"]["fields"])
    names = own_columns(file.rows)
    used = [name for name in names if EVERY_FIELD in agreed or name in agreed]
    if not used:
        raise RequestError(
            f"{table.name}: none of its {len(names)} columns was agreed on; agreed are "
            f"{', '.join(sorted(agreed))}"
        )
    joined = newest_rows(split.loans, file.rows[["entity_id", "as_of", *used]])
    _refuse_few(joined, table, int(told["smallest_cell"]), invalid=file.invalid)
    refuse_late_rows(file.rows, joined, on)
    refuse_label_inside(joined, split.loans)
    return joined.columns, tuple(name for name in names if name not in used)


def _refuse_few(joined: Joined, table: Path, smallest: int, *, invalid: int) -> None:
    """Raise RequestError or SourceError where too few of the package's firms are in the table."""
    loans, _, both = joined.firms
    if not both:
        raise RequestError(
            f"{table.name}: none of the package's {loans:,} firms is in it ({invalid:,} rows hold no valid "
            "code); expected the firms' unified social credit codes, or ids keyed with the project's key"
        )
    if both < smallest:
        raise SourceError(
            f"{table.name}: holds fewer than {smallest} of the package's firms, the smallest cell of the "
            "agreement; bring a table of all of them"
        )


def _return(
    folder: Path, parcel: Parcel, split: Split, fitted: Fitted, key: bytes, now: datetime, *, with_model: bool
) -> Parcel:
    """Write what goes back."""
    folder.mkdir()
    package = parcel.told
    smallest = int(package["smallest_cell"])
    if with_model:
        _make_harmless(fitted.model, split, fitted.read, smallest)
    write_keyed(fitted.answers.rename_axis("loan_id").reset_index(), folder / HELD_OUT, key)
    fitted.model.save(folder.parent / MODEL)
    told = {
        **{name: package[name] for name in ("project", "bank", "route", "first", "expires_on", "fineness")},
        "package": parcel.id,
        "made_at": now.isoformat(timespec="seconds"),
        "model": {"name": "half", "version": version_of(folder.parent / MODEL)},
        "columns": list(fitted.columns),
        "split": split.counts(),
        "judged": fitted.judged,
        "carried": fitted.carried,
        "networks": networks(),
        "with_model": with_model,
    }
    if with_model:
        save_harmless(fitted.model, folder / MODEL, smallest)
    return pack(folder, "half", told, key)


def _make_harmless(model: CreditModel | SecondHalf, split: Split, read: pd.DataFrame, smallest: int) -> None:
    """Let a model that goes back tell of no few firms; the one that stays is the same."""
    booster = made_harmless(model, read, split.loans["entity_id"][split.train], smallest)
    if isinstance(model, SecondHalf):
        model.go_by(booster)
    else:
        model.booster_ = booster


def _lay_out(home: Home, staging: Path, returned: Parcel, out: Path) -> Path:
    """Both take their places, or neither does."""
    place = home.lab / str(returned.told["project"]) / "half"
    kept = staging / "kept"
    kept.mkdir()
    (staging / MODEL).rename(kept / MODEL)
    (kept / "half.json").write_text(json.dumps(returned.told, ensure_ascii=False, indent=1), "utf-8")
    part = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(returned.folder, part)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place.rename(staging / "older")
        kept.rename(place)
        part.rename(out)
    except OSError as error:
        raise LakeError(f"{out}: cannot be written: {error.strerror or error}; nothing goes back") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return place
