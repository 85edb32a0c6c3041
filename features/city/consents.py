"""Consents of the city's firms to two banks, so that a service over the city can be asked.

They lie apart from the departments' files: no source, no feature and no model looks at them. Who consented
follows from the code alone, so that it costs no draw of the city.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

HEADER = ("entity_id", "bank", "purpose", "basis", "reference", "valid_from")
WITHOUT = 25
"""One firm in so many gave the first bank no consent: it is answered with a refusal."""
SECOND = 3
"""One in so many is a customer of the second bank, too."""


def write_consents(codes: Iterable[str], valid_from: str, path: Path) -> None:
    """Write the consents as a CSV that `lvdaitong consent record --file` reads.

    Args:
        codes: Codes of the firms.
        valid_from: Their first day, YYYY-MM-DD; they have no last one.
        path: The file; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for code in codes:
            for bank in _banks(code):
                rows.writerow((code, bank, "PRE_LOAN", "CONSENT", f"授权书{code[8:16]}", valid_from))


def _banks(code: str) -> Iterator[str]:
    number = crc32(code.encode())
    if number % WITHOUT:
        yield "BANK-A"
    if number % SECOND == 0:
        yield "BANK-B"
