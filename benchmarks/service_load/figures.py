"""The figures of the service as tables: found, owed, kept."""

from typing import Any

ONE_P99_MS, MANY_P99_MS = 15.0, 60.0
A_SECOND = {"sqlite": 400.0, "postgresql": 250.0}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
START_SECONDS = 5.0
SCORE_P99_MS, SCORE_TIMES = 5.0, 10.0
FLAT_SHARE = 0.05
Found = dict[str, Any]


def as_markdown(found: Found) -> str:
    """All figures."""
    lines = [
        "# Service",
        "",
        f"Measured by `make bench-serving` on {found['machine']}, {found['measured']}; load of the machine",
        f"before it: {_loads(found)}. The questions come from a second process on the same cores.",
        "",
        _row("figure", "found", "owed", "kept"),
        _row(*["---"] * 4),
        *(line for name in ("sqlite", "postgresql") if name in found for line in _of_answers(found, name)),
        *_of_scores(found["score"]),
        *(_of_soak(found["soak"]) if "soak" in found else []),
        "",
        *_beside(found),
    ]
    return "\n".join(lines) + "\n"


def _loads(found: Found) -> str:
    names = NAMES | {"score": "score only"}
    return ", ".join(f"{title} {found[name]['load_before']:.1f}" for name, title in names.items())


def _of_answers(found: Found, name: str) -> list[str]:
    told, title, least = found[name], NAMES[name], A_SECOND[name]
    one, many, audit = told["one"], told["many"], told["audit"]
    return [
        _figure(f"{title}: start until ready", f"{told['start_s']:.1f} s", f"{START_SECONDS:.0f} s",
                told["start_s"] <= START_SECONDS),
        _figure(f"{title}: full answer, one connection, p99 (median)", _times(one), f"{ONE_P99_MS:.0f} ms",
                one["p99_ms"] <= ONE_P99_MS and not one["faults"]),
        _figure(f"{title}: full answers, {many['connections']} connections", f"{many['a_second']:.0f}/s",
                f"{least:.0f}/s", many["a_second"] >= least and not many["faults"]),
        _figure(f"{title}: the same, p99 (median)", _times(many), f"{MANY_P99_MS:.0f} ms",
                many["p99_ms"] <= MANY_P99_MS),
        *_of_processors(found, name, many, f"{title}: the same"),
        *(_of_new(found, name) if "new" in told else []),
        _audit(title, audit),
    ]  # fmt: skip


def _of_new(found: Found, name: str) -> list[str]:
    """No two questions alike: nothing of the loan can be remembered."""
    new, title = found[name]["new"], NAMES[name]
    speed = f"{new['a_second']:.0f}/s, {_times(new)}"
    return [
        _row(
            f"{title}: no two questions alike, {new['connections']} connections, p99 (median)",
            speed,
            "–",
            "–",
        ),
        *_of_processors(found, name, new, f"{title}: no two questions alike"),
    ]


def _of_processors(found: Found, name: str, told: Found, title: str) -> list[str]:
    """What an answer costs, and what other programs left of the machine meanwhile."""
    whose = "service and database" if name == "postgresql" else "service"
    cost = f"{told['service_ms_an_answer']:.1f} ms"
    lines = [_row(f"{title}, processor time of the {whose} an answer", cost, "–", "–")]
    if "cores_of_others" in told:
        every = told["service_ms_an_answer"] + told["own_us_a_request"] / 1000
        share = f"{told['cores_of_others']:.1f} of {found['cores']} cores"
        lines.append(_row(f"{title}, taken by other programs meanwhile", share, "–", "–"))
        most = f"{1000 * found['cores'] / every:.0f}/s"
        lines.append(_row(f"{title}, the most that the cores alone could give at that cost", most, "–", "–"))
    return lines


def _audit(title: str, audit: Found) -> str:
    lost = "every answer in it" if not audit["missing"] else f"{audit['missing']} answers missing"
    told = f"{audit['rows']:,} rows, {'whole' if audit['whole'] else 'BROKEN'}, {lost}"
    return _figure(f"{title}: audit log afterwards", told, "whole", audit["whole"] and not audit["missing"])


def _of_scores(score: Found) -> list[str]:
    ours, times = score["ours"], score["times"]
    keeps = times["many"] >= SCORE_TIMES and score["agreed"]
    return [
        _figure("score only, one connection, p99 (median)", _times(ours["one"]), f"{SCORE_P99_MS:.0f} ms",
                ours["one"]["p99_ms"] <= SCORE_P99_MS and not ours["one"]["faults"]),
        _figure(f"score only, {ours['many']['connections']} connections, times `mlflow models serve`",
                f"{times['many']:.1f}", f"{SCORE_TIMES:.0f}", keeps),
    ]  # fmt: skip


def _of_soak(soak: Found) -> list[str]:
    early, late = soak["memory_mb"]
    faults = sum(soak["faults"].values())
    when = " (an earlier run)" if soak.get("earlier") else ""
    return [
        _figure(f"{soak['minutes']:.0f} minutes at {soak['asked_a_second']:.0f}/s{when}: faults", str(faults),
                "0", not faults),
        _figure("memory, second quarter and last", f"{early:.0f} MB, {late:.0f} MB",
                f"± {FLAT_SHARE:.0%}", abs(late / early - 1) <= FLAT_SHARE),
        _audit("after it", soak["audit"]),
    ]  # fmt: skip


def _beside(found: Found) -> list[str]:
    score = found["score"]
    agreed = "gave the same numbers to the bit" if score["agreed"] else "DID NOT AGREE"
    lines = [
        "One row of the champion's features as JSON, one worker process each; both servers",
        f"{agreed}:",
        "",
        _row("", "one connection", "p99 (median)", "many connections", "p99 (median)"),
        _row(*["---"] * 5),
    ]
    for name, title in (
        ("ours", "`POST /invocations`, with its account and log"),
        ("mlflow", "`mlflow models serve`"),
    ):
        one, many = score[name]["one"], score[name]["many"]
        lines.append(
            _row(title, f"{one['a_second']:.0f}/s", _times(one), f"{many['a_second']:.0f}/s", _times(many))
        )
    return lines


def _times(told: Found) -> str:
    return f"{told['p99_ms']:.1f} ms ({told['p50_ms']:.1f} ms)"


def _figure(name: str, found: str, owed: str, kept: bool) -> str:  # noqa: FBT001 - the last cell
    return _row(name, found, owed, "yes" if kept else "**no**")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
