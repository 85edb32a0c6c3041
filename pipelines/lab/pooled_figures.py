"""The figures of pooling as plain values, without small cells: all that the report shows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from models.lab.cells import safe_rates
from models.lab.sample import Sample
from models.lab.score_attacks import on_rates
from models.lab.uplift import Candidate, OfBank, Uplift
from models.splits import GroupTimeFolds
from pipelines.lab.contribution import contributions_of
from pipelines.lab.judged import FIGURES, GAINS, estimate_record
from pipelines.lab.project import Project
from pipelines.lab.uplift_plots import coarse

TOTAL = "total"
DIGITS = 4
Record = dict[str, Any]


def told_of(
    project: Project,
    sample: Sample,
    folds: GroupTimeFolds,
    uplift: Uplift,
    sides: pd.DataFrame,
    lab_day: pd.Timestamp,
    moment: datetime,
) -> Record:
    """What the report shows of a pooling.

    Args:
        project: Whose smallest cell holds.
        sample: The loans.
        folds: Over them.
        uplift: The candidates.
        sides: As `models.lab.sides.carried` gives it.
        lab_day: The lab's day.
        moment: When it was made.
    """
    smallest = project.agreement.smallest_cell
    test = sample.where(folds.test)
    return {
        "project": project.name,
        "made": moment.isoformat(timespec="seconds"),
        "lab_day": f"{lab_day:%Y-%m-%d}",
        "smallest_cell": smallest,
        "loans": len(sample),
        "test_loans": uplift.loans,
        "train_period": _period(folds.train_period),
        "test_period": _period(folds.test_period),
        "folds": len(folds.folds),
        "columns": {"platform": sample.platform.shape[1], "bank": sample.bank.shape[1]},
        "matching": [_brought(one) for one in contributions_of(project)],
        "sample": _by_half_year(sample, smallest),
        "parts": _parts(sample, folds, smallest),
        "parts_by_bank": _parts_by_bank(sample, folds, smallest),
        "attacks": [one.as_record() for one in on_rates(_cells(sample), sample.bad, sample.groups, smallest)],
        "candidates": [_candidate(one, test, smallest) for one in uplift.candidates],
        "gains": [
            {"model": model, "one": one, "other": other}
            | {name: estimate_record(getattr(gain, name)) for name in GAINS}
            for (model, one, other), gain in uplift.gains.items()
        ],
        "sides": _sides(sides),
        "carried": _columns(sides, sample),
    }


def _period(days: tuple[pd.Timestamp, pd.Timestamp]) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in days]


def _brought(one: Any) -> Record:
    return {
        "bank": one.bank,
        "matching": dict(one.matching),
        "invalid": one.invalid,
        "respelled": one.respelled,
        "with_row": one.with_row,
        "columns": list(one.columns),
        "notes": list(one.notes),
    }


def _by_half_year(sample: Sample, smallest: int) -> list[Record]:
    """Loans and defaults by bank and half-year of application, small cells withheld."""
    rows = _counted(_cells(sample), sample.bad, smallest)
    return [_with_names(row, ("bank", "half")) for row in rows]


def _cells(sample: Sample) -> pd.Series:
    """Bank and half-year of each loan."""
    applied = sample.loans["application_date"]
    half = applied.dt.year.astype("str") + np.where(applied.dt.month <= 6, "H1", "H2")  # noqa: PLR2004 - June
    return sample.loans["bank"].astype("str") + "\n" + half


def _with_names(row: Record, names: tuple[str, str]) -> Record:
    one, _, other = row.pop("name").partition("\n")
    return {names[0]: one, names[1]: other} | row


def _parts(sample: Sample, folds: GroupTimeFolds, smallest: int) -> list[Record]:
    """Loans learnt from, judged by, and neither: their outcome was not complete when the test began."""
    return _counted_parts(parts_of(sample, folds), sample.bad, smallest)


def _parts_by_bank(sample: Sample, folds: GroupTimeFolds, smallest: int) -> list[Record]:
    """The same of each bank's own loans; a bank reads its own rows alone, see `bank_figures.for_reader`."""
    part, banks = parts_of(sample, folds), sample.loans["bank"].astype("str")
    return [
        {"bank": str(bank)} | row
        for bank in sorted(banks.unique())
        for row in _counted_parts(part[banks == bank], sample.bad[banks == bank], smallest)
    ]


def parts_of(sample: Sample, folds: GroupTimeFolds) -> pd.Series:
    """`train`, `test` or `neither`, by loan."""
    return pd.Series(np.select([folds.train, folds.test], ["train", "test"], "neither"), sample.loans.index)


def _counted_parts(part: pd.Series, bad: pd.Series, smallest: int) -> list[Record]:
    rows = {row["name"]: row for row in _counted(part, bad, smallest)}
    return [rows[name] for name in ("train", "test", "neither", TOTAL) if name in rows]


def _counted(names: pd.Series, bad: pd.Series, smallest: int) -> list[Record]:
    found = bad.groupby(names).agg(["size", "sum"])
    shown = safe_rates(found, rows="size", bads="sum", smallest=smallest, total=TOTAL)
    return [
        {
            "name": str(name),
            "loans": _whole(row["size"]),
            "bads": _whole(row["sum"]),
            "rate": _plain(row["rate"]),
        }
        for name, row in shown.iterrows()
    ]


def _whole(count: Any) -> int | None:
    return None if pd.isna(count) else int(count)


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else round(float(value), DIGITS)


def _candidate(one: Candidate, test: Sample, smallest: int) -> Record:
    told: Record = {"name": one.name, "model": one.model}
    told |= {name: estimate_record(getattr(one, name)) for name in FIGURES}
    counts = coarse(test.bad.to_numpy(), one.pd_.to_numpy(), smallest)
    return told | {"curve": [list(point) for point in counts], "banks": _banks(one, test, smallest)}


def _banks(one: Candidate, test: Sample, smallest: int) -> list[Record]:
    """Each bank's figures on its own loans; none where a class of them is small."""
    classes = test.bad.groupby(test.loans["bank"])
    few: Mapping[Any, Any] = {
        name: min(int(bad.sum()), len(bad) - int(bad.sum())) < smallest for name, bad in classes
    }
    return [_of_bank(told, few=few[told.bank]) for told in one.by_bank]


def _of_bank(told: OfBank, *, few: bool) -> Record:
    if few or told.auc is None or told.calibration is None:
        return {"bank": told.bank, "auc": None, "calibration": None}
    return {
        "bank": told.bank,
        "auc": estimate_record(told.auc),
        "calibration": estimate_record(told.calibration),
    }


def _sides(sides: pd.DataFrame) -> list[Record]:
    whole = sides[sides["column"].isna()]
    names = ("points", "share", "auc_loss", "auc_loss_low", "auc_loss_high")
    return [
        {"side": str(row["side"])} | {name: _plain(row[name]) for name in names}
        for _, row in whole.iterrows()
    ]


def _columns(sides: pd.DataFrame, sample: Sample) -> list[Record]:
    """The columns by how far they move scores, with their names for readers."""
    meanings = sample.meanings
    return [
        {
            "side": str(row["side"]),
            "column": str(row["column"]),
            "zh": meanings[row["column"]].zh if row["column"] in meanings else str(row["column"]),
            "en": meanings[row["column"]].en if row["column"] in meanings else str(row["column"]),
            "points": _plain(row["points"]),
        }
        for _, row in sides[sides["column"].notna()].iterrows()
        if row["points"] > 0
    ]
