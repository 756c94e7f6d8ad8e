"""Cox regression of events that come back, such as episodes: one row per patient and interval.

Which clock runs and which events are compared with each other is decided here; the fit is cox's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, ModelError
from analysis.formulas.columns import check_present, read_group
from analysis.results import FloatArray, check_option
from analysis.survival.reading.events import read_event_times
from analysis.survival.reading.regression_rows import Outcome, check_overlap
from analysis.survival.reading.strata import strata_columns
from analysis.survival.regression.cox import cox
from analysis.survival.regression.cox_result import CoxModel

__all__ = ["recurrent_events"]

MODELS = ("andersen-gill", "pwp-total", "pwp-gap")

_NUMBER, _GAP_START, _GAP_STOP = "event_number", "gap_start", "gap_stop"


def recurrent_events(
    formula: str,
    data: pd.DataFrame,
    *,
    start: str = "start",
    stop: str = "stop",
    event: str = "event",
    subject: str = "subject",
    model: str = "andersen-gill",
    pool_from: int | None = None,
    strata: str | Sequence[str] | None = None,
    ties: str = "efron",
) -> CoxModel:
    """Compare the rates of an event that can come back, such as relapses after retreatment.

    Answers by what factor the rate of episodes differs between groups. Standard errors are robust
    by subject, because a patient's events depend on each other. Rows with a missing covariate,
    stratum or subject are left out and counted, after events were numbered.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"maintenance + age"``; they may change between rows of a subject.
    data : pandas.DataFrame
        Rows (start, stop] per subject, in any order, that do not overlap.
    start, stop : str
        Columns of the interval, in the units of time from the origin.
    event : str
        Column of the event at `stop`: 1 or True seen, 0 or False not.
    subject : str
        Column of the patient.
    model : str
        ``"andersen-gill"``: one rate for first and later events; ``"pwp-total"``: a baseline
        hazard per event number, time from the origin; ``"pwp-gap"``: the same, with a clock that
        starts anew with the first row after each event (Prentice, Williams and Peterson).
    pool_from : int, optional
        Event numbers from this on share a baseline hazard, because few patients have so many;
        for the two models with event numbers.
    strata : str or sequence of str, optional
        Further columns with baseline hazards of their own.
    ties : str
        ``"efron"`` or ``"breslow"``.

    Returns
    -------
    CoxModel
        The fit; its stratum ``event_number`` is 1 plus the events that the patient had before.

    Raises
    ------
    ColumnError
        When a column is missing, of the wrong type, or has a name that is needed here.
    DataError
        When intervals are empty, overlap within a subject, or no event is left.
    ModelError
        When `model` or `pool_from` cannot be used.
    ConvergenceError
        When a coefficient has no finite estimate.

    Notes
    -----
    Deaths are taken to censor: rates are those of patients while alive. The robust variance makes
    the Andersen-Gill model valid for the mean number of events (Lin, Wei, Yang and Ying 2000).
    The two models with event numbers compare patients who had as many events before; treatment
    changes who these are, so read them as descriptive.

    References
    ----------
    Andersen PK, Gill RD (1982). Annals of Statistics 10:1100-1120.
    Prentice RL, Williams BJ, Peterson AV (1981). Biometrika 68:373-379.
    Lin DY, Wei LJ, Yang I, Ying Z (2000). JRSS B 62:711-730.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "subject": [1, 1, 2, 2, 3, 4, 4, 4], "start": [0, 20, 0, 35, 0, 0, 10, 25],
    ...     "stop": [20, 60, 35, 50, 70, 10, 25, 40], "event": [1, 0, 1, 1, 0, 1, 1, 0],
    ...     "arm": ["iv", "iv", "im", "im", "iv", "im", "im", "im"]})
    >>> recurrent_events("arm", data).tidy()[["term", "estimate"]].round(3)
            term  estimate
    0  arm[T.iv]    -1.548
    """
    check_option("model", model, MODELS)
    if pool_from is not None and (model == "andersen-gill" or pool_from < 1):
        raise ModelError(
            "pool_from is a number of an event, 1 or more, of 'pwp-total' and 'pwp-gap'."
        )
    columns = Outcome(time=stop, event=event, entry=start, subject=subject)
    more = strata_columns(strata)
    if model != "andersen-gill":
        data, more = data.assign(**_numbered(data, columns, pool_from)), (*more, _NUMBER)
    is_gap = model == "pwp-gap"
    return cox(
        formula,
        data,
        time=_GAP_STOP if is_gap else stop,
        event=event,
        entry=_GAP_START if is_gap else start,
        strata=more or None,
        cluster=subject,
        subject=None if is_gap else subject,
        ties=ties,
    )


def _numbered(data: pd.DataFrame, columns: Outcome, pool_from: int | None) -> dict[str, FloatArray]:
    """Give events their number within the subject, and measure time from the row after one."""
    taken = [name for name in (_NUMBER, _GAP_START, _GAP_STOP) if name in data.columns]
    if taken:
        raise ColumnError(
            f"The data already have {', '.join(map(repr, taken))}, names that this model gives to "
            "what it computes. Rename the columns."
        )
    check_present(data, [str(columns.subject)], "subject=")
    known = data[columns.subject].notna().to_numpy()
    rows = data.loc[known]
    times = read_event_times(rows, time=columns.time, event=columns.event, entry=columns.entry)
    start = np.maximum(times.entry, 0.0)  # the reader gives minus infinity for the origin
    subject = np.asarray(read_group(rows[columns.subject], None).data)
    check_overlap(times.time, start, subject, columns)
    order = np.lexsort((start, subject))
    number, origin = _episodes(subject[order], start[order], times.event[order])
    computed = {name: np.full(len(data), np.nan) for name in (_NUMBER, _GAP_START, _GAP_STOP)}
    places = np.flatnonzero(known)[order]
    computed[_NUMBER][places] = number if pool_from is None else np.minimum(number, pool_from)
    computed[_GAP_START][places] = start[order] - origin
    computed[_GAP_STOP][places] = times.time[order] - origin
    return computed


def _episodes(
    subject: npt.NDArray[np.intp], start: FloatArray, event: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Give sorted rows the number of their next event, and the start of the clock for it."""
    is_first = np.append(True, subject[1:] != subject[:-1])
    before: npt.NDArray[np.intp] = np.cumsum(event, dtype=np.intp) - event
    number = np.asarray(1 + before - before[is_first][np.cumsum(is_first) - 1], dtype=np.intp)
    opens = is_first | np.append(False, event[:-1])
    return number, start[opens][np.cumsum(opens) - 1]
