"""What foretells that patients drop out: each predictor alone, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import pandas as pd

from analysis.errors import ConvergenceError, DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.logistic_fit import logistic
from analysis.missing.rows_at_risk import dropout_rows
from analysis.outcomes.rules import Rules
from analysis.results import frame_to_html, frame_to_text
from analysis.study import Study

__all__ = ["PREDICTORS", "DropoutPredictors", "dropout_predictors"]

PREDICTORS = ("last_score", "last_change", "baseline", "side_effects", "site_id")
"""What may foretell dropout: known before the visit, and in `dropout_rows`."""

_NEEDS = {"side_effects": "not computable: needs the table adverse_events."}
_DETERMINED = "last_change"  # the last score less the baseline, once both are in the model


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DropoutPredictors:
    """Models of dropping out at a due visit, given what was known before.

    Parameters
    ----------
    alone : mapping of str to ClusteredModel
        The model of each predictor with the visit.
    together : ClusteredModel
        The model of all that could be fitted, with the visit.
    left_out : mapping of str to str
        Predictors that could not be fitted, and why.
    about : str
        Who is at risk of what, in sentences.
    """

    alone: Mapping[str, ClusteredModel]
    together: ClusteredModel
    left_out: Mapping[str, str]
    about: str

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return one row per model and coefficient of a predictor.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.
        exponentiate : bool
            Show odds ratios; ``std_error`` stays that of the log odds ratio.

        Returns
        -------
        pandas.DataFrame
            ``model`` ("alone" or "together"), ``term`` and the tidy columns; without those of
            the visits.
        """
        return self._stacked(lambda fit: fit.tidy(conf_level, exponentiate=exponentiate))

    def support(self) -> pd.DataFrame:
        """Return the fewest patients and events behind each row of `tidy`, for `release`."""
        return self._stacked(ClusteredModel.support)

    def glance(self) -> pd.DataFrame:
        """Return one row about the model of all predictors together, see `ClusteredModel`."""
        return self.together.glance()

    def _stacked(self, table: Callable[[ClusteredModel], pd.DataFrame]) -> pd.DataFrame:
        """Stack a table of every model, without the rows of intercepts."""
        fits = [("alone", fit) for fit in self.alone.values()] + [("together", self.together)]
        frames = []
        for name, fit in fits:
            frame = table(fit)
            frame.insert(0, "model", name)
            frames.append(frame)
        rows = pd.concat(frames, ignore_index=True)
        own = rows["term"].ne("Intercept") & ~rows["term"].str.startswith("visit[")
        return rows[own].reset_index(drop=True)

    def _notes(self) -> str:
        """Say who is at risk, and which predictors are not there."""
        absent = [f"{name}: {why}" for name, why in self.left_out.items()]
        return " ".join([self.about, *(["Left out:", *absent] if absent else [])])

    def summary(self) -> str:
        """Return the odds ratios and the row about the fit as text."""
        return "\n\n".join([repr(self), frame_to_text(self.glance())])

    def __repr__(self) -> str:
        return f"{_TITLE}\n{frame_to_text(self.tidy(exponentiate=True))}\n{self._notes()}"

    def _repr_html_(self) -> str:
        return frame_to_html(self.tidy(exponentiate=True), caption=f"{_TITLE}. {self._notes()}")


_TITLE = "Odds ratios of dropping out at the next due visit"


def dropout_predictors(
    study: Study,
    instrument: str,
    *,
    predictors: Sequence[str] = PREDICTORS,
    **rules: Unpack[Rules],
) -> DropoutPredictors:
    """Estimate what foretells that a patient drops out before the next due visit.

    Answers whether those who leave do so at random: an odds ratio of the last score over 1 means
    that who does badly leaves, so that those who stay look too well. What foretells dropout here
    belongs into the model of the analysis or into `attrition_weights`. What was never recorded
    cannot be seen.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    predictors : sequence of str
        Columns of `dropout_rows`. With last_score and baseline in the model of all, last_change
        is determined and stands alone only.
    **rules
        As in `dropout_rows`.

    Returns
    -------
    DropoutPredictors
        Odds ratios per point, session or against the first clinic, with standard errors robust
        by patient.

    Raises
    ------
    ColumnError
        When a predictor is not a column of `dropout_rows`.
    DataError
        When nobody drops out, or no predictor can be fitted.

    Notes
    -----
    Pooled logistic regression over the due visits, which is the discrete-time proportional-odds
    model of dropout; each visit has an intercept, and visits at which nobody drops out say
    nothing and are left out. Rows without a predictor are left out and counted.

    References
    ----------
    Allison PD (1982). Sociological Methodology 13:61-98.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = dropout_predictors(study, "PHQ-9", predictors=["last_score", "baseline"])
    >>> found.tidy()[["model", "term"]].to_numpy().tolist()[:2]
    [['alone', 'last_score'], ['alone', 'baseline']]
    """
    rows = dropout_rows(study, instrument, **rules)
    absent = {name: _NEEDS[name] for name in predictors if name in _NEEDS and name not in rows}
    predictors = [name for name in predictors if name not in absent]
    check_present(rows, predictors, "predictors=")
    leaves = rows.groupby("visit", observed=True)["dropped_out"].transform("any")
    if not leaves.any():
        raise DataError("Nobody has dropped out at a due visit, so that nothing foretells it.")
    risk = _without_unused(rows[leaves], predictors)
    alone, left_out = _alone(risk, predictors)
    kept = [name for name in predictors if name in alone]
    if not kept:
        raise DataError("No predictor varies enough to be fitted; name others by predictors=.")
    if {"last_score", "baseline"} <= set(kept):
        kept = [name for name in kept if name != _DETERMINED]
    together = _fit(risk, kept, "Model of dropout, all predictors")
    return DropoutPredictors(
        alone=alone, together=together, left_out=absent | left_out, about=_about(instrument)
    )


def _without_unused(rows: pd.DataFrame, predictors: Sequence[str]) -> pd.DataFrame:
    """Drop the levels of factors that no row has."""
    factors = [
        name for name in ("visit", *predictors) if isinstance(rows[name].dtype, pd.CategoricalDtype)
    ]
    return rows.assign(**{name: rows[name].cat.remove_unused_categories() for name in factors})


def _alone(
    risk: pd.DataFrame, predictors: Sequence[str]
) -> tuple[dict[str, ClusteredModel], dict[str, str]]:
    """Fit each predictor with the visit; say why where that cannot be done."""
    fits, left_out = {}, {}
    for name in predictors:
        try:
            fits[name] = _fit(risk, [name], f"Model of dropout, {name} alone")
        except ConvergenceError:
            left_out[name] = "in one of its levels nobody, or everybody, drops out."
        except ModelError:
            left_out[name] = "it does not vary."
    return fits, left_out


def _fit(risk: pd.DataFrame, names: Sequence[str], title: str) -> ClusteredModel:
    """Fit dropout by the visit and some predictors."""
    visit = ["visit"] if len(risk["visit"].cat.categories) > 1 else []
    formula = " + ".join([*visit, *names])
    return logistic(formula, risk, event="dropped_out", subject="subject_id", title=title)


def _about(instrument: str) -> str:
    """Say who is at risk of what."""
    return (
        "At risk: patients with a baseline at the threshold, at each due visit until no "
        f"{instrument} score follows. Per point of a score and per session with an adverse "
        "event; standard errors robust by patient."
    )
