"""What a city was asked to be and what its files hold."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileFacts:
    """One file of the city; every row is good or dirty, and every good row is new, corrected or withdrawn."""

    source: str
    rows: int
    good_rows: int
    dirty_rows: int
    dirty: dict[str, int]
    """Dirty rows by kind."""
    late_share: float
    """Share of good rows that came more than the usual spread of lags after their event."""
    corrected_share: float
    withdrawn_share: float


@dataclass(frozen=True)
class Manifest:
    """The city's own account of itself; days are ISO dates."""

    entities: int
    months: int
    seed: int
    dirty_share: float
    first_day: str
    last_day: str
    """Nothing in the files became available later."""
    files: dict[str, FileFacts]
    loans: int
    """Loans with an oracle probability: every good first report on the loan tape."""
    steady: bool | None = None
    """Whether the rate of stopping stays as it is at equal health; None, not in the file, where it rises."""
    trouble: str | None = None
    """The trouble planted in the city; None, and not in the file, where it is quiet."""
    trouble_from: str | None = None
    """First day of the trouble."""

    def save(self, folder: Path) -> None:
        """Write `manifest.json`."""
        told = {name: value for name, value in asdict(self).items() if value is not None}
        text = json.dumps(told, ensure_ascii=False, indent=2)
        (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
