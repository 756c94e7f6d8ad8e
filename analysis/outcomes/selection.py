"""A part of a study: the patients of one clinic, or those who began in some months."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.outcomes.months import month_name, month_number, months_of
from analysis.study import Study

__all__ = ["patients_before", "previous_period", "select_patients", "selection_in_words"]


def select_patients(study: Study, *, site: str = "", first: str = "", last: str = "") -> Study:
    """Keep the patients of a home clinic whose first treatment fell into some months.

    Parameters
    ----------
    study : Study
        A checked study.
    site : str
        Home clinic; empty: all.
    first, last : str
        First and last month of the first treatment in the data, both included: "2026-01" with the
        table ``calendar``, else "month 5" counted from the first treatment of anybody. Empty: no
        limit. Patients whose month is not known are left out when there is a limit.

    Returns
    -------
    Study
        All rows of these patients in all tables, at whichever clinic; months keep their numbers.
        The digest stays that of the files that were read.

    Raises
    ------
    DataError
        When there is no such clinic or month, the study knows no months, or no patient is left.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> len(select_patients(study, site="clinic-a").table("subjects"))
    115
    """
    if not (site or first or last):
        return study
    subjects = study.tables["subjects"]
    kept = np.ones(len(subjects), dtype=bool)
    if site:
        kept &= _at_site(study, site)
    if first or last:
        kept &= _in_months(study, first, last)
    if not kept.any():
        raise DataError(
            "No patient is left: nobody of this clinic had a first treatment in these months. "
            "Choose another clinic or a longer period."
        )
    chosen = subjects.loc[kept, "subject_id"]
    tables = {n: f[f["subject_id"].isin(chosen)] for n, f in study.tables.items()}
    scales = set(tables["assessments"]["instrument"].dropna().astype(str))
    places = {
        *tables["subjects"]["site_id"].astype(str),
        *tables["sessions"]["site_id"].astype(str),
    }
    return replace(
        study,
        sites=tuple(name for name in study.sites if name in places),
        instruments=tuple(name for name in study.instruments if name in scales),
        tables={name: frame.reset_index(drop=True) for name, frame in tables.items()},
        days_observed=_days_observed(study),
    )


def _at_site(study: Study, site: str) -> npt.NDArray[np.bool_]:
    """Tell which patients have this home clinic."""
    homes = study.tables["subjects"]["site_id"].astype("string")
    at = homes.eq(site).fillna(value=False).to_numpy(bool)
    if not at.any():
        known = ", ".join(name for name in study.sites if homes.eq(name).any())
        raise DataError(f"No patient has this home clinic. The study has {known}; choose one.")
    return at


def _in_months(study: Study, first: str, last: str) -> npt.NDArray[np.bool_]:
    """Tell whose first treatment fell into the months."""
    months, dated = _first_months(study)
    known = months[months >= 0]
    if not len(known):
        raise DataError("The month of no first treatment is known. Leave the months out.")
    earliest, latest = int(known.min()), int(known.max())
    low = month_number(first, dated=dated) if first else earliest
    high = month_number(last, dated=dated) if last else latest
    if low > high or low > latest or high < earliest:
        ends = [month_name(end, dated=dated) for end in (earliest, latest)]
        raise DataError(
            f"The study has first treatments from {ends[0]} to {ends[1]}. Choose months in order, "
            "and some of these."
        )
    inside: npt.NDArray[np.bool_] = (months >= low) & (months <= high) & (months >= 0)
    return inside


def _first_months(study: Study) -> tuple[npt.NDArray[np.int64], bool]:
    """Month of each patient's first treatment."""
    who = study.tables["subjects"]["subject_id"]
    return months_of(study, who, pd.Series(0, index=who.index))


def _days_observed(study: Study) -> int | None:
    """Days from the first treatment of anybody to the data cut-off, so that months keep numbers."""
    if study.days_observed is not None or study.has("calendar"):
        return study.days_observed
    longest = study.tables["follow_up"]["observed_until_day"].max()
    return None if pd.isna(longest) else int(longest)


def previous_period(study: Study, first: str, last: str) -> tuple[str, str]:
    """Name the months before a period, as many as it has.

    Parameters
    ----------
    study : Study
        The whole study, not a part of it.
    first, last : str
        First and last month of the period, as in `select_patients`.

    Returns
    -------
    tuple of str
        First and last month of the period before; two empty texts where the data do not reach so
        far back or the period has no first month.

    Raises
    ------
    DataError
        As `select_patients`.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> previous_period(study, "month 7", "month 12")
    ('month 1', 'month 6')
    """
    if not first:
        return "", ""
    months, dated = _first_months(study)
    known = months[months >= 0]
    low = month_number(first, dated=dated)
    high = month_number(last, dated=dated) if last else int(known.max(initial=low))
    before = low - (high - low + 1)
    if not len(known) or low > high or before < known.min():
        return "", ""
    return month_name(before, dated=dated), month_name(low - 1, dated=dated)


def patients_before(
    study: Study, *, site: str = "", first: str = "", last: str = ""
) -> Study | None:
    """Keep the patients of the period before one, which is as long.

    Parameters
    ----------
    study : Study
        The whole study.
    site, first, last : str
        Of the period itself, as in `select_patients`.

    Returns
    -------
    Study or None
        None where there is no such period, or nobody began in it.

    Raises
    ------
    DataError
        As `select_patients`, for the period itself.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> patients_before(study) is None
    True
    """
    from_month, to_month = previous_period(study, first, last)
    if not from_month:
        return None
    try:
        return select_patients(study, site=site, first=from_month, last=to_month)
    except DataError:  # nobody began there then
        return None


def selection_in_words(*, site: str = "", first: str = "", last: str = "") -> str:
    """Say which part of a study was selected.

    Parameters
    ----------
    site, first, last : str
        As in `select_patients`.

    Returns
    -------
    str
        Empty for the whole study.

    Examples
    --------
    >>> selection_in_words(site="clinic-a", first="month 7", last="month 12")
    'home clinic clinic-a; first treatment from month 7 to month 12 since the first patient'
    """
    place = [f"home clinic {site}"] if site else []
    relative = any(end and not re.fullmatch(r"\d{4}-\d\d", end) for end in (first, last))
    since = " since the first patient" if relative else ""
    ends = [f"from {first}"] if first else []
    ends += [f"to {last}"] if last else []
    when = [f"first treatment {' '.join(ends)}{since}"] if ends else []
    return "; ".join([*place, *when])
