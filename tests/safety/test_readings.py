"""Which rows of monitoring are used, and why others are not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.safety.readings import session_readings
from tests.safety.studies import network, reading, session, study_of

unit, identity = pytest.mark.unit, pytest.mark.identity

SESSIONS = [session("p1"), session("p1", 2), session("p2")]


def read(*rows: str):
    return session_readings(study_of(SESSIONS, rows))


def left(found) -> list[tuple[str, str, int]]:
    return [tuple(row) for row in found.left_out.itertuples(index=False)]


@unit
def test_readings_are_sorted_by_session_and_minute():
    found = read(
        reading("p2", 1, 10, "sbp", 130),
        reading("p1", 2, 5, "sbp", 120),
        reading("p1", 1, 40, "sbp", 150),
        reading("p1", 1, -5, "sbp", 125),
        reading("p1", 1, -5, "hr", 70),
    )
    sbp = found.of("sbp")
    assert sbp.session.tolist() == [0, 0, 1, 2]
    assert sbp.minute.tolist() == [-5, 40, 5, 10]
    assert sbp.value.tolist() == [125, 150, 120, 130]
    assert found.of("hr").value.tolist() == [70]
    assert found.of("cadss").value.tolist() == []
    assert left(found) == []


@unit
@pytest.mark.parametrize(
    ("rows", "reason", "kept"),
    [
        (["p1,3,5,sbp,120,mm[Hg]"], "no session with this number", 0),
        (["p9,1,5,sbp,120,mm[Hg]"], "no session with this number", 0),
        (["p1,1,5,sbp,120,/min"], "unit of another parameter", 0),
        (["p1,1,-241,sbp,120,mm[Hg]"], "minute outside -240 to 1440", 0),
        (["p1,1,1441,sbp,120,mm[Hg]"], "minute outside -240 to 1440", 0),
        (["p1,1,5,sbp,301,mm[Hg]"], "impossible value", 0),
        (["p1,1,5,spo2,101,%"], "impossible value", 0),
        (["p1,1,5,cadss,93,{score}"], "impossible value", 0),
        (["p1,1,5,moaas,6,{score}"], "impossible value", 0),
        (["p1,1,5,sbp,120,mm[Hg]"] * 2, "the same reading twice", 1),
    ],
)
def test_rows_that_cannot_be_used_are_counted_by_reason(rows, reason, kept):
    found = read(*rows, reading("p1", 1, 60, "hr", 70))
    assert [(why, n) for _, why, n in left(found)] == [(reason, 1)]
    assert sum(len(each.value) for name, each in found.series.items() if name != "hr") == kept


@unit
@pytest.mark.parametrize("row", ["p1,1,-240,sbp,40,mm[Hg]", "p1,1,1440,sbp,300,mm[Hg]"])
def test_limits_themselves_are_allowed(row):
    found = read(row)
    assert left(found) == []
    assert len(found.of("sbp").value) == 1


@unit
def test_a_missing_value_is_counted():
    study = study_of(SESSIONS, [reading("p1", 1, 5, "sbp", 120), reading("p1", 1, 9, "sbp", 121)])
    rows = study.table("monitoring")
    rows.loc[0, "value"] = np.nan
    found = session_readings(
        dataclasses.replace(study, tables={**study.tables, "monitoring": rows})
    )
    assert left(found) == [("sbp", "no minute, parameter or value", 1)]


@unit
def test_of_two_values_for_one_minute_neither_is_used():
    found = read(
        *(reading("p1", 1, 5, "sbp", value) for value in (120, 150, 120)),
        reading("p1", 1, 6, "sbp", 130),
        reading("p1", 2, 5, "sbp", 131),
    )
    assert found.of("sbp").value.tolist() == [130, 131]
    assert left(found) == [("sbp", "two values for one minute", 3)]


@unit
def test_exchanged_pressures_are_not_used():
    found = read(
        reading("p1", 1, 5, "sbp", 80), reading("p1", 1, 5, "dbp", 120),
        reading("p1", 1, 9, "sbp", 120), reading("p1", 1, 9, "dbp", 119),
        reading("p1", 2, 5, "dbp", 130),
    )  # fmt: skip
    assert found.of("sbp").value.tolist() == [120]
    assert found.of("dbp").value.tolist() == [119, 130]
    assert left(found) == [
        ("sbp", "diastolic not below systolic", 1),
        ("dbp", "diastolic not below systolic", 1),
    ]


@unit
def test_equal_pressures_are_not_used():
    found = read(reading("p1", 1, 5, "sbp", 100), reading("p1", 1, 5, "dbp", 100))
    assert dict(found.series) == {}
    assert found.left_out["rows"].tolist() == [1, 1]


@unit
def test_a_study_without_monitoring_has_no_readings():
    found = session_readings(study_of(SESSIONS))
    assert (len(found), dict(found.series), left(found)) == (3, {}, [])


@unit
def test_two_sessions_with_one_number_are_refused():
    with pytest.raises(DataError, match="KEY-001"):
        session_readings(study_of([session("p1"), session("p1")], [reading("p1", 1, 5, "hr", 70)]))


@identity
def test_the_order_of_rows_does_not_matter():
    study = network()
    rows = study.table("monitoring").sample(frac=1.0, random_state=5).reset_index(drop=True)
    mixed = dataclasses.replace(study, tables={**study.tables, "monitoring": rows})
    one, other = session_readings(study), session_readings(mixed)
    for name, series in one.series.items():
        for column in ("session", "minute", "value"):
            np.testing.assert_array_equal(
                getattr(series, column), getattr(other.of(name), column), strict=True
            )
    pd.testing.assert_frame_equal(one.left_out, other.left_out)
