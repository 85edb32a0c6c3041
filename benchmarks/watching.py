"""Watching and retraining: how soon troubles are named, false alarms, estimates before labels, time, memory.

    python benchmarks/watching.py [troubles quiet concept large walk ...] [--work FOLDER]

Without names every part is measured: about forty minutes on two quiet cores, most of it the 120 months of
five quiet cities. Parts that are not measured keep their figures of an earlier run, with its day. A folder
given with `--work` keeps cities and homes, and a second run begins where the first ended.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PARTS_FOLDER = HERE / "watching_parts"
sys.path[0] = str(PARTS_FOLDER)  # in place of this folder, whose scripts may be named like packages

from estimates import told  # noqa: E402
from homes import FIRMS, MONTHS, Work  # noqa: E402
from large import large  # noqa: E402
from looking import concept, quiet, troubles  # noqa: E402
from page import as_markdown  # noqa: E402
from walking import walking  # noqa: E402

KEPT = HERE / "watching.json"
Found = dict[str, Any]
PARTS: dict[str, Callable[[Work], Found]] = {
    "troubles": troubles,
    "quiet": quiet,
    "concept": concept,
    "large": large,
    "walk": walking,
}


def measured(names: list[str], work: Work) -> Found:
    """The figures of some parts, each with its day, its minutes and the machine's load."""
    found: Found = {}
    for name in names:
        began, load = time.perf_counter(), os.getloadavg()[0]
        part = PARTS[name](work)[name]
        found[name] = part | {
            "measured": datetime.now(UTC).date().isoformat(),
            "minutes_in_all": (time.perf_counter() - began) / 60,
            "load_before": load,
        }
        sys.stderr.write(f"{name}: {json.dumps(found[name], ensure_ascii=False)[:2000]}\n")
        keep(found)
    return found


def keep(found: Found) -> Found:
    """Put figures beside those of earlier runs, and both files beside this script."""
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    whole: Found = before | found
    by_seed = whole.get("quiet", {}).get("estimates", {})
    if by_seed:
        whole["estimate_quiet"] = told([one for cohorts in by_seed.values() for one in cohorts])
    if "concept" in whole:
        since = whole["concept"]["begins"][:4] + "Q2"
        whole["estimate_shifted"] = told(whole["concept"]["estimates"], since)
    whole["cities"] = {"firms": FIRMS, "months": MONTHS}
    whole["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    KEPT.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")
    KEPT.with_suffix(".md").write_text(as_markdown(whole), "utf-8")
    return whole


def main() -> None:
    """Measure, keep the results beside this script, and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all by default")
    asked.add_argument("--work", type=Path, help="keep cities and homes here")
    words = asked.parse_args()
    names = words.parts or list(PARTS)
    if words.work:
        measured(names, Work(words.work))
    else:
        with tempfile.TemporaryDirectory() as folder:
            measured(names, Work(Path(folder)))
    print(KEPT.with_suffix(".md").read_text("utf-8"))


if __name__ == "__main__":
    main()
