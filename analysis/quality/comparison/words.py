"""What a comparison with a published cohort is about, and what it cannot show, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.quality.comparison.question import Source, window_words

__all__ = ["OWN", "About", "cannot_show", "estimand_parts", "title"]

OWN = "this study"
"""How the clinic is named beside the published cohort."""

_NO_CONTROL = (
    "Neither cohort has a control group: the difference is no effect of the treatment, and no "
    "grade of the clinic."
)


@dataclass(frozen=True, kw_only=True)
class About:
    """Names, rules and assumptions of a comparison, in words.

    Parameters
    ----------
    rule : str
        Rule of the outcome, or what the change is.
    visit : str
        The clinic's own window, and how a score is chosen.
    entry : str
        Whose baseline makes them evaluable.
    baseline : str
        How the baseline is made.
    regression : str
        The model of regression to the mean, or why there is none.
    verified : bool
        Whether the rule was read in a publication that uses it.
    spread_from : str
        Of a mean: where the published standard deviation comes from.
    """

    rule: str
    visit: str
    entry: str
    baseline: str
    regression: str
    verified: bool = True
    spread_from: str = ""


def title(source: Source) -> str:
    """Name what is compared.

    Parameters
    ----------
    source : Source
        The published figure.

    Returns
    -------
    str
        Measure, scale, window and both cohorts.
    """
    figure = source.figure
    return (
        f"{figure.measure.capitalize()} by {figure.scale}, {window_words(figure)}: "
        f"{OWN} beside {source.study.name}"
    )


def cannot_show(about: About, source: Source) -> tuple[str, ...]:
    """Say what the comparison cannot show.

    Parameters
    ----------
    about : About
        The clinic's side.
    source : Source
        The published figure.

    Returns
    -------
    tuple of str
        Sentences.
    """
    study = source.study
    return (
        _NO_CONTROL,
        "Patients were chosen differently and nothing is adjusted.",
        f"There: {study.setting}, {study.indication}, {study.schedule}. Here: {about.entry}.",
        _missing(source),
        *_doubts(about, source),
    )


def _missing(source: Source) -> str:
    """Say how much of the published cohort was seen."""
    share = source.completeness
    seen = (
        f"which part of its treated {source.study.name} rests on was not published"
        if share is None
        else f"{source.study.name} rests on {share:.1%} of its treated"
    )
    return (
        f"Who has a score may differ from who has none, on both sides: {seen}. The interval counts "
        "chance only, and not who is missing."
    )


def _doubts(about: About, source: Source) -> list[str]:
    """Say what was not read in a publication, or only roughly."""
    figure, doubts = source.figure, []
    if not figure.verified:
        doubts.append(f"The published figure is not verified ({figure.evidence}): confirm it.")
    if not about.verified:
        doubts.append("The published rule is not verified: confirm it.")
    if figure.approximate:
        doubts.append("The published figure is given roughly only.")
    if source.stated_n is not None:
        doubts.append("How many patients it rests on was stated by the analyst, not published.")
    if about.spread_from:
        doubts.append(f"Published spread: {about.spread_from}.")
    if figure.note:
        doubts.append(figure.note)
    return doubts


def estimand_parts(about: About, source: Source, *, share: bool) -> Mapping[str, str]:
    """State the estimand of the comparison by its attributes.

    Parameters
    ----------
    about : About
        The clinic's side.
    source : Source
        The published figure.
    share : bool
        Whether proportions are compared.

    Returns
    -------
    mapping of str to str
        By the names that `estimand_card` knows.
    """
    study = source.study
    what = "proportions" if share else "mean changes"
    how = "Newcombe's interval of two proportions" if share else "Welch's interval of two means"
    return {
        "treatment": f"{study.agent} ({study.route}), {OWN} and {study.name}; no control",
        "population": f"{OWN}: {about.entry}, with a score in the window; {study.name}: "
        f"{study.setting}, {study.indication}",
        "variable": f"{about.rule} ({source.figure.scale}); {about.baseline} {about.visit}",
        "intercurrent events": "further treatment in the window is ignored (treatment policy); how "
        f"{study.name} handled it is not published",
        "population-level summary": f"difference of {what}, {OWN} less {study.name}, unadjusted",
        "missing data": "patients without a score are left out on both sides, as if missing "
        "completely at random",
        "estimator": f"{how}, unadjusted, independent samples",
    }
