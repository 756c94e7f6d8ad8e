"""Scanning tables: headers, values, cardinality, derived pseudonyms, class of the data."""

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.privacy import scan_identifiers
from analysis.study import Finding, read_study
from analysis.synthetic import example_folder, scenario, simulate

pytestmark = pytest.mark.unit

IDS = [f"ptx{i:02d}" for i in range(30)]


def places(result):
    return [(one.column, one.element, one.why) for one in result.findings]


def scanned(**columns):
    n = len(next(iter(columns.values())))
    return scan_identifiers(pd.DataFrame({"subject_id": IDS[:n], **columns}))


def test_a_clean_study_has_no_finding():
    result = scan_identifiers(read_study(example_folder("clinic-network")))
    assert result.ok
    assert result.data_class == "no dates"
    assert result.to_frame().empty


@pytest.mark.parametrize(
    ("name", "seed"), [("clinic-network", 71), ("kit_phq9", 72), ("sl_phq9", 73)]
)
def test_simulated_studies_have_no_finding_under_any_name_of_a_table(name, seed):
    study = simulate(replace(scenario(name), seed=seed), patients=60).study
    assert scan_identifiers(study).ok
    result = scan_identifiers({f"my_{table}": frame for table, frame in study.tables.items()})
    assert [str(one) for one in result.as_findings()] == []


@pytest.mark.parametrize(
    ("header", "element"),
    [
        ("PatientLastName", 1),
        ("nachname", 1),
        ("apellidos", 1),
        ("prenom", 1),
        ("home_address", 2),
        ("plz", 2),
        ("codigo_postal", 2),
        ("ville", 2),
        ("Geburtsdatum", 3),
        ("fecha de nacimiento", 3),
        ("date_naissance", 3),
        ("phone_number", 4),
        ("faxnummer", 5),
        ("correo", 6),
        ("ssn", 7),
        ("MRN", 8),
        ("Versichertennummer", 9),
        ("kontonummer", 10),
        ("driversLicense", 11),
        ("kennzeichen", 12),
        ("pump_serial", 13),
        ("website", 14),
        ("ip_address", 15),
        ("voiceprint", 16),
        ("foto", 17),
        ("username", 18),
    ],
)
def test_a_header_speaks_for_itself(header, element):
    result = scanned(**{header: ["q", "r", None]})
    assert places(result) == [(header, element, ("header",))]
    assert result.findings[0].count == 2


@pytest.mark.parametrize(
    "header",
    ["instrument_name", "drug_name", "rel_day", "session_no", "dose_mg", "age_years", "start_day"],
)
def test_headers_of_the_field_are_left_alone(header):
    assert scanned(**{header: [1, 2, 3]}).ok


def test_yes_and_no_name_nobody():
    assert scanned(phone=["yes", "no", "yes"]).ok


def test_header_and_values_make_one_finding_with_the_rows_of_the_values():
    result = scanned(email=["a@example.org", "none", None])
    assert places(result) == [("email", 6, ("header", "values"))]
    assert result.findings[0].count == 1
    assert result.data_class == "identified"


def test_dates_and_places_make_a_limited_data_set():
    result = scanned(visit_date=["2024-03-01", "2024-03-02"], zip=["80202", "80203"])
    assert [one.element for one in result.findings] == [2, 3]
    assert result.data_class == "limited data set"
    assert scanned(street=["q", "r"]).data_class == "identified"
    assert scanned(seen=["2024-03-01", "2024-03-02"]).data_class == "limited data set"
    assert scanned(home=["80202", "80203"]).data_class == "limited data set"


def test_ages_over_90_birth_years_and_small_areas_are_counted():
    assert scanned(age_years=[90, 89, 45]).ok
    assert places(scanned(age_years=[91, 97, 45])) == [("age_years", 3, ("values",))]
    assert scanned(age_years=[91, 97, 45]).findings[0].count == 2
    assert scanned(birth_year=[1980, 1990, 2001]).ok
    assert scanned(birth_year=[1921, 1990, 2001]).findings[0].count == 1
    assert scanned(zip3=["802", "803", "036"]).findings[0].count == 1
    assert scanned(zip3=[36, 802, 803]).findings[0].count == 1
    assert scanned(zip3=["802", "803", "100"]).ok


def test_codes_of_nearly_every_patient_are_found_and_small_categories_are_not():
    codes = [f"zk{i}-{i * 7 % 31}q" for i in range(30)]
    assert places(scanned(other=codes)) == [("other", 18, ("cardinality",))]
    assert scanned(arm=["a", "b"] * 15).ok
    assert scanned(rare=["common"] * 29 + ["rare"]).ok


def test_codes_repeated_within_patients_are_found():
    ids = np.repeat(IDS, 4)
    codes = np.repeat([f"zk{i}q" for i in range(30)], 4)
    frame = pd.DataFrame({"subject_id": ids, "other": codes})
    assert places(scan_identifiers(frame)) == [("other", 18, ("cardinality",))]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("length", [12, 64])
def test_digests_of_another_column_are_derived(algorithm, length):
    names = [f"q{i}x" for i in range(10)]
    digests = [hashlib.new(algorithm, name.encode()).hexdigest()[:length] for name in names]
    frame = pd.DataFrame({"subject_id": digests, "code": names})
    assert "derived" in scan_identifiers(frame).to_frame()["why"].str.cat()


def test_digests_of_plain_numbers_are_derived_and_random_codes_are_not():
    digests = [hashlib.sha256(str(i).encode()).hexdigest()[:16] for i in range(100, 120)]
    assert [w for *_, w in places(scan_identifiers(pd.DataFrame({"subject_id": digests})))] == [
        ("derived",)
    ]
    random = [hashlib.sha256(f"salt{i}".encode()).hexdigest()[:16] for i in range(20)]
    assert scan_identifiers(pd.DataFrame({"subject_id": random})).ok


def test_pseudonyms_that_hold_another_column_are_derived():
    numbers = [f"48{i}913" for i in range(10, 20)]
    frame = pd.DataFrame({"subject_id": [f"x{n}" for n in numbers], "ref": numbers})
    assert ("subject_id", 18, ("derived",)) in places(scan_identifiers(frame))


def test_free_text_is_found_unless_allowed():
    texts = [f"the patient slept {i} hours after it" for i in range(30)]
    frame = pd.DataFrame({"subject_id": IDS, "notes": texts})
    result = scan_identifiers(frame)
    assert (0, ("values",)) in [(element, why) for _, element, why in places(result)]
    assert result.data_class == "identified"
    allowed = scan_identifiers(frame, allowed_text=["notes"])
    assert all(one.element != 0 for one in allowed.findings)
    tables = scan_identifiers({"visits": frame}, allowed_text=["visits.notes"])
    assert all(one.element != 0 for one in tables.findings)


def test_what_a_dictionary_flags_is_found():
    frame = pd.DataFrame({"subject_id": IDS, "arm": ["a", "b"] * 15})
    assert places(scan_identifiers(frame, flagged=["arm"])) == [("arm", 18, ("flagged",))]


def test_substance_use_is_flagged():
    assert scanned(indication=["alcohol use disorder", "MDD"]).substance_use
    assert scanned(diagnosis=["F10.2", "F33.1"]).substance_use
    assert not scanned(diagnosis=["F32.1", "F33.1"]).substance_use
    assert "42 CFR Part 2" in scanned(indication=["opioid use disorder"]).summary()


def test_headers_that_could_be_data_are_named_by_place():
    frame = pd.DataFrame({"subject_id": ["a", "b"], "kowalski": ["2024-03-01", "2024-03-02"]})
    result = scan_identifiers({"kowalski": frame})
    assert [(one.table, one.column) for one in result.findings] == [("table 1", "column 2")]


def test_findings_have_the_form_of_all_checks():
    finding = scanned(email=["a@example.org"]).as_findings()[0]
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.column, finding.count) == ("PRV-006", "email", 1)


def test_the_text_supports_and_never_certifies():
    text = scanned(email=["a@example.org"]).summary()
    assert "supports a decision" in text
    assert "certif" not in text


def test_what_cannot_be_scanned_is_refused():
    with pytest.raises(DataError, match="Nothing to scan"):
        scan_identifiers([1, 2])
    with pytest.raises(ColumnError, match="same name"):
        scan_identifiers(pd.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.identity
def test_the_order_of_rows_and_columns_changes_nothing():
    frame = pd.DataFrame(
        {"subject_id": IDS, "email": ["a@example.org", "b@example.org", None] * 10, "zip3": 36}
    )
    one = scan_identifiers(frame).to_frame()
    other = scan_identifiers(frame.iloc[::-1, ::-1]).to_frame()
    pd.testing.assert_frame_equal(one, other)


def test_ages_in_months_and_as_text_are_read():
    assert places(scanned(age_months=[500, 1100])) == [("age_months", 3, ("values",))]
    assert places(scanned(pt_age=["34y", "95 years", "90+"])) == [("pt_age", 3, ("values",))]
    assert scanned(age_group=["18-29", "90+"]).ok


def test_days_that_are_counted_are_no_dates():
    assert scanned(last_contact_day=[30, 210]).ok
    assert places(scanned(last_contact=["q", "r"])) == [("last_contact", 3, ("header",))]


def test_a_column_of_states_holds_no_cities():
    assert scanned(home=["New York", "Texas", "Washington"]).ok
    assert places(scanned(home=["Denver", "Texas"])) == [("home", 2, ("values",))]


def test_site_holds_places_only_when_it_holds_words():
    assert scanned(site=["S01", "S02"]).ok
    assert places(scanned(site=["Lakeside", "Elm Grove"])) == [("site", 2, ("header",))]


def test_a_pseudonym_may_have_any_shape_but_no_birthday():
    ids = [f"KTR {4800 + i}" for i in range(20)]
    assert scan_identifiers(pd.DataFrame({"subject_id": ids})).ok
    born = [f"KT{day:02d}0370" for day in range(1, 21)]
    found = scan_identifiers(pd.DataFrame({"subject_id": born}))
    assert places(found) == [("subject_id", 18, ("values",))]


def test_measurements_are_no_codes_whatever_their_number():
    n = len(IDS)
    assert scanned(platelets=[150_001 + 7919 * i for i in range(n)]).ok
    assert places(scanned(other=[150_001 + 7919 * i for i in range(n)])) == [
        ("other", 18, ("cardinality",))
    ]
