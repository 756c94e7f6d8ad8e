"""How easily a patient could be singled out: equivalence classes, uniques and visit trajectories.

The figures support an expert's determination under 45 CFR 164.514(b)(1); no figure certifies data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["ReidentificationRisk", "reidentification_risk", "trajectory_uniqueness"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ReidentificationRisk:
    """Risk that a record is singled out by its quasi-identifiers.

    Parameters
    ----------
    n_records : int
        Records.
    n_classes : int
        Different combinations of the quasi-identifiers.
    k : int
        Records of the smallest class: the table is k-anonymous.
    distinct_l : int, optional
        Fewest different values of the sensitive column in a class; None without such a column.
    sample_uniques : int
        Records alone in their class.
    class_sizes : pandas.DataFrame
        Columns ``size, classes, records``; one row per size.
    """

    n_records: int
    n_classes: int
    k: int
    distinct_l: int | None
    sample_uniques: int
    class_sizes: pd.DataFrame

    @property
    def prosecutor_max(self) -> float:
        """Highest risk of a record when it is known to be in the data: 1 / k."""
        return 1 / self.k

    @property
    def prosecutor_mean(self) -> float:
        """Mean risk over records: classes / records."""
        return self.n_classes / self.n_records

    @property
    def share_unique(self) -> float:
        """Share of records that are alone in their class."""
        return self.sample_uniques / self.n_records

    def glance(self) -> pd.DataFrame:
        """Put all figures into one row; true counts, not for release."""
        return pd.DataFrame(
            {
                "n_records": [self.n_records],
                "n_classes": [self.n_classes],
                "k": [self.k],
                "distinct_l": pd.array([self.distinct_l], dtype="Int64"),
                "sample_uniques": [self.sample_uniques],
                "share_unique": [self.share_unique],
                "prosecutor_max": [self.prosecutor_max],
                "prosecutor_mean": [self.prosecutor_mean],
            }
        )

    def __repr__(self) -> str:
        return f"Re-identification risk\n{frame_to_text(self.glance())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.glance(), caption="Re-identification risk")


def reidentification_risk(
    frame: pd.DataFrame, quasi_identifiers: Sequence[str], *, sensitive: str | None = None
) -> ReidentificationRisk:
    """Measure k-anonymity, distinct l-diversity, sample uniques and prosecutor risk.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient.
    quasi_identifiers : sequence of str
        Columns that somebody outside could know of a patient, such as age, sex and clinic.
    sensitive : str, optional
        Column whose values should differ within a class.

    Returns
    -------
    ReidentificationRisk
        A missing quasi-identifier is a value like any other, and so is a missing sensitive value.

    Raises
    ------
    ColumnError
        When a column is not there, or none is named.
    DataError
        When there are no rows.

    References
    ----------
    Sweeney L. k-anonymity: a model for protecting privacy. Int J Uncertain Fuzziness
    Knowl-Based Syst 2002;10:557–570. Machanavajjhala A, et al. l-diversity: privacy beyond
    k-anonymity. ACM Trans Knowl Discov Data 2007;1:3. El Emam K, Dankar FK. Protecting privacy
    using k-anonymity. J Am Med Inform Assoc 2008;15:627–637 (prosecutor risk).

    Examples
    --------
    >>> people = pd.DataFrame({"age": [30, 30, 41], "sex": ["f", "f", "m"]})
    >>> risk = reidentification_risk(people, ["age", "sex"])
    >>> risk.k, risk.sample_uniques, round(risk.prosecutor_mean, 3)
    (1, 1, 0.667)
    """
    columns = list(quasi_identifiers)
    needed = columns if sensitive is None else [*columns, sensitive]
    if not columns or not set(needed) <= set(frame.columns):
        raise ColumnError("Name one or more quasi-identifiers that are columns of the table.")
    if len(frame) == 0:
        raise DataError("The table has no rows, so there is no risk to measure.")
    classes = _classes(frame, columns)
    sizes = np.bincount(classes)
    occurring, counts = np.unique(sizes, return_counts=True)
    return ReidentificationRisk(
        n_records=len(frame),
        n_classes=len(sizes),
        k=int(sizes.min()),
        distinct_l=None if sensitive is None else _fewest_different(classes, frame[sensitive]),
        sample_uniques=int((sizes == 1).sum()),
        class_sizes=pd.DataFrame(
            {"size": occurring, "classes": counts, "records": occurring * counts}
        ),
    )


def _codes(values: pd.Series) -> npt.NDArray[np.intp]:
    """Give each value of a column a number; missing is a value."""
    if pd.api.types.infer_dtype(values).startswith("mixed"):  # lists cannot be compared
        values = values.map(str, na_action="ignore")
    codes, _ = pd.factorize(values, use_na_sentinel=False)
    return np.asarray(codes, dtype=np.intp)


def _together(one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Give each pair of two numberings a number, from 0 without gaps."""
    pairs = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    return np.asarray(np.unique(pairs, return_inverse=True)[1].ravel(), dtype=np.intp)


def _classes(frame: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.intp]:
    """Give each combination of columns a number, row by row."""
    classes = np.zeros(len(frame), dtype=np.intp)
    for column in columns:
        classes = _together(classes, _codes(frame[column]))
    return classes


def _fewest_different(classes: npt.NDArray[np.intp], sensitive: pd.Series) -> int:
    """Count the different sensitive values of each class and give the smallest count."""
    pairs = pd.DataFrame({"class": classes, "value": _codes(sensitive)}).drop_duplicates()
    return int(pairs.groupby("class").size().min())


def trajectory_uniqueness(study: Study, *, n_visits: int = 6) -> pd.DataFrame:
    """Measure how many patients are alone with their first visit days and doses.

    Somebody who knows when a patient was treated, and perhaps how much was given, can find a
    unique row of days without any name or date.

    Parameters
    ----------
    study : Study
        Its table ``sessions`` gives days and doses.
    n_visits : int
        Longest trajectory, in sessions.

    Returns
    -------
    pandas.DataFrame
        Columns ``n_visits, patients, unique_days, share_unique_days, unique, share_unique``; one
        row for each number of visits from 1 on. Patients are those with a session; who has fewer
        sessions stands with all of them. ``unique_days`` counts patients alone with their days,
        ``unique`` those alone with days and doses. Missing doses are alike. True counts.

    Raises
    ------
    DataError
        When there are no sessions, or `n_visits` is under 1.
    """
    sessions = study.table("sessions")
    if n_visits < 1 or len(sessions) == 0:
        raise DataError("Trajectories need sessions and a number of visits of 1 or more.")
    ordered = sessions.sort_values(["subject_id", "rel_day", "session_no"], kind="stable")
    place = ordered.groupby("subject_id", observed=True).cumcount()
    patients = pd.Index(ordered["subject_id"].unique())
    days = doses = np.zeros(len(patients), dtype=np.intp)
    rows = []
    for visit in range(n_visits):
        now = ordered[place == visit].set_index("subject_id").reindex(patients)
        day = _codes(now["rel_day"])
        days = _together(days, day)
        doses = _together(_together(doses, day), _codes(now["dose_mg"]))
        rows.append((visit + 1, len(patients), _alone(days), _alone(doses)))
    table = pd.DataFrame(rows, columns=["n_visits", "patients", "unique_days", "unique"])
    table.insert(3, "share_unique_days", table["unique_days"] / table["patients"])
    return table.assign(share_unique=table["unique"] / table["patients"])


def _alone(classes: npt.NDArray[np.intp]) -> int:
    """Count those who are alone in their class."""
    return int((np.bincount(classes) == 1).sum())
