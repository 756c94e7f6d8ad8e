"""Method checks: the engine against other software, known truth and simulation, for notebook 11."""

from analysis.method_checks.checks import method_check, method_check_table, method_topics
from analysis.method_checks.coverage import simulated_coverage
from analysis.method_checks.truth import truth_check

__all__ = [
    "method_check",
    "method_check_table",
    "method_topics",
    "simulated_coverage",
    "truth_check",
]
