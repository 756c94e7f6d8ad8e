"""Provenance records what makes a number again, and no folder."""

import platform

import pandas as pd
import pytest

from analysis.report import key_points, provenance
from analysis.study import Study, read_study
from analysis.synthetic import example_folder


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


@pytest.mark.unit
def test_it_records_digest_parameters_versions_and_seed(network):
    record = provenance(network, {"visit": "week 4", "study_folder": "/secret/place"})
    values = record.frame().set_index("name")["value"]
    assert values["SHA-256"] == network.sha256
    assert len(network.sha256) == 64
    assert values["visit"] == "week 4"
    assert values["Python"] == platform.python_version()
    assert values["pandas"] == pd.__version__
    assert values["seed"] == str(network.seed)
    assert values["class"] == "no dates"
    assert "/secret/place" not in repr(record) + record._repr_html_()


@pytest.mark.unit
def test_clinic_data_have_no_seed():
    study = Study(title="A <clinic>", sites=("a",), instruments=("PHQ-9",), tables={})
    record = provenance(study)
    assert record.data["seed"] == "none: nothing is drawn at random"
    assert record.data["SHA-256"] == "made in memory"
    assert "A &lt;clinic&gt;" in record._repr_html_()


@pytest.mark.unit
def test_key_points_escape_and_leave_out_empty_sentences():
    points = key_points("5 < 11 & more", "", "second")
    assert repr(points) == "- 5 < 11 & more\n- second"
    assert points._repr_html_() == (
        '<ul class="points"><li>5 &lt; 11 &amp; more</li><li>second</li></ul>'
    )
