"""What disclosure control says of scores that leave for a bank: its files, and what attacks find in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.lab.disclosure import review_export
from models.lab.score_attacks import on_rows, on_scores
from pipelines.lab.agreement import Export
from pipelines.lab.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Scores of loans as they leave, and what they are made of; the same rows in all three.

    Attributes:
        scores: A column a score, a row a keyed loan.
        log_odds: Log-odds of default that they amount to.
        columns: The platform's columns that they were made of; they stay.
    """

    scores: pd.DataFrame
    log_odds: pd.Series
    columns: pd.DataFrame


def review(folder: Path, kind: Export, split: Split, scored: Scored | None, smallest: int) -> dict[str, Any]:
    """Plain values for the ledger.

    Args:
        folder: What is about to leave, as it will.
        kind: Of the export.
        split: The loans of the package; no class of a part has fewer firms than the smallest cell.
        scored: The scores of these loans, or of some of them; None where none leave.
        smallest: Of the agreement.

    Returns:
        As of `models.lab.disclosure.Disclosure.as_record`. The attacker knows the outcome of every loan, as
        the bank does, and guesses who was learnt from, and what the platform has in its columns.

    Raises:
        ModelError: A model lies in the folder.
    """
    attacks = on_rows() if scored is None else _attacks(split, scored)
    return review_export(folder, smallest, kind=kind, attacks=attacks).as_record()


def _attacks(split: Split, scored: Scored) -> list[Any]:
    there = split.loans.index.isin(scored.log_odds.index)
    loans = split.loans[there]
    rows = loans.index
    return on_scores(
        scored.scores.loc[rows],
        scored.log_odds[rows],
        loans["bad"].to_numpy(),
        split.train[there],
        loans["group"].to_numpy(),
        scored.columns.loc[rows],
    )
