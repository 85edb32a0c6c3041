"""Private set intersection of two lists, both parties in one process, one after the other.

python private_sets.py FIRMS SEED
"""

import json
import sys
import time

import numpy as np

from models.lab.private import Answering, Asking


def lists(firms: int, seed: int) -> tuple[list[str], list[str]]:
    """Two lists of ids such as keyed codes are, half of each on both."""
    rng = np.random.default_rng(seed)
    ids = [rng.bytes(32).hex() for _ in range(firms + firms // 2)]
    return ids[:firms], ids[firms // 2 :]


def main() -> None:
    """Intersect, and print what it took."""
    firms, seed = int(sys.argv[1]), int(sys.argv[2])
    left, right = lists(firms, seed)
    begun, used = time.perf_counter(), time.process_time()
    asking, answering = Asking(left), Answering(right)
    request = asking.request()
    setup = answering.setup()
    response = answering.respond(request)
    found = asking.found(setup, response)
    told = {
        "seconds": time.perf_counter() - begun,
        "processor_seconds": time.process_time() - used,
        "right": set(found.matched) == set(left) & set(right),
        "sent_bytes": len(request) + len(setup) + len(response),
    }
    print(json.dumps({"firms": firms, "seed": seed} | told))


if __name__ == "__main__":
    main()
