"""Moments in arrays whose sizes tell nothing: the same for all sites, and back without loss."""

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.tasks.dense_moments import dense_arrays, dense_layout, moments_of_dense
from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.errors import ModelError
from analysis.mixed import fit_moments
from tests.mixed.networks import clinic_network

ROWS = clinic_network(n_patients=60)
VISITS = ("v1", "v2", "v3", "v4")


def task(**changed):
    given = {
        "formula": "change ~ arm * visit + baseline",
        "subject": "patient",
        "visit": "visit",
        "levels": {"visit": VISITS, "arm": ("im", "iv")},
        "standardised": False,
    }
    return MomentsTask(**{**given, **changed})


def back(own, parts):
    arrays = [dense_arrays(own.of(part)) for part in parts]
    layout = dense_layout(own)
    for each in arrays:  # whatever the patients are, what travels has the agreed sizes
        assert {name: values.shape for name, values in each.items()} == dict(layout.shapes)
    return moments_of_dense(own, {name: sum(a[name] for a in arrays) for name in arrays[0]})


@pytest.mark.identity
@pytest.mark.parametrize("changed", [{}, {"covariance_by": "arm"}, {"formula": "change ~ visit"}])
def test_sums_of_sites_are_those_of_the_patients(changed):
    own = task(**changed)
    if changed.get("formula"):
        own = task(**changed, levels={"visit": VISITS})
    first = ROWS["patient"] % 3 == 0
    few = ROWS[first & (ROWS["visit"] != "v4")]  # a site in which some visits never happen
    parts = [few, ROWS[~first]]
    found, wanted = back(own, parts), moments_of(own.of(pd.concat(parts)))
    assert found.about.n_subjects == wanted.about.n_subjects
    assert found.about.n_rows == wanted.about.n_rows
    assert len(found.groups) == len(wanted.groups) == (2 if "covariance_by" in changed else 1)
    one, other = fit_moments(found), fit_moments(wanted)
    pd.testing.assert_frame_equal(one.tidy(), other.tidy(), rtol=1e-9, atol=1e-11)
    for a, b in zip(found.about.population.means.values(),
                    wanted.about.population.means.values(), strict=True):  # fmt: skip
        assert a == pytest.approx(b, rel=1e-12)


@pytest.mark.identity
def test_the_layout_follows_from_the_agreement_alone():
    assert dense_layout(task()).sha256 == dense_layout(task()).sha256
    assert dense_layout(task()).shapes["0_counts"] == (15,)  # 2^4 - 1 sets of visits
    other = task(levels={"visit": VISITS, "arm": ("im", "iv", "oral")})
    assert dense_layout(other).sha256 != dense_layout(task()).sha256
    counts = dense_arrays(task().of(ROWS))["0_counts"]
    assert np.array_equal(counts, np.rint(counts))
    assert counts.sum() == ROWS.dropna()["patient"].nunique()


@pytest.mark.unit
def test_more_visits_than_sets_can_be_listed_are_refused():
    many = tuple(f"v{number}" for number in range(11))
    with pytest.raises(ModelError, match="1 to 10 visits; the model has 11"):
        dense_layout(task(levels={"visit": many, "arm": ("im", "iv")}))


@pytest.mark.unit
def test_effects_of_sites_are_refused():
    with pytest.raises(ModelError, match="Leave the site out of the model"):
        dense_layout(task(nested_in="clinic", levels={**task().levels, "clinic": ("a", "b")}))
