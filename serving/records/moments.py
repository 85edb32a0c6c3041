"""Moments and days as the records keep them; the clock itself is read by the caller."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def moment(at: datetime) -> str:
    """UTC as ISO 8601 with milliseconds: such texts sort as the moments do.

    Raises:
        ValueError: It has no offset.

    >>> moment(datetime(2026, 11, 23, 8, 0, tzinfo=CHINA))
    '2026-11-23T00:00:00.000+00:00'
    """
    if at.tzinfo is None:
        raise ValueError("a recorded moment needs its offset; expected such as datetime.now(UTC)")
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def day_in_china(at: datetime) -> date:
    """The day on which the law's clocks run.

    >>> day_in_china(datetime(2026, 11, 22, 16, 0, tzinfo=UTC))
    datetime.date(2026, 11, 23)
    """
    return at.astimezone(CHINA).date()


def years_before(day: date, years: int) -> date:
    """The same day so many years before; for February 29, February 28 of a common year.

    >>> years_before(date(2024, 2, 29), 1)
    datetime.date(2023, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
