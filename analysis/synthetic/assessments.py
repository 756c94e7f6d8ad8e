"""The canonical tables of assessments and items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.instruments import load_instrument
from analysis.synthetic.arithmetic import Floats
from analysis.synthetic.contact import Contact, attended
from analysis.synthetic.course import Course
from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.people import People
from analysis.synthetic.scale_models import SCALE_MODELS
from analysis.synthetic.scales import expected_total
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams, happens
from analysis.synthetic.visits import KINDS, Visits, per_slot

__all__ = ["Forms", "assessments_table", "fill_in", "items_table", "phq9_answers"]

_BEFORE_DOSE = -0.5  # hours; a score on the day of a session was taken before it


@dataclass(frozen=True, kw_only=True, eq=False)
class Forms:
    """Completed forms of one scale, by patient and day; arrays have one entry per form.

    Parameters
    ----------
    scale : str
        Name of the scale.
    patient, slot, day : numpy.ndarray
        Position of the patient, slot, and day.
    session_no : pandas array of integer
        Number of the session of that day; missing when there is none.
    answers : numpy.ndarray
        Shape (forms, items): what was or would have been answered.
    reached : numpy.ndarray
        Shape (forms, items): which items stand before the point where the form was broken off.
    skipped : numpy.ndarray
        Shape (forms, items): which items were passed over.
    mishap : numpy.ndarray
        Uniform numbers that decide about lost totals and items.
    """

    scale: str
    patient: Integers
    slot: Integers
    day: Integers
    session_no: Any
    answers: Integers
    reached: Flags
    skipped: Flags
    mishap: Floats

    @property
    def answered(self) -> Flags:
        """Which items were answered."""
        return self.reached & ~self.skipped

    def kept(self, scenario: Scenario) -> Flags:
        """Forms whose items were kept."""
        kept: Flags = self.mishap < 1.0 - scenario.observation.no_items
        return kept


def phq9_answers(
    severity: Floats, course: Course, scenario: Scenario, streams: Streams
) -> Integers:
    """Draw the PHQ-9 answers of all slots.

    Parameters
    ----------
    severity : numpy.ndarray
        Shape (patients, slots).
    course : Course
        The sessions.
    scenario : Scenario
        Observation.
    streams : Streams
        Source of numbers.

    Returns
    -------
    numpy.ndarray
        Shape (patients, slots, 9).
    """
    model = SCALE_MODELS["PHQ-9"]
    draws = per_slot(streams, "items PHQ-9", course, scenario, model.item_count)
    return model.answers(severity, draws)


def fill_in(
    people: People,
    course: Course,
    visits: Visits,
    contact: Contact,
    scenario: Scenario,
    streams: Streams,
) -> list[Forms]:
    """Let patients and clinicians fill in every scale where it is asked and seen.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    visits : Visits
        Planned scores and severity.
    contact : Contact
        What is seen.
    scenario : Scenario
        Scales per clinic, and mishaps.
    streams : Streams
        Source of numbers.

    Returns
    -------
    list of Forms
        One per scale, in the order of their names.
    """
    forms = []
    for scale in sorted({scale for clinic in scenario.clinics for scale in clinic.scales}):
        seen = _seen(scale, people, course, visits, contact, scenario, streams)
        order = np.lexsort((np.broadcast_to(visits.day, seen.shape)[seen], np.nonzero(seen)[0]))
        patient, slot = (index[order] for index in np.nonzero(seen))
        model = SCALE_MODELS[scale]
        draws = per_slot(streams, f"items {scale}", course, scenario, model.item_count)
        level = expected_total(scale, people, visits.severity, scenario, streams)[patient, slot]
        mishap = per_slot(streams, f"mishap {scale}", course, scenario)[patient, slot, 0]
        reached, skipped = _left_out(scale, course, scenario, streams, (patient, slot))
        forms.append(
            Forms(
                scale=scale,
                patient=patient,
                slot=slot,
                day=visits.day[patient, slot],
                session_no=_numbers(visits.session[patient, slot]),
                answers=model.answers(level, draws[patient, slot]),
                reached=reached,
                skipped=skipped,
                mishap=mishap,
            )
        )
    return forms


def _numbers(column: Integers) -> Any:
    """Turn columns into numbers of sessions; missing where there is none."""
    numbers = pd.array(column + 1, dtype="Int64")
    numbers[column < 0] = pd.NA
    return numbers


def _seen(
    scale: str,
    people: People,
    course: Course,
    visits: Visits,
    contact: Contact,
    scenario: Scenario,
    streams: Streams,
) -> Flags:
    """Decide at which slots a scale was completed."""
    has = np.array([scale in clinic.scales for clinic in scenario.clinics])[people.clinic]
    if SCALE_MODELS[scale].indication:
        has = has & people.has(scenario, SCALE_MODELS[scale].indication)
    if scale == "PHQ-9":
        seen: Flags = contact.taken & has[:, None]
        return seen
    how = scenario.observation
    uniform = per_slot(streams, f"missing {scale}", course, scenario)[:, :, 0]
    before = visits.kind < 2
    share = np.where(before, how.missing_baseline, how.missing_score)
    missing = happens(share, np.where(before, 0.0, contact.odds), uniform)
    asked = visits.long & attended(visits, contact, people)
    completed: Flags = asked & has[:, None] & ~missing
    return completed


def _left_out(
    scale: str,
    course: Course,
    scenario: Scenario,
    streams: Streams,
    forms: tuple[Integers, Integers],
) -> tuple[Flags, Flags]:
    """Break off a few forms, and pass over single items: what was reached, and what skipped."""
    n_items, how = SCALE_MODELS[scale].item_count, scenario.observation
    if n_items == 1:
        return np.ones((len(forms[0]), 1), dtype=bool), np.zeros((len(forms[0]), 1), dtype=bool)
    skip = per_slot(streams, f"skip {scale}", course, scenario, n_items)[forms]
    broken = per_slot(streams, f"broken off {scale}", course, scenario)[forms][:, 0]
    left = 2.0 + np.floor(5.0 * broken / max(how.broken_off, 1e-9))
    reached = np.where(broken < how.broken_off, left, n_items)
    return np.arange(n_items) < reached[:, None], skip < how.missing_item


def assessments_table(
    forms: list[Forms], people: People, visits: Visits, scenario: Scenario
) -> pd.DataFrame:
    """Make the canonical table of assessments.

    Parameters
    ----------
    forms : list of Forms
        Completed forms, one entry per scale in the order of their names.
    people : People
        The patients.
    visits : Visits
        The slots.
    scenario : Scenario
        Mishaps.

    Returns
    -------
    pandas.DataFrame
        Canonical ``assessments``; totals as clinics store them, by the scale's own rule.
    """
    patient, slot, day = (
        np.concatenate([getattr(form, name) for form in forms])
        for name in ("patient", "slot", "day")
    )
    scale = np.concatenate([np.full(len(form.patient), k) for k, form in enumerate(forms)])
    rater = [load_instrument(form.scale).rater for form in forms]
    order = np.lexsort((day, scale, patient))
    scale, patient, slot, day = scale[order], patient[order], slot[order], day[order]
    session = visits.session[patient, slot]
    ids = people.ids().astype(object)
    return canonical(
        "assessments",
        {
            "subject_id": ids[patient],
            "instrument": coded(scale, [form.scale for form in forms]),
            "rel_day": day,
            "occurrence": np.ones(len(day), dtype=np.int64),
            "visit": coded(visits.kind[slot], KINDS),
            "total": np.concatenate([_totals(form, scenario) for form in forms])[order],
            "n_answered": _n_answered(forms)[order],
            "rater": np.array(rater, dtype=object)[scale],
            "session_no": _numbers(session),
            "hours_post": np.where(session < 0, np.nan, _BEFORE_DOSE),
        },
    )


def _n_answered(forms: list[Forms]) -> Any:
    """Count answered items; missing where only the highest level of a scale was noted."""
    n_answered = np.concatenate([form.answered.sum(axis=1) for form in forms])
    counts = pd.array(n_answered, dtype="Int64")
    whole = [form.answered.shape[1] == load_instrument(form.scale).item_count for form in forms]
    counts[~np.repeat(whole, [len(form.patient) for form in forms])] = pd.NA
    return counts


def _totals(form: Forms, scenario: Scenario) -> Floats:
    """Total by the scale's missing-item rule; a few were not stored."""
    instrument = load_instrument(form.scale)
    n_items = form.answers.shape[1]
    n = form.answered.sum(axis=1)
    total = (form.answers * form.answered).sum(axis=1) * n_items / np.maximum(n, 1)
    allowed = instrument.max_missing if instrument.missing_method != "none" else 0
    total = np.where(n >= n_items - allowed, np.round(total, 1), np.nan)
    unstored = (form.mishap < scenario.observation.missing_total) & (n_items > 1)
    return np.where(unstored, np.nan, total)


def items_table(forms: list[Forms], people: People, scenario: Scenario) -> pd.DataFrame:
    """Make the canonical table of items of the scales that have several.

    Items after the point where a form was broken off have no row, skipped ones an empty one; a few
    forms have no items at all.

    Parameters
    ----------
    forms : list of Forms
        Completed forms, one entry per scale in the order of their names.
    people : People
        The patients.
    scenario : Scenario
        Mishaps.

    Returns
    -------
    pandas.DataFrame
        Canonical ``items``.
    """
    several = [form for form in forms if form.answers.shape[1] > 1]
    parts = [_item_rows(form, number, scenario) for number, form in enumerate(several)]
    patient, scale, day, item, response = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((item, day, scale, patient))
    answer = pd.array(response[order], dtype="Int64")
    answer[response[order] < 0] = pd.NA
    ids = people.ids().astype(object)
    return canonical(
        "items",
        {
            "subject_id": ids[patient[order]],
            "instrument": coded(scale[order], [form.scale for form in several]),
            "rel_day": day[order],
            "occurrence": np.ones(len(order), dtype=np.int64),
            "item_no": item[order],
            "response": answer,
            "missing_reason": coded(np.where(response[order] < 0, 0, -1), ["skipped"]),
        },
    )


def _item_rows(form: Forms, number: int, scenario: Scenario) -> tuple[npt.NDArray[np.int64], ...]:
    """List the rows of one scale; an answer of -1 was skipped."""
    at, item = np.nonzero(form.kept(scenario)[:, None] & form.reached)
    response = np.where(form.answered[at, item], form.answers[at, item], -1)
    return form.patient[at], np.full(len(at), number), form.day[at], item + 1, response
