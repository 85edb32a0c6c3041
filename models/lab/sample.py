"""The joint sample: loans with what the platform and the bank each knew on the day of the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.reasons import Meaning
from models.splits import GroupTimeFolds, out_of_time_and_firm

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Side = Literal["platform", "bank"]
Columns = Literal["platform", "bank", "pooled"]

LOAN_COLUMNS = ("entity_id", "bank", "application_date", "window_end", "bad")

OF_BANK = "bank: "
"""What stands before a bank's column whose name the platform has taken."""

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Loans whose outcome is known, each with both sides' columns as of its application.

    Errors count rows and name columns; they name no loan and no firm.

    Attributes:
        loans: Indexed by `loan_id`: `entity_id` (keyed id), `bank`, `application_date`, `window_end` (day on
            which the outcome was complete) and `bad` (0 or 1).
        platform: The same index: the platform's features.
        bank: The same index: the bank's own columns.
        groups: The same index: firm or company group, which no split sets apart.
        meanings: Column → what it means, by its name in `pooled`; the bank's columns may lack one.

    Raises:
        ModelError: The parts have different loans, a loan or a column stands twice, a label or a day is
            missing, or the loans of one firm are in several groups.
    """

    loans: pd.DataFrame
    platform: pd.DataFrame
    bank: pd.DataFrame
    groups: pd.Series
    meanings: Mapping[str, Meaning] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_odd_loans(self.loans)
        for name, part in (("platform", self.platform), ("bank", self.bank), ("groups", self.groups)):
            _refuse_other_loans(name, part.index, self.loans.index)
        for name, part in (("platform", self.platform), ("bank", self.bank)):
            if twice := part.columns[part.columns.duplicated()].tolist():
                raise ModelError(f"{name}: columns stand twice: {', '.join(twice)}; expected each once")
        if clash := sorted(set(self.platform.columns) & set(self.bank_names.values())):
            raise ModelError(f"both sides have the columns {', '.join(clash)}; rename them at the bank")
        _refuse_torn_firms(self.loans["entity_id"], self.groups)

    def __len__(self) -> int:
        return len(self.loans)

    @property
    def bad(self) -> pd.Series:
        """1 for a loan that defaulted within its window, by loan."""
        return self.loans["bad"].astype("int64")

    @property
    def bank_names(self) -> dict[str, str]:
        """The bank's columns → their names in `pooled`: `bank: <name>` where the platform has the name."""
        taken = set(self.platform.columns)
        return {name: f"{OF_BANK}{name}" if name in taken else name for name in self.bank.columns}

    @property
    def pooled(self) -> pd.DataFrame:
        """Both sides' columns, the platform's first."""
        return pd.concat([self.platform, self.bank.rename(columns=self.bank_names)], axis="columns")

    def columns(self, which: Columns) -> pd.DataFrame:
        """The columns of one side, or of both, by their names in `pooled`."""
        if which == "platform":
            return self.platform
        return self.pooled if which == "pooled" else self.bank.rename(columns=self.bank_names)

    def side_of(self, column: str) -> Side:
        """Whose a column of `pooled` is.

        Raises:
            ModelError: It is nobody's.
        """
        own = {"platform": set(self.platform.columns), "bank": set(self.bank_names.values())}
        for side in ("platform", "bank"):
            if column in own[side]:
                return side
        raise ModelError(f"column '{column}' is neither the platform's nor the bank's")

    def where(self, rows: Flags) -> "Sample":
        """The chosen loans alone."""
        return Sample(
            loans=self.loans[rows],
            platform=self.platform[rows],
            bank=self.bank[rows],
            groups=self.groups[rows],
            meanings=self.meanings,
        )

    def outcomes(self, as_of: pd.Timestamp) -> pd.DataFrame:
        """What `models.splits` wants to know of each loan, as known on a day.

        Args:
            as_of: Loans whose window ends later are not mature and have no label yet.
        """
        told = self.loans[["entity_id", "bank", "application_date", "window_end"]]
        mature = told["window_end"] <= as_of
        return told.assign(
            window_months=_months_between(told["application_date"], told["window_end"]),
            mature=mature,
            bad=(self.loans["bad"] == 1).astype("boolean").where(mature),
            grey=pd.Series(False, index=told.index, dtype="boolean").where(mature),
            as_of=as_of,
        )

    def folds(
        self, as_of: pd.Timestamp, *, folds: int = 5, test_months: int = 6, seed: int = 0
    ) -> GroupTimeFolds:
        """Folds out of time and out of firm over these loans; see `models.splits.out_of_time_and_firm`."""
        by_firm = pd.Series(self.groups.to_numpy(), index=self.loans["entity_id"].to_numpy())
        return out_of_time_and_firm(
            self.outcomes(as_of),
            by_firm[~by_firm.index.duplicated()],
            folds=folds,
            test_months=test_months,
            seed=seed,
        )


def _months_between(first: pd.Series, last: pd.Series) -> pd.Series:
    """Whole months from one day to another, those begun included."""
    months = MONTHS * (last.dt.year - first.dt.year) + last.dt.month - first.dt.month
    return (months + (last.dt.day > first.dt.day)).astype("int64")


def _refuse_odd_loans(loans: pd.DataFrame) -> None:
    lacking = [name for name in LOAN_COLUMNS if name not in loans]
    if lacking:
        raise ModelError(f"loans: {len(lacking)} missing columns: {', '.join(lacking)}")
    if twice := int(loans.index.duplicated().sum()):
        raise ModelError(f"loans: {twice} of {len(loans)} rows repeat a loan_id; expected each loan once")
    for name in LOAN_COLUMNS:
        if missing := int(loans[name].isna().sum()):
            raise ModelError(
                f"loans: {name} is missing in {missing} of {len(loans)} rows; leave these loans out"
            )
    if odd := sorted({str(value) for value in loans["bad"].unique()} - {"0", "1", "0.0", "1.0"}):
        raise ModelError(f"loans: bad holds {', '.join(odd)}; expected 0 and 1")


def _refuse_other_loans(name: str, index: pd.Index, expected: pd.Index) -> None:
    if not index.equals(expected):
        missing, more = len(expected.difference(index)), len(index.difference(expected))
        order = "; the loans are the same in another order" if not missing and not more else ""
        raise ModelError(
            f"{name}: its {len(index)} rows are not the {len(expected)} loans: {missing} are missing, {more} "
            f"are no loan of the sample{order}; expected the same index"
        )


def _refuse_torn_firms(entities: pd.Series, groups: pd.Series) -> None:
    if missing := int(groups.isna().sum()):
        raise ModelError(f"groups: missing in {missing} of {len(groups)} rows; a firm alone is its own group")
    of_firms = pd.DataFrame({"entity": entities, "group": groups}).drop_duplicates()
    torn = int(of_firms["entity"].value_counts().gt(1).sum())
    if torn:
        raise ModelError(f"groups: the loans of {torn} firms are in more than one group; expected one a firm")
