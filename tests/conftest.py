"""What tests share: tables drawn as text, the research data where it lies, a small city, a home."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from features.home import Home

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

DEFAULTS = {"op": "upsert", "direction": "sales", "status": "valid", "counterparty": "x", "dpd": "0"}


def drawn(text: str) -> pd.DataFrame:
    """A table drawn with bars; empty cells are missing, numbers become numbers."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    for name in frame:
        cells = frame[name].replace("", None)
        numbers = pd.to_numeric(cells, errors="coerce")
        frame[name] = (
            numbers if numbers.notna().sum() == cells.notna().sum() and cells.notna().any() else cells
        )
    return frame


@pytest.fixture
def rows() -> Callable[[str], pd.DataFrame]:
    """Rows of a source drawn as a table; what a drawing leaves out is as in `DEFAULTS`."""

    def draw(text: str) -> pd.DataFrame:
        frame = drawn(text)
        return frame.assign(**{name: value for name, value in DEFAULTS.items() if name not in frame})

    return draw


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home")


def _research(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        message = (
            f"the research data {name} are not beside the repository (expected at ../shared/data/{name})"
        )
        if os.environ.get("CI") and SHARED.parent.is_dir():
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def cumcm() -> Path:
    """Invoices and credit record of 123 real firms."""
    return _research("cumcm2020c")


@pytest.fixture(scope="session")
def enterprise_exit() -> Path:
    """Events of 218,264 real firms."""
    return _research("enterprise_exit2017")


@pytest.fixture(scope="session")
def korea_esg() -> Path:
    """Ordered grades of 440 listed firms."""
    return _research("korea_esg")
