"""The platform's side of the split route: the banks' loans with the platform's columns, and no bank's.

Only features that the agreement names, by themselves or by all of their sources, are worked out.
"""

from pathlib import Path

import pandas as pd

from features.assemble import assemble
from features.definitions import CREDIT
from features.errors import RequestError
from features.feature import AnyFeature
from features.keyed import fingerprint, keyed_ids, read_keyed
from features.session import Session
from models.groups import company_groups, group_of
from models.lab.sample import LOAN_COLUMNS, Sample
from pipelines.lab.agreement import EVERY_FIELD, Agreement
from pipelines.lab.contribution import TAPE_FILE, contributions_of, place_of
from pipelines.lab.project import Project
from pipelines.sample import meanings, whole_lake

POOLED_FILE = Path("pooled") / "held_out.parquet"
"""Inside the lab: `loan_id` and `log_odds` of the pooled model's test loans, where pooling was run."""


def loans_of(project: Project, key: bytes, day: pd.Timestamp, *, month_ends: bool) -> Sample:
    """Loans of all banks of which the platform knows the firm, without any bank's own columns.

    Args:
        project: Whose contributions.
        key: The project's key.
        day: The lab's day: only what was known then tells which firms belong together.
        month_ends: Columns as of the month end before each application, as sub-scores come in use; else as of
            the application itself.

    Raises:
        RequestError: No bank has contributed, or under another key.
        ModelError: A loan number stands twice.
    """
    codes = _codes(project, key)
    loans = _tapes(project, key)
    loans = loans[loans["entity_id"].isin(codes.index)]
    firms = loans["entity_id"].map(codes)
    applied = loans["application_date"]
    asked = applied - pd.offsets.MonthEnd(1) if month_ends else applied
    features = approved(project)
    spine = pd.DataFrame({"entity_id": firms, "as_of": asked})
    table = assemble(project.home, features, spine).values.set_axis(loans.index, axis="index")
    together = group_of(firms, company_groups(Session(project.home), day))
    return Sample(
        loans=loans[list(LOAN_COLUMNS)],
        platform=table,
        bank=pd.DataFrame(index=loans.index),
        groups=together.astype("str"),
        meanings=meanings(features),
    )


def columns_of(project: Project, key: bytes, firms: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """The platform's columns as of a day, a row a keyed firm that the platform knows."""
    codes = _codes(project, key)
    known = codes[codes.index.isin(firms)]
    spine = pd.DataFrame({"entity_id": known.to_numpy(), "as_of": day})
    return assemble(project.home, approved(project), spine).values.set_axis(known.index, axis="index")


def approved(project: Project) -> tuple[AnyFeature, ...]:
    """The features that the lake can give and the platform approved.

    Raises:
        RequestError: There is none.
    """
    usable = whole_lake(project.home).usable(CREDIT)
    chosen = tuple(one for one in usable if _is_approved(one, project.agreement))
    if not chosen:
        raise RequestError(
            f"project '{project.name}': none of the {len(usable)} features that the lake can give was "
            "approved; see the platform's fields in the agreement"
        )
    return chosen


def pooled_answers(project: Project, key: bytes) -> pd.Series | None:
    """Log-odds of the pooled model's test loans by loan number; None where pooling was not run.

    Raises:
        RequestError: They were kept under another key.
    """
    file = project.inside / POOLED_FILE
    if not file.is_file():
        return None
    return read_keyed(file, fingerprint(key)).set_index("loan_id")["log_odds"]


def _is_approved(one: AnyFeature, agreement: Agreement) -> bool:
    fields = set(agreement.parties.platform.fields)
    return EVERY_FIELD in fields or one.name in fields or set(one.sources) <= fields


def _codes(project: Project, key: bytes) -> pd.Series:
    """Keyed id → code of every firm of the lake; stays in the process."""
    firms = whole_lake(project.home).firms.astype("str")
    return pd.Series(firms.to_numpy(), index=pd.Index(keyed_ids(firms, key), name="entity_id"))


def _tapes(project: Project, key: bytes) -> pd.DataFrame:
    banks = [one.bank for one in contributions_of(project)]
    if not banks:
        raise RequestError(
            f"project '{project.name}': no bank has contributed its loans yet; a package needs their outcomes"
        )
    files = [place_of(project, bank) / TAPE_FILE for bank in banks]
    tapes = [
        read_keyed(file, fingerprint(key)).assign(bank=bank) for file, bank in zip(files, banks, strict=True)
    ]
    return pd.concat(tapes, ignore_index=True).set_index("loan_id")
