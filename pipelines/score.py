"""score: every firm of a snapshot, with reasons, green grade and what the measures give; as one table."""

from typing import Any

import numpy as np
import pandas as pd

from features.home import Home
from features.lake import commit, staged
from pipelines.loans import open_loans, reference_loan
from serving.city_numbers import numbers_of
from serving.decision import Scorer, facts_for
from serving.policy import Parameters, evaluate
from serving.snapshot import Snapshot

TOP = 5
TOLD = ("", "_code", "_points", "_source", "_date")
"""What the table tells of each reason: the sentence, and what stands behind it."""


def score_all(home: Home, scorer: Scorer, snapshot: Snapshot) -> pd.DataFrame:
    """The result table, indexed by `entity_id`; see `pipelines.summary.Summary.scores`."""
    scores = scorer.scores(snapshot.features)
    told = scorer.credit.reason_table(snapshot.features, TOP, dates=snapshot.newest)
    scores = scores.join(told[[f"reason_{rank}{part}" for part in TOLD for rank in range(1, TOP + 1)]])
    scores["official_grade"] = snapshot.firms["green_grade"].reindex(scores.index)
    return scores.join(_findings(home, snapshot, scores["predicted_grade"]))


def _findings(home: Home, snapshot: Snapshot, predicted: pd.Series) -> pd.DataFrame:
    loans = open_loans(home, pd.Timestamp(snapshot.as_of))
    reference, law = reference_loan(snapshot.policy_as_of), numbers_of(home)
    rows = [
        _measured(snapshot, str(name), loans.get(str(name)), reference, predicted[name], law)
        for name in predicted.index
    ]
    return pd.DataFrame(rows, index=predicted.index)


def _measured(
    snapshot: Snapshot,
    entity: str,
    loan: dict[str, Any] | None,
    reference: dict[str, Any],
    predicted: str | None,
    law: Parameters,
) -> dict[str, Any]:
    facts = facts_for(snapshot, entity, loan or reference, predicted)
    findings = evaluate(facts, snapshot.policy_as_of, parameters=law)
    row: dict[str, Any] = {"loan_basis": "tape" if loan else "reference"}
    for finding in findings:
        row[finding.measure] = str(finding.result)
        row[f"{finding.measure}_zh"] = finding.text_zh
    return row


def importance(scorer: Scorer, features: pd.DataFrame) -> dict[str, float]:
    """Column → mean absolute points by which it moves a score, largest first."""
    points = np.abs(scorer.credit.points_by_column(features)).mean(axis=0)
    ranked = sorted(zip(scorer.credit.encoder_.columns, points, strict=True), key=lambda pair: -pair[1])
    return {name: round(float(moved), 3) for name, moved in ranked}


def write_scores(home: Home, snapshot: Snapshot, scores: pd.DataFrame) -> None:
    """`scores.parquet` and `scores.csv` (utf-8 with a mark, so that spreadsheets read the Chinese)."""
    folder = home.scores(snapshot.as_of)
    with staged(home) as staging:
        scores.to_parquet(staging / "scores.parquet")
        scores.to_csv(staging / "scores.csv", encoding="utf-8-sig")
        for name in ("scores.parquet", "scores.csv"):
            commit(staging / name, folder / name)
