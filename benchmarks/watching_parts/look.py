"""Months of one home looked at one after the other; a line of JSON each: `python look.py HOME DAY ...`."""

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path


def look(home: Path, day: date) -> dict[str, object]:
    """What the monitor says of a day, and what it took."""
    from features.errors import LvdaitongError
    from features.home import Home
    from pipelines.monitoring.watch import monitor
    from pipelines.recipe import load_recipe
    from pipelines.terminal import steps

    began, used = time.perf_counter(), time.process_time()
    try:
        told = monitor(Home(home), load_recipe("city"), day, steps(), datetime.now(UTC)).as_record()
    except LvdaitongError as error:
        told = {"as_of": str(day), "failed": str(error), "alerts": []}
    took = {"seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - used}
    kept = ("as_of", "failed", "alerts", "estimates", "cohorts")
    return {name: told[name] for name in kept if name in told} | took


if __name__ == "__main__":
    for one in sys.argv[2:]:
        print(json.dumps(look(Path(sys.argv[1]), date.fromisoformat(one)), ensure_ascii=False), flush=True)
