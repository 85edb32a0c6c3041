"""Cities, quiet and troubled, each collected into a home with the same champion as its quiet twin."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

LVDAITONG = str(Path(sys.executable).with_name("lvdaitong"))
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
FIRMS, MONTHS = 2_000, 84
LAST = date(2026, 10, 31)
CHAMPION_DAY = date(2024, 8, 31)
WATCHED_MONTHS = 24
SEEDS = (1, 2, 3, 4, 5)
REGISTRY = ("mlflow.db", "mlartifacts", "ledger.jsonl")
WHY = "the benchmark watches a champion of every seed, also one that a small sample leaves short of a check"


class FailedError(Exception):
    """A verb that failed, and what it said."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where cities and homes of a run lie; what is there from an earlier run is used again."""

    root: Path

    def city(self, name: str) -> Path:
        """A city's files."""
        return self.root / "cities" / name

    def home(self, name: str) -> Path:
        """A city's home."""
        return self.root / "homes" / name


def verb(*words: str, home: Path | None = None, allowed: tuple[int, ...] = (0,)) -> str:
    """Run a verb of `lvdaitong`; what it printed.

    Raises:
        FailedError: It ended with an exit code that is not allowed.
    """
    command = [LVDAITONG, *(("--home", str(home)) if home else ()), *words]
    done = subprocess.run(command, env=os.environ | ALONE, capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        raise FailedError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months from one day to another."""
    ends, day = [], first.replace(day=1)
    while day <= last:
        following = (day + timedelta(days=32)).replace(day=1)
        ends.append(following - timedelta(days=1))
        day = following
    return ends


def quiet_home(work: Work, seed: int) -> str:
    """The name of a quiet city's home, made with its champion where it is not there yet."""
    name = f"quiet_{seed}"
    _collected(work, name, seed, ())
    if not (work.home(name) / "ledger.jsonl").exists():
        words = ("train", "credit", "--recipe", "city", "--as-of", str(CHAMPION_DAY))
        verb(*words, "--override-by", "benchmark", "--override-why", WHY, home=work.home(name))
    return name


def troubled_home(work: Work, trouble: str, seed: int) -> str:
    """The name of a troubled city's home; its champion is its quiet twin's, whose lake was the same then."""
    name, twin = f"{trouble}_{seed}", work.home(quiet_home(work, seed))
    _collected(work, name, seed, ("--trouble", trouble))
    home = work.home(name)
    if not (home / "ledger.jsonl").exists():
        for part in REGISTRY:
            copy = shutil.copytree if (twin / part).is_dir() else shutil.copy2
            copy(twin / part, home / part)
    return name


def _collected(work: Work, name: str, seed: int, more: tuple[str, ...]) -> None:
    home, done = work.home(name), work.root / "homes" / f"{name}.collected"
    if done.exists():
        return
    city = work.city(name)
    size = ("--entities", str(FIRMS), "--months", str(MONTHS), "--seed", str(seed), "--steady")
    verb("city", *size, *more, "--out", str(city))
    verb("collect", "--recipe", "city", "--data", str(city), home=home)
    done.touch()


def manifest(work: Work, name: str) -> dict[str, object]:
    """What a city says of itself."""
    told: dict[str, object] = json.loads((work.city(name) / "manifest.json").read_text("utf-8"))
    return told
