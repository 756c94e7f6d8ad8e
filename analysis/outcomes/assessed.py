"""The sessions in which adverse events were asked about, with what was found."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.study import Study

__all__ = ["assessed_sessions"]

_KEY = ["subject_id", "session_no"]


def assessed_sessions(study: Study) -> pd.DataFrame:
    """List the sessions in which adverse events were asked about.

    Where nobody asked, the absence of an event says nothing, and an event that was noted all the
    same is not counted.

    Parameters
    ----------
    study : Study
        A checked study.

    Returns
    -------
    pandas.DataFrame
        The rows of ``sessions`` with ``ae_assessed`` true, and ``n_events``: adverse events of the
        session.

    Raises
    ------
    DataError
        When the study does not say who was asked, or of which session an event is, or nobody was
        asked.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> sessions = assessed_sessions(read_study(example_folder("clinic-network")))
    >>> int(sessions["n_events"].sum()) > 0
    True
    """
    for table, column in (("adverse_events", "session_no"), ("sessions", "ae_assessed")):
        if not study.has(table, column):
            raise DataError(f"Not computable: adverse events per session; needs {table}.{column}.")
    sessions = study.table("sessions")
    asked = sessions[sessions["ae_assessed"].eq(True).fillna(value=False).astype(bool)]
    if asked.empty:
        raise DataError(
            "Not computable: adverse events per session; no session has ae_assessed set to true."
        )
    events = study.table("adverse_events").dropna(subset=["session_no"])
    n_events = events.groupby(_KEY).size().reindex(pd.MultiIndex.from_frame(asked[_KEY]))
    return asked.assign(n_events=n_events.fillna(0).to_numpy(dtype="int64"))
