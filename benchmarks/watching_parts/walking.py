"""Twelve months of walk-forward for 30,000 firms: time, and what each policy would have brought."""

import json
import os
import resource
import subprocess
import time
from typing import Any

from homes import ALONE, LVDAITONG, Work, verb

FIRMS, MONTHS, SEED = 30_000, 60, 1
FROM, TO = "2024-09-30", "2025-09-30"
POLICIES = ("quarterly",)
MOST_MINUTES = 15

Found = dict[str, Any]


def walking(work: Work) -> Found:
    """Minutes and figures of a backtest of never and quarterly."""
    home, done = work.home("walk"), work.root / "homes" / "walk.collected"
    if not done.exists():
        size = ("--entities", str(FIRMS), "--months", str(MONTHS), "--seed", str(SEED))
        verb("city", *size, "--out", str(work.city("walk")))
        verb("collect", "--recipe", "city", "--data", str(work.city("walk")), home=home)
        done.touch()
    asked = [word for policy in POLICIES for word in ("--policy", policy)]
    command = [
        LVDAITONG,
        "--home",
        str(home),
        "backtest",
        "--recipe",
        "city",
        "--from",
        FROM,
        "--to",
        TO,
        *asked,
    ]
    began = time.perf_counter()
    ended = subprocess.run(
        [*command, "--json"],
        env=os.environ | ALONE | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    minutes = (time.perf_counter() - began) / 60
    told: Found = {"firms": FIRMS, "minutes": minutes, "policies": list(POLICIES)}
    if ended.returncode:
        return {"walk": told | {"failed": ended.stderr.strip()[-500:]}}
    found = json.loads(ended.stdout)
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return {
        "walk": told | {"gigabytes": gigabytes, "found": found["policies"], "kept": minutes <= MOST_MINUTES}
    }
