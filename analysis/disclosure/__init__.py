"""Disclosure control: which counts may be shown, which are hidden, and the proof."""

from analysis.disclosure.cells import HiddenCells, suppress_cells
from analysis.disclosure.completeness import hide_completeness
from analysis.disclosure.counted import CountedTable
from analysis.disclosure.counts import SuppressedCounts, attack_counts, suppress_counts
from analysis.disclosure.curves import (
    cut_curve,
    cut_interval_curve,
    suppress_curve,
    suppress_interval_curve,
)
from analysis.disclosure.degrees import coarse_degrees
from analysis.disclosure.estimates import hide_statistics, suppress_numbers, suppress_proportions
from analysis.disclosure.flow import suppress_flow
from analysis.disclosure.interval_readings import (
    interval_corners,
    interval_levels,
    interval_median,
    require_interval_steps,
)
from analysis.disclosure.ledger import Ledger, held_together, recording
from analysis.disclosure.medians import cut_medians
from analysis.disclosure.members import ABOUT, MEMBERS, Members, units_of
from analysis.disclosure.models import FittedCurve, FittedModel, hide_coefficients, shown_curve
from analysis.disclosure.occupancy import coarsen_occupancy
from analysis.disclosure.policy import (
    CONFIDENTIAL,
    HIDDEN,
    INTERNAL,
    RELEASE,
    Policy,
    is_small,
    masked_count,
    named_policy,
    possible_counts,
    require_releasable,
    rounded_count,
)
from analysis.disclosure.release import Releasable, Released, Statement, release
from analysis.disclosure.responses import hide_responses
from analysis.disclosure.risk_tables import suppress_risk_table

__all__ = [
    "ABOUT",
    "CONFIDENTIAL",
    "HIDDEN",
    "INTERNAL",
    "MEMBERS",
    "RELEASE",
    "CountedTable",
    "FittedCurve",
    "FittedModel",
    "HiddenCells",
    "Ledger",
    "Members",
    "Policy",
    "Releasable",
    "Released",
    "Statement",
    "SuppressedCounts",
    "attack_counts",
    "coarse_degrees",
    "coarsen_occupancy",
    "cut_curve",
    "cut_interval_curve",
    "cut_medians",
    "held_together",
    "hide_coefficients",
    "hide_completeness",
    "hide_responses",
    "hide_statistics",
    "interval_corners",
    "interval_levels",
    "interval_median",
    "is_small",
    "masked_count",
    "named_policy",
    "possible_counts",
    "recording",
    "release",
    "require_interval_steps",
    "require_releasable",
    "rounded_count",
    "shown_curve",
    "suppress_cells",
    "suppress_counts",
    "suppress_curve",
    "suppress_flow",
    "suppress_interval_curve",
    "suppress_numbers",
    "suppress_proportions",
    "suppress_risk_table",
    "units_of",
]
