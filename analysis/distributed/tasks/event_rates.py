"""Events per session over parts, with limits that know that sessions of a patient are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.amounts import read_amount, require_one_row
from analysis.distributed.counted_rows import added_counts, count_rows, counted_from
from analysis.distributed.keyed import Numbers
from analysis.distributed.labels import code_labels
from analysis.distributed.sums import Sums
from analysis.errors import DataError, ModelError
from analysis.outcomes.cohort import named_groups
from analysis.quality import case_mix
from analysis.results import check_conf_level
from analysis.safety.adverse_events import rates_of_patients
from analysis.survival.reading.named_columns import require_columns

__all__ = ["EventRatesTask", "clinic_rates_of", "event_counts_of", "event_rates_of"]

_RATES = "event rates"
_CLINICS = 2


@dataclass(frozen=True, kw_only=True)
class EventRatesTask:
    """Events and sessions of patients who are alike, for rates whose limits know of patients.

    Parameters
    ----------
    events : tuple of str
        Columns of whole numbers, one row per patient (and level), such as any and serious events.
    sessions : str
        Column of the sessions in which all of them were asked about.
    by : str, optional
        Column of the levels, such as the clinic.
    levels : mapping of str to sequence
        All levels that there may be.
    subject : str
        Column of the patient, who must not have two rows at a level; empty: every row is one.
    """

    events: tuple[str, ...]
    sessions: str
    by: str | None = None
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        named = (self.subject, self.by, *self.events, self.sessions)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        levels = {name: list(values) for name, values in self.levels.items()}
        return {"task": _RATES, **asdict(self), "events": list(self.events), "levels": levels}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Count the patients of the rows, one row each.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some; a missing level is a level of its own.

        Returns
        -------
        Sums
            Patients per distinct level, numbers of events and number of sessions.

        Raises
        ------
        ColumnError
            When a column is missing or of the wrong type.
        DataError
            When a number is no whole number of 0 or more, events are of no session, or a level
            was not declared.
        """
        for name in self.columns:
            require_columns(rows, column=name)
        groups = [] if self.by is None else [self.by]
        require_one_row(rows, self.subject, groups)
        numbers = {name: read_amount(rows, name) for name in (*self.events, self.sessions)}
        _require_sessions(numbers, self.sessions)
        labelled = code_labels(rows, groups, self.levels)
        return count_rows(labelled, numbers, n=len(rows)).sums(_RATES, self._about())

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the counts of disjoint sets of patients; their order does not matter."""
        return added_counts(parts, _RATES, self._about())

    def _about(self) -> dict[str, Any]:
        """Say what parts must have in common."""
        return {name: self.described[name] for name in ("by", "events", "sessions", "levels")}


def _require_sessions(numbers: Mapping[str, Numbers], sessions: str) -> None:
    """Refuse events of patients without a session, which would be in no rate."""
    events = np.column_stack([values for name, values in numbers.items() if name != sessions])
    bad = int(((numbers[sessions] == 0) & (events > 0).any(axis=1)).sum())
    if bad:
        raise DataError(
            f"{bad} rows have events and no session in column {sessions!r}. Count only events of "
            "sessions at which somebody asked for them."
        )


def event_counts_of(sums: Sums) -> pd.DataFrame:
    """List patients, sessions and events by level.

    Parameters
    ----------
    sums : Sums
        Of `EventRatesTask`.

    Returns
    -------
    pandas.DataFrame
        The level, ``patients``, and each column of sessions and events; true counts.

    Raises
    ------
    DataError
        When the sums are others.
    """
    rows, by = _patients(sums), sums.about["by"]
    level = pd.Series("", index=rows.index) if by is None else rows[by]
    names = [sums.about["sessions"], *sums.about["events"]]
    counts = rows[names].groupby(level, observed=True).sum()
    counts.insert(0, "patients", level.groupby(level, observed=True).size())
    return counts.reset_index(drop=by is None)


def event_rates_of(sums: Sums, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Estimate events per 100 sessions and the share of patients with any, from counts.

    Parameters
    ----------
    sums : Sums
        Of `EventRatesTask`.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        The level, ``measure`` (the column of events), ``patients, n, sessions, events, rate,
        conf_low, conf_high, patient_estimate, patient_conf_low, patient_conf_high``, as
        `analysis.safety.adverse_event_rates`; patients without a session are in no row.

    Raises
    ------
    DataError
        When the sums are others.
    ModelError
        When `conf_level` is not between 0 and 1.
    """
    check_conf_level(conf_level)
    rows, by = _patients(sums), sums.about["by"]
    rows = rows[rows[sums.about["sessions"]] > 0]
    groups = [("", rows)] if by is None else list(rows.groupby(by, observed=True))
    found = [
        {
            **({} if by is None else {str(by): str(group)}),
            "measure": str(name),
            **rates_of_patients(
                own[name].to_numpy(float),
                own[sums.about["sessions"]].to_numpy(float),
                conf_level,
            ),
        }
        for group, own in groups
        for name in sums.about["events"]
    ]
    rates = pd.DataFrame(found)
    rates.attrs["confidential"] = True
    return rates


def clinic_rates_of(sums: Sums, events: str | None = None) -> pd.DataFrame:
    """List events and sessions by clinic, as `analysis.quality.funnel` takes them for rates.

    Parameters
    ----------
    sums : Sums
        Of `EventRatesTask` by clinic; every patient has a session.
    events : str, optional
        Which events; may be left out where one column of them was counted.

    Returns
    -------
    pandas.DataFrame
        The clinic, ``events, expected, variance`` (which knows that events of a patient come
        together), ``denominator`` (sessions), ``patients, affected``; true counts. For
        ``funnel(kind="rate", per=100)``.

    Raises
    ------
    DataError
        When the sums are others, or there are fewer than two clinics.
    ModelError
        When the counts are not by clinic, or not of these events.
    """
    by = sums.about.get("by")
    if by is None:
        raise ModelError("Clinics are compared by counts by clinic; name its column by by=.")
    rows = _patients(sums)
    counted = list(map(str, sums.about["events"]))
    if (events or counted[0]) not in counted or (events is None and len(counted) > 1):
        raise ModelError(f"Clinics are compared by one of {', '.join(counted)}; name it.")
    events, sessions = events or counted[0], str(sums.about["sessions"])
    if rows[by].nunique() < _CLINICS:
        raise DataError(f"A comparison needs two clinics; the counts are of {rows[by].nunique()}.")
    chosen: dict[str, Any] = {"covariates": (), "kind": "rate", "exposure": sessions}
    table = case_mix(rows, outcome=events, by=by, **chosen).clinics()
    own = rows.groupby(by, observed=True).agg(
        denominator=(sessions, "sum"),
        patients=(events, "size"),
        affected=(events, lambda number: int((number > 0).sum())),
    )
    merged = table.drop(columns=["patients", "affected"], errors="ignore")
    return merged.merge(own.rename(index=str).reset_index(), on=by)


def _patients(sums: Sums) -> pd.DataFrame:
    """Make one row per patient again."""
    rows, by = counted_from(sums, _RATES).rows(), sums.about["by"]
    return rows if by is None else rows.assign(**{by: named_groups(rows[by])})
