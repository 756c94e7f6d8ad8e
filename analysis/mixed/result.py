"""The result of a mixed model and what is read off it.

Fitting is in mmrm.py and lmm.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.formulas.bounded_support import CellCounts, at_least_at, at_least_behind
from analysis.formulas.population import Population
from analysis.formulas.support import fewest_behind, patients_at
from analysis.mixed.design.description import Description
from analysis.mixed.inference.components import (
    component_frame,
    components,
    random_covariance,
    residual_covariance,
)
from analysis.mixed.inference.fitting import Engine
from analysis.mixed.inference.fixed_effects import FixedEffects, joint_test, tidy_coefficients
from analysis.mixed.inference.prediction import predict_rows, residual_frame, simulate_outcomes
from analysis.mixed.inference.random_effects import (
    clinic_effects,
    patient_effects,
    random_effect_frame,
)
from analysis.mixed.inference.type_three import type_three_contrasts
from analysis.mixed.means.marginal import MarginalMeans, build_marginal_means
from analysis.results import FloatArray, frame_to_html, frame_to_text

__all__ = ["LinearMixedModel"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LinearMixedModel:
    """A fitted mixed model: of repeated measures (`mmrm`), or with random effects (`lmm`).

    Parameters
    ----------
    formula, random : str
        The mean and the patient's random part; empty without random effects.
    method : str
        ``"reml"`` or ``"ml"``.
    fixed : FixedEffects
        Coefficients and what their inference needs.
    population : Population
        What is needed to evaluate the mean for other rows.
    fit : pandas.DataFrame
        One row about the fit, see `glance`.
    engine : Engine
        The fit in its own coordinates, with the rows used; patient-level.
    """

    formula: str
    random: str
    method: str
    fixed: FixedEffects
    population: Population
    fit: pd.DataFrame
    engine: Engine

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per coefficient, with t inference.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``term`` and the tidy columns.
        """
        return tidy_coefficients(self.fixed, conf_level=conf_level)

    def glance(self) -> pd.DataFrame:
        """Return one row about the fit.

        Returns
        -------
        pandas.DataFrame
            ``log_likelihood, aic, aicc, bic, n_parameters, n_subjects, n_obs, n_dropped,
            converged, newton_decrement, df_method, vcov, method, information, covariance,
            boundary, notes``.

        Notes
        -----
        Criteria as SAS PROC MIXED: parameters are the variances that are free (not those on the
        boundary), under ML also the coefficients; AICC takes n - p rows under REML and n under
        ML; BIC takes the number of patients. R's lme4 counts the coefficients under REML too and
        takes rows in BIC. The restricted log-likelihood has the constant of R and SAS. `notes`
        holds what was left out and which structures of a fallback did not converge.
        """
        return self.fit.copy()

    def support(self) -> pd.DataFrame:
        """Return the fewest patients behind each coefficient, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            ``term, n, residual_df``: fewest patients of a level or cell that the coefficient
            compares, and rows less coefficients. Of a fit from sums `n` is how many there are at
            least, and missing where a number takes part, see `at_least_behind`.
        """
        rows, about = self.engine.kept_rows, self.engine.about
        if rows is None:
            behind = at_least_behind(about.encoding, _cell_counts(about))
        else:
            sizes = rows.design.panel.sizes
            patient = np.repeat(np.arange(sizes.size), sizes)
            behind = fewest_behind(about.encoding, rows.design.columns, patient=patient)
        return behind.assign(residual_df=self.fixed.residual_df)

    def _patients_at(self, levels: pd.DataFrame) -> FloatArray:
        """Count the patients with a row at given levels; of a fit from sums, how many at least."""
        rows = self.engine.kept_rows
        if rows is None:
            return at_least_at(_cell_counts(self.engine.about), levels)
        sizes = rows.design.panel.sizes
        patient = np.repeat(np.arange(sizes.size), sizes)
        return patients_at(rows.design.columns, levels, patient=patient)

    def variance_components(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return variances, covariances and the residual variance.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``group, term_1, term_2, estimate, conf_low, conf_high, kind`` (variance, covariance
            or residual). Variances have Satterthwaite's chi-square interval, covariances a
            normal one, as SAS; on the boundary there is none.
        """
        engine = self.engine
        table = components(engine.model, engine.optimum, self.fixed.theta_cov, engine.units)
        return component_frame(table, conf_level=conf_level)

    def covariance(self) -> pd.DataFrame | dict[str, pd.DataFrame]:
        """Return the covariance of a patient's scores between visits.

        Returns
        -------
        pandas.DataFrame or dict of str to pandas.DataFrame
            Visits by visits, in squared units of the outcome; per group when the fit has a
            covariance per group. The variance of a clinic intercept is not in it.

        Raises
        ------
        ModelError
            When patients have points in time of their own, so that there are no visits.
        """
        about, has_visits = self.engine.about, self.engine.on_visits
        if not has_visits:
            raise ModelError(
                "This fit has no visits to give covariances for; see variance_components()."
            )
        matrices = _visit_covariances(self.engine)
        visits = about.visits
        frames = [pd.DataFrame(matrix, index=visits, columns=visits) for matrix in matrices]
        groups = self.engine.units.groups
        return frames[0] if len(frames) == 1 else dict(zip(groups, frames, strict=True))

    def random_effects(self) -> pd.DataFrame:
        """Return the predicted random effects of every patient.

        Returns
        -------
        pandas.DataFrame
            Patient column, ``term, estimate, std_error``. Patient-level detail, marked by
            ``attrs["patient_level"]``; not for release.

        Raises
        ------
        ModelError
            When the model has no random effects of patients.
        """
        model = self.engine.model
        if not model.random:
            raise ModelError("This model has no random effects of patients; lmm fits them.")
        rows = self.engine.rows
        effects, std_error = patient_effects(model, self.engine.optimum.at, rows)
        unit = self.engine.standard.scale / self.engine.units.z_scale
        terms = tuple(term for block in model.random for term in block.terms)
        return random_effect_frame(
            rows.design.subjects, terms, effects=effects * unit, std_error=std_error * unit
        )

    def clinic_effects(self) -> pd.DataFrame:
        """Return the predicted intercepts of clinics.

        Returns
        -------
        pandas.DataFrame
            Clinic column, ``estimate, std_error``: the clinic's mean minus that of all, drawn
            towards zero.

        Raises
        ------
        ModelError
            When the model has no clinic intercept.
        """
        clinics = self.engine.about.clinics
        if not len(clinics):
            raise ModelError("This model has no clinic intercept; nested_in= adds one.")
        effects, std_error = clinic_effects(self.engine.optimum.at, self.engine.model.n_fixed)
        scale = self.engine.standard.scale
        return pd.DataFrame(
            {
                clinics.name: clinics,
                "estimate": effects * scale,
                "std_error": std_error * scale,
            }
        )

    def joint_tests(self) -> pd.DataFrame:
        """Test each term of the mean as a whole (type III).

        Returns
        -------
        pandas.DataFrame
            ``term, df1, df2, statistic, p_value`` of F tests at the fit's degrees of freedom.

        Notes
        -----
        A factor is tested with all others averaged over their levels, so that the coding of
        factors does not matter; a numeric predictor in an interaction stands at zero, as in SAS
        and in R's car: centre it first. With Kenward-Roger the statistic is their scaled F, as
        in SAS, not Wald's, as in R's emmeans. Without an intercept, a factor that takes its place
        is tested for means that are all zero, not for differences. A term of which a part cannot
        be estimated, because columns were dropped, is tested for the rest, with fewer ``df1``.
        """
        contrasts = type_three_contrasts(self.engine.about)
        tests = [{"term": term, **joint_test(L, self.fixed)} for term, L in contrasts.items()]
        frame = pd.DataFrame(tests, columns=["term", "df1", "df2", "statistic", "p_value"])
        return frame.astype({"df1": int})

    def predict(
        self,
        new_data: pd.DataFrame,
        conf_level: float = 0.95,
        *,
        conditional: bool = False,
        interval: str = "confidence",
    ) -> pd.DataFrame:
        """Predict new rows: the mean of the population, or scores given a patient's history.

        Parameters
        ----------
        new_data : pandas.DataFrame
            Complete rows with the predictors of the model. With `conditional` also the patient,
            what the covariance needs (the visit, the day) and the outcome, missing where it is
            to be predicted.
        conf_level : float
            Two-sided coverage of the interval.
        conditional : bool
            Given the outcomes of the same patient in other rows of `new_data`. A row with an
            outcome is predicted by it.
        interval : str
            ``"confidence"``: for the mean. ``"prediction"``: for a score.

        Returns
        -------
        pandas.DataFrame
            ``estimate, std_error, df, conf_low, conf_high`` on the index of `new_data`.

        Raises
        ------
        ColumnError
            When a column is missing.
        DataError
            When a predictor is missing or has a level that the fit has not seen.

        Notes
        -----
        Standard errors count the uncertainty of the coefficients and not that of the variances;
        with a clinic intercept, other patients of the clinic are not used.
        """
        return predict_rows(
            self.engine,
            self.fixed,
            self.population,
            new_data,
            conditional=conditional,
            interval=interval,
            conf_level=conf_level,
        )

    def residuals(self, kind: str = "response") -> pd.DataFrame:
        """Return the residuals of the rows used.

        Parameters
        ----------
        kind : str
            ``"response"``: outcome minus mean. ``"pearson"``: divided by its standard deviation.
            ``"normalized"``: also freed of the correlation within the patient, so that it is
            independent standard normal when the model holds.

        Returns
        -------
        pandas.DataFrame
            Patient, visit where there is one, ``fitted, residual``; the index is the position of
            the row in the frame given. Patient-level detail, marked by
            ``attrs["patient_level"]``; not for release.
        """
        return residual_frame(self.engine, kind)

    def simulate(self, seed: int, n_draws: int = 1) -> pd.DataFrame:
        """Draw new outcomes for the rows used from the fitted model.

        Parameters
        ----------
        seed : int
            Of the random numbers; the same seed gives the same outcomes.
        n_draws : int
            How many data sets.

        Returns
        -------
        pandas.DataFrame
            Patient, visit where there is one, and a column ``draw_1, draw_2 …`` per data set.

        Notes
        -----
        Coefficients and variances stand at their estimates.
        """
        return simulate_outcomes(self.engine, seed, n_draws)

    def marginal_means(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] | None = None,
        weights: str = "equal",
        at: Mapping[str, Iterable[float] | float] | None = None,
    ) -> MarginalMeans:
        """Estimate means at chosen levels, the other predictors averaged out.

        Answers "what is the mean under each arm, for the same mix of patients". Numeric
        predictors stand at their mean over the rows used, as in R's emmeans; unlike there, a
        number with two values is no factor.

        Parameters
        ----------
        specs : str or sequence of str
            Columns whose levels are compared.
        by : str or sequence of str, optional
            Columns within whose levels they are compared.
        weights : str
            ``"equal"``: the combinations of the other factors count the same.
            ``"proportional"``: by their number of rows.
        at : mapping of str to numbers, optional
            Values of numeric predictors, such as ``{"day": [0, 28]}`` or ``{"day": 28}``.

        Returns
        -------
        MarginalMeans
            A result with ``tidy()`` and ``contrasts()``.

        Raises
        ------
        ColumnError
            When a name is no predictor, or a numeric predictor has no values in `at`.
        ModelError
            When `weights` is unknown.

        References
        ----------
        Searle SR, Speed FM, Milliken GA (1980). The American Statistician 34:216-221.
        """
        return build_marginal_means(
            self.fixed, self.population, specs=specs, by=by, weights=weights, at=at,
            count=self._patients_at, at_least=self.engine.kept_rows is None,
        )  # fmt: skip

    def summary(self) -> str:
        """Return the fit, its coefficients and its variances as text."""
        return "\n\n".join(
            [
                f"{self._kind()}: {self.formula}",
                self._parts(),
                _fit_text(self.fit),
                frame_to_text(self.tidy()),
                frame_to_text(self.variance_components()),
            ]
        )

    def _kind(self) -> str:
        return "Linear mixed model" if self.random else "Mixed model for repeated measures"

    def _parts(self) -> str:
        """Say what varies around the mean."""
        subject = self.engine.units.subject
        covariance = str(self.fit["covariance"].iloc[0])
        parts = [f"random {self.random} | {subject}"] if self.random else []
        if not self.random or covariance != "independent":
            parts.append(f"{covariance} covariance within {subject}")
        clinic = self.engine.about.roles.clinic
        return ", ".join([*parts, f"random intercept of {clinic}"] if clinic else parts)

    def __repr__(self) -> str:
        row = self.fit.iloc[0]
        head = (
            f"{self._kind()} ({self.method.upper()}): {self.formula}, {self._parts()}; "
            f"{row['n_obs']} rows of {row['n_subjects']} patients"
        )
        note = self._note()
        table = f"{head}\n{frame_to_text(self.tidy())}"
        return f"{table}\n{note}" if note else table

    def _repr_html_(self) -> str:
        caption = f"{self._kind()}: {self.formula}, {self._parts()}"
        note = self._note()
        return frame_to_html(self.tidy(), caption=f"{caption}. {note}" if note else caption)

    def _note(self) -> str:
        """Return what a reader must know about the fit; empty when there is nothing."""
        notes = self.fit["notes"].iloc[0]
        return "" if notes == "none" else f"Note: {notes}"


def _cell_counts(about: Description) -> CellCounts:
    """Give what sums on visits tell of patients by level: a patient has one row at a visit."""
    return CellCounts(
        population=about.population,
        visit=str(about.roles.visit),
        n_visits=len(about.visits),
        n_subjects=about.n_subjects,
    )


def _visit_covariances(engine: Engine) -> list[FloatArray]:
    """Compute the covariance between visits of every group, in the units of the data."""
    model, units = engine.model, engine.units
    random: FloatArray = np.zeros(())
    if model.random:
        rows = engine.rows
        Z = rows.Z[rows.design.panel.row_of_visit()] * units.z_scale
        random = Z @ random_covariance(engine.optimum, units) @ Z.T
    return [
        random + residual_covariance(model, engine.optimum, index, engine.distances, units)
        for index in range(len(model.structures))
    ]


def _fit_text(fit: pd.DataFrame) -> str:
    """Show the row about the fit upright, without the decrement, which is rounding."""
    row = fit.drop(columns="newton_decrement").iloc[0]
    return frame_to_text(pd.DataFrame({"fit": row.index, "value": row.to_numpy(dtype=object)}))
