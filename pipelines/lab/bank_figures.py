"""Several banks in one pooling: what each is told of its own loans, and nothing of another's.

Inside the lab a firm that failed at one bank is a bad firm at all of them; outside, each bank is judged and
calibrated by its own labels alone, and its page holds its own rows.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.lab.sample import Sample
from models.lab.several_banks import Manner, told_to_banks
from models.lab.uplift import Candidate, OfBank
from models.splits import GroupTimeFolds
from pipelines.lab.judged import estimate_record

Record = dict[str, Any]

DIGITS = 4
TRAIN, TEST = "train", "test"


def manner_of(banks: int, wanted: Manner | None) -> Manner:
    """Labels to learn from: what is wanted, else the worst of any bank where there are several.

    >>> manner_of(1, None), manner_of(2, None), manner_of(2, "own")
    ('own', 'worst', 'own')
    """
    return wanted or ("worst" if banks > 1 else "own")


def calibrations(
    sample: Sample, folds: GroupTimeFolds, kept: Candidate, model: Any, smallest: int, rounds: int
) -> list[Record]:
    """By bank, the curve from the common model to its own, and how true the model is before and after it.

    Args:
        sample: All loans, each with its bank's own label.
        folds: Over them.
        kept: The candidate whose model is kept, with what it said of the test's loans.
        model: The model of all loans of training; one that keeps no held-out answers calibrates nobody.
        smallest: A bank with a smaller class of loans in training or test is told nothing.
        rounds: Draws of firms behind intervals.
    """
    held_out = getattr(model, "held_out_", None)
    if held_out is None:
        return []
    known, judged = sample.where(folds.train), sample.where(folds.test)
    enough = [bank for bank in _banks(sample) if _is_enough(known, judged, bank, smallest)]
    if not enough:
        return []
    share = np.clip(kept.pd_, 1e-12, 1 - 1e-12)
    said = pd.concat([pd.Series(held_out, index=known.loans.index), pd.Series(np.log(share / (1 - share)))])
    parts = [one.where(one.loans["bank"].isin(enough).to_numpy()) for one in (known, judged)]
    told = told_to_banks(parts[0], parts[1], said, rounds=rounds)
    return [
        {
            "bank": bank,
            "slope": round(one.calibration.slope, DIGITS),
            "intercept": round(one.calibration.intercept, DIGITS),
            "common": _estimate(one.common),
            "calibrated": _estimate(one.calibrated),
        }
        for bank, one in told.items()
    ]


def for_reader(figures: Mapping[str, Any], bank: str) -> Record:
    """The figures as one bank may read them: what is told of all loans together, and its own rows.

    Totals of counts are left out where there are several banks: less its own they would be another's.
    """
    if len(figures["matching"]) < 2:  # noqa: PLR2004 - its own alone
        return dict(figures)
    own = {
        name: [row for row in figures[name] if row["bank"] == bank]
        for name in ("matching", "sample", "parts_by_bank", "calibrations")
    }
    candidates = [
        one | {"banks": [row for row in one["banks"] if row["bank"] == bank]} for one in figures["candidates"]
    ]
    return dict(figures) | own | {"parts": own["parts_by_bank"], "candidates": candidates}


def _banks(sample: Sample) -> list[str]:
    return sorted(sample.loans["bank"].astype("str").unique())


def _is_enough(known: Sample, judged: Sample, bank: str, smallest: int) -> bool:
    """Whether either class of the bank's loans is large enough in both parts."""
    own = (part.bad[(part.loans["bank"] == bank).to_numpy()] for part in (known, judged))
    return all(min(int(bad.sum()), len(bad) - int(bad.sum())) >= smallest for bad in own)


def _estimate(told: OfBank) -> dict[str, float | None] | None:
    return None if told.calibration is None else estimate_record(told.calibration)
