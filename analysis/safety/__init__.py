"""Safety: what happened in sessions, adverse events, harms of long use, and whom to look at."""

from analysis.safety.actions import ActionList, action_list
from analysis.safety.adverse_events import adverse_event_rates
from analysis.safety.clustered import Interval, clustered_rate, clustered_share, exact_share
from analysis.safety.dose_intervals import dose_intervals
from analysis.safety.event_severity import adverse_event_severity
from analysis.safety.levels import safety_levels
from analysis.safety.of_interest import (
    GRAVE_EVENTS,
    HARMS_OF_LONG_USE,
    EventGroup,
    events_of_interest,
)
from analysis.safety.over_minutes import MINUTES, time_course
from analysis.safety.over_sessions import peak_change_model, peak_change_rows
from analysis.safety.rems import rems_fields
from analysis.safety.rules import RULES, MonitoringRule, monitoring_rules
from analysis.safety.sessions import SessionSafety, session_safety
from analysis.safety.shares import safety_shares
from analysis.safety.suicidal_thoughts import suicidality

__all__ = [
    "GRAVE_EVENTS",
    "HARMS_OF_LONG_USE",
    "MINUTES",
    "RULES",
    "ActionList",
    "EventGroup",
    "Interval",
    "MonitoringRule",
    "SessionSafety",
    "action_list",
    "adverse_event_rates",
    "adverse_event_severity",
    "clustered_rate",
    "clustered_share",
    "dose_intervals",
    "events_of_interest",
    "exact_share",
    "monitoring_rules",
    "peak_change_model",
    "peak_change_rows",
    "rems_fields",
    "safety_levels",
    "safety_shares",
    "session_safety",
    "suicidality",
    "time_course",
]
