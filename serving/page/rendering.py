"""Templates as pages: the words they know, the headers they leave with, and the page's own script."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment

from features.pages import templates_of
from serving import wording
from serving.form import FACTS, PURPOSES_ASKED
from serving.page.turning import turns

SCRIPT = (files("serving") / "templates" / "page.js").read_text("utf-8")
SCRIPT_PATH = "/page.js"
SCRIPT_ADDRESS = f"{SCRIPT_PATH}?v={hashlib.sha256(SCRIPT.encode()).hexdigest()[:12]}"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
YEAR = 31_536_000


def _environment() -> Environment:
    made = templates_of("serving")
    made.filters |= {
        "yuan": wording.yuan,
        "wan": wording.wan,
        "percent": wording.percent,
        "numeral": wording.numeral,
        "fact": wording.fact_name,
        "source": wording.source_name,
        "department": wording.department_name,
        "title_zh": wording.measure_title,
        "estimates": wording.estimates,
        "label": wording.result_label,
        "chips": wording.chips,
        "clock": wording.clock_line,
        "said": wording.said,
        "cited": wording.cited,
        "turns": turns,
        "moment": wording.moment,
    }
    words = ("RESULTS", "GRADES", "WORDS", "BENEFICIARIES", "ROLES", "PURPOSES", "BASES", "OUTCOMES")
    made.globals |= {name: getattr(wording, name) for name in words}
    made.globals |= {"FACTS": FACTS, "PURPOSES_ASKED": PURPOSES_ASKED, "SCRIPT_ADDRESS": SCRIPT_ADDRESS}
    return made


ENVIRONMENT = _environment()


def rendered(template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
    """A template as a page; what UTF-8 cannot say is replaced, as text of any origin may hold it."""
    content = ENVIRONMENT.get_template(template).render(context)
    return HTMLResponse(content.encode("utf-8", "replace"), status, HEADERS)


def script() -> Response:
    """The page's own script; its address changes with it, so it may be kept."""
    kept = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
    return Response(SCRIPT, media_type="text/javascript; charset=utf-8", headers=kept)
