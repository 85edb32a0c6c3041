"""The figures as a page for people."""

from collections.abc import Iterator
from typing import Any

Found = dict[str, Any]
MOST_MONTHS, MOST_ALARMS, MOST_ERROR = 2, 1, 0.02


def as_markdown(found: Found) -> str:
    """Every part that was measured, the bound beside each figure."""
    size = found["cities"]
    lines = [
        "# Watching the model",
        "",
        f"{found['machine']}. Cities of {size['firms']:,} firms over {size['months']} months; champions of",
        "month 58; `make bench-monitor` measures this again. Each part names its day and the load of the",
        "machine when it began: times of a busy machine are upper bounds.",
        "",
    ]
    parts = {"troubles": _troubles, "quiet": _quiet, "concept": _concept, "large": _large, "walk": _walk}
    for name, write in parts.items():
        if name in found:
            lines += [*write(found), "", _measured(found[name]), ""]
        else:
            lines += [f"Part `{name}`: not measured yet.", ""]
    return "\n".join(lines)


def _measured(part: Found) -> str:
    when = (
        f"Measured {part['measured']}, {part['minutes_in_all']:.0f} minutes, load {part['load_before']:.1f}."
    )
    return " ".join([when, *([part["note"]] if "note" in part else [])])


def _troubles(found: Found) -> Iterator[str]:
    yield f"## Planted troubles: named within {MOST_MONTHS} months"
    yield ""
    yield "| trouble | begins | months until named | what the alert says |"
    yield "|---|---|---|---|"
    for name, told in found["troubles"].items():
        if not isinstance(told, dict):
            continue
        months = told["named_after_months"]
        said = told["as"]["what_en"] if months else told.get("failed", "")
        yield f"| {name} | {told['begins'][:7]} | {months or 'not named'} | {said} |"


def _quiet(found: Found) -> Iterator[str]:
    quiet = found["quiet"]
    yield "## Quiet cities"
    yield ""
    yield (
        f"{quiet['false']} false alarms (bound: at most {MOST_ALARMS}) among {quiet['count']} in"
        f" {quiet['months']} months of {len(quiet['alarms'])} cities; an alarm of calibration is right where"
        f" the city's oracle agrees. {quiet['processor_seconds_a_month']:.1f} processor seconds each."
    )
    yield ""
    for seed, alarms in quiet["alarms"].items():
        for one in alarms:
            judged = "right" if one["right"] else "false"
            yield f"- seed {seed}, {one['on']}, {judged}: {one['kind']}, {one['subject']}: {one['what_en']}"
    errors = [one["error"] for one in quiet["against_oracle"].values()]
    yield ""
    yield (
        "AUC expected from the probabilities, less the one that the oracle expects of the same scores:"
        f" {', '.join(f'{error:+.3f}' for error in errors)} (bound: {MOST_ERROR} either way)."
    )
    yield from _error("AUC estimated before labels, against the one that came", found.get("estimate_quiet"))


def _concept(found: Found) -> Iterator[str]:
    told = found["concept"]
    yield "## A shifted concept"
    yield ""
    when = f"told on {told['told_on']}, {told['told_after_months']:.0f} months later, when labels had matured"
    yield f"Begins {told['begins'][:7]}; {when if told['told_on'] else 'nobody was told'}."
    yield from _error("AUC estimated before labels, against the one that came", found.get("estimate_shifted"))


def _error(title: str, told: Found | None) -> Iterator[str]:
    if told is None:
        return
    yield ""
    if "mean_error" not in told:
        yield f"{title}: {told['cohorts']} cohorts had matured, too few to tell."
        return
    yield (
        f"{title}: mean error {told['mean_error']:+.3f} ({told['low']:+.3f} to {told['high']:+.3f}; bound"
        f" {MOST_ERROR}) over {told['cohorts']} cohorts with {told['bads']} bads; estimated"
        f" {told['estimated']:.3f}, came {told['truth']:.3f}; {told['failed']} cohorts told as failed."
    )


def _large(found: Found) -> Iterator[str]:
    told = found["large"]
    yield "## A month of many firms"
    yield ""
    yield (
        f"{told['firms']:,} firms, {told['features']} features, snapshot and earlier figures at hand:"
        f" {told['seconds']:.0f} s, {told['gigabytes']:.1f} GB (bounds: 60 s, 4 GB)."
    )
    if told["failed"]:
        yield f"Failed: {told['failed']}"


def _walk(found: Found) -> Iterator[str]:
    told = found["walk"]
    yield "## Walk-forward"
    yield ""
    yield (
        f"12 months of {told['firms']:,} firms, never and {', '.join(told['policies'])}:"
        f" {told['minutes']:.1f} minutes (bound: 15)."
    )
    if "failed" in told:
        yield f"Failed: {told['failed']}"
