"""The report as a Word document."""

from analysis.report.word.build import word_bytes

__all__ = ["word_bytes"]
