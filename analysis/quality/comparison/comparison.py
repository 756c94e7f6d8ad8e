"""Compare a clinic with a published cohort, where scale, window, route and rule are the same."""

from __future__ import annotations

import math
from typing import Unpack

from analysis.disclosure import RELEASE, Policy
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import LAST, Definition, RegressionToTheMean
from analysis.outcomes.entry import entry_in_words
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.windows import as_schedule
from analysis.published import PublishedStudy, published_study
from analysis.quality.comparison.choice import choose, plan_of, question_of
from analysis.quality.comparison.difference import Mean, Proportion
from analysis.quality.comparison.own import OwnSide, own_regression, own_side
from analysis.quality.comparison.power import (
    detectable_mean_difference,
    detectable_proportion_difference,
    mean_power,
    proportion_power,
)
from analysis.quality.comparison.question import Source, own_rule
from analysis.quality.comparison.regression import expected_share
from analysis.quality.comparison.result import PublishedComparison
from analysis.quality.comparison.spread import published_mean
from analysis.quality.comparison.words import About
from analysis.study import Study

__all__ = ["compare_with_published"]

_GAP_OF_SHARES = 0.1
_DAYS_AROUND = 7


def compare_with_published(
    study: Study,
    *,
    cohort: str | PublishedStudy,
    measure: str = "response",
    instrument: str | None = None,
    day: int | None = None,
    visit: str | None = None,
    route: str | None = None,
    agent: str | None = None,
    definition: str | Definition | None = None,
    published_n: int | None = None,
    gap: float | None = None,
    days_around: int = _DAYS_AROUND,
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> PublishedComparison:
    """Put the outcome of a clinic beside that of a published cohort.

    Answers by how much the clinic's observed share or mean differs from the published one, and how
    far chance could explain that. It is no test of a treatment: neither side has a control group.
    What is left out is taken as it was published; what is stated must agree with it.

    Parameters
    ----------
    study : Study
        A checked study.
    cohort : str or PublishedStudy
        Name as in `published_names`, or a study described by the user.
    measure : str
        "response", "remission", "below 10", "deterioration" or "mean change".
    instrument : str, optional
        Scale.
    day : int, optional
        First or last published day, where the cohort has figures of several.
    visit : str, optional
        A planned visit of the ``schedule`` of the rules (`SCHEDULE` when there is none): it must
        be planned on the published day, or have the published window. None: a window is made from
        the published one.
    route, agent : str, optional
        Route and drug; patients whose course began otherwise are left out and counted.
    definition : str or Definition, optional
        Rule of the outcome.
    published_n : int, optional
        How many patients the published figure rests on, where the source does not say so.
    gap : float, optional
        Difference of which the power is computed: a share (0.1 when left out), or points (half
        the published standard deviation when left out).
    days_around : int
        Days before and after a published day that still count, when no visit is named.
    policy : Policy
        By which numbers are shown.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    PublishedComparison
        The difference with its interval (Newcombe's for shares, Welch's for means), completeness
        of both, power, regression to the mean, and what cannot be shown.

    Raises
    ------
    DataError
        When the cohort or measure is not known, the figure is on another scale, in another window,
        by another rule, after another treatment or without a number of patients (each is named),
        more than one figure fits, or too few patients have a score.

    Notes
    -----
    Patients without a score are left out on both sides. The second row of ``tidy()`` counts them
    as without the outcome.

    References
    ----------
    Newcombe RG (1998). Statistics in Medicine 17:873-890.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> found = compare_with_published(study, cohort="McInnes 2022", measure="response")
    >>> found.tidy()[["published", "n_published"]].round(3).to_numpy().tolist()[0]
    [0.536, 537.0]
    >>> found.cannot_show()[0]
    'Neither cohort has a control group: the difference is no effect of the treatment, and no grade of the clinic.'
    """  # noqa: E501 - the sentence as it is returned
    require_rules(rules)
    asked = question_of(
        rules.get("schedule"),
        instrument=instrument,
        visit=visit,
        route=route,
        agent=agent,
        definition=definition,
    )
    known = cohort if isinstance(cohort, PublishedStudy) else published_study(cohort)
    source = choose(study, known, asked, measure=measure, day=day, published_n=published_n)
    plan, label = plan_of(source, asked, days_around=days_around)
    used: Rules = {**rules, "schedule": plan}
    rule = None if measure == "mean change" else own_rule(source)
    scale = str(source.figure.scale)
    treatment = (known.agent, known.route)
    own = own_side(study, scale, treatment=treatment, definition=rule, visit=label, rules=used)
    regression = own_regression(own, scale, used)
    published, spread_from = _published(source)
    power = _power(own, published, gap)
    return PublishedComparison(
        source=source,
        published=published,
        own=own,
        about=_about(source, rule, used, regression, spread_from),
        gap=power[0],
        power=power[1],
        detectable=power[2],
        expected=_expected(regression, rule),
        policy=policy,
    )


def _published(source: Source) -> tuple[Proportion | Mean, str]:
    """Return the published value with its number, and where a spread comes from."""
    if source.figure.measure == "mean change":
        found = published_mean(source)
        if found is None:
            raise DataError("No standard deviation of the change was published.")
        return found.mean, found.spread_from
    share = (source.figure.value or 0.0) / 100.0
    return Proportion(share=share, n=source.n or 0), ""


def _power(
    own: OwnSide, published: Proportion | Mean, gap: float | None
) -> tuple[float, float, float]:
    """Return the gap, the power to find it, and the smallest excess found with 80 %."""
    if gap is not None and not (math.isfinite(gap) and gap > 0.0):
        raise DataError("gap is a difference above 0: a share, or points.")
    if isinstance(published, Proportion):
        wanted = _GAP_OF_SHARES if gap is None else gap
        sign = 1.0 if published.share + wanted <= 1.0 else -1.0
        if not published.share + sign * wanted >= 0.0:
            raise DataError("gap is larger than any difference of shares can be here.")
        true = Proportion(share=published.share + sign * wanted, n=own.estimate.n)
        detectable = detectable_proportion_difference(own.estimate.n, published)
        return wanted, proportion_power(true, published), detectable
    if not isinstance(own.estimate, Mean):
        raise DataError("A mean change cannot stand beside a share.")
    wanted = 0.5 * published.standard_deviation if gap is None else gap
    found = mean_power(own.estimate, published, wanted)
    return wanted, found, detectable_mean_difference(own.estimate, published)


def _expected(regression: RegressionToTheMean | str, rule: Definition | None) -> float:
    """Return what regression to the mean alone would show; NaN when it is not known."""
    if isinstance(regression, str):
        return math.nan
    if rule is None:
        return regression.expected_change
    if regression.rule.method == "worst":
        return math.nan
    return expected_share(regression, rule)


def _about(
    source: Source,
    rule: Definition | None,
    rules: Rules,
    regression: RegressionToTheMean | str,
    spread_from: str,
) -> About:
    """Put rules and assumptions into words."""
    scale, plan = str(source.figure.scale), as_schedule(rules["schedule"])
    baseline = rules.get("baseline", LAST)
    entry = entry_in_words(scale, rules.get("baseline_at_least"))
    return About(
        rule="change from baseline" if rule is None else rule.rule,
        visit="; ".join(line.strip(" .") for line in repr(plan).splitlines()[1:]),
        entry=entry if entry.startswith("any") else f"a baseline {entry}",
        baseline=repr(baseline),
        regression=_regression_words(regression, rule),
        verified=True if rule is None else rule.verified,
        spread_from=spread_from,
    )


def _regression_words(regression: RegressionToTheMean | str, rule: Definition | None) -> str:
    """Say what regression to the mean rests on, without a number of patients."""
    if isinstance(regression, str):
        return f"Regression to the mean is not computed: {regression}."
    if rule is not None and regression.rule.method == "worst":
        return "Regression to the mean is not computed for shares by the worst of several scores."
    scale = load_instrument(str(rule.instrument)) if rule is not None else None
    word = "" if scale is None else f" of {scale.name}"
    what = "what" if rule is None else "which percentage with the outcome"
    return (
        f"Regression to the mean alone: {what} patients chosen by this baseline would show if "
        f"nothing changed, from a reliability{word} of {regression.reliability:g} and the spread "
        "of all baselines here, with normal scores. Natural course, other treatment "
        "and expectancy come on top of it."
    )
