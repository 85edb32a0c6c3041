"""The officer's page in a real browser, narrow and wide: whole, and not wider than the screen."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import httpx2
import pytest
import uvicorn

from serving.api import create_app

BROWSER = shutil.which("chromium")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=4000",
]  # fmt: skip

pytestmark = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no browser here; `make services` brings Chromium"
)

# A page of the same origin that frames an answer at a given width and writes what it measured into its title.
MEASURE = """<iframe id=f style="width:{width}px;height:900px" srcdoc="{page}"></iframe><script>
const f=document.getElementById('f');f.onload=()=>{{const d=f.contentDocument;document.title=JSON.stringify({{
scroll:d.documentElement.scrollWidth,text:d.body.innerText.length,styled:getComputedStyle(d.body).fontFamily}})}}
</script>"""


@pytest.fixture(scope="module")
def address(home):
    """The service on loopback, in a thread of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(home), port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def answer(address, firm):
    """The page that answers one question, as the service sends it."""
    typed = {"entity_id": firm, "amount_wan": "500", "term_months": "12", "annual_rate_percent": "4.2"}
    told = httpx2.post(
        f"{address}/", data=typed | {"kind": "WORKING_CAPITAL", "purpose": ""}, follow_redirects=True
    )
    assert told.status_code == 200
    return told.text


def dom(place: str, profile) -> str:
    """What the browser has after loading a page."""
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", "--dump-dom", place]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_the_form_stands_in_a_browser(address, tmp_path):
    page = dom(f"{address}/", tmp_path / "profile")
    assert "统一社会信用代码" in page
    assert "征求意见稿" in page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_answer_fits_the_screen(answer, tmp_path, width):
    escaped = answer.replace("&", "&amp;").replace('"', "&quot;")
    frame = tmp_path / "frame.html"
    frame.write_text(MEASURE.format(width=width, page=escaped), "utf-8")
    title = re.search(r"<title>(.*?)</title>", dom(frame.as_uri(), tmp_path / "profile"), re.DOTALL)
    assert title, "the page did not load"
    told = json.loads(title[1].replace("&quot;", '"'))
    assert told["scroll"] <= width
    assert told["text"] > 400
