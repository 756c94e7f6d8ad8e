"""The nearest published cohort: by treatment, then by number, and never by the result."""

import pytest

from analysis.disclosure import release
from analysis.errors import DataError
from analysis.quality import compare_with_nearest
from analysis.tables import published_table
from tests.quality.comparison.cases import clinic, figure, paper

pytestmark = pytest.mark.unit

LARGE = paper(figure(n=3000), name="Larger 2031")
SMALLER = paper(figure(n=2999, value=39.0), name="Nearer 2032")
OTHER_ROUTE = paper(figure(n=9000), name="Nasal 2033", agent="esketamine", route="IN")


def test_of_several_the_one_with_most_patients_is_taken():
    for cohorts in ((LARGE, SMALLER, OTHER_ROUTE), (SMALLER, OTHER_ROUTE, LARGE)):
        found = compare_with_nearest(clinic(), instrument="PHQ-9", cohorts=cohorts)
        assert found.source.study.name == "Larger 2031"


def test_none_that_may_be_compared_is_refused_with_the_reasons_counted():
    with pytest.raises(DataError, match=r"of \d+ published figures none .* route \(\d+\)"):
        compare_with_nearest(clinic(route="PO"), instrument="PHQ-9", cohorts=(LARGE,))


def test_a_schedule_of_ones_own_is_refused():
    with pytest.raises(DataError, match="window is the published one"):
        compare_with_nearest(clinic(), instrument="PHQ-9", schedule=())


def test_the_table_shows_both_sides_and_what_was_not_published():
    table = published_table(compare_with_nearest(clinic(), instrument="PHQ-9", cohorts=(LARGE,)))
    assert table.inline("this study", "estimate").startswith("50.0 (")  # 24 of 48
    assert table.inline("Larger 2031", "With a score") == "3,000"
    assert table.inline("Larger 2031", "Evaluable") == "not published"
    assert table.inline("difference", "estimate").endswith(" points")
    assert release(table).policy == table.policy


def test_few_patients_leave_no_estimate():
    few = compare_with_nearest(
        clinic(responders=5, observed=9), instrument="PHQ-9", cohorts=(LARGE,)
    )
    table = published_table(few)
    assert table.inline("this study", "estimate") == "—"
    assert table.inline("difference", "estimate") == "—"
