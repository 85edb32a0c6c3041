"""Parquet."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import SourceError
from features.lake import MONEY
from pipelines.reading.headers import must_have_headers
from pipelines.reading.packed import Opened

if TYPE_CHECKING:
    from pipelines.reading.files import FileInput

EXACT_DIGITS = 15
"""Decimal digits that a double holds exactly."""


def read_parquet(source: "FileInput", file: Opened, chunk_rows: int) -> Iterator[pd.DataFrame]:
    """The rows in the types of the file; the recipe's columns alone."""
    try:
        with file.seekable() as place, pq.ParquetFile(place) as rows:
            must_have_headers(source, rows.schema_arrow.names)
            for batch in rows.iter_batches(batch_size=chunk_rows):
                yield _plain(batch)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        told = " ".join(str(error).split())[:160]
        raise SourceError(
            f"{source.name}: is truncated or no Parquet file: {told} ({source.place})"
        ) from error


def _plain(batch: pa.RecordBatch) -> pd.DataFrame:
    arrays = [_plain_array(array) for array in batch.columns]
    table = pa.table(arrays, names=batch.schema.names)
    mapped = _whole_numbers(table) | {
        kind: pd.ArrowDtype(kind) for kind in table.schema.types if _is_money(kind)
    }
    return table.to_pandas(date_as_object=False, types_mapper=mapped.get)


def _plain_array(array: pa.Array) -> pa.Array:
    """Dictionaries unpacked; amounts as they are, other decimals as floats where exact, else as text."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_decimal(array.type) and not _is_money(array.type):
        array = array.cast(pa.float64() if array.type.precision <= EXACT_DIGITS else pa.string())
    return array


def _is_money(kind: pa.DataType) -> bool:
    """Typing takes such decimals as they are, which is what makes large files of amounts quick."""
    return pa.types.is_decimal128(kind) and kind.scale == MONEY.scale and kind.precision <= MONEY.precision


def _whole_numbers(table: pa.Table) -> dict[pa.DataType, pd.api.extensions.ExtensionDtype]:
    """Whole numbers with gaps stay whole: as floats, long keys would lose their last digits."""
    gaps = any(pa.types.is_integer(column.type) and column.null_count for column in table.columns)
    if not gaps:
        return {}
    kinds = {pa.int64(): pd.Int64Dtype(), pa.int32(): pd.Int32Dtype(), pa.int16(): pd.Int16Dtype()}
    return kinds | {pa.uint64(): pd.UInt64Dtype(), pa.int8(): pd.Int8Dtype()}
