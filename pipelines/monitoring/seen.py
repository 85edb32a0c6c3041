"""A month as it was looked at: what the page, the JSON and the metrics tell."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from models.monitoring.alert import Alert
from models.monitoring.month import MonthFigures
from models.monitoring.outcomes import Outcomes
from pipelines.monitoring.given import Given
from pipelines.monitoring.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A month as it was looked at.

    Attributes:
        given: Home, day, champion.
        history: The months until the day.
        alerts: What they say, those that need a person first.
        outcomes: How cohorts did; None where no loan came after the champion's day.
        segments: The same by bank, industry, size and district.
        service: What banks did with answers, and objections.
        coverage: How much is known of every source, and how fresh it is.
        folder: Where everything lies.
    """

    given: Given
    history: list[MonthFigures]
    alerts: list[Alert]
    outcomes: Outcomes | None
    segments: pd.DataFrame
    service: Service
    coverage: dict[str, Any]
    folder: Path

    @property
    def needs_person(self) -> bool:
        """Whether somebody must look."""
        return any(one.needs_person for one in self.alerts)

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        told = self.outcomes
        return {
            "as_of": str(self.given.day),
            "model": self.given.version.label,
            "needs_person": self.needs_person,
            "alerts": [one.as_record() for one in self.alerts],
            "cohorts": _rows(told.cohorts) if told else [],
            "estimates": _rows(told.estimates) if told else [],
            "segments": _rows(self.segments),
            "service": asdict(self.service),
        }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: missing is null."""
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
