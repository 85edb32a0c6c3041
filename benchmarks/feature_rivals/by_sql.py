"""The same columns by one hand-written DuckDB query.

python by_sql.py HOME ANSWER
"""

import sys
from pathlib import Path

import duckdb
from answer import DAY, THREADS, batches, tell


def main() -> None:
    """Run the query and tell what it took."""
    query = Path(__file__).with_name("by_hand.sql").read_text().format(files=batches(sys.argv[1]), day=DAY)
    engine = duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False})
    tell(lambda: engine.execute(query).df().set_index("entity_id"))


if __name__ == "__main__":
    main()
