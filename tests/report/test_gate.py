"""The gate must let a sound page pass and must name each fault of an unsound one."""

import pytest

from analysis.errors import ReportError
from analysis.report.gate import page_faults, require_sound_page

PIXEL = "data:image/png;base64,iVBORw0KGgo="
ALT = "Line chart of mean change by week."


def page(body: str = "", *, head: str = "", lang: str = ' lang="en"') -> str:
    head = f"<title>T</title>{head}"
    return f"<!DOCTYPE html><html{lang}><head>{head}</head><body><h1>T</h1>{body}</body></html>"


@pytest.mark.unit
@pytest.mark.parametrize(
    "body",
    [
        f'<img src="{PIXEL}" alt="{ALT}">',
        '<a href="https://doi.org/10.1016/j.jad.2021.12.097">source</a>',
        '<a href="#results">results</a><p id="results">text</p>',
        '<p id="first">a</p><p id="second">b</p><p id>c</p><p id>d</p>',
        '<table><tr><th scope="col">n</th></tr></table>',
        "<h2>a</h2><h3>b</h3><h2>c</h2>",
        "<p>@import url(https://example.org/style.css) is only text here</p>",
        f"<div style=\"background: url('{PIXEL}')\"></div>",
        f"<div style=\"background: url( '{PIXEL}' )\"></div>",
        f'<div style="background: url(  {PIXEL} )"></div>',
        '<svg><rect fill="url(#shade)"/><use xlink:href="#mark"/></svg>',
        '<blockquote cite="https://example.org">a</blockquote>',
        f'<img src=" DATA:{PIXEL[5:]}" alt="{ALT}" data-source="https://example.org">',
    ],
)
def test_sound_pages_pass(body):
    assert page_faults(page(body)) == []
    require_sound_page(page(body))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f'<img src="https://example.org/a.png" alt="{ALT}">', "<img> loads from elsewhere"),
        (f'<img src="//example.org/a.png" alt="{ALT}">', "<img> loads from elsewhere"),
        (f'<img src="figure.png" alt="{ALT}">', "<img> loads from elsewhere"),
        (f'<img src="{PIXEL}" srcset="b.png 2x" alt="{ALT}">', "<img> loads through an attribute"),
        ("<script>fetch('https://example.org')</script>", "<script> is not allowed"),
        ('<script src="https://example.org/a.js"></script>', "<script> loads from elsewhere"),
        ('<iframe src="https://example.org"></iframe>', "<iframe> loads from elsewhere"),
        ('<object data="a.swf"></object>', "<object> loads from elsewhere"),
        ('<svg><image href="https://example.org/a.png"/></svg>', "<image> loads from elsewhere"),
        ('<svg><use href="sprites.svg#a"/></svg>', "<use> loads from elsewhere"),
        ('<p style="background:url(https://e.org/a.png)">', "<p> loads through an attribute"),
        ('<form action="https://example.org"></form>', "<form> is not allowed"),
        ('<form action="https://example.org"></form>', "<form> loads from elsewhere"),
        ('<button formaction="https://e.org">a</button>', "<button> loads from elsewhere"),
        ('<video poster="https://e.org/a.png"></video>', "<video> loads from elsewhere"),
        ('<table background="a.png"></table>', "<table> loads from elsewhere"),
        ('<svg><feImage xlink:href="a.png"/></svg>', "<feimage> loads from elsewhere"),
        ('<svg><feImage href="a.png"/></svg>', "<feimage> loads from elsewhere"),
        ('<svg><image xlink:href="//e.org/a.png"/></svg>', "<image> loads from elsewhere"),
        ('<frame src="a.html">', "<frame> loads from elsewhere"),
        ('<a href="#results" ping="https://e.org">a</a>', "<a> loads from elsewhere"),
        ('<a src="https://e.org">a</a>', "<a> loads from elsewhere"),
        ('<area href="https://e.org">', "<area> loads from elsewhere"),
        ('<section manifest="a.appcache"></section>', "<section> loads from elsewhere"),
        ('<iframe srcdoc="<p>a</p>"></iframe>', "<iframe> loads through an attribute"),
        ('<source srcset="a.png 2x">', "<source> loads through an attribute"),
        ('<svg><rect fill="url(a.svg#b)"/></svg>', "<rect> loads through an attribute"),
        ("<p style=\"background:image-set('a.png' 1x)\">", "<p> loads through an attribute"),
        ("<p style=\"background:url( 'a.png' )\">", "<p> loads through an attribute"),
        ('<p style="background:url( a.png )">', "<p> loads through an attribute"),
        ('<p onclick="go()">a</p>', "<p> has a script in an attribute"),
        (f'<img src="{PIXEL}" alt="{ALT}" ONLOAD="go()">', "<img> has a script in an attribute"),
        ("<svg onload=go()></svg>", "<svg> has a script in an attribute"),
        (f'<img src="{PIXEL}" alt="">', "a figure has no text alternative"),
        (f'<img src="{PIXEL}">', "a figure has no text alternative"),
        ("<table><tr><th>n</th></tr></table>", "a table header has no scope"),
        ("<h1>second</h1>", "the page must have exactly one main heading"),
        ("<h3>skipped</h3>", "a heading level is skipped"),
        ('<a href="#results">results</a>', "a link leads to no part of the page"),
        ('<p id="same">a</p><p id="same">b</p>', "two parts have the same id"),
    ],
)
def test_each_fault_is_named(body, fault):
    assert fault in page_faults(page(body))
    with pytest.raises(ReportError, match="was not written"):
        require_sound_page(page(body))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ('<link rel="stylesheet" href="a.css">', "<link> loads from elsewhere"),
        ("<style>@import 'a.css';</style>", "a style sheet loads from elsewhere"),
        ("<style>@font-face{src:url(a.woff)}</style>", "a style sheet loads from elsewhere"),
        ('<style>p{background:url("//e.org/a")}</style>', "a style sheet loads from elsewhere"),
        ("<style>p{background:url( a.png )}</style>", "a style sheet loads from elsewhere"),
        (
            "<style>p{background:-webkit-image-set('a' 1x)}</style>",
            "a style sheet loads from elsewhere",
        ),
        ('<base href="https://example.org">', "<base> is not allowed"),
        ('<meta http-equiv="refresh" content="0;url=https://e.org">', "<meta> is not allowed"),
    ],
)
def test_faults_in_the_head(head, fault):
    assert fault in page_faults(page(head=head))


@pytest.mark.unit
def test_language_is_required():
    assert page_faults(page(lang="")) == ["the language is not stated"]


@pytest.mark.unit
@pytest.mark.parametrize("title", ["", "<title></title>", "<title> </title>"])
def test_a_title_is_required(title):
    sound = page()
    assert page_faults(sound.replace("<title>T</title>", title)) == ["the page has no title"]


@pytest.mark.identity
def test_the_message_repeats_nothing_of_the_page():
    canary = "CANARY-7f3a"
    with pytest.raises(ReportError) as caught:
        require_sound_page(page(f'<img src="https://{canary}.org/{canary}.png" alt="{canary}">'))
    assert canary not in str(caught.value)
