"""The credit model and the scorecard against their rivals: ranking, calibration, cost of fitting, reasons.

    python benchmarks/credit_models.py [quality [MODEL …]] [fit] [reasons]

Every measurement is a process of its own; CatBoost and EBM live in an environment made for them, which is
kept in `var/`. What a run does not name stays as it was found before, single models too. Quality takes hours:
each pass is written down as it comes, and an interrupted run goes on where it stopped. Only ratios within one
run mean anything on a shared machine.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from model_rivals.compared import NAMES, quality_lines, yes

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "model_rivals"
KEPT = HERE / "credit_models.json"
PEERS_PLACE = HERE.parent / "var" / "model-peers"
PEERS = (
    "catboost==1.2.10",
    "interpret-core==0.7.8",
    "scikit-learn==1.9.1",
    "pandas==3.1.1",
    "pyarrow==25.0.0",
)
ELSEWHERE = ("catboost", "ebm")
FIRST_SEED = 100
PASSES = {"german_credit": 5, "cumcm2020c": 5, "hmeq": 2, "polish_bankruptcy": 2}
"""Passes of five folds; the fewer firms, the more passes a mean needs."""
SLOW = {"tuned": ("german_credit", "cumcm2020c"), "ebm": tuple(PASSES)}
"""What takes minutes a fold, or more, and where it is tried all the same, on the first pass alone."""
RUNS = 5
FIT_BOUND = 1.3
PATIENCE_SECONDS = 7200
Found = dict[str, Any]


class FailedError(Exception):
    """A model that could not be run, and why."""


def run(python: str, script: str, *words: str) -> Found:
    """What a script of the rivals' folder said last.

    Raises:
        FailedError: It failed, or took too long.
    """
    given = [python, str(RIVALS / script), *words]
    try:
        done = subprocess.run(
            given,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_SECONDS,
            env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        )
    except subprocess.CalledProcessError as error:
        raise FailedError((error.stderr.strip().splitlines() or ["failed"])[-1]) from error
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"not done after {PATIENCE_SECONDS} s") from error
    told: Found = json.loads((done.stdout.strip().splitlines() or ["{}"])[-1])
    return told


def environment_of_peers() -> str:
    """The interpreter of an environment with the peers, made once.

    Raises:
        FailedError: It could not be made.
    """
    python, note = str(PEERS_PLACE / "bin" / "python"), PEERS_PLACE / "holds.txt"
    if note.exists() and note.read_text("utf-8").split() == list(PEERS):
        return python
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(PEERS_PLACE)], capture_output=True, check=False
    )
    wanted = [python, "-m", "pip", "install", "--quiet", *PEERS]
    if made.returncode or subprocess.run(wanted, capture_output=True, check=False).returncode:
        raise FailedError(f"{', '.join(PEERS)}: not installed, no package index could be reached")
    note.write_text("\n".join(PEERS), "utf-8")
    return python


def tables(place: Path) -> list[Path]:
    """The tables that could be read."""
    subprocess.run([sys.executable, str(RIVALS / "tables.py"), str(place)], check=True, capture_output=True,
                   env=os.environ | {"PYTHONPATH": str(HERE.parent)})  # fmt: skip
    return sorted(place.glob("*.parquet"))


def quality(place: Path, result: Found, models: Sequence[str]) -> None:
    """Passes of these models on every table; those of an interrupted run are not made again."""
    again = () if result.get("unfinished") else models
    kept = [one for one in result.get("quality", []) if one["model"] not in again and "failed" not in one]
    result |= {"quality": kept, "unfinished": True}
    made = {(one["table"], one["model"], one["seed"]) for one in kept}
    paths = {path.stem: path for path in tables(place)}
    for table, model, seed in _wanted(paths, models):
        if (table, model, seed) not in made:
            found = {"table": table, "model": model, "seed": seed} | _pass(model, paths[table], seed)
            kept.append(found)
            print(found["table"], model, seed, found.get("auc", found.get("failed")), flush=True)
            write(result)
    result["unfinished"] = False


def _wanted(paths: Found, models: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """One pass of everything, then the next, what is slow at last: a run may be stopped at any time."""
    for number in range(max(PASSES.values())):
        for table in (table for table in paths if number < PASSES[table]):
            yield from ((table, model, FIRST_SEED + number) for model in models if model not in SLOW)
    for model in (model for model in SLOW if model in models):
        yield from ((table, model, FIRST_SEED) for table in paths if table in SLOW[model])


def _pass(model: str, path: Path, seed: int) -> Found:
    try:
        python = environment_of_peers() if model in ELSEWHERE else sys.executable
        return run(python, "peers.py", model, str(path), str(seed))
    except FailedError as reason:
        return {"failed": str(reason)}


def fit(place: Path) -> list[Found]:
    """What fitting costs."""
    return [_fit_on(path) for path in tables(place)]


def _fit_on(path: Path) -> Found:
    try:
        told = run(sys.executable, "fit_cost.py", str(path), str(RUNS))
    except FailedError as reason:
        return {"table": path.stem, "failed": str(reason)}
    pairs = zip(told["ours"], told["theirs"], strict=True)
    ratio = statistics.median(one / other for one, other in pairs)
    return {"table": path.stem, "ratio": ratio, "kept": ratio <= FIT_BOUND} | told


def reasons(_place: Path) -> list[Found]:
    """Reasons for many firms, and for one."""
    try:
        return [run(sys.executable, "reasons.py")]
    except FailedError as reason:
        return [{"failed": str(reason)}]


def as_markdown(result: Found) -> str:
    """The results as tables."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Credit models",
        "",
        f"Measured by `make bench-models` on {machine}; load {result['load']:.1f}.",
        "",
    ]
    lines += quality_lines(result.get("quality", [])) + _of_fit(result.get("fit", []))
    if result.get("reasons"):
        told = result["reasons"][0]
        lines += ["## Reasons", "", *(f"- {name}: {value}" for name, value in told.items()), ""]
    return "\n".join(lines)


def _of_fit(found: list[Found]) -> list[str]:
    if not found:
        return []
    lines = [
        "## Cost of fitting",
        "",
        "`CreditModel.fit`, calibration included, over one bare `lightgbm.train` of as many trees of like",
        f"shapes; median of {RUNS} pairs. The last column is one firm's probability with Shapley values.",
        "",
        "| table | trees | ratio | at most 1.3 | ms a firm |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        if "failed" in one:
            lines.append(f"| {one['table']} | not measured: {one['failed']} | | | |")
        else:
            told = (one["trees"], f"{one['ratio']:.2f}", yes(one["kept"]), f"{one['milliseconds']:.2f}")
            lines.append(f"| {one['table']} | {' | '.join(map(str, told))} |")
    return [*lines, ""]


def write(result: Found) -> None:
    """Keep the results as JSON, and as tables for readers."""
    KEPT.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    KEPT.with_suffix(".md").write_text(as_markdown(result), "utf-8")


def main() -> None:
    """Measure what the command line names, or all; what it does not name stays as it was found before."""
    words = sys.argv[1:]
    parts = [word for word in words if word not in NAMES] or ["quality", "fit", "reasons"]
    models = [word for word in words if word in NAMES] or list(NAMES)
    result = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    result["load"] = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            place = Path(folder) / part
            place.mkdir()
            if part == "quality":
                quality(place, result, models)
            else:
                result[part] = {"fit": fit, "reasons": reasons}[part](place)
            write(result)
    print(as_markdown(result))


if __name__ == "__main__":
    main()
