"""Times and memory of the main verbs, each against its bound; `make bench` keeps the results beside it.

    python benchmarks/foundations.py [name ...]

Each verb runs in a process of its own; memory is the largest resident set of that process. Figures of
a shared machine are worth their ratio to the bound, not their digits.
"""

import json
import os
import platform
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared" / "data"


@dataclass(frozen=True)
class Verb:
    """A command, the seconds and gigabytes that it may take, and what its input is."""

    name: str
    words: str
    most_seconds: float
    most_gigabytes: float | None = None


VERBS = (
    Verb(
        "city of 300,000 firms × 36 months",
        "city --entities 300000 --months 36 --seed 1 --out {place}/largest",
        600,
        10,
    ),
    Verb(
        "city of 100,000 firms × 36 months",
        "city --entities 100000 --months 36 --seed 1 --out {place}/large",
        300,
        8,
    ),
    Verb(
        "city of 3,000 firms × 60 months", "city --entities 3000 --months 60 --seed 7 --out {place}/city", 60
    ),
    Verb("main job on that city", "--home {place}/home run --recipe city --data {place}/city", 240),
    Verb(
        "main job on 373,431 real invoices",
        "--home {place}/real run --recipe cumcm2020c --data {shared}/cumcm2020c",
        90,
    ),
    Verb(
        "collect events of 218,264 real firms",
        "--home {place}/events collect --recipe enterprise_exit2017 --data {shared}/enterprise_exit2017",
        60,
    ),
)


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    name: str
    command: str
    seconds: float
    most_seconds: float
    gigabytes: float
    most_gigabytes: float | None

    @property
    def kept(self) -> bool:
        """Whether both bounds were kept."""
        return self.seconds <= self.most_seconds and self.gigabytes <= (self.most_gigabytes or float("inf"))


def measure(verb: Verb, place: str) -> Measured:
    """Run a verb and measure it."""
    words = shlex.split(verb.words.format(place=place, shared=SHARED))
    begun = time.perf_counter()
    worker = subprocess.Popen([sys.executable, "-m", "pipelines", *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(worker.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        sys.exit(f"{verb.name}: failed with status {status}")
    told = "lvdaitong " + verb.words.format(place="DIR", shared="../shared/data")
    return Measured(
        verb.name, told, round(seconds, 1), verb.most_seconds, _gigabytes(used), verb.most_gigabytes
    )


def _gigabytes(used: resource.struct_rusage) -> float:
    return round(used.ru_maxrss / 1024**2, 2)


def as_markdown(measured: list[Measured]) -> str:
    """The results as a table."""
    lines = ["| what | seconds | bound | GB | bound | kept |", "|---|---|---|---|---|---|"]
    for one in measured:
        bound = one.most_gigabytes or "–"
        kept = "yes" if one.kept else "**no**"
        lines.append(
            f"| {one.name} | {one.seconds} | {one.most_seconds:.0f} | {one.gigabytes} | {bound} | {kept} |"
        )
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(["# Main verbs", "", f"Measured by `make bench` on {machine}.", "", *lines, ""])


def main() -> None:
    """Measure the verbs named on the command line, or all, and write the results."""
    chosen = [verb for verb in VERBS if not sys.argv[1:] or any(word in verb.name for word in sys.argv[1:])]
    with tempfile.TemporaryDirectory() as place:
        measured = [measure(verb, place) for verb in chosen]
    (HERE / "foundations.json").write_text(
        json.dumps([asdict(one) for one in measured], ensure_ascii=False, indent=1)
    )
    (HERE / "foundations.md").write_text(as_markdown(measured))
    print(as_markdown(measured))


if __name__ == "__main__":
    main()
