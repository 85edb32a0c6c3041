"""What is kept of a month: figures so small that the next month reads them in place of a lake or a snapshot.

A month is that which ends on an as-of day; its name is the day's (`2026-10`). Everything in it was known on
that day: arrivals are told apart by the month in which they became available, and within it by the month in
which things happened.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from features.errors import LakeError

Counts = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMonth:
    """What arrived of one source in one month.

    Attributes:
        rows: Rows that became available, new ones and newer versions.
        firms: Firms they are about.
        newest: Day of their newest event; None where nothing arrived.
        withdrawn: Rows by which earlier ones were withdrawn.
        refused: Rows that came in the month's files and went to quarantine.
        by_lag: Months from the event to the arrival (`0`, `1` …) → rows; the last stands for longer ones.
        sizes: Column of money or of a quantity → rows other than zero, then the quartiles of log10.
        filled: Column → rows with a value.
        words: Column of words → word → rows.
        late: Age of the arrivals in months (`0`, `1`, `2`) → rows about firms with a loan, and how many of
            them are about firms in arrears at the end of the month.
        late_filled: Column → the same two counts, of this month's rows with a value in it.
    """

    rows: int = 0
    firms: int = 0
    newest: str | None = None
    withdrawn: int = 0
    refused: int = 0
    by_lag: Counts = field(default_factory=dict)
    sizes: dict[str, list[float]] = field(default_factory=dict)
    filled: Counts = field(default_factory=dict)
    words: dict[str, Counts] = field(default_factory=dict)
    late: dict[str, list[int]] = field(default_factory=dict)
    late_filled: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What the firms of a snapshot looked like, beside those of the champion's own day.

    Attributes:
        model: The champion, `sme_credit/3`.
        firms: How many there are.
        bins: Feature → rows of each bin of the champion's day; the last bin is missing.
        csi: Feature → CSI, and what so few rows exceed by chance.
        score_bins: The same of the champion's probability of default.
        score_psi: Its PSI, and what so few rows exceed by chance.
        mean_pd: Mean probability of default.
        bands: Band → firms.
        segments: `industry`, `kind`, `size`, `district` → word → firms, mean probability of default.
        shifts: Months back (`1` …) → industry → firms scored then and now, mean change of their log-odds of
            default, and its standard deviation.
        green: Rank correlation of score and green grade with its interval; empty where it cannot be told.
    """

    model: str
    firms: int
    bins: dict[str, list[int]] = field(default_factory=dict)
    csi: dict[str, list[float]] = field(default_factory=dict)
    score_bins: list[int] = field(default_factory=list)
    score_psi: list[float] = field(default_factory=list)
    mean_pd: float = 0.0
    bands: Counts = field(default_factory=dict)
    segments: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    shifts: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    green: list[float] = field(default_factory=list)

    def missing(self, name: str) -> float:
        """Share of firms without a value of a feature."""
        return self.bins[name][-1] / max(1, sum(self.bins[name]))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """A month.

    Attributes:
        as_of: The day that ends it.
        sources: What arrived, by source.
        moved: `330502>330503` → firms whose registered district changed so.
        districts: District → firms registered there.
        newcomers: `entity_type` and `industry` → word → firms that entered the register.
        banks: Bank → loans whose application lies in the month.
        arrears: Industry → loans that were paid in the month before, and those of them now newly 31 days or
            more past due, as far as known.
        activity: Source → industry → firms, and mean and standard deviation of how the logarithm of what they
            reported of the month before has changed against their three months before that.
        population: The firms of the snapshot; None for a month of which only the lake was read.
    """

    as_of: str
    sources: dict[str, SourceMonth] = field(default_factory=dict)
    moved: Counts = field(default_factory=dict)
    districts: Counts = field(default_factory=dict)
    newcomers: dict[str, Counts] = field(default_factory=dict)
    banks: Counts = field(default_factory=dict)
    arrears: dict[str, list[int]] = field(default_factory=dict)
    activity: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    population: Population | None = None

    @property
    def month(self) -> str:
        """Its name, such as `2026-10`."""
        return self.as_of[:7]

    def source(self, name: str) -> SourceMonth:
        """What arrived of a source; nothing where it is not named."""
        return self.sources.get(name, NOTHING)

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, told: Mapping[str, Any], where: str = "a month's figures") -> Self:
        """From JSON.

        Raises:
            LakeError: Something is missing or has another form; the message names `where`.
        """
        try:
            kept = dict(told)
            kept["sources"] = {name: SourceMonth(**one) for name, one in kept["sources"].items()}
            kept["population"] = Population(**kept["population"]) if kept["population"] else None
            return cls(**kept)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise LakeError(
                f"{where}: no figures of a month ({error}); delete the file, and they are made again"
            ) from error


NOTHING = SourceMonth()


def known_by_lag(history: list[MonthFigures], source: str, back: int, lag: int) -> int | None:
    """Rows of one month's events that had arrived `lag` months after it.

    Args:
        history: Months in their order, none left out.
        source: Which source.
        back: The event's month, counted back from the last of the history.
        lag: Months after it at whose end is counted.

    Returns:
        None where the history does not reach so far.
    """
    place = len(history) - 1 - back
    if place < 0 or place + lag >= len(history):
        return None
    arrived = (history[place + step].source(source).by_lag.get(str(step), 0) for step in range(lag + 1))
    return sum(arrived)
