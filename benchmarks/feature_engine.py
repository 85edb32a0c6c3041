"""The feature engine against hand-written SQL, pandas and Feast, and its cost from 1 M to 50 M events.

    python benchmarks/feature_engine.py [sql] [pandas] [feast] [scale]

Every measurement is a process of its own; all engines read the same Parquet files, on the same cores. Answers
are compared before any ratio is told. Only ratios within one run mean anything on a shared machine.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "feature_rivals"
MILLION = 1_000_000
EVENTS, EVENTS_A_FIRM = 10 * MILLION, 100
SCALE = (1, 5, 10, 25, 50)
RUNS = 3
CLOSE = 1e-9
MEMORY = "4GB"
FEAST = "feast==0.67.0"
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Ratio:
    """How long one took in terms of the other, and what was owed."""

    part: str
    name: str
    ours_seconds: list[float]
    theirs_seconds: list[float]
    ratio: float
    bound: str
    kept: bool
    compared: str


@dataclass(frozen=True)
class Size:
    """What a lake of so many events took."""

    million_events: int
    firms: int
    seconds: float
    seconds_a_million: float
    gigabytes: float


class FailedError(Exception):
    """A rival that could not be run, and why."""


class Bench:
    """Lakes and answers under one temporary folder."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def lake(self, million: int) -> str:
        """A lake of so many million events, drawn once."""
        home = self.place / f"lake{million}"
        if not home.exists():
            events = million * MILLION
            run(sys.executable, "lake.py", str(home), str(events // EVENTS_A_FIRM), str(events))
        return str(home)

    def answer(self, script: str, given: str, *more: str, python: str = sys.executable) -> dict[str, Any]:
        """Run an engine; what it took."""
        kept = self.place / f"{Path(script).stem}.parquet"
        told = run(python, script, given, str(kept), *more)
        took: dict[str, Any] = json.loads(told.strip().splitlines()[-1])
        print(f"{script} {' '.join(more)}: {took['seconds']:.1f} s, {took['gigabytes']:.2f} GB", flush=True)
        return took

    def same(self, one: str, other: str) -> None:
        """Stop unless two engines gave the same values.

        Raises:
            SystemExit: A column differs.
        """
        ours, theirs = (pd.read_parquet(self.place / f"{name}.parquet") for name in (one, other))
        if set(ours) != set(theirs) or len(ours) != len(theirs):
            sys.exit(f"{other}: other firms or columns than {one}")
        theirs = theirs.reindex(ours.index)
        for name in ours:
            if unlike(ours[name], theirs[name]).any():
                sys.exit(f"{other}: other values of '{name}' than {one}")

    def against_sql(self) -> list[Ratio]:
        """All invoice features of 100,000 firms, by turns."""
        home = self.lake(EVENTS // MILLION)
        self.answer("ours.py", home)
        self.answer("by_sql.py", home)
        self.same("ours", "by_sql")
        pairs = [(self.answer("ours.py", home), self.answer("by_sql.py", home)) for _ in range(RUNS)]
        ours, theirs = ([took["seconds"] for took in side] for side in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
        compared = "one query by hand, same 53 columns; by turns, median of the pairs' ratios"
        return [as_ratio("sql", "hand-written DuckDB SQL", ours, theirs, ratio, "at most 1.5 ×", compared)]

    def against_pandas(self) -> list[Ratio]:
        """The same in pandas, plain and tuned."""
        home = self.lake(EVENTS // MILLION)
        ours = [self.answer("ours.py", home)["seconds"]]
        plain = self.answer("by_pandas.py", home)["seconds"]
        self.same("ours", "by_pandas")
        tuned = self.answer("by_pandas.py", home, "tuned")["seconds"]
        self.same("ours", "by_pandas")
        ours.append(self.answer("ours.py", home)["seconds"])
        mean = statistics.mean(ours)
        words = "read_parquet with the needed columns, text as text, a groupby a window"
        careful = "text as categories, decimals and dates converted by Arrow first"
        return [
            as_ratio("pandas", "plain pandas", ours, [plain], plain / mean, "at least 5 ×", words),
            as_ratio("pandas", "tuned pandas", ours, [tuned], tuned / mean, "", careful),
        ]

    def against_feast(self) -> list[Ratio]:
        """The join that Feast's file store can do: the newest row of every firm as of the day."""
        python = self._environment_of_feast()
        home, table = self.lake(EVENTS // MILLION), self.place / "known.parquet"
        run(sys.executable, "known_table.py", home, str(table))
        ours = [self.answer("ours_newest.py", home)["seconds"]]
        theirs = self.answer("by_feast.py", str(table), python=python)["seconds"]
        self.same("ours_newest", "by_feast")
        ours += [self.answer("ours_newest.py", home)["seconds"] for _ in range(RUNS - 1)]
        compared = (
            "three values of the newest row of each firm; ours from the lake with its corrections, "
            "Feast from a table in which they were resolved beforehand"
        )
        ratio = theirs / statistics.median(ours)
        return [as_ratio("feast", f"{FEAST}, file store", ours, [theirs], ratio, "faster", compared)]

    def _environment_of_feast(self) -> str:
        """The interpreter of an environment with Feast, which wants an older pandas.

        Raises:
            FailedError: It could not be made.
        """
        folder = self.place / "feast"
        python = str(folder / "bin" / "python")
        made = subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, check=False)
        wanted = [python, "-m", "pip", "install", "--quiet", FEAST]
        installed = made.returncode or subprocess.run(wanted, capture_output=True, check=False).returncode
        if installed:
            raise FailedError(f"{FEAST}: not compared, no package index could be reached")
        return python

    def scale(self) -> list[Size]:
        """All invoice features of lakes of growing size, in bounded memory."""
        return [self._size(million) for million in SCALE]

    def _size(self, million: int) -> Size:
        took = self.answer("ours.py", self.lake(million), MEMORY)
        seconds = took["seconds"]
        each = round(seconds / million, 2)
        return Size(million, took["rows"], round(seconds, 1), each, round(took["gigabytes"], 2))


def run(python: str, script: str, *words: str) -> str:
    """Run a script of the rivals' folder; what it printed.

    Raises:
        FailedError: It failed, or took too long.
    """
    try:
        done = subprocess.run(
            [python, str(RIVALS / script), *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise FailedError(f"{script}: {(error.stderr.strip().splitlines() or ['failed'])[-1]}") from error
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"{script}: not done after {PATIENCE_SECONDS} s") from error
    return done.stdout


def unlike(one: pd.Series, other: pd.Series) -> pd.Series:
    """Where two columns differ by more than rounding, or one is missing and the other is not."""
    if not pd.api.types.is_numeric_dtype(one):
        return one.astype("str") != other.astype("str")
    far = (one - other).abs() > CLOSE * np.maximum(one.abs(), other.abs())
    return far | (one.isna() != other.isna())


def as_ratio(
    part: str, name: str, ours: list[float], theirs: list[float], ratio: float, bound: str, compared: str
) -> Ratio:
    """A ratio with whether it kept its bound."""
    kept = {"at most 1.5 ×": ratio <= 1.5, "at least 5 ×": ratio >= 5, "faster": ratio > 1}  # noqa: PLR2004 - as they say
    return Ratio(
        part, name, _round(ours), _round(theirs), round(ratio, 2), bound, kept.get(bound, True), compared
    )


def _round(seconds: list[float]) -> list[float]:
    return [round(one, 1) for one in seconds]


def as_markdown(ratios: list[Ratio], sizes: list[Size], failed: list[str], load: float) -> str:
    """The results as tables."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Invoice features",
        "",
        f"Measured by `make bench-features` on {machine}; load {load:.1f}.",
        "",
    ]
    lines += [
        f"All 53 invoice features of {EVENTS // EVENTS_A_FIRM:,} firms as of one day, over {EVENTS:,}",
        "invoices of 36 months, of which 1.2 % were corrected or withdrawn. Every rival",
        "gave equal values before it was timed.",
        "",
        "| against | ours, s | theirs, s | ratio | owed | kept | compared |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in ratios:
        ours, theirs = (", ".join(map(str, side)) for side in (one.ours_seconds, one.theirs_seconds))
        told = (one.name, ours, theirs, one.ratio, one.bound or "–", _yes(one), one.compared)
        lines.append(f"| {' | '.join(map(str, told))} |")
    lines += [*(f"\n{one}" for one in failed), ""]
    lines += ["The ratio to SQL is our time over theirs; to the others, their time over ours.", ""]
    return "\n".join([*lines, *_of_sizes(sizes)])


def _of_sizes(sizes: list[Size]) -> list[str]:
    if not sizes:
        return []
    rows = [f"| {' | '.join(str(value) for value in asdict(size).values())} |" for size in sizes]
    head = "| million events | firms | seconds | seconds a million | peak GB |"
    return [f"With `--memory-limit {MEMORY}`:", "", head, "|---|---|---|---|---|", *rows, ""]


def _yes(one: Ratio) -> str:
    return "–" if not one.bound else "yes" if one.kept else "**no**"


def kept_before(chosen: list[str]) -> tuple[list[Ratio], list[Size]]:
    """What an earlier run found and this one does not measure."""
    path = HERE / "feature_engine.json"
    before = json.loads(path.read_text()) if path.exists() else {"ratios": [], "scale": []}
    ratios = [Ratio(**one) for one in before["ratios"] if one["part"] not in chosen]
    sizes = [] if "scale" in chosen else [Size(**one) for one in before["scale"]]
    return ratios, sizes


def main() -> None:
    """Measure what the command line names, or all; what it does not name stays as it was found before."""
    load = os.getloadavg()[0]
    chosen = sys.argv[1:] or ["sql", "pandas", "feast", "scale"]
    ratios, sizes = kept_before(chosen)
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place))
        rivals = {"sql": bench.against_sql, "pandas": bench.against_pandas, "feast": bench.against_feast}
        for name in [one for one in rivals if one in chosen]:
            try:
                ratios += rivals[name]()
            except FailedError as reason:
                failed.append(str(reason))
        sizes = bench.scale() if "scale" in chosen else sizes
    ratios.sort(key=lambda one: list(rivals).index(one.part))
    told = as_markdown(ratios, sizes, failed, load)
    result = {"load": load, "ratios": [asdict(one) for one in ratios], "failed": failed}
    result["scale"] = [asdict(size) for size in sizes]
    (HERE / "feature_engine.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    (HERE / "feature_engine.md").write_text(told)
    print(told)


if __name__ == "__main__":
    main()
