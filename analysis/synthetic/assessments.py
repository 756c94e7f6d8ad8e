"""The canonical tables of assessments and items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.instruments import load_instrument
from analysis.synthetic.people import People
from analysis.synthetic.scales import SCALE_MODELS
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Floats, Integers, Streams
from analysis.synthetic.visits import CLINICIAN_SLOTS, KINDS, Visits, taken

__all__ = ["assessment_tables", "scale_severity"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Forms:
    """The forms of one scale that were filled in; arrays have one entry per form."""

    scale: str
    patient: Integers
    slot: Integers
    day: Integers
    answers: Integers
    answered: npt.NDArray[np.bool_]
    mishap: Floats


def assessment_tables(
    people: People, visits: Visits, scenario: Scenario, streams: Streams
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let patients and clinicians fill in the scales.

    Parameters
    ----------
    people : People
        The patients.
    visits : Visits
        Planned scores, severity and contact.
    scenario : Scenario
        Scales per clinic, and mishaps.
    streams : Streams
        Source of numbers.

    Returns
    -------
    assessments : pandas.DataFrame
        Canonical ``assessments``.
    items : pandas.DataFrame
        Canonical ``items``.
    """
    ids = people.ids()
    forms = [_forms(scale, people, visits, scenario, streams) for scale in SCALE_MODELS]
    assessments = [_assessments(form, ids, visits, scenario) for form in forms]
    items = [_items(form, ids, scenario) for form in forms]
    return pd.concat(assessments, ignore_index=True), pd.concat(items, ignore_index=True)


def scale_severity(scale: str, people: People, severity: Floats, streams: Streams) -> Floats:
    """Turn PHQ-9 severity into the expected total of a scale.

    The other scales share the patient's fraction of the baseline, start from their own baseline
    and change somewhat more (MADRS) or less (GAD-7) than the PHQ-9.

    Parameters
    ----------
    scale : str
        Name of the scale.
    people : People
        The patients.
    severity : numpy.ndarray
        PHQ-9 points, shape (patients, slots).
    streams : Streams
        Source of the patients' own baseline on the scale.

    Returns
    -------
    numpy.ndarray
        Same shape, inside the range of the scale.
    """
    if scale == "PHQ-9":
        return severity
    own = streams.normal(f"own {scale}", len(people))[:, 0]
    fraction = severity / people.severity[:, None]
    if scale == "MADRS":
        baseline = np.clip(30.5 + 0.9 * (people.severity - 16.5) + 4.0 * own, 12.0, 52.0)
        change = 1.1
    else:
        baseline = np.clip(12.0 + 0.5 * (people.severity - 16.5) + 3.5 * own, 1.5, 20.0)
        change = 0.85
    total = baseline[:, None] * (1.0 - change * (1.0 - fraction))
    high = load_instrument(scale).total_high
    return np.clip(total, 0.015 * high, 0.975 * high)


def _forms(
    scale: str, people: People, visits: Visits, scenario: Scenario, streams: Streams
) -> _Forms:
    """Fill in one scale at every planned, taken and seen slot."""
    model = SCALE_MODELS[scale]
    has = np.array([scale in clinic.scales for clinic in scenario.clinics])[people.clinic]
    until = np.minimum(visits.contact_until, people.cut_off)
    filled = taken(visits, scenario, streams, scale=scale) & has[:, None]
    filled &= visits.day <= until[:, None]
    if scale != "PHQ-9":
        filled[:, [s for s in range(filled.shape[1]) if s not in CLINICIAN_SLOTS]] = False
    patient, slot = np.nonzero(filled)
    shape = (*filled.shape, model.item_count)
    draws = streams.uniform(f"items {scale}", len(people), shape[1] * shape[2]).reshape(shape)
    level = scale_severity(scale, people, visits.severity, streams)[patient, slot]
    return _Forms(
        scale=scale,
        patient=patient,
        slot=slot,
        day=visits.day[patient, slot],
        answers=model.answers(level, draws[patient, slot]),
        answered=_answered(scale, filled.shape, scenario, streams)[patient, slot],
        mishap=streams.uniform(f"mishap {scale}", *filled.shape)[patient, slot],
    )


def _answered(
    scale: str, shape: tuple[int, int], scenario: Scenario, streams: Streams
) -> npt.NDArray[np.bool_]:
    """Leave out single items, and the rest of a few forms."""
    n_items = SCALE_MODELS[scale].item_count
    skip = streams.uniform(f"skip {scale}", shape[0], shape[1] * n_items)
    broken = streams.uniform(f"broken off {scale}", *shape)
    share = scenario.observation.broken_off
    first_left_out = np.where(broken < share, 2 + np.floor(5 * broken / max(share, 1e-9)), n_items)
    reached = np.arange(n_items) < first_left_out[..., None]
    return reached & (skip.reshape(*shape, n_items) >= scenario.observation.missing_item)


def _assessments(
    forms: _Forms, ids: npt.NDArray[np.str_], visits: Visits, scenario: Scenario
) -> pd.DataFrame:
    """Store totals as clinics do: by the manual, with a few slips."""
    instrument = load_instrument(forms.scale)
    return pd.DataFrame(
        {
            "subject_id": ids[forms.patient],
            "instrument": forms.scale,
            "rel_day": forms.day,
            "occurrence": 1,
            "visit": np.array(KINDS)[visits.kind[forms.slot]],
            "total": _stored_totals(forms, scenario),
            "n_answered": forms.answered.sum(axis=1),
            "rater": instrument.rater,
        }
    )


def _stored_totals(forms: _Forms, scenario: Scenario) -> Floats:
    """Total by the scale's missing-item rule; a few are wrong or were not stored."""
    instrument, how = load_instrument(forms.scale), scenario.observation
    n = forms.answered.sum(axis=1)
    total = (forms.answers * forms.answered).sum(axis=1) * instrument.item_count / np.maximum(n, 1)
    total = np.where(
        n >= instrument.item_count - instrument.max_missing, np.round(total, 1), np.nan
    )
    slips = how.wrong_total + how.missing_total
    wrong = (forms.mishap < how.wrong_total) & (n == instrument.item_count)
    total = np.where(wrong, np.where(total > 3.0, total - 3.0, total + 3.0), total)
    unstored = (forms.mishap >= how.wrong_total) & (forms.mishap < slips)
    return np.where(unstored, np.nan, total)


def _items(forms: _Forms, ids: npt.NDArray[np.str_], scenario: Scenario) -> pd.DataFrame:
    """List the answers; items after the break of a form have no row, skipped ones an empty one."""
    kept = forms.mishap < 1.0 - scenario.observation.no_items
    last = forms.answered.shape[1] - np.argmax(forms.answered[:, ::-1], axis=1)
    rows = kept[:, None] & (np.arange(forms.answered.shape[1]) < last[:, None])
    form, item = np.nonzero(rows)
    response = pd.Series(forms.answers[form, item], dtype="Int64")
    return pd.DataFrame(
        {
            "subject_id": ids[forms.patient[form]],
            "instrument": forms.scale,
            "rel_day": forms.day[form],
            "occurrence": 1,
            "item_no": item + 1,
            "response": response.mask(~forms.answered[form, item]),
        }
    )
