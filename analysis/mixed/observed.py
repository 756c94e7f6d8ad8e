"""Groups that were not assigned by chance: crude, standardised and overlap-weighted differences."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.discrete.discrete_model import MNLogit
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import check_present, read_columns
from analysis.formulas.encoding import encode
from analysis.formulas.parsing import read_random
from analysis.formulas.rank import determined_columns
from analysis.mixed.mmrm import mmrm
from analysis.mixed.result import LinearMixedModel
from analysis.results import FloatArray, check_conf_level, counted, frame_to_html, frame_to_text

__all__ = ["ObservedComparison", "compare_observed"]

METHODS = ("crude", "standardised", "overlap-weighted")
_WEIGHT = "overlap weight"
_SEPARATED = 1e-6
_CONSTANT = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ObservedComparison:
    """Differences between groups that were not randomised, by three adjustments.

    Parameters
    ----------
    fits : dict of str to LinearMixedModel
        The three models.
    group, reference : str
        Column of the groups, and the level that the others are compared with.
    visit : str
        Column of the visits.
    balance : pandas.DataFrame
        ``covariate, group, crude, overlap-weighted``: standardised differences of means from the
        reference.
    sizes : pandas.DataFrame
        ``group, n_patients, effective``: patients, and how many the weighted ones are worth.
    """

    fits: dict[str, LinearMixedModel]
    group: str
    reference: Any
    visit: str
    balance: pd.DataFrame
    sizes: pd.DataFrame

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per method, difference and visit.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``method, contrast``, the visit, and the tidy columns; bias-reduced cluster-robust
            standard errors with Bell and McCaffrey's degrees of freedom.
        """
        check_conf_level(conf_level)
        frames = []
        for method, fit in self.fits.items():
            weights = "proportional" if method == "standardised" else "equal"
            means = fit.marginal_means(self.group, by=self.visit, weights=weights)
            frame = means.contrasts(self.reference).tidy(conf_level)
            frame.insert(0, "method", method)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def summary(self) -> str:
        """Return differences, balance and sizes as text."""
        parts = (self.tidy(), self.balance, self.sizes)
        return "\n\n".join(["Comparison without randomisation", *map(frame_to_text, parts)])

    def __repr__(self) -> str:
        return f"Comparison without randomisation\n{frame_to_text(self.tidy())}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(), caption="Comparison without randomisation")


def compare_observed(
    outcome: str,
    data: pd.DataFrame,
    *,
    group: str,
    reference: Any,
    covariates: str | Sequence[str],
    subject: str,
    visit: str,
    cluster: str | None = None,
    covariance: str | Sequence[str] = "unstructured",
) -> ObservedComparison:
    """Compare groups that were not assigned by chance, in three ways at once.

    Answers how far a difference depends on the mix of patients. *Crude*: as they are.
    *Standardised*: the covariates are in the model, and every group is given the covariates of
    all patients. *Overlap-weighted*: patients count by how uncertain their group was, so that the
    groups are compared among patients who could have been in any. None of them can adjust for
    what was not recorded, and where the three disagree, the mix of patients matters.

    Parameters
    ----------
    outcome : str
        Column of the score or its change.
    data : pandas.DataFrame
        One row per patient and visit.
    group : str
        Column of the groups, such as the route; a property of the patient.
    reference : label
        The group that the others are compared with.
    covariates : sequence of str
        Columns known before treatment, such as baseline, sex and earlier failures; properties of
        the patient.
    subject, visit : str
        Columns of patient and visit.
    cluster : str, optional
        Column whose levels are independent, such as the clinic; the patient unless given.
    covariance : str or sequence of str
        As in `mmrm`.

    Returns
    -------
    ObservedComparison
        Differences, balance of the covariates, and effective numbers of patients.

    Raises
    ------
    ColumnError, DataError, ModelError, ConvergenceError
        As `mmrm`; also when the covariates tell the groups apart, so that nobody could have been
        in another.

    Notes
    -----
    The weights are the generalised overlap weights of Li and Li from a multinomial logistic
    model with main effects, scaled to a mean of 1, and taken as known. For two groups a covariate
    of the model is balanced exactly.

    References
    ----------
    Li F, Morgan KL, Zaslavsky AM (2018). JASA 113:390-400.
    Li F, Li F (2019). Annals of Applied Statistics 13:2389-2415.
    """
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    used = [outcome, group, *covariates, visit, subject, *([cluster] if cluster else [])]
    check_present(data, used, "compare_observed()")
    rows = data.loc[data[list(dict.fromkeys(used))].notna().all(axis=1)]
    rows = rows.assign(**{group: _as_factor(rows[group]), visit: _as_factor(rows[visit])})
    if rows.empty:
        raise DataError("No row is complete in the columns that the comparison uses.")
    patients = _patients(rows, subject, group, covariates)
    if reference not in set(patients[group]):
        raise DataError(f"reference= is not a level of {group!r} with a score.")
    design, names = _covariates(patients, covariates)
    weights = _overlap_weights(design, pd.Categorical(patients[group]))
    rows = rows.assign(**{_WEIGHT: rows[subject].map(pd.Series(weights, patients[subject]))})
    return ObservedComparison(
        fits=_fits(rows, outcome, group, covariates, subject, visit, cluster, covariance),
        group=group,
        reference=reference,
        visit=visit,
        balance=_balance(design, names, patients[group], weights, reference),
        sizes=_sizes(patients[group], weights),
    )


def _as_factor(column: pd.Series[Any]) -> pd.Series[Any]:
    """Make groups and visits factors of the levels that occur, also when they are numbers."""
    return column.astype("category").cat.remove_unused_categories()


def _patients(
    rows: pd.DataFrame, subject: str, group: str, covariates: Sequence[str]
) -> pd.DataFrame:
    """Take one row per patient, and refuse columns that change within patients."""
    columns = [group, *covariates]
    patients = rows[[subject, *columns]].drop_duplicates()
    if patients[subject].duplicated().any():
        levels = {name: rows[[subject, name]].drop_duplicates()[subject] for name in columns}
        changing = [name for name, owners in levels.items() if owners.duplicated().any()]
        n = int(levels[changing[0]][levels[changing[0]].duplicated()].nunique())
        raise DataError(
            f"Column {changing[0]!r} changes within {counted(n, 'patient')}; a comparison of "
            "groups takes what was known before treatment, one value per patient."
        )
    if patients[group].nunique() < 2:
        raise DataError(f"Column {group!r} has one level among the complete rows.")
    return patients.reset_index(drop=True)


def _covariates(
    patients: pd.DataFrame, covariates: Sequence[str]
) -> tuple[FloatArray, tuple[str, ...]]:
    """Code the covariates, with a constant first."""
    if not covariates:
        raise ColumnError("covariates= is empty; name at least one column, such as the baseline.")
    parsed = read_random("1 + " + " + ".join(covariates))
    columns, _, _ = read_columns(patients, parsed.predictors, factors=parsed.factors, whole=())
    encoding = encode(parsed, columns, len(patients))
    design = encoding.matrix(columns, len(patients))
    _check_rank(design, encoding.names)
    return design, encoding.names


def _check_rank(design: FloatArray, names: tuple[str, ...]) -> None:
    """Name covariates that say nothing beside those before them."""
    centred = design[:, 1:] - design[:, 1:].mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    has_length = lengths > _CONSTANT * np.linalg.norm(design[:, 1:], axis=0)
    unit = centred / np.where(has_length, lengths, np.inf)
    idle = [names[1 + index] for index in determined_columns(unit.T @ unit)]
    if idle:
        raise ModelError(
            f"The covariates {', '.join(map(repr, idle))} are constant, or determined by those "
            "before them, among the patients compared; leave them out."
        )


def _overlap_weights(design: FloatArray, group: pd.Categorical[Any]) -> FloatArray:
    """Weight patients by how uncertain their group was, with a mean of 1."""
    scale = design.std(axis=0)
    scale[scale == 0.0] = 1.0
    unit = np.column_stack(
        [design[:, :1], (design[:, 1:] - design[:, 1:].mean(axis=0)) / scale[1:]]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            chances = np.asarray(MNLogit(group.codes, unit).fit(disp=False, maxiter=200).predict())
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
            raise ModelError(_no_overlap()) from None
    own = chances[np.arange(len(group)), group.codes]
    if chances.min() < _SEPARATED and own.min() > 1.0 - _SEPARATED:
        raise ModelError(_no_overlap())
    weights = (1.0 / own) / (1.0 / chances).sum(axis=1)
    return np.asarray(weights / weights.mean())


def _no_overlap() -> str:
    return (
        "The covariates tell the groups apart, so that no patient could have been in another: "
        "there is nothing to compare. Leave out covariates that decide the group by themselves."
    )


def _fits(
    rows: pd.DataFrame,
    outcome: str,
    group: str,
    covariates: Sequence[str],
    subject: str,
    visit: str,
    cluster: str | None,
    covariance: str | Sequence[str],
) -> dict[str, LinearMixedModel]:
    """Fit the three models."""
    crude = f"{outcome} ~ {group} * {visit}"
    formulas = {
        "crude": crude,
        "standardised": f"{crude} + {' + '.join(covariates)}",
        "overlap-weighted": crude,
    }
    return {
        method: mmrm(
            formula,
            rows,
            subject=subject,
            visit=visit,
            covariance=covariance,
            weights=_WEIGHT if method == "overlap-weighted" else None,
            vcov="bias-reduced",
            cluster=cluster,
        )
        for method, formula in formulas.items()
    }


def _balance(
    design: FloatArray,
    names: tuple[str, ...],
    group: pd.Series[Any],
    weights: FloatArray,
    reference: Any,
) -> pd.DataFrame:
    """Compare means of the covariates between groups, in standard deviations of all patients."""
    spread = design.std(axis=0)
    rows = []
    of_reference = (group == reference).to_numpy()
    for level in [level for level in pd.unique(group) if level != reference]:
        own = (group == level).to_numpy()
        for index in range(1, len(names)):
            column = design[:, index] / (spread[index] or 1.0)
            crude = column[own].mean() - column[of_reference].mean()
            weighted = np.average(column[own], weights=weights[own]) - np.average(
                column[of_reference], weights=weights[of_reference]
            )
            rows.append((names[index], level, crude, weighted))
    return pd.DataFrame(rows, columns=["covariate", "group", "crude", "overlap-weighted"])


def _sizes(group: pd.Series[Any], weights: FloatArray) -> pd.DataFrame:
    """Count patients, and what the weighted ones are worth (Kish)."""
    frame = pd.DataFrame({"group": group.to_numpy(), "w": weights, "square": weights**2})
    sums = frame.groupby("group", observed=True)[["w", "square"]].sum()
    return pd.DataFrame(
        {
            "group": sums.index,
            "n_patients": frame.groupby("group", observed=True).size().to_numpy(),
            "effective": (sums["w"] ** 2 / sums["square"]).to_numpy(),
        }
    )
