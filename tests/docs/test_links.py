"""Links of the pages lead somewhere: files, headings, and addresses of the right form."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, TOP, name_of, prose, read

pytestmark = pytest.mark.unit

LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
EVERY = [*TOP, *PAGES]


def links(page):
    """The targets of a page, without those in its code."""
    return LINK.findall(re.sub(r"`[^`\n]*`", "", prose(read(page))))


def anchors(text):
    """The anchors that forges make of headings."""
    found = []
    for heading in re.findall(r"(?m)^#{1,6} +(.*?)#* *$", prose(text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        kept = (c for c in plain if c in "-_ " or unicodedata.category(c)[0] in "LN")
        slug = "".join(kept).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return found


def test_anchors_are_those_of_forges():
    text = "# A `b` c: d?\n\n## [x y](z.md)\n\n## E-F_g\n\n```\n# no heading\n```\n"
    assert anchors(text) == ["a-b-c-d", "x-y", "e-f_g"]


def why_lost(page, link):
    """What is wrong with a link within the repository; empty if nothing."""
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT):
        return "leads out of the repository"
    if not target.exists():
        return "leads to no file"
    return "leads to no heading" if anchor and anchor not in anchors(read(target)) else ""


def test_lost_links_are_noticed():
    page = ROOT / "docs" / "data.md"
    assert why_lost(page, "checks.md#checks") == ""
    assert why_lost(page, "no-such-page.md") == "leads to no file"
    assert why_lost(page, "checks.md#no-such-heading") == "leads to no heading"
    assert why_lost(page, "../../elsewhere.md") == "leads out of the repository"


@pytest.mark.parametrize("page", EVERY, ids=name_of)
def test_links_lead_to_files_and_headings(page):
    lost = {link: why_lost(page, link) for link in links(page) if "://" not in link}
    assert {link: why for link, why in lost.items() if why} == {}


@pytest.mark.parametrize("page", EVERY, ids=name_of)
def test_addresses_have_the_right_form(page):
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme == "https", link
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
