"""Patients by indication, when each may have several: the primary one and further ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from analysis.errors import DataError
from analysis.study import TABLES, Study

__all__ = ["any_indication", "indication_order", "indication_pairs", "indications"]


def any_indication(study: Study, indication: str) -> Study:
    """Keep the patients who have an indication, as their primary or a further one.

    Parameters
    ----------
    study : Study
        A checked study.
    indication : str
        Such as "PTSD".

    Returns
    -------
    Study
        The same tables with the rows of these patients; the title says so. Patients count in each
        of their indications, so that studies of two indications may share patients.

    Raises
    ------
    DataError
        When no patient has this indication.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> any_indication(read_study(example_folder("clinic-network")), "PTSD").title
    'Synthetic ketamine clinic network: patients with PTSD'
    """
    pairs = indication_pairs(study.tables["subjects"])
    chosen = pairs.loc[pairs["indication"].eq(indication), "subject_id"]
    if chosen.empty:
        known = ", ".join(indication_order(pairs["indication"].unique()))
        raise DataError(f"No patient has this indication. The data hold: {known or 'none'}.")
    tables = {
        name: frame[frame["subject_id"].isin(chosen)].reset_index(drop=True)
        for name, frame in study.tables.items()
    }
    return replace(study, title=f"{study.title}: patients with {indication}", tables=tables)


def indications(study: Study) -> pd.DataFrame:
    """Count patients per indication, by their primary one and by any.

    Parameters
    ----------
    study : Study
        A checked study.

    Returns
    -------
    pandas.DataFrame
        Columns ``indication, primary, any``; one row per indication in the data. ``primary`` adds
        up to the patients with a primary indication, ``any`` does not: patients with several count
        in each. True counts: pass them through `analysis.disclosure`.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> counts = indications(read_study(example_folder("clinic-network")))
    >>> bool(counts["primary"].le(counts["any"]).all())
    True
    """
    pairs = indication_pairs(study.tables["subjects"])
    names = indication_order(pairs["indication"].unique())
    primary = study.tables["subjects"]["indication"].astype("string").value_counts()
    by_any = pairs["indication"].value_counts()
    return pd.DataFrame(
        {
            "indication": names,
            "primary": primary.reindex(names, fill_value=0).astype("int64").to_numpy(),
            "any": by_any.reindex(names).astype("int64").to_numpy(),
        }
    )


def indication_pairs(subjects: pd.DataFrame) -> pd.DataFrame:
    """Pair each patient with each of the patient's indications, once.

    Parameters
    ----------
    subjects : pandas.DataFrame
        Columns ``subject_id, indication`` and, if known, ``secondary_indications`` (joined by
        semicolons); one row per patient.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, indication``; patients without any are absent. Patient-level.

    Examples
    --------
    >>> subjects = pd.DataFrame({"subject_id": ["a"], "indication": ["PTSD"],
    ...                          "secondary_indications": ["PTSD;anxiety"]})
    >>> indication_pairs(subjects)["indication"].tolist()
    ['PTSD', 'anxiety']
    """
    parts = [subjects[["subject_id", "indication"]].astype("string")]
    if "secondary_indications" in subjects:
        further = subjects["secondary_indications"].astype("string").str.split(";")
        parts.append(
            subjects[["subject_id"]]
            .assign(indication=further)
            .explode("indication")
            .astype("string")
        )
    pairs = pd.concat(parts).dropna().drop_duplicates(ignore_index=True)
    pairs.attrs["patient_level"] = True
    return pairs


def indication_order(names: Iterable[str]) -> list[str]:
    """Put indications into the order of the schema.

    Parameters
    ----------
    names : iterable of str
        Indications.

    Returns
    -------
    list of str
        Each once.

    Examples
    --------
    >>> indication_order(["PTSD", "depression", "PTSD"])
    ['depression', 'PTSD']
    """
    found = {str(name) for name in names}
    columns = {column.name: column for column in TABLES["subjects"].columns}
    return [name for name in columns["indication"].allowed if name in found]
