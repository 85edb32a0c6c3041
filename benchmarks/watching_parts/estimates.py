"""How far the AUC expected before labels came was from the one that came, cohort by cohort."""

from math import sqrt
from statistics import fmean, stdev
from typing import Any

Found = dict[str, Any]
FEWEST = 2
"""Cohorts without which a mean has no interval."""


def errors(estimates: list[Found], since: str = "") -> list[Found]:
    """The cohorts whose truth has come, from one on."""
    return [one for one in estimates if one.get("error") is not None and one["cohort"] >= since]


def told(estimates: list[Found], since: str = "") -> Found:
    """Mean error with an interval, and how many cohorts failed.

    A cohort of a small city has some forty bads, and its own AUC moves by 0.03 either way; the mean over many
    cohorts tells whether the estimate is off.
    """
    known = errors(estimates, since)
    found = [one["error"] for one in known]
    if len(found) < FEWEST:
        return {"cohorts": len(found), "failed": sum(bool(one["failed"]) for one in known)}
    spread = 1.96 * stdev(found) / sqrt(len(found))
    return {
        "cohorts": len(found),
        "bads": sum(one["bads"] for one in known),
        "mean_error": fmean(found),
        "low": fmean(found) - spread,
        "high": fmean(found) + spread,
        "failed": sum(bool(one["failed"]) for one in known),
        "truth": fmean(one["truth"] for one in known),
        "estimated": fmean(one["estimated"] for one in known),
    }
