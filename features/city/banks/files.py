"""The banks' files: one row a customer and month end, as the bank itself knows it on that day."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pcsv

from features.city.arrays import Floats
from features.city.banks.customers import BANKS, Customers, customers_of
from features.city.banks.figures import figures
from features.city.render import MONEY, money
from features.city.world import Chunk

COLUMNS = {
    "entity_id": pa.string(),
    "as_of": pa.date32(),
    "account_inflow_cny": MONEY,
    "account_outflow_cny": MONEY,
    "inflow_growth_12m_share": pa.float64(),
    "average_balance_cny": MONEY,
    "lowest_balance_cny": MONEY,
    "balance_cover_days": pa.float64(),
    "line_utilisation_share": pa.float64(),
    "returned_payments_count": pa.int64(),
    "salary_payments_cny": MONEY,
}
"""Amounts are those of the month.

`inflow_growth_12m_share`: what came in a month during twelve months, over the twelve before, less one;
missing with fewer than six months of those. `balance_cover_days`: for how many days of the last three months'
outflow the average balance lasts. `line_utilisation_share`: drawn of the line granted, at the month end;
missing without a line. `returned_payments_count`: payments of the month that bounced. `salary_payments_cny`:
missing where the firm never pays its people from this account, 0 in a month left out.
"""

SCHEMA = pa.schema(list(COLUMNS.items()))


class BankFiles:
    """The banks' files, all open at once and written chunk by chunk.

    Args:
        folder: Where `<bank>.csv` is written; made if it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        plain = pcsv.WriteOptions(quoting_style="none", quoting_header="none")
        self._files = [pcsv.CSVWriter(folder / f"{bank}.csv", SCHEMA, write_options=plain) for bank in BANKS]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the files."""
        for file in self._files:
            file.close()

    def add(self, tables: list[pa.Table]) -> None:
        """Write the rows of a chunk, a table a bank."""
        for file, table in zip(self._files, tables, strict=True):
            file.write_table(table)


def bank_tables(chunk: Chunk, loans: pd.DataFrame) -> list[pa.Table]:
    """Return what each bank knows of the chunk's firms, customer by customer and month by month.

    Args:
        chunk: The firms.
        loans: Their loans on the tape, in working form.
    """
    return [table_of(customers_of(chunk, loans, bank)) for bank in range(len(BANKS))]


def table_of(customers: Customers) -> pa.Table:
    """Return the rows of one bank on a chunk's firms."""
    customer, month = customers.shown()
    world = customers.chunk.world
    firm = customers.chunk.firms[customers.firms[customer]]
    arrays = {
        "entity_id": world.population.codes.take(pa.array(firm)),
        "as_of": pa.array(world.months.end(month).astype(np.int32)).cast(pa.date32()),
    }
    for name, values in figures(customers).items():
        arrays[name] = _typed(COLUMNS[name], values[customer, month])
    return pa.table({name: arrays[name] for name in COLUMNS}, schema=SCHEMA)


def _typed(kind: pa.DataType, values: Floats) -> pa.Array:
    return money(values) if kind == MONEY else pa.array(values, from_pandas=True).cast(kind)
