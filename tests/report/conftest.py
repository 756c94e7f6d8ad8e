"""The report of the synthetic clinic network, built once for all tests of the page."""

import pytest

from analysis.report import build_report
from analysis.synthetic import example_folder


@pytest.fixture(scope="session")
def report_page(tmp_path_factory):
    """Build the report with the command's own defaults; return its path."""
    parameters = {"instrument": "PHQ-9", "visit": "week 4", "baseline_at_least": None}
    output = tmp_path_factory.mktemp("report")
    return build_report(example_folder("clinic-network"), output, parameters=parameters)
