"""Quality improvement: charts of a measure over time, with signals that chance does not explain."""

from analysis.quality.cusum import bernoulli_cusum
from analysis.quality.false_signals import false_signal_rate
from analysis.quality.runs import run_rules_false_signal_rate
from analysis.quality.series import quality_series
from analysis.quality.spc import spc_chart
from analysis.quality.spc_result import SpcChart

__all__ = [
    "SpcChart",
    "bernoulli_cusum",
    "false_signal_rate",
    "quality_series",
    "run_rules_false_signal_rate",
    "spc_chart",
]
