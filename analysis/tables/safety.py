"""Tables of safety: levels, shares, suicidal thoughts, and grave events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pandas as pd

from analysis.disclosure import HIDDEN, CountedTable
from analysis.errors import DataError
from analysis.tables.counted import Cell, counted_table, number_text
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = [
    "events_of_interest_table",
    "safety_levels_table",
    "safety_shares_table",
    "suicidality_table",
]

_MINUTES = "minutes"
_LEVELS = (
    Cell(label="Patients", key="patients"),
    Cell(label="Sessions", key="sessions"),
    Cell(
        label="Mean (95% CI)", key="mean", limits=("conf_low", "conf_high"), digits=1, of="sessions"
    ),
    Cell(label="Median", key="median", digits=1, of="sessions"),
    Cell(label="Worst session of each patient, mean", key="worst_mean", digits=1, of="patients"),
)
_LEVELS_NOTE = (
    "Mean and median are of sessions; the limits take account of sessions of one patient being "
    "alike. Peak: the largest value after the dose, less the last before it where a change is "
    "stated. The largest of several readings also holds the largest error. CI, confidence interval."
)
_MINUTES_NOTE = "A return that was not seen counts as longer than all others: a median, no mean."


def safety_levels_table(
    levels: CountedTable,
    *,
    about: Literal["how far", "how long", "both"] = "both",
    labels: Mapping[str, str] | None = None,
    title: str = "Size of the acute effects, by treatment",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show how far readings went in sessions, and how long it took to come back.

    Parameters
    ----------
    levels : CountedTable
        What `safety_levels` returns, by one column; its policy decides what is shown.
    about : {"how far", "how long", "both"}
        Peaks and lowest values, minutes, or all.
    labels : mapping of str to str, optional
        Words for measures and treatments.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        Rows grouped by measure; each says its patients and sessions.

    Raises
    ------
    DataError
        When `about` is unknown, or no session has such a measure.

    Examples
    --------
    >>> from analysis.safety import safety_levels, session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> levels = safety_levels(session_safety(read_study(example_folder("clinic-network"))))
    >>> table = safety_levels_table(levels, about="how far")
    >>> table.inline(("Systolic pressure, peak change (mm Hg)", "ketamine IV"), "Mean (95% CI)")
    '13.6 (13.2 to 14.0)'
    """
    if about not in ("how far", "how long", "both"):
        raise DataError("about= is unknown; allowed are how far, how long and both.")
    is_minutes = levels.shown["measure"].str.contains(_MINUTES, regex=False)
    rows = is_minutes.eq(about == "how long") | (about == "both")
    if not rows.any():
        raise DataError(
            f"Not computable: {title.lower()}; 0 sessions have such a reading. Needs the table "
            "monitoring, with readings before and after the dose."
        )
    measures = levels.shown.loc[rows, "measure"].unique()
    words = {str(name): _plain(str(name)) for name in measures} | dict(labels or {})
    remarks = [_LEVELS_NOTE, *([] if about == "how far" else [_MINUTES_NOTE]), *_meanings(measures)]
    return counted_table(
        levels,
        _LEVELS,
        label=_treatment(levels),
        group="measure",
        labels=words,
        rows=rows,
        title=title,
        notes=[*notes, *remarks],
    )


_SCALES = {
    "CADSS": "CADSS, Clinician-Administered Dissociative States Scale: more points, more "
    "dissociation.",
    "MOAA/S": "MOAA/S, Modified Observer's Assessment of Alertness and Sedation: 5 is alert, fewer "
    "points are more sedated.",
}


def _plain(text: str) -> str:
    """Write the name of a measure as text is written."""
    text = text.replace("mm[Hg]", "mm Hg").replace("(/min)", "(per minute)")
    text = re.sub(r"^(systolic|diastolic),", r"\1 pressure,", text)
    return text[:1].upper() + text[1:]


def _meanings(measures: Iterable[str]) -> list[str]:
    """Explain the scales that are named."""
    text = " ".join(map(str, measures))
    return [meaning for name, meaning in _SCALES.items() if name in text]


def _treatment(result: CountedTable) -> str:
    """Name the column by which a table of safety is split."""
    return str(result.shown.columns[0])


_OF = {
    "sessions": ("Sessions", "n_sessions", "sessions", ("estimate", "conf_low", "conf_high")),
    "patients": (
        "Patients, at least once",
        "n",
        "patients",
        ("patient_estimate", "patient_conf_low", "patient_conf_high"),
    ),
}
_SHARES_NOTE = (
    "n of N; % (95% confidence interval). N: sessions, or patients with a session, in which it "
    "can be judged. The limits take account of sessions of one patient being alike; where there is "
    "none, or all, they are one-sided."
)


def safety_shares_table(
    shares: CountedTable,
    *,
    of: Sequence[str] = ("sessions",),
    labels: Mapping[str, str] | None = None,
    title: str = "How often limits were passed and acute effects seen, by treatment",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show how often each acute effect was seen, treatments side by side.

    Only measures of which some treatment has a count above 0 that may be shown have a row; the
    others are named under the table, so that what is rare is not lost.

    Parameters
    ----------
    shares : CountedTable
        What `safety_shares` returns, by one column; its policy decides what is shown.
    of : sequence of {"sessions", "patients"}
        Whose shares.
    labels : mapping of str to str, optional
        Words for measures, such as a rule in words, and for treatments.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        A row per measure, a column per treatment; "not judged" where no session can be.

    Raises
    ------
    DataError
        When `of` names something else, or no measure can be shown.

    Examples
    --------
    >>> from analysis.safety import safety_shares, session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> shares = safety_shares(session_safety(read_study(example_folder("clinic-network"))))
    >>> safety_shares_table(shares).inline("Stop 180/105", "ketamine IV")
    '98 of 2,712; 3.6 (2.5 to 5.1)'
    """
    if not of or not set(of) <= set(_OF):
        raise DataError(f"of= names one or more of {', '.join(_OF)}.")
    shown, column = shares.shown, _treatment(shares)
    told = shown[["n", "n_sessions"]].apply(_is_above_nothing).all(axis="columns")
    measures = [m for m in shown["measure"].unique() if told[shown["measure"].eq(m)].any()]
    if not measures:
        raise DataError(
            f"{title}: of {shown['measure'].nunique()} measures none has a count above 0 that "
            f"may be shown. {shares.statement.policy.rule}"
        )
    given = dict(labels or {})
    words = {str(m): _plain(given.get(str(m), str(m))) for m in shown["measure"].unique()}
    treatments = list(dict.fromkeys(shown[column].astype(str)))
    frame = pd.DataFrame(
        [
            {
                "group": _OF[each][0] if len(of) > 1 else "",
                "label": words[measure],
                **_across(shown, measure, each, column, treatments),
            }
            for each in of
            for measure in measures
        ]
    )
    columns = [Column(key=f"c{k}", label=given.get(t, t)) for k, t in enumerate(treatments)]
    return TableResult(
        title=title,
        subtitle=f"Shares of {of[0]}" if len(of) == 1 else "",
        frame=frame.astype("string"),
        columns=tuple(columns),
        notes=(
            *notes,
            _SHARES_NOTE,
            *_meanings(measures),
            *_left_out(shown, measures, words),
            hiding_note(shares.statement.policy),
        ),
        suppression=_log(shown, measures, of),
        policy=shares.statement.policy,
    )


def _is_above_nothing(texts: pd.Series) -> pd.Series:
    """Tell which counts are shown and above 0."""
    return texts.astype("string").str.match(r"[1-9]").fillna(value=False).astype(bool)


def _across(
    shown: pd.DataFrame, measure: str, of: str, column: str, treatments: Sequence[str]
) -> dict[str, str]:
    """Write one measure over the treatments."""
    _, n, total, (estimate, low, high) = _OF[of]
    rows = shown[shown["measure"].eq(measure)].set_index(column)
    texts = {}
    for place, treatment in enumerate(treatments):
        if treatment not in rows.index:
            texts[f"c{place}"] = "not judged"
            continue
        row = rows.loc[treatment]
        ends = row[[estimate, low, high]].to_numpy(dtype=float)
        percent = [number_text(100.0 * float(value), 1) for value in ends]
        counts = f"{row[n]} of {row[total]}"
        limits = f"; {percent[0]} ({percent[1]} to {percent[2]})" if HIDDEN not in percent else ""
        texts[f"c{place}"] = counts + limits
    return texts


def _left_out(shown: pd.DataFrame, measures: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Name the measures without a row: seen in no session, or in too few to be shown."""
    rest = shown[~shown["measure"].isin(measures)]
    nothing = rest["n_sessions"].astype("string").eq("0").groupby(rest["measure"], sort=False).all()
    never = [words[str(m)] for m in nothing.index[nothing]]
    hidden = [str(m) for m in nothing.index[~nothing]]
    rare = [words[m] for m in hidden if _RETURN not in m]
    returns = [words[m] for m in hidden if _RETURN in m]
    return [
        *([f"In no session: {'; '.join(never)}."] if never else []),
        *([f"Hidden or 0 for every treatment: {'; '.join(rare)}."] if rare else []),
        *([f"{_NOT_ABSENT}: {'; '.join(returns)}."] if returns else []),
    ]


_RETURN = " back "
"""What the names of measures have of which it is good that they are seen."""

_NOT_ABSENT = (
    "Hidden, which does not say that it was not seen: a return is hidden also where nearly all "
    "sessions have it"
)


def _log(shown: pd.DataFrame, measures: Sequence[str], of: Sequence[str]) -> pd.DataFrame:
    """Count the counts that are shown and hidden."""
    columns = [name for each in of for name in _OF[each][1:3]]
    texts = shown.loc[shown["measure"].isin(measures), columns].astype("string").to_numpy().ravel()
    told = sum(text[:1].isdigit() for text in texts)
    return pd.DataFrame({"status": ["shown", "hidden"], "cells": [told, len(texts) - told]})


_OF_PATIENTS = Cell(
    label="% (95% CI)",
    key="patient_estimate",
    limits=("patient_conf_low", "patient_conf_high"),
    per=100.0,
    digits=1,
    of="patients",
)


def suicidality_table(
    suicidality: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "Suicidal thoughts, by patient",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show suicidal thoughts by patient, never averaged.

    Parameters
    ----------
    suicidality : CountedTable
        What `suicidality` returns; its policy decides what is shown.
    labels : mapping of str to str, optional
        Words for measures.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        A row per measure, with its own number of patients.

    Examples
    --------
    >>> from analysis.safety import suicidality
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> table = suicidality_table(suicidality(read_study(example_folder("clinic-network"))))
    >>> table.inline("PHQ-9 item 9 before treatment", "% (95% CI)")
    '44.7 (40.6 to 49.0)'
    """
    if suicidality.shown.empty:
        raise DataError("Not computable: suicidal thoughts; 0 patients have an answer about them.")
    cells = [
        Cell(label="Patients assessed", key="patients"),
        Cell(label="Yes", key="n", of="patients"),
        _OF_PATIENTS,
    ]
    return counted_table(
        suicidality,
        cells,
        label="measure",
        labels=labels,
        title=title,
        notes=[*notes, *suicidality.notes[:-1], _NEW, _ANSWERS],
    )


_ANSWERS = (
    "PHQ-9 item 9 asks about thoughts of death or of hurting oneself; positive is 1 or more. "
    "C-SSRS, Columbia Suicide Severity Rating Scale. CI, confidence interval (exact)."
)
_NEW = (
    "New: at any visit, among patients without it before treatment. At a visit, at the last visit: "
    "among patients with it before treatment; at a visit means once, however it went on."
)


def events_of_interest_table(
    events: CountedTable,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show grave events and harms of long use per patient and per 100 years of observation.

    Parameters
    ----------
    events : CountedTable
        What `events_of_interest` returns; its policy decides what is shown.
    labels : mapping of str to str, optional
        Words for kinds of events.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.

    Returns
    -------
    TableResult
        A row per kind of event.

    Examples
    --------
    >>> from analysis.safety import events_of_interest
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = events_of_interest(read_study(example_folder("clinic-network")))
    >>> events_of_interest_table(found).inline("Urinary symptoms", "% (95% CI)")
    '0.0 (0.0 to 0.5)'
    """
    names = events.shown["measure"].astype(str)
    words = {name: _plain(name) for name in names} | dict(labels or {})
    cells = [
        Cell(label="Patients", key="patients"),
        Cell(label="With the event", key="n", of="patients"),
        _OF_PATIENTS,
        Cell(label="Years observed", key="years", digits=0),
        Cell(
            label="Events per 100 years (95% CI)",
            key="rate",
            limits=("conf_low", "conf_high"),
            digits=1,
        ),
    ]
    return counted_table(
        events,
        cells,
        label="measure",
        labels=words,
        title=title or "Grave events and harms of long use",
        notes=[
            *notes,
            f"{events.title.partition(', ')[2].capitalize()}.",
            _RECORDED,
            *_perhaps_none(events, words),
            "CI, confidence interval; one-sided where there is no event.",
        ],
    )


def _perhaps_none(events: CountedTable, words: Mapping[str, str]) -> list[str]:
    """Name the rows whose hidden number may be 0, so that nobody reads an event into them."""
    policy, shown = events.statement.policy, events.shown
    small = shown.loc[shown["n"].eq(policy.small_text), "measure"].astype(str)
    names = [words[name] for name in small if policy.is_sensitive(name)]
    if not names:
        return []
    of, small_text = "; ".join(names), policy.small_text
    return [f"{of}: {small_text} may be none. That nobody had it is hidden as well."]


_RECORDED = (
    "Of what was written down: nothing says who was asked. An event that was not seen is bounded "
    "by the upper limit, and not excluded."
)
