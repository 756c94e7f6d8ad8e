"""Initials with ages, records whose only name is an id, and what of texts is none of a patient."""
# ruff: noqa: E501 - a case reads best on its line

from __future__ import annotations

import pytest

from analysis.privacy.files.citations import is_published_address, without_article_numbers
from analysis.privacy.files.patient_mentions import signs_in_text
from analysis.privacy.files.patient_records import n_records_of_persons
from analysis.privacy.files.pieces import Limits
from analysis.privacy.files.pieces.fresh_lines import FreshLines
from analysis.privacy.files.pieces.web_page import html_pieces
from analysis.privacy.files.program_output import identifiers_in_output
from analysis.privacy.files.scanning import scan_path
from analysis.privacy.files.table_columns import column_role

pytestmark = pytest.mark.unit


def kinds(text: str) -> dict[str, int]:
    return {sign.kind: sign.count for sign in signs_in_text(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M.H., 41\nT.O., 67\nA.F., 38", 3),
        ("M. H. 41\nT. O. (67)", 2),
        ("- A.B.C. aged 41\n- D.E. 7", 2),
        ("M.H., 41\nM.H., 41", 0),  # one and the same
        ("Kenward M.G., 53, 983-997\nRoger J.H., 12, 1-9", 0),
        ("J. H. 2013\nA. B. 1999", 0),
        ("e.g. 12\ni.e. 13", 0),
        ("U.S. 12.5\nU.K. 13.1", 0),
    ],
)
def test_initials_with_an_age_are_rows_of_patients(text, expected):
    assert kinds(text).get("rows of single patients", 0) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'id': 4471, 'day': 7, 'phq9': 21}", 1),
        ("Pandas(Index=3, id='KX-4471', phq9=21)", 1),
        ("id = 4471\nday = 7\nphq9 = 21", 1),
        ("{'id': 4471, 'title': 'means', 'width': 640}", 0),
        ("{'id': 3, 'age': 'mean', 'n': 120}", 0),
        ("{'id': 4471, 'age': 44.3, 'n': 120, 'mean': 12.1}", 0),
        ("{'id': 'cell', 'age': 43}", 0),
    ],
)
def test_a_record_may_have_no_name_but_id(text, expected):
    assert n_records_of_persons(text) == expected


def test_articles_are_no_codes_unless_the_line_speaks_of_a_patient():
    line = "SUSTAIN-3 (2025). International Journal of Neuropsychopharmacology, pyaf027; extension."
    assert kinds(line) == {}
    assert "pyaf027" in without_article_numbers("Patient: pyaf027, Journal of Sleep 2025")
    assert "KX-10427" in without_article_numbers("Doe J, et al. Journal of Sleep 2025; KX-10427")
    assert kinds("SUSTAIN-3 (2025). Journal of Sleep: KX-10427, KX-10428, KX-10429") != {}


def test_a_filter_of_a_test_patient_lists_nobody():
    assert kinds('{"column": "Client ID", "is_not": ["99999"]}') == {}
    assert kinds('{"column": "Client ID", "is_not": ["48213"]}') != {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("report --ledger local/releases.jsonl --release 2026-11", False),
        ("--cut-off 2026-07-31 --audience internal", False),
        ("written to outputs/2026-11/index.html", False),
        ("seed 20240315, 2000 draws", False),
        ("random_state=20240315", False),
        ("first seen 2026-11", True),
        ("--born 1971-03-04", True),
        ("seen 20240315", True),
        ("Massachusetts General Hospital; Sakurai et al. (2020). PMID 32871698.", False),
        ("Treated at Massachusetts General Hospital since May", True),
    ],
)
def test_releases_seeds_and_hospitals_of_papers_are_none(text, expected):
    assert bool(identifiers_in_output(text)) is expected


def test_manuals_are_published_and_portals_are_not():
    assert is_published_address("https://docs.example.org/methods/1.2")
    assert not is_published_address("https://docs.clinic.com/patients/88213")


def test_a_place_in_a_file_is_no_place_of_a_person():
    assert (column_role("Place"), column_role("place of birth")) == ("", "person")


def test_lines_are_given_whole_then_by_shape_then_by_sure_signs():
    fresh = FreshLines(20)
    assert fresh.of(["week 1 done", "week 2 done"]) == [0, 1]
    assert not fresh.is_partial
    assert fresh.of(["week 3 done", "Anna Kowalski called the clinic", "week 44 done"]) == [1]
    assert fresh.is_partial
    assert fresh.of(["Peter, of Ulm!", "write to a.b@example.org"]) == [1]


_FEW = Limits(text_bytes=20_000)
_ROW = "<tr><td>week {}</td><td>14.2</td></tr>"


def page(last: str) -> str:
    """A long page: a table of 2,000 rows and as many lines, and one more of each."""
    rows = "".join(_ROW.format(n % 50) for n in range(2_000))
    lines = "".join(f"<p>week {n % 50} done</p>" for n in range(2_000))
    return f"<table><tr><th>visit</th><th>mean</th></tr>{rows}{_ROW.format(last)}</table>{lines}<p>{last}</p>"


def test_a_long_page_is_searched_to_its_end(tmp_path):
    path = tmp_path / "a.html"
    for last, rules in (("12", {"PRV-129"}), ("3, anna@example.org", {"PRV-129", "PRV-006"})):
        path.write_text(page(last), encoding="utf-8")
        assert {finding.rule for finding in scan_path(path, limits=_FEW).findings} == rules
    pieces = [*html_pieces(page("12"), where="page", limits=_FEW)]
    text = sum(len(piece.text) for piece in pieces if hasattr(piece, "text"))
    assert text < 12_000  # of 2,000 lines and 12 letters each nearly all are alike
