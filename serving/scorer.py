"""The champions, loaded once: what they say of any firms."""

from dataclasses import dataclass
from threading import Thread

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from features.home import Home
from models.credit import CreditModel
from models.green import GreenGradeModel
from models.names import names_of
from models.reasons import Speaker
from models.registry import CREDIT, GREEN, Version, champion, find_champion, load, load_version
from models.scale import Scale
from models.scored import ScoredClassifier
from serving.board import Board


@dataclass(frozen=True, slots=True)
class Scorer:
    """The champions, loaded once."""

    credit: ScoredClassifier
    credit_version: Version
    green: GreenGradeModel | None
    green_version: Version | None

    @classmethod
    def load(cls, home: Home, credit: str = CREDIT, green: str | None = GREEN) -> "Scorer":
        """The champions of a home; the green one may be absent.

        Args:
            home: Whose registry.
            credit: Registered name of the credit model.
            green: Registered name of the green model; None where there is none for these firms.

        Raises:
            ModelError: There is no credit champion, its files are gone or damaged, or it is no credit model.
        """
        version = champion(home, credit)
        credit_model = load_version(home, version)
        if not isinstance(credit_model, ScoredClassifier):
            kind = type(credit_model).__name__
            raise ModelError(f"{version.label} is a {kind}, expected a credit model or a scorecard")
        there = green is not None and find_champion(home, green) is not None
        graded = load(home, str(green), GreenGradeModel) if there else (None, None)
        # a slow model explains one firm by other means until this is done; the service does not wait for it
        Thread(target=credit_model.warm, name="warm").start()
        return cls(credit_model, version, *graded)

    def scores(self, features: pd.DataFrame) -> pd.DataFrame:
        """`pd_12m`, `score`, `band` and `predicted_grade` of each firm, with the index of `features`.

        A firm of which nothing environmental is known has no predicted grade.
        """
        probability = self.credit.predict_proba(features)[:, 1]
        points = (self.credit.scale or Scale()).points(probability)
        scored = pd.DataFrame(
            {"pd_12m": probability, "score": points, "band": self.credit.bands_of(points)},
            index=features.index,
        )
        scored["predicted_grade"] = pd.Series(self._grades(features), index=features.index, dtype="object")
        return scored

    def _grades(self, features: pd.DataFrame) -> list[str | None]:
        if self.green is None:
            return [None] * len(features)
        grades, known = self.green.predict(features), self.green.knows(features)
        return [str(grade) if knows else None for grade, knows in zip(grades, known, strict=True)]

    def board(self, features: pd.DataFrame) -> Board:
        """What the champions say of all these firms, worked out at once.

        Raises:
            ModelError: A feature that a model asks for is missing.
        """
        odds = self.green.predict_proba(features) if self.green else None
        table, matrix = self._readings(features)
        speaker = Speaker.of(names_of(table), self.credit.meanings_of_columns())
        return Board(self.scores(features), table, matrix, odds, speaker)

    def _readings(self, features: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64]]:
        """The credit model's features, and what points are worked out from."""
        credit = self.credit
        if isinstance(credit, CreditModel):
            matrix = credit.encoder_.matrix(features)
            return credit.encoder_.shown(features, matrix), matrix
        return credit.shown(features), credit.points_by_column(features)
