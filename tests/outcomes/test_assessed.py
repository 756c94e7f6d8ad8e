"""Sessions in which adverse events were asked about, worked out by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes.assessed import assessed_sessions
from tests.builders import clean_study

pytestmark = pytest.mark.unit
STUDY = clean_study()


def study(asked, events):
    """The first sessions of the clean study, asked or not, with adverse events by position."""
    sessions = STUDY.table("sessions").iloc[: len(asked)].reset_index(drop=True)
    where = sessions.loc[events, ["subject_id", "session_no"]].reset_index(drop=True)
    found = where.assign(term="nausea")
    flagged = sessions.assign(ae_assessed=pd.array(asked, dtype="boolean"))
    return replace(STUDY, tables={**STUDY.tables, "sessions": flagged, "adverse_events": found})


def test_events_are_those_of_sessions_that_were_asked_about():
    """Two events of the first; one of the second, where nobody asked; the third is not known."""
    found = assessed_sessions(study([True, False, pd.NA, True], [0, 0, 1]))
    assert found.index.tolist() == [0, 3]
    assert found["n_events"].tolist() == [2, 0]


def test_a_study_that_cannot_tell_is_refused():
    with pytest.raises(DataError, match="no session has ae_assessed"):
        assessed_sessions(study([False, pd.NA], [0]))
    whole = study([True, True], [0])
    without = replace(
        whole,
        tables={**whole.tables, "sessions": whole.table("sessions").drop(columns="ae_assessed")},
    )
    with pytest.raises(DataError, match=r"needs sessions\.ae_assessed"):
        assessed_sessions(without)
