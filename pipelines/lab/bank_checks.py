"""What a bank's tape and table may not be: newer than the features, in possession of the label, too small."""

from datetime import date

import numpy as np
import pandas as pd

from features.errors import SourceError
from models.lab.matching import told_count
from pipelines.lab.agreement import Agreement, AgreementError
from pipelines.lab.joining import OLDEST_MONTHS, Joined
from pipelines.outcome_like import Suspect, suspects

PROOF = ("alone it reaches", "all of them bads")
"""Evidence that a column is the label, or nearly. Many good loans in a row without one bad may be chance."""


def refuse_untimely(loans: pd.DataFrame, agreement: Agreement, lab_day: date, newest: date) -> None:
    """Refuse loans whose outcome or application nobody could know yet, or that were not agreed on.

    Args:
        loans: As `bank_files.read_tape_file` gives them.
        agreement: Whose range of applications counts.
        lab_day: The lab's day: outcomes must be complete by then.
        newest: The newest day of the lake: applications after it have no features.

    Raises:
        SourceError: An outcome ends before the application, is not complete, or an application is newer than
            the features.
        AgreementError: Loans were applied for outside the agreed range.
    """
    applied, ends = loans["application_date"], loans["window_end"]
    _refuse(ends < applied, "window_end", "before the loan's own application", ends)
    _refuse(
        ends > pd.Timestamp(lab_day),
        "window_end",
        f"after the lab's day {lab_day}: an outcome that is not complete is no label",
        ends,
    )
    _refuse(
        applied > pd.Timestamp(newest),
        "application_date",
        f"after the newest day of the platform's data, {newest}: there are no features for them",
        applied,
    )
    agreed = agreement.applications
    outside = (applied < pd.Timestamp(agreed.first)) | (applied > pd.Timestamp(agreed.last))
    if outside.any():
        raise AgreementError(
            f"project '{agreement.project}': the tape holds loans applied for outside the agreed range "
            f"{agreed.first} to {agreed.last}, {told_count(int(outside.sum()), agreement.smallest_cell)} of "
            f"{len(loans):,}, row {outside.idxmax()} first; leave them out"
        )


def _refuse(rows: pd.Series, column: str, what: str, days: pd.Series) -> None:
    if rows.any():
        raise SourceError(
            f"the tape: '{column}' lies {what}, in {int(rows.sum()):,} of {len(rows):,} loans, row "
            f"{rows.idxmax()} first, the latest {days[rows].max():%Y-%m-%d}"
        )


def refuse_one_outcome(loans: pd.DataFrame, agreement: Agreement, bank: str) -> None:
    """Refuse a tape whose goods or bads are below the smallest cell: nothing can be learnt or told from it.

    Raises:
        AgreementError: One class is smaller.
    """
    bads = int(loans["bad"].sum())
    if min(bads, len(loans) - bads) < agreement.smallest_cell:
        raise AgreementError(
            f"project '{agreement.project}': the tape of '{bank}' holds fewer than {agreement.smallest_cell} "
            "good loans, or fewer than so many defaults; give a longer range of applications"
        )


def refuse_late_rows(rows: pd.DataFrame, joined: Joined, lab_day: date) -> None:
    """Refuse a table that speaks of days to come, or that no application could have known.

    Raises:
        SourceError: A row is of a day after the lab's, or no loan has a row in time.
    """
    late = rows["as_of"] > pd.Timestamp(lab_day)
    if late.any():
        raise SourceError(
            f"the table: 'as_of' lies after the lab's day {lab_day} in {int(late.sum()):,} of {len(rows):,} "
            f"rows, row {late.idxmax()} first; a row tells what the bank knew on that day"
        )
    if joined.matched == 0:
        raise SourceError(
            f"the table: no loan has a row of its firm from the {OLDEST_MONTHS} months up to it: "
            "'as_of' is the day as of which a row was true, and a row after the application is not used"
        )


def refuse_label_inside(joined: Joined, loans: pd.DataFrame) -> list[Suspect]:
    """Refuse a table with the label inside; what merely sounds like it is told.

    A name is no proof here: a bank rightly knows last year's overdue days. What ranks the loans all but
    without fault, or is filled for defaults alone, is.

    Args:
        joined: The table's columns as of each application.
        loans: The loans in the same order.

    Returns:
        Columns whose name sounds like an outcome, or of which something else is odd.

    Raises:
        SourceError: A column is the label, or nearly.
    """
    bad, time = loans["bad"].to_numpy(dtype=np.int64), loans["application_date"]
    cells = joined.columns.reset_index(drop=True)
    found = suspects(cells, bad, time.reset_index(drop=True))
    proven = [one for one in found if any(told in one.evidence for told in PROOF)]
    if proven:
        raise SourceError(
            f"the table: column {proven[0]}{f', and {len(proven) - 1} more do' if len(proven) > 1 else ''}; "
            "give what was known when the loan was applied for, as of that day"
        )
    return found
