"""Firms made ready behind the answers: what no loan changes of them is worked out before somebody asks.

Those that were asked about last come first, then the others as the snapshot has them, up to `MOST_READY`. So
after a start, or once a new champion or snapshot was taken over, first questions cost what later ones do.
"""

import logging
from time import perf_counter
from typing import Any

from serving.background import Background
from serving.board import MOST_REMEMBERED
from serving.desk import Desk
from serving.firm_part import part_of
from serving.records.faults import Unavailable

MOST_READY = MOST_REMEMBERED * 3 // 4
"""Firms made ready; the rest of the place is for those that nobody thought of."""
LATELY = 20_000
"""Rows of the audit log that are looked through for firms."""
EVERY_SECONDS = 1.0
PAUSES = 9
"""So many times as long as a firm took is waited before the next: answers go first, above all when many."""

_log = logging.getLogger("lvdaitong.readying")


class Readying(Background):
    """Makes the firms of each desk ready, one after the other.

    Args:
        state: Of the application; its `desk` is looked at, and others follow it.
        every: Seconds between two looks for a new desk.
        pauses: How many times as long as a firm took is waited before the next.
    """

    def __init__(self, state: Any, every: float = EVERY_SECONDS, pauses: float = PAUSES) -> None:
        super().__init__("readying", every)
        self._state, self._pauses = state, pauses
        self._before: Desk | None = None

    def look(self) -> None:
        """Make the firms of a new desk ready; whatever happens, the next one may be better."""
        desk = self._state.desk
        if desk is self._before:
            return
        self._before = desk
        try:
            self.make_ready(desk)
        except Exception:  # noqa: BLE001 - the thread must not end
            _log.exception("firms could not be made ready; each is worked out when somebody asks")

    def make_ready(self, desk: Desk) -> int:
        """Work out the firms of one desk, until it is replaced; how many are ready."""
        loaded, ready = desk.loaded, 0
        if loaded.scorer is None or loaded.snapshot is None or loaded.board is None:
            return ready
        for entity_id in firms_to_ready(desk):
            if self._ended.is_set() or self._state.desk is not desk:
                break
            began = perf_counter()
            part_of(loaded.scorer, loaded.snapshot, entity_id, loaded.board)
            ready += 1
            self._ended.wait(self._pauses * (perf_counter() - began))
        return ready


def firms_to_ready(desk: Desk, most: int = MOST_READY) -> list[str]:
    """The firms that were asked about last, newest first, then the others in the snapshot's order."""
    if desk.snapshot is None:
        return []
    there = desk.snapshot.firms.index
    lately = [firm for firm in _asked_lately(desk) if firm in there]
    others = there[: most + len(lately)].astype("str")
    return list(dict.fromkeys([*lately, *others]))[:most]


def _asked_lately(desk: Desk) -> list[str]:
    """Nothing where the records cannot be read now: the order is then the snapshot's."""
    try:
        return desk.records.audit.subjects(LATELY) if desk.records else []
    except Unavailable:
        return []
