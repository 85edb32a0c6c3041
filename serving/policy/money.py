"""Money that is exact to the fen.

Thresholds are compared on unrounded values; only what is returned is rounded, half up, to 0.01 yuan.
Calculations run on `Fraction`, so that no order of operations can move a fen.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from serving.policy.logic import Column, Unknown

NOTHING = Fraction(0)
FEN = 100
WAN = 10_000


def exact(number: Any) -> Any:
    """A number with which to calculate without loss: a fraction of one firm's, a column as it is.

    >>> exact(Decimal("0.045")) * 3
    Fraction(27, 200)
    """
    return number if number is None or isinstance(number, (Column, Fraction)) else Fraction(number)


def part_of_one(parts: int) -> Fraction:
    """One of so many equal parts of one, such as a day of a year of 360."""
    return Fraction(1, parts)


def in_fen(amounts: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Amounts of one firm, rounded; None where they are not known."""
    return {
        name: None if amount is None or isinstance(amount, Unknown) else to_fen(amount)
        for name, amount in amounts.items()
    }


def to_fen(yuan: Fraction | Decimal) -> Decimal:
    """A non-negative sum in yuan, rounded half up to two places.

    >>> to_fen(Fraction(1000, 365)), to_fen(Decimal("0.005"))
    (Decimal('2.74'), Decimal('0.01'))
    """
    return from_fen(_whole_fen(yuan))


def from_fen(fen: int) -> Decimal:
    """A count of fen as yuan with two places.

    >>> from_fen(15000000)
    Decimal('150000.00')
    """
    return Decimal(fen).scaleb(-2)


def share_out(total: Fraction, weights: Sequence[Fraction]) -> list[Decimal]:
    """Divide a sum in proportion to weights, so that the fen add up to the rounded sum.

    Every share is first cut to the fen; the fen left over go, one each, to the shares that lost most
    (the earlier one when two lost the same). All shares are 0.00 when all weights are zero.

    >>> [str(share) for share in share_out(Fraction(100), [Fraction(1)] * 3)]
    ['33.34', '33.33', '33.33']
    """
    whole = sum(weights, Fraction(0))
    if not whole:
        return [from_fen(0) for _ in weights]
    exact = [total * weight / whole * FEN for weight in weights]
    cut = [int(share) for share in exact]
    left_over = _whole_fen(total) - sum(cut)
    lost_most = sorted(range(len(exact)), key=lambda i: cut[i] - exact[i])
    lucky = set(lost_most[:left_over])
    return [from_fen(fen + (i in lucky)) for i, fen in enumerate(cut)]


def yuan_in_words(amount: Decimal) -> str:
    """An amount for a reader.

    >>> yuan_in_words(Decimal("13500.00"))
    '13,500.00 元'
    """
    return f"{amount:,.2f} 元"


def line_in_words(amount: Decimal) -> str:
    """A threshold for a reader, in 万元 where that is shorter.

    >>> line_in_words(Decimal(10_000_000)), line_in_words(Decimal("10000000.01"))
    ('1,000 万元', '10,000,000.01 元')
    """
    wan = amount / WAN
    return f"{int(wan):,} 万元" if wan == int(wan) and wan else yuan_in_words(amount)


def percent(rate: Decimal) -> str:
    """A rate for a reader, without the zeros that follow its second place.

    >>> percent(Decimal("0.030000")), percent(Decimal("0.010001")), percent(Decimal("0.09"))
    ('3.00%', '1.0001%', '9%')
    """
    whole, point, places = f"{rate.scaleb(2):f}".partition(".")
    return f"{whole}{point}{places[:2]}{places[2:].rstrip('0')}%"


def _whole_fen(yuan: Fraction | Decimal) -> int:
    above, below = yuan.as_integer_ratio()
    return (2 * FEN * above + below) // (2 * below)
