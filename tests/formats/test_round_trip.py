"""The synthetic network, written as a clinic would have it, comes back as it was."""

import pandas as pd
import pytest

from analysis.formats.clinic import read_clinic
from analysis.formats.mapping import Mapping
from analysis.study import TABLES, read_study
from analysis.synthetic import example_folder
from tests.formats.clinic_files import write_clinic_files


@pytest.fixture(scope="module")
def study():
    return read_study(example_folder("clinic-network"))


def in_order(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Sort by the key, categories as text."""
    text = {c.name: "string" for c in TABLES[name].columns if c.kind == "category"}
    plain = frame.astype({c: kind for c, kind in text.items() if c in frame.columns})
    return plain.sort_values(list(TABLES[name].key), ignore_index=True)


@pytest.mark.identity
def test_network_comes_back_from_five_clinic_files(study, tmp_path):
    mapping = Mapping.of(write_clinic_files(study, tmp_path))
    assert mapping.findings == ()
    found = read_clinic(tmp_path, mapping)
    assert [str(finding) for finding in found.findings] == []
    again = found.require_study()
    for name in study.tables:
        pd.testing.assert_frame_equal(
            in_order(again.table(name), name),
            in_order(study.table(name), name),
            rtol=1e-12,
            obj=name,
        )
    assert again.sites == study.sites
    assert again.instruments == tuple(sorted(study.instruments))
    assert again.title == study.title
    chart = found.sources[found.sources["source"].eq("chart")]
    assert (chart["rows_used"] + chart["rows_left_out"]).eq(chart["rows_read"]).all()
