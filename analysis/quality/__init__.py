"""Quality: clinics beside each other, without ranks."""

from analysis.quality.funnel import funnel
from analysis.quality.funnel_result import Funnel

__all__ = ["Funnel", "funnel"]
