"""Errors by the kind of reader, each with the exit code that the command line answers with.

A message is one line: which thing, what was found, what was expected, where to look.
The policy keeps its own error (`serving.policy.errors`), because it imports nothing of this package;
the command line treats every exception that carries an `exit_code` alike.
"""

from typing import ClassVar


class LvdaitongError(Exception):
    """Any failure that a person can act on; its text alone is shown, never a traceback."""

    exit_code: ClassVar[int] = 1


class SourceError(LvdaitongError):
    """A source broke its promise: a missing, empty, truncated or differently shaped file."""

    exit_code = 3


class RecipeError(LvdaitongError):
    """A recipe, or what was asked of it, does not fit the catalogue."""

    exit_code = 4


class LakeError(LvdaitongError):
    """The lake could not be read or written: a full disk, a missing home, a damaged batch."""

    exit_code = 5


class ModelError(LvdaitongError, ValueError):
    """A model may not be trained, registered or loaded."""

    exit_code = 6


class RequestError(LvdaitongError):
    """A question is wrong: an unknown firm, a malformed code, a date that does not exist."""

    exit_code = 8
