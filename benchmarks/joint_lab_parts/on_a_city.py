"""What pooling and splitting are worth on a fresh city, and what attacks find in what left.

python on_a_city.py ENTITIES MONTHS SEED

Prints one line of JSON; every step is told on the way, on standard error.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from export_attacks import attacks
from fresh_sample import make_sample
from split_routes import candidates, splits

FOLDS, TEST_MONTHS = 3, 6
SEED_OF_FOLDS, SEED_OF_ATTACKS = 0, 0


def main() -> None:
    """Measure, and print it."""
    entities, months, seed = map(int, sys.argv[1:4])
    begun = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - begun:7.0f} s: {what}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as place:
        sample, day = make_sample(Path(place), entities, months, seed)
    say(f"{len(sample):,} loans, {sample.pooled.shape[1]} columns")
    folds = sample.folds(day, folds=FOLDS, test_months=TEST_MONTHS, seed=SEED_OF_FOLDS)
    uplift, told = candidates(sample, folds)
    say("platform, bank and both")
    routes, left = splits(sample, folds, uplift, say)
    found = attacks(sample, folds, left, SEED_OF_ATTACKS)
    say("attacks")
    print(
        json.dumps(
            {
                "city": {"entities": entities, "months": months, "seed": seed},
                "seeds": {"folds": SEED_OF_FOLDS, "attacks": SEED_OF_ATTACKS},
                "banks": sorted(sample.loans["bank"].unique()),
                "training": {"loans": int(folds.train.sum()), "bads": int(sample.bad[folds.train].sum())},
                "test_period": [f"{one:%Y-%m-%d}" for one in folds.test_period],
                "columns": {"platform": sample.platform.shape[1], "bank": sample.bank.shape[1]},
                "uplift": told,
                "splits": routes,
                "attacks": found,
                "processor_seconds": time.process_time(),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
