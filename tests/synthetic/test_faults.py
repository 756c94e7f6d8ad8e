"""Every rule has a fault that is found, and found alone."""

import dataclasses
from functools import cache

import pandas as pd
import pytest

from analysis.checks import check, check_folder, rule_list
from analysis.errors import DataError, ReportError
from analysis.study import write_study
from analysis.synthetic import scenario, simulate
from analysis.synthetic.faults import (
    FAULTS,
    FolderFault,
    StudyFault,
    fault_codes,
    inject,
    inject_into_folder,
)
from tests.builders import clean_study, places, write_folder

pytestmark = pytest.mark.identity

IN_STUDIES = [code for code, fault in FAULTS.items() if isinstance(fault, StudyFault)]
IN_FOLDERS = [code for code, fault in FAULTS.items() if isinstance(fault, FolderFault)]
WARNINGS = {
    "FIL-008", "COL-002", "INS-002", "SUB-001", "TIM-009", "AEV-003", "DOS-001", "DOS-002",
    "DOS-003", "DOS-004", "DOS-005", "SES-002", "COU-002", "COU-004", "SIT-001", "SCO-003",
    "SCO-004", "SCO-006", "SCO-007", "MON-004", "MON-005",
}  # fmt: skip


@cache
def network():
    return simulate(dataclasses.replace(scenario("clinic-network"), patients=300)).study


def found_alone(findings, code):
    fault = FAULTS[code]
    assert places(findings) == [(code, fault.table, fault.column)]
    assert findings[0].count == fault.count
    assert findings[0].severity == ("warning" if code in WARNINGS else "error")


@pytest.mark.parametrize("study", [clean_study, network])
def test_clean_studies_have_no_finding(study):
    assert check(study()).findings == ()


def test_every_rule_has_a_fault_and_every_fault_a_rule():
    assert set(fault_codes()) == set(rule_list()["code"])
    assert len(fault_codes()) == len(FAULTS)
    assert all(code == fault.code for code, fault in FAULTS.items())


@pytest.mark.parametrize("code", IN_STUDIES)
def test_a_fault_in_the_literal_study_is_found_alone(code):
    found_alone(check(inject(clean_study(), code)).findings, code)


@pytest.mark.parametrize("code", IN_STUDIES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_fault_in_the_network_is_found_alone(code, seed):
    found_alone(check(inject(network(), code, seed=seed)).findings, code)


@pytest.mark.parametrize("code", IN_FOLDERS)
def test_a_fault_in_a_folder_is_found_alone(code, tmp_path):
    folder = write_folder(tmp_path / "study")
    inject_into_folder(folder, code)
    found_alone(check_folder(folder).findings, code)


def test_a_fault_of_values_is_written_into_a_folder(tmp_path):
    write_study(clean_study(), tmp_path / "a")
    inject_into_folder(tmp_path / "a", "RNG-001", seed=3)
    found_alone(check_folder(tmp_path / "a").findings, "RNG-001")


def test_a_fault_of_dates_is_written_only_in_the_local_zone(tmp_path):
    for place in ("open", "local"):
        write_study(clean_study(), tmp_path / place / "a")
    with pytest.raises(ReportError, match="local"):
        inject_into_folder(tmp_path / "open" / "a", "KEY-003")
    inject_into_folder(tmp_path / "local" / "a", "KEY-003")
    found_alone(check_folder(tmp_path / "local" / "a").findings, "KEY-003")
    with pytest.raises(DataError, match="outside it"):
        inject_into_folder(tmp_path / "local" / "a", "FIL-010")


def test_the_seed_decides_which_row_is_broken_and_nothing_else_does():
    def rows(seed):
        return check(inject(network(), "RNG-001", seed=seed)).findings[0].rows

    assert rows(1) == rows(1)
    assert len({rows(seed) for seed in range(5)}) > 1


@pytest.mark.parametrize("code", IN_STUDIES)
def test_the_given_study_stays_as_it_is(code):
    study = clean_study()
    before = {name: frame.copy() for name, frame in study.tables.items()}
    inject(study, code)
    assert study.tables.keys() == before.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(study.tables[name], frame)


def test_what_cannot_be_broken_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(DataError, match=r"no fault with this code.*RNG-001"):
        inject(clean_study(), "XXX-001")
    with pytest.raises(DataError, match="inject_into_folder"):
        inject(clean_study(), "FIL-000")
    study = clean_study()
    bare = dataclasses.replace(
        study, tables={name: f for name, f in study.tables.items() if name != "monitoring"}
    )
    with pytest.raises(DataError, match=r"No row of monitoring can carry the fault MON-001"):
        inject(bare, "MON-001")
    with pytest.raises(DataError, match=r"no follow_up\.csv"):
        inject_into_folder(tmp_path, "FIL-002")
