"""Values counted by their least step: fen, millionths of a rate, days, whole numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor
from typing import Any

from serving.policy.fact_kinds import MOST_YUAN
from serving.policy.money import FEN as FEN_A_YUAN
from serving.policy.money import from_fen

RATE_STEPS = 1_000_000
"""A rate moves by a ten-thousandth of a per cent, finer than any contract states it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The places that a kind of value can take.

    Attributes:
        takes: The type of its values.
        least: The lowest place.
        most: The highest place.
        floor: The place of a value, or the one below it where it lies between two.
        at: The value of a place.
    """

    takes: type
    least: int
    most: int
    floor: Callable[[Any], int]
    at: Callable[[int], Any]

    def around(self, value: Any) -> set[int]:
        """The places at a value and a step beside it that are within bounds; none for another type."""
        if type(value) is not self.takes:
            return set()
        place = self.floor(value)
        return {near for near in (place - 1, place, place + 1) if self.least <= near <= self.most}


FEN = Grid(Decimal, 0, int(MOST_YUAN) * FEN_A_YUAN, lambda yuan: floor(yuan * FEN_A_YUAN), from_fen)
RATES = Grid(
    Decimal,
    0,
    RATE_STEPS,
    lambda rate: floor(rate * RATE_STEPS),
    lambda place: (Decimal(place) / RATE_STEPS).normalize(),
)
DAYS = Grid(date, date.min.toordinal(), date.max.toordinal(), date.toordinal, date.fromordinal)


def whole_numbers(least: int, most: int) -> Grid:
    """The whole numbers between two bounds, both included."""
    return Grid(int, least, most, int, int)
