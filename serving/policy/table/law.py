"""The law as columns see it: one number for all on the day of the question, a column on firms' own days."""

from datetime import date
from typing import Any

import numpy as np

from serving.policy.law import Law, Parameters
from serving.policy.table.choosing import taken
from serving.policy.table.days import Days, numbered
from serving.policy.table.frame import Frame


class TableLaw(Law):
    """The law on one day, asked for many firms.

    Args:
        parameters: All parameters.
        day: The day of the question.
        frame: The rows.
    """

    __slots__ = ("_frame",)

    def __init__(self, parameters: Parameters, day: date, frame: Frame) -> None:
        super().__init__(parameters, day, [])
        self._frame = frame

    def on(self, day: Any) -> Any:
        """The law on another day, or on each firm's own day."""
        if isinstance(day, date):
            return TableLaw(self._parameters, day, self._frame)
        return LawByRow(self._parameters, day, self._frame)


class LawByRow:
    """The law on each row's day: `law.lpr_1y` is a column.

    Args:
        parameters: All parameters.
        day: The days.
        frame: The rows; those that ask before a number's first day are refused.
    """

    __slots__ = ("_frame", "_parameters", "day")

    def __init__(self, parameters: Parameters, day: Days, frame: Frame) -> None:
        self._parameters = parameters
        self._frame = frame
        self.day = day

    def __getattr__(self, name: str) -> Any:
        parameter = self._parameters.parameter(name)
        starts = np.array([numbered(start) for start in parameter.days])
        places = self.day.mapped(lambda days: np.searchsorted(starts, days, side="right") - 1)
        before = places < 0
        self._frame.refuse(before & self.day.there)
        return taken(self._frame, parameter.values, np.where(before, 0, places), self.day.there & ~before)
