"""Curves of an event table, with guards against comparisons that the visits cannot bear."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pandas as pd

from analysis.disclosure import units_of
from analysis.errors import ColumnError, DataError
from analysis.outcomes.endpoints.event_table import EventTable
from analysis.outcomes.windows import FEWEST
from analysis.survival import IntervalCurve, SurvivalCurve, kaplan_meier, turnbull

__all__ = ["curve", "curve_between_visits"]

_UNEQUAL = 1.5


def curve(table: EventTable, *, by: str | None = None) -> SurvivalCurve:
    """Estimate the Kaplan-Meier curve of an event table, if its groups can be compared.

    Groups are taken together where one of them has fewer than 11 patients; the title of the result
    says so.

    Parameters
    ----------
    table : EventTable
        Times to an event.
    by : str, optional
        Column of the groups, such as ``route``; it must have been known at the origin.

    Returns
    -------
    SurvivalCurve
        With log-log confidence limits; its caption states origin, rule, confirmation, visit gaps
        and follow-up.

    Raises
    ------
    ColumnError
        When the table has no such column.
    DataError
        When fewer than 11 patients were followed, or the groups were known only after the origin.

    Warns
    -----
    UserWarning
        When visits of one group lie more than 1.5 times as far apart as those of another: its
        events are seen later, so that equal groups look different.

    Notes
    -----
    Who responds, or gets a further dose, must have been well long enough to do so. Groups made of
    what came later are credited with that time (immortal time).

    References
    ----------
    Suissa S (2008). American Journal of Epidemiology 167:492-499.
    Panageas KS et al. (2007). Journal of the National Cancer Institute 99:428-432.
    """
    rows = _require_followed(table, by)
    entry = "entry" if "entry" in rows and rows["entry"].gt(0).any() else None
    if by is None:
        return _told(kaplan_meier(rows, entry=entry, origin=table.origin), table)
    _warn_of_unequal_gaps(rows, by)
    if rows[by].value_counts(dropna=False).ge(FEWEST).all():
        found = kaplan_meier(rows, entry=entry, by=by, origin=table.origin)
        return _told(found, table, by)
    together = kaplan_meier(rows, entry=entry, origin=table.origin)
    few = f"all groups of {by} together, since one has fewer than {FEWEST} patients"
    return replace(_told(together, table), title=f"{together.title}, {few}")


def curve_between_visits(table: EventTable, *, by: str | None = None) -> IntervalCurve:
    """Estimate the curve of an event that is seen at visits and came between two of them.

    It does not take the visit that showed the event for its day, so that it is not late, and
    groups that are seen more or less often can be compared.

    Parameters
    ----------
    table : EventTable
        Times to an event.
    by : str, optional
        Column of the groups, such as ``route``; it must have been known at the origin.

    Returns
    -------
    IntervalCurve
        The estimate of `turnbull`; its note states rule, visit gaps and follow-up.

    Raises
    ------
    ColumnError
        When the table has no such column.
    DataError
        When fewer than 11 patients were followed, in all or in one group; when the groups were
        known only after the origin; or when follow-up of a patient begins late.

    Examples
    --------
    >>> from analysis.outcomes import time_to_loss_of_response
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> lost = time_to_loss_of_response(study, "PHQ-9", visit="week 4")
    >>> curve_between_visits(lost).origin
    'day of the week 4 score of patients who respond at week 4'
    """
    rows = _require_followed(table, by)
    late = int(rows["entry"].gt(0).sum()) if "entry" in rows else 0
    if late:
        raise DataError(
            f"Follow-up of {_some(late)} begins after the origin, which this curve cannot take. "
            "Take curve(table), or an origin from which everybody is followed."
        )
    if by is not None and not rows[by].value_counts(dropna=False).ge(FEWEST).all():
        raise DataError(
            f"A group of {by!r} has fewer than {FEWEST} patients, too few for a curve of its own. "
            "Leave by= out, or take wider groups."
        )
    found = turnbull(rows, by=by)
    return replace(
        found, origin=table.origin, note=table.seen(), followed=_followed(rows, by, intervals=True)
    )


def _require_followed(table: EventTable, by: str | None) -> pd.DataFrame:
    """Return the rows of a table with enough patients and with groups known at the origin."""
    rows = table.frame
    if by is not None and not isinstance(by, str):
        raise ColumnError("by= is the name of one column.")
    if len(rows) < FEWEST:
        raise DataError(
            f"Fewer than {FEWEST} patients were followed, too few for a curve. Choose another "
            "visit, or wait for more follow-up."
        )
    if by is None:
        return rows
    if by not in rows.columns:
        raise ColumnError(
            "The event table has no such column to split by; it has "
            f"{', '.join(table.known_day) or 'none'}. Add one by with_group()."
        )
    _require_known(table, by)
    if isinstance(rows[by].dtype, pd.CategoricalDtype):  # a clinic may have nobody to follow
        return rows.assign(**{by: rows[by].cat.remove_unused_categories()})
    return rows


def _some(n: int) -> str:
    """Say how many patients, without a small number."""
    return f"fewer than {FEWEST} patients" if n < FEWEST else f"{n} patients"


def _told(curve: SurvivalCurve, table: EventTable, by: str | None = None) -> SurvivalCurve:
    """Add how events were seen, and who was followed."""
    followed = _followed(table.frame, by)
    return replace(curve, note=table.seen(), followed=followed)


def _followed(
    rows: pd.DataFrame, by: str | None, *, intervals: bool = False
) -> pd.DataFrame | None:
    """Say who was followed and how long, for disclosure control."""
    if "subject_id" not in rows:
        return None
    entry = rows.get("entry", 0.0)
    followed = pd.DataFrame(
        {"unit": units_of(rows), "entry": entry, "time": rows["time"], "event": rows["event"]}
    )
    free = {"free_until": rows["lower"]} if intervals else {}
    return followed.assign(**free, **({by: rows[by]} if by else {}))


def _require_known(table: EventTable, by: str) -> None:
    """Refuse groups that were not known when the clock started."""
    if by not in table.known_day:
        raise ColumnError(
            f"The event table does not say when {by!r} was known. Add it by with_group(), with the "
            "day on which it was known."
        )
    late = int((table.known_day[by] > 0.0).sum())
    if late:
        raise DataError(
            f"{by!r} was known only after the origin in {late} of {len(table.frame)} patients, so "
            "that its groups are credited with the time that it took to get into them. Take "
            f"table.landmark(day) and split what is left, or cox() with table.start_stop({by!r})."
        )


def _warn_of_unequal_gaps(rows: pd.DataFrame, by: str) -> None:
    """Warn where one group was looked at more often than another."""
    if "visit_gap" not in rows:
        return
    gaps = rows.groupby(by, observed=True)["visit_gap"].median().dropna()
    if gaps.max() > _UNEQUAL * gaps.min():
        warnings.warn(
            f"Visits lie {gaps.min():g} days apart in one group of {by!r} and {gaps.max():g} in "
            "another (medians): events are seen later in the second. Compare by interval_test() "
            "of lower and upper instead of logrank().",
            UserWarning,
            stacklevel=3,
        )
