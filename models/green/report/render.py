"""From a dossier to the page, and to a file that appears whole or not at all."""

import os
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from jinja2 import Environment

from features.errors import ModelError
from features.pages import templates_of
from models.green.report.dossier import GreenDossier
from models.green.report.page import Page
from models.green.report.words import GreenWords
from models.report.checking import check_lines
from models.report.dossier import Dossier
from models.report.words import FILTERS, known


def write_green_report(path: Path, dossier: GreenDossier, *, lang: str = "zh") -> Path:
    """Write the page; it appears whole or not at all.

    Args:
        path: A file whose name ends in `.html`; folders are made.
        dossier: What the page shows.
        lang: `zh` or `en`.

    Returns:
        The path.

    Raises:
        ModelError: There is no such language, or the file cannot be written.
    """
    page = render_green(dossier, lang)
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


def render_green(dossier: GreenDossier, lang: str = "zh") -> str:
    """The page as text.

    Raises:
        ModelError: There is no such language.
    """
    try:
        words = GreenWords(lang)
    except ValueError as error:
        raise ModelError(str(error)) from error
    return (
        _environment()
        .get_template("green.html.j2")
        .render(
            d=dossier,
            e=dossier.evidence,
            w=words,
            p=Page(dossier, words),
            # a line of checks asks for the checks and for who answers for them, which this dossier has, too
            checks=check_lines(cast("Dossier", dossier), words),
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("models.green.report", "models.report")
    environment.filters |= FILTERS
    environment.tests["known"] = known
    return environment
