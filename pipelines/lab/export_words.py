"""What left the lab and what attacks found in it, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from pipelines.lab.ledger import Line
from pipelines.lab.report_words import Words


def said_in(noted: Mapping[str, Any], lang: str) -> dict[str, str]:
    """What an export is and how fine it tells; in English where nobody said it in Chinese.

    >>> said_in({"what": "report", "how_fine": "cells of 10", "zh": {"what": "报告"}}, "zh")
    {'what': '报告', 'how_fine': 'cells of 10'}
    """
    told = noted.get("zh", {}) if lang == "zh" else {}
    return {name: str(told.get(name, noted[name])) for name in ("what", "how_fine")}


def attacks_of(line: Line, w: Words) -> list[dict[str, Any]]:
    """The attacks that were run against an export, where its line tells of any."""
    found = line.noted.get("disclosure", {}).get("attacks", [])
    what = said_in(line.noted, w.lang)["what"]
    return [
        attack_row(what, one, w)
        for one in found
        if isinstance(one, Mapping) and isinstance(one.get("auc"), Mapping)
    ]


def attack_row(export: str, one: Mapping[str, Any], w: Words) -> dict[str, Any]:
    """An attack as a row of the page."""
    from models.lab.disclosure import limit

    auc, most = one["auc"], limit("attack_auc_at_most")
    if not one.get("gates", True):
        verdict = "beside"
    elif auc.get("low") is None or auc["low"] > most:
        verdict = "too_far"
    else:
        verdict = "above" if auc["value"] > most else "within"
    name = one.get(f"how_{w.lang}") or one.get("name")
    return {"export": export, "name": name, "auc": auc, "verdict": w(f"attacks.{verdict}")}
