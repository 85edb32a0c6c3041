"""Invoices in the form of the lake, drawn at random: every file names every firm, as monthly batches do.

    python lake.py HOME FIRMS EVENTS

36 months up to `DAY`; 60 % are sales; 3 % void, 3 % red-letter; 1.2 % are corrected later, a tenth of those
withdrawn. A firm's parties are few and unequal.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS_A_FILE = 1_000_000
SALES, VOID, RED_LETTER, CORRECTED, WITHDRAWN = 0.6, 0.03, 0.03, 0.012, 0.1
FIRST_DAY, DAYS = 19662, 1096  # 2023-11-01 and the days up to and with 2026-10-31


def texts(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    """`prefix` and zero-padded numbers."""
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), padded, "")


def words(first: str, second: str, choose_second: np.ndarray) -> pa.Array:
    """One of two words a row."""
    return pa.array([first, second]).take(pa.array(choose_second.astype(np.int8)))


def money(fen: np.ndarray) -> pa.Array:
    """Whole fen as exact decimals of yuan."""
    halves = np.ascontiguousarray(np.stack([fen, fen >> 63], axis=1))
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [None, pa.py_buffer(halves)])


def dates(days: np.ndarray) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def drawn(rng: np.random.Generator, names: pa.Array, first_record: int, count: int) -> pa.Table:
    """Invoices and the later versions of some of them."""
    firm = rng.integers(0, len(names), count)
    day = FIRST_DAY + rng.integers(0, DAYS, count)
    arrived = day + rng.integers(0, 40, count)
    party = firm * 7 + (rng.pareto(1.2, count) * 3).astype(np.int64) % 60
    fen = np.rint(np.exp(rng.normal(8, 1.2, count)) * 100).astype(np.int64)
    fen = np.where(rng.random(count) < RED_LETTER, -fen, fen)
    record = np.arange(first_record, first_record + count)
    invoices = pa.table(
        {
            "entity_id": names.take(pa.array(firm)),
            "record_id": texts("FP", record, 9),
            "event_date": dates(day),
            "available_at": dates(arrived),
            "op": words("upsert", "withdraw", np.zeros(count)),
            "direction": words("purchase", "sales", rng.random(count) < SALES),
            "invoice_number": texts("", record, 8),
            "counterparty": texts("C", party, 8),
            "amount_cny": money(fen),
            "tax_cny": money(fen * 6 // 100),
            "status": words("valid", "void", rng.random(count) < VOID),
        }
    )
    chosen = np.flatnonzero(rng.random(count) < CORRECTED)
    again = invoices.take(pa.array(chosen))
    newer = {
        "available_at": dates(arrived[chosen] + rng.integers(5, 90, len(chosen))),
        "op": words("upsert", "withdraw", rng.random(len(chosen)) < WITHDRAWN),
        "amount_cny": money(fen[chosen] + 100),
    }
    for name, column in newer.items():
        again = again.set_column(again.schema.get_field_index(name), name, column)
    return pa.concat_tables([invoices, again])


def main() -> None:
    """Write a lake."""
    folder = Path(sys.argv[1]) / "lake" / "vat_invoice"
    firms, events = int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    names = texts("9133", np.arange(firms), 14)
    for first in range(0, events, ROWS_A_FILE):
        rows = drawn(rng, names, first, min(ROWS_A_FILE, events - first))
        pq.write_table(rows, folder / f"{first // ROWS_A_FILE:05}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
