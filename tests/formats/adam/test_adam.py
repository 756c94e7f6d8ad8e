"""ADaM: files written by R haven against hand-written values, both formats, faults."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import AnalysisError, ColumnError, DataError
from analysis.formats.adam import read_adam, write_adam
from analysis.formats.adam.days import analysis_day, relative_day
from analysis.formats.adam.parameters import parameter_codes
from analysis.formats.adam.variables import DATASETS
from analysis.study import TABLES, read_study
from analysis.synthetic import example_folder

unit, identity = pytest.mark.unit, pytest.mark.identity
reference = pytest.mark.reference
PUBLISHED = Path(__file__).parent / "published"  # how it was made: make.R beside the files
PARAMETERS = {"PHQTOT": ("PHQ-9", None), "PHQITM09": ("PHQ-9", 9)}
PLANTED = "Xaver Plantedson"
TIMES = pd.DataFrame(
    {
        "subject_id": ["p000001", "p000002", "p000003"],
        "origin_day": [0, -4, 3],
        "time": [14.0, 0.5, 30.0],
        "cnsr": [0, 1, 3],
        "evntdesc": ["response", "lost", "died"],
        "cnsdtdsc": ["", "last score", "day of death"],
    }
)


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


@pytest.fixture(scope="module")
def small(network):
    """Make a study of three subjects."""
    kept = ["p000001", "p000002", "p000003"]
    tables = {
        name: frame[frame["subject_id"].isin(kept)].reset_index(drop=True)
        for name, frame in network.tables.items()
    }
    return type(network)(
        title=network.title, sites=network.sites, instruments=network.instruments, tables=tables
    )


def plain(frame, table):
    ordered = frame.sort_values(list(TABLES[table].key), ignore_index=True)
    return ordered.astype(object).where(ordered.notna(), None)


def column(study, table, name):
    values = study.tables[table][name]
    return values.astype(object).where(values.notna(), None).tolist()


def errors(imported):
    assert all(f.what.endswith(".") and f.remedy.endswith(".") for f in imported.findings)
    assert PLANTED not in str([str(f) for f in imported.findings])
    return [(f.rule, f.place, f.count) for f in imported.findings if f.severity == "error"]


@reference
def test_files_of_haven_become_the_values_that_they_hold():
    study = read_adam(PUBLISHED, parameters=PARAMETERS).require_study()
    assert study.title == "MADEUP01"
    assert column(study, "subjects", "subject_id") == ["01-701-1015", "01-702-0023"]
    assert column(study, "subjects", "age_years") == [63, 44]
    assert column(study, "subjects", "sex") == ["female", "male"]
    assert column(study, "sessions", "rel_day") == [0, 3, 0]
    assert column(study, "sessions", "agent") == ["ketamine", "ketamine", "esketamine"]
    assert column(study, "sessions", "route") == ["IV", "IV", "IN"]
    assert column(study, "sessions", "dose_mg") == [42.5, 0.1, 56.0]
    assert column(study, "sessions", "site_id") == ["701", "701", "702"]
    assert column(study, "assessments", "rel_day") == [-1, 55, 0]
    assert column(study, "assessments", "total") == [21.0, 9.0, 0.0]
    assert column(study, "assessments", "visit") == ["baseline", None, "baseline"]
    assert column(study, "assessments", "n_answered") == [None, None, None]
    assert column(study, "items", "item_no") == [9]
    assert column(study, "items", "response") == [2]
    assert column(study, "follow_up", "start_day") == [-1, 0]
    assert column(study, "follow_up", "last_contact_day") == [55, 0]
    assert column(study, "follow_up", "end_reason") == ["completed", "lost"]


@reference
def test_every_row_of_the_files_of_haven_is_accounted_for():
    imported = read_adam(PUBLISHED, parameters=PARAMETERS)
    assert imported.sources.to_numpy().tolist() == [
        ["ADSL", "subjects", 2, 2, 0, ""],
        ["ADQS", "assessments", 6, 4, 0, ""],
        ["ADQS", "assessments", 0, 0, 1, "other parameters"],
        ["ADQS", "assessments", 0, 0, 1, "derivation type"],
        ["ADEX", "sessions", 3, 3, 0, ""],
        ["ADTTE", "", 2, 0, 0, ""],
        ["ADTTE", "", 0, 0, 2, "derived again from scores"],
    ]
    counts = {f.rule: f.count for f in imported.findings if f.count}
    assert counts == {"ADM-020": 1, "ADM-021": 1, "ADM-023": 1}


@reference
def test_parameters_without_a_scale_are_never_guessed():
    assert errors(read_adam(PUBLISHED)) == [("ADM-012", "ADQS.PARAMCD", None)]


@identity
@pytest.mark.parametrize("file_format", ["xpt", "csv"])
def test_network_comes_back_as_it_was(network, tmp_path, file_format):
    write_adam(network, tmp_path, file_format=file_format)
    imported = read_adam(tmp_path)
    study = imported.require_study()
    assert imported.findings == ()
    assert sorted(study.tables) == [
        "adverse_events",
        "assessments",
        "follow_up",
        "items",
        "sessions",
        "subjects",
    ]
    for name, frame in study.tables.items():
        pd.testing.assert_frame_equal(plain(frame, name), plain(network.tables[name], name))


@unit
def test_values_of_one_subject_are_those_of_the_study(small, tmp_path):
    write_adam(small, tmp_path, events={"TTRESP": ("Days to response", TIMES)})
    adsl, adqs, adex, adae, adtte = (
        pd.read_sas(tmp_path / f"{name}.xpt", encoding="utf-8")
        for name in ("adsl", "adqs", "adex", "adae", "adtte")
    )
    assert adsl.loc[0, ["USUBJID", "AGE", "SEX", "SAFFL"]].tolist() == ["p000001", 49, "F", "Y"]
    assert adsl.loc[0, ["STARTDY", "LCONTDY", "OBSENDY"]].tolist() == [1, 20, 454]
    assert adsl["STARTDY"].tolist() == [1, -4, -3]
    assert adsl["EOSSTT"].tolist() == ["DISCONTINUED", "COMPLETED", "ONGOING"]
    assert adsl["DCSREAS"].tolist() == ["withdrew", "", ""]
    assert adqs.loc[0, ["PARAMCD", "PARAM", "AVAL", "ADY"]].tolist() == [
        "MADRS",
        "MADRS total",
        38,
        1,
    ]
    assert adqs.loc[0, ["AVISIT", "AVISITN", "DTYPE"]].tolist() == ["baseline", 2, ""]
    assert adqs.loc[1, ["PARAMCD", "PARAM", "AVAL"]].tolist() == ["MADRS_01", "MADRS item 1", 4]
    assert adex.loc[1, ["EXSEQ", "EXTRT", "EXROUTE"]].tolist() == [2, "KETAMINE", "INTRAVENOUS"]
    assert adex.loc[1, ["ASTDY", "EXDOSE", "DOSEKG"]].tolist() == [6, 42, 0.49]
    assert adae.loc[0, ["AETERM", "ASTDY", "AENDY", "ATOXGRN"]].tolist() == ["nausea", 14, 14, 2]
    assert adae.loc[0, ["AESER", "AEREL", "AEOUT"]].tolist() == ["N", "Y", "RECOVERED/RESOLVED"]
    assert adtte["CNSR"].round(9).tolist() == [0, 1, 3]  # pandas reads 0 as 5e-79
    assert adtte["AVAL"].tolist() == [14, 0.5, 30]
    assert adtte["STARTDY"].tolist() == [1, -4, 4]
    assert adtte["EVNTDESC"].tolist() == ["response", "lost", "died"]


@unit
def test_files_are_of_version_5_with_names_and_labels(small, tmp_path):
    for path in write_adam(small, tmp_path):
        assert path.read_bytes().startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")
        about = pyreadstat.read_xport(path, metadataonly=True)[1]
        name = path.stem.upper()
        assert about.table_name == name
        labels = {each: v.label for each, v in DATASETS[name].variables.items()}
        assert about.column_names_to_labels == labels


@unit
def test_names_and_labels_fit_the_format():
    for dataset in DATASETS.values():
        assert len(dataset.label) <= 40
        assert all(len(name) <= 8 for name in dataset.variables)
        assert all(len(each.label) <= 40 for each in dataset.variables.values())


@identity
@given(st.lists(st.integers(-4000, 8000), min_size=1, max_size=30))
def test_no_day_is_0_and_days_come_back(days):
    series = pd.Series(days, dtype="Int64")
    written = analysis_day(series)
    assert not written.eq(0).any()
    assert relative_day(written).tolist() == days


@unit
def test_day_that_is_missing_stays_missing():
    days = pd.Series([-1, None, 0], dtype="Int64")
    assert analysis_day(days).isna().tolist() == [False, True, False]
    assert relative_day(days.replace(0, 1)).isna().tolist() == [False, True, False]


@unit
@pytest.mark.parametrize(
    ("column_name", "value"), [("cnsr", -1), ("cnsr", np.nan), ("cnsr", 0.5), ("time", -1.0),
                               ("time", np.inf), ("time", np.nan), ("subject_id", PLANTED)]
)  # fmt: skip
def test_rows_that_are_no_time_to_an_event_are_refused(small, tmp_path, column_name, value):
    frame = TIMES.astype({"cnsr": float})
    frame.loc[1, column_name] = value
    with pytest.raises(DataError, match=rf"TTRESP: {column_name} must be .* not in 1 rows") as told:
        write_adam(small, tmp_path, events={"TTRESP": ("Days to response", frame)})
    assert PLANTED not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@unit
def test_events_need_their_columns_and_a_code(small, tmp_path):
    with pytest.raises(ColumnError, match="columns cnsr are missing"):
        write_adam(small, tmp_path, events={"TT": ("Days", TIMES.drop(columns="cnsr"))})
    with pytest.raises(DataError, match="1 to 8 capitals"):
        write_adam(small, tmp_path, events={"TORESPONSE": ("Days", TIMES)})


@unit
def test_codes_are_unique_or_refused():
    assert parameter_codes(["PHQ-9", "GAD-7"], {}) == {"PHQ-9": "PHQ9", "GAD-7": "GAD7"}
    with pytest.raises(DataError, match="1 scales have the code of another"):
        parameter_codes(["Use-days-30", "Use-days-90"], {})
    with pytest.raises(DataError, match="1 scales have no code"):
        parameter_codes(["5-item"], {})


@unit
@pytest.mark.parametrize("text", ["ü" * 101, "ends in a blank ", "null \0 inside"])
def test_text_that_the_format_would_cut_is_refused(small, tmp_path, text):
    with pytest.raises(DataError, match="ADSL, STUDYID") as told:
        write_adam(small, tmp_path, study_id=text)
    assert text not in str(told.value)
    assert write_adam(small, tmp_path, study_id=text, file_format="csv")


@unit
@pytest.mark.parametrize("file_format", ["xpt", "csv"])
def test_half_of_a_character_is_refused_without_its_text(small, tmp_path, file_format):
    with pytest.raises(AnalysisError) as told:
        write_adam(small, tmp_path, study_id=PLANTED + "\ud800", file_format=file_format)
    assert PLANTED not in str(told.value)


@unit
def test_letters_beyond_ascii_come_back(small, tmp_path):
    write_adam(small, tmp_path, study_id="Zürich ✓")
    assert read_adam(tmp_path).require_study().title == "Zürich ✓"


FAULTS = {
    "day 0": ("adqs", "ADY", "0", ("ADM-009", "ADQS.ADY", 1)),
    "half a day": ("adqs", "ADY", "1.5", ("ADM-006", "ADQS.ADY", 1)),
    "no day": ("adex", "ASTDY", PLANTED, ("ADM-006", "ADEX.ASTDY", 1)),
    "negative CNSR": ("adtte", "CNSR", "-1", ("ADM-010", "ADTTE.CNSR", 1)),
    "missing CNSR": ("adtte", "CNSR", "", ("ADM-010", "ADTTE.CNSR", 1)),
    "no subject": ("adsl", "USUBJID", "", ("ADM-007", "ADSL.USUBJID", 1)),
    "same key": ("adex", "EXSEQ", "2", ("ADM-008", "ADEX.USUBJID, EXSEQ", 1)),
    "other unit": ("adex", "EXDOSU", "g", ("ADM-011", "ADEX.EXDOSU", 1)),
    "no flag": ("adex", "COMPLFL", PLANTED, ("ADM-006", "ADEX.COMPLFL", 1)),
}


@unit
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_a_cell_is_one_finding(small, tmp_path, fault):
    name, variable, value, expected = FAULTS[fault]
    events = {"TTRESP": ("Days to response", TIMES)}
    write_adam(small, tmp_path, file_format="csv", events=events)
    path = tmp_path / f"{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[0, variable] = value
    frame.to_csv(path, index=False)
    found = errors(read_adam(tmp_path))
    if fault in ("half a day", "no day"):  # such a cell is no key either
        assert len(found) <= 2
        found = found[:1]
    assert found == [expected]


@unit
@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"no transport file " + PLANTED.encode(), "ADM-003"),
        (b"", "ADM-003"),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 32, "ADM-003"),
        (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!" + b"0" * 32, "ADM-004"),
    ],
)
def test_file_of_another_format_is_one_finding(small, tmp_path, content, rule):
    write_adam(small, tmp_path)
    (tmp_path / "adqs.xpt").write_bytes(content)
    assert errors(read_adam(tmp_path)) == [(rule, "ADQS", None)]


@unit
def test_transport_file_that_was_cut_off_is_refused(small, tmp_path):
    write_adam(small, tmp_path)
    path = tmp_path / "adqs.xpt"
    path.write_bytes(path.read_bytes()[:-100])
    assert errors(read_adam(tmp_path)) == [("ADM-003", "ADQS", None)]


@unit
def test_version_8_is_named(small, tmp_path):
    write_adam(small, tmp_path)
    frame, _ = pyreadstat.read_xport(tmp_path / "adsl.xpt")
    pyreadstat.write_xport(frame, tmp_path / "adsl.xpt", file_format_version=8)
    assert errors(read_adam(tmp_path)) == [("ADM-004", "ADSL", None)]


@unit
def test_variable_or_data_set_that_is_missing_is_named(small, tmp_path):
    write_adam(small, tmp_path, file_format="csv")
    path = tmp_path / "adqs.csv"
    pd.read_csv(path, dtype=str).drop(columns=["AVAL", "ADY"]).to_csv(path, index=False)
    (tmp_path / "adex.csv").unlink()
    assert errors(read_adam(tmp_path)) == [
        ("ADM-002", "ADEX", None),
        ("ADM-005", "ADQS.ADY", None),
        ("ADM-005", "ADQS.AVAL", None),
    ]


@unit
def test_csv_with_a_variable_twice_or_ragged_rows_is_refused(small, tmp_path):
    write_adam(small, tmp_path, file_format="csv")
    path = tmp_path / "adex.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("DOSEKG", "EXDOSE", 1), encoding="utf-8")
    assert errors(read_adam(tmp_path)) == [("ADM-005", "ADEX", None)]
    path.write_text(text + PLANTED + "," * 40 + "\n", encoding="utf-8")
    assert errors(read_adam(tmp_path)) == [("ADM-003", "ADEX", None)]
