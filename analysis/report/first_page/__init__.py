"""The first page of a report: the numbers that matter, what changed, what cannot be concluded."""

from analysis.report.first_page.cautions import cautions
from analysis.report.first_page.change import changes
from analysis.report.first_page.harms import harms
from analysis.report.first_page.headlines import Headline, headline
from analysis.report.first_page.tables import headline_table, period_table

__all__ = ["Headline", "cautions", "changes", "harms", "headline", "headline_table", "period_table"]
