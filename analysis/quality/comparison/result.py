"""What a comparison with a published cohort found: difference, completeness, power, and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy, Statement
from analysis.quality.comparison.difference import Mean, Proportion, compare
from analysis.quality.comparison.own import OwnSide
from analysis.quality.comparison.question import Source, window_words
from analysis.quality.comparison.shown import shown_comparison
from analysis.quality.comparison.words import OWN, About, cannot_show, estimand_parts, title
from analysis.results import frame_to_html, frame_to_text

__all__ = ["MISSING_AS_NO", "OBSERVED", "PublishedComparison"]

OBSERVED = "observed"
MISSING_AS_NO = "evaluable here, treated there; missing counted as without"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PublishedComparison:
    """A clinic beside a published cohort: no control group, and no test of a treatment.

    Parameters
    ----------
    source : Source
        The published figure.
    published : Proportion or Mean
        Its value and number.
    own : OwnSide
        The clinic's patients.
    about : About
        Names, rules and assumptions, in words.
    gap : float
        The difference of which the power is computed: a share, or points.
    power : float
        Chance that the interval leaves out 0 when the truth differs by `gap` upwards.
    detectable : float
        Smallest excess found with a power of 80 %; NaN when there is none.
    expected : float
        What the patients would show without treatment, by regression to the mean alone; NaN when
        it is not known, see ``about.regression``.
    policy : Policy
        By which numbers are shown.
    """

    source: Source
    published: Proportion | Mean
    own: OwnSide = field(repr=False)
    about: About
    gap: float
    power: float
    detectable: float
    expected: float
    policy: Policy = RELEASE

    @property
    def title(self) -> str:
        """Measure, scale, window and both cohorts, in words."""
        return title(self.source)

    @property
    def is_share(self) -> bool:
        """Whether proportions are compared, not mean changes."""
        return isinstance(self.published, Proportion)

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the difference with its interval; true numbers, for use inside the clinic.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            ``contrast, denominator, own, published, n_own, n_published`` and the tidy columns; a
            share is 0 to 1. Populations differ by more than chance, so there is no test:
            ``statistic, p_value`` are missing. Of shares other than deterioration there is a
            second row, with missing patients as without, where the number treated is published.
        """
        rows = [self._row(OBSERVED, self.own.estimate, self.published, conf_level)]
        second = self._missing_as_no()
        if second is not None:
            rows.append(self._row(MISSING_AS_NO, *second, conf_level))
        return pd.DataFrame(rows)

    def completeness(self) -> pd.DataFrame:
        """Return how many of the started were evaluable and observed, on both sides.

        Returns
        -------
        pandas.DataFrame
            ``cohort, started, evaluable, observed, of_started, of_evaluable``; true counts. What
            was not published is missing.
        """
        own = [self.own.count(name) for name in ("started", "evaluable", "observed")]
        there = [self.source.study.n_treated, None, self.source.n]
        frame = pd.DataFrame([own, there], columns=["started", "evaluable", "observed"])
        frame = frame.astype("Int64")
        frame.insert(0, "cohort", [OWN, self.source.study.name])
        observed = frame["observed"].astype("Float64")
        return frame.assign(
            of_started=(observed / frame["started"]).astype(float),
            of_evaluable=(observed / frame["evaluable"]).astype(float),
        )

    def glance(self) -> pd.DataFrame:
        """Return one row about the comparison; true numbers, for use inside the clinic.

        Returns
        -------
        pandas.DataFrame
            ``cohort, measure, scale, window, agent, route, gap, power, detectable_difference,
            expected_without_treatment, n_other_treatment, evidence, method``.
        """
        study, figure = self.source.study, self.source.figure
        row = {
            "cohort": study.name,
            "measure": figure.measure,
            "scale": figure.scale,
            "window": window_words(figure),
            "agent": study.agent,
            "route": study.route,
            "gap": self.gap,
            "power": self.power,
            "detectable_difference": self.detectable,
            "expected_without_treatment": self.expected,
            "n_other_treatment": self.own.n_other,
            "evidence": figure.evidence,
            "method": compare(self.own.estimate, self.published).method,
        }
        return pd.DataFrame([row])

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: both cohorts, their difference, and regression to the mean.

        Returns
        -------
        pandas.DataFrame
            As `shown_comparison` lays it out; counts are text.
        """
        return self.disclosure().frame

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return shown_comparison(
            self.own, self.source, self.published, expected=self.expected, policy=self.policy
        )

    def cannot_show(self) -> tuple[str, ...]:
        """Return what the comparison cannot show, in sentences."""
        return cannot_show(self.about, self.source)

    def estimand(self) -> Mapping[str, str]:
        """Return statements by the attributes of an estimand, for `estimand_card`."""
        return estimand_parts(self.about, self.source, share=self.is_share)

    def notes(self) -> tuple[str, ...]:
        """Return method, power, regression to the mean, and what cannot be shown, in sentences."""
        shown = self.shown
        method = compare(self.own.estimate, self.published).method
        power = () if shown["estimate"].isna().iloc[0] else (self._power_words(),)
        return (
            f"Difference: {OWN} less {self.source.study.name}; {method}.",
            *power,
            self.about.regression,
            *self.cannot_show(),
        )

    def summary(self) -> str:
        """Return what the policy shows, with everything that a reader must know, as text."""
        return "\n".join([title(self.source), frame_to_text(self.shown), *self.notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.shown, caption=f"{title(self.source)}. {' '.join(self.notes())}")

    def _row(
        self, denominator: str, own: Proportion | Mean, published: Proportion | Mean, level: float
    ) -> dict[str, object]:
        """Lay out one difference."""
        found = compare(own, published, conf_level=level)
        return {
            "contrast": f"{OWN} - {self.source.study.name}",
            "denominator": denominator,
            "own": _value(own),
            "published": _value(published),
            "n_own": int(own.n),
            "n_published": int(published.n),
            "estimate": found.estimate,
            "std_error": found.std_error,
            "df": found.df,
            "statistic": np.nan,
            "p_value": np.nan,
            "conf_low": found.conf_low,
            "conf_high": found.conf_high,
        }

    def _missing_as_no(self) -> tuple[Proportion, Proportion] | None:
        """Count missing patients as without the outcome, on both sides."""
        treated = self.source.study.n_treated
        if (
            not isinstance(self.published, Proportion)
            or treated is None
            or treated < self.published.n
            or self.source.figure.measure == "deterioration"
        ):
            return None
        evaluable = self.own.count("evaluable")
        own = Proportion(share=self.own.count("n") / evaluable, n=evaluable)
        there = self.published.share * self.published.n / treated
        return own, Proportion(share=there, n=treated)

    def _power_words(self) -> str:
        """Say which difference could have been found."""
        scale, unit = (100.0, "percentage points") if self.is_share else (1.0, "points")
        found = (
            "no excess at all would be found with a power of 80%"
            if math.isnan(self.detectable)
            else f"with a power of 80% one of {self.detectable * scale:.1f}"
        )
        return (
            f"A true difference of {self.gap * scale:g} {unit} would be found with a power of "
            f"{self.power:.0%}; {found}."
        )


def _value(estimate: Proportion | Mean) -> float:
    """Return the number that is compared."""
    return estimate.share if isinstance(estimate, Proportion) else estimate.mean
