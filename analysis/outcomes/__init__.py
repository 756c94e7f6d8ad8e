"""From scores to outcomes: windows, baseline, change, response, remission, loss of response."""

from analysis.outcomes.attrition import completeness, patient_flow
from analysis.outcomes.cohort import baseline_scores, treated_patients, valid_scores
from analysis.outcomes.course import MeanCourse, mean_course
from analysis.outcomes.relapse import EventTable, curve, time_to_loss_of_response
from analysis.outcomes.response import response_rates, visit_outcomes, visit_status
from analysis.outcomes.windows import (
    BASELINE,
    FEWEST,
    SCHEDULE,
    Window,
    place_in_windows,
    window_named,
)

__all__ = [
    "BASELINE",
    "FEWEST",
    "SCHEDULE",
    "EventTable",
    "MeanCourse",
    "Window",
    "baseline_scores",
    "completeness",
    "curve",
    "mean_course",
    "patient_flow",
    "place_in_windows",
    "response_rates",
    "time_to_loss_of_response",
    "treated_patients",
    "valid_scores",
    "visit_outcomes",
    "visit_status",
    "window_named",
]
