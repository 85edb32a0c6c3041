"""All measures for one firm, what would change them, and measure 6 alone for firms one after the other.

python one_firm.py GUARANTEES.parquet ANSWER.json
"""

import json
import random
import statistics
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
from firms import AS_OF, firms

from serving.policy import MEASURES, Facts, evaluate
from serving.policy.what_if import what_if_all

QUESTIONS = 3000
WHAT_IFS = 600
WARM = 200
SEED = 11


def milliseconds_of_all() -> list[float]:
    """What all measures of one firm take, firm after firm, its facts read already."""
    rows = firms(QUESTIONS + WARM).to_pylist()
    took = []
    for facts in map(Facts.from_dict, rows):
        begun = time.perf_counter()
        evaluate(facts, AS_OF)
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took[WARM:])


def milliseconds_of_what_if(known_share: float) -> list[float]:
    """Processor time of what would change every finding, firm after firm, the findings there already."""
    draw = random.Random(SEED)  # noqa: S311 - which facts are known
    took = []
    for row in firms(WHAT_IFS + WARM).to_pylist():
        facts = Facts.from_dict({name: value for name, value in row.items() if draw.random() < known_share})
        findings = evaluate(facts, AS_OF)
        begun = time.process_time()
        what_if_all(facts, AS_OF, findings)
        took.append((time.process_time() - begun) * 1000)
    return sorted(took[WARM:])


def main() -> None:
    """Print the quantiles; keep what measure 6 gives to each row."""
    took, (changes, open_ones) = milliseconds_of_all(), map(milliseconds_of_what_if, (1, 0.5))
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
        "what_if": {"median_ms": statistics.median(changes), "p99_ms": changes[int(len(changes) * 0.99)]},
        "what_if_half_known": {
            "median_ms": statistics.median(open_ones),
            "p99_ms": open_ones[int(len(open_ones) * 0.99)],
        },
        "guarantees_a_second": len(given) / seconds,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
