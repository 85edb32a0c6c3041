"""Three values: true, false, and unknown, which carries the facts that would settle it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither true nor false, as long as these facts are missing."""

    missing: tuple[str, ...]

    def __bool__(self) -> NoReturn:
        raise TypeError(f"unknown is neither true nor false; missing: {', '.join(self.missing)}")


Truth = bool | Unknown


def negation(value: Truth) -> Truth:
    """True for false, false for true, unknown for unknown."""
    return value if isinstance(value, Unknown) else not value


def both(first: Truth, second: Truth) -> Truth:
    """False if either is false, even when the other is unknown; true only if both are.

    >>> both(False, Unknown(("credit_line_cny",)))
    False
    """
    if first is False or second is False:
        return False
    unknown = [value for value in (first, second) if isinstance(value, Unknown)]
    return Unknown(tuple(name for value in unknown for name in value.missing)) if unknown else True


def either(first: Truth, second: Truth) -> Truth:
    """True if either is true, even when the other is unknown; false only if both are."""
    return negation(both(negation(first), negation(second)))


def implies(guard: Truth, then: Callable[[], Truth]) -> Truth | None:
    """What `then` says where the guard holds; None where it does not, for then nothing is asked.

    Under an unknown guard a true `then` stays true: it is satisfied either way.
    """
    if guard is False:
        return None
    return then() if guard is True else either(negation(guard), then())
