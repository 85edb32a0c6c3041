"""The measures for one firm and for a table of firms, and both against ZEN on an equivalent decision.

    python benchmarks/policy.py

Every measurement is a process of its own; ZEN lives in an environment made for it, which is kept in `var/`.
Answers are compared before any ratio is told. Only ratios within one run mean anything on a shared machine.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
RIVALS = HERE / "policy_rivals"
KEPT = HERE / "policy.json"
ZEN_PLACE = HERE.parent / "var" / "zen-peer"
ZEN = "zen-engine==2.1.3"
FIRMS = 300_000
GUARANTEES = 20_000
P99_BOUND_MS = 1.0
WHAT_IF_BOUND_MS = 2.0
FIRMS_BOUND = 500_000
HALF_A_FEN = Decimal("0.005001")
PATIENCE_SECONDS = 1800
Found = dict[str, Any]


class FailedError(Exception):
    """What could not be run, or answered differently, and why."""


def run(python: str, script: str, *words: str) -> Found:
    """What a script of the rivals' folder said last.

    Raises:
        FailedError: It failed, or took too long.
    """
    given = [python, str(RIVALS / script), *words]
    try:
        done = subprocess.run(given, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FailedError(f"{script}: took more than {PATIENCE_SECONDS} s") from error
    if done.returncode:
        raise FailedError(f"{script}: {done.stderr.strip().splitlines()[-1:]}")
    found: Found = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def zen_python() -> str:
    """The interpreter of ZEN's environment, made once."""
    python = ZEN_PLACE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ZEN_PLACE)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ZEN]
        subprocess.run(install, check=True)
    return str(python)


def rows_for(place: Path) -> None:
    """The guarantees that all are asked about, as Parquet for us and as JSON for ZEN."""
    sys.path[0] = str(RIVALS)  # in place of this folder, whose scripts may be named like packages
    from firms import guarantees

    table = guarantees(GUARANTEES)
    pq.write_table(table, place / "guarantees.parquet")
    rows = [
        {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        for row in table.to_pylist()
    ]
    (place / "guarantees.json").write_text(json.dumps(rows))


def must_agree(place: Path) -> None:
    """Compare every answer: results alike, the largest fee to the fen.

    Raises:
        FailedError: An answer differs; the message names the row.
    """
    one, many, zen = (json.loads((place / f"{name}.json").read_text()) for name in ("one", "many", "zen"))
    for row, (alone, columns, other) in enumerate(zip(one, many, zen, strict=True)):
        fee, others_fee = (Decimal(str(answer[1] or 0)) for answer in (alone, other))
        if alone != columns or alone[0] != other[0] or abs(fee - others_fee) > HALF_A_FEN:
            raise FailedError(f"row {row}: one by one {alone}, as a table {columns}, ZEN {other}")


def measured(place: Path) -> Found:
    """Every figure, ours and ZEN's, by their names."""
    rows_for(place)
    parquet, texts = str(place / "guarantees.parquet"), str(place / "guarantees.json")
    one = run(sys.executable, "one_firm.py", parquet, str(place / "one.json"))
    many = run(sys.executable, "many_firms.py", str(FIRMS), parquet, str(place / "many.json"))
    zen = run(zen_python(), "by_zen.py", texts, str(place / "zen.json"))
    must_agree(place)
    theirs = zen["guarantees_a_second"]
    return {
        "load": os.getloadavg()[0],
        "one_firm": one | {"kept": one["p99_ms"] <= P99_BOUND_MS},
        "table": many | {"kept": many["firms_a_second"] >= FIRMS_BOUND},
        "zen": zen,
        "ratio_one_by_one": one["guarantees_a_second"] / theirs,
        "ratio_as_a_table": many["guarantees_a_second"] / theirs,
    }


def as_markdown(found: Found) -> str:
    """The figures as tables."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join(
        [
            "# Measures",
            "",
            f"Measured by `make bench-policy` on {machine}; load {found['load']:.1f}.",
            "",
            *_of_promises(found["one_firm"], found["table"]),
            "",
            f"Measure 6 for {GUARANTEES:,} guarantees, all of whose facts are known, against {ZEN}: there a",
            "decision table and an expression. All three gave the same results, and the same largest fee to",
            "the fen; ours gave also each clause, the other amounts and what they rest on.",
            "",
            *_of_rivals(found),
            "",
        ]
    )


def _of_promises(one: Found, many: Found) -> list[str]:
    milliseconds = f"{one['p99_ms']:.2f} ms ({one['median_ms']:.2f} ms)"
    by_core = f"{many['firms_a_processor_second']:,.0f} firms/s"
    return [
        _row("figure", "found", "owed", "kept"),
        _row(*["---"] * 4),
        _row(f"{one['measures']} measures for one firm, p99 (median)", milliseconds, "1 ms", _yes(one)),
        *_of_what_if(one),
        _row(
            f"a table of {many['firms']:,} firms, {many['columns']} columns of findings",
            f"{many['firms_a_second']:,.0f} firms/s",
            f"{FIRMS_BOUND:,}",
            _yes(many),
        ),
        _row("the same by a second of one processor", by_core, "–", "–"),
    ]


def _of_what_if(one: Found) -> list[str]:
    """Processor time for what would change each finding, the findings there already."""
    rows = []
    for name, who in (("what_if", "that firm"), ("what_if_half_known", "a firm, half of its facts known")):
        median, p99 = one[name]["median_ms"], one[name]["p99_ms"]
        kept = _yes({"kept": median <= WHAT_IF_BOUND_MS})
        told = f"what would change each finding of {who}, median (p99)"
        rows.append(_row(told, f"{median:.2f} ms ({p99:.2f} ms)", f"{WHAT_IF_BOUND_MS:.0f} ms", kept))
    return rows


def _of_rivals(found: Found) -> list[str]:
    one, many = found["ratio_one_by_one"], found["ratio_as_a_table"]
    paces = [found[name]["guarantees_a_second"] for name in ("one_firm", "table", "zen")]
    return [
        _row("", "guarantees/s", "times ZEN"),
        _row(*["---"] * 3),
        _row("one by one, facts read and checked", f"{paces[0]:,.0f}", f"{one:.1f}"),
        _row("as a table", f"{paces[1]:,.0f}", f"{many:.1f}"),
        _row("ZEN, one by one", f"{paces[2]:,.0f}", "1.0"),
    ]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _yes(figure: Found) -> str:
    return "yes" if figure["kept"] else "**no**"


def main() -> None:
    """Measure, keep the results beside this script, and print them."""
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder))
    KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    KEPT.with_suffix(".md").write_text(as_markdown(found), "utf-8")
    print(as_markdown(found))


if __name__ == "__main__":
    main()
