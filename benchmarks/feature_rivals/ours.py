"""Every invoice feature of every firm as of the day, by this project's engine.

python ours.py HOME ANSWER [MEMORY [ROWS_A_PART]]
"""

import sys
from pathlib import Path

import duckdb
import pandas as pd
from answer import DAY, batches, tell

import features.session
from features.assemble import assemble
from features.definitions import ALL
from features.feature import Feature
from features.home import Home

INVOICE_FEATURES = [one for one in ALL if isinstance(one, Feature) and one.source == "vat_invoice"]


def spine_of(home: str) -> pd.DataFrame:
    """Every firm of the lake, on the day."""
    files = batches(home)
    firms = duckdb.sql(f"SELECT DISTINCT entity_id FROM read_parquet({files}) ORDER BY 1").df()  # noqa: S608 - own files
    return firms.assign(as_of=pd.Timestamp(DAY))


def main() -> None:
    """Assemble the features and tell what it took; the spine is given."""
    home, memory = sys.argv[1], (sys.argv[3:] or [None])[0]
    if len(sys.argv) > 4:  # noqa: PLR2004 - the fourth argument
        features.session.ROWS_A_PART = int(float(sys.argv[4]))
    spine = spine_of(home)
    tell(lambda: assemble(Home(Path(home)), INVOICE_FEATURES, spine, memory=memory).values.droplevel("as_of"))


if __name__ == "__main__":
    main()
