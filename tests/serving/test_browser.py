"""The officer's page in a real browser: by keyboard, narrow and wide, without script, printed."""

import os
import re
import shutil
import socket
import threading
import time
from contextlib import contextmanager

import pandas as pd
import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from features.home import Home
from models.ledger import FILE as LEDGER
from serving.snapshot import FIRMS_FILE

BROWSER = shutil.which("chromium")
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
PASSWORD = "seven green bamboo shoots"
OPTION = ".options [role=option]"
OWN = ("http://127.0.0.1:", "data:,")
HOSTILE = "<img src=x onerror=\"document.title='broken'\">有限公司"
PAGE = re.compile(rb"/Type\s*/Page[^s]")

pytestmark = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no browser here; `make services` brings Chromium"
)


@pytest.fixture(scope="module")
def named(home, tmp_path_factory):
    """The home with names of firms, one of them a hostile one."""
    made = Home(tmp_path_factory.mktemp("seen"))
    made.artifacts.symlink_to(home.artifacts)
    made.registry.symlink_to(home.registry)
    (made.root / LEDGER).symlink_to(home.root / LEDGER)
    shutil.copytree(home.root / "features", made.root / "features")
    for file in (made.root / "features").rglob(FIRMS_FILE):
        firms = pd.read_parquet(file)
        names = [f"湖州吴兴恒瑞{number}号纺织有限公司" for number in range(len(firms) - 1)]
        firms.assign(name=[*names, HOSTILE]).to_parquet(file)
    return made


@pytest.fixture(scope="module")
def address(named, codes_of_home, started):
    """The service on loopback, in a thread of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = started(named, codes_of_home).app
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium."""
    assert BROWSER, "CI needs Chromium; `make services` brings it"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def cookies(chromium, address):
    """The session of an officer who has logged in through the page."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/history")
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/history")
    kept = context.cookies()
    context.close()
    return kept


@pytest.fixture
def look(chromium, cookies):
    """Open pages of a size; whatever a page complains of is an error."""

    @contextmanager
    def opened(size="wide", **more):
        width, height = SIZES[size]
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        context.add_cookies(cookies)
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda told: complaints.append(told.text) if "Content Security" in told.text else 0
        )
        page.on("request", lambda sent: None if sent.url.startswith(OWN) else complaints.append(sent.url))
        page.set_default_timeout(20_000)
        yield page
        assert not complaints
        context.close()

    return opened


def expect_fit(page, width):
    """Nothing is wider than the screen, and something is there."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert len(page.inner_text("main")) > 30


def ask(page, address, firm, **loan):
    """Type a question and send it; where the answer stands."""
    page.goto(f"{address}/")
    typed = {"entity_id": firm, "amount_wan": "500", "term_months": "12", "annual_rate_percent": "4.2"} | loan
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.keyboard.press("Escape")
    page.click("form.question .main-button")
    page.wait_for_load_state("networkidle")
    return page.url


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_the_screen(look, address, firm, codes_of_home, size, scheme):
    with look(size, color_scheme=scheme) as page:
        width = SIZES[size][0]
        page.goto(f"{address}/")
        expect_fit(page, width)
        place = ask(page, address, firm)
        assert "/answers/" in place
        expect_fit(page, width)
        for summary in page.locator("summary").all():
            if summary.is_visible():
                summary.click()
        expect_fit(page, width)
        for path in ("/history", "/objections"):
            page.goto(f"{address}{path}")
            expect_fit(page, width)
        page.goto(f"{place}/objection")
        expect_fit(page, width)
        ask(page, address, "有限公司")
        expect_fit(page, width)
        page.goto(f"{address}/")
        page.select_option("#query_purpose", "APPROVAL")
        page.fill("#entity_id", codes_of_home[3])
        for name, value in {"amount_wan": "1", "term_months": "1", "annual_rate_percent": "1"}.items():
            page.fill(f"#{name}", value)
        page.click("form.question .main-button")
        expect(page.get_by_role("heading", level=1)).to_have_text("没有有效授权，未作查询")
        expect_fit(page, width)


@pytest.mark.parametrize("size", SIZES)
def test_texts_stand_out_from_their_ground(look, address, firm, size):
    for scheme in ("light", "dark"):
        with look(size, color_scheme=scheme) as page:
            ask(page, address, firm)
            faint = page.evaluate(FAINT)
            assert not faint, (scheme, faint)


# Texts whose colour differs from the ground below them by less than WCAG 2.1 AA asks for (4.5:1).
FAINT = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const style = getComputedStyle(one), colour = rgb(style.backgroundColor);
      if (style.backgroundImage !== 'none') return rgb(style.backgroundImage);
      if (colour.length < 4 || colour[3] > 0.9) return colour;
    }
    return [255, 255, 255];
  };
  const told = [];
  for (const element of document.querySelectorAll('body *:not(svg):not(svg *):not(option)')) {
    const own = [...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !element.checkVisibility() || element.closest('.skip, .top')) continue;
    const lights = [light(rgb(getComputedStyle(element).color)), light(ground(element))];
    const [high, low] = lights.sort((a, b) => b - a);
    if ((high + 0.05) / (low + 0.05) < 4.5) told.push(`${element.className}: ${element.textContent}`);
  }
  return told;
}"""


def test_everything_is_done_by_keyboard(look, address, firm):
    with look() as page:
        page.goto(f"{address}/")
        page.locator("body").press("Home")
        expect(page.locator("#entity_id")).to_be_focused()
        page.keyboard.type("恒瑞0")
        expect(page.locator(OPTION)).to_have_count(1)
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"{OPTION}[aria-selected=true]")).to_contain_text("恒瑞0号")
        page.keyboard.press("Enter")
        expect(page.locator("#entity_id")).to_have_value(firm)
        expect(page.locator("#entity_id-hint")).to_have_text("湖州吴兴恒瑞0号纺织有限公司")
        for text in ("", "500", "12", "4.2"):
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_url("**/answers/*")
        expect(page.get_by_role("heading", level=1)).to_have_text("湖州吴兴恒瑞0号纺织有限公司")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
        page.keyboard.press("Enter")
        for _ in range(4):
            page.keyboard.press("Tab")
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring == "solid", page.evaluate("document.activeElement.outerHTML")


def test_the_list_of_firms_closes_and_says_when_there_is_none(look, address):
    with look() as page:
        page.goto(f"{address}/")
        page.locator("#entity_id").press_sequentially("恒瑞")
        expect(page.locator(OPTION)).to_have_count(20)
        page.keyboard.press("ArrowUp")
        expect(page.locator(OPTION).last).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.fill("#entity_id", "没有这户")
        expect(page.locator("#entity_id-hint")).to_have_text("没有找到符合的企业")


def test_a_trial_changes_the_table_in_its_place(look, address, firm):
    with look() as page:
        place = ask(page, address, firm, amount_wan="500")
        page.evaluate("window.same = true")
        page.fill("#t-amount_wan", "100")
        page.press("#t-amount_wan", "Enter")
        expect(page.locator(".tried")).to_contain_text("500 万元 → 100 万元")
        page.click("#trial .more > summary")
        page.click("#trial .group:has(#t-is_green_inclusive) > summary")
        page.select_option("#t-is_green_inclusive", "true")
        expect(page.locator(".tried")).to_contain_text("是否绿色普惠贷款")
        page.fill("#t-subsidy_used_ytd_cny", "0")
        page.press("#t-subsidy_used_ytd_cny", "Tab")
        expect(page.locator("tr.turned")).to_contain_text("财政贴息")
        assert page.evaluate("window.same") is True
        assert page.url == place
        page.fill("#t-amount_wan", "-1")
        page.press("#t-amount_wan", "Enter")
        expect(page.locator(".tried.bad")).to_contain_text("请填写大于 0 的金额")
        expect(page.locator("#findings tbody tr")).to_have_count(10)
        page.click("text=还原")
        expect(page.locator("#t-amount_wan")).to_have_value("500")
        expect(page.locator(".tried")).to_have_count(0)


def test_what_is_offered_can_be_tried_with_one_press(look, address, firm):
    with look() as page:
        ask(page, address, firm)
        button = page.locator("button.try").first
        value = button.get_attribute("value")
        button.click()
        expect(page.locator(".tried")).to_contain_text("试算结果")
        name, _, typed = value.split(";")[0].partition("=")
        expect(page.locator(f"#t-{name}")).to_have_value(typed)


@pytest.mark.parametrize("size", SIZES)
def test_without_script_everything_works_too(look, address, firm, size):
    with look(size, java_script_enabled=False) as page:
        ask(page, address, "恒瑞")
        page.click(f"button[value='{firm}']")
        page.wait_for_url("**/answers/*")
        expect(page.locator("[data-print]")).to_be_hidden()
        page.fill("#t-amount_wan", "100")
        page.click("#trial .main-button")
        page.wait_for_url("**/what-if")
        expect(page.locator(".tried")).to_contain_text("500 万元 → 100 万元")
        page.locator("button.try").first.click()
        expect(page.locator(".tried")).to_contain_text("试算结果")
        page.click("text=还原")
        page.click("text=提出异议")
        page.fill("#text", f"无脚本提出的异议 {size}")
        page.click("text=提交异议")
        page.wait_for_url("**/objections*")
        expect(page.locator(".says", has_text=f"无脚本提出的异议 {size}")).to_be_visible()


def test_names_and_texts_are_never_markup(look, address, codes_of_home):
    hostile = codes_of_home[len(codes_of_home) - 1]
    with look() as page:
        page.goto(f"{address}/")
        page.locator("#entity_id").press_sequentially("onerror")
        expect(page.locator(OPTION)).to_contain_text(HOSTILE)
        place = ask(page, address, hostile)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        page.goto(f"{place}/objection")
        page.fill("#text", HOSTILE)
        page.click("text=提交异议")
        expect(page.locator(".says", has_text=HOSTILE)).to_be_visible()
        page.goto(f"{address}/history?firm={hostile}")
        expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()
        assert "broken" not in page.title()


@pytest.mark.parametrize("place", [0, 1, 5])
def test_an_answer_is_printed_on_two_pages(look, address, codes_of_home, place):
    with look() as page:
        ask(page, address, codes_of_home[place])
        page.emulate_media(media="print")
        for hidden in ("#trial", ".acts", ".places", ".leave"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.get_by_text("不构成授信决定").first).to_be_visible()
        assert len(PAGE.findall(page.pdf(prefer_css_page_size=True))) <= 2


def test_an_empty_session_is_led_to_the_log_in_and_back(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/objections")
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/objections")
    page.click("text=退出")
    page.goto(f"{address}/history")
    assert "/login" in page.url
    context.close()
