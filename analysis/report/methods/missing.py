"""How missing scores were described, imputed and varied."""

from __future__ import annotations

from analysis.disclosure import Policy
from analysis.missing import (
    DropoutPredictors,
    ImputedAnalysis,
    MissingPatterns,
    TippingPoint,
    Visiting,
)
from analysis.report.methods.words import Method, describe
from analysis.results import counted

__all__: list[str] = []

_INFERENCE = {
    "jackknife": "standard errors by leaving out one patient at a time",
    "bootstrap": "standard errors by drawing patients again",
    "draws": "Rubin's rules over random draws",
}


@describe.register
def _(patterns: MissingPatterns, _policy: Policy) -> Method:
    """Say which visits the patterns are of."""
    return Method(
        subject=f"Patterns of missing {patterns.instrument}",
        sentences=(
            (
                f"Planned visits: {', '.join(patterns.visits)}. A visit is due when its window has "
                "closed; only a due visit can be missing."
            ),
        ),
    )


@describe.register(DropoutPredictors)
@describe.register(Visiting)
def _(result: DropoutPredictors | Visiting, _policy: Policy) -> Method:
    """Repeat what the model is about."""
    subject = "What foretells leaving" if isinstance(result, DropoutPredictors) else "Visits"
    return Method(subject=subject, sentences=(str(result.about),))


@describe.register
def _(fit: ImputedAnalysis, policy: Policy) -> Method:
    """Say how scores were imputed, and what was made of them."""
    row = fit.glance().iloc[0]
    draws = counted(int(row["n_draws"]), "time") if fit.inference != "jackknife" else ""
    told = [
        (
            f"Missing scores imputed from: {fit.formula}, assumption {row['strategy']}; covariance "
            f"{row['covariance']}."
        ),
        (
            f"Analysis: {row['analysis']}; {_INFERENCE.get(fit.inference, fit.inference)}"
            f"{f', repeated {draws}' if draws else ''}."
        ),
        f"Seed {row['seed']}." if fit.inference != "jackknife" else "",
    ]
    if policy.confidential:
        n = counted(int(row["n_subjects"]), "patient")
        told.append(f"{counted(int(row['n_imputed']), 'score')} imputed for {n}.")
    return Method(subject="Imputation", sentences=tuple(filter(None, told)))


@describe.register
def _(tipping: TippingPoint, _policy: Policy) -> Method:
    """Say what was varied, and where the conclusion is taken to turn."""
    level = f"{100 * tipping.conf_level:g}%"
    return Method(
        subject="Tipping point",
        sentences=(
            f"{tipping.about}.",
            (
                "Points are added to the scores imputed after patients left, until the "
                f"{level} interval of {tipping.term} holds {tipping.null:g}."
            ),
        ),
    )
