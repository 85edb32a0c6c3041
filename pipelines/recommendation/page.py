"""The lists as one page that stands alone and prints; and all files of a list, written one by one."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from features.catalogue import load_departments, source_named
from features.home import Home
from features.pages import templates_of
from pipelines.recommendation.files import LISTS, as_json, firms_csv, open_csv
from pipelines.recommendation.lists import Recommendations
from pipelines.templates.wording import words
from pipelines.whole_file import write_whole
from serving.policy.measures.recommendation_list import CRITERIA, STATUS_ZH
from serving.policy.money import line_in_words

PAGE, FIRMS, OPEN, JSON = "recommend.html", "firms.csv", "open.csv", "recommend.json"

MOST_SHOWN = 200
"""Firms of one list on the page; the CSV has them all."""


def write_recommendations(home: Home, found: Recommendations, out: Path | None = None) -> dict[str, Path]:
    """Write page, CSV files and JSON; each appears whole or not at all.

    Args:
        home: Below whose reports it goes.
        found: The lists.
        out: Another folder; made where it does not exist.

    Returns:
        `page`, `firms`, `open` and `json`.

    Raises:
        LakeError: The disk is full or the folder cannot be written.
    """
    folder = out or home.reports / f"recommend-{found.district}-as_of={found.as_of:%Y-%m-%d}"
    texts = {PAGE: render(found), FIRMS: firms_csv(found), OPEN: open_csv(found), JSON: as_json(found)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    names = {"page": PAGE, "firms": FIRMS, "open": OPEN, "json": JSON}
    return {name: folder / file for name, file in names.items()}


def render(found: Recommendations) -> str:
    """The page as text; the same lists give the same bytes."""
    return (
        _environment()
        .get_template("recommend.html.j2")
        .render(
            r=found,
            lists=LISTS,
            criteria={name: zh for name, (zh, _) in CRITERIA.items()},
            statuses={str(status): zh for status, zh in STATUS_ZH.items()},
            purposes=words()["purposes"],
            kinds=words()["values"],
            most=MOST_SHOWN,
            absent=[_source(name) for name in found.absent],
            files={"firms": FIRMS, "open": OPEN, "json": JSON},
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines")
    environment.filters |= {"money": _money, "shown": lambda value: "—" if value is None else value}
    return environment


def _money(yuan: Any) -> str:
    """An amount in 万元 where that is shorter; a dash where it is not known."""
    return "—" if yuan is None else line_in_words(Decimal(yuan))


def _source(name: str) -> str:
    source = source_named(name)
    return f"{source.zh}（{load_departments()[source.department].zh}）"
