"""From a dossier to the page, and to a file that appears whole or not at all."""

import os
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from jinja2 import Environment

from features.errors import ModelError
from features.pages import templates_of
from models.checks.thresholds import limit
from models.report.checking import check_lines
from models.report.dossier import Dossier
from models.report.features import DETAILED, TOP, Features
from models.report.left_out import why_left_out
from models.report.performance import Performance
from models.report.population import Population
from models.report.stability import Stability
from models.report.words import FILTERS, Words, known

FILE_NAMES = {"zh": "model-report.html", "en": "model-report.en.html"}


def write_model_report(folder_or_path: Path, dossier: Dossier, *, lang: str = "zh") -> Path:
    """Write the page; it appears whole or not at all.

    Args:
        folder_or_path: A file whose name ends in `.html`, or the folder that gets `model-report.html`
            (`model-report.en.html` in English); folders are made.
        dossier: What the page shows.
        lang: `zh` or `en`.

    Returns:
        Where the page lies.

    Raises:
        ModelError: There is no such language, or the file cannot be written.
    """
    page = render(dossier, lang)
    path = folder_or_path if folder_or_path.suffix == ".html" else folder_or_path / FILE_NAMES[lang]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8", newline="\n"
        ) as file:
            file.write(page)
        os.chmod(file.name, 0o644)  # noqa: PTH101 - a temporary file is for its owner alone
        Path(file.name).replace(path)
    except OSError as error:
        raise ModelError(f"{path}: the report cannot be written: {error.strerror or error}") from error
    return path


def render(dossier: Dossier, lang: str = "zh") -> str:
    """The page as text.

    Raises:
        ModelError: There is no such language.
    """
    try:
        words = Words(lang)
    except ValueError as error:
        raise ModelError(str(error)) from error
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            d=dossier,
            w=words,
            text=lambda told: told.in_(lang),
            population=Population(dossier, words),
            performance=Performance(dossier, words),
            features=Features(dossier, words),
            checks=check_lines(dossier, words),
            stability=Stability(dossier, words),
            scorecard=_scorecard(dossier),
            left_out={name: why_left_out(told, lang) for name, told in _left_out(dossier).items()},
            top=TOP,
            detailed=DETAILED,
            limit=lambda name: f"{limit(name):g}",
        )
    )


def _left_out(dossier: Dossier) -> dict[str, str]:
    """Variable → why a scorecard has no points for it; empty for other models."""
    return dict(getattr(dossier.evidence.model, "failed_", {}))


def _scorecard(dossier: Dossier) -> list[dict[str, Any]] | None:
    """The table of points of a model that has one, row by row."""
    table = getattr(dossier.evidence.model, "table_of_points", None)
    if table is None:
        return None
    rows: list[dict[str, Any]] = table().reset_index(drop=True).to_dict("records")
    return rows


@cache
def _environment() -> Environment:
    environment = templates_of("models.report")
    environment.filters |= FILTERS
    environment.tests["known"] = known
    return environment
