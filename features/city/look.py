"""How each department's file looks: read from `looks/<source>.yaml`, one small file a source."""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from features.yaml_text import read_yaml

BOOKKEEPING = ("entity_id", "record_id", "event_date", "available_at", "op")

OPERATION_WORDS = {
    "lake": {"NEW": "upsert", "CORRECTED": "upsert", "WITHDRAWN": "withdraw"},
    "chinese": {"NEW": "新增", "CORRECTED": "更正", "WITHDRAWN": "撤销"},
    "letters": {"NEW": "A", "CORRECTED": "U", "WITHDRAWN": "D"},
}

EXCEL = "excel"
"""In place of a date form: the cell holds the day's serial number, as Excel counts."""

REST = "others"
"""In place of a column: every date column not named."""


@dataclass(frozen=True)
class Look:
    """One table as a department sends it.

    Args:
        file: Name below the city's folder; its endings tell the format.
        prefix: What every record number begins with.
        part: Sheet of a workbook or member of a zip; several tables may share one file.
        encoding: Of a text file; a Parquet file or a workbook has none.
        titles: Lines above the header of a sheet.
        headers: Header of each column by its catalogue name; a column not named keeps its name.
        dates: How text writes the days of each column (strftime, `%-m` and `%-d` without a
            zero, or `EXCEL`); several forms take turns from row to row.
        unit: What money is counted in: 元 or 万元.
        digits: "plain", "thousands" (1,234.50) or "full_width" (１２３４.５).
        percent: Columns of shares that are written as per cent.
        words: For a column, the file's word for each catalogue value; flags have True and False.
        operations: The file's word for a new, corrected and withdrawn row.
    """

    file: str
    prefix: str
    part: str = ""
    encoding: str = ""
    titles: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unit: str = "元"
    digits: str = "plain"
    percent: tuple[str, ...] = ()
    words: dict[str, dict[str | bool, str]] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=lambda: OPERATION_WORDS["lake"])

    @property
    def place(self) -> str:
        """The file, and the part of it where it has several."""
        return f"{self.file}:{self.part}" if self.part else self.file

    @property
    def ending(self) -> str:
        """What tells the format of the table itself: of a zip, the ending of its member."""
        name = self.part if self.file.endswith(".zip") else self.file.removesuffix(".gz")
        return name[name.rindex(".") :]

    @property
    def is_text(self) -> bool:
        """Whether cells are spelled out; Parquet keeps the catalogue's names and types."""
        return self.ending != ".parquet"

    def header(self, column: str) -> str:
        """Return the file's name of a catalogue column."""
        return self.headers.get(column, column)

    def date_forms(self, column: str) -> tuple[str, ...]:
        """Return how the days of a column are written."""
        return self.dates.get(column, self.dates.get(REST, ("%Y-%m-%d",)))


def _look(raw: dict[str, Any]) -> Look:
    dates = raw.pop("dates", {})
    named = dates if isinstance(dates, dict) else {REST: dates}
    return Look(
        dates={name: (forms,) if isinstance(forms, str) else tuple(forms) for name, forms in named.items()},
        operations=OPERATION_WORDS[raw.pop("operations", "lake")],
        titles=tuple(raw.pop("titles", ())),
        percent=tuple(raw.pop("percent", ())),
        **raw,
    )


def _load() -> dict[str, Look]:
    folder = files("features") / "city" / "looks"
    texts = {
        item.name.removesuffix(".yaml"): item.read_text("utf-8")
        for item in folder.iterdir()
        if item.name.endswith(".yaml")
    }
    return {source: _look(read_yaml(texts[source])) for source in sorted(texts)}


LOOKS = _load()
"""The table of every source of the city, by the source's catalogue name."""
