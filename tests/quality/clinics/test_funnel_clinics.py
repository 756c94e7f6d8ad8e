"""Outcomes of the clinics of a study: counts as elsewhere, denominators, members, and no ranks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.disclosure import INTERNAL, MEMBERS, Members, release
from analysis.errors import ColumnError, DataError
from analysis.outcomes import response_rates
from analysis.quality import clinic_outcomes
from analysis.study import Study
from tests.builders import clean_study
from tests.quality.clinics import network

ADJUST = ("baseline", "age_years", "sex", "indication", "prior_failures")
MEASURES = ("response", "remission", "change", "completeness", "adverse events")


@pytest.mark.identity
def test_counts_are_those_of_the_response_rates():
    rates = response_rates(network(), "PHQ-9", visit="week 4", by="first_site_id")
    for measure in ("response", "remission"):
        table = clinic_outcomes(network(), measure).tidy()
        rows = rates[rates["measure"].eq(measure)]
        assert table["events"].tolist() == rows["n"].tolist()
        assert table["denominator"].tolist() == rows["observed"].tolist()
    complete = clinic_outcomes(network(), "completeness").tidy()
    rows = rates[rates["measure"].eq("response")]
    assert complete["events"].tolist() == rows["observed"].tolist()
    assert complete["denominator"].tolist() == rows["evaluable"].tolist()


@pytest.mark.unit
def test_adverse_events_are_counted_over_sessions_at_which_they_were_asked_for():
    study = network()
    asked = study.table("sessions")
    asked = asked[asked["ae_assessed"].eq(True).fillna(value=False)]
    table = clinic_outcomes(study, "adverse events", policy=INTERNAL).tidy()
    assert table["denominator"].sum() == len(asked)
    keys = ["subject_id", "session_no"]
    events = study.table("adverse_events").merge(asked[[*keys, "site_id"]], on=keys)
    by_clinic = events.groupby("site_id", observed=False).size()
    assert table.set_index("site_id")["events"].to_dict() == by_clinic.to_dict()
    found = clinic_outcomes(study, "adverse events", policy=INTERNAL).funnel()
    assert found.target == pytest.approx(100 * len(events) / len(asked))


@pytest.mark.unit
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("adjust", [(), ADJUST], ids=["as observed", "adjusted"])
def test_every_measure_compares_clinics_by_name_and_leaves(measure, adjust):
    found = clinic_outcomes(network(), measure, adjust=adjust)
    result = found.funnel()
    assert result.needs_shrinkage  # eight clinics
    names = [f"clinic-{letter}" for letter in "abcdefgh"]
    assert result.tidy()[result.by].tolist() == names
    assert (found.case_mix is not None) == bool(adjust or measure == "adverse events")
    passed = release(found)
    assert passed.frame[result.by].tolist() == names
    if adjust:
        release(found.case_mix)


@pytest.mark.unit
def test_members_are_those_who_are_counted():
    for measure in ("response", "change"):
        table = clinic_outcomes(network(), measure).tidy()
        members = Members.of(table)
        assert MEMBERS in table.attrs
        for row in table.to_dict("records"):
            clinic = row["first_site_id"]
            assert members.sets["denominator", clinic].sum() == row["denominator"]
            if "events" in row:
                assert members.sets["events", clinic].sum() == row["events"]


@pytest.mark.truth
def test_the_one_clinic_with_worse_responses_is_found_and_the_others_are_not_ranked():
    found = clinic_outcomes(network(), "response", adjust=ADJUST, policy=INTERNAL)
    assert found.shrinkage().sentence() == (
        "Of 8 clinics 1 differs from the mean of clinics: clinic-d (below); the others cannot be "
        "told from it."
    )
    quotient = found.tidy()["events"] / found.tidy()["expected"]
    np.testing.assert_allclose(found.funnel().tidy()["estimate"], quotient)


@pytest.mark.unit
def test_few_expected_events_choose_limits_that_are_right_for_them():
    usual = clinic_outcomes(network(), "response")
    rare = replace(usual, true=usual.tidy().assign(events=1))  # 8 among 342
    assert usual.funnel().plan.rule == "spiegelhalter"
    assert rare.funnel().plan.rule == "mid-p"
    assert rare.funnel(limits="exact").plan.rule == "exact"


@pytest.mark.unit
def test_what_is_not_recorded_is_not_computable():
    tables = dict(network().tables)
    bare = {**tables, "sessions": tables["sessions"].drop(columns="ae_assessed")}
    with pytest.raises(DataError, match="Not computable"):
        clinic_outcomes(Study(**{**vars(network()), "tables": bare}), "adverse events")
    with pytest.raises(ColumnError, match="first_site_id"):
        clinic_outcomes(network(), "response", by="clinic")
    with pytest.raises(DataError, match="Nobody"):
        clinic_outcomes(clean_study(), "response", visit="week 12")


@pytest.mark.unit
def test_one_clinic_of_enough_patients_is_no_comparison():
    study = network()
    first = study.tables["subjects"]["site_id"].iloc[0]
    alone = study.tables["sessions"].assign(site_id=first)
    one = Study(**{**vars(study), "tables": {**study.tables, "sessions": alone}})
    with pytest.raises(DataError, match=r"two clinics with 11 or more patients .* 1 has as many"):
        clinic_outcomes(one, "response")
