"""The city's page and a district's list in a real browser, narrow and wide; and their verbs."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.city import make_city
from features.home import Home
from pipelines.collect import collect
from pipelines.command_line import app
from pipelines.recipe import load_recipe

BROWSER = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=4000",
]  # fmt: skip

# A page that frames another at a given width and writes what it measured into its title.
MEASURE = """<iframe id=f style="width:{width}px;height:900px" srcdoc="{page}"></iframe><script>
const f=document.getElementById('f');f.onload=()=>{{const d=f.contentDocument;document.title=JSON.stringify({{
scroll:d.documentElement.scrollWidth,text:d.body.innerText.length}})}}
</script>"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that collected a small city."""
    folder = tmp_path_factory.mktemp("pages")
    make_city(folder / "city", entities=120, months=24, seed=5)
    home = Home(folder / "home")
    collect(home, load_recipe("city"), folder / "city")
    return home


def told(home, *words):
    """What a verb writes for machines."""
    done = CliRunner().invoke(app, ["--home", str(home.root), *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def pages(home):
    """Both pages, as their verbs write them."""
    city = told(home, "report", "city", "--as-of", "2026-10-31", "--from", "2026-01-01")
    district = told(home, "recommend", "--district", "330502", "--as-of", "2026-10-31")
    return {"city": city, "list": district}


def test_the_verb_report_city_tells_every_figure_and_where_its_files_lie(home, pages):
    found = pages["city"]
    assert len(found["figures"]) == 10
    assert all(one["no_data"] is None for one in found["figures"].values())
    assert found["from"] == "2026-01-01"
    assert sorted(path.name for path in (home.reports / "city-as_of=2026-10-31").iterdir()) == sorted(
        path.rpartition("/")[2] for path in found["files"].values()
    )


def test_the_verb_recommend_tells_its_lists_and_where_its_files_lie(home, pages):
    found = pages["list"]
    assert found["district_zh"] == "吴兴区"
    assert found["counts"]["passed"] == len(found["passed"])
    assert (home.reports / "recommend-330502-as_of=2026-10-31" / "firms.csv").is_file()


def test_both_verbs_speak_to_people_too(home):
    for words, expected in (
        (["report", "city", "--as-of", "2026-10-31", "--lang", "en"], "Average government guarantee fee"),
        (["recommend", "--district", "吴兴区", "--as-of", "2026-10-31"], "待走访核实"),
    ):
        done = CliRunner().invoke(app, ["--home", str(home.root), *words])
        assert done.exit_code == 0, done.output
        assert expected in done.stdout


@pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no browser here; `make services` brings Chromium"
)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["city", "list"])
def test_the_page_fits_the_screen(pages, tmp_path, name, width):
    page = Path(pages[name]["files"]["page"]).read_text("utf-8")
    page = page.replace("&", "&amp;").replace('"', "&quot;")
    frame = tmp_path / "frame.html"
    frame.write_text(MEASURE.format(width=width, page=page), "utf-8")
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", frame.as_uri()]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    title = re.search(r"<title>(.*?)</title>", loaded, re.DOTALL)
    assert title, "the page did not load"
    measured = json.loads(title[1].replace("&quot;", '"'))
    assert measured["scroll"] <= width
    assert measured["text"] > 400
