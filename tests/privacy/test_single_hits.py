"""One identifying cell among many harmless ones is found, whatever the column is called."""

import pandas as pd
import pytest

from analysis.privacy import match_column, scan_identifiers

pytestmark = pytest.mark.unit

HARMLESS = {
    "referral status": ["open", "sent", "closed"],
    "visit": ["Baseline", "Week 1", "Week 2"],
    "dose_mg": ["40", "35", "50"],
    "session": ["1", "2", "3"],
    "ae_term": ["nausea", "headache"],
    "phase": ["induction", "maintenance"],
    "item 6": ["n/a", "locked"],
    "notes": ["none", "ok"],
    "col_3": ["a", "b", "c"],
}
IDENTIFYING = {
    "call 303-555-0142": 4,
    "303-555-0142": 4,
    "faxed to 208-555-0104": 5,
    "jane.roe@example.org": 6,
    "219-45-6789": 7,
    "seen by Dr. Margaret Wilson": 1,
    "moved to 2024-03-15": 3,
    "lives at 12 Elm Street": 2,
    "MRN 4471902": 8,
    "Medicare 1EG4-TE5-MK73": 9,
    "visa 4111 1111 1111 1111": 10,
    "DEA AB1234563": 11,
    "plate KTR 4821": 12,
    "S/N 88213-AK": 13,
    "https://example.org/p/17": 14,
    "from 192.0.2.17": 15,
    "IMG_20240312.jpg": 17,
    "3fa85f64-5717-4562-b3fc-2c963f66afa6": 18,
}


@pytest.mark.parametrize("header", HARMLESS)
def test_one_cell_is_enough(header):
    ordinary = [HARMLESS[header][i % len(HARMLESS[header])] for i in range(23)]
    assert scan_identifiers(pd.DataFrame({header: ordinary})).ok
    for text, element in IDENTIFYING.items():
        found = scan_identifiers(pd.DataFrame({header: [*ordinary, text]})).findings
        assert (element, 1) in [(one.element, one.count) for one in found], element


def test_what_one_value_tells_is_kept_apart_from_what_all_tell():
    alone = match_column(pd.Series(["none", "none", "303-555-0142"]))
    assert list(zip(alone["kind"], alone["by"], strict=True)) == [("telephone number", "value")]
    together = match_column(pd.Series(["462-0142", "462-0117", "713-0155", "288-0190"]))
    assert ("telephone number", "column") in zip(together["kind"], together["by"], strict=True)


SERIALS = [45366, 45369, 45373, 45384, 45391, 45426, 45454, 45475]


@pytest.mark.parametrize("header", ["visit", "infusion start", "t_abs", "session", "col7", "day"])
@pytest.mark.parametrize("shift", [0, -1462, 0.60417])
def test_days_of_a_spreadsheet_are_found_under_any_name(header, shift):
    found = scan_identifiers(pd.DataFrame({header: [day + shift for day in SERIALS]})).findings
    assert ("spreadsheet date" in found[0].kinds, found[0].count) == (True, 8)


def test_days_of_a_spreadsheet_among_words_are_found():
    frame = pd.DataFrame({"visit": [*map(str, SERIALS), "pending", "n/a", "cancelled"]})
    assert (3, 8) in [(one.element, one.count) for one in scan_identifiers(frame).findings]


def test_a_day_among_versions_is_found():
    versions = ["1.2.3", "2.0.1", "10.4.12"] * 5
    assert scan_identifiers(pd.DataFrame({"app_version": versions})).ok
    for day in ("12 March 2024", "2024-03-15"):
        assert not scan_identifiers(pd.DataFrame({"app_version": [*versions, day]})).ok


@pytest.mark.parametrize("header", ["cost_usd", "platelets", "reads", "steps_total", "amount"])
def test_quantities_are_no_days(header):
    assert scan_identifiers(pd.DataFrame({header: SERIALS})).ok
