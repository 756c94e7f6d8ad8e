"""Naming patients again from the crosswalk, inside the clinic only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.privacy.crosswalk import PSEUDONYM, read_crosswalk
from analysis.study import in_local_zone

__all__ = ["relink"]


def relink(
    frame: pd.DataFrame,
    crosswalk: Path | str,
    *,
    pseudonym: str = PSEUDONYM,
    id: str = "id",  # noqa: A002 - the word that users know
) -> pd.DataFrame:
    """Put the ids of patients back, inside the clinic only.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table with pseudonyms.
    crosswalk : path
        The file that `deidentify` wrote.
    pseudonym : str
        The column of pseudonyms.
    id : str
        Name of the new first column.

    Returns
    -------
    pandas.DataFrame
        A copy; ``attrs["patient_level"]`` is True, so that no release takes it.

    Raises
    ------
    DisclosureError
        When neither the crosswalk nor the working folder lies below a folder named ``local``.
    ColumnError
        When the column is not there, or the new one already is.
    DataError
        When a pseudonym is not in the crosswalk.
    """
    path = Path(crosswalk).resolve()
    if not in_local_zone(path.parent) and not in_local_zone(Path.cwd()):
        raise DisclosureError(
            "Patients are named again in the local zone only. Work in a folder named local, or "
            "keep the crosswalk in one."
        )
    if pseudonym not in frame.columns or id in frame.columns:
        raise ColumnError(
            "The column of pseudonyms is missing, or the new column is already there. Name both "
            "with pseudonym and id."
        )
    by_code = {code: one for one, code in read_crosswalk(path).items()}
    ids = frame[pseudonym].astype(object).map(by_code)
    if ids.isna().any():
        raise DataError(
            f"{int(ids.isna().sum())} rows have a pseudonym that is not in the crosswalk. Name the "
            "crosswalk that these data were made with."
        )
    linked = frame.copy()
    linked.insert(0, id, ids)
    linked.attrs["patient_level"] = True
    return linked
