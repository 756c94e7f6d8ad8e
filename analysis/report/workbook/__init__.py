"""All tables of a report, and the numbers of its figures, as one Excel workbook."""

from analysis.report.workbook.build import workbook_bytes

__all__ = ["workbook_bytes"]
