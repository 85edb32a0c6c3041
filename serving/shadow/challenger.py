"""The challenger beside the champion: its scores of every firm, worked out when the service loads."""

import logging
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from features.home import Home
from models.registry import Version, find_challenger, load_version
from models.scored import ScoredClassifier
from serving.records.answers import Answered
from serving.shadow.log import Noted, ShadowLog

SCORED = ("pd_12m", "score", "band")

_log = logging.getLogger("lvdaitong.shadow")


@dataclass(frozen=True, slots=True)
class Shadow:
    """What champion and challenger say of every firm of the snapshot.

    Attributes:
        challenger: Label of the version that stands beside.
        champion: Label of the version that answers.
        firms: The firms of the snapshot.
        columns: In their order, `pd_12m`, `score`, `band` by the challenger and `champion_…` likewise.
    """

    challenger: str
    champion: str
    firms: pd.Index
    columns: dict[str, NDArray[Any]]

    @classmethod
    def read(cls, home: Home, champion: Version, features: pd.DataFrame, scores: pd.DataFrame) -> Self | None:
        """The challenger's scores beside the champion's; None without a challenger, or where it cannot score.

        Whatever is wrong with a challenger is told in the log and harms no answer.

        Args:
            home: Whose registry.
            champion: The version that answers.
            features: Features of every firm.
            scores: What the champion says of them: `pd_12m`, `score`, `band` by firm.
        """
        try:
            version = find_challenger(home, champion.name)
            if version is None:
                return None
            made = _scored(load_version(home, version), version, features)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a challenger, the champion answers
            _log.warning("no challenger stands beside: %s: %s", type(error).__name__, error)
            return None
        both = made.join(scores.loc[:, list(SCORED)].add_prefix("champion_"))
        columns = {str(name): both[name].to_numpy() for name in both}
        return cls(version.label, champion.label, both.index, columns)

    def beside(self, told: Answered, log: ShadowLog) -> None:
        """Note what the challenger would have said in place of an answer; nothing wrong here is raised."""
        try:
            log.note(self.noted(told))
        except Exception:  # noqa: BLE001 - the answer is made and recorded; nothing here may keep it
            _log.exception("no shadow score of %s", told.audit_id)

    def noted(self, told: Answered) -> Noted:
        """What is kept of an answer about a firm of the snapshot."""
        place = int(self.firms.get_loc(str(told.entity_id)))
        # cell by cell from plain arrays: a row of a table of mixed columns takes far longer to make
        row = {name: column[place] for name, column in self.columns.items()}
        return Noted(
            audit_id=told.audit_id,
            at=told.asked_at,
            challenger=self.challenger,
            champion=self.champion,
            pd_12m=float(row["pd_12m"]),
            score=int(row["score"]),
            band=str(row["band"]),
            champion_pd_12m=float(row["champion_pd_12m"]),
            champion_score=int(row["champion_score"]),
            champion_band=str(row["champion_band"]),
        )


def _scored(model: Any, version: Version, features: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(model, ScoredClassifier):
        raise ModelError(
            f"{version.label} is a {type(model).__name__}, expected a credit model or a scorecard"
        )
    probability = model.predict_proba(features)[:, 1].astype(np.float64)
    points = model.points_scale.points(probability)
    told = {"pd_12m": probability, "score": points, "band": model.bands_of(points)}
    return pd.DataFrame(told, index=features.index)
