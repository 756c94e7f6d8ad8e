"""A study is read once for all chapters of a report, and anew wherever its files have changed."""

import pytest

from analysis.checks import check_folder, one_reading, runner
from tests.builders import CLEAN, with_cell, write_folder

pytestmark = pytest.mark.unit


@pytest.fixture
def readings(monkeypatch):
    """Note every reading of a folder; what is remembered ends with the test."""
    read, whole = [], runner.scan_folder
    monkeypatch.setattr(runner, "scan_folder", lambda folder: read.append(folder) or whole(folder))
    monkeypatch.setattr(one_reading, "_memory", None)
    return read


def test_a_folder_is_read_at_every_call_unless_a_report_runs(readings, tmp_path):
    folder = write_folder(tmp_path)
    check_folder(folder)
    check_folder(folder)
    assert len(readings) == 2


def test_in_a_report_it_is_read_once_and_the_same_comes_out(readings, tmp_path):
    folder = write_folder(tmp_path)
    plain = check_folder(folder)
    one_reading.read_once()
    first, second = check_folder(folder), check_folder(folder)
    assert len(readings) == 2
    for result in (first, second):
        assert result.findings == plain.findings
        assert result.study.sha256 == plain.study.sha256
        for name, frame in plain.study.tables.items():
            assert frame.equals(result.study.tables[name])


def test_what_a_chapter_changes_in_a_table_no_other_chapter_sees(readings, tmp_path):
    folder = write_folder(tmp_path)
    one_reading.read_once()
    before = check_folder(folder).study.table("subjects").copy()
    for _ in range(2):
        subjects = check_folder(folder).study.table("subjects")
        assert subjects.equals(before)
        subjects["age_years"] = 0
    assert len(readings) == 1


def test_a_changed_file_is_read_anew(readings, tmp_path):
    folder = write_folder(tmp_path)
    one_reading.read_once()
    assert check_folder(folder).ok
    (folder / "subjects.csv").write_text(
        with_cell(CLEAN["subjects"], "age_years", "200", row=1), encoding="utf-8"
    )
    assert not check_folder(folder).ok
    (folder / "subjects.csv").unlink()
    assert check_folder(folder).study is None
    assert len(readings) == 3
