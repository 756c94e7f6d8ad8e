"""The short table of measures, and their definitions."""

import pytest

from analysis.errors import DataError
from analysis.quality import quality_measures
from analysis.tables import definitions_table, measures_table
from tests.missing.studies import network

pytestmark = pytest.mark.unit


def test_the_short_table_has_a_row_per_measure_and_says_what_the_others_need():
    measures = quality_measures(network(), ["induction_completed", "cms2", "dsf_e_follow_up"])
    table = measures_table(measures, definitions=False)
    assert table.frame["label"].tolist() == ["Induction completed"]
    assert table.frame["group"].tolist() == [""]
    (needs,) = [note for note in table.notes if note.startswith("Not computable")]
    assert needs == (
        "Not computable: Depression screening and follow-up plan (CMS2); Follow-up within 30 days "
        "of a positive screen (DSF-E). Needed: the clinic's codes of bipolar disorder."
    )
    stated = definitions_table(measures)
    assert stated.inline("Induction completed", "When") == "days 0 to 28 after the first session"


def test_nothing_computable_is_refused_with_what_is_needed():
    with pytest.raises(DataError, match="codes of bipolar disorder"):
        measures_table(quality_measures(network(), "cms2"), definitions=False)
