"""Something done again and again beside the answers, by a thread of its own."""

from abc import ABC, abstractmethod
from threading import Event, Thread


class Background(ABC):
    """Looks every so many seconds, until it is stopped; what it does then must not raise.

    Args:
        name: Of the thread.
        every: Seconds between two looks, and before the first.
    """

    def __init__(self, name: str, every: float) -> None:
        self._every = every
        self._ended = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns when a look that runs is over."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def look(self) -> object:
        """Look once."""

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            self.look()
