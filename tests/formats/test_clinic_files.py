"""The invented exports of a clinic network: the truth agrees with the files, read naively."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.formats.clinic import make
from tests.formats.clinic.faults import SAY

pytestmark = pytest.mark.unit

FOLDER = Path(make.__file__).parent
TRUTH: dict[str, Any] = json.loads((FOLDER / "truth.json").read_text("utf-8"))
REDCAP: dict[str, Any] = json.loads((FOLDER / "redcap" / "truth.json").read_text("utf-8"))
MONTHS = pytest.mark.parametrize("month", ["month1", "month2"])
HOW = {
    "treatments.csv": ("utf-8-sig", ","),
    "questionnaires.csv": ("utf-8", ","),
    "pcl_madrs.csv": ("cp1252", ";"),
    "adverse.csv": ("utf-8", ","),
}
FILES = ["clients.xlsx", *HOW]
Table = list[list[str]]


# --- Naive reading -------------------------------------------------------------------------------


def table(month: str, file: str) -> Table:
    """Read all records of a file."""
    if file == "clients.xlsx":
        return workbook(FOLDER / month / file)
    encoding, delimiter = HOW[file]
    text = (FOLDER / month / file).read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def workbook(path: Path, page: int = 1) -> Table:
    """Read a sheet; dates as the spreadsheet shows them."""
    with zipfile.ZipFile(path) as package:
        strings = re.findall(r"<t [^>]*>(.*?)</t>", package.read("xl/sharedStrings.xml").decode())
        xml = package.read(f"xl/worksheets/sheet{page}.xml").decode()
    records = []
    for row in re.findall(r"<row [^>]*>(.*?)</row>", xml):
        record = [""] * 12
        for column, kind, value in re.findall(r'<c r="([A-Z])\d+"([^>]*)><v>(.*?)</v>', row):
            record[ord(column) - 65] = cell(kind, value, strings)
        records.append(record)
    return records


def cell(kind: str, value: str, strings: list[str]) -> str:
    if "t=" in kind:
        return strings[int(value)].replace("&amp;", "&")
    if "s=" in kind:
        day = date(1899, 12, 30) + timedelta(days=int(value))
        return f"{day.month}/{day.day}/{day.year}"
    return value


def dicts(month: str, file: str) -> list[dict[str, str]]:
    """Give the records below the header, each with its number."""
    records = table(month, file)
    head = 2 if file == "clients.xlsx" else 0
    return [
        dict(zip(records[head], record, strict=False)) | {"row": str(number)}
        for number, record in enumerate(records[head + 1 :], start=head + 2)
    ]


def plain(written: str) -> str:
    """Write an id in full."""
    found = written.replace("\u00a0", " ").strip().upper()
    return found.zfill(5) if found.isdigit() else found


def clients(month: str) -> dict[str, str]:
    """Give the id at home for every id of a client who is no test."""
    found = {}
    for row in dicts(month, "clients.xlsx"):
        if "test" not in row["Client Name"].lower():
            found[plain(row["Client ID"])] = plain(row["Other chart no."] or row["Client ID"])
    return found


def once(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Drop exact repetitions."""
    found = {tuple(v for k, v in row.items() if k != "row"): row for row in reversed(rows)}
    return list(reversed(found.values()))


def american(text: str) -> date | None:
    month, day, year = map(int, text.split("/"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def sessions(month: str) -> list[dict[str, Any]]:
    """Give the sessions that were held, by patient and day."""
    known, end = clients(month), date.fromisoformat(TRUTH[month]["exported"])
    found: list[dict[str, Any]] = []
    for row in once(dicts(month, "treatments.csv")):
        if row["Status"] in {"Completed", "Stopped early"} and plain(row["Client ID"]) in known:
            day = american(row["Visit Date"])
            if day and day <= end:
                found.append(row | {"id": known[plain(row["Client ID"])], "day": day})
    return sorted(found, key=lambda row: (row["id"], row["day"]))


def first_days(month: str) -> dict[str, date]:
    return {row["id"]: row["day"] for row in reversed(sessions(month))}


def scale_rows(month: str, scale: str) -> list[dict[str, Any]]:
    """Give the records that hold something of a scale, of patients who were treated."""
    file = "questionnaires.csv" if scale in {"PHQ-9", "GAD-7"} else "pcl_madrs.csv"
    columns = TRUTH["words"]["columns"]
    names, total = columns["items"][scale], columns["totals"][scale]
    known, starts = clients(month), first_days(month)
    found = []
    for row in once(dicts(month, file)):
        one = known.get(plain(row.get("Client ID", row.get("No de dossier", ""))), "")
        given = [row[name] for name in names]
        if one in starts and day_of(row) and (any(given) or row[total]):
            found.append(row | {"id": one, "given": given, "stored": row[total]})
    return found


def day_of(row: dict[str, str]) -> date | None:
    if "Date d'évaluation" in row:
        day, month, year = map(int, row["Date d'évaluation"].split("/"))
        return date(year, month, day)
    text = row.get("Submitted", row.get("Submission date", ""))[:10]
    return date.fromisoformat(text) if text else None


HIGHEST = {"PHQ-9": 3, "GAD-7": 3, "PCL-5": 4, "MADRS": 6}


def number(answer: str, scale: str) -> int | None:
    """Turn an answer into a number, or nothing."""
    words = TRUTH["words"]
    labels = words["labels"]["RV"] | words["labels"]["LS"] | words["label_after_asking"]
    value = labels.get(answer, int(answer) if answer.isdigit() else None)
    return value if value is not None and value <= HIGHEST[scale] else None


# --- How the files are written -------------------------------------------------------------------


def test_everything_is_made_again_to_the_same_bytes(tmp_path: Path) -> None:
    make.make(tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        path.relative_to(FOLDER)
        for path in FOLDER.rglob("*")
        if path.suffix in {".csv", ".xlsx", ".json"}
    }
    assert made == kept
    assert [n for n in made if (tmp_path / n).read_bytes() != (FOLDER / n).read_bytes()] == []


def test_the_folder_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.*")) < 3_000_000


@MONTHS
def test_each_file_has_its_own_way_of_writing(month: str) -> None:
    raw = {file: (FOLDER / month / file).read_bytes() for file in FILES}
    assert [file for file, text in raw.items() if text.startswith(b"\xef\xbb\xbf")] == [
        "treatments.csv"
    ]
    with pytest.raises(UnicodeDecodeError):
        raw["pcl_madrs.csv"].decode("utf-8")
    assert raw["questionnaires.csv"].count(b"\r") == 0
    assert raw["adverse.csv"].count(b"\r\n") == raw["adverse.csv"].count(b"\n")
    assert table(month, "questionnaires.csv")[0][-2:] == ["", ""]


@MONTHS
def test_the_list_of_clients_saved_as_csv_is_the_same(month: str) -> None:
    text = (FOLDER / "saved_as_csv" / month / "clients.csv").read_bytes().decode("utf-8")
    assert list(csv.reader(io.StringIO(text, newline=""))) == table(month, "clients.xlsx")


def test_the_second_tab_tells_which_scale_reads_pounds() -> None:
    legend = workbook(FOLDER / "month1" / "clients.xlsx", page=2)
    assert [record[:3] for record in legend if record[2] == "lb"] == [["Mill St.", "MS", "lb"]]


@MONTHS
def test_ids_lost_their_zeros_only_in_the_list_of_clients(month: str) -> None:
    assert all(not row["Client ID"].startswith("0") for row in dicts(month, "clients.xlsx"))
    for file in ("treatments.csv", "questionnaires.csv", "adverse.csv"):
        ids = [row["Client ID"].strip() for row in dicts(month, file)]
        assert {len(one) for one in ids if one.isdigit()} == {5}


@MONTHS
def test_no_wording_of_a_scale(month: str) -> None:
    invented = re.compile(
        r"Over the last 2 weeks, (mood question \d of 9|worry question \d of 7|effect on daily "
        r"life, extra question) \(0-3\)|Dernier mois, question trauma \d+ sur 20 \(0 à 4\)|"
        r"Entrevue, point humeur \d+ sur 10 \(0 à 6\)"
    )
    known = {"Response ID", "Client ID", "Submitted", "Submission date", "No de dossier",
             "Clinique", "Date d'évaluation", "Rempli par", "Durée (min)", "Remarque", "",
             *TRUTH["words"]["columns"]["totals"].values()}  # fmt: skip
    for file in ("questionnaires.csv", "pcl_madrs.csv"):
        assert [n for n in table(month, file)[0] if n not in known and not invented.match(n)] == []


@MONTHS
@pytest.mark.parametrize("scale", HIGHEST)
def test_answers_are_numbers_known_words_or_codes(month: str, scale: str) -> None:
    odd = {
        answer
        for row in scale_rows(month, scale)
        for answer in row["given"]
        if number(answer, scale) is None
    }
    assert odd - {"4"} <= {"", *TRUTH["words"]["missing_codes"]}


# --- The truth of the two months -----------------------------------------------------------------


def test_the_network_has_the_size_that_was_asked_for() -> None:
    counts = TRUTH["month1"]["counts"]
    assert counts["subjects"] == 182
    assert len(counts["subjects_by_home_site"]) == 6
    assert counts["subjects_with_second_course"] >= 30
    assert TRUTH["month2"]["counts"]["subjects"] == 188
    assert len(TRUTH["month1"]["cells"]["assessments"]) >= 40


@MONTHS
def test_subjects_are_those_with_a_session(month: str) -> None:
    counts, starts = TRUTH[month]["counts"], first_days(month)
    assert counts["subjects"] == len(starts)
    assert counts["listed_but_never_treated"] == len(set(clients(month).values()) - set(starts))
    linked = [row for row in dicts(month, "clients.xlsx") if row["Other chart no."]]
    assert len(linked) == 1


@MONTHS
def test_sessions(month: str) -> None:
    counts, held = TRUTH[month]["counts"], sessions(month)
    codes = {names["treatments.csv"]: site for site, names in TRUTH["words"]["sites"].items()}
    routes = Counter(TRUTH["words"]["routes"][row["Route"].strip()] for row in held)
    assert counts["sessions"] == len(held)
    assert counts["sessions_by_site"] == Counter(codes[row["Loc"]] for row in held)
    assert counts["sessions_by_route"] == routes
    assert counts["sessions_not_completed"] == sum(row["Status"] != "Completed" for row in held)
    missing = {"", *TRUTH["words"]["missing_codes"]}
    assert counts["sessions_with_weight"] == sum(row["Weight"] not in missing for row in held)


@MONTHS
def test_vital_signs(month: str) -> None:
    held, missing = sessions(month), {"", *TRUTH["words"]["missing_codes"]}
    found: Counter[str] = Counter()
    for row in held:
        for moment in ("Before", "Peak", "End"):
            found["hr"] += row[f"HR {moment}"] not in missing
            found["spo2"] += row[f"SpO2 {moment}"] not in missing
            found["sbp"] += bool(re.fullmatch(r"\d+/\d+", row[f"BP {moment}"]))
    found["dbp"] = found["sbp"]
    assert TRUTH[month]["counts"]["monitoring_values"] == found


@MONTHS
def test_courses_are_told_by_gaps_of_sixty_days(month: str) -> None:
    courses: dict[str, int] = {}
    before: dict[str, date] = {}
    for row in sessions(month):
        gap = (row["day"] - before.get(row["id"], row["day"])).days
        courses[row["id"]] = courses.get(row["id"], 1) + (gap >= 60)
        before[row["id"]] = row["day"]
    assert set(courses.values()) == {1, 2}
    assert TRUTH[month]["counts"]["subjects_with_second_course"] == sum(
        n == 2 for n in courses.values()
    )


@MONTHS
@pytest.mark.parametrize("scale", HIGHEST)
def test_assessments_and_answers(month: str, scale: str) -> None:
    counts, rows = TRUTH[month]["counts"], scale_rows(month, scale)
    answers = [number(answer, scale) for row in rows for answer in row["given"]]
    assert counts["assessments"][scale] == len(rows)
    assert counts["answered_items"][scale] == sum(answer is not None for answer in answers)


@MONTHS
def test_chosen_assessments(month: str) -> None:
    starts = first_days(month)
    rows = {(scale, int(row["row"])): row for scale in HIGHEST for row in scale_rows(month, scale)}
    for cell in TRUTH[month]["cells"]["assessments"]:
        row = rows[cell["instrument"], cell["row"]]
        day = day_of(row)
        assert day is not None
        assert (row["id"], (day - starts[row["id"]]).days) == (cell["patient"], cell["rel_day"])
        assert row["stored"] == cell["stored_total"]
        values = [v for a in row["given"] if (v := number(a, cell["instrument"])) is not None]
        if cell["n_answered"] is None:
            assert (values, float(row["stored"])) == ([], cell["total"])
            continue
        assert len(values) == cell["n_answered"]
        allowed = {"PHQ-9": 2, "GAD-7": 2, "PCL-5": 4, "MADRS": 1}[cell["instrument"]]
        if len(row["given"]) - len(values) > allowed:
            assert cell["total"] is None
        else:
            expected = sum(values) / len(values) * len(row["given"])
            assert cell["total"] == pytest.approx(expected, abs=1e-4)


@MONTHS
def test_chosen_sessions(month: str) -> None:
    starts, held = first_days(month), sessions(month)
    by_row = {int(row["row"]): row for row in held}
    for cell in TRUTH[month]["cells"]["sessions"]:
        row = by_row[cell["row"]]
        earlier = [r for r in held if r["id"] == row["id"] and r["day"] <= row["day"]]
        assert cell["session_no"] == len(earlier)
        assert cell["rel_day"] == (row["day"] - starts[row["id"]]).days
        assert row["Dose (mg)"] == ("" if cell["dose_mg"] is None else f"{cell['dose_mg']:g}")
        assert TRUTH["words"]["routes"][row["Route"].strip()] == cell["route"]
        if cell["dose_mg_kg"]:
            text = row["Dose Ordered"].replace(",", ".")
            assert text.startswith(f"{cell['dose_mg_kg']:g}")
        if cell["weight_kg"]:
            factor = 2.20462 if row["Loc"] == "MS" else 1.0
            assert float(row["Weight"]) / factor == pytest.approx(cell["weight_kg"], abs=0.051)


@MONTHS
def test_adverse_events(month: str) -> None:
    known, starts = clients(month), first_days(month)
    rows = {
        int(row["row"]): row
        for row in once(dicts(month, "adverse.csv"))
        if plain(row["Client ID"]) in known
    }
    assert TRUTH[month]["counts"]["adverse_events"] == len(rows)
    names = "JanFebMarAprMayJunJulAugSepOctNovDec"
    for cell in TRUTH[month]["cells"]["adverse_events"]:
        row = rows[cell["row"]]
        day, name, year = row["Date of event"].split("-")
        when = date(2000 + int(year), names.index(name) // 3 + 1, int(day))
        assert cell["start_day"] == (when - starts[cell["patient"]]).days
        assert TRUTH["words"]["terms"][row["Event"]] == cell["meaning"]


@MONTHS
def test_ages(month: str) -> None:
    rows = {int(row["row"]): row for row in dicts(month, "clients.xlsx")}
    for cell in TRUTH[month]["cells"]["subjects"]:
        born = american(rows[cell["row"]]["DOB"])
        first = first_days(month)[cell["patient"]]
        assert first == date.fromisoformat(cell["first_day"])
        assert born is not None
        age = (first - born).days / 365.25
        if cell["age_years"] is None:
            assert age < 0 or born == date(1900, 1, 1)
        else:
            assert cell["age_years"] <= age + 0.01 < cell["age_years"] + 1.02 or age > 90


# --- Faults and changes --------------------------------------------------------------------------


def test_every_kind_of_fault_is_planted_and_every_one_is_where_it_should_be() -> None:
    assert {fault["kind"] for fault in TRUTH["faults"]} == set(SAY)
    for fault in TRUTH["faults"]:
        records = table(f"month{fault['month']}", fault["file"])
        assert fault["say"] == SAY[fault["kind"]]
        assert all(1 < row <= len(records) for row in fault["rows"] or [])
        head = records[2 if fault["file"] == "clients.xlsx" else 0]
        assert fault["column"] is None or fault["column"] in head


@pytest.mark.parametrize(
    ("kind", "file", "expected"),
    [
        ("impossible date", "treatments.csv", r"2/30/2023"),
        ("date after the export", "treatments.csv", r"\d+/\d+/2032"),
        ("no-break space after the id", "treatments.csv", r".*\u00a0"),
        ("id in small letters", "adverse.csv", r"rv\d{4}"),
        ("born in the future", "clients.xlsx", r"\d+/\d+/20[4-9]\d|\d+/\d+/21\d\d"),
        ("no date", "questionnaires.csv", r""),
        ("stored total out of range", "questionnaires.csv", r"31"),
        ("text instead of a number", "treatments.csv", r"unable.*"),
        ("line break in a cell", "treatments.csv", r"(?s).*\n.*"),
    ],
)
def test_planted_cells(kind: str, file: str, expected: str) -> None:
    faults = [f for f in TRUTH["faults"] if (f["kind"], f["file"]) == (kind, file)]
    rows = {int(row["row"]): row for row in dicts("month1", file)}
    found = [rows[n][f["column"]] for f in faults if f["month"] == 1 for n in f["rows"]]
    assert found
    assert [text for text in found if not re.fullmatch(expected, text)] == []


def test_what_changed_between_the_months() -> None:
    kinds = Counter(change["kind"] for change in TRUTH["changes"])
    assert kinds == {"value changed": 6, "record vanished": 3, "column renamed": 1,
                     "column gone": 1, "column new": 1, "label new": 1}  # fmt: skip
    for change in TRUTH["changes"]:
        before, after = (table(month, change["file"]) for month in ("month1", "month2"))
        if change["kind"] == "value changed":
            head = before[2 if change["file"] == "clients.xlsx" else 0]
            place = head.index(change["column"])
            assert before[change["row"] - 1][place] == change["old"]
            assert after[change["row_later"] - 1][place] == change["new"]
        elif change["kind"] == "record vanished":
            start = before[change["row"] - 1][:8]
            assert start in [record[:8] for record in before]
            assert start not in [record[:8] for record in after]


@pytest.mark.parametrize("file", FILES)
def test_nothing_else_changed_in_the_old_records(file: str) -> None:
    names = [change["old"] for change in TRUTH["changes"] if change["kind"] == "column gone"]
    records = []
    for month in ("month1", "month2"):
        rows = [row | {"Submitted": row.get("Submission date", "")} | row
                for row in dicts(month, file)]  # fmt: skip
        kept = dicts("month1", file)[0].keys() - {"row", *names}
        records.append(Counter(tuple(row[name] for name in sorted(kept)) for row in rows))
    gone = (records[0] - records[1]).total()
    listed = sum("row" in change for change in TRUTH["changes"] if change["file"] == file)
    furniture = {"adverse.csv": 1, "questionnaires.csv": 1}  # the sum, and the header pasted in
    assert gone == listed + furniture.get(file, 0)


def test_the_new_label_is_only_in_the_second_export() -> None:
    found = [
        sum("modéré" in record for record in table(month, "pcl_madrs.csv"))
        for month in ("month1", "month2")
    ]
    assert found[0] == 0
    assert found[1] > 0


def test_the_ambiguous_file_can_be_read_both_ways() -> None:
    text = (FOLDER / TRUTH["ambiguous"]["file"]).read_bytes().decode("cp1252")
    records = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    parts = [record["Date d'évaluation"].split("/") for record in records]
    assert len(records) == TRUTH["ambiguous"]["records"] > 100
    assert max(int(day) for day, _, _ in parts) <= 12
    assert any(day != month for day, month, _ in parts)


# --- REDCap --------------------------------------------------------------------------------------


def redcap(name: str, encoding: str = "utf-8") -> Table:
    text = (FOLDER / "redcap" / name).read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_dictionary_has_the_standard_columns_and_explains_the_export() -> None:
    head, *lines = redcap("dictionary.csv")
    assert (len(head), head[0], head[17]) == (18, "Variable / Field Name", "Field Annotation")
    forms = {line[1] for line in lines}
    extra = {f"{form}_{what}" for form in forms for what in ("complete", "timestamp")}
    known = {line[0] for line in lines} | extra
    names = [name.split("___")[0] for name in redcap("raw.csv")[0]]
    assert [n for n in names if n not in known and not n.startswith("redcap_")] == []
    assert {line[0] for line in lines} - set(names) == {"intro"}
    assert "comorbid____88" in redcap("raw.csv")[0]


def test_raw_and_labelled_exports_are_the_same_table() -> None:
    raw, labelled = redcap("raw.csv"), redcap("labelled.csv", "utf-8-sig")
    assert [len(record) for record in raw] == [len(record) for record in labelled]
    assert labelled[0].count("Complete?") == 5
    blank = [[bool(value) for value in record] for record in raw[1:]]
    assert blank == [[bool(value) for value in record] for record in labelled[1:]]


def test_counts_and_cells_of_the_project() -> None:
    head, *lines = redcap("raw.csv")
    records = [dict(zip(head, line, strict=True)) for line in lines]
    counts = REDCAP["counts"]
    assert counts["records"] == len(records)
    assert counts["patients"] == len({record["record_id"] for record in records}) == 25
    starts: dict[str, str] = {}
    for record in records:
        if record["tx_start"]:
            starts.setdefault(record["record_id"], record["tx_start"][:10])
    assert counts["subjects"] == len(starts)
    assert counts["sessions"] == sum(bool(record["tx_start"]) for record in records)
    assert counts["assessments"]["MADRS"] == sum(bool(record["madrs_1"]) for record in records)
    assert counts["assessments"]["PHQ-9"] == sum(bool(record["phq9_1"]) for record in records)
    for cell in REDCAP["cells"]:
        record = next(
            r
            for r in records
            if (r["record_id"], r["redcap_event_name"], r["redcap_repeat_instance"])
            == (cell["patient"], cell["event"], cell["instance"])
        )
        stem = {"PHQ-9": "phq9", "GAD-7": "gad7", "MADRS": "madrs"}[cell["instrument"]]
        day = record["madrs_date" if stem == "madrs" else "phq9_date"]
        first = date.fromisoformat(starts[cell["patient"]])
        assert cell["rel_day"] == (date.fromisoformat(day) - first).days
        items = [v for k, v in record.items() if re.fullmatch(rf"{stem}_\d+", k) and v.isdigit()]
        assert cell["n_answered"] == len(items)
        if stem != "madrs" and len(items) in {9, 7} and cell["total"] is not None:
            full = {"phq9": 9, "gad7": 7}[stem]
            expected = sum(map(int, items)) * full / len(items)
            assert cell["total"] == pytest.approx(expected, abs=1e-4)


def test_the_project_has_arms_repeating_forms_and_repeating_events() -> None:
    head, *lines = redcap("raw.csv")
    records = [dict(zip(head, line, strict=True)) for line in lines]
    repeats = {
        (r["redcap_event_name"].split("_arm_")[0], r["redcap_repeat_instrument"])
        for r in records
        if r["redcap_repeat_instance"]
    }
    assert repeats == {("treatment", "treatment_session"), ("unscheduled", "")}
    assert {r["redcap_event_name"][-1] for r in records} == {"1", "2"}
    assert "" in {r["redcap_data_access_group"] for r in records}
