"""What the raw model says of a table: the calibrated probability of default, a number a row.

For one row nearly all the time of a DataFrame is what each of its columns costs. A table of plain cells is
therefore turned into the booster's matrix by hand; whatever needs a closer look goes to the model as a
DataFrame, which answers or refuses as it always does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.credit import CreditModel
from models.scored import ScoredClassifier
from models.shapley import margins
from serving.invocations.bodies import NO_VALUE, Columns

Floats = NDArray[np.float64]

NUMBERS = {float, int, bool, type(None)}


def probabilities(model: ScoredClassifier, table: Columns) -> list[float]:
    """Probability of default of each row.

    Columns may stand in any order and others beside them. Null, NaN and a category that was not there in
    training are missing values. A column that is not there, a word for a number and an infinite number are
    refused.

    Raises:
        ModelError: The model refuses the table; the message names the column.
    """
    if not table.rows:
        return []
    if table.is_text:
        table = _typed(table, getattr(model, "encoder_", None))
    matrix = _ready(model).matrix(table) if isinstance(model, CreditModel) else None
    if matrix is None or not isinstance(model, CreditModel):
        return _slowly(model, table)
    found = model.calibration_.log_odds(margins(model.booster_, matrix, threads=1))
    odds: list[float] = (1 / (1 + np.exp(-found))).tolist()
    return odds


def _slowly(model: ScoredClassifier, table: Columns) -> list[float]:
    """By a DataFrame: the model itself looks at every column, and says what is wrong with it."""
    frame = pd.DataFrame(table.rows, columns=list(table.names))
    try:
        answers: list[float] = model.predict_proba(frame)[:, 1].tolist()
    except (OverflowError, TypeError) as error:
        raise ModelError(f"a cell holds neither a number nor a word: {error}") from error
    return answers


@dataclass(slots=True)
class _Ready:
    """What of a model's encoder is worked out once.

    Attributes:
        inputs: The columns that it reads.
        codes: Category column → word → its code.
        relative: Its positions within the industry; None for none.
        places: Names of a table → where its columns stand; of the newest table alone.
    """

    inputs: list[str]
    codes: dict[str, dict[str | None, float]]
    relative: Any
    places: tuple[Sequence[str], list[int]] = field(default=((), []))

    def matrix(self, table: Columns) -> Floats | None:
        """What the encoder makes of plain cells; None where it has to look closer, or will refuse."""
        places = self._places(table.names)
        if places is None:
            return None
        rows = []
        for cells in table.rows:
            row = [cells[place] for place in places]
            for at, codes in self._coded():
                word = row[at]
                if type(word) is not str and word is not None:
                    return None
                row[at] = codes.get(word)
            if not set(map(type, row)) <= NUMBERS:
                return None
            rows.append(row)
        try:
            values = np.array(rows, dtype=np.float64)
        except OverflowError:
            return None
        if np.isinf(values).any():
            return None
        return values if self.relative is None else np.hstack([values, self._positions(values)])

    def _coded(self) -> list[tuple[int, dict[str | None, float]]]:
        return [(self.inputs.index(name), codes) for name, codes in self.codes.items()]

    def _positions(self, values: Floats) -> Floats:
        columns = [self.inputs.index(name) for name in self.relative.columns]
        found: Floats = self.relative.positions(
            values[:, columns], values[:, self.inputs.index(self.relative.by)]
        )
        return found

    def _places(self, names: Sequence[str]) -> list[int] | None:
        """Where the inputs stand; None where one is missing. Askers send the same names again and again."""
        known, places = self.places
        if known == names:
            return places
        stand = {name: place for place, name in enumerate(names)}
        if not all(name in stand for name in self.inputs):
            return None
        places = [stand[name] for name in self.inputs]
        self.places = (names, places)
        return places


_READY: WeakKeyDictionary[CreditModel, _Ready] = WeakKeyDictionary()


def _ready(model: CreditModel) -> _Ready:
    found = _READY.get(model)
    if found is None:
        encoder = model.encoder_
        codes: dict[str, dict[str | None, float]] = {
            name: {word: float(place) for place, word in enumerate(words)}
            for name, words in encoder.categories.items()
        }
        found = _READY[model] = _Ready(list(encoder.inputs), codes, encoder.relative)
    return found


def _typed(table: Columns, encoder: Any) -> Columns:
    """Text as numbers, but in columns of categories, where 330502 is a word."""
    words: Mapping[str, Any] = encoder.categories if encoder else {}
    kinds = [name in words for name in table.names]
    rows = [
        [_cell(text, is_word=word) for text, word in zip(line, kinds, strict=True)] for line in table.rows
    ]
    return Columns(table.names, rows)


def _cell(text: str, *, is_word: bool) -> float | str | None:
    if text in NO_VALUE:
        return None
    if is_word:
        return text
    try:
        return float(text)
    except ValueError:
        return text
