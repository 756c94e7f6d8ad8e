"""Technical words of reports: which of them a report holds, and what each means to a clinician.

One data file is the source of the appendix of a report and of the glossary of the documentation.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from analysis.report.document import plain
from analysis.report.document.text import runs_of
from analysis.report.document.tree import tree_of

__all__ = ["Term", "known_terms", "terms_html", "terms_in", "text_shown"]

_DATA = Path(__file__).parent / "data" / "terms.json"
_DASHES = re.compile("[\u2010-\u2014]")
_SPACES = re.compile(r"[^\S\n]+")  # a line break parts two blocks, and no term goes across
_NOT_IN_ANCHORS = re.compile(r"[^a-z0-9]+")
_INTRODUCTION = (
    "Technical words that occur in this report, each with what it means here. Rules and limits "
    "that are chosen for a result stand with that result."
)


@dataclass(frozen=True, kw_only=True)
class Term:
    """A technical word.

    Parameters
    ----------
    word : str
        As it is listed.
    forms : tuple of str
        What counts as an occurrence, as whole words. A form with a capital letter is found in this
        spelling only, any other form in capitals as well.
    meaning : str
        One sentence.
    page : tuple of (str, str) or None
        Title and file, below ``docs``, of the page that says more.
    """

    word: str
    forms: tuple[str, ...]
    meaning: str
    page: tuple[str, str] | None = None

    @property
    def anchor(self) -> str:
        """The id of the term on a page, such as ``term-wilson-interval``."""
        return f"term-{_NOT_IN_ANCHORS.sub('-', _letters(self.word)).strip('-')}"


def known_terms() -> dict[str, tuple[Term, ...]]:
    """Read all terms.

    Returns
    -------
    dict of str to tuple of Term
        Title of a group to its terms, in the order of the glossary.

    Examples
    --------
    >>> [term.word for term in known_terms()["Patients and denominators"]][:2]
    ['started', 'evaluable']
    """
    known: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return {
        group["title"]: tuple(_term(entry, known["pages"]) for entry in group["terms"])
        for group in known["groups"]
    }


def _term(entry: Mapping[str, Any], pages: Mapping[str, str]) -> Term:
    """Read one term."""
    return Term(
        word=entry["word"],
        forms=tuple(entry["forms"]),
        meaning=entry["meaning"],
        page=(pages[entry["page"]], entry["page"]) if "page" in entry else None,
    )


def text_shown(page: str) -> str:
    """Take the text out of a page.

    Parameters
    ----------
    page : str
        The HTML page of a report.

    Returns
    -------
    str
        All that is said, text alternatives of figures included, with a line break between blocks.
        The contents are left out: they repeat the headings.

    Examples
    --------
    >>> text_shown("<nav>Contents</nav><p>One</p><p>two</p>").split()
    ['One', 'two']
    """
    root = tree_of(page)
    return "\n".join([plain(list(runs_of(root))), *(image.get("alt") for image in root.all("img"))])


def terms_in(text: str, terms: Iterable[Term]) -> list[Term]:
    """Find the terms that occur in a text.

    Parameters
    ----------
    text : str
        Such as `text_shown` gives.
    terms : iterable of Term
        Those to look for; no form belongs to two of them.

    Returns
    -------
    list of Term
        In alphabetical order. A form inside a longer form of another term is no occurrence:
        "observed information" does not hold the term "observed".

    Examples
    --------
    >>> terms = [term for group in known_terms().values() for term in group]
    >>> [term.word for term in terms_in("Degrees of freedom by Satterthwaite", terms)]
    ['degrees of freedom', 'Satterthwaite']
    """
    owners = {_plainly(form): term for term in terms for form in term.forms}
    longest_first = sorted(owners, key=len, reverse=True)
    if not longest_first:
        return []
    pattern = "|".join(f"({_spelled(form)})" for form in longest_first)
    found = re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", _plainly(text))
    held = {owners[longest_first[match.lastindex - 1]] for match in found if match.lastindex}
    return sorted(held, key=lambda term: (_letters(term.word), term.word))


def _spelled(form: str) -> str:
    """Write the pattern of a form; capitals count where it has any."""
    return re.escape(form) if form != form.lower() else f"(?i:{re.escape(form)})"


def _plainly(text: str) -> str:
    """Write all dashes, apostrophes, spaces and percentages in one way."""
    text = _SPACES.sub(" ", _DASHES.sub("-", text)).replace("\u2019", "'")
    return text.replace(" %", "%")


def _letters(word: str) -> str:
    """Write a word for the alphabet: small letters without accents, and no capitals."""
    apart = unicodedata.normalize("NFKD", word.casefold().replace("ø", "o"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def terms_html(page: str) -> str:
    """Explain the technical words of a page.

    Parameters
    ----------
    page : str
        The HTML page of a report without this explanation.

    Returns
    -------
    str
        A sentence and a table in HTML: the terms that occur on the page in alphabetical order,
        each with an anchor, and what they mean.
    """
    every = (term for group in known_terms().values() for term in group)
    rows = "".join(map(_row, terms_in(text_shown(page), every)))
    return (
        f'<p>{_INTRODUCTION}</p>\n<table class="ko terms">'
        "<caption>Terms in alphabetical order</caption>"
        f"<thead><tr><th>Term</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(term: Term) -> str:
    """Write the row of a term."""
    word = f'<span id="{term.anchor}">{escape(term.word)}</span>'
    return f'<tr><th scope="row">{word}</th><td>{escape(term.meaning)}</td></tr>'
