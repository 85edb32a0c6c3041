"""Consents as banks hand them in: a CSV file with English or Chinese headers, in UTF-8 or GB 18030."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from features.errors import RequestError
from serving.records.consents import Refused

HEADERS = {
    "entity_id": ("entity_id", "统一社会信用代码", "企业代码"),
    "bank": ("bank", "银行", "机构"),
    "purpose": ("purpose", "用途", "查询用途"),
    "basis": ("basis", "依据", "合法性依据"),
    "valid_from": ("valid_from", "from", "起始日", "授权起始日"),
    "valid_to": ("valid_to", "to", "截止日", "授权截止日"),
    "reference": ("reference", "文号", "授权书编号"),
    "text_hash": ("text_hash", "授权书摘要"),
    "consent_id": ("consent_id", "授权编号"),
}
NEEDED = ("entity_id", "bank", "purpose", "basis", "valid_from")
_NAMES = {spelled: name for name, spellings in HEADERS.items() for spelled in spellings}

Line = tuple[int, dict[str, str] | Refused]


def read_consents(content: bytes) -> Iterator[Line]:
    """Every row of a file with the line that it begins in; a row that cannot be read comes as refused.

    Blank lines are no rows. A consent without a last day has an empty cell there.

    Raises:
        RequestError: Its text cannot be read, or a header is unknown, missing or twice there.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    names = _names(_next(reader))
    line = reader.line_num
    while True:
        begins = line + 1
        cells = _next(reader)
        line = reader.line_num
        if cells is None:
            return
        if isinstance(cells, str):
            yield begins, Refused(begins, "row_is_csv", f"{cells}, in lines {begins} to {line}")
        elif any(cell.strip() for cell in cells):
            yield begins, _row(begins, names, cells)


def _row(line: int, names: list[str], cells: list[str]) -> dict[str, str] | Refused:
    if len(cells) != len(names):
        said = f"expected {len(names)} cells as in the header, found {len(cells)}"
        return Refused(line, "row_has_the_headers_cells", said)
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell.strip()}


def _next(reader: Any) -> list[str] | str | None:
    """The next row; a text where it is none; None at the end."""
    try:
        return next(reader, None)
    except csv.Error:
        return "a quote that does not end, or a cell without end"


def _names(header: list[str] | str | None) -> list[str]:
    spelled = [cell.strip() for cell in header] if isinstance(header, list) else []
    strange = [cell for cell in spelled if cell not in _NAMES]
    names = [_NAMES[cell] for cell in spelled if cell in _NAMES]
    missing = [name for name in NEEDED if name not in names]
    if missing or strange or len(set(names)) != len(names):
        raise RequestError(
            f"the header of the consents is not as expected: {len(strange)} unknown, "
            f"{len(names) - len(set(names))} twice, missing: {', '.join(missing) or 'none'}; "
            f"known are {', '.join(HEADERS)}"
        )
    return names


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RequestError("the consents are neither UTF-8 nor GB 18030 text; save the file as CSV again")
