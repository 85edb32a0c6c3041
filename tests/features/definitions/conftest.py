"""Features by name, on tables drawn as text."""

from collections.abc import Callable

import pandas as pd
import pytest

from features.definitions import by_name

DAY = "2024-12-31"


@pytest.fixture
def value(rows) -> Callable[..., dict[str, float | str | None]]:
    """A feature's value of every firm of a drawing, as of a day; missing is None."""

    def ask(name: str, drawing: str, day: str = DAY) -> dict[str, float | str | None]:
        found = by_name()[name].as_of(rows(drawing), day)
        return {firm: None if pd.isna(one) else one for firm, one in found.items()}

    return ask
