"""Endpoints that trials, cohorts and quality reports use, ready to be called with a study."""

from __future__ import annotations

from typing import Any, Literal, Unpack

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.endpoints.endpoint import Endpoint
from analysis.outcomes.endpoints.event_table import EventTable
from analysis.outcomes.endpoints.origins import (
    Origin,
    from_end_of_induction,
    from_first_treatment,
    from_response,
)
from analysis.outcomes.endpoints.sources import Confirmation, End, RecordedEvent, ScoreEvent
from analysis.outcomes.library import definition_names, resolve
from analysis.outcomes.rules import Rules
from analysis.study import Study

__all__ = [
    "DEATH",
    "DROPOUT",
    "MAINTENANCE",
    "SERIOUS_ADVERSE_EVENT",
    "SWITCH",
    "relapse",
    "substance_relapse",
    "time_to_deterioration",
    "time_to_discontinuation",
    "time_to_loss_of_response",
    "time_to_remission",
    "time_to_response",
    "time_to_retreatment",
]

MAINTENANCE = RecordedEvent(
    table="sessions", day="rel_day", where={"phase": "maintenance"}, label="maintenance session"
)
"""A maintenance session: retreatment after the induction."""

RETREATMENT = RecordedEvent(
    table="sessions", day="rel_day", label="further session", after_induction=True
)
"""Any session after the induction of the course, that of a further course too."""

DROPOUT = RecordedEvent(
    table="follow_up",
    day="last_contact_day",
    where={"end_reason": ("lost", "withdrew")},
    label="dropout",
)
"""Contact lost, or withdrawal."""

SWITCH = RecordedEvent(
    table="follow_up",
    day="last_contact_day",
    where={"end_reason": "switched treatment"},
    label="switch of treatment",
)
"""Another treatment instead."""

DEATH = RecordedEvent(
    table="follow_up", day="last_contact_day", where={"end_reason": "died"}, label="death"
)
"""Death of any cause."""

SERIOUS_ADVERSE_EVENT = RecordedEvent(
    table="adverse_events", day="start_day", where={"serious": True}, label="serious adverse event"
)
"""A serious adverse event, which an admission is; the data do not tell admissions apart."""

_SUSTAIN = Confirmation(min_days=5, max_days=15)

_RELAPSES: dict[str, dict[str, Any]] = {
    "sustain1": {
        "events": (
            ScoreEvent(instrument="MADRS", definition="relapse_madrs22", confirmation=_SUSTAIN),
            SERIOUS_ADVERSE_EVENT,
        ),
    },
    "madrs22": {"events": (ScoreEvent(instrument="MADRS", definition="relapse_madrs22"),)},
    "qids11": {"events": (ScoreEvent(instrument="QIDS-SR16", definition="relapse_qids11"),)},
    "phq9_10": {"events": (ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10"),)},
    "phq9_10_confirmed": {
        "events": (
            ScoreEvent(
                instrument="PHQ-9", definition="relapse_phq9_10", confirmation=Confirmation()
            ),
        )
    },
    "phq9_loss_of_response": {
        "events": (ScoreEvent(instrument="PHQ-9", definition="loss_of_response50"),)
    },
}


def relapse(
    rule: Literal[
        "sustain1", "madrs22", "qids11", "phq9_10", "phq9_10_confirmed", "phq9_loss_of_response"
    ],
    origin: Origin,
    *,
    ends: tuple[End, ...] = (),
) -> Endpoint:
    """Make the endpoint of a relapse by a published rule.

    Parameters
    ----------
    rule : str
        - ``"sustain1"``: MADRS of at least 22 at two assessments 5 to 15 days apart, or a serious
          adverse event (Daly et al. 2019; confirm the wording in the paper)
        - ``"madrs22"``: one MADRS of at least 22 (Salloum et al. 2019)
        - ``"qids11"``: one QIDS-SR16 above 11 (Anand et al. 2023)
        - ``"phq9_10"``, ``"phq9_10_confirmed"``: one PHQ-9 of at least 10, or one that the next
          score confirms
        - ``"phq9_loss_of_response"``: a PHQ-9 no longer 50 % better than baseline (McInnes et al.
          2022)
    origin : Origin
        Usually a response or a remission, or the end of induction.
    ends : sequence of End
        Intercurrent events that end the follow-up.

    Returns
    -------
    Endpoint
        Of kind "negative".

    Raises
    ------
    DataError
        When there is no such rule.

    Notes
    -----
    The rule alone can change a median several-fold; state it, and show a second one beside it.

    Examples
    --------
    >>> relapse("madrs22", from_response("MADRS", definition="remission")).rule
    'first MADRS with relapse_madrs22'
    """
    if rule not in _RELAPSES:
        raise DataError(f"There is no such relapse rule. Known are: {', '.join(_RELAPSES)}.")
    return Endpoint(name=f"relapse_{rule}", origin=origin, ends=ends, **_RELAPSES[rule])


def time_to_response(
    instrument: str,
    *,
    definition: str | Definition = "response",
    ends: tuple[End, ...] = (),
    **rules: Unpack[Rules],
) -> Endpoint:
    """Make the endpoint of the first score that shows response, from the first treatment.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    definition : str or Definition
        What counts, by a definition that looks at one score.
    ends : sequence of End
        Intercurrent events.
    **rules
        ``baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    Endpoint
        Of kind "positive": patients without response are followed to the end of observation.

    Examples
    --------
    >>> time_to_response("PHQ-9").kind
    'positive'
    """
    return Endpoint(
        name=f"time_to_{definition if isinstance(definition, str) else definition.name}",
        origin=from_first_treatment(instrument, **rules),
        events=(ScoreEvent(instrument=instrument, definition=definition),),
        ends=ends,
        kind="positive",
    )


def time_to_remission(
    instrument: str, *, ends: tuple[End, ...] = (), **rules: Unpack[Rules]
) -> Endpoint:
    """Make the endpoint of the first score in remission, from the first treatment.

    Parameters
    ----------
    instrument, ends, **rules
        As in `time_to_response`.

    Returns
    -------
    Endpoint
        Of kind "positive".

    Examples
    --------
    >>> time_to_remission("PHQ-9").name
    'time_to_remission'
    """
    return time_to_response(instrument, definition="remission", ends=ends, **rules)


def time_to_deterioration(
    instrument: str,
    *,
    definition: str | Definition = "reliable_deterioration",
    confirmation: Confirmation | None = None,
    ends: tuple[End, ...] = (),
    **rules: Unpack[Rules],
) -> Endpoint:
    """Make the endpoint of the first score worse than baseline, from the first treatment.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    definition : str or Definition
        "deterioration" for any worsening.
    confirmation : Confirmation, optional
        None: one score is enough.
    ends, **rules
        As in `time_to_response`.

    Returns
    -------
    Endpoint
        Of kind "negative".

    Examples
    --------
    >>> time_to_deterioration("PHQ-9").kind
    'negative'
    """
    event = ScoreEvent(instrument=instrument, definition=definition, confirmation=confirmation)
    return Endpoint(
        name="time_to_deterioration",
        origin=from_first_treatment(instrument, **rules),
        events=(event,),
        ends=ends,
    )


def substance_relapse(
    origin: Origin, *, dropout: Literal["event", "competing", "censor"] = "event"
) -> Endpoint:
    """Make the endpoint of the first use of a substance, or dropout.

    Parameters
    ----------
    origin : Origin
        Such as the first treatment.
    dropout : {"event", "competing", "censor"}
        What contact lost and withdrawal mean. "event": they count as use, as in trials of cocaine
        dependence (Dakwar et al. 2019).

    Returns
    -------
    Endpoint
        Days of use are asked for the last 30 days: a score shows use between then and now.

    Raises
    ------
    DataError
        When the choice is unknown.

    Examples
    --------
    >>> len(substance_relapse(from_first_treatment()).events)
    2
    """
    use = ScoreEvent(instrument="Use-days-30", definition="use_within_30_days", label="first use")
    if dropout == "event":
        return Endpoint(name="substance_relapse", origin=origin, events=(use, DROPOUT))
    end = End(source=DROPOUT, strategy=dropout)
    return Endpoint(name="substance_relapse", origin=origin, events=(use,), ends=(end,))


def time_to_retreatment(origin: Origin | None = None, *, ends: tuple[End, ...] = ()) -> Endpoint:
    """Make the endpoint of the first session after the induction.

    Parameters
    ----------
    origin : Origin, optional
        None: the end of induction.
    ends : sequence of End
        Intercurrent events.

    Returns
    -------
    Endpoint
        Days are recorded, so that they are exact.

    Examples
    --------
    >>> time_to_retreatment().rule
    'first further session (sessions with day after the induction)'
    """
    start = from_end_of_induction() if origin is None else origin
    return Endpoint(name="time_to_retreatment", origin=start, events=(RETREATMENT,), ends=ends)


def time_to_discontinuation(origin: Origin | None = None) -> Endpoint:
    """Make the endpoint of leaving treatment: contact lost, withdrawal, switch, or death.

    Parameters
    ----------
    origin : Origin, optional
        None: the first treatment.

    Returns
    -------
    Endpoint
        The table's ``evntdesc`` says which.

    Examples
    --------
    >>> [event.label for event in time_to_discontinuation().events]
    ['dropout', 'switch of treatment', 'death']
    """
    start = from_first_treatment() if origin is None else origin
    return Endpoint(name="time_to_discontinuation", origin=start, events=(DROPOUT, SWITCH, DEATH))


def time_to_loss_of_response(
    study: Study,
    instrument: str,
    *,
    visit: str,
    response: str | Definition = "response",
    **rules: Unpack[Rules],
) -> EventTable:
    """Follow the responders of a planned visit until a score no longer shows response.

    Day 0 is the day of the score that showed response at `visit`; only later scores count, so no
    time before the response is credited. Patients without a later score contribute no time and
    are counted in the attrition, and patients whose window of `visit` has not closed are left
    out, as in `response_rates`. Treatment that continues is not an end (treatment policy).

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit that must show response.
    response : str or Definition
        What counts as response, by a definition that looks at one score.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`; one course.

    Returns
    -------
    EventTable
        ``time`` is the first visit without response (event) or the last visit (censored);
        ``lower`` is the last visit that still showed response, ``upper`` is the event visit or
        infinite.

    Raises
    ------
    DataError
        When the scale has no such definition.

    Notes
    -----
    Dating the loss at the visit at which it was seen makes the curve late by up to one visit
    interval (Panageas et al. 2007, Journal of the National Cancer Institute 99, 428-432).
    """
    scale = load_instrument(instrument)
    names = definition_names(scale.name)
    if response == "response" and response not in names:
        raise DataError(
            f"{scale.name} has no accepted response, so that nobody can be followed until it is "
            f"lost. Choose another scale, or give response= one of: {', '.join(names)}."
        )
    rule = resolve(response, scale)
    lost = Definition(
        name=f"loss_of_{rule.name}", instrument=scale.name, measure="relapse", kind="loss",
        rule=f"Not {rule.name}.", of_visit=rule, source=rule.source, verified=rule.verified,
    )  # fmt: skip
    return Endpoint(
        name="time_to_loss_of_response",
        origin=from_response(instrument, visit=visit, definition=rule, **rules),
        events=(ScoreEvent(instrument=instrument, definition=lost),),
        description=_loss_in_words(rule, instrument),
    )(study)


def _loss_in_words(rule: Definition, instrument: str) -> str:
    """Say what counts as loss of response."""
    if rule.kind == "fraction":
        side = "below" if load_instrument(instrument).direction == "lower is better" else "above"
        fraction = rule.parameters["fraction"]
        return f"first later {instrument} less than {fraction:.0%} {side} baseline"
    return f"first later {instrument} that does not meet {rule.note}"
