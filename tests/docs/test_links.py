"""Links of the pages lead somewhere: files, headings, and addresses of the right form."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, TOP, name_of, prose, read

pytestmark = pytest.mark.unit

LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
LINKS = [(page, link) for page in [*TOP, *PAGES] for link in LINK.findall(prose(read(page)))]
WEB = [(page, link) for page, link in LINKS if "://" in link]
LOCAL = [(page, link) for page, link in LINKS if "://" not in link]


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


@pytest.mark.parametrize(("page", "link"), LOCAL, ids=lambda part: str(part)[-40:])
def test_link_leads_to_a_file_and_a_heading(page, link):
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    assert target.is_relative_to(ROOT), f"{name_of(page)}: {link} leads out of the repository"
    assert target.exists(), f"{name_of(page)}: there is no {link}"
    if anchor:
        assert anchor in anchors(read(target)), f"{name_of(page)}: no heading for {link}"


@pytest.mark.parametrize(("page", "link"), WEB, ids=lambda part: str(part)[-40:])
def test_address_has_the_right_form(page, link):
    parts = urlsplit(link)
    assert parts.scheme == "https", f"{name_of(page)}: {link}"
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), f"{name_of(page)}: {link}"
