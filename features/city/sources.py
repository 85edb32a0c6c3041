"""What the city asks of the source catalogue: columns, values and usual lags."""

from features.catalogue import Column, source_named


def columns(source: str) -> dict[str, Column]:
    """Return the payload columns of a source in catalogue order."""
    return source_named(source).columns


def code(source: str, column: str, value: str) -> int:
    """Return the place of a category in the catalogue's list of values."""
    return columns(source)[column].values.index(value)


def usual_lag_days(source: str) -> int:
    """Return the days by which a row of this source usually follows its event."""
    return source_named(source).usual_lag_days
