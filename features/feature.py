"""A feature: declared once as an expression over known rows, with what a reader must know about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from features.catalogue import source_named
from features.errors import RecipeError
from features.rows import Rows, Value

Risk = Literal["rises", "falls"]

_SENTENCES = {
    "rises": ("{zh}偏高", "{zh}较低"),
    "falls": ("{zh}偏低", "{zh}较高"),
    None: ("{zh}处于不利水平", "{zh}处于有利水平"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One number about a firm on a day.

    Attributes:
        name: The function's name; for a family, the function's name and the window.
        source: The source that it reads.
        months: The window (D − months, D] on `event_date`; None for everything known.
        unit: Unit of the number.
        risk: Whether the risk of default `rises` or `falls` with it: the sign of the monotone constraint.
            None where neither may be assumed.
        zh: Chinese name.
        en: English name: the docstring's first line.
        reason: Features of one reason are told together: the windows of a family are one reason.
        lowers: Chinese sentence for where it lowers the score.
        raises: Chinese sentence for where it raises the score.
        kind: `number`, or `category` where the value is a word.
        compute: From rows to one value.
    """

    name: str
    source: str
    months: int | None
    unit: str
    risk: Risk | None
    zh: str
    en: str
    reason: str
    lowers: str
    raises: str
    kind: Literal["number", "category"]
    compute: Callable[[Rows], Value]

    @property
    def sources(self) -> tuple[str, ...]:
        """The source, as a tuple of one: what features over several sources have too."""
        return (self.source,)

    @property
    def monotone(self) -> int:
        """LightGBM's sign for the probability of default: 1 rises, -1 falls, 0 free."""
        return {"rises": 1, "falls": -1, None: 0}[self.risk]

    def as_of(self, rows: pd.DataFrame, day: str | date) -> "pd.Series[Any]":
        """The feature's value on a day, from a table of its source's stored rows.

        Args:
            rows: `entity_id`, `event_date`, `available_at` and the payload that the feature reads;
                `record_id` (else every row is a record of its own) and `op` (else upsert).
            day: The as-of day.

        Returns:
            A value per firm that occurs in `rows`, also where it is missing; indexed by `entity_id`.
        """
        from features.assemble import values_of_rows

        return values_of_rows(self, rows, pd.Timestamp(day).date())


@dataclass(frozen=True, slots=True)
class Combined:
    """A number made of other features of the same firm and day; attributes as in `Feature`.

    Attributes:
        of: The features it is made of, in the order of the function's arguments.
        compute: From their values to one value.
    """

    name: str
    of: tuple[Feature, ...]
    unit: str
    risk: Risk | None
    zh: str
    en: str
    reason: str
    lowers: str
    raises: str
    compute: Callable[..., Value]
    kind: Literal["number", "category"] = "number"

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources it rests on, each once."""
        return tuple(dict.fromkeys(one.source for one in self.of))

    @property
    def source(self) -> str:
        """The source named first."""
        return self.of[0].source

    @property
    def months(self) -> int | None:
        """The longest window among its parts; None where one of them reads everything known."""
        windows = [one.months for one in self.of]
        return None if None in windows else max(windows)  # type: ignore[type-var]

    @property
    def monotone(self) -> int:
        """LightGBM's sign for the probability of default: 1 rises, -1 falls, 0 free."""
        return {"rises": 1, "falls": -1, None: 0}[self.risk]


AnyFeature = Feature | Combined
"""What a model may read: a number or word from one source, or a number made of several."""


def combined(
    *,
    of: tuple[Feature, ...],
    unit: str,
    zh: str,
    risk: Risk | None = None,
    reason: str | None = None,
    lowers: str | None = None,
    raises: str | None = None,
) -> Callable[[Callable[..., Value]], Combined]:
    """Declare the function below as a feature made of the features `of`, whose values are its arguments."""

    def declare(compute: Callable[..., Value]) -> Combined:
        worse, better = _SENTENCES[risk]
        return Combined(
            name=compute.__name__,
            of=of,
            unit=unit,
            risk=risk,
            zh=zh,
            en=_first_line(compute),
            reason=reason or compute.__name__,
            lowers=lowers or worse.format(zh=zh),
            raises=raises or better.format(zh=zh),
            compute=compute,
        )

    return declare


def feature(
    *,
    source: str,
    unit: str,
    zh: str,
    months: int | None = None,
    risk: Risk | None = None,
    reason: str | None = None,
    lowers: str | None = None,
    raises: str | None = None,
    kind: Literal["number", "category"] = "number",
) -> Callable[[Callable[[Rows], Value]], Feature]:
    """Declare the function below as a feature; its first docstring line is the English name."""
    source_named(source)

    def declare(compute: Callable[[Rows], Value]) -> Feature:
        worse, better = _SENTENCES[risk]
        return Feature(
            name=compute.__name__,
            source=source,
            months=months,
            unit=unit,
            risk=risk,
            zh=zh,
            en=_first_line(compute),
            reason=reason or compute.__name__,
            lowers=lowers or worse.format(zh=zh),
            raises=raises or better.format(zh=zh),
            kind=kind,
            compute=compute,
        )

    return declare


def family(
    *, months: Iterable[int], zh: str, **said: Any
) -> Callable[[Callable[[Rows], Value]], tuple[Feature, ...]]:
    """Declare one feature a window, named `function_3m`, `function_12m`; `zh` has a place for {months}."""

    def declare(compute: Callable[[Rows], Value]) -> tuple[Feature, ...]:
        return tuple(_windowed(compute, window, zh, said) for window in months)

    return declare


def _windowed(compute: Callable[[Rows], Value], window: int, zh: str, said: dict[str, Any]) -> Feature:
    def named(rows: Rows) -> Value:
        return compute(rows)

    named.__name__ = f"{compute.__name__}_{window}m"
    rest = (compute.__doc__ or "").strip().partition("\n")[2]
    named.__doc__ = f"{_first_line(compute).rstrip('.')}, last {window} months.\n{rest}"
    said = {"reason": compute.__name__} | said
    return feature(months=window, zh=zh.format(months=window), **said)(named)


def _first_line(compute: Callable[[Rows], Value]) -> str:
    if not compute.__doc__:
        raise RecipeError(f"feature '{compute.__name__}' has no docstring; its first line says what it means")
    return compute.__doc__.strip().splitlines()[0]
