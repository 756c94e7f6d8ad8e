"""Quality: clinics beside each other, without ranks."""

from analysis.quality.case_mix import case_mix
from analysis.quality.case_mix_result import CaseMix
from analysis.quality.funnel import funnel
from analysis.quality.funnel_clinics import clinic_outcomes
from analysis.quality.funnel_clinics_result import ClinicOutcomes
from analysis.quality.funnel_result import Funnel
from analysis.quality.shrinkage import shrinkage
from analysis.quality.shrinkage_result import Shrinkage

__all__ = [
    "CaseMix",
    "ClinicOutcomes",
    "Funnel",
    "Shrinkage",
    "case_mix",
    "clinic_outcomes",
    "funnel",
    "shrinkage",
]
