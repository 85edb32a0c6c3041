"""Progress on long work: a line a step on a terminal, nothing where nobody looks; and the seconds it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """The steps of one run."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, quiet=True)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show that a step is under way, and how long it took when it is done."""
        begun = time.perf_counter()
        with self.console.status(f"{name} …"):
            yield
        self.seconds[name] = round(time.perf_counter() - begun, 2)
        self.console.print(f"[green]✓[/green] {name} [dim]{self.seconds[name]:.1f} s[/dim]", highlight=False)

    def say(self, line: str) -> None:
        """A line about the step under way."""
        self.console.print(f"  [dim]{line}[/dim]", highlight=False)
