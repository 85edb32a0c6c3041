"""Two parties' lists aligned by keyed ids: from credit codes as they are written to who is on both.

python alignment.py FIRMS SEED
"""

import json
import sys
import time

import numpy as np
import pandas as pd

from features.keyed import ALGORITHM, keyed_ids
from features.uscc import with_checks
from models.lab.matching import matching


def lists(firms: int, seed: int) -> tuple[pd.Series, pd.Series]:
    """Two lists of credit codes in two spellings, half of each on both, in other orders."""
    rng = np.random.default_rng(seed)
    codes = with_checks("91330502MA" + pd.Series(range(firms + firms // 2)).astype("str").str.zfill(6))
    left, right = codes[:firms], codes[firms // 2 :]
    spelled = " " + right.str.lower()
    return (
        left.sample(frac=1, random_state=rng, ignore_index=True),
        spelled.sample(frac=1, random_state=rng, ignore_index=True),
    )


def main() -> None:
    """Align, and print what it took."""
    firms, seed = int(sys.argv[1]), int(sys.argv[2])
    left, right = lists(firms, seed)
    key = np.random.default_rng(seed).bytes(32)
    begun, used = time.perf_counter(), time.process_time()
    found = matching(keyed_ids(left, key), keyed_ids(right, key))
    told = {
        "seconds": time.perf_counter() - begun,
        "processor_seconds": time.process_time() - used,
        "right": len(found.matched) == firms - firms // 2,
        "algorithm": ALGORITHM,
    }
    print(json.dumps({"firms": firms, "seed": seed} | told))


if __name__ == "__main__":
    main()
