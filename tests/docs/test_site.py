"""The site is built without a warning, and nothing in it needs the network."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import run
from tests.docs.pages import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.slow]


class Links(HTMLParser):
    """What a page links to and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.loaded: set[str] = set()
        self.ids: set[str] = set()
        self.unnamed = 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.targets.add(given["href"])
        if tag in {"script", "img", "iframe", "source"} and given.get("src"):
            self.loaded.add(given["src"])
        if tag == "link" and given.get("href"):
            self.loaded.add(given["href"])
        self.unnamed += tag == "img" and not given.get("alt")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site as `run.py docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-P", *run.site_arguments(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1767225600"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.relative_to(folder).as_posix(): Links(path) for path in folder.rglob("*.html")}


def test_every_page_is_there(site):
    sources = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    wanted = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sources}
    assert wanted - set(site) == set()


def test_nothing_is_loaded_from_elsewhere(site):
    away = {src for page in site.values() for src in page.loaded if re.match(r"(\w+:)?//", src)}
    assert away == set()


def test_links_within_the_site_lead_somewhere(site):
    lost = set()
    for name, page in site.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            path = os.path.normpath(Path(name).parent / unquote(parts.path)) if parts.path else name
            other = site.get(Path(path).as_posix())
            if other is None:
                lost |= {(name, target)} if path.endswith(".html") else set()
            elif parts.fragment and unquote(parts.fragment) not in other.ids:
                lost.add((name, target))
    assert lost == set()


def test_every_public_name_has_its_entry(site):
    import analysis

    found = set().union(*(page.ids for page in site.values()))
    assert {name for name in analysis.__all__ if f"analysis.{name}" not in found} == set()


def test_every_picture_has_a_text(site):
    assert {name for name, page in site.items() if page.unnamed} == set()
