"""From notebooks to one offline page with a summary, contents and provenance."""

from analysis.report.build import build_report
from analysis.report.methods import methods_in_words
from analysis.report.origin import Provenance, provenance
from analysis.report.points import key_points
from analysis.report.releases import write_release_page

__all__ = [
    "Provenance",
    "build_report",
    "key_points",
    "methods_in_words",
    "provenance",
    "write_release_page",
]
