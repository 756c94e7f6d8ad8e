"""The file of broken rows: in the local zone only, marked, harmless for spreadsheet programs."""

import csv

import pandas as pd
import pytest

from analysis.checks import check, check_folder, write_detail
from analysis.errors import DataError, DisclosureError
from tests.builders import CLEAN, clean_study, with_cell, write_folder

pytestmark = pytest.mark.unit

BROKEN = {
    "subjects": with_cell(CLEAN["subjects"], "age_years", "147", row=1),
    "sessions": with_cell(
        with_cell(CLEAN["sessions"], "weight_kg", "-3", row=1), "phase", "", row=3
    ),
}


@pytest.fixture
def result(tmp_path):
    return check_folder(write_folder(tmp_path / "study", tables=BROKEN))


def test_all_rows_of_all_findings_errors_first(result, tmp_path):
    target = tmp_path / "local" / "new" / "findings.csv"
    assert write_detail(result, target) == target
    lines = target.read_bytes().decode("utf-8-sig").split("\n")
    assert lines[0] == (
        "level,notice,file,row,subject_id,session_no,column,rule,severity,what,remedy"
    )
    begins = [line.split(',"The ', 1)[0] for line in lines[1:5]]
    notice = '"patient-level","Confidential: true counts, for use inside the clinic only."'
    assert begins == [
        f'{notice},"sessions.csv",5,"p2",1,"phase","NUL-001","error"',
        f'{notice},"sessions.csv",3,"p1",2,"weight_kg","RNG-001","error"',
        f'{notice},"subjects.csv",3,"p2","","age_years","RNG-001","error"',
        f'{notice},"sessions.csv",3,"p1",2,"dose_mg","DOS-001","warning"',
    ]
    assert lines[5:] == [""]
    assert "147" not in target.read_text(encoding="utf-8")


def test_the_file_begins_with_a_byte_order_mark_and_only_there(result, tmp_path):
    content = write_detail(result, tmp_path / "local" / "a.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbflevel,")
    assert content.count(b"\xef\xbb\xbf") == 1


def test_the_same_findings_give_the_same_bytes(result, tmp_path):
    first = write_detail(result, tmp_path / "local" / "a.csv").read_bytes()
    assert write_detail(result, str(tmp_path / "local" / "b.csv")).read_bytes() == first


def test_the_file_agrees_with_what_is_located(result, tmp_path):
    written = pd.read_csv(write_detail(result, tmp_path / "local" / "a.csv"), encoding="utf-8-sig")
    for code in ("NUL-001", "RNG-001", "DOS-001"):
        located = result.locate(code)
        same = written[written["rule"].eq(code)].reset_index(drop=True)
        for column in ("file", "row", "subject_id", "column", "what", "remedy"):
            assert same[column].tolist() == located[column].tolist()


@pytest.mark.parametrize("place", ["findings.csv", "locals/findings.csv", "Local zone/a.csv"])
def test_outside_the_local_zone_it_is_refused_and_nothing_is_written(result, tmp_path, place):
    target = tmp_path / "out" / place
    with pytest.raises(DisclosureError, match="only below a folder named local"):
        write_detail(result, target)
    assert not target.parent.exists()


def test_a_file_named_local_is_no_local_zone(result, tmp_path):
    with pytest.raises(DisclosureError):
        write_detail(result, tmp_path / "local")


def test_a_link_out_of_the_local_zone_is_followed(result, tmp_path):
    (tmp_path / "local").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "local" / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    with pytest.raises(DisclosureError):
        write_detail(result, tmp_path / "local" / "link" / "findings.csv")


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_key_that_looks_like_a_formula_gets_an_apostrophe(tmp_path, mark):
    study = clean_study()
    code = f"{mark}cmd|'/c x'!A1"
    study.tables["subjects"]["subject_id"] = pd.array([code, "a=b", "p3", "p4", "'x"], "string")
    target = write_detail(check(study), tmp_path / "local" / "a.csv")
    with target.open(encoding="utf-8-sig", newline="") as handle:
        written = list(csv.DictReader(handle))
    keys = [row["subject_id"] for row in written if row["rule"] == "KEY-002"]
    assert keys == [f"'{code}", "a=b", "'x"]


def test_negative_days_stay_numbers(tmp_path):
    study = clean_study()
    study.tables["assessments"].loc[0, "total"] = 99.0
    target = write_detail(check(study), tmp_path / "local" / "a.csv")
    written = pd.read_csv(target, encoding="utf-8-sig")
    assert written["rel_day"].tolist() == [-2]
    assert written["instrument"].tolist() == ["MADRS"]


def test_without_findings_the_file_has_a_header_only(tmp_path):
    target = write_detail(check(clean_study()), tmp_path / "local" / "a.csv")
    assert target.read_bytes() == (
        b"\xef\xbb\xbflevel,notice,file,row,column,rule,severity,what,remedy\n"
    )


def test_after_a_change_of_the_files_the_earlier_detail_stays(result, tmp_path):
    target = tmp_path / "local" / "a.csv"
    target.parent.mkdir()
    target.write_text("earlier")
    (tmp_path / "study" / "subjects.csv").write_text("subject_id\n")
    with pytest.raises(DataError, match="changed after"):
        write_detail(result, target)
    assert target.read_text() == "earlier"
    assert [path.name for path in target.parent.iterdir()] == ["a.csv"]
