"""All measures for one firm, and measure 6 alone for many firms one after the other.

python one_firm.py GUARANTEES.parquet ANSWER.json
"""

import json
import statistics
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
from firms import AS_OF, firms

from serving.policy import MEASURES, Facts, evaluate

QUESTIONS = 3000
WARM = 200


def milliseconds_of_all() -> list[float]:
    """What all measures of one firm take, firm after firm, its facts read already."""
    rows = firms(QUESTIONS + WARM).to_pylist()
    took = []
    for facts in map(Facts.from_dict, rows):
        begun = time.perf_counter()
        evaluate(facts, AS_OF)
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took[WARM:])


def main() -> None:
    """Print the quantiles; keep what measure 6 gives to each row."""
    took = milliseconds_of_all()
    [measure] = [measure for measure in MEASURES if measure.key == "government_guarantee"]
    given = pq.read_table(sys.argv[1]).to_pylist()
    begun = time.perf_counter()
    answers = [evaluate(Facts.from_dict(row), AS_OF, measures=[measure])[0] for row in given]
    seconds = time.perf_counter() - begun
    kept = [[str(one.result), str(one.amounts.get("max_fee_cny", ""))] for one in answers]
    Path(sys.argv[2]).write_text(json.dumps(kept))
    told = {
        "measures": len(MEASURES),
        "median_ms": statistics.median(took),
        "p99_ms": took[int(len(took) * 0.99)],
        "guarantees_a_second": len(given) / seconds,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
