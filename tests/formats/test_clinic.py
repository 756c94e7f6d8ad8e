"""Files of a small clinic become the study that was worked out by hand."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.formats import Mapping, read_clinic
from tests.formats.small_clinic import (
    MAPPING,
    PATIENTS,
    PHQ,
    TREATMENTS,
    changed,
    form,
    read,
    rules,
)

unit = pytest.mark.unit
LINKS = "Site,Local,Person\nMain Street,17,P1\nHarbour,300,P1\nMain Street,21,P2\n"


def column(found, table, name):
    return found.require_study().table(table)[name].tolist()


@unit
def test_small_clinic_becomes_a_study(tmp_path):
    found = read(tmp_path)
    assert rules(found) == [("FMT-069", "warning", "patients", 1)]
    study = found.require_study()
    assert (study.sites, study.instruments, study.title) == (
        ("A", "B"),
        ("PHQ-9",),
        "A small clinic",
    )
    assert study.table("subjects").astype(object).to_numpy().tolist() == [
        ["0017", "A", 43, "female", "depression"],
        ["0021", "A", 90, "male", "depression"],  # 93 years: 90 means 90 or older
        ["0300", "B", 32, "female", "PTSD"],
    ]
    sessions = study.table("sessions")
    assert sessions["subject_id"].tolist() == ["0017", "0017", "0021", "0300"]
    assert sessions["session_no"].tolist() == [1, 2, 1, 1]
    assert sessions["rel_day"].tolist() == [0, 7, 0, 0]
    assert sessions["route"].tolist() == ["IV", "IV", "IM", "IV"]
    assert sessions["phase"].tolist() == ["induction", "maintenance", "induction", "induction"]
    assert sessions["completed"].tolist() == [True, True, True, False]
    # 176 lb are 79.83 kg, of which half a milligram per kilogram
    assert sessions["dose_mg"].round(3).tolist() == [39.916, 40.0, 50.0, 35.0]
    assert sessions["weight_kg"].round(2).tolist()[:3] == [79.83, 79.83, 99.79]
    assert pd.isna(sessions["weight_kg"].iloc[3])
    scores = study.table("assessments")
    assert scores["rel_day"].tolist() == [-1, 21, 0, -1]
    assert scores["total"].tolist() == [18.0, 3.0, 18.0, 3.0]
    assert scores["n_answered"].tolist() == [9, 9, 8, 9]  # 16 of 8 items, prorated to 18
    assert scores["rater"].tolist() == ["self"] * 4
    items = study.table("items")
    assert len(items) == 36
    assert items["response"].head(9).tolist() == [3, 3, 3, 2, 2, 2, 1, 1, 1]
    assert items["response"].isna().sum() == 1
    follow = study.table("follow_up").astype(object).to_numpy().tolist()
    assert follow == [
        ["0017", -1, 83, 86, "ongoing"],
        ["0021", 0, 18, 76, "lost"],
        ["0300", -1, 19, 40, "ongoing"],
    ]


@unit
def test_what_became_of_the_rows(tmp_path):
    stray = "99,Main Street,,Ketamine,Infusion,1 mg,,Yes\n"
    phq = PHQ + ",01/02/2024" + ",Never" * 9 + ",0\n" + form("0555", "01/02/2024", "0" * 9, "0")
    phq += "0017,27/02/2024,,,,,,,,,,\n"
    found = read(tmp_path, treatments=TREATMENTS + stray, phq=phq)
    assert found.ok
    rows = found.sources.set_index(["source", "table", "reason"])["rows_left_out"].to_dict()
    untreated = "patient without a first treatment up to the cut-off"
    assert rows == {
        ("treatments", "sessions", untreated): 1,
        ("patients", "subjects", ""): 0,
        ("phq", "assessments", "no client id"): 1,
        ("phq", "assessments", "no answer and no total"): 1,
        ("phq", "assessments", untreated): 1,
        ("phq", "items", "no client id"): 1,
        ("phq", "items", "no answer and no total"): 1,
        ("phq", "items", untreated): 1,
    }
    assert ("FMT-040", "warning", "phq", 1) in rules(found)


@unit
def test_cut_off_gives_what_an_export_of_that_day_would_have_given(tmp_path):
    found = read(tmp_path, cut_off="2024-01-20")
    assert column(found, "subjects", "subject_id") == ["0017", "0021"]
    assert column(found, "sessions", "rel_day") == [0, 7, 0]
    assert column(found, "assessments", "rel_day") == [-1, 0]
    follow = found.require_study().table("follow_up").astype(object).to_numpy().tolist()
    assert follow == [["0017", -1, 15, 15, "ongoing"], ["0021", 0, 5, 5, "ongoing"]]
    assert ("FMT-043", "warning", "mapping", 1) in rules(found)
    with pytest.raises(DataError, match="year-month-day"):
        read(tmp_path, cut_off="20.01.2024")


@unit
def test_ids_of_two_clinics_are_one_patient(tmp_path):
    content = changed(
        "client_id",
        to={
            "links": {
                "source": "links",
                "local": "Local",
                "patient": "Person",
                "site": {"column": "Site"},
            }
        },
    )
    content["sources"]["links"] = {"file": "links.csv", "kind": "csv", "client_id": "Person"}
    for name in ("patients", "treatments"):
        content["sources"][name]["site"] = {"column": "Clinic"}
    content["sources"]["phq"]["site"] = {"constant": "A"}
    (tmp_path / "links.csv").write_text(LINKS, encoding="utf-8")
    strip = {"0017": "17", "0021": "21", "0300": "300"}
    files = {"patients": PATIENTS, "phq": PHQ}
    for old, new in strip.items():
        files = {name: text.replace(old, new) for name, text in files.items()}
    found = read(tmp_path, content, **files)
    # the form of 300 came with clinic A, where that number is nobody's
    assert ("FMT-042", "error", "phq", 1) in rules(found)
    content["client_id"]["links"]["unlinked"] = "drop"
    found = read(tmp_path, content, **files)
    assert found.ok
    assert column(found, "sessions", "subject_id") == ["P1", "P1", "P2", "P1"]
    assert column(found, "sessions", "session_no") == [1, 2, 1, 3]
    (tmp_path / "links.csv").write_text(LINKS + "Harbour,300,P2\n", encoding="utf-8")
    assert ("FMT-042", "error", "links", 2) in rules(read(tmp_path, content, **files))


@unit
def test_stored_totals_are_kept_and_compared(tmp_path):
    found = read(tmp_path, phq=PHQ.replace(",18\n", ",11\n", 1))
    assert ("FMT-065", "warning", "phq", 1) in rules(found)
    assert column(found, "assessments", "total") == [11.0, 3.0, 18.0, 3.0]
    without = read(tmp_path, changed("questionnaires", 0, "total", to=None))
    assert column(without, "assessments", "total") == [18.0, 3.0, 18.0, 3.0]


@unit
def test_rows_of_a_day_find_their_session(tmp_path):
    content = changed("questionnaires", 0, "session_no", to={"session_on": "Completed on"})
    found = read(tmp_path, content)
    numbers = column(found, "assessments", "session_no")
    assert [None if pd.isna(n) else n for n in numbers] == [None, None, 1, None]
    assert ("FMT-066", "warning", "phq", 3) in rules(found)
    twice = TREATMENTS + "21,Main Street,15/01/2024,Ketamine,Infusion,5 mg,220,Yes\n"
    found = read(tmp_path, content, treatments=twice)
    assert [f[:4] for f in rules(found) if f[0] in {"FMT-066", "FMT-068"}] == [
        ("FMT-066", "warning", "phq", 1),
        ("FMT-066", "warning", "phq", 3),
        ("FMT-068", "warning", "treatments", 1),
    ]


@unit
def test_unknown_labels_are_counted_and_not_shown(tmp_path):
    phq = PHQ.replace("Never", "Jane Doe", 3).replace("Some days", "Jane Roe", 1)
    found = read(tmp_path, phq=phq)
    said = [f for f in found.findings if f.rule == "FMT-060"]
    assert not found.ok
    assert {f.column for f in said} <= {f"questionnaires[0].items[{n}]" for n in range(9)}
    assert sum(f.count for f in said) == 4
    assert "Jane" not in f"{found!r}{found.to_frame().to_csv()}{[str(f) for f in said]}"
    wanted = changed("tables", "subjects", "columns", "sex", "unknown", to="missing")
    odd = read(tmp_path, wanted, patients=PATIENTS.replace(",M,", ",Jane,"))
    assert ("FMT-060", "warning", "patients", 1) in rules(odd)
    assert odd.ok


@unit
@pytest.mark.parametrize(
    ("text", "rule", "count"),
    [
        (PHQ.replace("Every day", "7", 2), "FMT-060", 1),
        (PHQ.replace(",18\n", ",eighteen\n", 1), "FMT-061", 1),
        (PHQ.replace("04/01/2024", "soon"), "FMT-050", 1),
        (PHQ.replace("04/01/2024", "01/26/2024"), "FMT-051", 1),
        (PHQ.replace("/2024", "/24"), "FMT-052", 4),
    ],
)
def test_cells_that_do_not_fit_are_errors(tmp_path, text, rule, count):
    found = read(tmp_path, phq=text)
    assert not found.ok
    assert (rule, "error", "phq", count) in rules(found)


@unit
def test_answers_outside_the_scale_are_errors(tmp_path):
    content = changed("questionnaires", 0, "answers", "Never", to=8)
    found = read(tmp_path, content)
    assert ("FMT-064", "error", "phq", 2) in rules(found)


@unit
@pytest.mark.parametrize(
    ("dose", "rule", "severity"),
    [
        ("40 drops", "FMT-062", "error"),
        ("40", "FMT-062", "error"),
        ("about 40 mg", "FMT-061", "error"),
    ],
)
def test_doses_in_text_need_a_known_unit(tmp_path, dose, rule, severity):
    found = read(tmp_path, treatments=TREATMENTS.replace("40 mg", dose))
    assert (rule, severity, "treatments", 1) in rules(found)


@unit
def test_dose_per_kilogram_without_a_weight_is_missing(tmp_path):
    found = read(tmp_path, treatments=TREATMENTS.replace("35 mg", "0.5 mg/kg"))
    assert ("FMT-063", "warning", "treatments", 1) in rules(found)
    assert found.require_study().table("sessions")["dose_mg"].isna().tolist()[3]


@unit
def test_open_questions_and_faults_of_the_mapping_stop_the_reader(tmp_path):
    content = changed("sources", "phq", "dates", to="?")
    found = read(tmp_path, content)
    assert rules(found) == [("FMT-014", "error", "mapping", None)]
    assert found.findings[0].column == "sources.phq.dates"


@unit
def test_order_of_dates_is_never_guessed(tmp_path):
    found = read(tmp_path, changed("sources", "phq", "dates", to=None))
    assert rules(found)[0] == ("FMT-051", "error", "phq", 4)
    assert "All of them fit dmy" in str(found.findings[0])


@unit
def test_every_file_is_examined(tmp_path):
    found = read(
        tmp_path,
        phq=PHQ.replace("Completed on", "Date"),
        treatments=TREATMENTS.replace("Route,", "Way,"),
        patients=b"",
    )
    said = [(f[0], f[2]) for f in rules(found)]
    assert {("FMT-029", "phq"), ("FMT-029", "treatments"), ("FMT-027", "patients")} <= set(said)


@unit
def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_clinic(tmp_path / "nowhere", Mapping.of(MAPPING))


@unit
def test_no_cell_reaches_a_message(tmp_path):
    canary = "CANARY-7f1e"
    dirty = {
        name: "\n".join(
            ",".join(canary if n and cell else cell for n, cell in enumerate(line.split(",")))
            for line in text.splitlines()
        )
        for name, text in (("patients", PATIENTS), ("treatments", TREATMENTS))
    }
    found = read(tmp_path, phq=PHQ.replace("04/01/2024", canary), **dirty)
    with pytest.raises(DataError) as refused:
        found.require_study()
    shown = f"{found!r}{found._repr_html_()}{found.to_frame().to_csv()}{refused.value}"
    assert canary not in shown
    assert not found.ok


@unit
def test_spaces_around_ids_are_taken_off_and_said(tmp_path):
    files = {"phq": PHQ.replace("\n0017,", "\n 0017\u00a0,").replace("\n0021,", "\n0021 \u200b,")}
    found = read(tmp_path, MAPPING, **files)
    said = [f for f in found.findings if f.rule == "FMT-044"]
    assert [(f.severity, f.table, f.column, f.rows) for f in said] == [
        ("warning", "phq", "sources.phq.client_id", (2, 3, 4))
    ]
    assert found.require_study().tables["subjects"]["subject_id"].tolist() == [
        "0017",
        "0021",
        "0300",
    ]


@unit
def test_a_first_treatment_that_is_noted_elsewhere_is_compared(tmp_path):
    first = dict(zip(("0017", "0021", "0300"), ("05/01/2024", "14/01/2024", ""), strict=True))
    rows = PATIENTS.splitlines()
    files = {
        "patients": "\n".join(
            [rows[0] + ",First treatment", *(f"{r},{first[r[:4]]}" for r in rows[1:])]
        )
        + "\n"
    }
    noted = [{"source": "patients", "column": "First treatment"}]
    content = changed("origin", to={**MAPPING["origin"], "noted": noted})
    found = read(tmp_path, content, **files)
    said = [f for f in found.findings if f.rule == "FMT-045"]
    assert [(f.severity, f.table, f.column, f.rows) for f in said] == [
        ("warning", "patients", "origin.noted[0]", (3,))
    ]
    assert found.require_study().tables["sessions"]["rel_day"].tolist()[2] == 0
    wrong = changed("origin", to={**MAPPING["origin"], "noted": [{"source": "nobody"}]})
    assert {f.rule for f in read(tmp_path, wrong, **files).findings} >= {"FMT-013", "FMT-015"}
