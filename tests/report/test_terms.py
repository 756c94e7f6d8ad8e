"""Terms of a report: listed if and only if they occur, each in one short sentence."""

import html
import json
import re

import pytest

from analysis.report import terms as module
from analysis.report.terms import Term, known_terms, terms_html, terms_in, text_shown
from tests.docs.pages import ROOT

EVERY = [term for group in known_terms().values() for term in group]
WORDS = [term.word for term in EVERY]
ROW = re.compile(r'<th scope="row"><span id="([^"]+)">(.*?)</span></th>\s*<td>(.*?)</td>')


def found(text):
    return [term.word for term in terms_in(text, EVERY)]


@pytest.mark.unit
@pytest.mark.parametrize("term", EVERY, ids=lambda term: term.anchor)
def test_every_form_counts_and_no_other_term_takes_it(term):
    for form in term.forms:
        assert found(f"before, {form}; after") == [term.word]


@pytest.mark.unit
@pytest.mark.parametrize("term", EVERY, ids=lambda term: term.anchor)
def test_a_meaning_is_one_sentence_of_at_most_thirty_words(term):
    assert 3 <= len(term.meaning.split()) <= 30
    assert term.meaning[0].isupper()
    assert term.meaning[-1] in ".?"
    assert not re.search(r"[.?!;]\s+[A-Z]", term.meaning)


@pytest.mark.unit
@pytest.mark.parametrize("term", EVERY, ids=lambda term: term.anchor)
def test_what_a_reader_has_met_is_recognised_in_the_list(term):
    stems = [part[:4] for part in re.findall(r"[^\s(),]+", term.word.casefold())]
    for form in term.forms:
        assert any(stem in form.casefold() for stem in stems)


@pytest.mark.unit
def test_words_forms_and_anchors_are_there_once():
    forms = [form.casefold() for term in EVERY for form in term.forms]
    for listed in (WORDS, forms, [term.anchor for term in EVERY]):
        assert len(listed) == len(set(listed))


@pytest.mark.unit
@pytest.mark.parametrize(
    "word",
    [
        "shrunken value", "Anhøj's rules", "REML (restricted maximum likelihood)",
        "Kenward–Roger", "tipping point", "jackknife", "Wilson interval",
        "standardised mean difference (SMD)", "funnel limits", "release", "suppressed", "hidden",
        "not yet due",
    ],
)  # fmt: skip
def test_words_that_readers_asked_about_are_known(word):
    assert word in WORDS


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("fitted by REML", ["REML (restricted maximum likelihood)"]),
        ("a reml of its own", []),  # capitals count where the form has any
        ("Jackknife", ["jackknife"]),
        ("jackknifed, evaluables, baseline_at_least", []),  # parts of words are no occurrences
        ("Kaplan-Meier and Kaplan–Meier", ["Kaplan–Meier curve"]),
        ("Kenward\u2011Roger", ["Kenward–Roger"]),
        ("95\u00a0% interval", ["confidence interval (CI)"]),
        ("Rubin’s rules", ["Rubin's rules"]),
        ("from the observed information", ["observed information"]),  # and not "observed"
        ("observed, from the observed information", ["observed", "observed information"]),
        ("interval-censored", ["interval-censored"]),
        ("quality\nmeasure", []),  # two cells
        ("the record of a squire", []),
        ("", []),
    ],
)
def test_what_is_an_occurrence(text, listed):
    assert found(text) == listed


@pytest.mark.unit
def test_terms_come_in_the_order_of_the_alphabet():
    assert found("Wilson, Satterthwaite, jackknife, Anhøj, adjusted, release") == [
        "adjusted", "Anhøj's rules", "jackknife", "release", "Satterthwaite", "Wilson interval"
    ]  # fmt: skip


@pytest.mark.unit
def test_no_terms_are_looked_for_in_vain():
    assert terms_in("REML", []) == []


@pytest.mark.unit
def test_text_is_all_that_is_said_and_nothing_else():
    page = (
        "<title>seed</title><style>p { window: 1 }</style><nav>jackknife</nav>"
        "<main><p>one <em>tipping</em> point</p><td>quality</td><td>measure</td>"
        '<img alt="A funnel." src="release"></main><footer>SHA-256</footer>'
    )
    assert found(text_shown(page)) == ["funnel limits", "SHA-256", "tipping point"]


@pytest.mark.unit
def test_words_and_meanings_are_escaped(monkeypatch):
    term = Term(word="A < B & C", forms=("a",), meaning='Less than "it" & <b>.')
    monkeypatch.setattr(module, "known_terms", lambda: {"All": (term,)})
    (row,) = ROW.findall(terms_html("<p>a</p>"))
    assert row == ("term-a-b-c", "A &lt; B &amp; C", "Less than &quot;it&quot; &amp; &lt;b&gt;.")


@pytest.mark.unit
def test_the_file_holds_nothing_that_is_not_read():
    stored = json.loads((ROOT / "analysis/report/data/terms.json").read_text(encoding="utf-8"))
    entries = [entry for group in stored["groups"] for entry in group["terms"]]
    assert [entry["word"] for entry in entries] == WORDS
    assert {key for entry in entries for key in entry} == {"word", "forms", "meaning", "page"}
    assert set(stored["pages"]) == {entry["page"] for entry in entries if "page" in entry}


def occurs(form, text):
    """Tell whether a form stands in a text as whole words, by looking for it alone."""
    flags = 0 if form != form.lower() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, flags) is not None


def alike(text):
    """Write signs in one way, as the terms do."""
    text = re.sub("[\u2010-\u2014]", "-", html.unescape(text)).replace("’", "'")
    return re.sub(r"[^\S\n]+", " ", text).replace(" %", "%")


def visible(page):
    """Take tags away by their signs alone; the alternative texts stay."""
    page = re.sub(r"<(style|nav|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    texts = re.findall(r'alt="([^"]*)"|alt=\'([^\']*)\'', page)
    page = re.sub(r"</?(?:em|strong|code|a|span|b|i)\b[^>]*>", "", page)
    lines = re.sub(r"[^\S]+", " ", page)
    return alike(re.sub(r"<[^>]*>", "\n", lines) + "\n".join(a or b for a, b in texts))


@pytest.mark.xdist_group("report page")
@pytest.mark.slow
@pytest.mark.identity
def test_the_report_lists_a_term_if_and_only_if_it_occurs(report_page):
    page = report_page.read_text(encoding="utf-8")
    begin = page.index('<section class="notebook" id="terms"')
    end = page.index("</section>", begin)
    listed = [html.unescape(word) for _, word, _ in ROW.findall(page[begin:end])]
    assert 'href="#terms"' in page
    assert len(listed) > 50
    text = visible(page[:begin] + page[end:])
    here = {term.word for term in EVERY if any(occurs(alike(form), text) for form in term.forms)}
    assert set(listed) <= here
    longer = [alike(form) for term in EVERY for form in term.forms]
    for term in (term for term in EVERY if term.word in here - set(listed)):
        rest = text  # what stands in longer forms of others does not count
        for form in sorted(set(longer) - set(map(alike, term.forms)), key=len, reverse=True):
            if any(occurs(alike(own), form) for own in term.forms):
                rest = re.sub(re.escape(form), " ", rest, flags=re.IGNORECASE)
        assert not any(occurs(alike(form), rest) for form in term.forms), term.word
