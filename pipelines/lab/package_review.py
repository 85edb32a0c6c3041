"""What disclosure control says of a package: which loans, and whether its scores tell who was learnt from."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from models.delong import auc_interval
from models.metrics import Estimate
from pipelines.lab.judged import estimate_record
from pipelines.lab.split import Split

TINY = 1e-9


def review(split: Split, said: pd.Series | None, smallest: int) -> dict[str, Any]:
    """Plain values for the ledger.

    Args:
        split: The loans of the package; no class of a part has fewer firms than the smallest cell.
        said: Log-odds that the platform's exported scores amount to, by keyed loan; None where none leave.
        smallest: Of the agreement.

    Returns:
        `rows`: whose they are; `smallest_cell`; and with scores `membership`: AUC of guessing, from how well
        a loan's score fits its outcome, that the loan was learnt from. 0.5 tells nothing; scores of models
        that had seen their loans would be near 1.
    """
    told: dict[str, Any] = {"rows": "the receiving bank's own loans, keyed", "smallest_cell": smallest}
    if said is None:
        return told | {"scores": "none"}
    return told | {"membership": estimate_record(membership(split, said))}


def membership(split: Split, said: pd.Series) -> Estimate:
    """AUC of the loss attack (Yeom 2018): loans that were learnt from are fitted better."""
    bad = split.loans["bad"]
    probability = np.clip(expit(said[split.loans.index]), TINY, 1 - TINY)
    loss = -(bad * np.log(probability) + (1 - bad) * np.log(1 - probability))
    return auc_interval(split.train, -loss, split.loans["group"])
