"""The figures as files for machines: a CSV a figure, and all of them as JSON; money exact to the fen."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from features.catalogue import load_departments, source_named
from pipelines.city_report.figure import Figure
from pipelines.city_report.told import ALL, CityReport, Point, Told

COLUMNS = ("month", "district", "value", "numerator", "denominator", "unknown", "known", "whole")
JSON_NAME = "city.json"
PAGE_NAME = {"zh": "city.html", "en": "city.en.html"}


def csv_of(told: Told) -> str:
    """A row a month and district, `all` being the city; empty is not known, never zero."""
    written = StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(COLUMNS)
    for point in told.points:
        row = as_row(told.figure, point)
        lines.writerow(["" if row[name] is None else row[name] for name in COLUMNS])
    return written.getvalue()


def as_row(figure: Figure, point: Point) -> dict[str, Any]:
    """A point in plain values; amounts as text, so that no reader rounds them."""
    return {
        "month": f"{point.month:%Y-%m}",
        "district": point.district,
        "value": plain(figure, point.value),
        "numerator": _exact(figure, point.numerator),
        "denominator": _exact(figure, point.denominator),
        "unknown": point.unknown,
        "known": point.known,
        "whole": str(point.whole).lower(),
    }


def plain(figure: Figure, value: Decimal | None) -> str | None:
    """A value as text: yuan with two places, a count whole, a rate with six places."""
    if value is None:
        return None
    return f"{value:.{ {'CNY': 2, 'count': 0, 'rate': 6}[figure.unit] }f}"


def _exact(figure: Figure, value: Decimal | None) -> str | None:
    """A sum with every place that it has: money at least to the fen."""
    if value is None:
        return None
    if figure.adds == "count":
        return f"{value:.0f}"
    exponent = value.normalize().as_tuple().exponent
    return f"{value:.{max(2, -int(exponent))}f}"


def as_record(report: CityReport) -> dict[str, Any]:
    """All figures for machines."""
    return {
        "as_of": report.as_of.isoformat(),
        "from": report.first.isoformat(),
        "policy_version": report.policy_version,
        "policy_status": report.policy_status,
        "assumptions": list(report.assumptions),
        "figures": {told.figure.key: _figure(told) for told in report.figures},
    }


def as_json(report: CityReport) -> str:
    """The same as text."""
    return json.dumps(as_record(report), ensure_ascii=False, indent=1) + "\n"


def _figure(told: Told) -> dict[str, Any]:
    figure, latest = told.figure, told.latest
    return {
        "measure": figure.measure,
        "kind": figure.kind,
        "unit": figure.unit,
        "stands": figure.stands,
        "target": _target(told),
        "latest": as_row(figure, latest) if latest else None,
        "no_data": [_source(name) for name in told.missing] or None,
        "points": [as_row(figure, point) for point in told.points],
    }


def _target(told: Told) -> dict[str, Any] | None:
    target = told.target
    if target is None:
        return None
    point = told.at_target if target.by and target.past else told.latest
    reached = None if point is None or point.value is None else target.reached_by(point.value)
    return {
        "relation": target.relation,
        "value": plain(told.figure, target.value),
        "by": _day(target.by),
        "past": target.past,
        "cites": target.cites,
        "judged_in": f"{point.month:%Y-%m}" if point else None,
        "tape_value": plain(told.figure, point.value) if point else None,
        "reached_by_the_tape": reached,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _source(name: str) -> dict[str, str]:
    source = source_named(name)
    return {"source": name, "zh": source.zh, "department": load_departments()[source.department].zh}


def districts_and_months(told: Told) -> tuple[list[str], list[date]]:
    """What a table of a figure has across and down: the city first."""
    districts = sorted({point.district for point in told.points} - {ALL})
    return [ALL, *districts], sorted({point.month for point in told.points})
