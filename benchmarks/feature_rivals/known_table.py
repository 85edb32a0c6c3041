"""The rows known on the day as one plain table, for an engine that has no notion of corrections.

python known_table.py HOME TABLE
"""

import sys

import duckdb
from answer import DAY, batches


def main() -> None:
    """Write the table: firm, time, values; events of one day are told apart by microseconds, by record."""
    newest = f"""
        SELECT *
        FROM read_parquet({batches(sys.argv[1])})
        WHERE available_at <= DATE '{DAY}'
        QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY available_at DESC, op DESC) = 1
    """  # noqa: S608 - own files
    duckdb.execute(
        f"""
        COPY (
            SELECT
                entity_id,
                event_date::TIMESTAMP + to_microseconds(substr(record_id, 3)::BIGINT) AS happened,
                amount_cny::DOUBLE AS amount_cny,
                tax_cny::DOUBLE AS tax_cny,
                counterparty
            FROM ({newest})
            WHERE op = 'upsert' AND event_date <= DATE '{DAY}'
        ) TO '{sys.argv[2]}' (FORMAT parquet)
        """  # noqa: S608 - own files
    )


if __name__ == "__main__":
    main()
