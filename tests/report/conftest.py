"""The report of the synthetic clinic network, built once for all tests of its files."""

import pytest

from analysis.report import build_report
from analysis.report.files import FORMATS
from analysis.synthetic import example_folder

EPOCH = "1767225600"  # the first second of 2026, so that two reports can be compared byte by byte


@pytest.fixture(scope="session")
def report_files(tmp_path_factory):
    """Build the report in every format; return format to path."""
    output = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        return build_report(example_folder("clinic-network"), output, formats=tuple(FORMATS))


@pytest.fixture(scope="session")
def report_page(report_files):
    """Return the path of the page."""
    return report_files["html"]
