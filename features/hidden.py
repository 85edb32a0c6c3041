"""Keeping a library from importing what is installed but not wanted here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(package: str) -> Iterator[None]:
    """Let imports in the block find no such package; afterwards all is as it was.

    Great Expectations and MLflow import PySpark wherever it is installed: seconds, and words on the screen,
    for nothing that is used here.
    """
    there = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == package}
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
        sys.modules.update(there)
