"""From scores to outcomes: windows, baseline, change, response, remission, loss of response."""

from analysis.outcomes.attrition import completeness, patient_flow
from analysis.outcomes.baseline import LAST, BaselineRule, baseline_scores
from analysis.outcomes.cohort import courses, treated_patients
from analysis.outcomes.courses import assign_courses
from analysis.outcomes.definition import Definition
from analysis.outcomes.endpoints.curves import curve, curve_between_visits
from analysis.outcomes.endpoints.endpoint import Endpoint
from analysis.outcomes.endpoints.episodes import relapse_episodes
from analysis.outcomes.endpoints.event_table import EventTable
from analysis.outcomes.endpoints.origins import (
    from_end_of_induction,
    from_first_treatment,
    from_response,
)
from analysis.outcomes.endpoints.presets import (
    DEATH,
    DROPOUT,
    MAINTENANCE,
    SERIOUS_ADVERSE_EVENT,
    SWITCH,
    relapse,
    substance_relapse,
    time_to_deterioration,
    time_to_discontinuation,
    time_to_loss_of_response,
    time_to_remission,
    time_to_response,
    time_to_retreatment,
)
from analysis.outcomes.endpoints.sources import Confirmation, End, RecordedEvent, ScoreEvent
from analysis.outcomes.entry import EntryThreshold, entry_in_words, entry_threshold
from analysis.outcomes.indications import any_indication, indications
from analysis.outcomes.library import definition, definition_names
from analysis.outcomes.rates import response_rates
from analysis.outcomes.regression import (
    RegressionToTheMean,
    expected_regression,
    regression_to_the_mean,
)
from analysis.outcomes.response import (
    change_table,
    individual_measures,
    visit_outcomes,
    visit_status,
)
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.selection import (
    patients_before,
    previous_period,
    select_patients,
    selection_in_words,
)
from analysis.outcomes.substance import percent_days_abstinent
from analysis.outcomes.trajectory import MeanCourse, mean_course
from analysis.outcomes.windows import (
    BASELINE,
    END_OF_INDUCTION,
    FEWEST,
    SCHEDULE,
    WEEKLY,
    Schedule,
    Window,
    place_in_windows,
    window_named,
)

__all__ = [
    "BASELINE",
    "DEATH",
    "DROPOUT",
    "END_OF_INDUCTION",
    "FEWEST",
    "LAST",
    "MAINTENANCE",
    "SCHEDULE",
    "SERIOUS_ADVERSE_EVENT",
    "SWITCH",
    "WEEKLY",
    "BaselineRule",
    "Confirmation",
    "Definition",
    "End",
    "Endpoint",
    "EntryThreshold",
    "EventTable",
    "MeanCourse",
    "RecordedEvent",
    "RegressionToTheMean",
    "Schedule",
    "ScoreEvent",
    "Window",
    "any_indication",
    "assign_courses",
    "baseline_scores",
    "change_table",
    "completeness",
    "courses",
    "curve",
    "curve_between_visits",
    "definition",
    "definition_names",
    "entry_in_words",
    "entry_threshold",
    "expected_regression",
    "from_end_of_induction",
    "from_first_treatment",
    "from_response",
    "indications",
    "individual_measures",
    "mean_course",
    "patient_flow",
    "patients_before",
    "percent_days_abstinent",
    "place_in_windows",
    "previous_period",
    "regression_to_the_mean",
    "relapse",
    "relapse_episodes",
    "response_rates",
    "select_patients",
    "selection_in_words",
    "substance_relapse",
    "time_to_deterioration",
    "time_to_discontinuation",
    "time_to_loss_of_response",
    "time_to_remission",
    "time_to_response",
    "time_to_retreatment",
    "treated_patients",
    "valid_scores",
    "visit_outcomes",
    "visit_status",
    "window_named",
]
