"""Files written into texts, marks of charts, citations, and what nobody sees in a workbook."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from analysis.privacy.files.citations import is_citation, is_published_address
from analysis.privacy.files.scanning import scan_path

pytestmark = pytest.mark.unit

_PATIENTS = "subject_id,day,phq9_total\nKX-4410,7,21\nKX-4411,14,9\nKX-4412,7,17\n"
_GROUPS = "visit,mean,std_error,n\nweek 1,14.21,0.61,212\nweek 2,12.94,0.66,204\n"


def _has_error(folder: Path, name: str, text: str) -> bool:
    (folder / name).write_text(text, encoding="utf-8")
    return not scan_path(folder / name).ok


@pytest.mark.parametrize(("table", "expected"), [(_PATIENTS, True), (_GROUPS, False)])
@pytest.mark.parametrize("ending", ["html", "md", "svg"])
def test_tables_in_links_are_read(tmp_path, table, expected, ending):
    packed = base64.b64encode(table.encode()).decode()
    for uri in (f"data:text/csv;base64,{packed}", f"data:text/csv,{quote(table)}"):
        svg = f'<svg xmlns="http://www.w3.org/2000/svg"><a href="{uri}"/></svg>'
        text = {"html": f'<a href="{uri}">x</a>', "md": f"[x]({uri})", "svg": svg}[ending]
        assert _has_error(tmp_path, f"page.{ending}", text) is expected


@pytest.mark.parametrize(("table", "expected"), [(_PATIENTS, True), (_GROUPS, False)])
def test_tables_in_scripts_are_read(tmp_path, table, expected):
    packed = base64.b64encode(table.encode()).decode()
    page = f'<script>save(atob("{packed}"));</script>'
    assert _has_error(tmp_path, "page.html", page) is expected


def test_lines_above_a_table_are_read(tmp_path):
    assert _has_error(tmp_path, "a.csv", "Patient: Anna Kowalski\n\n" + _GROUPS)
    assert not _has_error(tmp_path, "b.csv", "Title: Means by visit\n\n" + _GROUPS)


def test_residuals_are_of_single_observations(tmp_path):
    rows = "".join(f"{n / 7:.3f},{n / 3:.3f}\n" for n in range(1, 15))
    assert _has_error(tmp_path, "a.csv", "residual,fitted\n" + rows)
    assert not _has_error(tmp_path, "b.csv", "term,estimate\nresidual,4.21\nintercept,12.2\n")


def test_lines_of_patients_and_grids(tmp_path):
    start, end = '<svg xmlns="http://www.w3.org/2000/svg">', "</svg>"
    lines = "".join(f'<polyline points="0,{n} 40,{n * 7 % 31} 80,{n}"/>' for n in range(25))
    grid = "".join(f'<line x1="0" x2="400" y1="{n}" y2="{n}"/>' for n in range(40))
    assert _has_error(tmp_path, "a.svg", start + lines + end)
    assert not _has_error(tmp_path, "b.svg", start + grid + end)


def test_citations_and_addresses():
    assert is_citation("Murrough JW, et al. Am J Psychiatry. 2013;170(10):1134-1142.")
    assert not is_citation("Patient: Anna Kowalski, 2013;170(10):1134")
    assert is_published_address("https://json-schema.org/draft/2020-12/schema")
    assert not is_published_address("https://mychart.clinic.com/articles/88213")
