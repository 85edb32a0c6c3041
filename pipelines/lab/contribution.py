"""contribute: what a bank brings into the lab, looked at and keyed before it takes its place.

inside/<bank>/tape.parquet           loans with a known end, keyed
inside/<bank>/table.parquet          what the bank itself knew of their firms, day by day, keyed
inside/<bank>/contribution.json      hashes of the files that came, columns, what was told
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from features.errors import LakeError, RequestError, SourceError
from features.home import Home
from features.keyed import fingerprint, fingerprint_in, keyed_ids, read_keyed, write_keyed
from features.lake import receipts
from models.lab.matching import Matching, matching, told_count
from pipelines.lab.bank_checks import (
    refuse_label_inside,
    refuse_late_rows,
    refuse_one_outcome,
    refuse_untimely,
)
from pipelines.lab.bank_files import BankFile, own_columns, read_own_file, read_tape_file
from pipelines.lab.digests import digest_of
from pipelines.lab.joining import Joined, newest_rows
from pipelines.lab.project import Act, Clock, Project, now
from pipelines.sample import collected, whole_lake

TAPE_FILE, TABLE_FILE, TOLD_FILE = "tape.parquet", "table.parquet", "contribution.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a bank brought, as it may be told: where a count is small it is words such as "<10".

    Attributes:
        bank: Which bank.
        files: Hashes of the files that came: `tape`, and `table` where there is one.
        columns: The bank's own columns.
        loans: Loans taken in; words such as ">=811" where their number less that of the firms would tell how
            few firms have a second loan.
        bads: Defaults among them.
        matching: Firms of the tape and of the platform side by side; see `models.lab.matching`.
        invalid: Rows of both files left out because their code is none.
        respelled: Rows whose code was spelled otherwise and was normalised.
        with_row: Loans that have a row of the bank's table in time; None without a table.
        notes: What else a reader must know.
        is_known: Whether the same files came before; then nothing was changed.
    """

    bank: str
    files: Mapping[str, str]
    columns: tuple[str, ...]
    loans: int | str
    bads: int
    matching: Mapping[str, int | float | str]
    invalid: int | str
    respelled: int | str
    with_row: int | str | None
    notes: tuple[str, ...] = ()
    is_known: bool = False

    def __post_init__(self) -> None:
        # JSON gives lists back
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "notes", tuple(self.notes))


def contribute(
    project: Project,
    bank: str,
    tape: Path,
    table: Path | None = None,
    *,
    key: bytes,
    lab_day: date,
    by: str,
    clock: Clock = now,
) -> Contribution:
    """Take a bank's loan tape, and its own table, into the lab; an earlier contribution of it gives way.

    Args:
        project: Under whose agreement.
        bank: A party of it.
        tape: Loans with `entity_id`, `loan_id`, `application_date`, `window_end`, `bad`.
        table: Rows with `entity_id`, `as_of` and the bank's own columns; None where it brings none.
        key: The project's key.
        lab_day: The lab's day: outcomes must be complete by then.
        by: Who brings it.
        clock: Tells the time.

    Returns:
        What was taken in; where the same files came before, what was told then, and nothing changes.

    Raises:
        SourceError: A file cannot be read, or is not what it must be.
        RequestError: The key is another one, or the file is another bank's.
        AgreementError: A column was not approved, applications lie outside the range, or a class of loans is
            below the smallest cell.
        ModelError: Fewer firms than the smallest cell match; perhaps none: that is not told apart.
    """
    with project.act("contribute", by=by, clock=clock, fields={bank: ()}) as act:
        refuse_other_key(project, key)
        files = {"tape": _digest(tape)} | ({"table": _digest(table)} if table else {})
        _refuse_files_of_others(project, bank, files)
        act.noted |= {"bank": bank, "files": files}
        known = contribution_of(project, bank)
        if known is not None and dict(known.files) == files and _is_there(project, bank, key):
            act.noted["known"] = True
            return Contribution(**{**asdict(known), "is_known": True})
        taken = _taken(project, bank, tape, table, key, lab_day)
        found = taken.told(bank, files, project.agreement.smallest_cell)
        _lay_out(act, project, found, taken, key)
        act.noted |= {"columns": list(found.columns), "loans": found.loans, "matching": dict(found.matching)}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """Both files, read and looked at."""

    tape: BankFile
    matching: Matching
    table: BankFile | None = None
    joined: Joined | None = None
    notes: tuple[str, ...] = ()

    @property
    def kept_rows(self) -> pd.DataFrame | None:
        """Rows of the bank's table that speak of firms of its tape; others have no business here."""
        if self.table is None:
            return None
        return self.table.rows[self.table.rows["entity_id"].isin(self.tape.rows["entity_id"])]

    def told(self, bank: str, files: Mapping[str, str], smallest: int) -> Contribution:
        """What may be told of it."""
        loans, both = self.tape.rows, [self.tape, *([self.table] if self.table else [])]
        return Contribution(
            bank=bank,
            files=files,
            columns=tuple(own_columns(self.table.rows)) if self.table else (),
            loans=_loans_told(len(loans), self.matching.overlap.left, smallest),
            bads=int(loans["bad"].sum()),
            matching=self.matching.told(),
            invalid=told_count(sum(one.invalid for one in both), smallest),
            respelled=told_count(sum(one.respelled for one in both), smallest),
            with_row=_part_told(self.joined.matched, len(loans), smallest) if self.joined else None,
            notes=self.notes,
        )


def _loans_told(loans: int, firms: int, smallest: int) -> int | str:
    """A number of loans beside that of their firms, of which the difference may not be small.

    >>> _loans_told(1965, 811, 10), _loans_told(815, 811, 10)
    (1965, '>=811')
    """
    return loans if loans - firms >= smallest else f">={firms}"


def _part_told(part: int, whole: int, smallest: int) -> int | str:
    """A count of which neither it nor the rest may be small.

    >>> _part_told(80, 100, 10), _part_told(97, 100, 10), _part_told(3, 100, 10)
    (80, '>=91', '<10')
    """
    return f">={whole - smallest + 1}" if whole - part < smallest else told_count(part, smallest)


def _taken(project: Project, bank: str, tape: Path, table: Path | None, key: bytes, lab_day: date) -> _Taken:
    """Read both files, and refuse what may not come in."""
    agreement, file = project.agreement, read_tape_file(tape, key)
    loans = file.rows
    refuse_one_outcome(loans, agreement, bank)
    refuse_untimely(loans, agreement, lab_day, newest_day(project.home))
    _refuse_numbers_of_others(project, bank, loans["loan_id"], key)
    of_lake = keyed_ids(whole_lake(project.home).firms, key)
    found = matching(loans["entity_id"], of_lake, smallest_cell=agreement.smallest_cell)
    if table is None:
        return _Taken(tape=file, matching=found)
    own = read_own_file(table, key)
    agreement.refuse_fields({bank: own_columns(own.rows)})
    if not own_columns(own.rows):
        raise SourceError(f"{table.name}: holds no column beside entity_id and as_of; leave the table out")
    joined = newest_rows(loans.set_index("loan_id"), own.rows)
    refuse_late_rows(own.rows, joined, lab_day)
    odd = refuse_label_inside(joined, loans)
    return _Taken(tape=file, matching=found, table=own, joined=joined, notes=tuple(map(str, odd)))


def _lay_out(act: Act, project: Project, found: Contribution, taken: _Taken, key: bytes) -> None:
    """Write the keyed files beside each other; they take their place at once when the act ends well."""
    folder = act.staging / "contribution"
    folder.mkdir()
    write_keyed(taken.tape.rows.reset_index(drop=True), folder / TAPE_FILE, key)
    rows = taken.kept_rows
    if rows is not None:
        write_keyed(rows.reset_index(drop=True), folder / TABLE_FILE, key)
    text = json.dumps(asdict(found), ensure_ascii=False, indent=1)
    (folder / TOLD_FILE).write_text(text + "\n", "utf-8")
    act.keep(folder, place_of(project, found.bank))


def place_of(project: Project, bank: str) -> Path:
    """Where what a bank brought lies."""
    return project.inside / bank


def contribution_of(project: Project, bank: str) -> Contribution | None:
    """What a bank brought last; None where it brought nothing yet.

    Raises:
        LakeError: What was told of it then cannot be read.
    """
    file = place_of(project, bank) / TOLD_FILE
    if not file.is_file():
        return None
    try:
        return Contribution(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise LakeError(f"{file}: cannot be read; let '{bank}' contribute again: {error}") from error


def contributions_of(project: Project) -> list[Contribution]:
    """What the banks brought, in the agreement's order; banks that brought nothing yet are left out."""
    found = (contribution_of(project, bank) for bank in project.agreement.banks)
    return [one for one in found if one is not None]


def refuse_other_key(project: Project, key: bytes) -> None:
    """Raise RequestError where the key is not the one that the project goes by."""
    expected = project.fingerprint
    if expected is not None and fingerprint(key) != expected:
        raise RequestError(
            f"project '{project.name}': its key has the fingerprint {expected}, the key given "
            f"{fingerprint(key)}: the parties hold different keys, or the key was rotated since"
        )


def newest_day(home: Home) -> date:
    """The day on which the newest row of the lake arrived: later applications have no features.

    Raises:
        LakeError: Nothing was collected.
    """
    days = [
        one.newest_available
        for name in collected(home)
        for one in receipts(home, name)
        if one.newest_available
    ]
    if not days:
        raise LakeError(f"{home.lake}: nothing was collected yet; 'lvdaitong collect' brings files into it")
    return date.fromisoformat(max(days))


def _digest(file: Path) -> str:
    try:
        return digest_of(file)
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror or error}") from error


def _refuse_files_of_others(project: Project, bank: str, files: Mapping[str, str]) -> None:
    if len(set(files.values())) < len(files):
        raise RequestError("the tape and the table are the same file; expected two")
    for other in contributions_of(project):
        if other.bank != bank and set(other.files.values()) & set(files.values()):
            raise RequestError(
                f"the same file came from '{other.bank}' before; '{bank}' brings its own loans"
            )


def _refuse_numbers_of_others(project: Project, bank: str, numbers: pd.Series, key: bytes) -> None:
    """Raise RequestError where loan numbers are those of another bank: a loan must be one in the lab."""
    for other in project.agreement.banks:
        # a tape under an older key must come anew in any case
        if other == bank or not _is_there(project, other, key):
            continue
        taken = read_keyed(place_of(project, other) / TAPE_FILE, fingerprint(key))["loan_id"]
        if numbers.isin(taken).any():
            raise RequestError(
                f"loan numbers on the tape of '{bank}' are also loan numbers of '{other}'; put the bank's "
                "name before them"
            )


def _is_there(project: Project, bank: str, key: bytes) -> bool:
    """Whether what was brought before still lies there, under this key."""
    file = place_of(project, bank) / TAPE_FILE
    return file.is_file() and fingerprint_in(file) == fingerprint(key)
