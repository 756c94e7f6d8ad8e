"""Corrections from a list, carried out on copies: what is changed, what stays, what is refused."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError, DisclosureError
from analysis.formats import Mapping, correct_files, read_clinic
from tests.formats.small_clinic import FILES, MAPPING, PATIENTS, changed, write_files

unit = pytest.mark.unit

HEAD = "file,line,column,is,becomes,reason\n"


def corrected(tmp_path, rows, content=None, **files):
    """Write the small clinic and a list, and carry it out; return the folder of the copies."""
    export = tmp_path / "export"
    export.mkdir(exist_ok=True)
    write_files(export, **files)
    (tmp_path / "list.csv").write_text(HEAD + rows, encoding="utf-8")
    mapping, target = Mapping.of(content or MAPPING), tmp_path / "local" / "copies"
    correct_files(export, mapping, tmp_path / "list.csv", target)
    return target


def corrected_by(export, path):
    return correct_files(export, Mapping.of(MAPPING), path, export / "local" / "copies")


@unit
def test_one_cell_is_changed_and_every_other_byte_stays(tmp_path):
    rows = "treatments.csv,3,body weight (LB),176,178,scale read again\n"
    copies = corrected(tmp_path, rows)
    assert {path.name for path in copies.iterdir()} == set(FILES)
    text = (copies / "treatments.csv").read_text(encoding="utf-8")
    assert text == FILES["treatments.csv"].replace("40 mg,176", "40 mg,178")
    for name in ("patients.csv", "phq.csv"):
        assert (copies / name).read_bytes() == (tmp_path / "export" / name).read_bytes()
    assert (tmp_path / "export" / "treatments.csv").read_text() == FILES["treatments.csv"]


@unit
def test_the_line_of_a_finding_is_the_line_of_the_list(tmp_path):
    broken = FILES["treatments.csv"].replace("15/01/2024", "31/02/2024")
    export = tmp_path / "export"
    export.mkdir()
    write_files(export, treatments=broken)
    found = read_clinic(export, Mapping.of(MAPPING))
    assert not found.ok
    located = found.locate("FMT-050")
    assert located.attrs["patient_level"]
    assert set(located["line"]) == {4}
    rows = "treatments.csv,4,Treatment date,31/02/2024,15/01/2024,there is no such day\n"
    copies = corrected(tmp_path, rows, treatments=broken)
    assert read_clinic(copies, Mapping.of(MAPPING)).ok


@unit
def test_several_corrections_of_one_row_of_several_lines(tmp_path):
    text = 'Patient ID,Note,Sum\r\n17,"two\r\nlines",5\r\n21,,6\r\n'
    content = changed("sources", "patients", "file", to="notes.csv")
    content["sources"]["patients"]["client_id"] = "Patient ID"
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "notes.csv").write_bytes(text.encode())
    rows = (
        "notes.csv,2,Sum,5,7,typing error\n"
        'notes.csv,2,Note,"two\r\nlines","one, only",shortened\n'
        "notes.csv,3,Note,,x,was empty\n"
    )
    copies = corrected(tmp_path, rows, content)
    assert (copies / "notes.csv").read_bytes() == (
        b'Patient ID,Note,Sum\r\n17,"one, only",7\r\n21,x,6\r\n'
    )


@unit
def test_encoding_delimiter_and_a_byte_order_mark_stay(tmp_path):
    text = PATIENTS.replace(",", ";").replace("Harbour", "Härbour")
    content = changed("sources", "patients", "delimiter", to=";")
    content["sources"]["patients"]["encoding"] = "cp1252"
    rows = "patients.csv,4,Diagnosis,PTSD,Déprimé,chart\n"
    copies = corrected(tmp_path, rows, content, patients=text.encode("cp1252"))
    expected = text.replace("PTSD", "Déprimé").encode("cp1252")
    assert (copies / "patients.csv").read_bytes() == expected
    marked = b"\xef\xbb\xbf" + PATIENTS.encode()
    rows = "patients.csv,2,Patient ID,0017,0018,chart\n"
    copies = corrected(tmp_path, rows, patients=marked)
    assert (copies / "patients.csv").read_bytes() == marked.replace(b"0017", b"0018")


@unit
@pytest.mark.parametrize(
    "row",
    [
        "treatments.csv,3,Body weight (lb),canary,1,x",
        "treatments.csv,99,Route,Infusion,canary,x",
        "treatments.csv,canary,Route,Infusion,Injection,x",
        "treatments.csv,2,canary,Infusion,Injection,x",
        "canary.csv,2,Route,Infusion,Injection,x",
        "../export/treatments.csv,2,Route,Infusion,Injection,x",
    ],
)
def test_what_fits_no_cell_is_refused_whole_and_by_its_line_in_the_list(tmp_path, row):
    good = "treatments.csv,2,Route,Infusion,Injection,x\n"
    with pytest.raises(DataError, match="rows 3 of the list") as raised:
        corrected(tmp_path, good + row + "\n")
    assert "canary" not in str(raised.value)
    assert not (tmp_path / "local").exists()


@unit
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,line\na,1\n", "lacks the columns column, is, becomes, reason"),
        (HEAD + "treatments.csv,2,Route,Infusion,Injection, \n", "1 rows without a reason"),
        ("", "lacks the columns file, line"),
        (HEAD + "a,b,c,d,e,f,canary,h\n1\n", "2 rows with more or fewer cells"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path, text, said):
    write_files(tmp_path)
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said) as raised:
        correct_files(
            tmp_path, Mapping.of(MAPPING), tmp_path / "list.csv", tmp_path / "local" / "x"
        )
    assert "canary" not in str(raised.value)


@unit
def test_copies_stay_in_the_local_zone_and_never_replace_the_export(tmp_path):
    export = tmp_path / "local" / "export"
    export.mkdir(parents=True)
    write_files(export)
    (tmp_path / "list.csv").write_text(HEAD, encoding="utf-8")
    mapping = Mapping.of(MAPPING)
    with pytest.raises(DisclosureError, match="named local"):
        correct_files(export, mapping, tmp_path / "list.csv", tmp_path / "copies")
    with pytest.raises(DataError, match="another folder"):
        correct_files(export, mapping, tmp_path / "list.csv", export)
    with pytest.raises(DataError, match="cannot be opened"):
        correct_files(export, mapping, tmp_path / "nowhere.csv", tmp_path / "local" / "x")


@unit
def test_a_file_in_another_encoding_is_left_to_the_reader(tmp_path):
    text = PATIENTS.replace("Harbour", "Härbour").encode("cp1252")
    with pytest.raises(DataError, match="read_clinic first"):
        corrected(tmp_path, "patients.csv,2,Clinic,Main Street,x,y\n", patients=text)


CELL = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufeff\u2028\u2029"),
    max_size=8,
)


@pytest.mark.identity
@settings(max_examples=40, deadline=None)
@given(before=CELL, after=CELL)
def test_a_correction_and_its_opposite_give_the_file_again(tmp_path_factory, before, after):
    def listed(old, new):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(("a.csv", 2, "Note", old, new, "why"))
        return HEAD + out.getvalue()

    folder = tmp_path_factory.mktemp("again")
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([("ID", "Note", "x"), ("1", before, "z")])
    (folder / "a.csv").write_text(written.getvalue(), encoding="utf-8", newline="")
    mapping = Mapping.of(
        {
            "mapping_version": "1",
            "sources": {"a": {"file": "a.csv", "kind": "csv", "client_id": "ID"}},
        }
    )
    one, two = folder / "local" / "one", folder / "local" / "two"
    for source, target, pair in ((folder, one, (before, after)), (one, two, (after, before))):
        (folder / "list.csv").write_text(listed(*pair), encoding="utf-8", newline="")
        correct_files(source, mapping, folder / "list.csv", target)
    assert (two / "a.csv").read_bytes() == (folder / "a.csv").read_bytes()
    with (one / "a.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle))[1][1] == after


@unit
def test_lines_are_those_of_findings_below_cells_of_several_lines(tmp_path):
    lines = PATIENTS.splitlines()
    lines[0] += ',"A\nnote"'
    lines[1] += ',"two\nlines"'
    text = "\n".join(
        [*lines[:2], lines[2].replace("30/11/1930", "31/02/1930") + ",", lines[3] + ","]
    )
    export = tmp_path / "export"
    export.mkdir()
    write_files(export, patients=text + "\n")
    found = read_clinic(export, Mapping.of(MAPPING)).locate("FMT-050")
    (line,) = found["line"]
    rows = f"patients.csv,{line},Date of Birth,31/02/1930,28/02/1930,no such day\n"
    copies = corrected(tmp_path, rows, patients=text + "\n")
    expected = text.replace("31/02/1930", "28/02/1930") + "\n"
    assert (copies / "patients.csv").read_text(encoding="utf-8") == expected
