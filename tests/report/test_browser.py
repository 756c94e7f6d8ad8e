"""The report as a browser sees it: nothing is fetched, and every figure is drawn."""

import json
import subprocess

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.unit,
    pytest.mark.needs("chromium"),
    pytest.mark.xdist_group("report page"),  # so that the page is built once
]

FETCHING = """<!DOCTYPE html><html lang="en"><head><title>control</title></head>
<body><h1>control</h1><img src="http://127.0.0.1:9/canary.png" alt="control"></body></html>"""


def visit(chromium, page, log):
    """Open a page; return its DOM, what the browser said, and the addresses that it asked for.

    The browser's own look-ups (updates, clock) have no page as their initiator.
    """
    options = [f"--log-net-log={log}", "--enable-logging=stderr", "--virtual-time-budget=5000"]
    done = subprocess.run(
        [*chromium, *options, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    requests = [event["params"] for event in events if "url" in event.get("params", {})]
    addresses = {
        request["url"]
        for request in requests
        if request.get("initiator", "not an origin") != "not an origin"
    }
    return done.stdout, done.stderr, {a for a in addresses if not a.startswith("data:")}


def test_the_page_fetches_nothing_and_shows_every_figure(chromium, report_page, tmp_path):
    dom, said, addresses = visit(chromium, report_page, tmp_path / "net.json")
    assert addresses == set()
    assert "Content Security Policy" not in said
    # without a network the browser's own pages complain about theirs
    messages = [line for line in said.splitlines() if "CONSOLE" in line]
    assert [line for line in messages if "source: chrome" not in line] == []
    assert dom.count("<img") == report_page.read_text(encoding="utf-8").count("<img")


def test_the_log_would_show_a_fetch(chromium, tmp_path):
    page = tmp_path / "control.html"
    page.write_text(FETCHING, encoding="utf-8")
    _, _, addresses = visit(chromium, page, tmp_path / "net.json")
    assert addresses == {"http://127.0.0.1:9/canary.png"}
