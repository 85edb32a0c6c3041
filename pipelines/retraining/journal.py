"""The journal of a retraining: which steps of a day are done, each with what came of it.

A step's files appear first and its line in the journal last, so a step that is told as done is done; one that
was killed before its line is done again and writes the same files anew.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from typing import Any, Self

from features.errors import LakeError
from features.home import Home
from features.staging import commit, staged

FILE = "journal.json"

Told = dict[str, Any]
"""What came of a step: words, numbers, lists and tables of them."""

Writer = Callable[[Path], object]
"""Writes a file at a path."""

_NO_FILES: Mapping[str, Writer] = {}


class Journal:
    """The steps of one day.

    Args:
        home: In which home.
        day: Of which day.
        record: What the journal's file holds; empty where nothing was done yet.
    """

    def __init__(self, home: Home, day: date, record: Told) -> None:
        self._home, self._day, self._record = home, day, record

    @classmethod
    def read(cls, home: Home, day: date) -> Self:
        """The journal as it stands; nothing is made by reading it.

        Raises:
            LakeError: It is there and no journal of that day.
        """
        file = folder_of(home, day) / FILE
        try:
            record = json.loads(file.read_text("utf-8"))
            of, lines = record["as_of"], dict(record["done"])
        except FileNotFoundError:
            return cls(home, day, {})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LakeError(f"{file}: no journal of a retraining: {error}; remove its folder") from error
        if of != str(day):
            raise LakeError(f"{file}: it is of {of}, expected {day}; remove its folder")
        return cls(home, day, record | {"done": lines})

    @property
    def folder(self) -> Path:
        """Where the day's files lie."""
        return folder_of(self._home, self._day)

    @property
    def begun_at(self) -> str | None:
        """The moment of its first line; None where there is none."""
        return self._record.get("begun_at")

    @property
    def given(self) -> Told:
        """What the steps were done with: recipe, data, champion."""
        return dict(self._record.get("given", {}))

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The steps that are done, each with its moment, in order."""
        return [(name, str(line["at"])) for name, line in self._record.get("done", {}).items()]

    def told(self, step: str) -> Told | None:
        """What came of a step; None where it is not done."""
        line = self._record.get("done", {}).get(step)
        return None if line is None else dict(line["told"])

    def begin(self, given: Mapping[str, Any], now: datetime) -> None:
        """Go on where the steps done were done with the same; else begin anew. Nothing is written yet."""
        if self.given != dict(given):
            at = now.astimezone(UTC).isoformat(timespec="seconds")
            self._record = {"as_of": str(self._day), "begun_at": at, "given": dict(given), "done": {}}

    def end(self, step: str, told: Told, now: datetime, files: Mapping[str, Writer] = _NO_FILES) -> Told:
        """Put a step's files and then its line in their places, each at once and for good.

        Args:
            step: Its name.
            told: What came of it.
            now: The moment, with its offset.
            files: File name → what writes it.

        Returns:
            What the journal will say of it from now on.

        Raises:
            LakeError: The disk is full or the home cannot be written; the step is not done then.
        """
        line = {"at": now.astimezone(UTC).isoformat(timespec="seconds"), "told": plain(told)}
        record = self._record | {"done": self._record["done"] | {step: line}}
        text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
        with staged(self._home) as staging:
            for name, write in files.items():
                write(staging / name)
            (staging / FILE).write_text(text, "utf-8")
            for name in (*files, FILE):
                commit(staging / name, self.folder / name)
        self._record = json.loads(text)
        return self.told(step) or {}


def plain(value: Any) -> Any:
    """The same for JSON: a figure that is no number is null, a tuple a list, a day its ISO text.

    >>> plain({"ratio": float("inf"), "rows": (1, 2.0)})
    {'ratio': None, 'rows': [1, 2.0]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return str(value) if isinstance(value, date) else value


def folder_of(home: Home, day: date) -> Path:
    """Where the files of a day's retraining lie."""
    return home.root / "retraining" / f"as_of={day:%Y-%m-%d}"


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """One retraining of a home at a time; the system lets go where a process ends.

    Raises:
        LakeError: There is no home, or another process retrains in it.
    """
    try:
        handle = os.open(home.root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise LakeError(f"{home.root}: no home is there; run 'lvdaitong collect' first") from error
    try:
        _lock(home, handle)
        yield
    finally:
        os.close(handle)


def _lock(home: Home, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LakeError(f"{home.root}: another process retrains in this home; wait for its end") from error
