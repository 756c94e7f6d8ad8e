"""Reports made against the ledger of earlier releases, and the page to be signed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from analysis import storage
from analysis.disclosure import Ledger, recording, suppress_cells
from analysis.disclosure.ledger import LEDGER_VARIABLE
from analysis.errors import DisclosureError
from analysis.report import build_report, write_release_page
from analysis.report.releases import PAGE, against_ledger
from analysis.synthetic import example_folder
from tests.report.conftest import EPOCH

unit = pytest.mark.unit


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one release."""
    path = tmp_path / "local" / "releases.jsonl"
    with recording(Ledger(release="1", path=path)):
        suppress_cells({"a": 40, "b": 4, "all": 44}, [("all", ["a", "b"])], about="patients")
    return path


@unit
def test_what_is_suppressed_inside_is_noted_when_all_goes_well(ledger: Path) -> None:
    before = ledger.read_bytes()
    with against_ledger(ledger, "2"):
        release, _, path = os.environ[LEDGER_VARIABLE].partition("|")
        with recording(Ledger(release=release, path=Path(path))):
            suppress_cells({"a": 60}, about="patients")
        assert ledger.read_bytes() == before
    assert LEDGER_VARIABLE not in os.environ
    assert ledger.read_bytes().startswith(before)
    assert [record.release for record in Ledger(release="3", path=ledger).records] == ["1", "2"]


def fail_after_a_table(ledger: Path) -> None:
    """Release one table, then fail."""
    with against_ledger(ledger, "2"):
        release, _, path = os.environ[LEDGER_VARIABLE].partition("|")
        with recording(Ledger(release=release, path=Path(path))):
            suppress_cells({"a": 60}, about="patients")
        raise RuntimeError


@unit
def test_a_failure_leaves_the_ledger_as_it_was(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LEDGER_VARIABLE, "0|elsewhere")
    before = ledger.read_bytes()
    with pytest.raises(RuntimeError):
        fail_after_a_table(ledger)
    assert ledger.read_bytes() == before
    assert os.environ[LEDGER_VARIABLE] == "0|elsewhere"


@unit
def test_without_a_ledger_the_tables_of_a_report_are_held_against_each_other() -> None:
    with against_ledger(None, ""):
        release, _, path = os.environ[LEDGER_VARIABLE].partition("|")
        ledger = Ledger(release=release, path=Path(path))
        with recording(ledger):
            suppress_cells({"a": 40, "b": 5, "all": 45}, [("all", ["a", "b"])], about="patients")
            assert suppress_cells({"a": 40}, about="patients").text == {"a": "—"}
    assert LEDGER_VARIABLE not in os.environ
    assert not Path(path).exists()


@unit
def test_ledgers_that_cannot_be_used_are_refused(ledger: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(DisclosureError, match="folder named local"),
        against_ledger(tmp_path / "releases.jsonl", "2"),
    ):
        pass
    with pytest.raises(DisclosureError, match="in the ledger already"), against_ledger(ledger, "1"):
        pass
    with pytest.raises(DisclosureError, match="needs a label"), against_ledger(ledger, ""):
        pass


@unit
def test_the_page_says_what_leaves(ledger: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    storage.write_text(folder / "index.html", "<p>report</p>")
    storage.write_text(folder / "tables" / "a<b.csv", "n\n40\n")
    page = write_release_page(folder, ledger=ledger, release="1")
    text = page.read_text(encoding="utf-8")
    assert page == folder / PAGE
    assert "Of 3 counts 2 are hidden." in text
    assert "Counts from 1 to 10 are hidden" in text
    assert "tables/a&lt;b.csv" in text
    assert storage.file_sha256(folder / "index.html") in text
    assert "certifies nothing" in text
    assert "Released by" in text
    assert not re.search(r"<script|http", text.split("</head>")[1])
    noted = Ledger(release="2", path=ledger).records[-1]
    assert noted.shown["index.html"] == storage.file_sha256(folder / "index.html")
    with pytest.raises(DisclosureError, match="noted already"):
        write_release_page(folder, ledger=ledger, release="1")


@unit
def test_pages_that_would_say_nothing_are_refused(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="no file"):
        write_release_page(tmp_path / "none", ledger=ledger, release="1")
    storage.write_text(tmp_path / "out" / "index.html", "x")
    with pytest.raises(DisclosureError, match="knows nothing of this release"):
        write_release_page(tmp_path / "out", ledger=ledger, release="2")
    outside = tmp_path / "releases.jsonl"
    outside.write_bytes(ledger.read_bytes())
    with pytest.raises(DisclosureError, match="folder named local"):
        write_release_page(tmp_path / "out", ledger=outside, release="1")


@pytest.mark.slow
@pytest.mark.identity
@pytest.mark.needs("pango")
@pytest.mark.xdist_group("report page")
def test_the_first_release_notes_its_tables_and_has_the_same_bytes(
    report_files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    path = tmp_path / "local" / "releases.jsonl"
    files = build_report(
        example_folder("clinic-network"),
        tmp_path,
        formats=("html", "docx", "xlsx", "pdf"),
        ledger=path,
        release="1",
    )
    for name, file in files.items():
        assert file.read_bytes() == report_files[name].read_bytes(), name
    frame = Ledger(release="2", path=path).to_frame()
    assert set(frame["release"]) == {"1"}
    assert frame["about"].str.contains("responses by measure and site_id").any()
    assert frame["about"].str.contains("flow of patients").any()
    assert frame["about"].str.contains("steps of a curve").any()
    assert frame["hidden"].sum() > 50
