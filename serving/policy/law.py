"""All parameters, and the law as it stands on one day."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from serving.policy.errors import ParameterError
from serving.policy.parameter import Certainty, Parameter, read_parameter

HERE = Path(__file__).parent / "parameters"
IN_WORDS = "in words"
LAST_DAY = "last day"
MOST_DAYS = 4096
"""Days whose numbers are remembered."""


class Parameters:
    """The parameters by name.

    Args:
        by_name: What `read_parameter` read.
    """

    __slots__ = ("_days", "_first_day", "_reads", "by_name")

    def __init__(self, by_name: Mapping[str, Parameter]) -> None:
        self.by_name = dict(by_name)
        self._days: dict[date, Remembered] = {}
        self._first_day: date | None = None
        self._reads: dict[tuple[str, int], Read] = {}

    @classmethod
    def load(cls, *folders: Path) -> "Parameters":
        """Read every file of the folders; a later folder replaces what an earlier one holds by the same name.

        Raises:
            ParameterError: A folder holds none, or two of one name, or a file is not as it must be.
        """
        by_name: dict[str, Parameter] = {}
        for folder in folders:
            by_name |= _read_folder(folder)
        return cls(by_name)

    def with_values(self, **values: Any) -> "Parameters":
        """The same parameters, some of them with one value for all days: for tests and for "what if".

        Raises:
            ParameterError: There is no parameter of that name, or a value is not of its unit.
        """
        unknown = sorted(values.keys() - self.by_name.keys())
        if unknown:
            raise ParameterError(f"no parameter is named {', '.join(unknown)}")
        changed = {name: self.by_name[name].for_all_days(value) for name, value in values.items()}
        return Parameters(self.by_name | changed)

    def replaced_from(self, folder: Path) -> "Parameters":
        """The same parameters, some of them replaced by a folder's files of the same names, such as a city's.

        Raises:
            ParameterError: The folder holds none, or a file replaces nothing, is of another unit or is not as
                it must be; the message names it.
        """
        replaced = _read_folder(folder)
        for name, parameter in replaced.items():
            if name not in self.by_name:
                raise ParameterError(f"{folder / name}.yaml: {_no_such(name, self.by_name)}")
            unit = self.by_name[name].unit
            if parameter.unit != unit:
                raise ParameterError(f"{folder / name}.yaml: unit: found {parameter.unit}, expected {unit}")
        return Parameters(self.by_name | replaced)

    @property
    def first_day(self) -> date:
        """The first day on which no file of a number has still to begin."""
        if self._first_day is None:
            self._first_day = max((one.days[0] for one in self.by_name.values()), default=date.min)
        return self._first_day

    def on(self, day: date) -> "Law":
        """The law as it stands on a day."""
        return Law(self, day, [])

    def read(self, name: str, day: date) -> "Read":
        """What reading a number on a day gives; remembered for the days asked last.

        Raises:
            NoNumberForDay: The file of the number begins later than the day.
        """
        numbers, _ = self.remembered(day)
        known = numbers.get(name)
        if known is None:
            parameter = self.parameter(name)
            key = (name, parameter.place(day))
            if key not in self._reads:
                self._reads[key] = _read(parameter, day)
            known = numbers[name] = self._reads[key]
        return known

    def remembered(self, day: date) -> "Remembered":
        """What was read on a day before, and what was made of it; both grow by reading."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= MOST_DAYS:
                # several threads may ask at once: the list stands still
                for oldest in list(self._days)[: max(MOST_DAYS // 8, 1)]:
                    self._days.pop(oldest, None)
            found = self._days[day] = ({}, {})
        return found

    def parameter(self, name: str) -> Parameter:
        """The parameter of a name."""
        try:
            return self.by_name[name]
        except KeyError:
            raise AttributeError(f"no parameter is named {name}") from None


class Read(NamedTuple):
    """A number that was read: its value, and its assumption in Chinese where it is still to be confirmed."""

    value: Any
    assumption: str | None


Remembered: TypeAlias = tuple[dict[str, Read], dict[tuple[str, Any], Any]]
"""The numbers of a day by name, and what was made of them by name and maker."""


class Law:
    """The law on one day: `law.vat_exempt_credit_line` is its number, None where it ended or was never set.

    It remembers what was read, so that a finding can say on which unconfirmed values it rests.

    Args:
        parameters: All parameters.
        day: The day.
        reads: Where reading is remembered.

    Raises:
        NoNumberForDay: On reading a number whose file begins later than the day.
    """

    __slots__ = ("_kept", "_made", "_numbers", "_of", "_parameters", "day", "reads")

    def __init__(self, parameters: Parameters, day: date, reads: list[Read]) -> None:
        self._kept: dict[Any, tuple[Any, list[Read]]] = {}
        self._of: Any = None
        self._parameters = parameters
        self._numbers, self._made = parameters.remembered(day)
        self.day = day
        self.reads = reads

    def __getattr__(self, name: str) -> Any:
        """The number of a name asked for the first time: from now on it is a property, which is quicker."""
        _ = self._parameters.parameter(name)
        setattr(Law, name, _number(name))
        return getattr(self, name)

    def made_of(self, name: str, work: Callable[[Any], Any]) -> Any:
        """What `work` makes of a number, computed once a day; the number counts as read."""
        value = getattr(self, name)
        made = self._made.get((name, work))
        if made is None:
            made = self._made[name, work] = work(value)
        return made

    def __getitem__(self, name: str) -> str:
        """The number in words, without remembering that it was read: for texts."""
        words: str | None = self._made.get((name, IN_WORDS))
        if words is None:
            parameter = self._parameters.parameter(name)
            words = self._made[name, IN_WORDS] = parameter.in_words(parameter.on(self.day))
        return words

    def told(self, text: str) -> str:
        """A text with its numbers in words, `{0[name]}` standing for one; put together once a day."""
        told: str | None = self._made.get((text, IN_WORDS))
        if told is None:
            told = self._made[text, IN_WORDS] = text.format(self)
        return told

    def once(self, work: Callable[[Any, "Law"], Any], facts: Any) -> Any:
        """What `work` gives of facts under this law, computed once; what it read is remembered each time."""
        if facts is not self._of:
            self._of, self._kept = facts, {}
        all_kept = self._kept
        kept = all_kept.get(work)
        if kept is None:
            start = len(self.reads)
            found = work(facts, self)
            all_kept[work] = (found, self.reads[start:])
            return found
        self.reads += kept[1]
        return kept[0]

    def on(self, day: date) -> "Law":
        """The law on another day; what is read there is remembered here."""
        return Law(self._parameters, day, self.reads)

    def afresh(self) -> "Law":
        """The same law, with nothing read."""
        return Law(self._parameters, self.day, [])

    def forget(self) -> None:
        """Take nothing for read or asked any more."""
        self._of = None
        self.reads.clear()

    @property
    def has_begun(self) -> bool:
        """Whether every number has a value on that day, so that none can be asked for too early."""
        return self.has_begun_by(self.day)

    def has_begun_by(self, day: date) -> bool:
        """Whether every number has a value on a day, such as that of a loan's drawdown."""
        return day >= self._parameters.first_day

    def last_day(self, name: str) -> date | None:
        """The last day on which a number holds; None if no end is set."""
        key = (name, LAST_DAY)
        if key not in self._made:
            self._made[key] = self._parameters.parameter(name).last_day(self.day)
        last: date | None = self._made[key]
        return last


def _number(name: str) -> property:
    def number(law: Law) -> Any:
        try:
            read = law._numbers[name]  # noqa: SLF001 - its own property
        except KeyError:
            read = law._parameters.read(name, law.day)  # noqa: SLF001 - its own property
        law.reads.append(read)
        return read.value

    return property(number)


def assumptions_of(reads: list[Read]) -> list[str]:
    """The unconfirmed values among what was read, in Chinese."""
    return [read.assumption for read in reads if read.assumption]


def _read(parameter: Parameter, day: date) -> Read:
    value = parameter.on(day)
    sure = parameter.certainty is not Certainty.TO_BE_CONFIRMED
    return Read(value, None if sure else f"待确认：{parameter.zh}（{parameter.in_words(value)}）")


@lru_cache(maxsize=1)
def default_parameters() -> Parameters:
    """The parameters that come with the package, read once."""
    return Parameters.load(HERE)


def _no_such(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else "see serving/policy/parameters"
    return f"replaces no parameter; {hint}"


def _read_folder(folder: Path) -> dict[str, Parameter]:
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise ParameterError(f"{folder}: found no file of parameters, expected *.yaml")
    by_name: dict[str, Parameter] = {}
    for file in files:
        if file.stem in by_name:
            raise ParameterError(f"{file}: {file.stem} is already in {by_name[file.stem].file}")
        by_name[file.stem] = read_parameter(file)
    return by_name
