"""Turn a frame and a formula into rows sorted by patient, and refuse rows that cannot be fitted.

No estimation here: layout.py finds what repeats, and the engine works on sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic.errors import FormulaicError

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import (
    Column,
    check_present,
    read_columns,
    read_group,
    with_levels,
)
from analysis.formulas.encoding import Encoding, encode
from analysis.formulas.parsing import ParsedFormula, read_fixed
from analysis.formulas.population import Population
from analysis.mixed.design.description import Description, Roles
from analysis.mixed.design.layout import Panel
from analysis.results import FloatArray, counted

__all__ = ["Design", "build_design", "with_visits_as_factor"]

Codes = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Complete rows sorted by patient (and visit), and how the formula reads them.

    Parameters
    ----------
    formula : str
        As given.
    parsed : ParsedFormula
        The same, checked.
    encoding : Encoding
        Columns of the mean.
    columns : mapping of str to Column
        Columns that the formula reads.
    y : array, shape (n,)
        Outcome.
    outcome : str
        The outcome as the formula writes it.
    panel : Panel
        First row of each patient, and visits.
    subjects, visits, groups, clinics : pandas.Index
        Labels; one visit, group or none where the role was not given.
    group, clinic, cluster : array of int, shape (N,)
        Group, clinic and cluster of each patient. Without a cluster role, clusters are clinics,
        and without those patients.
    weights, coordinates : array, shape (n,), or None
        Where given.
    population : Population
        What is needed to evaluate the mean for other rows.
    position : array of int, shape (n,)
        Position of each row in the frame given.
    n_dropped : int
        Rows left out because a used column was missing.
    missing : mapping of str to int
        The same per column; a row may count in several.
    notes : tuple of str
        Decisions that a reader must know.
    roles : Roles
        As given.
    """

    formula: str
    parsed: ParsedFormula
    encoding: Encoding
    columns: Mapping[str, Column]
    y: FloatArray
    outcome: str
    panel: Panel
    subjects: pd.Index[Any]
    visits: pd.Index[Any]
    groups: pd.Index[Any]
    clinics: pd.Index[Any]
    group: Codes
    clinic: Codes
    cluster: Codes
    weights: FloatArray | None
    coordinates: FloatArray | None
    population: Population
    position: Codes
    n_dropped: int
    missing: Mapping[str, int]
    notes: tuple[str, ...]
    roles: Roles

    @property
    def n_rows(self) -> int:
        """Rows used."""
        return int(self.y.size)

    def describe(self) -> Description:
        """Keep what a fit must remember, without the rows."""
        return Description(
            formula=self.formula,
            parsed=self.parsed,
            outcome=self.outcome,
            encoding=self.encoding,
            population=self.population,
            roles=self.roles,
            visits=self.visits,
            groups=self.groups,
            clinics=self.clinics,
            n_rows=self.n_rows,
            n_subjects=len(self.subjects),
            n_dropped=self.n_dropped,
            missing=self.missing,
            log_weights=0.0 if self.weights is None else float(np.log(self.weights).sum()),
            notes=self.notes,
        )


def build_design(
    formula: str,
    data: pd.DataFrame,
    roles: Roles,
    extra: tuple[ParsedFormula, ...] = (),
    levels: Mapping[str, Sequence[Any]] | None = None,
) -> Design:
    """Read, check and sort the rows of a model.

    Parameters
    ----------
    formula : str
        Two-sided formula of the mean.
    data : pandas.DataFrame
        Long data, rows in any order.
    roles : Roles
        Columns with a part of their own.
    extra : tuple of ParsedFormula
        Further formulas whose columns are needed, such as the random part.
    levels : mapping of str to sequence, optional
        All levels of factors and visits, also those without rows: the rows are a part of more, so
        that their outcome need not vary.

    Returns
    -------
    Design
        Rows sorted by patient, and by visit where one is given.

    Raises
    ------
    ColumnError
        When a column is missing or of a type that the model cannot use.
    DataError
        When values are infinite, a patient has two rows at a visit or is in two groups, a weight
        is not positive, or nothing is left.
    ModelError
        When the formula cannot be used.
    """
    parsed = read_fixed(formula)
    _check_columns(data, parsed, roles, extra)
    names = [*parsed.outcome, *parsed.predictors]
    names += [name for part in extra for name in part.predictors]
    factors = set(parsed.factors).union(*(part.factors for part in extra))
    numbers = [name for name in (roles.weights, roles.coordinates) if name is not None]
    columns, complete, missing = read_columns(
        data, [*names, *numbers], factors=factors, whole=roles.named().values()
    )
    labels = {
        argument: read_group(data[name], complete)
        for argument, name in roles.named().items()
        if argument not in ("weights", "coordinates")
    }
    if levels:
        columns = {name: with_levels(column, levels) for name, column in columns.items()}
        labels = {name: with_levels(label, levels) for name, label in labels.items()}
    subject, visit = labels["subject"], labels.get("visit")
    order = _order(subject, visit)
    if order is not None:
        columns = {name: column.take(order) for name, column in columns.items()}
        labels = {name: label.take(order) for name, label in labels.items()}
    panel = _panel(labels["subject"], labels.get("visit"))
    if visit is not None:
        _check_repeats(panel, visit, str(roles.visit))
    n = panel.visit.size
    kept = np.arange(len(data)) if complete is None else np.flatnonzero(complete)
    outcome = str(next(iter(parsed.formula.lhs)))
    encoding = encode(parsed, columns, n)
    y = _outcome(parsed, columns)
    if levels is None:
        _check_varies(y)
    coordinates = _coordinates(columns, roles.coordinates)
    if coordinates is not None:
        _check_coordinates(panel, coordinates, str(roles.coordinates))
    declared = frozenset(levels or ())
    notes = _lost_levels(data, complete, parsed, columns, roles, labels, declared)
    notes += _single_levels(parsed, columns)
    return Design(
        formula=formula,
        parsed=parsed,
        encoding=encoding,
        columns=columns,
        y=y,
        outcome=outcome,
        panel=panel,
        subjects=pd.Index(subject.levels, name=roles.subject),
        visits=pd.Index(["all"] if visit is None else visit.levels, name=roles.visit),
        groups=_label_index(labels.get("covariance_by")),
        clinics=_label_index(labels.get("nested_in")),
        group=_of_patients(labels.get("covariance_by"), panel, "covariance_by"),
        clinic=_of_patients(labels.get("nested_in"), panel, "nested_in"),
        cluster=_clusters(labels, panel),
        weights=_weights(columns, roles.weights),
        coordinates=coordinates,
        population=Population.describe(columns, encoding=encoding, parsed=parsed, n_rows=n),
        position=kept if order is None else kept[order],
        n_dropped=len(data) - n,
        missing=missing,
        notes=notes,
        roles=roles,
    )


def with_visits_as_factor(data: pd.DataFrame, visit: str) -> pd.DataFrame:
    """Let visits that are numbers be a factor of the mean, which has a value for every visit.

    Parameters
    ----------
    data : pandas.DataFrame
        The frame.
    visit : str
        Column of the visit; one that is not there is left to later checks.

    Returns
    -------
    pandas.DataFrame
        The same frame, or one with a categorical visit.
    """
    if visit not in data.columns or isinstance(data[visit], pd.DataFrame):
        return data
    if not pd.api.types.is_numeric_dtype(data[visit]):
        return data
    return data.assign(**{visit: data[visit].astype("category")})


def _check_columns(
    data: pd.DataFrame, parsed: ParsedFormula, roles: Roles, extra: tuple[ParsedFormula, ...]
) -> None:
    """Name columns that are not there, or that have two parts at once."""
    apart = {"subject": roles.subject, "visit": roles.visit, "covariance_by": roles.group}
    apart["nested_in"] = roles.clinic
    given = {argument: name for argument, name in apart.items() if name is not None}
    if len(set(given.values())) < len(given):
        raise ModelError(
            f"One column is given for two of {', '.join(f'{name}=' for name in given)}; each takes "
            "a column of its own."
        )
    for argument, name in roles.named().items():
        check_present(data, [name], f"{argument}=")
    check_present(data, [*parsed.outcome, *parsed.predictors], parsed.part)
    for part in extra:
        check_present(data, part.predictors, part.part)


def _order(subject: Column, visit: Column | None) -> Codes | None:
    """Return the order that sorts rows by patient and visit; None when they are sorted."""
    key = subject.data.astype(np.int64)
    if visit is not None and visit.levels is not None:
        key = key * len(visit.levels) + visit.data
    if key.size < 2 or bool((key[1:] >= key[:-1]).all()):
        return None
    return np.argsort(key, kind="stable")


def _panel(subject: Column, visit: Column | None) -> Panel:
    """Find the first row of each patient."""
    codes = subject.data
    starts = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])
    sizes = np.diff(np.append(starts, codes.size))
    if visit is None or visit.levels is None:
        return Panel(
            starts=starts, sizes=sizes, visit=np.zeros(codes.size, dtype=np.intp), n_visits=1
        )
    return Panel(starts=starts, sizes=sizes, visit=visit.data, n_visits=len(visit.levels))


def _check_repeats(panel: Panel, visit: Column, name: str) -> None:
    """Refuse patients with two rows at a visit."""
    same = np.zeros(panel.visit.size, dtype=bool)
    same[1:] = panel.visit[1:] == panel.visit[:-1]
    same[panel.starts] = False
    if not same.any():
        return
    patients = int(np.add.reduceat(same.astype(int), panel.starts).astype(bool).sum())
    places = [repr(visit.levels[code]) for code in np.unique(panel.visit[same])[:5]]
    raise DataError(
        f"{counted(patients, 'patient')} with more than one row at a visit "
        f"({name!r}: {', '.join(places)}). A visit takes one row per patient: choose one first, "
        "for example the one nearest the planned day."
    )


def _check_coordinates(panel: Panel, coordinates: FloatArray, name: str) -> None:
    """Refuse patients with two rows at one time, whose correlation would be 1."""
    patient = panel.of_patients(np.arange(panel.starts.size))
    order = np.lexsort((coordinates, patient))
    same = (np.diff(patient[order]) == 0) & (np.diff(coordinates[order]) == 0.0)
    if same.any():
        patients = np.unique(patient[order][1:][same]).size
        raise DataError(
            f"{counted(patients, 'patient')} with more than one row at the same {name!r}. A "
            "covariance over time takes one row per patient and time: choose one first."
        )


def _of_patients(label: Column | None, panel: Panel, argument: str) -> Codes:
    """Return a label of every patient, and refuse patients with two."""
    if label is None:
        return np.zeros(panel.starts.size, dtype=np.intp)
    own = label.data[panel.starts]
    differs = panel.of_patients(own) != label.data
    if differs.any():
        patients = int(np.add.reduceat(differs.astype(int), panel.starts).astype(bool).sum())
        raise DataError(
            f"{counted(patients, 'patient')} with rows in more than one level of "
            f"{label.name!r}, which {argument}= takes as a property of the patient. Give every "
            "patient one, such as the home clinic."
        )
    return np.asarray(own, dtype=np.intp)


def _clusters(labels: Mapping[str, Column], panel: Panel) -> Codes:
    """Return the cluster of every patient: as given, else the clinic, else the patient."""
    for argument in ("cluster", "nested_in"):
        if argument in labels:
            return _of_patients(labels[argument], panel, argument)
    return np.arange(panel.starts.size)


def _label_index(label: Column | None) -> pd.Index[Any]:
    """Return the labels of a role, or none."""
    return pd.Index([]) if label is None else pd.Index(label.levels, name=label.name)


def _outcome(parsed: ParsedFormula, columns: Mapping[str, Column]) -> FloatArray:
    """Evaluate the outcome, and refuse one that is not a number."""
    (term,) = list(parsed.formula.lhs)
    expression = str(term)
    column = columns.get(expression)
    if column is None:
        values = _called_outcome(parsed, columns)
    elif column.levels is not None:
        raise ColumnError("The outcome is not numeric; models take scores as numbers.")
    else:
        values = np.asarray(column.data, dtype=float)
    return values


def _check_varies(y: FloatArray) -> None:
    """Refuse an outcome that is the same in all rows."""
    if y.size and np.ptp(y) == 0.0:
        raise ModelError(
            f"The outcome is the same in all {y.size} rows used; there is nothing to model."
        )


def _called_outcome(parsed: ParsedFormula, columns: Mapping[str, Column]) -> FloatArray:
    """Evaluate an outcome such as ``log(score)``."""
    frame = pd.DataFrame({name: columns[name].series() for name in parsed.outcome})
    try:
        with np.errstate(all="ignore"):
            matrix = parsed.formula.lhs.get_model_matrix(frame, context={}, na_action="ignore")
        values = np.asarray(matrix, dtype=float)
    except (FormulaicError, ValueError, TypeError):
        raise ModelError(
            "Could not evaluate the outcome. Check that it is one numeric column, or a function "
            "of numeric columns."
        ) from None
    if values.shape[1] != 1 or any(columns[name].levels is not None for name in parsed.outcome):
        raise ColumnError("The outcome is not numeric; models take scores as numbers.")
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DataError(f"The outcome is not finite in {bad} rows; check the range of its column.")
    return values[:, 0]


def _weights(columns: Mapping[str, Column], name: str | None) -> FloatArray | None:
    """Read weights and refuse those that are not positive."""
    values = _coordinates(columns, name)
    if values is not None and not (values > 0.0).all():
        raise DataError(
            f"The weights {name!r} are not positive in {int((values <= 0.0).sum())} rows; rows "
            "that should not count must be left out of the data."
        )
    return values


def _coordinates(columns: Mapping[str, Column], name: str | None) -> FloatArray | None:
    """Read a numeric column with a part of its own."""
    if name is None:
        return None
    column = columns[name]
    if column.levels is not None and column.numbers is None:
        raise ColumnError(f"Column {name!r} is not numeric.")
    return np.asarray(column.values(), dtype=float)


def _single_levels(parsed: ParsedFormula, columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Record factors that leave the mean because all rows have one level."""
    single = [
        name
        for name in parsed.predictors
        if columns[name].levels is not None and len(columns[name].levels) == 1
    ]
    return tuple(f"{name}: one level only, so that it is not in the mean" for name in single)


def _lost_levels(
    data: pd.DataFrame,
    complete: np.ndarray[Any, np.dtype[np.bool_]] | None,
    parsed: ParsedFormula,
    columns: Mapping[str, Column],
    roles: Roles,
    labels: Mapping[str, Column],
    declared: frozenset[str],
) -> tuple[str, ...]:
    """Record levels whose rows all went because something else was missing."""
    if complete is None:
        return ()
    used = {name: columns[name] for name in parsed.predictors if columns[name].levels is not None}
    used |= {label.name: label for label in labels.values() if label.name != roles.subject}
    notes = []
    for name, column in used.items():
        before = data[name].dropna().unique()
        lost = [level for level in before if level not in column.levels]
        if lost and name not in declared:  # of parts, the whole may have complete rows
            notes.append(lost_levels_note(name, lost))
    return tuple(notes)


def lost_levels_note(name: str, lost: Sequence[Any]) -> str:
    """Say which levels of a column are not in the model.

    Parameters
    ----------
    name : str
        Column.
    lost : sequence
        Levels whose rows all lack something else.

    Returns
    -------
    str
        A note for `Design.notes`.
    """
    shown = ", ".join(sorted(repr(level) for level in map(str, lost))[:5])
    return f"{name}: {counted(len(lost), 'level')} without a complete row left out ({shown})"
