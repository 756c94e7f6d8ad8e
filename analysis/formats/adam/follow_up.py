"""Follow-up of each subject from ADSL, and from the days of the data where ADSL is silent."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.study import Finding

__all__ = ["with_end", "with_span"]

_STATUS = {"COMPLETED": "completed", "ONGOING": "ongoing"}
_DAYS = {"start_day": "min", "last_contact_day": "max", "observed_until_day": "max"}


def with_end(adsl: pd.DataFrame) -> pd.DataFrame:
    """Say why follow-up ended: the reason, else the status of a subject who did not stop.

    Parameters
    ----------
    adsl : pandas.DataFrame
        Canonical columns and EOSSTT, as far as the data set has them.

    Returns
    -------
    pandas.DataFrame
        With ``end_reason``; missing where nothing says it.

    Examples
    --------
    >>> adsl = pd.DataFrame({"EOSSTT": pd.array(["COMPLETED"], dtype="string")})
    >>> with_end(adsl)["end_reason"].tolist()
    ['completed']
    """
    nothing = pd.Series(pd.NA, adsl.index, dtype="string")
    status = adsl.get("EOSSTT", nothing).map(_STATUS).astype("string")
    return adsl.assign(end_reason=adsl.get("end_reason", nothing).fillna(status))


def with_span(
    follow_up: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Give follow-up its days, where the data set has no such variable.

    Parameters
    ----------
    follow_up : pandas.DataFrame
        One row per subject.
    tables : mapping of str to pandas.DataFrame
        Sessions and assessments.

    Returns
    -------
    frame : pandas.DataFrame
        The first day of the data as its start, the last as its end: nothing is known beyond.
    findings : list of Finding
        A warning for each day that was taken from the data.
    """
    dated = [tables[name][["subject_id", "rel_day"]] for name in ("sessions", "assessments")]
    days = pd.concat(dated, ignore_index=True).groupby("subject_id")["rel_day"]
    absent = {each: how for each, how in _DAYS.items() if each not in follow_up}
    taken = {each: follow_up["subject_id"].map(days.agg(how)) for each, how in absent.items()}
    what = "The data sets do not say this; it was taken from the days of sessions and scores."
    found = [
        noticed("ADM-024", ("follow_up", each), what, "Add it if known.", severity="warning")
        for each in absent
    ]
    return follow_up.assign(**taken), found
