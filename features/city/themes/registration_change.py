"""Changes entered in the register: which item changed; one or two items behind every new version."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code, columns
from features.city.themes import registration
from features.city.world import Chunk

SOURCE = "registration_change"
HABITS = Habits(late=0.03, withdrawn=0.001)
SECOND_ITEM_SHARE = 0.3
"""Of the changes of capital, those entered together with another item."""
UNEASY = ("LEGAL_REPRESENTATIVE", "SHAREHOLDER", "ADDRESS")
EASY = ("SCOPE", "MANAGER", "NAME", "OTHER")
EASY_SHARES = (0.55, 0.25, 0.08, 0.12)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per item changed; the register's own versions say when."""
    rng = chunk.stream(SOURCE)
    firm, day, rise = _versions(chunk)
    other = (rise == 0) | happens(rng, SECOND_ITEM_SHARE, len(firm))
    capital = np.flatnonzero(rise)
    row = np.concatenate([capital, np.flatnonzero(other)])
    kind = _kinds(chunk, rng, firm[row], day[row])
    kind[: len(capital)] = code(SOURCE, "kind", "CAPITAL")
    amount = np.concatenate([rise[capital], np.full(int(other.sum()), np.nan)])
    return frame(chunk, firm[row], day[row], kind=kind, capital_change_cny=amount)


def _versions(chunk: Chunk) -> tuple[Ints, Ints, Floats]:
    """Return firm, day and change of capital of every version of the register between first and last."""
    register = registration.rows(chunk)
    active = register[register["status"] == code("registration", "status", "ACTIVE")]
    ordered = active.sort_values(["firm", "event_day"], kind="stable")
    rise = ordered.groupby("firm")["registered_capital_cny"].diff()
    changed = rise.notna().to_numpy()
    firm = ordered["firm"].to_numpy()[changed] - chunk.firms[0]
    return firm, ordered["event_day"].to_numpy()[changed], np.round(rise.to_numpy()[changed], 2)


def _kinds(chunk: Chunk, rng: np.random.Generator, firm: Ints, day: Ints) -> Ints:
    """Draw items: who owns and leads changes sooner where things go badly."""
    month = chunk.world.months.month_of(day).clip(0)
    uneasy = happens(rng, sigmoid(-0.4 - 0.8 * view(chunk, "governance")[firm, month]), len(firm))
    values = columns(SOURCE)["kind"].values
    anxious = np.array([values.index(name) for name in UNEASY])[rng.integers(0, len(UNEASY), len(firm))]
    calm = np.array([values.index(name) for name in EASY])[rng.choice(len(EASY), len(firm), p=EASY_SHARES)]
    return np.where(uneasy, anxious, calm)
