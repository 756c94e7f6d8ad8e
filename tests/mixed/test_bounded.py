"""Scores at the ends of a scale, and the ordinal comparison."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import ordinal_sensitivity, shares_at_ends
from tests.mixed.frames import reference_data

# MASS::polr 7.3-58.2 (R 4.2.2, reltol 1e-14): factor(band) ~ arm + baseline at each visit of
# tests/reference/mixed/long.csv, band cut at -12, -8, -4, 0, 4: estimates and standard errors of
# iv and oral against im
POLR = {
    "v1": [(0.167492244, 0.300717269), (0.522983973, 0.401041223)],
    "v4": [(0.198028289, 0.318356081), (0.875776957, 0.414149636)],
    "v6": [(-0.292928042, 0.340801431), (0.488391709, 0.411651601)],
}


def bands():
    data = reference_data()
    return data.assign(band=np.digitize(data["change"], [-12, -8, -4, 0, 4], right=True))


def compared(data, **options):
    given = {"group": "arm", "reference": "im", "subject": "patient", "visit": "visit",
             "covariates": ["baseline"]}  # fmt: skip
    return ordinal_sensitivity("band", data, **{**given, **options})


@pytest.mark.reference
@pytest.mark.parametrize("visit", list(POLR))
def test_log_odds_are_those_of_polr(visit):
    rows = compared(bands()).query("visit == @visit")
    assert rows["contrast"].tolist() == ["iv - im", "oral - im"]
    for (estimate, error), row in zip(POLR[visit], rows.itertuples(), strict=True):
        assert row.estimate == pytest.approx(estimate, abs=2e-6)
        assert row.std_error == pytest.approx(error, rel=5e-6)


@pytest.mark.identity
def test_only_the_order_of_scores_counts():
    data = bands()
    stretched = data.assign(band=np.exp(data["band"].astype(float)))
    pd.testing.assert_frame_equal(compared(stretched), compared(data), rtol=1e-6)


@pytest.mark.identity
def test_another_reference_turns_the_sign():
    data = bands().query("arm != 'oral'")
    there, back = compared(data), compared(data, reference="iv")
    np.testing.assert_allclose(there["estimate"], -back["estimate"], atol=1e-5)


@pytest.mark.unit
def test_ends_are_counted_by_visit():
    data = pd.DataFrame({"visit": ["v1", "v1", "v1", "v2", "v2"], "score": [0, 0, 27, 5, np.nan]})
    table = shares_at_ends("score", data, low=0, high=27, by="visit")
    assert table["n"].tolist() == [3, 1]
    assert table["at_low"].tolist() == [2, 0]
    assert table["at_high"].tolist() == [1, 0]
    assert table["share_low"].tolist() == pytest.approx([2 / 3, 0.0])
    assert table["share_high"].tolist() == pytest.approx([1 / 3, 0.0])


@pytest.mark.unit
def test_refusals_say_what_to_do():
    data = bands()
    with pytest.raises(DataError, match="2 scores outside 0 to 27; give the score itself"):
        shares_at_ends("s", pd.DataFrame({"s": [-1, 3, 28], "v": 1}), low=0, high=27, by="v")
    with pytest.raises(ColumnError, match="'dose'"):
        compared(data, covariates=["dose"])
    with pytest.raises(DataError, match="reference= is not a level of 'arm'"):
        compared(data, reference="placebo")
    with pytest.raises(ModelError, match="Visit 'v2' has one group or one score only"):
        compared(data[(data["visit"] != "v2") | (data["arm"] == "im")])


@pytest.mark.unit
def test_scores_that_are_no_numbers_are_refused_without_showing_them():
    data = bands().assign(band=lambda d: d["band"].astype(str) + "secret")
    for call in (
        lambda: compared(data),
        lambda: shares_at_ends("band", data, low=0, high=5, by="visit"),
    ):
        with pytest.raises(ColumnError, match="'band' is not numeric") as error:
            call()
        assert "secret" not in str(error.value)
    with pytest.raises(DataError, match="1 infinite"):
        compared(bands().assign(band=lambda d: d["band"].astype(float).where(d.index != 3, np.inf)))


@pytest.mark.unit
def test_a_patient_counts_once_per_visit():
    data = bands()
    with pytest.raises(DataError, match="2 patients with more than one row at a visit"):
        compared(pd.concat([data, data.groupby("patient").head(1).head(2)]))


@pytest.mark.unit
def test_rows_used_and_left_out_are_counted_by_visit():
    data = bands()
    gap = data.index[data["visit"] == "v4"][:3]
    data.loc[gap, "baseline"] = np.nan
    rows = compared(data).drop_duplicates("visit").set_index("visit")
    assert rows["n_dropped"].to_dict() == {v: 3 * (v == "v4") for v in rows.index}
    counts = data.dropna(subset="baseline")["visit"].value_counts()
    assert rows["n_patients"].to_dict() == counts.to_dict()


@pytest.mark.unit
def test_one_covariate_can_be_given_by_name():
    pd.testing.assert_frame_equal(compared(bands(), covariates="baseline"), compared(bands()))
