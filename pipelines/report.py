"""report: what a run did and found, as one printable page in Chinese. Everything shown comes from `Summary`.

The same summary gives the same bytes. The page lies in `templates/report.html.j2`, its look in
`templates/report.css`, its words in `templates/words.yaml` and `templates/wording.py`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from features.catalogue import load_catalogue, load_departments
from features.home import Home
from features.lake import Receipt, commit, staged
from features.pages import templates_of
from models import plots
from models.scale import Bands
from pipelines.summary import Summary
from pipelines.templates.wording import FILTERS, in_chinese, known, shown, words
from serving.policy import MEASURES, PolicyError
from serving.policy.evaluation import law_on
from serving.policy.facts import NAMES_ZH
from serving.policy.measure import Measure

SCORES_CSV = "scores.csv"
"""The table of all firms, beside the Parquet file in `scores/as_of=D/`."""

FIRST_FIRMS = 30
OF_A_FIRM = {1, 2, 3, 4, 6}
"""Measures that a firm passes or fails; the others give tags, information or a flag for review."""
TOP_FEATURES = 15
LOOKED_AT = (0.05, 0.1, 0.2, 0.3, 0.5)
FEW_BADS = 100
"""With fewer bads among the held-out rows the page says what they cannot show."""


def write_report(home: Home, summary: Summary) -> Path:
    """Write the page; it appears whole or not at all.

    Returns:
        `reports/<recipe>-as_of=<day>.html`.

    Raises:
        LakeError: The disk is full or the home cannot be written.
    """
    path = home.reports / f"{summary.recipe}-as_of={summary.as_of:%Y-%m-%d}.html"
    with staged(home) as folder:
        page = folder / "report.html"
        page.write_text(render(summary), encoding="utf-8", newline="\n")
        commit(page, path)
    return path


def render(summary: Summary) -> str:
    """The page as text."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            s=summary,
            words=words(),
            received=_received(summary.receipts),
            sources=_sources(summary),
            top=_top_features(summary),
            held=_held_out(summary),
            oracle_plot=_oracle_plot(summary),
            feature_names={one.name: one.zh for one in summary.features},
            firms=_firms(summary),
            findings=[_told(finding) for finding in summary.answer.get("findings", ())],
            source_names={name: source.zh for name, source in load_catalogue().items()},
            fact_names=NAMES_ZH | words()["facts"],
            csv=f"../scores/as_of={summary.as_of:%Y-%m-%d}/{SCORES_CSV}",
            few_bads=FEW_BADS,
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines")
    environment.filters |= FILTERS
    environment.tests["known"] = known
    return environment


# ---------------------------------------------------------------- collected files and features
def _received(receipts: list[Receipt]) -> dict[str, Any]:
    """Every receipt with its rules in Chinese, most broken first, and the totals."""
    files_ = [
        {"receipt": receipt, "source": _source_zh(receipt.source), "rules": _rules(receipt)}
        for receipt in receipts
    ]
    totals = {
        name: sum(getattr(one, name) for one in receipts) for name in ("rows_read", "accepted", "quarantined")
    }
    return {"files": files_, "totals": totals}


def _source_zh(name: str) -> str:
    source = load_catalogue().get(name)
    return source.zh if source else name


def _rules(receipt: Receipt) -> list[tuple[str, int]]:
    source = load_catalogue().get(receipt.source)
    names = words()["keys"] | ({name: column.zh for name, column in source.columns.items()} if source else {})
    broken = sorted(receipt.rules.items(), key=lambda item: (-item[1], item[0]))
    return [(in_chinese(rule, names), rows) for rule, rows in broken]


def _sources(summary: Summary) -> list[dict[str, Any]]:
    counts = Counter(source for one in summary.features for source in one.sources)
    catalogue, departments = load_catalogue(), load_departments()
    return [
        {
            "zh": _source_zh(name),
            "department": departments[catalogue[name].department].zh if name in catalogue else None,
            "count": count,
        }
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _top_features(summary: Summary) -> list[dict[str, Any]]:
    """The features that move scores most; a column that no feature declares speaks by its name."""
    declared = {one.name: one for one in summary.features}
    ranked = sorted(summary.importance.items(), key=lambda item: (-item[1], item[0]))[:TOP_FEATURES]
    most = max((points for _, points in ranked), default=0.0) or 1.0
    return [
        {"name": name, "feature": declared.get(name), "points": points, "width": round(100 * points / most)}
        | {"source": _source_zh(declared[name].source) if name in declared else None}
        for name, points in ranked
    ]


# ---------------------------------------------------------------- validation
def _held_out(summary: Summary) -> dict[str, Any]:
    """Tables and plots over the held-out rows; curves need bads and goods."""
    bad, pd_ = summary.validation.bad, np.clip(summary.validation.pd_, 1e-6, 1 - 1e-6)
    points, bands = summary.scale.points(pd_), summary.bands
    held: dict[str, Any] = {
        "rows": len(bad),
        "bads": int(bad.sum()),
        "bands": plots.grouped(bands.of(points), bad, pd_, bands.names),
        "ranks": 0 < bad.sum() < len(bad),
    }
    if held["ranks"]:
        held["gains"] = list(zip(LOOKED_AT, plots.captured(bad, pd_, LOOKED_AT), strict=True))
        held["plots"] = [Markup(svg) for svg in _held_out_plots(bad, pd_, points, bands)]  # noqa: S704 - drawn by us
    return held


def _held_out_plots(bad: Any, pd_: Any, points: Any, bands: Bands) -> list[str]:
    return [
        plots.roc_plot(bad, pd_),
        plots.ks_plot(bad, pd_),
        plots.separation_plot(points, bad, bands.floors, bands.names),
        plots.calibration_plot(plots.calibration_groups(bad, pd_)),
        plots.gains_plot(bad, pd_),
    ]


def _oracle_plot(summary: Summary) -> Markup | None:
    if summary.oracle is None:
        return None
    found = summary.oracle
    ginis = [
        ("最优排序", found.oracle_gini),
        ("模型", found.model_gini),
        ("最强单一特征", found.best_feature_gini),
    ]
    return Markup(plots.oracle_plot(ginis))  # noqa: S704 - drawn by us


# ---------------------------------------------------------------- all firms
@dataclass(frozen=True, slots=True)
class Firms:
    """What the page shows of all scored firms."""

    count: int
    plot: Markup
    bands: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    columns: list[Measure]
    bases: dict[str, int]
    held_out: bool
    first: list[dict[str, Any]]


def _firms(summary: Summary) -> Firms:
    scores, bands = summary.scores, summary.bands
    asked = [measure for measure in MEASURES if measure.key in scores]
    columns = [measure for measure in asked if measure.number in OF_A_FIRM]
    return Firms(
        count=len(scores),
        plot=Markup(plots.points_plot(scores["score"], bands.floors, bands.names)),  # noqa: S704 - drawn by us
        bands=_bands(scores),
        measures=[
            {"measure": measure, "counts": Counter(scores[measure.key].map(shown))} for measure in asked
        ],
        columns=columns,
        bases=dict(sorted(Counter(scores["loan_basis"].map(shown)).items()))
        if "loan_basis" in scores
        else {},
        held_out="pd_12m_held_out" in scores,
        first=[
            _firm(str(entity), row, [measure.key for measure in columns])
            for entity, row in scores.head(FIRST_FIRMS).iterrows()
        ],
    )


def _bands(scores: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"name": name, "firms": len(rows), "share": len(rows) / len(scores), "pd": rows["pd_12m"].mean()}
        for name, rows in scores.groupby("band", sort=True)
    ]


def _firm(entity: str, row: Any, measures: list[str]) -> dict[str, Any]:
    told = [row.get(f"reason_{nth}") for nth in (1, 2, 3)]
    official, predicted = row.get("official_grade"), row.get("predicted_grade")
    return {
        "entity": entity,
        "score": row["score"],
        "band": row["band"],
        "pd": row["pd_12m"],
        "held_out": row.get("pd_12m_held_out"),
        "reasons": [reason for reason in told if known(reason)],
        "grade": official if known(official) else predicted,
        "is_official": known(official),
        "results": [shown(row[key]) for key in measures],
    }


# ---------------------------------------------------------------- one answer
def _told(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding with the measure's title and its clauses in Chinese."""
    measure = next((one for one in MEASURES if one.key == finding["measure"]), None)
    texts = _clauses(measure, date.fromisoformat(finding["as_of"])) if measure else {}
    return {
        "title": measure.title_zh if measure else finding["measure"],
        "clauses": [
            (mark, texts.get(name, name))
            for mark, kind in (("FAIL", "failed"), ("UNKNOWN", "unknown"), ("PASS", "passed"))
            for name in finding[kind]
        ],
        **finding,
    }


def _clauses(measure: Any, as_of: date) -> dict[str, str]:
    """Clause → its text with the numbers of law of that day."""
    try:
        law = law_on(as_of)
        return {clause.name: clause.zh.format(law) for clause in (*measure.applies, *measure.clauses)}
    except PolicyError:  # a number that the law does not have on that day: the names must do
        return {}
