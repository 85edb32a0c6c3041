"""All parameters, and the law as it stands on one day."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from serving.policy.errors import ParameterError
from serving.policy.parameter import Certainty, Parameter, read_parameter

HERE = Path(__file__).parent / "parameters"
MOST_REMEMBERED = 100_000


class Parameters:
    """The parameters by name.

    Args:
        by_name: What `read_parameter` read.
    """

    __slots__ = ("_reads", "by_name")

    def __init__(self, by_name: Mapping[str, Parameter]) -> None:
        self.by_name = dict(by_name)
        self._reads: dict[tuple[str, date], Read] = {}

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

    def on(self, day: date) -> "Law":
        """The law as it stands on a day."""
        return Law(self, day, [])

    def read(self, name: str, day: date) -> "Read":
        """What reading a number on a day gives; remembered for the days asked last.

        Raises:
            NoNumberForDay: The file of the number begins later than the day.
        """
        known = self._reads.get((name, day))
        if known is None:
            if len(self._reads) >= MOST_REMEMBERED:
                self._reads.clear()
            known = self._reads[name, day] = _read(self.parameter(name), day)
        return known

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

    __slots__ = ("_parameters", "day", "reads")

    def __init__(self, parameters: Parameters, day: date, reads: list[Read]) -> None:
        self._parameters = parameters
        self.day = day
        self.reads = reads

    def __getattr__(self, name: str) -> Any:
        read = self._parameters.read(name, self.day)
        self.reads.append(read)
        return read.value

    def __getitem__(self, name: str) -> str:
        """The number in words, without remembering that it was read: for texts."""
        parameter = self._parameters.parameter(name)
        return parameter.in_words(parameter.on(self.day))

    def on(self, day: date) -> "Law":
        """The law on another day; what is read there is remembered here."""
        return Law(self._parameters, day, self.reads)

    def afresh(self) -> "Law":
        """The same law, with nothing read."""
        return Law(self._parameters, self.day, [])

    def last_day(self, name: str) -> date | None:
        """The last day on which a number holds; None if no end is set."""
        return self._parameters.parameter(name).last_day(self.day)


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
