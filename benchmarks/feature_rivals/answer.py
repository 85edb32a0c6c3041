"""What every engine is asked, and how its answer is timed: once, in a process of its own."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DAY = "2026-10-31"
THREADS = os.cpu_count() or 1


def batches(home: str) -> list[str]:
    """The files that every engine reads."""
    return [str(path) for path in sorted((Path(home) / "lake" / "vat_invoice").glob("*.parquet"))]


def tell(compute: Callable[[], Any]) -> None:
    """Time a computation, keep its table (indexed by firm) at `sys.argv[2]`, print what it took."""
    begun = time.perf_counter()
    found = compute()
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    found.sort_index().to_parquet(sys.argv[2])
    took = {
        "seconds": seconds,
        "processor_seconds": used.ru_utime + used.ru_stime,
        "gigabytes": used.ru_maxrss / 1024**2,
        "rows": len(found),
    }
    print(json.dumps(took))
