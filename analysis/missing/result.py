"""What imputation and analysis found, what was assumed, and how far chance moves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.missing.analyses import Analysis, completed_frame
from analysis.missing.completing import Imputation
from analysis.missing.resampling import Repeats
from analysis.missing.schedule import Schedule
from analysis.missing.strategies import STRATEGIES, Plan
from analysis.results import counted, frame_to_html, frame_to_text, tidy_frame

__all__ = ["ImputedAnalysis"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImputedAnalysis:
    """Estimates from completed scores, with inference that knows that scores were imputed.

    Parameters
    ----------
    formula : str
        The imputation model.
    repeats : Repeats
        Pooled estimates and those of every repeat.
    schedule, plan : Schedule, Plan
        Scores, and what was assumed about those that are missing; patient-level.
    imputation, analysis : Imputation, Analysis
        How scores are completed, and what is asked of them.
    inference : str
        ``"jackknife"``, ``"bootstrap"`` or ``"draws"``.
    seed : int
        Where the random numbers began; not used by the jackknife.
    fit : pandas.DataFrame
        One row about all of it, see `glance`.
    """

    formula: str
    repeats: Repeats
    schedule: Schedule
    plan: Plan
    imputation: Imputation
    analysis: Analysis
    inference: str
    seed: int
    fit: pd.DataFrame

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return one row per estimate: differences between arms first, then means.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``term, contrast`` (missing for means), the arm (missing for contrasts), the visit,
            and the tidy columns. The jackknife has the degrees of freedom of its variance, draws
            those of Barnard and Rubin; the bootstrap is normal.
        """
        pooled = self.repeats.pooled
        return tidy_frame(
            self.analysis.labels,
            estimate=pooled.estimate,
            std_error=pooled.std_error,
            df=pooled.df,
            conf_level=conf_level,
        )

    def glance(self) -> pd.DataFrame:
        """Return one row about the imputation, the analysis and their inference.

        Returns
        -------
        pandas.DataFrame
            ``analysis, strategy, inference, n_subjects, n_complete`` (patients with all scores),
            ``n_imputed, n_gaps`` (scores imputed before the event), ``n_after_event`` (at or
            after it), ``n_without_scores`` (patients with none), ``n_not_modelled`` (scores that
            are analysed but do not inform the model), ``n_draws, n_failed, seed``,
            ``monte_carlo_error`` (the largest of the estimates', in their own standard errors;
            of their standard errors relative to them where only those are random), ``converged,
            log_likelihood, covariance, method, notes``.
        """
        return self.fit.copy()

    def monte_carlo(self) -> pd.DataFrame:
        """Return how far another seed would move every number.

        Returns
        -------
        pandas.DataFrame
            The labels, ``estimate_error`` and ``std_error_error``: Monte-Carlo standard errors
            of estimate and standard error; 0 where nothing is random.
        """
        pooled = self.repeats.pooled
        return self.analysis.labels.assign(
            estimate_error=pooled.estimate_error, std_error_error=pooled.std_error_error
        )

    def imputed(self) -> pd.DataFrame:
        """Count scores by arm and visit: known, and imputed by each assumption.

        Returns
        -------
        pandas.DataFrame
            The arm, the visit, ``n`` (patients), ``n_known, n_gap`` (imputed before the event,
            missing at random) and a count per strategy that was used after it.
        """
        schedule, plan = self.schedule, self.plan
        missing, after = ~plan.known, plan.after
        counts = {
            "n": np.ones_like(plan.known),
            "n_known": plan.known,
            "n_gap": missing & ~after,
        }
        for place, name in enumerate(STRATEGIES):
            own = missing & after & (plan.strategy == place)[:, None]
            if own.any():
                counts[f"n_{name}"] = own
        arms = range(schedule.n_arms)
        sums = {
            name: np.concatenate([places[schedule.arm == arm].sum(axis=0) for arm in arms])
            for name, places in counts.items()
        }
        labels: dict[str, object] = {schedule.visit_column: list(schedule.visits) * len(arms)}
        if schedule.arm_column is not None:
            labels = {schedule.arm_column: np.repeat(schedule.arms, schedule.n_visits)} | labels
        return pd.DataFrame(labels | sums)

    def support(self) -> pd.DataFrame:
        """Return the fewest patients behind each estimate, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            ``term, n, residual_df``: the fewest patients with a known score, over the arms and
            the visit that an estimate is about (missing for a user's function, of which nobody
            knows), and patients less coefficients of the analysis.
        """
        labels = self.analysis.labels
        arm, visit = self.schedule.arm_column, self.schedule.visit_column
        residual = self.schedule.n_subjects - self.analysis.n_fixed
        frame = pd.DataFrame({"term": labels["term"].to_numpy()})
        if "contrast" not in labels.columns or visit not in labels.columns:
            return frame.assign(n=np.nan, residual_df=residual)
        known = self.imputed()
        numbers = []
        for row in labels.to_dict("records"):
            of_row = known[known[visit] == row[visit]]
            if arm is not None and row[arm] is not None:
                of_row = of_row[of_row[arm] == row[arm]]
            elif arm is not None:
                names = [f"{label} - {self.schedule.arms[0]}" for label in of_row[arm]]
                is_other = np.array(names) == row["contrast"]
                of_row = of_row[is_other | (of_row[arm] == self.schedule.arms[0]).to_numpy()]
            numbers.append(int(of_row["n_known"].min()))
        return frame.assign(n=numbers, residual_df=residual)

    def completed(self) -> pd.DataFrame:
        """Return the rows with missing scores filled in by their conditional means.

        Returns
        -------
        pandas.DataFrame
            All columns of the data and ``imputed``. Patient-level detail, marked by
            ``attrs["patient_level"]``; `release` refuses it.

        Notes
        -----
        The means vary less than scores do: count no responders and estimate no variance from
        them; `drawn` gives scores for that.
        """
        completed = self.imputation.means(self.imputation.fitted)
        return self._marked(completed_frame(self.schedule, completed))

    def drawn(self, n_draws: int) -> pd.DataFrame:
        """Return the rows with missing scores drawn several times.

        Parameters
        ----------
        n_draws : int
            Completed data sets.

        Returns
        -------
        pandas.DataFrame
            ``draw`` (from 1), all columns of the data and ``imputed``; patient-level detail, as
            `completed`. With ``inference="draws"`` the first of them are those that were pooled.

        Raises
        ------
        ModelError
            When fewer than one is asked for, or a resample cannot be fitted.
        """
        if n_draws < 1:
            raise ModelError("n_draws must be at least 1.")
        attempts = self.repeats.attempts if self.inference == "draws" else np.arange(n_draws)
        frames = [
            self._drawn(draw, int(attempt))
            for draw, attempt in enumerate(attempts[:n_draws], start=1)
        ]
        together = pd.concat(frames, ignore_index=True)
        together.attrs["patient_level"] = True
        return together

    def _drawn(self, draw: int, attempt: int) -> pd.DataFrame:
        """Draw scores anew by the random numbers of an attempt."""
        imputation = self.imputation
        weights, rng = imputation.resample(self.seed, attempt)
        refits = imputation.weighted(weights[None])
        for error in refits.errors.values():
            raise error
        completed = imputation.drawn(refits.parameters, imputation.noise([rng]))[0]
        frame = self._marked(completed_frame(self.schedule, completed))
        frame.insert(0, "draw", draw)
        return frame

    def _marked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Say which scores are imputed, and that the rows are of patients."""
        frame = frame.assign(imputed=~self.plan.known.ravel())
        frame.attrs["patient_level"] = True
        return frame

    def summary(self) -> str:
        """Return estimates, what was imputed, and how, as text."""
        row = self.fit.iloc[0]
        about = frame_to_text(pd.DataFrame({"fit": row.index, "value": row.to_numpy(object)}))
        parts = (frame_to_text(self.tidy()), frame_to_text(self.imputed()), about)
        return "\n\n".join([self._head(), *parts])

    def _head(self) -> str:
        """Say what was done in one line."""
        row = self.fit.iloc[0]
        return (
            f"{row['analysis']} of {counted(self.schedule.n_subjects, 'patient')}, "
            f"{counted(int(row['n_imputed']), 'score')} imputed by {self.formula} "
            f"({row['strategy']}); {self.inference}"
        )

    def __repr__(self) -> str:
        note = self.fit["notes"].iloc[0]
        table = f"{self._head()}\n{frame_to_text(self.tidy())}"
        return table if note == "none" else f"{table}\nNote: {note}"

    def _repr_html_(self) -> str:
        note = self.fit["notes"].iloc[0]
        caption = self._head() if note == "none" else f"{self._head()}. Note: {note}"
        return frame_to_html(self.tidy(), caption=caption)
