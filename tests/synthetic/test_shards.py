"""Shards: the same patients whatever their size and the number of processes."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import DataError, ReportError
from analysis.study import read_study
from analysis.synthetic import Scenario, scenario, simulate
from analysis.synthetic.shards import write_shards

unit, identity = pytest.mark.unit, pytest.mark.identity

SMALL = replace(scenario("clinic-network"), patients=70)


@identity
@pytest.mark.parametrize(("size", "workers"), [(30, 1), (25, 2)])
def test_shards_together_are_the_study(tmp_path, size, workers):
    shards = write_shards(SMALL, tmp_path / "out", shard_patients=size, workers=workers)
    assert [path.name for path in shards] == [f"shard-{k:05d}" for k in range(-(-70 // size))]
    studies = [read_study(path) for path in shards]
    whole = simulate(SMALL).study
    for name in whole.tables:
        parts = pd.concat(
            [study.table(name).astype(object) for study in studies], ignore_index=True
        )
        text = {
            c: "string" for c, dtype in whole.tables[name].dtypes.items() if dtype == "category"
        }
        expected = whole.table(name).astype(text)
        kinds = {c: str(expected[c].dtype) for c in expected}
        pd.testing.assert_frame_equal(parts.astype(kinds), expected)
    assert studies[0].title.endswith("patients 1 to " + str(size))
    text = (tmp_path / "out" / "scenario.json").read_text(encoding="utf-8")
    assert Scenario.from_json(text) == SMALL


@unit
def test_earlier_shards_are_not_mixed_with_new_ones(tmp_path):
    write_shards(SMALL, tmp_path, shard_patients=70)
    with pytest.raises(ReportError, match="Choose an empty folder"):
        write_shards(SMALL, tmp_path)


@unit
@pytest.mark.parametrize("sizes", [{"shard_patients": 0}, {"workers": 0}])
def test_sizes_are_at_least_one(tmp_path, sizes):
    with pytest.raises(DataError, match="at least 1"):
        write_shards(SMALL, tmp_path, **sizes)
    assert not list(tmp_path.iterdir())
