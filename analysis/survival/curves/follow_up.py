"""How long patients were followed: the Kaplan-Meier curve with the event reversed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.survival.curves.curve import SurvivalCurve
from analysis.survival.curves.kaplan_meier import survival_curve
from analysis.survival.reading.events import read_event_times

__all__ = ["reverse_kaplan_meier"]


def reverse_kaplan_meier(
    data: pd.DataFrame,
    time: str = "time",
    event: str = "event",
    *,
    entry: str | None = None,
    by: str | None = None,
    conf_type: str = "log-log",
    origin: str | None = None,
) -> SurvivalCurve:
    """Estimate how long patients were followed, had the event not ended their follow-up.

    Answers how mature the data are. The end of observation is the event of this curve, and the
    event itself, which hides how long a patient would have been followed, is its censoring;
    ``median()`` is the median follow-up. The mean or median of the observed times is not: it is
    short where events come early. Rows with a missing group are left out and counted; other
    missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of the event: 1 or True seen, 0 or False censored.
    entry : str, optional
        Column of delayed entry, below the time.
    by : str, optional
        Column of the groups; one curve each.
    conf_type : str
        ``"log-log"``, ``"log"`` or ``"plain"``.
    origin : str, optional
        What time 0 is, such as ``"first infusion"``; shown with the result.

    Returns
    -------
    SurvivalCurve
        A curve whose ``n_event`` are ends of observation and whose ``n_censored`` are events.

    Raises
    ------
    ColumnError, DataError, ModelError
        As in `kaplan_meier`.

    Notes
    -----
    As survfit with the status reversed, in R, and PROC LIFETEST with the censoring reversed, in
    SAS: where both fall on one time, patients with the event still count as at risk of an end of
    observation there.

    References
    ----------
    Schemper M, Smith TL (1996). Controlled Clinical Trials 17:343-346.

    Examples
    --------
    >>> data = pd.DataFrame({"time": [3, 5, 8, 9, 12], "event": [1, 0, 1, 0, 0]})
    >>> reverse_kaplan_meier(data).median()["estimate"].tolist()
    [9.0]
    """
    rows = read_event_times(data, time=time, event=event, entry=entry, by=by)
    return survival_curve(
        replace(rows, event=~rows.event),
        by=by,
        conf_type=conf_type,
        delayed_entry=entry is not None,
        weighted=False,
        origin=origin,
        title="Reverse Kaplan-Meier curve (follow-up)",
    )
