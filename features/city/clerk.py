"""Somebody who writes while the next rows are drawn."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

MOST_WAITING = 4
"""Tables that may wait to be written: bounds the memory."""


class Clerk:
    """One thread that does what it is given in its order; what fails there is raised here."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def give(self, work: Callable[..., None], *arguments: Any) -> None:
        """Leave a piece of work; wait first where too much is waiting."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(work, *arguments))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all is done."""
        self._thread.shutdown(cancel_futures=kind is not None)
        while kind is None and self._waiting:
            self._waiting.popleft().result()
