"""The report as a browser sees it: nothing is fetched, and every figure is drawn."""

import json
import subprocess

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.unit, pytest.mark.needs("chromium")]

FETCHING = """<!DOCTYPE html><html lang="en"><head><title>control</title></head>
<body><h1>control</h1><img src="http://127.0.0.1:9/canary.png" alt="control"></body></html>"""


def visit(chromium, page, log):
    """Open a page; return its DOM, what the browser said, and the addresses that it asked for."""
    options = [f"--log-net-log={log}", "--enable-logging=stderr", "--virtual-time-budget=5000"]
    done = subprocess.run(
        [*chromium, *options, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    addresses = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    return done.stdout, done.stderr, addresses


def foreign(addresses, own):
    """Keep addresses that belong neither to the page nor to the browser's own start."""
    return {
        address
        for address in addresses
        if not address.startswith(("file:", "data:", "chrome", "about:", "devtools:"))
        and address not in own
    }


@pytest.fixture
def background(chromium, tmp_path):
    """Addresses that the browser asks for by itself, on an empty page."""
    empty = tmp_path / "empty.html"
    empty.write_text("<!DOCTYPE html><title>empty</title>", encoding="utf-8")
    return visit(chromium, empty, tmp_path / "empty.json")[2]


def test_the_page_fetches_nothing_and_shows_every_figure(
    chromium, background, report_page, tmp_path
):
    dom, said, addresses = visit(chromium, report_page, tmp_path / "net.json")
    assert foreign(addresses, background) == set()
    assert "Content Security Policy" not in said
    assert "CONSOLE" not in said
    assert dom.count("<img") == report_page.read_text(encoding="utf-8").count("<img")


def test_the_log_would_show_a_fetch(chromium, background, tmp_path):
    page = tmp_path / "control.html"
    page.write_text(FETCHING, encoding="utf-8")
    _, _, addresses = visit(chromium, page, tmp_path / "net.json")
    assert "http://127.0.0.1:9/canary.png" in foreign(addresses, background)
