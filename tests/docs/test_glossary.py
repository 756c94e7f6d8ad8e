"""The glossary of the documentation says what the terms of reports say."""

import runpy

import pytest

from analysis.report.terms import known_terms
from tests.docs.pages import ROOT, read

pytestmark = pytest.mark.unit

GLOSSARY = read(ROOT / "docs" / "glossary.md")


def test_the_glossary_is_made_from_the_terms():
    made = runpy.run_path(str(ROOT / "docs" / "make_glossary.py"))["glossary_markdown"]
    assert made(known_terms()) == GLOSSARY, "The terms changed: run `python docs/make_glossary.py`."


def test_a_row_is_as_a_reader_expects_it():
    assert "| tipping point | How much worse those who left would have to be " in GLOSSARY
    assert "for the conclusion to turn. | [missing scores](missing-data.md) |" in GLOSSARY


def test_every_row_has_the_cells_of_its_table():
    for title, terms in known_terms().items():
        part = GLOSSARY.split(f"## {title}\n\n")[1].split("\n\n")[0].splitlines()
        assert len(part) == len(terms) + 2
        assert len({line.count("|") for line in part}) == 1
