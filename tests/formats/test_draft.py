"""A proposal for files that nobody has described: what is sure, what is asked, and why."""

import json

import openpyxl
import pytest

from analysis.errors import DataError
from analysis.formats import Mapping, draft_mapping, read_clinic
from analysis.formats.drafting.scales import named_scale
from tests.formats.small_clinic import PATIENTS, PHQ, TREATMENTS, write_files

unit = pytest.mark.unit


@pytest.fixture
def draft(tmp_path):
    write_files(tmp_path)
    (tmp_path / "phq.csv").rename(tmp_path / "PHQ-9 tablet.csv")
    return draft_mapping(tmp_path)


@unit
def test_sources_and_ids(draft):
    sources = draft.content["sources"]
    assert sorted(sources) == ["patients", "phq_9", "treatments"]
    assert sources["phq_9"]["client_id"] == "Client"
    assert "100% of its values" in sources["phq_9"]["note"]
    assert {s["dates"] for s in sources.values()} == {"dmy"}
    assert draft.content["client_id"]["width"] == 4
    assert draft.content["origin"]["column"] == "Treatment date"


@unit
def test_columns_and_labels(draft):
    subjects = draft.content["tables"]["subjects"]["columns"]
    assert subjects["age_years"]["read_as"] == "birth date"
    assert subjects["sex"]["values"] == {"F": "female", "M": "male"}
    sessions = draft.content["tables"]["sessions"]["columns"]
    assert sessions["route"]["values"] == {"Infusion": "?", "Injection": "?"}
    assert sessions["weight_kg"]["unit"] == "lb"
    assert sessions["dose_mg"]["weight"]["column"] == "Body weight (lb)"
    assert sessions["phase"]["constant"] == "?"


@unit
def test_questionnaire_with_its_items_in_order(draft):
    (form,) = draft.content["questionnaires"]
    assert form["instrument"] == "PHQ-9"
    assert form["items"] == [f"Invented sentence, question {n} of 9" for n in range(1, 10)]
    assert set(form["answers"].values()) == {"?"}
    assert form["total"]["column"] == "Sum"
    assert "9 headers count from 1 upwards" in form["note"]


@unit
def test_reader_refuses_until_everything_is_decided(draft, tmp_path):
    assert not draft.ok
    assert {f.rule for f in draft.findings} == {"FMT-014"}
    content = json.loads(draft.text())
    content["study"]["title"] = "A small clinic"
    content["cut_off"] = "2024-03-31"
    content["sites"] = {"Main Street": "A", "Harbour": "B"}
    columns = content["tables"]["sessions"]["columns"]
    columns["route"]["values"] = {"Infusion": "IV", "Injection": "IM"}
    columns["course_no"]["constant"] = 1
    columns["phase"] = {"by_session_no": {"1": "induction"}}
    content["questionnaires"][0]["answers"] = dict(
        zip(["Never", "Some days", "Most days", "Every day"], range(4), strict=True)
    )
    content["follow_up"]["end_reason"]["values"] = {"Active": "ongoing", "Lost contact": "lost"}
    mapping = Mapping.of(content)
    assert mapping.findings == ()
    study = read_clinic(tmp_path, mapping).require_study()
    assert study.table("assessments")["total"].tolist() == [18.0, 3.0, 18.0, 3.0]
    assert study.table("sessions")["dose_mg"].round(3).tolist() == [39.916, 40.0, 50.0, 35.0]


@unit
def test_what_cannot_be_known_is_asked(tmp_path):
    phq = (
        PHQ.replace("26/01/2024", "06/01/2024").replace("15/01", "11/01").replace("19/02", "09/02")
    )
    phq = phq.replace("Never", "Näver")
    (tmp_path / "a.csv").write_bytes(phq.encode("cp1252"))
    (tmp_path / "b.csv").write_text(PATIENTS.replace("Patient ID", "Name"), encoding="utf-8")
    draft = draft_mapping([tmp_path / "a.csv", tmp_path / "b.csv"])
    asked = set(draft.open_questions)
    names = {s["file"]: name for name, s in draft.content["sources"].items()}
    a, b = names["a.csv"], names["b.csv"]
    assert {f"sources.{a}.encoding", f"sources.{a}.dates", f"sources.{b}.client_id"} <= asked
    assert {"origin.source", "origin.column", "questionnaires[0].instrument"} <= asked


@unit
def test_workbook_with_titles_codes_and_several_sheets(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Infusions"
    book.active.append(["Infusions of the clinic"])
    book.active.append([])
    for line in TREATMENTS.splitlines():
        book.active.append([cell or "N/A" for cell in line.split(",")])
    other = book.create_sheet("GAD7")
    other.append(["Patient ID", "Date", *(f"gad7_{n}" for n in range(1, 8)), "gad7_total"])
    other.append(["17", "2024-01-30", *[1] * 7, 7])
    other.append(["21", "2024-01-30", *[4] * 7, 28])
    book.save(tmp_path / "export.xlsx")
    content = draft_mapping(tmp_path).content
    treatments, gad = content["sources"]["treatments"], content["sources"]["gad_7"]
    assert (treatments["sheet"], treatments["header_row"]) == ("Infusions", 3)
    assert treatments["na"] == ["N/A"]
    assert gad["sheet"] == "GAD7"
    (form,) = content["questionnaires"]
    assert form["instrument"] == "GAD-7"
    assert form["answers"] == {"1": "?", "4": "?"}  # 4 is no answer of the scale: counted from 1
    assert form["total"]["column"] == "gad7_total"


@unit
def test_totals_in_long_and_in_wide_form(tmp_path):
    long = "MRN,Date,Scale,Score\n1,2024-01-01,PHQ-9,5\n2,2024-01-01,GAD-7,6\n2,2024-01-02,Mood,6\n"
    wide = "MRN,Date,PHQ-9 total,MADRS score\n1,2024-01-01,5,6\n2,2024-01-05,7,8\n"
    (tmp_path / "long.csv").write_text(long, encoding="utf-8")
    (tmp_path / "wide.csv").write_text(wide, encoding="utf-8")
    parts = draft_mapping(tmp_path).content["tables"]["assessments"]
    scales = [part["columns"]["instrument"] for part in parts]
    assert scales[0]["values"] == {"PHQ-9": "PHQ-9", "GAD-7": "GAD-7", "Mood": "?"}
    assert [scale["constant"] for scale in scales[1:]] == ["PHQ-9", "MADRS"]
    assert parts[2]["columns"]["total"]["column"] == "MADRS score"


@unit
def test_names_of_scales():
    names = {"PHQ9": "PHQ-9", "pcl_5 total": "PCL-5", "CADSS-6": "CADSS-6", "CADSS": "CADSS"}
    assert {text: named_scale(text) for text in names} == names
    assert named_scale("PHQ-9 and GAD-7") == ""


@unit
def test_nothing_to_look_at_is_refused(tmp_path):
    (tmp_path / "notes.docx").write_bytes(b"x")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match="No file there can be looked at"):
        draft_mapping(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    for folder in (tmp_path, other):
        (folder / "a.csv").write_text("ID,x\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="different folders"):
        draft_mapping([tmp_path / "a.csv", other / "a.csv"])
