"""Write docs/glossary.md anew from the terms of reports: run it after every change of a term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from analysis import storage
from analysis.report.terms import Term, known_terms

HEAD = """# Glossary for clinicians

Words of the report and the notebooks, in the sense in which they are used here. A report lists at
its end those that occur in it. This page is written by `python docs/make_glossary.py` from
`analysis/report/data/terms.json`.
"""


def glossary_markdown(groups: Mapping[str, Sequence[Term]]) -> str:
    """Explain every term in Markdown, group by group."""
    return "\n".join([HEAD, *(line for title in groups for line in lines(title, groups[title]))])


def lines(title: str, terms: Sequence[Term]) -> Iterator[str]:
    """Explain the terms of one group; pages that say more have a column where there are any."""
    more = any(term.page for term in terms)
    yield f"## {title}\n"
    yield "| word | meaning | page |" if more else "| word | meaning |"
    yield "|---|---|---|" if more else "|---|---|"
    for term in terms:
        cells = [term.word, term.meaning, *([link(term)] if more else [])]
        yield f"| {' | '.join(cells)} |"
    yield ""


def link(term: Term) -> str:
    """Link the page that says more, if there is one."""
    return f"[{term.page[0]}]({term.page[1]})" if term.page else ""


if __name__ == "__main__":
    glossary = Path(__file__).with_name("glossary.md")
    storage.write_text(glossary, glossary_markdown(known_terms()))
