"""One bank's loans as both halves see them: which are learnt from, which are judged by, in which fold.

The lab makes the split once, from all banks' loans; the bank gets the part that is about its own. Whatever
either half says, it says about these loans, so that both are compared on the same ones.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from features.errors import ModelError
from features.keyed import fingerprint, read_keyed, write_keyed
from models.lab.sample import Sample
from models.splits import GroupTimeFolds
from pipelines.lab.parcel import keyed_loans

FILE = "loans.parquet"
COLUMNS = ("entity_id", "application_date", "bad", "group", "part", "fold")
TRAIN, TEST = "train", "test"


@dataclass(frozen=True, slots=True)
class Split:
    """Loans of one bank.

    Attributes:
        loans: Indexed by keyed loan number, with the columns `entity_id` (keyed), `application_date`, `bad`
            (1 for default), `group` (a number; firms of one company group share it), `part` (`train` or
            `test`) and `fold` (in which the group is tested; -1 where it has no loan in the test period).
        numbers: The same loans by their own numbers, in the same order; none in the bank's process.
    """

    loans: pd.DataFrame
    numbers: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))

    @classmethod
    def of(cls, sample: Sample, folds: GroupTimeFolds, key: bytes, bank: str) -> Self:
        """A bank's part of the lab's split; loans that are neither learnt from nor judged by are left out.

        Args:
            sample: All banks' loans.
            folds: Over the rows of the sample.
            key: The project's key.
            bank: Whose loans.

        Raises:
            RequestError: A loan number stands twice.
        """
        place = np.full(len(sample.loans), -1)
        for number, (_, test) in enumerate(folds.folds):
            place[sample.groups.isin(set(sample.groups[test])).to_numpy()] = number
        loans = sample.loans.assign(
            group=sample.groups,
            part=np.select([folds.train, folds.test], [TRAIN, TEST], ""),
            fold=place,
        )
        own = loans[(loans["bank"] == bank).to_numpy() & (folds.train | folds.test)]
        own = own.assign(number=own.index).set_axis(keyed_loans(own.index, key))
        own = own.rename_axis("loan_id").sort_index()
        # numbers in the order of keyed loans, which tells nothing of who belongs to whom elsewhere
        numbered = own.assign(group=pd.factorize(own["group"])[0], bad=own["bad"].astype("int64"))
        return cls(numbered[list(COLUMNS)], pd.Index(own["number"]))

    @property
    def folds(self) -> GroupTimeFolds:
        """The folds over `loans`, as the lab has them."""
        fold = self.loans["fold"].to_numpy()
        made = tuple(
            (self.train & (fold != number), self.test & (fold == number))
            for number in sorted(set(fold[self.test].tolist()))
        )
        return GroupTimeFolds(made, self.train, self.test, self._period(self.train), self._period(self.test))

    @property
    def train(self) -> Any:
        """Which loans are learnt from, as booleans."""
        return (self.loans["part"] == TRAIN).to_numpy()

    @property
    def test(self) -> Any:
        """Which loans are judged by, as booleans."""
        return (self.loans["part"] == TEST).to_numpy()

    def counts(self) -> dict[str, int]:
        """Loans and bad loans of either part."""
        bad = self.loans["bad"]
        return {
            "train": int(self.train.sum()),
            "train_bads": int(bad[self.train].sum()),
            "test": int(self.test.sum()),
            "test_bads": int(bad[self.test].sum()),
        }

    def refuse_few(self, smallest: int) -> None:
        """Raise ModelError where either class of either part has fewer firms than the smallest cell."""
        for name, rows in ((TRAIN, self.train), (TEST, self.test)):
            firms = self.loans[rows].groupby("bad")["entity_id"].nunique()
            if min(firms.get(0, 0), firms.get(1, 0)) < smallest:
                raise ModelError(
                    f"the split's {name} part: fewer than {smallest} firms of a class, the smallest cell of "
                    "the agreement; bring a longer tape, or agree on a smaller cell"
                )

    def write(self, folder: Path, key: bytes) -> None:
        """Write `loans.parquet`."""
        write_keyed(self.loans.reset_index(), folder / FILE, key)

    @classmethod
    def read(cls, folder: Path, key: bytes) -> Self:
        """What `write` wrote; the folder was found whole before.

        Raises:
            RequestError: It was made with another key.
        """
        return cls(read_keyed(folder / FILE, fingerprint(key)).set_index("loan_id"))

    def _period(self, rows: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
        applied = self.loans["application_date"][rows]
        return applied.min(), applied.max()
