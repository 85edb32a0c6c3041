"""Days that have not come, and a clock that stands before what was written already."""

from datetime import date, datetime

from features.errors import ModelError, RequestError
from features.home import Home
from models import ledger
from models.chained import PATIENCE
from models.registry.standing import CHINA


def refuse_future(day: date, now: datetime) -> None:
    """Nobody can look back from a day that has not come.

    Raises:
        RequestError: It has not come in China.
    """
    today = now.astimezone(CHINA).date()
    if day > today:
        raise RequestError(f"--as-of {day}: that day has not come; expected {today} or before")


def refuse_early_clock(home: Home, now: datetime) -> None:
    """The clock must not stand before the last line of the models' ledger.

    Raises:
        ModelError: It does: it was set back.
    """
    lines = ledger.read(home)
    if lines and now < lines[-1].moment - PATIENCE:
        raise ModelError(
            f"{home.root / ledger.FILE}: the clock says {now.isoformat(timespec='seconds')} and the last "
            f"line was written {lines[-1].at}; set the clock right"
        )
