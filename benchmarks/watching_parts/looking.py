"""How soon each planted trouble is named, and how often a quiet city alarms anybody."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from homes import (
    ALONE,
    LAST,
    SEEDS,
    WATCHED_MONTHS,
    FailedError,
    Work,
    manifest,
    month_ends,
    quiet_home,
    troubled_home,
)
from oracle import estimate_beside_truth, is_right, scored

Found = dict[str, Any]
HERE = Path(__file__).resolve().parent
AT_A_TIME = 2
NAMED_BY = {
    "source_stops": ("electricity", {"source_stops"}),
    "unit_changes": ("tax_declaration", {"unit_changes"}),
    "industry_shock": ("C", {"industry_shock"}),
    "district_moves": ("330503", {"district_moves"}),
    "new_kind": ("I64", {"new_kind"}),
    "labels_late": ("loan_performance", {"labels_late"}),
    "repairs_withdraw": ("administrative_penalty", {"repairs_withdraw"}),
    "leak": ("serious_violation", {"leak"}),
}
"""Of each trouble: a word of the subject, and the kinds of alert that name it."""
CONCEPT = {"estimate_failed", "discrimination_down"}
PATIENCE_MONTHS = 4
"""Months for which a trouble is watched where two were too few."""
RUNNING = frozenset(
    {"calibration_off", "discrimination_down", "estimate_failed", "score_drift", "feature_drift"}
)
"""Alerts that go on under another subject from quarter to quarter: the same alarm as long as they do."""


def looks(home: Path, days: list[date]) -> list[Found]:
    """What the monitor says of a home on each day, in a process of its own.

    Raises:
        FailedError: The process broke.
    """
    command = [sys.executable, str(HERE / "look.py"), str(home), *(str(day) for day in days)]
    done = subprocess.run(command, env=os.environ | ALONE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(f"{home}: {done.stderr.strip()[-800:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def troubles(work: Work) -> Found:
    """Months until each trouble is named, in the city of the first seed."""
    quiet_home(work, SEEDS[0])
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        found = dict(zip(NAMED_BY, pool.map(lambda name: _trouble(work, name), NAMED_BY), strict=True))
    return {"troubles": found}


def _trouble(work: Work, trouble: str) -> Found:
    name = troubled_home(work, trouble, SEEDS[0])
    begins = date.fromisoformat(str(manifest(work, name)["trouble_from"]))
    subject, kinds = NAMED_BY[trouble]
    told: Found = {"begins": str(begins), "named_after_months": None, "others": []}
    for number, day in enumerate(month_ends(begins, LAST)[:PATIENCE_MONTHS], start=1):
        [seen] = looks(work.home(name), [day])
        if "failed" in seen:
            told["failed"] = seen["failed"]
        names = [one for one in seen["alerts"] if one["kind"] in kinds and subject in one["subject"]]
        told["others"] += [_short(one) for one in seen["alerts"] if one["needs_person"] and one not in names]
        if names:
            return told | {"named_after_months": number, "on": str(day), "as": _short(names[0])}
    return told


def quiet(work: Work) -> Found:
    """Alarms in the last months of quiet cities, each counted once for as long as it goes on."""
    first = date(LAST.year - WATCHED_MONTHS // 12, LAST.month, 1)
    days = month_ends(first, LAST)[-WATCHED_MONTHS:]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        seen = pool.map(lambda seed: looks(work.home(quiet_home(work, seed)), days), SEEDS)
        found = dict(zip(SEEDS, seen, strict=True))
    loans = {seed: scored(work.city(f"quiet_{seed}"), work.home(f"quiet_{seed}")) for seed in SEEDS}
    alarms = {
        seed: [one | {"right": is_right(loans[seed], one)} for one in episodes(months)]
        for seed, months in found.items()
    }
    taken = [month["processor_seconds"] for months in found.values() for month in months[1:]]
    return {
        "quiet": {
            "alarms": {str(seed): told for seed, told in alarms.items()},
            "count": sum(len(told) for told in alarms.values()),
            "false": sum(not one["right"] for told in alarms.values() for one in told),
            "against_oracle": {str(seed): estimate_beside_truth(loans[seed]) for seed in SEEDS},
            "months": WATCHED_MONTHS * len(SEEDS),
            "processor_seconds_a_month": sum(taken) / len(taken),
            "estimates": {str(seed): months[-1].get("estimates", []) for seed, months in found.items()},
        }
    }


def episodes(months: list[Found]) -> list[Found]:
    """Alarms that need a person, each told once: one that goes on next month is the same."""
    told, before = [], set[tuple[str, str]]()
    for month in months:
        now = {}
        for one in month["alerts"]:
            if one["needs_person"]:
                now[one["kind"], "" if one["kind"] in RUNNING else one["subject"]] = one
        told += [_short(one) | {"on": month["as_of"]} for key, one in now.items() if key not in before]
        before = set(now)
    return told


def concept(work: Work) -> Found:
    """Months from a shift of the concept until somebody is told; labels must mature first."""
    name = troubled_home(work, "concept_shift", SEEDS[0])
    begins = date.fromisoformat(str(manifest(work, name)["trouble_from"]))
    days = month_ends(begins, LAST)
    seen = looks(work.home(name), days[::3] + ([] if (len(days) - 1) % 3 == 0 else days[-1:]))
    hits = [
        (month["as_of"], _short(one))
        for month in seen
        for one in month["alerts"]
        if one["kind"] in CONCEPT and one["since"] >= str(begins)[:4]
    ]
    first = hits[0] if hits else (None, None)
    after = (date.fromisoformat(first[0]) - begins).days / 30.4 if first[0] else None
    return {
        "concept": {
            "begins": str(begins),
            "told_on": first[0],
            "told_after_months": after,
            "as": first[1],
            "estimates": seen[-1].get("estimates", []),
        }
    }


def _short(alert: Found) -> Found:
    return {name: alert[name] for name in ("kind", "subject", "since", "how_sure", "what_en")}
