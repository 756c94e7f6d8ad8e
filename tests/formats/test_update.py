"""The next export beside the one before: rows by key, columns and labels of the files."""

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import DataError, DisclosureError
from analysis.formats import Mapping, compare_exports, read_clinic, update, write_changes
from tests.formats.small_clinic import (
    MAPPING,
    PATIENTS,
    PHQ,
    TREATMENTS,
    changed,
    form,
    write_files,
)

unit = pytest.mark.unit
LATER = form("0300", "20/03/2024", "000000003", "3")


def exports(tmp_path, **files):
    """Write the clinic twice, the second time with other files; return both folders."""
    folders = tmp_path / "before", tmp_path / "after"
    for folder, replaced in zip(folders, ({}, files), strict=True):
        folder.mkdir()
        write_files(folder, **replaced)
    return folders


def counts(changes):
    return {row[0]: row[1:] for row in changes.rows.itertuples(index=False, name=None)}


@unit
def test_the_same_files_differ_in_nothing(tmp_path):
    before, after = exports(tmp_path)
    found = update(after, Mapping.of(MAPPING), previous=before)
    assert found.changes.none
    assert len(found.files) == 0
    assert counts(found.changes)["assessments"] == (0, 0, 0, 4)
    assert found.summary().endswith("0 rows differ")


@unit
def test_new_changed_and_vanished_rows(tmp_path):
    lines = TREATMENTS.splitlines(keepends=True)
    before, after = exports(
        tmp_path,
        phq=PHQ.replace(",3\n", ",4\n", 1) + LATER,
        treatments="".join([*lines[:2], *lines[3:]]),
        patients=PATIENTS.replace(",F,PTSD", ",,PTSD"),
    )
    found = update(after, Mapping.of(MAPPING), previous=before)
    assert counts(found.changes) == {
        "subjects": (0, 1, 0, 2),
        "sessions": (0, 0, 1, 3),
        "assessments": (1, 1, 0, 3),
        "follow_up": (0, 1, 0, 2),
        "items": (9, 0, 0, 36),
    }
    detail = found.changes.detail
    assert detail.loc[detail["table"].eq("subjects"), ["subject_id", "state", "columns"]].to_numpy(
        dtype=object
    ).tolist() == [["0300", "changed", "sex"]]
    gone = detail[detail["state"].eq("vanished")]
    assert gone[["table", "subject_id", "session_no"]].to_numpy(dtype=object).tolist() == [
        ["sessions", "0017", "2"]
    ]
    shown = (
        found.changes.summary() + repr(found.changes) + found.changes._repr_html_() + repr(found)
    )
    assert "0300" not in shown
    assert "<11" in shown
    assert "<11" not in found.changes.summary(INTERNAL)
    assert "unchanged" not in shown


@unit
def test_order_of_rows_does_not_matter(tmp_path):
    head, *rows = PHQ.splitlines(keepends=True)
    before, after = exports(tmp_path, phq="".join([head, *reversed(rows)]))
    assert update(after, Mapping.of(MAPPING), previous=before).changes.none


@unit
def test_last_month_again_from_the_files_of_this_month(tmp_path):
    before, after = exports(tmp_path, phq=PHQ + LATER)
    mapping = Mapping.of(changed("cut_off", to="2024-03-31"))
    earlier = read_clinic(before, mapping, cut_off="2024-03-01")
    again = update(after, mapping, previous=earlier, cut_off="2024-03-01")
    assert again.changes.none
    assert len(again.files) == 0  # the files of the export before were not at hand


@unit
def test_renamed_vanished_and_new_columns(tmp_path):
    text = PATIENTS.replace("Date of Birth", "Birth date (day first)").replace(
        "Last seen", "Note 1"
    )
    text = text.replace("28/03/2024", "").replace("02/02/2024", "x").replace("10/03/2024", "y")
    before, after = exports(tmp_path, patients=text)
    found = update(after, Mapping.of(MAPPING), previous=before)
    assert found.changes is None
    assert not found.imported.ok
    rows = found.files.astype(object).where(found.files.notna(), None).to_numpy().tolist()
    assert rows == [
        ["patients", "renamed column", 3, 3, "tables.subjects.columns.age_years", None],
        ["patients", "vanished column", 6, None, "follow_up.last_contact", None],
        ["patients", "new column", None, 6, "", None],
    ]
    assert "Birth" not in repr(found.files)


@unit
def test_new_labels_are_counted(tmp_path):
    before, after = exports(tmp_path, patients=PATIENTS.replace("PTSD", "Canary"))
    found = update(after, Mapping.of(MAPPING), previous=before)
    row = found.files.iloc[0]
    assert (row["change"], row["n_labels"]) == ("new labels", 1)
    assert row["mapping_path"] == "tables.subjects.columns.indication"
    assert "canary" not in f"{found.files}{found!r}".casefold()


@unit
def test_new_columns_and_labels_of_the_study(tmp_path):
    before, after = exports(tmp_path, patients=PATIENTS.replace(",M,", ",F,"))
    richer = changed("tables", "subjects", "columns", "language", to={"constant": "English"})
    richer["tables"]["sessions"]["columns"]["route"]["values"]["Injection"] = "SC"
    changes = compare_exports(
        read_clinic(before, Mapping.of(MAPPING)), read_clinic(after, Mapping.of(richer))
    )
    rows = changes.columns.astype(object).where(changes.columns.notna(), None).to_numpy().tolist()
    assert rows == [
        ["subjects", "sex", "changed values", 1],
        ["subjects", "language", "new column", None],
        ["sessions", "route", "changed values", 1],
        ["sessions", "route", "new labels", 1],
    ]


@unit
def test_detail_stays_in_the_local_zone(tmp_path):
    before, after = exports(tmp_path, phq=PHQ + LATER)
    changes = update(after, Mapping.of(MAPPING), previous=before).changes
    with pytest.raises(DisclosureError, match="local"):
        write_changes(changes, tmp_path / "changes.csv")
    path = write_changes(changes, tmp_path / "local" / "changes.csv")
    written = pd.read_csv(path, encoding="utf-8-sig", dtype="string")
    assert len(written) == 11
    assert set(written["level"]) == {"patient-level"}
    assert written["rel_day"].dropna().unique().tolist() == ["29"]


@unit
def test_a_folder_that_is_not_there_is_refused(tmp_path):
    before, _ = exports(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        update(before, Mapping.of(MAPPING), previous=tmp_path / "nowhere")


@unit
def test_two_sources_are_compared_for_the_people_whom_both_hold(tmp_path):
    fewer = "".join(PATIENTS.splitlines(keepends=True)[:3])
    treated = "".join(TREATMENTS.splitlines(keepends=True)[:4])
    answered = "".join(PHQ.splitlines(keepends=True)[:4])
    before, after = exports(tmp_path, patients=fewer, treatments=treated, phq=answered)
    everything, part = (read_clinic(folder, Mapping.of(MAPPING)) for folder in (before, after))
    shared = compare_exports(part, everything, patients="both")
    assert shared.none
    assert counts(shared)["subjects"] == (0, 0, 0, 2)
    assert counts(compare_exports(part, everything))["subjects"] == (1, 0, 0, 2)
