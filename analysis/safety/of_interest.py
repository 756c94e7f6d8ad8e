"""Rare and grave events, harms of long use, and dose intervals that shrink, per patient."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy
from analysis.errors import DataError
from analysis.results import check_conf_level
from analysis.safety.clustered import clustered_rate, exact_share
from analysis.safety.grouped import members_of
from analysis.safety.shown import shown_statement
from analysis.study import Study

__all__ = ["GRAVE_EVENTS", "HARMS_OF_LONG_USE", "EventGroup", "events_of_interest"]

_RATE = ("rate", "conf_low", "conf_high")
_SHARE = ("patient_estimate", "patient_conf_low", "patient_conf_high")
_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class EventGroup:
    """Adverse events that belong together, known by words in their term.

    Parameters
    ----------
    name : str
        Name of the group.
    words : tuple of str
        Beginnings of words, of which one is in the term; upper case does not matter. None: the
        term does not decide.
    fatal : bool
        Whether every event with a fatal outcome belongs to it too.

    Examples
    --------
    >>> EventGroup(name="urinary symptoms", words=("urin", "cystit")).matches(
    ...     pd.Series(["Cystitis", "nausea", "during urination"])).tolist()
    [True, False, True]
    """

    name: str
    words: tuple[str, ...]
    fatal: bool = False

    def matches(self, terms: pd.Series) -> pd.Series:
        """Tell which terms belong to the group.

        Parameters
        ----------
        terms : pandas.Series of str
            Terms of adverse events.

        Returns
        -------
        pandas.Series of bool
            False where a term is missing.
        """
        if not self.words:
            return pd.Series(data=False, index=terms.index)
        pattern = r"\b(?:" + "|".join(re.escape(word.casefold()) for word in self.words) + ")"
        texts = terms.astype("string").str.lower()
        return texts.str.contains(pattern, regex=True).fillna(value=False).astype(bool)


GRAVE_EVENTS = (
    EventGroup(
        name="suicide attempt",
        words=("suicide attempt", "attempted suicide", "suicidal behav", "completed suicide"),
    ),
    EventGroup(name="death", words=(), fatal=True),
    EventGroup(
        name="mania or psychosis",
        words=("mania", "manic", "hypomani", "psychosis", "psychotic"),
    ),
)
"""Events of which each one is reviewed."""

HARMS_OF_LONG_USE = (
    EventGroup(
        name="urinary symptoms",
        words=("urin", "cystit", "bladder", "dysuria", "haematuria", "hematuria", "pollakiuria"),
    ),
    EventGroup(name="cognition", words=("cognit", "memory", "amnesia", "concentration")),
    EventGroup(
        name="liver enzymes",
        words=(
            "liver",
            "hepat",
            "transaminase",
            "alanine amino",
            "aspartate amino",
            "alt ",
            "ast ",
        ),
    ),
    EventGroup(
        name="misuse",
        words=(
            "misuse",
            "ketamine misuse",
            "drug abuse",
            "drug dependence",
            "craving",
            "diversion",
        ),
    ),
)
"""Harms to ask for at baseline and every 3 to 6 months of maintenance."""


def events_of_interest(
    study: Study,
    groups: Sequence[EventGroup] = (*GRAVE_EVENTS, *HARMS_OF_LONG_USE),
    *,
    population: Literal["treated", "maintenance"] = "treated",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> CountedTable:
    """Count grave events, or harms of long use, per patient and per 100 years of observation.

    Answers how many patients had one, and how many more there may be than were seen.

    Parameters
    ----------
    study : Study
        A checked study.
    groups : sequence of EventGroup
        What to count; terms are those of the study.
    population : {"treated", "maintenance"}
        All patients from the first session on, or those in maintenance from their first
        maintenance session on.
    conf_level : float
        Two-sided coverage; one-sided where there is no event.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        ``measure, patients, n`` (patients with the event), ``events, years`` (from the start to
        the last contact), ``rate, conf_low, conf_high`` (events per 100 years) and
        ``patient_estimate, patient_conf_low, patient_conf_high`` (n ÷ patients, exact).

    Raises
    ------
    DataError
        When the study has no table of adverse events (not computable), nobody in the population,
        or a population is unknown.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    Nothing in the data says who was asked for these harms, so that an event that was not written
    down is none here: the shares are of what was recorded. Deaths are those of adverse events and
    of ``end_reason`` died, each patient once. Events before the start do not count.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = events_of_interest(read_study(example_folder("clinic-network"))).tidy()
    >>> found.loc[found["measure"].eq("death"), "n"].tolist()
    [1]
    """
    check_conf_level(conf_level)
    if not study.has("adverse_events"):
        raise DataError("Not computable: events of interest; needs the table adverse_events.")
    if population not in ("treated", "maintenance"):
        raise DataError("population= is unknown; allowed are treated and maintenance.")
    people = _observed(study, population)
    rows, sets = [], {}
    for group in groups:
        events = _events(study, people, group)
        counts = events.reindex(people.index, fill_value=0).to_numpy(dtype=float)
        rows.append({"measure": group.name, **_row(counts, people["years"], conf_level)})
        sets["patients", group.name] = people.index.to_series()
        sets["n", group.name] = events.index.to_series()
    frame = pd.DataFrame(rows)
    statement = shown_statement(
        frame,
        named_by=["measure"],
        sums={"patients": ("n", "patients without"), "events": ()},
        numbers={
            "years": ("patients",),
            **dict.fromkeys(_RATE, ("patients", "n", "events")),
            **dict.fromkeys(_SHARE, ("patients", "n")),
        },
        about=f"events of interest, {population}",
        members=members_of(people.index.to_series(), sets),
        policy=policy,
    )
    return CountedTable(
        title=f"Events of interest, patients {_OF[population]}",
        notes=(_NOTE, policy.rule),
        true=frame,
        statement=statement,
    )


_OF = {
    "treated": "from the first session on",
    "maintenance": "from the first maintenance session on",
}

_NOTE = (
    "rate: events per 100 years of observation. Of what was recorded: nothing says who was asked. "
    "Without an event the upper limit is what the years and patients allow."
)


def _observed(study: Study, population: str) -> pd.DataFrame:
    """Give the first and last day of each patient of the population, and the years between."""
    sessions = study.tables["sessions"]
    if population == "maintenance":
        sessions = sessions[sessions["phase"].eq("maintenance").fillna(value=False)]
    start = sessions.groupby("subject_id")["rel_day"].min().rename("start").astype(float)
    if start.empty:
        raise DataError("No patient has a session of this population; choose the other one.")
    ends = study.tables["follow_up"].set_index("subject_id")["last_contact_day"].astype(float)
    people = start.to_frame().assign(end=ends.reindex(start.index))
    people["end"] = people["end"].fillna(people["start"]).clip(lower=people["start"])
    return people.assign(years=(people["end"] - people["start"] + 1.0) / _YEAR)


def _events(study: Study, people: pd.DataFrame, group: EventGroup) -> pd.Series:
    """Count the events of a group by patient, from the start of each on."""
    events = study.tables["adverse_events"]
    matched = group.matches(events["term"])
    if group.fatal:
        matched |= events["outcome"].eq("fatal").fillna(value=False).astype(bool)
    start = events["subject_id"].map(people["start"])
    counted = events.loc[matched & events["start_day"].astype(float).ge(start), "subject_id"]
    if group.fatal:
        ends = study.tables["follow_up"]
        died = ends.loc[ends["end_reason"].eq("died").fillna(value=False), "subject_id"]
        counted = pd.concat([counted, died[died.isin(people.index)]]).drop_duplicates()
    return counted.groupby(counted).size()


def _row(counts: np.ndarray, years: pd.Series, conf_level: float) -> dict[str, object]:
    """Estimate rate and share of one group of events."""
    n = int(np.count_nonzero(counts))
    rate = clustered_rate(counts, years.to_numpy(dtype=float), conf_level)
    share = exact_share(n, len(counts), conf_level)
    return {
        "patients": len(counts),
        "n": n,
        "events": int(counts.sum()),
        "years": float(years.sum()),
        **{name: 100.0 * value for name, value in zip(_RATE, rate.numbers, strict=True)},
        **dict(zip(_SHARE, share.numbers, strict=True)),
    }
