"""report: what a lab project found, as one page that stands alone and prints; aggregates only.

Everything shown comes from the figures that pooling kept, the agreement and the ledger; no loan is looked at.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup

from features.pages import templates_of
from models.lab.cells import MARK
from models.metrics import Estimate
from models.report.words import FILTERS
from pipelines.lab.agreement import EVERY_FIELD, Agreement, Party
from pipelines.lab.bank_figures import for_reader
from pipelines.lab.export_words import attack_row, attacks_of, said_in
from pipelines.lab.ledger import Line
from pipelines.lab.pooling import figures_of
from pipelines.lab.project import Project
from pipelines.lab.report_words import Words
from pipelines.lab.uplift_plots import (
    Bar,
    Counts,
    Gain,
    gain_plot,
    gains_plot,
    roc_plot,
    share_plot,
    sides_plot,
)
from pipelines.whole_file import write_whole

FILE_NAMES = {"zh": "lab-report.html", "en": "lab-report.en.html"}
MOST_COLUMNS = 15
SEAL_SHOWN = 12
ORDER = ("pooled", "bank", "platform")
"""Candidates in the order in which the page shows them."""


def write_lab_report(
    project: Project, out: Path | None = None, *, lang: str = "zh", bank: str | None = None
) -> Path:
    """Write the page; it appears whole or not at all.

    Args:
        project: Of whose last pooling it tells.
        out: A file, or the folder that gets it; inside the lab by default: it leaves through the gate alone.
        lang: `zh` or `en`.
        bank: Who reads it: of several banks' rows its own alone. None for whoever may read all of them.

    Raises:
        RequestError: Pooling was not run, or there is no such language.
        LakeError: The file cannot be written.
    """
    figures = figures_of(project)
    page = render(project, for_reader(figures, bank) if bank else figures, lang)
    place = out or project.inside / "report"
    path = place if place.suffix == ".html" else place / FILE_NAMES[lang]
    write_whole(path, page)
    return path


def render(project: Project, figures: Mapping[str, Any], lang: str = "zh") -> str:
    """The page as text; the same figures and ledger give the same bytes.

    Args:
        project: Whose agreement and ledger.
        figures: As `pooled_figures.told_of` gives them.
        lang: `zh` or `en`.
    """
    words = Words(lang)
    lines = project.lines
    exports = [one for one in lines if one.act == "export" and one.outcome == "done"]
    first = figures["candidates"][0]["model"]
    main = {one["name"]: one for one in figures["candidates"] if one["model"] == first}
    return (
        _environment()
        .get_template("lab.html.j2")
        .render(
            w=words,
            f=figures,
            mark=MARK,
            made=_in_china(figures["made"]),
            main=[main[name] for name in ORDER if name in main],
            gain=next((one for one in figures["gains"] if (one["one"], one["other"]) == ORDER[:2]), None),
            agreement=_agreement(project, words),
            parties=_parties(project.agreement, words),
            banks=_of_banks(figures),
            verdict=_verdict,
            plots=_plots(figures, main, words),
            acts={"lines": len(lines)} | _outcomes(lines),
            left=[_left(one, words) for one in exports],
            labels=figures.get("labels", "own"),
            calibrations=figures.get("calibrations", []),
            attacks=_own_attacks(figures, words)
            + [one for line in exports for one in attacks_of(line, words)],
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines.lab", "models.report")
    environment.filters |= FILTERS | {"counted": counted, "rated": rated}
    return environment


def _in_china(moment: str) -> str:
    """An ISO time as clocks in China show it.

    >>> _in_china("2026-03-02T04:00:00+00:00")
    '2026-03-02 12:00'
    """
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"


def counted(value: object) -> str:
    """A count, or the words that stand in its place.

    >>> counted(12345), counted("<10")
    ('12,345', '<10')
    """
    return f"{value:,}" if isinstance(value, int) else str(value)


def rated(value: object) -> str:
    """A share, or the bound that stands in its place.

    >>> rated(0.9731), rated(">=0.98")
    ('97.3%', '≥ 98.0%')
    """
    if isinstance(value, str):
        return f"≥ {float(value.removeprefix('>=')):.1%}"
    return f"{float(str(value)):.1%}"


def _agreement(project: Project, w: Words) -> list[tuple[str, str]]:
    told, comma, between = project.agreement, w("page.comma"), f" {w('page.between')} "
    return [
        (w("agreement.project"), project.name),
        (w("agreement.purpose"), w.name("purposes", told.purpose)),
        (w("agreement.legal_basis"), told.legal_basis),
        (w("agreement.applications"), f"{told.applications.first}{between}{told.applications.last}"),
        (w("agreement.valid"), f"{told.valid.first}{between}{told.valid.last}"),
        (w("agreement.smallest"), w("agreement.count", smallest=told.smallest_cell)),
        (w("agreement.key"), told.party(told.key_holder).name),
        (w("agreement.fingerprint"), project.fingerprint or "—"),
        (w("agreement.routes"), comma.join(w.name("routes", one) for one in told.routes)),
        (
            w("agreement.exports"),
            comma.join(w.name("exports", one) for one in told.exports) or w("page.none"),
        ),
    ]


def _parties(agreement: Agreement, w: Words) -> list[tuple[str, str]]:
    def fields(party: Party) -> str:
        return w("agreement.all") if EVERY_FIELD in party.fields else w("page.comma").join(party.fields)

    return [(one.name, fields(one)) for one in (agreement.parties.platform, *agreement.banks.values())]


def _of_banks(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a bank and candidate, bank after bank."""
    rows = [
        one | {"model": candidate["model"], "name": candidate["name"]}
        for candidate in figures["candidates"]
        for one in candidate["banks"]
    ]
    return sorted(rows, key=lambda one: str(one["bank"]))


def _verdict(found: Mapping[str, float | None]) -> str:
    """Whether a difference is more than chance, in the words of `uplift`."""
    low, high = found["low"], found["high"]
    if low is None or high is None or low <= 0 <= high:
        return "open"
    return "better" if low > 0 else "worse"


def _outcomes(lines: list[Line]) -> dict[str, int]:
    counts = Counter(one.outcome for one in lines)
    return {"done": counts["done"], "refused": counts["refused"], "failed": counts["failed"]}


def _left(line: Line, w: Words) -> dict[str, Any]:
    noted = line.noted
    said = said_in(noted, w.lang)
    return {
        "number": line.number,
        "at": _in_china(line.at),
        "kind": w.name("exports", noted["kind"]),
        "to": noted["to"],
        "what": said["what"],
        "how_fine": said["how_fine"],
        "seal": line.hash[:SEAL_SHOWN],
    }


def _own_attacks(figures: Mapping[str, Any], w: Words) -> list[dict[str, Any]]:
    """The attacks on the tables of this very page."""
    return [attack_row(w("attacks.this_page"), one, w) for one in figures.get("attacks", [])]


def _plots(figures: Mapping[str, Any], main: Mapping[str, Any], w: Words) -> dict[str, Markup]:
    drawn = {"sides": sides_plot(_bars(figures, w), w), "shares": share_plot(_shares(figures), w)}
    if figures["gains"]:
        drawn["gain"] = gain_plot([_gain(one, w) for one in figures["gains"]], w)
    curves: dict[str, Counts] = {
        name: [(rows, bads) for rows, bads in main[name]["curve"]]
        for name in ORDER
        if name in main and len(main[name]["curve"]) > 1
    }
    if curves:
        drawn["roc"] = roc_plot(curves, {name: main[name]["auc"]["value"] for name in curves}, w)
        drawn["gains"] = gains_plot(curves, w)
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn by us


def _bars(figures: Mapping[str, Any], w: Words) -> list[Bar]:
    return [Bar(one[w.lang], one["side"], one["points"]) for one in figures["carried"][:MOST_COLUMNS]]


def _shares(figures: Mapping[str, Any]) -> dict[str, float]:
    return {one["side"]: one["share"] for one in figures["sides"] if one["share"]}


def _gain(one: Mapping[str, Any], w: Words) -> Gain:
    names = {part: w(f"candidates.{one[part]}") for part in ("one", "other")}
    found = one["auc"]
    label = f"{w('uplift.pair', **names)} {one['model'].removesuffix('Model').removeprefix('Woe')}"
    return Gain(label, Estimate(found["value"], found["low"], found["high"]))
