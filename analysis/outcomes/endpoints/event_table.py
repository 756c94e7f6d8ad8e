"""Times to an event with how they came about: one table for curves, intervals and causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.disclosure import MEMBERS, Members, units_of
from analysis.errors import ColumnError, DataError
from analysis.results import frame_to_html, frame_to_text
from analysis.survival import reverse_kaplan_meier

__all__ = ["EventTable", "Step", "attrition_table", "visit_gaps"]

Step = tuple[str, pd.Series, str]
"""What a step of the attrition is, who is left, and why those before it are fewer now."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class EventTable:
    """Times to an event seen at visits, with how they came about.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient, days from the origin. Patient-level; ``attrs["delayed_entry"]`` says
        whether any ``entry`` is above 0.

        - ``subject_id``, ``origin_day`` (the ``rel_day`` of day 0), and what is known of the
          patient when treatment starts
        - ``time``: day of the event, or up to which none was seen
        - ``event``: whether the event was seen
        - ``cnsr``: 0 for an event, else the reason (see `codes`); as in ADaM ADTTE
        - ``entry``: from when on visits count; above 0 where the origin was dated back
        - ``lower, upper``: the event lies in (lower, upper]; equal where its day is recorded;
          ``upper`` is infinite where none was seen, also after a competing event
        - ``evntdesc``: the event, or why follow-up ended; ``cnsdtdsc``: which day ``time`` is,
          where there was no event
        - ``source, source_row``: table and position of the row that gave ``time``
        - ``n_visits, visit_gap``: scores in follow-up, and the median of the days between them
    origin, rule : str
        What day 0 is, and what counts as the event.
    attrition : pandas.DataFrame
        Columns ``step, n, reason, n_excluded``; true counts.
    codes : pandas.DataFrame
        Columns ``cnsr, reason, kind`` ("event", "censored" or "competing").
    known_day : mapping of str to pandas.Series
        For each column that may split the patients, the day from the origin on which it was known;
        in the order of the frame.
    contacts : pandas.DataFrame
        Columns ``subject_id, day`` (from the origin), ``kind`` ("score" or "session"), one row per
        day, from the origin to the end of follow-up. Patient-level.

    References
    ----------
    CDISC (2012). ADaM Basic Data Structure for Time-to-Event Analyses, version 1.0.
    """

    frame: pd.DataFrame
    origin: str
    rule: str
    attrition: pd.DataFrame
    codes: pd.DataFrame = field(default_factory=pd.DataFrame)
    known_day: Mapping[str, pd.Series] = field(default_factory=dict)
    contacts: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame({"subject_id": [], "day": [], "kind": []})
    )

    def causes(self) -> pd.DataFrame:
        """Return the table for competing risks: every cause under its own code.

        Returns
        -------
        pandas.DataFrame
            A copy of the frame in which ``event`` is text: "censored", the event's ``evntdesc``,
            or the competing event's, whose ``lower`` and ``upper`` are its day.
        """
        kind = self.frame["cnsr"].map(self.codes.set_index("cnsr")["kind"])
        competing = kind.eq("competing")
        return self.frame.assign(
            event=self.frame["evntdesc"].mask(kind.eq("censored"), "censored"),
            lower=self.frame["lower"].mask(competing, self.frame["time"]),
            upper=self.frame["upper"].mask(competing, self.frame["time"]),
        )

    def with_group(self, name: str, values: pd.Series, known_day: pd.Series | float) -> EventTable:
        """Add a column that may split the patients, and when it was known.

        Parameters
        ----------
        name : str
            Name of the column.
        values : pandas.Series
            A value per patient, indexed by ``subject_id``.
        known_day : float or pandas.Series
            Day from the origin on which the value was known, for all or indexed by ``subject_id``.
            `curve` refuses to split by what was known only later.

        Returns
        -------
        EventTable
            With the column.

        Raises
        ------
        ColumnError
            When the table has a column of that name that is no group.
        DataError
            When a patient of the table has no value or no day on which it was known, or has two.

        Notes
        -----
        A patient whose group is not known has a missing value, not none.
        """
        if name in self.frame and name not in self.known_day:
            raise ColumnError(
                f"The event table has a column {name!r} of its own; choose another name."
            )
        group = self._of_patients(values, f"value of {name!r}")
        day = pd.Series(known_day, index=group.index)
        if isinstance(known_day, pd.Series):
            day = self._of_patients(known_day, f"day on which {name!r} was known")
        absent = int(day.isna().sum())
        if absent:
            raise DataError(
                f"{absent} patients of the table have no day on which {name!r} was known; give "
                "one for every patient."
            )
        frame = self.frame.assign(**{name: group})
        frame.attrs.update(self.frame.attrs)
        return replace(self, frame=frame, known_day={**self.known_day, name: day.astype(float)})

    def _of_patients(self, values: pd.Series, what: str) -> pd.Series:
        """Look up what is indexed by patient."""
        who = self.frame["subject_id"]
        if not values.index.is_unique:
            raise DataError(f"A patient has more than one {what}; index it by subject_id.")
        absent = int((~who.isin(values.index)).sum())
        if absent:
            raise DataError(
                f"{absent} patients of the table have no {what}; give one for every patient, in a "
                "Series indexed by subject_id."
            )
        return who.map(values)

    def landmark(self, day: float) -> EventTable:
        """Start the clock anew at a day, with the patients still followed without an event.

        What is known by then, such as who had responded or been given maintenance, may split
        them: no patient is credited with the time that it took to get into a group.

        Parameters
        ----------
        day : float
            Days from the origin, above 0.

        Returns
        -------
        EventTable
            Times from the landmark on; patients with an event or the end of their follow-up by
            then are left out and counted.

        Raises
        ------
        DataError
            When the day is not above 0, or nobody is left.

        References
        ----------
        Anderson JR, Cain KC, Gelber RD (1983). Journal of Clinical Oncology 1:710-719.
        """
        if not 0.0 < day < np.inf:
            raise DataError("A landmark is a number of days after the origin, above 0.")
        beyond, entered = self.frame["time"].gt(day), self.frame["entry"].le(day)
        left = beyond & entered
        if not left.any():
            raise DataError("Nobody was followed beyond the landmark; choose an earlier day.")
        who = units_of(self.frame)
        attrition = _further(
            self.attrition, f"Followed beyond day {day:g}", who[beyond],
            f"an event, or the end of follow-up, by day {day:g}",
        )  # fmt: skip
        if not entered.all():
            attrition = _further(
                attrition, f"Seen by day {day:g}", who[left], f"seen only after day {day:g}"
            )
        known = {name: days[left] - day for name, days in self.known_day.items()}
        return replace(
            self,
            frame=self._rows_from(day, left),
            origin=f"day {day:g} after the {self.origin}",
            attrition=attrition,
            known_day={name: days.reset_index(drop=True) for name, days in known.items()},
            contacts=self._contacts_from(day, self.frame.loc[left, "subject_id"]),
        )

    def _rows_from(self, day: float, left: pd.Series) -> pd.DataFrame:
        """Count the days of the patients who are left from a day on."""
        rows = self.frame[left]
        frame = rows.assign(
            time=rows["time"] - day,
            entry=0.0,
            lower=(rows["lower"] - day).clip(lower=0.0),
            upper=rows["upper"] - day,
        )
        if "origin_day" in frame:
            frame["origin_day"] += day
        if "visit_gap" in frame:
            contacts = self._contacts_from(day, frame["subject_id"])
            scores = contacts[contacts["kind"].eq("score") & contacts["day"].gt(0.0)]
            gaps = visit_gaps(scores).groupby(scores["subject_id"]).median()
            numbers = scores.groupby("subject_id").size()
            frame["n_visits"] = frame["subject_id"].map(numbers).fillna(0).astype("int64")
            frame["visit_gap"] = frame["subject_id"].map(gaps).astype("float64")
        frame = frame.reset_index(drop=True)
        frame.attrs.update(self.frame.attrs)
        frame.attrs["delayed_entry"] = False
        return frame

    def _contacts_from(self, day: float, who: pd.Series) -> pd.DataFrame:
        """Count the days of contacts of some patients from a day on."""
        kept = self.contacts["subject_id"].isin(who) & self.contacts["day"].ge(day)
        rows = self.contacts[kept]
        later = rows.assign(day=rows["day"] - day).reset_index(drop=True)
        later.attrs.update(self.contacts.attrs)
        return later

    def start_stop(self, group: str) -> pd.DataFrame:
        """Split each patient's time where a group becomes known, for a time-varying covariate.

        Parameters
        ----------
        group : str
            A column of True and False with a known day, such as "maintenance".

        Returns
        -------
        pandas.DataFrame
            ``subject_id, start, stop, event`` and the group, False before it was known; further
            columns of the frame repeat.

        Raises
        ------
        ColumnError
            When the column is not there, or is not one of True and False.
        DataError
            When a value is missing.
        """
        if group not in self.known_day:
            raise ColumnError(_no_group(group, self.known_day))
        values = self.frame[group]
        if not pd.api.types.is_bool_dtype(values):
            raise ColumnError(f"Column {group!r} is not one of True and False.")
        unknown = int(values.isna().sum())
        if unknown:
            raise DataError(
                f"{unknown} patients have no value of {group!r}; leave them out of the frame, or "
                "say what they are, before time is split."
            )
        entry, time = self.frame["entry"], self.frame["time"]
        changes = self.known_day[group].where(values.to_numpy(bool), np.inf).to_numpy()
        cut = np.clip(changes, entry, time)
        before = self.frame.assign(start=entry, stop=cut, **{group: False})
        after = self.frame.assign(start=cut, stop=time, **{group: True})
        before["event"] = self.frame["event"] & (cut >= time)
        both = pd.concat([before, after])
        both = both[both["stop"].gt(both["start"])]
        both = both.sort_values(["subject_id", "start"], kind="stable", ignore_index=True)
        both.attrs.update(self.frame.attrs)
        return both.drop(columns=["time", "entry"])

    def caption(self) -> str:
        """Return origin, rule, visit gaps and follow-up in words."""
        return f"Origin: {self.origin}. {self.seen()}"

    def seen(self) -> str:
        """Return in words how the event was seen: rule, visit gaps and follow-up.

        Returns
        -------
        str
            Sentences; follow-up is the median of the reverse Kaplan-Meier curve.
        """
        text = f"Event: {self.rule}."
        scores = self.contacts[self.contacts["kind"].eq("score")]
        if len(scores):
            low, middle, high = np.quantile(visit_gaps(scores), [0.25, 0.5, 0.75])
            text += f" Days between visits: median {middle:g} (quartiles {low:g} to {high:g})."
        if {"time", "event"} <= set(self.frame.columns) and len(self.frame):
            followed = reverse_kaplan_meier(self.frame).median()["estimate"].item()
            known = "not reached" if pd.isna(followed) else f"{followed:g} days"
            text += f" Median follow-up: {known}."
        return text

    def __repr__(self) -> str:
        """Show origin, rule and attrition."""
        return f"Origin: {self.origin}\nEvent: {self.rule}\n{frame_to_text(self.attrition)}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.attrition, caption=self.caption())


def visit_gaps(scores: pd.DataFrame) -> pd.Series:
    """Return the days from one score to the next, the origin counted as one.

    Parameters
    ----------
    scores : pandas.DataFrame
        Columns ``subject_id, day``, sorted by patient and day.

    Returns
    -------
    pandas.Series of float
        One per row.

    Examples
    --------
    >>> visit_gaps(pd.DataFrame({"subject_id": ["a", "a", "b"], "day": [7.0, 21.0, 28.0]})).tolist()
    [7.0, 14.0, 28.0]
    """
    return scores.groupby("subject_id")["day"].diff().fillna(scores["day"])


def attrition_table(steps: Sequence[Step]) -> pd.DataFrame:
    """Lay out the steps of an attrition: each with those who are lost on the way to the next.

    Parameters
    ----------
    steps : sequence of Step
        Name, who is left as `units_of` names them, and why there are fewer than at the step
        before.

    Returns
    -------
    pandas.DataFrame
        Columns ``step, n, reason, n_excluded``; a reason stands beside the step that is left.
        ``attrs["members"]`` is for disclosure control.

    Examples
    --------
    >>> treated, followed = pd.Series(["a", "b", "c"]), pd.Series(["b"])
    >>> steps = [("Treated", treated, ""), ("Followed", followed, "no score")]
    >>> attrition_table(steps).to_numpy().tolist()
    [['Treated', 3, 'no score', 2], ['Followed', 1, '', 0]]
    """
    numbers = [len(who) for _, who, _ in steps]
    frame = pd.DataFrame(
        {
            "step": [step for step, _, _ in steps],
            "n": numbers,
            "reason": [*(reason for _, _, reason in steps[1:]), ""],
            "n_excluded": [*(a - b for a, b in pairwise(numbers)), 0],
        }
    )
    everybody = steps[0][1]
    inside = {("n", step): everybody.isin(who) for step, who, _ in steps}
    frame.attrs[MEMBERS] = Members(everybody, inside)
    return frame


def _further(attrition: pd.DataFrame, step: str, who: pd.Series, reason: str) -> pd.DataFrame:
    """Add a step to an attrition."""
    n = len(who)
    last = attrition.index == attrition.index[-1]
    frame = attrition.assign(
        reason=attrition["reason"].mask(last, reason),
        n_excluded=attrition["n_excluded"].mask(last, attrition["n"] - n),
    )
    added = pd.DataFrame({"step": [step], "n": [n], "reason": [""], "n_excluded": [0]})
    frame = pd.concat([frame, added], ignore_index=True)
    members = Members.of(attrition)
    if members:
        inside = pd.Series(members.units).isin(who).to_numpy()
        frame.attrs[MEMBERS] = members.with_sets({("n", step): inside})
    return frame


def _no_group(name: str, known: Mapping[str, pd.Series]) -> str:
    """Say which columns may split the patients."""
    return (
        f"The event table has no column {name!r} with a day on which it was known; it has "
        f"{', '.join(known) or 'none'}. Add one by with_group()."
    )
