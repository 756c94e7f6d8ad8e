"""The report as a browser shows it: nothing is fetched, nothing is cut off, all can be reached.

Every check has a control, a small bad page on which it must find the fault.
"""

import os
from dataclasses import dataclass, field

import pytest

from tests.conftest import chromium_path, need

pytestmark = [
    pytest.mark.slow,
    pytest.mark.unit,
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("report page"),  # so that the page is built once
]

# Widths in pixels of CSS: a telephone, a tablet, a screen.
SCREENS = [375, 768, 1280]
# A4 without its margins, upright and turned: (210 - 2 x 17) and (297 - 2 x 17) mm of 96 / 25.4.
UPRIGHT, TURNED = 665, 994

DRAWN = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt)"

# What reaches over the right edge of the window, unless a box around it scrolls.
TOO_WIDE = """skip => {
  const boxes = ["auto", "scroll", "hidden"];
  const scrolls = e => e && e !== document.documentElement &&
    (boxes.includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const edge = document.documentElement.clientWidth + 1;
  return [...document.body.querySelectorAll("*")]
    .filter(e => !(skip && e.closest(skip)) && e.getBoundingClientRect().right > edge)
    .filter(e => !scrolls(e.parentElement) && !e.closest(".skip"))
    .map(e => `${e.tagName} ${e.className}`); }"""

# Boxes that scroll sideways although neither they nor what they hold takes the focus of the keys.
OUT_OF_REACH = """[...document.body.querySelectorAll("*")]
  .filter(e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
  .filter(e => e.scrollWidth > e.clientWidth)
  .filter(e => !e.matches("[tabindex]") && !e.querySelector("a[href], summary, [tabindex]"))
  .map(e => e.tagName)"""

# Links within the page that lead nowhere, or whose place is not in sight after a click.
ASTRAY = """[...document.querySelectorAll("a[href^='#']")].filter(link => {
  const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!place) return true;
  link.click();
  const top = place.getBoundingClientRect().top;
  return top < -2 || top > innerHeight; }).map(link => link.hash)"""


@dataclass
class Opened:
    """A page of the browser with what it asked for and what it complained of."""

    page: object
    requests: list = field(default_factory=list)
    messages: list = field(default_factory=list)

    def to(self, width, *, media="screen"):
        self.page.emulate_media(media=media, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": 900})
        return self.page


@pytest.fixture(scope="module")
def browser():
    need("chromium")
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()


def opened(browser, path):
    result = Opened(browser.new_page())
    result.page.on("request", lambda request: result.requests.append(request.url))
    result.page.on("console", lambda message: result.messages.append(message.text))
    result.page.on("pageerror", lambda error: result.messages.append(str(error)))
    result.page.goto(path.as_uri())
    return result


@pytest.fixture(scope="module")
def report(browser, report_page):
    """Open the report once for all tests; each sets the width that it needs."""
    result = opened(browser, report_page)
    yield result
    result.page.close()


@pytest.fixture
def control(browser, tmp_path):
    """Return a function that opens a small page with the given body."""
    pages = []

    def open_page(body, head=""):
        path = tmp_path / "control.html"
        path.write_text(
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>control</title>'
            f"{head}</head><body><main><h1>control</h1>{body}</main></body></html>",
            encoding="utf-8",
        )
        pages.append(opened(browser, path))
        return pages[-1]

    yield open_page
    for each in pages:
        each.page.close()


def from_outside(result):
    return [url for url in result.requests if not url.startswith(("file:", "data:"))]


def test_the_page_asks_for_nothing_and_complains_of_nothing(report):
    assert from_outside(report) == []
    assert len([url for url in report.requests if url.startswith("file:")]) == 1
    assert report.messages == []


def test_a_request_and_a_complaint_would_be_seen(control):
    result = control('<img src="http://127.0.0.1:9/canary.png" alt="control">')
    assert from_outside(result) == ["http://127.0.0.1:9/canary.png"]
    assert len(result.messages) == 1


def test_every_figure_is_drawn(report):
    assert report.page.evaluate("document.images.length") > 0
    assert report.page.evaluate(DRAWN) == []


def test_a_broken_figure_would_be_seen(control):
    result = control('<img src="data:image/png;base64,AAAA" alt="broken">')
    assert result.page.evaluate(DRAWN) == ["broken"]


def grave(page):
    """Name the rules of axe with a serious or critical violation."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return {rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}}


def test_axe_finds_nothing_grave(report):
    page = report.to(1280)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    try:
        assert grave(page) == set()
    finally:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false; })")


def test_axe_would_find_what_is_grave(control):
    pale = '<p style="color: #bbb; background: #fff">pale</p><img src="data:image/png;base64,AAAA">'
    assert grave(control(pale).to(1280)) == {"color-contrast", "image-alt"}


@pytest.mark.parametrize("width", SCREENS)
def test_nothing_is_wider_than_the_screen(report, width):
    assert report.to(width).evaluate(TOO_WIDE, None) == []


def test_nothing_is_wider_than_the_paper(report):
    assert report.to(UPRIGHT, media="print").evaluate(TOO_WIDE, ".wide") == []
    assert report.to(TURNED, media="print").evaluate(TOO_WIDE, None) == []


@pytest.mark.parametrize(("width", "media"), [(375, "screen"), (UPRIGHT, "print")])
def test_what_is_too_wide_would_be_seen(control, width, media):
    broad = '<div class="broad" style="width: 1000px">broad</div>'
    boxed = f'<div style="overflow-x: auto">{broad}</div>'
    page = control(broad + boxed).to(width, media=media)
    assert page.evaluate(TOO_WIDE, None) == ["DIV broad"]


def test_what_is_folded_or_beside_the_text_is_not_printed(report):
    shown = "[...document.querySelectorAll('details, nav, .skip')].filter(e => e.offsetParent)"
    assert report.to(UPRIGHT, media="print").evaluate(shown) == []
    assert report.to(1280).evaluate(f"{shown}.length") > 0


def test_every_link_of_the_contents_leads_to_its_place(report):
    page = report.to(1280)
    assert page.evaluate("document.querySelectorAll('nav a').length") > 3
    assert page.evaluate(ASTRAY) == []


def test_a_link_that_leads_nowhere_would_be_seen(control):
    links = '<a href="#there">a</a><a href="#nowhere">b</a><p id="there">text</p>'
    assert control(links).to(1280).evaluate(ASTRAY) == ["#nowhere"]


def after_a_while(page, expression):
    """Wait until something is true; the page's own rules forbid to wait inside it."""
    for _ in range(100):
        if page.evaluate(expression):
            return True
        page.wait_for_timeout(20)
    return False


def test_the_first_key_leads_to_the_results(browser, report_page):
    page = opened(browser, report_page).to(1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert after_a_while(page, "location.hash === '#content'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.close()


def test_what_scrolls_is_reached_by_keys(report):
    page = report.to(375)
    assert page.evaluate(OUT_OF_REACH) == []
    wide = "[...document.querySelectorAll('.scroll')].find(b => b.scrollWidth > b.clientWidth + 40)"
    page.evaluate(f"{wide}.focus()")
    page.keyboard.press("ArrowRight")
    assert after_a_while(page, f"{wide}.scrollLeft > 0")


def test_what_keys_cannot_reach_would_be_seen(control):
    broad = '<p style="width: 1000px">broad</p>'
    boxes = [f'<div style="overflow-x: auto"{more}>{broad}</div>' for more in ("", ' tabindex="0"')]
    assert control("".join(boxes)).to(375).evaluate(OUT_OF_REACH) == ["DIV"]
