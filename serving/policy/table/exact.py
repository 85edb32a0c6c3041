"""Columns of exact numbers: whole numerators over a denominator, in 64 bits as long as they suffice.

A product that could leave 64 bits is not computed: its row is marked `wide` and answered again by Python's
own numbers. So no result is ever rounded or wrapped.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias

import numpy as np

from serving.policy.logic import Column
from serving.policy.money import FEN
from serving.policy.table.frame import Array, Frame
from serving.policy.table.truth import Truths

MOST = 2**62
"""Products stay below it, so that a sum of two still fits."""
SURE = 2.0**61
"""A product that binary fractions estimate below it is certainly below `MOST`."""
PLAIN = (int, Decimal, Fraction)
Numbers: TypeAlias = Array | int


class Exact(Column):
    """One exact number a row.

    Args:
        frame: The rows.
        num: Numerators.
        den: Denominators, all above zero; one for all rows where they are the same.
        there: Where it is known; elsewhere the numerator is void.
        most: No numerator is larger, whatever its sign; void where the frame is unbounded.
    """

    __slots__ = ("den", "frame", "most", "num", "there")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Frame, num: Array, den: Numbers, there: Array, most: int | None = None) -> None:
        self.frame = frame
        self.num = num
        self.den = den
        self.there = there
        self.most = largest(num, frame) if most is None else most

    @classmethod
    def of(cls, frame: Frame, value: Any) -> "Exact":
        """A column of one number; None is unknown."""
        if isinstance(value, Exact):
            return value
        above, below = (0, 1) if value is None else ratio(value)
        kind = object if frame.unbounded or abs(above) >= MOST else np.int64
        return cls(frame, np.full(frame.count, above, dtype=kind), below, frame.full(value is not None))

    def __add__(self, other: Any) -> Any:
        return self._sum(other, 1)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._sum(other, -1)

    def __rsub__(self, other: Any) -> Any:
        return (-self)._sum(other, 1)

    def __neg__(self) -> "Exact":
        return Exact(self.frame, -self.num, self.den, self.there, self.most)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Exact):
            num, most = times(self.frame, (self.num, self.most), (other.num, other.most))
            den = _dens(self.frame, self.den, other.den)
            return Exact(self.frame, num, den, self.there & other.there, most)
        if not isinstance(other, PLAIN):
            return NotImplemented
        above, below = ratio(other)
        shared = gcd(above, self.den) if isinstance(self.den, int) else 1
        num, most = times(self.frame, (self.num, self.most), (above // shared, abs(above) // shared))
        den = self.den // shared * below if isinstance(self.den, int) else _dens(self.frame, self.den, below)
        return Exact(self.frame, num, den, self.there, most)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """A quotient; unknown where the divisor is zero."""
        if isinstance(other, PLAIN):
            return self * (1 / Fraction(other))
        if not isinstance(other, Exact):
            return NotImplemented
        if not (isinstance(self.den, int) and isinstance(other.den, int)):
            return self * other.inverse()
        shared = gcd(self.den, other.den)  # first, for the sake of 64 bits
        first = Exact(self.frame, self.num, self.den // shared, self.there, self.most)
        return first * Exact(self.frame, other.num, other.den // shared, other.there, other.most).inverse()

    def __rtruediv__(self, other: Any) -> Any:
        return self.inverse() * other

    def inverse(self) -> "Exact":
        """One over each number."""
        there = self.there & (self.num != 0)
        sign = np.where(self.num < 0, -1, 1)
        return Exact(self.frame, sign * den_by_row(self), np.where(there, abs(self.num), 1), there)

    def __le__(self, other: Any) -> Any:
        return self._compared(other, le)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, lt)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, ge)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, gt)

    def __eq__(self, other: object) -> Any:
        return self._same(other)

    def __ne__(self, other: object) -> Any:
        same = self._same(other)
        return same if same is NotImplemented else ~same

    def among(self, words: Collection[Any]) -> Truths:
        """Which numbers are one of a list."""
        found = self.frame.full(False)
        for word in words:
            found |= Truths.of(self.frame, self == word).yes
        return Truths(self.frame, found, ~found)

    def by_word(self, cases: Mapping[Any, Any]) -> Any:
        """What stands beside each number."""
        from serving.policy.table.choosing import merged

        rows = {case: Truths.of(self.frame, self == case).yes for case in cases}
        return merged(self.frame, [(rows[case], self.frame.ask(rows[case], cases[case])) for case in cases])

    def to_fen(self) -> "Exact":
        """The same in yuan, rounded half up to two places."""
        return self if isinstance(self.den, int) and self.den == FEN else rounded(self, FEN)

    def _sum(self, other: Any, sign: int) -> Any:
        if not isinstance(other, (Exact, *PLAIN)):
            return NotImplemented
        one, two = self, Exact.of(self.frame, other)
        ups = _common(one.den, two.den)
        first, most = times(self.frame, (one.num, one.most), (ups[0], largest(ups[0], self.frame)))
        second, more = times(self.frame, (two.num, two.most), (ups[1], largest(ups[1], self.frame)))
        den = one.den * ups[0] if isinstance(ups[0], int) else _dens(self.frame, one.den, two.den)
        return Exact(self.frame, first + sign * second, den, one.there & two.there, most + more)

    def _same(self, other: object) -> Any:
        """Equality as Python has it: what is not known equals nothing."""
        if not isinstance(other, (Exact, *PLAIN)):
            return NotImplemented
        same = self._compared(other, eq).yes
        return Truths(self.frame, same, ~same)

    def _compared(self, other: Any, how: Callable[[Any, Any], Any]) -> Any:
        if isinstance(other, PLAIN) and isinstance(self.den, int):
            return self._beside_one(other, self.den, how)
        if not isinstance(other, (Exact, *PLAIN)):
            return NotImplemented
        one, two = self, Exact.of(self.frame, other)
        ups = _common(one.den, two.den)
        first, _ = times(self.frame, (one.num, one.most), (ups[0], largest(ups[0], self.frame)))
        second, _ = times(self.frame, (two.num, two.most), (ups[1], largest(ups[1], self.frame)))
        holds, there = how(first, second), one.there & two.there
        return Truths(self.frame, holds & there, ~holds & there)

    def _beside_one(self, other: Any, den: int, how: Callable[[Any, Any], Any]) -> Truths:
        """Compare with one number: a whole line between numerators, so that no product is needed."""
        above, below = ratio(other)
        line, rest = divmod(above * den, below)
        if rest and how in (eq, ne):
            holds = self.frame.full(how is ne)
        else:
            # n/d <= x where n <= floor(x d); n/d < x where n < ceil(x d); the other two turned round
            holds = how(self.num, line + 1 if rest and how in (lt, ge) else line)
        return Truths(self.frame, holds & self.there, ~holds & self.there)


def den_by_row(number: Exact) -> Array:
    """The denominator of each row."""
    frame, den = number.frame, number.den
    if not isinstance(den, int):
        return den
    if not frame.unbounded and den >= MOST:
        frame.wide |= number.there & (number.num != 0)
        den = 1
    return np.full(frame.count, den, dtype=object if frame.unbounded else np.int64)


@lru_cache(maxsize=4096)
def ratio(value: Any) -> tuple[int, int]:
    """A plain number as numerator and denominator, without loss."""
    above, below = value.as_integer_ratio()
    return above, below


def largest(num: Numbers, frame: Frame) -> int:
    """The largest among numbers, whatever their sign."""
    if isinstance(num, int):
        return abs(num)
    if frame.unbounded or not frame.count:
        return 0
    return max(int(num.max()), -int(num.min()))


def times(
    frame: Frame, first: tuple[Numbers, int], second: tuple[Numbers, int], void: int = 0
) -> tuple[Any, int]:
    """A product and how large it can be; rows that leave 64 bits are marked and become `void`."""
    (one, most), (two, more) = first, second
    if isinstance(two, int) and two == 1:
        return one, most
    if frame.unbounded or (isinstance(one, int) and isinstance(two, int)) or _fits(most, more):
        return one * two, most * more
    most, more = largest(one, frame), largest(two, frame)
    if _fits(most, more):
        return one * two, most * more
    over = np.abs(_approximate(one, frame) * _approximate(two, frame)) >= SURE
    frame.wide |= over
    if any(isinstance(each, int) and abs(each) >= MOST for each in (one, two)):
        return np.full(frame.count, void), abs(void)  # what is not over is zero
    product = np.where(over, 0, one) * two
    return np.where(over, void, product) if void else product, MOST


def _fits(most: int, more: int) -> bool:
    return most * more < MOST and most < MOST and more < MOST


def rounded(number: Exact, parts: int) -> Exact:
    """A number that is not negative, rounded half up to whole parts of one."""
    frame = number.frame
    if isinstance(number.den, int):
        shared = gcd(parts, number.den)
        up, den = parts // shared, number.den // shared
        if not frame.unbounded and den >= MOST:
            frame.wide |= number.num != 0
            den = 1
        num, most = times(frame, (number.num, number.most), (2 * up, 2 * up))
        return Exact(frame, (num + den) // (2 * den), parts, number.there, most)
    num, _ = times(frame, (number.num, number.most), (2 * parts, 2 * parts))
    twice, _ = times(frame, (number.den, largest(number.den, frame)), (2, 2), void=2)
    return Exact(frame, (num + twice // 2) // twice, parts, number.there)


def _approximate(num: Numbers, frame: Frame) -> Array:
    return np.full(frame.count, float(num)) if isinstance(num, int) else num.astype(np.float64)


def _dens(frame: Frame, one: Numbers, two: Numbers) -> Numbers:
    if isinstance(one, int) and isinstance(two, int):
        return one * two
    product, _ = times(frame, (one, largest(one, frame)), (two, largest(two, frame)), void=1)
    return product


def _common(one: Numbers, two: Numbers) -> tuple[Numbers, Numbers]:
    """By what two numerators are multiplied, so that they stand over the same denominator."""
    if isinstance(one, int) and isinstance(two, int):
        shared = lcm(one, two)
        return shared // one, shared // two
    return two, one
