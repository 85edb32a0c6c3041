"""What the service holds in memory: the champions, the newest snapshot, the numbers of law; loaded once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Self, TypeVar

from features.errors import LvdaitongError
from features.home import Home
from features.uscc import ALPHABET, LENGTH, are_valid, is_valid, normalise
from serving.city_numbers import numbers_of
from serving.decision import Board, Scorer
from serving.policy import Facts, NoNumberForDay, Parameters, PolicyError, evaluate
from serving.problems import FieldError
from serving.shadow.challenger import Shadow
from serving.snapshot import Snapshot, load_snapshot

REMEDY = {
    "champion": "no credit model can answer; run 'lvdaitong run', or see the service's log",
    "snapshot": "no snapshot of the firms can be read; run 'lvdaitong run', or see the service's log",
    "records": "answers cannot be recorded; see the service's log",
    "policy": "the numbers of law cannot be read; see the service's log",
}
FEW = 1000
"""So many ids tell whether they are codes."""

_log = logging.getLogger("lvdaitong.serving")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The champions, the newest snapshot and the law; None where one is missing.

    Attributes:
        scorer: The champions.
        snapshot: Every firm on the newest day.
        board: What the champions say of all of them, worked out at once.
        parameters: The numbers of law, with the city's own.
        missing: What is missing → what to do.
        has_codes: Whether the snapshot's ids are unified social credit codes; research ids are not.
        shadow: The challenger beside the champion, recorded and never shown; None where none stands.
    """

    scorer: Scorer | None = None
    snapshot: Snapshot | None = None
    board: Board | None = None
    parameters: Parameters | None = None
    missing: dict[str, str] = field(default_factory=dict)
    has_codes: bool = True
    shadow: Shadow | None = None

    @classmethod
    def read(cls, home: Home) -> Self:
        """What a home has; what it has not is told by `missing`, never raised."""
        missing: dict[str, str] = {}
        snapshot = _try(missing, "snapshot", lambda: load_snapshot(home))
        named = (snapshot.credit, snapshot.green) if snapshot else ()
        scorer = _try(missing, "champion", lambda: Scorer.load(home, *named))
        board = None
        if scorer and snapshot:
            board = _try(missing, "champion", lambda: scorer.board(snapshot.features))
        day = snapshot.policy_as_of if snapshot else date.today()  # noqa: DTZ011 - any day reads all files
        law = _try(missing, "policy", lambda: _read_law(numbers_of(home), day))
        told = {what: missing[what] for what in REMEDY if what in missing}
        shadow = None
        if scorer and snapshot and board:
            shadow = Shadow.read(home, scorer.credit_version, snapshot.features, board.scores)
        return cls(scorer, snapshot, board, law, told, _are_codes(snapshot), shadow)

    def entity(self, asked: str) -> str:
        """The firm's key: a code without spaces, half-width and upper-case; a research id as it is.

        Raises:
            FieldError: It should be a code, and is malformed or fails its check digits.
        """
        code = normalise(asked) if self.has_codes else asked
        if self.has_codes and not self._is_known(code) and not _is_code(code):
            raise FieldError(
                "entity_id", "no unified social credit code: 18 characters, both check digits right"
            )
        return code

    def _is_known(self, code: str) -> bool:
        return self.snapshot is not None and code in self.snapshot.firms.index


def _try(missing: dict[str, str], name: str, load: Callable[[], Read]) -> Read | None:
    try:
        return load()
    except (LvdaitongError, PolicyError) as error:
        _log.warning("%s is missing: %s", name, error)
        missing[name] = REMEDY[name]
        return None


def _read_law(parameters: Parameters, day: date) -> Parameters:
    try:
        evaluate(Facts(), day, parameters=parameters)
    except NoNumberForDay as error:  # the numbers were read; that day is before them
        _log.warning("%s", error)
    return parameters


def _are_codes(snapshot: Snapshot | None) -> bool:
    if snapshot is None or snapshot.firms.empty:
        return True
    ids = snapshot.firms.index[:FEW].to_series().astype("str")
    return bool(are_valid(ids).mean() > 0.5)  # noqa: PLR2004 - most of them


def _is_code(code: str) -> bool:
    return len(code) == LENGTH and set(code) <= set(ALPHABET) and is_valid(code)
