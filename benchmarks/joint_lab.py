"""The joint lab: aligning lists, what pooling and splitting are worth on a fresh city, what attacks find.

    python benchmarks/joint_lab.py [alignment] [private] [city]

Every measurement is a process of its own. What a run does not name stays as it was found before. The city's
seed is one on which nothing was tuned; it takes some ten minutes of a processor.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

HERE = Path(__file__).resolve().parent
PARTS = HERE / "joint_lab_parts"
KEPT = HERE / "joint_lab.json"
SEED = 1
FIRMS, PRIVATE_FIRMS = 300_000, 50_000
CITY = (10_000, 60, 2027)
"""Firms, months and seed. The banks' columns were tuned on seed 8; 7 is the demo's."""
SCRIPTS = {
    "alignment": ("alignment.py", FIRMS, SEED),
    "private": ("private_sets.py", PRIVATE_FIRMS, SEED),
    "city": ("on_a_city.py", *CITY),
}
SECONDS_BOUND = {"alignment": 15.0, "private": 60.0}
LIFT_BOUND, RECOVERED_BOUND, BY_HEART_BOUND = 0.05, 0.75, 0.9
PATIENCE_SECONDS = 7200
WIDTH = 105
Found = dict[str, Any]


def run(script: str, *words: int) -> Found:
    """What a script said last, or why it failed; how busy the machine was before."""
    given = [sys.executable, str(PARTS / script), *map(str, words)]
    load = os.getloadavg()[0]
    try:
        done = subprocess.run(given, stdout=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        return {"failed": f"{script} ended with {error.returncode}"}
    except subprocess.TimeoutExpired:
        return {"failed": f"{script} took more than {PATIENCE_SECONDS} s"}
    found: Found = json.loads(done.stdout.strip().splitlines()[-1])
    return {"load": load} | found


def as_markdown(found: Found) -> str:
    """The figures as tables."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Joint lab",
            "",
            f"Measured by `make bench-lab` on {machine}; in brackets 95 % intervals.",
            "Seconds are a processor's: with a core to itself the work takes as long by the clock.",
            "",
            _row("figure", "found", "owed", "kept"),
            _row(*["---"] * 4),
            *_of_alignment(found),
            *_of_promises(found.get("city", {})),
            "",
            *_of_city(found.get("city", {})),
        ]
    )


def _of_alignment(found: Found) -> Iterator[str]:
    names = {"alignment": "keyed ids and alignment", "private": "private intersection, both sides"}
    for name, words in names.items():
        one, bound = found.get(name, {"failed": "not measured"}), SECONDS_BOUND[name]
        if "failed" in one:
            yield _row(words, one["failed"], f"{bound:.0f} s", "**no**")
            continue
        used = one["processor_seconds"]
        firms = f"{words}, {one['firms']:,} × {one['firms']:,} firms"
        told = f"{used:.1f} s ({one['seconds']:.1f} s by the clock, load {one['load']:.1f})"
        yield _row(firms, told, f"{bound:.0f} s", _yes(one["right"] and used <= bound))


def _of_promises(city: Found) -> Iterator[str]:
    if "uplift" not in city:
        yield _row("pooling, splitting, attacks", city.get("failed", "not measured"), "–", "**no**")
        return
    lift = _gain(city, "pooled", "bank")
    owed = f"{LIFT_BOUND:+.2f}"
    yield _row("AUC: pooled over the bank alone", _signed(lift), owed, _yes(lift[0] >= LIFT_BOUND))
    for name, one in city["splits"].items():
        kept = one["recovered"]
        told = f"{kept[0]:.0%} [{kept[1]:.0%}, {kept[2]:.0%}]"
        words = f"share of that lift recovered by the split: {name}"
        yield _row(words, told, f"{RECOVERED_BOUND:.0%}", _yes(kept[0] >= RECOVERED_BOUND))
    yield from _of_attackers(city["attacks"])


def _of_attackers(attacks: Found) -> Iterator[str]:
    """What the strongest attack of either kind found, by export; of columns chance is left out."""
    most = attacks["at_most"]
    for name, found in attacks["exports"].items():
        auc = _strongest(found, "membership")
        yield _row(f"AUC of attacks on members: {name}", _plain(auc), f"≤ {most}", _yes(auc[0] <= most))
        auc = _strongest(found, "attribute")
        words = f"AUC gained by attacks on columns: {name}"
        yield _row(words, _plain(auc), f"lower end ≤ {most}", _yes(auc[1] <= most))
    auc = _strongest(attacks["by_heart"]["attacks"], "membership")
    words = "AUC of attacks on members: a model that knows its loans by heart"
    yield _row(words, _plain(auc), f"> {BY_HEART_BOUND}", _yes(auc[0] > BY_HEART_BOUND))


def _of_city(city: Found) -> list[str]:
    if "uplift" not in city:
        return []
    made, taught, uplift = city["city"], city["training"], city["uplift"]
    first, last = city["test_period"]
    lines = [
        _paragraph(
            f"The city: {made['entities']:,} firms, {made['months']} months, seed {made['seed']},",
            f"on which nothing was tuned. {taught['loans']:,} loans of {len(city['banks'])} banks to learn",
            f"from ({taught['bads']:,} bad), {city['columns']['platform']} columns of the platform and",
            f"{city['columns']['bank']} of the banks; judged on {uplift['loans']:,} later loans",
            f"({uplift['bads']:,} bad) of {first} to {last}, each by a model that knew neither its time nor",
            "its firm. Candidates learn from both banks' loans; of a split, the bank's half from its own",
            "bank's alone.",
        ),
        "",
        _row("columns", "AUC", "KS", "lift of the worst tenth", "predicted / observed"),
        _row(*["---"] * 5),
    ]
    lines += [
        _row(one["columns"], *(_plain(one[name], 3 if name == "auc" else 2) for name in _FIGURES))
        for one in uplift["candidates"]
    ]
    lines += [_row(f"split: {name}", _plain(one["auc"]), "", "", "") for name, one in city["splits"].items()]
    lines += [
        "",
        _row("difference of AUC on the same loans", "found"),
        _row(*["---"] * 2),
        *(_row(f"{one['one']} over {one['other']}", _signed(one["auc"])) for one in uplift["gains"]),
        *(
            _row(f"split, {name}, over the bank alone", _signed(one["over_bank"]))
            for name, one in city["splits"].items()
        ),
        *(
            _row(f"pooled over the split, {name}", _signed(one["short_of_pooled"]))
            for name, one in city["splits"].items()
        ),
        "",
        *_of_attacks(city["attacks"]),
    ]
    return lines


def _of_attacks(attacks: Found) -> list[str]:
    lines = [
        _paragraph(
            f"Attacks: {attacks['members']:,} loans were learnt from, {attacks['others']:,} of other firms",
            "and the same period were not; the attacker's own model knows",
            f"{attacks['reference']:,} more. Of a column only what is found of loans learnt from beyond",
            "others counts; lines in brackets are told beside. The model that knows by heart learnt",
            f"{attacks['by_heart']['members']:,} of these loans, as many good as bad.",
        ),
        "",
        _row("export", "attack", "AUC"),
        _row(*["---"] * 3),
    ]
    told = attacks["exports"] | {"known by heart": attacks["by_heart"]["attacks"]}
    for name, found in told.items():
        for one in found:
            word = one["name"].replace("_", " ")
            auc = _plain([one["auc"][end] for end in ("value", "low", "high")])
            lines.append(_row(name, word if one["gates"] else f"({word})", auc))
    return [*lines, ""]


_FIGURES = ("auc", "ks", "lift_10", "calibration")


def _gain(city: Found, one: str, other: str) -> list[float]:
    gains = city["uplift"]["gains"]
    return next(gain["auc"] for gain in gains if (gain["one"], gain["other"]) == (one, other))


def _strongest(found: list[Found], kind: str) -> list[float]:
    """The attack of a kind that came furthest; of columns the one that certainly did."""
    end = "low" if kind == "attribute" else "value"
    counted = (one["auc"] for one in found if one["gates"] and one["name"].startswith(kind))
    auc = max(counted, key=lambda one: one[end])
    return [auc["value"], auc["low"], auc["high"]]


def _paragraph(*parts: str) -> str:
    return fill(" ".join(parts), WIDTH)


def _plain(figure: list[float], digits: int = 3) -> str:
    value, low, high = (f"{one:.{digits}f}" for one in figure)
    return f"{value} [{low}, {high}]"


def _signed(figure: list[float]) -> str:
    value, low, high = (f"{one:+.3f}" for one in figure)
    return f"{value} [{low}, {high}]"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _yes(kept: bool) -> str:  # noqa: FBT001 - a word for it
    return "yes" if kept else "**no**"


def main() -> None:
    """Measure, keep the results beside this script, and print them."""
    found: Found = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    for name in sys.argv[1:] or SCRIPTS:
        found[name] = run(*SCRIPTS[name])
        KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        KEPT.with_suffix(".md").write_text(as_markdown(found), "utf-8")
    print(as_markdown(found))


if __name__ == "__main__":
    main()
