"""Sub-scores month by month, for live use at the bank: keyed firms, a column a theme, a version, a day.

OUT/sub_scores-YYYY-MM.parquet    entity_id (keyed), month, as_of, version, a column a theme
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from features.errors import RequestError
from features.keyed import fingerprint, read_keyed, write_keyed
from models.lab.sub_scores import SubScores
from pipelines.lab.contribution import refuse_other_key
from pipelines.lab.gate import release
from pipelines.lab.package import places
from pipelines.lab.package_review import Scored, review
from pipelines.lab.project import Clock, Project, now
from pipelines.lab.split import Split

Columns = Callable[[pd.Index, pd.Timestamp], pd.DataFrame]
"""From keyed ids and a day to the platform's columns as of that day, a row a firm that the platform knows."""


def month_of(text: str) -> pd.Timestamp:
    """The last day of a month.

    >>> f"{month_of('2026-10'):%Y-%m-%d}"
    '2026-10-31'

    Raises:
        RequestError: It is no month.
    """
    try:
        first = pd.Timestamp(pd.to_datetime(text, format="%Y-%m"))
    except ValueError as error:
        raise RequestError(f"--month '{text}': not a month; expected YYYY-MM, such as 2026-10") from error
    return first + pd.offsets.MonthEnd(0)


def newest_package(project: Project, bank: str) -> Path:
    """The bank's newest package of sub-scores: what its half in use has learnt from.

    Raises:
        RequestError: There is none.
    """
    made = [
        str(line.noted["package"])
        for line in project.lines
        if line.act == "package" and line.outcome == "done" and line.noted.get("bank") == bank
    ]
    there = [places(project) / one for one in made if (places(project) / one / "sub_scores").is_dir()]
    if not there:
        raise RequestError(
            f"project '{project.name}': no package of sub-scores was made for '{bank}'; first "
            f"'lvdaitong lab package {project.name} --bank {bank} --route sub_scores'"
        )
    return there[-1]


def write_month(
    project: Project,
    bank: str,
    month: pd.Timestamp,
    columns: Columns,
    *,
    key: bytes,
    newest: pd.Timestamp,
    by: str,
    firms: pd.Index | None = None,
    clock: Clock = now,
) -> Path:
    """Let the sub-scores of one month end leave for a bank.

    Args:
        project: Under whose agreement.
        bank: Whose firms.
        month: The month's last day.
        columns: The platform's columns as of a day.
        key: The project's key.
        newest: The newest day of the lake: a month that is not over has no sub-scores.
        by: Who lets it leave.
        firms: Keyed ids that the bank asks about; None for those of its package's loans.
        clock: Tells the time.

    Returns:
        Where it lies in `out/`.

    Raises:
        RequestError: The month is not over, the key is another one, no package was made, or fewer of the
            firms than the smallest cell are known.
        AgreementError: The agreement does not allow it.
    """
    with project.act("sub-scores", by=by, clock=clock, route="sub_scores", fields={bank: ()}) as act:
        refuse_other_key(project, key)
        _refuse_open(month, newest)
        package = newest_package(project, bank)
        asked = _firms_of(package, key) if firms is None else firms
        split = Split.read(package, key)
        learnt = pd.Index(split.loans["entity_id"].unique())
        all_known = columns(asked.union(learnt), month)
        known = all_known[all_known.index.isin(asked)]
        smallest = project.agreement.smallest_cell
        if len(known) < smallest:
            raise RequestError(
                f"project '{project.name}': the platform knows fewer than {smallest} of the firms asked "
                "about, perhaps none; expected ids keyed with this project's key"
            )
        scores = SubScores.load(package / "sub_scores")
        table = scores.monthly({month: known})
        table.insert(1, "month", f"{month:%Y-%m}")
        folder = act.staging / "month"
        folder.mkdir()
        write_keyed(table, folder / f"sub_scores-{month:%Y-%m}.parquet", key)
        act.noted |= {"bank": bank, "month": f"{month:%Y-%m}", "version": scores.version}
        return release(
            project,
            folder,
            kind="sub_scores",
            to=bank,
            what=f"sub-scores of {month:%Y-%m}, version {scores.version}",
            how_fine=f"keyed firms that the bank asked about, steps of {scores.fine} points",
            disclosure=review(folder, "sub_scores", split, _scored(scores, split, all_known), smallest),
            by=by,
            clock=clock,
            zh={
                "what": f"{month:%Y-%m} 子评分，版本 {scores.version}",
                "how_fine": f"本行所询企业（加密标识），以 {scores.fine} 分为一级",
            },
        )


def _scored(scores: SubScores, split: Split, known: pd.DataFrame) -> Scored:
    """The month's scores of the firms of the package's loans, whose outcome the bank knows.

    Every one of them is looked at, asked about this month or not: it is the models that may tell too much.
    """
    firms = split.loans["entity_id"]
    there = firms[firms.isin(known.index)]
    columns = known.loc[there].set_axis(there.index)
    points = scores.of(columns)
    log_odds = (scores.scale.offset - points.mean(axis="columns")) / scores.scale.factor
    return Scored(scores=points, log_odds=log_odds, columns=columns)


def firms_in(path: Path, key: bytes) -> pd.Index:
    """Keyed ids of a file that the bank sent: keyed Parquet with `entity_id`.

    Raises:
        SourceError: The file cannot be read.
        RequestError: It has no such column, or was keyed with another key.
    """
    table = read_keyed(path, fingerprint(key))
    if "entity_id" not in table:
        raise RequestError(f"{path}: no column entity_id; expected keyed ids of the firms asked about")
    return pd.Index(table["entity_id"].dropna().unique())


def _firms_of(package: Path, key: bytes) -> pd.Index:
    return pd.Index(Split.read(package, key).loans["entity_id"].unique())


def _refuse_open(month: pd.Timestamp, newest: pd.Timestamp) -> None:
    if month > newest:
        raise RequestError(
            f"--month {month:%Y-%m}: ends on {month:%Y-%m-%d}, the platform's data end on {newest:%Y-%m-%d}; "
            "collect the month first, or ask for an earlier one"
        )
