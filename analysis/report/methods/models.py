"""How mixed models and hazard models were fitted."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import Members, Policy
from analysis.mixed import LinearMixedModel
from analysis.mixed.means.contrasts import Contrasts
from analysis.mixed.means.marginal import MarginalMeans
from analysis.outcomes import FEWEST
from analysis.outcomes.trajectory import MeanCourse
from analysis.report.methods.words import Method, describe, dropped, patients
from analysis.results import counted
from analysis.survival import CoxModel

__all__: list[str] = []

_METHODS = {"reml": "restricted maximum likelihood (REML)", "ml": "maximum likelihood"}
_DF = {
    "kenward-roger": "Kenward and Roger",
    "satterthwaite": "Satterthwaite",
    "between-within": "between and within patients",
    "residual": "the residuals",
}
_VCOV = {
    "model": "those of the model",
    "empirical": "empirical (CR0), so that the covariance need not be right",
    "bias-reduced": "bias-reduced empirical (CR2), so that the covariance need not be right",
    "jackknife": "of the jackknife (CR3), so that the covariance need not be right",
}
_AT_RANDOM = (
    "Every recorded score counts, also of patients who leave. The estimates are right if, given "
    "the terms of the model and the recorded scores, leaving does not depend on the scores that "
    "were not recorded (missing at random)."
)


@describe.register
def _(fit: LinearMixedModel, policy: Policy) -> Method:
    """Say which mixed model it is."""
    kind = "Linear mixed model" if fit.random else "Mixed model for repeated measures"
    return Method(
        subject=kind,
        sentences=(f"Formula: {fit.formula}.", *_fitted(fit, policy), _AT_RANDOM),
    )


@describe.register
def _(course: MeanCourse, policy: Policy) -> Method:
    """Say which model the mean course is of, and who is in it."""
    found = Members.of(course.frame)
    behind = patients(_anybody(found), "a mean course", policy) if found else ""
    level = f"Visits of fewer than {FEWEST} patients are left out."
    split = f"By {course.by}." if course.by else "All patients together."
    return Method(
        subject="Course of the score",
        sentences=tuple(
            filter(
                None,
                [
                    f"Linear mixed model: {course.fit.formula}. {split}",
                    *_fitted(course.fit, policy),
                    behind,
                    level,
                    _AT_RANDOM,
                ],
            )
        ),
    )


def _anybody(members: Members) -> pd.Series:
    """Name the patients who are in any count."""
    inside = pd.DataFrame(dict(enumerate(members.sets.values()))).any(axis=1).to_numpy(bool)
    return pd.Series(members.units[inside], dtype="object")


def _fitted(fit: LinearMixedModel, policy: Policy) -> list[str]:
    """Say how a mixed model was fitted, from its own row about the fit."""
    row = fit.glance().iloc[0]
    info = f", from the {row['information']} information" if _has(row, "information") else ""
    known = [
        _covariance(fit, row),
        (
            f"Fitted by {_METHODS.get(row['method'], row['method'])}; standard errors are "
            f"{_VCOV.get(row['vcov'], row['vcov'])}, degrees of freedom by "
            f"{_DF.get(row['df_method'], row['df_method'])}{info}."
        ),
        f"At the bound of what is possible: {row['boundary']}." if _has(row, "boundary") else "",
        dropped(row["n_dropped"], "Rows", policy),
    ]
    if policy.confidential:
        scores = counted(int(row["n_obs"]), "score")
        known.append(f"{scores} of {counted(int(row['n_subjects']), 'patient')}.")
    return [text for text in known if text]


def _covariance(fit: LinearMixedModel, row: pd.Series) -> str:
    """Say what ties the scores of a patient together, and what could not be estimated before."""
    if fit.random:
        return f"{_random_part(fit.random)} per patient; residuals {row['covariance']}."
    given_up = [
        note.partition(" was given up")[0].removeprefix("covariance ")
        for note in str(row["notes"]).split("; ")
        if " was given up" in note
    ]
    before = f" Asked for before, and not to be estimated: {', '.join(given_up)}."
    structure = str(row["covariance"])
    article = "an" if structure[0] in "aeiou" else "a"
    return (
        f"Scores of a patient are tied by {article} {structure} covariance between visits."
        f"{before if given_up else ''}"
    )


def _random_part(formula: str) -> str:
    """Write the random part of a model in words."""
    terms = [term.strip() for term in formula.split("+")]
    slopes = [term for term in terms if term not in ("0", "1")]
    intercept = "A random intercept" if "1" in terms else "No random intercept"
    return f"{intercept} and random slopes of {', '.join(slopes)}" if slopes else intercept


def _has(row: pd.Series, name: str) -> bool:
    """Tell whether a fit says anything under a name."""
    return name in row and str(row[name]) not in ("none", "None", "", "nan")


@describe.register
def _(means: MarginalMeans, _policy: Policy) -> Method:
    """Say which means of a model they are."""
    by = f" at each {' and '.join(means.by)}" if means.by else ""
    return Method(
        subject="Marginal means",
        sentences=(
            (
                f"Means of the model for each {' and '.join(means.specs)}{by}, numeric terms at "
                "their mean over the rows used."
            ),
        ),
    )


@describe.register
def _(contrasts: Contrasts, _policy: Policy) -> Method:
    """Say which differences of means are tested, and how."""
    how, what = contrasts.adjustment, contrasts.hypothesis
    looks = (
        "p-values and limits are not adjusted for several looks"
        if how.method in ("none", "None", None)
        else f"p-values and limits are adjusted by {how.method} within each family ({how.family})"
    )
    margin = f" about a margin of {what.margin:g}" if what.margin else ""
    return Method(subject="Differences", sentences=(f"{what.side} tests{margin}; {looks}.",))


@describe.register
def _(fit: CoxModel, policy: Policy) -> Method:
    """Say which hazard model it is."""
    row = fit.glance().iloc[0]
    return Method(
        subject="Hazard ratios",
        sentences=(
            f"Cox model: {fit.formula}; ties by {row['ties']}; standard errors {row['vcov']}.",
            "Ratios of hazards are taken to be the same at all times.",
            dropped(row["n_dropped"], "Rows", policy),
        ),
    )
