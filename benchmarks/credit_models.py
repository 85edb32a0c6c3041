"""The credit model and the scorecard against their rivals: ranking, calibration, cost of fitting, reasons.

    python benchmarks/credit_models.py [quality] [fit] [reasons]

Every measurement is a process of its own; CatBoost and EBM live in an environment made for them.
What a run does not name stays as it was found before.
Only ratios within one run mean anything on a shared machine.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from models.metrics import over_repeats

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "model_rivals"
REPEATS = 3
RUNS = 5
PEERS = (
    "catboost==1.2.10",
    "interpret-core==0.7.8",
    "scikit-learn==1.9.1",
    "pandas==3.1.1",
    "pyarrow==25.0.0",
)
ELSEWHERE = ("catboost", "ebm")
BOOSTED = ("lightgbm", "catboost", "ebm")
MODELS = ("ours", *BOOSTED, "scorecard", "logistic", "optbinning")
NAMES = {
    "ours": "**CreditModel**",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "ebm": "EBM",
    "scorecard": "**WoeScorecard**",
    "logistic": "logistic, quantiles",
    "optbinning": "optbinning + logistic",
}
WITHIN, FIT_BOUND, CALIBRATED = 0.002, 1.3, (0.9, 1.1)
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


def environment_of_peers(place: Path) -> str:
    """The interpreter of an environment with the peers.

    Raises:
        FailedError: It could not be made.
    """
    python = str(place / "peers" / "bin" / "python")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(place / "peers")], capture_output=True, check=False
    )
    wanted = [python, "-m", "pip", "install", "--quiet", *PEERS]
    if made.returncode or subprocess.run(wanted, capture_output=True, check=False).returncode:
        raise FailedError(f"{', '.join(PEERS)}: not installed, no package index could be reached")
    return python


def tables(place: Path) -> list[Path]:
    """The tables that could be read."""
    subprocess.run([sys.executable, str(RIVALS / "tables.py"), str(place)], check=True, capture_output=True,
                   env=os.environ | {"PYTHONPATH": str(HERE.parent)})  # fmt: skip
    return sorted(place.glob("*.parquet"))


def quality(place: Path) -> list[Found]:
    """Every model on every table."""
    elsewhere: str | FailedError
    try:
        elsewhere = environment_of_peers(place)
    except FailedError as reason:
        elsewhere = reason
    return [
        {"table": path.stem, "model": model} | _of(model, path, elsewhere)
        for path in tables(place)
        for model in MODELS
    ]


def _of(model: str, path: Path, elsewhere: str | FailedError) -> Found:
    try:
        if model in ELSEWHERE and isinstance(elsewhere, FailedError):
            raise elsewhere
        python = str(elsewhere) if model in ELSEWHERE else sys.executable
        told = run(python, "peers.py", model, str(path), str(REPEATS))
    except FailedError as reason:
        return {"failed": str(reason)}
    figure = over_repeats(told["auc"], REPEATS)
    print(f"{path.stem} {model}: AUC {figure}, {told['seconds']:.0f} s", flush=True)
    return {
        "auc": figure.value,
        "low": figure.low,
        "high": figure.high,
        "log_loss": statistics.mean(told["log_loss"]),
        "ratio": statistics.mean(told["ratio"]),
    }


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


PARTS = {"quality": quality, "fit": fit, "reasons": reasons}


def as_markdown(result: Found) -> str:
    """The results as tables."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Credit models",
        "",
        f"Measured by `make bench-models` on {machine}; load {result['load']:.1f}.",
        "",
    ]
    lines += _of_quality(result.get("quality", [])) + _of_fit(result.get("fit", []))
    if result.get("reasons"):
        told = result["reasons"][0]
        lines += ["## Reasons", "", *(f"- {name}: {value}" for name, value in told.items()), ""]
    return "\n".join(lines)


def _of_quality(found: list[Found]) -> list[str]:
    if not found:
        return []
    lines = [
        "## Quality",
        "",
        f"Default settings, {REPEATS} × 5-fold cross-validation on the same folds; AUC with 95 % interval",
        "(corrected for the folds' overlap), log-loss, predicted over observed rate of default.",
        "",
        "| table | model | AUC | log-loss | predicted / observed |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        head = f"| {one['table']} | {NAMES[one['model']]} |"
        if "failed" in one:
            lines.append(f"{head} not measured: {one['failed']} | | |")
            continue
        auc = f"{one['auc']:.4f} [{one['low']:.3f}, {one['high']:.3f}]"
        lines.append(f"{head} {auc} | {one['log_loss']:.4f} | {one['ratio']:.2f} |")
    return [*lines, "", *(_verdict(name, found) for name in sorted({one["table"] for one in found})), ""]


def _verdict(table: str, found: list[Found]) -> str:
    by_model = {one["model"]: one for one in found if one["table"] == table and "auc" in one}
    if "ours" not in by_model or not set(BOOSTED) & set(by_model):
        return f"- {table}: not compared"
    own = by_model["ours"]
    best = max((by_model[one] for one in BOOSTED if one in by_model), key=lambda one: one["auc"])
    gap = own["auc"] - best["auc"]
    fair = CALIBRATED[0] <= own["ratio"] <= CALIBRATED[1]
    return (
        f"- {table}: {gap:+.4f} to the best of the three ({NAMES[best['model']]}), "
        f"{_yes(gap >= -WITHIN)} within {WITHIN}; calibrated: {_yes(fair)}"
    )


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
            told = (one["trees"], f"{one['ratio']:.2f}", _yes(one["kept"]), f"{one['milliseconds']:.2f}")
            lines.append(f"| {one['table']} | {' | '.join(map(str, told))} |")
    return [*lines, ""]


def _yes(kept: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if kept else "**no**"


def main() -> None:
    """Measure what the command line names, or all; what it does not name stays as it was found before."""
    path = HERE / "credit_models.json"
    result = json.loads(path.read_text("utf-8")) if path.exists() else {}
    result["load"] = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or list(PARTS):
            place = Path(folder) / name
            place.mkdir()
            result[name] = PARTS[name](place)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (HERE / "credit_models.md").write_text(as_markdown(result), "utf-8")
    print(as_markdown(result))


if __name__ == "__main__":
    main()
