"""The measures over a whole table of firms; `serving.policy` itself never loads this, nor numpy, nor Arrow.

    found = evaluate_table(pyarrow.parquet.read_table("facts.parquet"), date(2026, 11, 20))
    found.to_arrow(); found.counts("interest_subsidy"); found.errors; found.finding(0)

Reading order: `frame`, `truth`, `exact`, `words`, `days`, `choosing`, `plain_numbers`, `cells`, `facts`,
`law`, `sizing`, `asking`, `combos`, `judging`, `columns_out`, `source`, `findings`, `evaluation`.
"""

from serving.policy.table.evaluation import evaluate_table
from serving.policy.table.findings import FindingsTable, RowError
from serving.policy.table.source import columns_of

__all__ = ["FindingsTable", "RowError", "columns_of", "evaluate_table"]
