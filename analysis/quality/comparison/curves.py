"""A clinic's curve beside a published one: restricted means, and a one-sample logrank test.

The published curve is rebuilt by `reconstruct_curve` from what the user read off the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy, Statement, is_small, masked_count
from analysis.disclosure.rows import HELD
from analysis.errors import DataError
from analysis.outcomes import FEWEST, EventTable
from analysis.quality.comparison.words import OWN
from analysis.results import frame_to_html, frame_to_text
from analysis.survival import (
    GroupTest,
    ReconstructedCurve,
    SurvivalCurve,
    kaplan_meier,
    one_sample_logrank,
)

__all__ = ["PublishedCurves", "compare_curves"]

_COHORT = "cohort"
_ANALYSTS_WORD = (
    "That the published curve has the same event, origin, route and unit of time is the analyst's "
    "word: a picture does not say it."
)
_NUMBERS = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PublishedCurves:
    """Two curves side by side: no control group, and no test of a treatment.

    Parameters
    ----------
    curves : SurvivalCurve
        Both, the clinic first, by the column ``cohort``.
    published : ReconstructedCurve
        The rebuilt curve.
    test : GroupTest
        One-sample logrank test of the clinic against the published curve.
    tau : float
        Up to when they are compared.
    rule : str
        What the clinic counts as the event, and from when.
    policy : Policy
        By which numbers are shown.
    """

    curves: SurvivalCurve
    published: ReconstructedCurve
    test: GroupTest
    tau: float
    rule: str
    policy: Policy = field(default=RELEASE)

    def tidy(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return difference and ratio of restricted means; true numbers, for use inside.

        Parameters
        ----------
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            As `SurvivalCurve.rmst_difference`, the clinic against the published curve, with a
            third row for observed / expected events: its interval is exact, its p-value that of
            the balanced one-sample logrank test, and it is always at 95 %.
        """
        means = self.curves.rmst_difference(
            self.tau, reference=self.published.name, conf_level=conf_level
        )
        ratio = self.test.tidy().iloc[0]
        row = {
            "contrast": f"{OWN} / {self.published.name}",
            "measure": "observed / expected events",
            "tau": self.tau,
            "estimate": ratio["ratio"],
            "std_error": np.nan,
            "df": np.nan,
            "statistic": ratio["statistic_balanced"],
            "p_value": ratio["p_value_balanced"],
            "conf_low": ratio["conf_low"],
            "conf_high": ratio["conf_high"],
        }
        return pd.concat([means, pd.DataFrame([row])], ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Return one row per cohort: ``cohort, n, n_event, n_risk_at_tau``; true counts."""
        last = self.curves.risk_table([self.tau])
        steps = self.curves.curve().groupby(_COHORT, sort=False, observed=True)
        gone = steps[["n_event", "n_censored"]].sum().sum(axis=1)
        return pd.DataFrame(
            {
                _COHORT: last[_COHORT].astype(str),
                "n": gone.to_numpy().astype(int),
                "n_event": last["n_event"].astype(int),
                "n_risk_at_tau": last["n_risk"].astype(int),
            }
        )

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: `tidy`, without numbers where the clinic has too few patients."""
        return self.disclosure().frame

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: nothing that rests on a small count of the clinic."""
        own = self.glance().iloc[0]
        counts = ("n", "n_event", "n_risk_at_tau")
        held = bool(np.any(is_small([own[name] for name in counts], self.policy)))
        frame = self.tidy()
        if held:
            frame = frame.assign(**dict.fromkeys(_NUMBERS, np.nan))
        frame = frame.assign(n=masked_count(own["n"], self.policy))
        frame.attrs = {HELD: self.policy.rule, "confidential": self.policy.confidential}
        return Statement(frame=frame, policy=self.policy, hidden=int(held))

    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know, in sentences."""
        return (
            f"Here: {self.rule}.",
            _ANALYSTS_WORD,
            "Different patients, unadjusted, without a control group: no effect of a treatment.",
            "Events that are seen at visits only are seen late, on each side by its own visits.",
            *self.published.notes(),
            *self.test.notes,
        )

    def estimand(self) -> Mapping[str, str]:
        """Return statements by the attributes of an estimand, for `estimand_card`."""
        return {
            "population": f"{OWN} and {self.published.name}, unadjusted",
            "variable": self.rule,
            "population-level summary": "difference of restricted mean times up to "
            f"{self.tau:g}, {OWN} less {self.published.name}",
            "missing data": "censoring taken as independent of the event, on both sides",
            "estimator": "area between Kaplan-Meier curves, the published one rebuilt from its "
            "coordinates; Greenwood's variance",
        }

    def summary(self) -> str:
        """Return what the policy shows, with everything that a reader must know, as text."""
        return "\n".join([self._title(), frame_to_text(self.shown), *self.notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.shown, caption=f"{self._title()}. {' '.join(self.notes())}")

    def _title(self) -> str:
        """Name what is compared."""
        return f"Up to {self.tau:g}: {OWN} beside {self.published.name}"


def compare_curves(
    table: EventTable,
    published: ReconstructedCurve,
    *,
    tau: float,
    policy: Policy = RELEASE,
) -> PublishedCurves:
    """Put the curve of a clinic beside a published one that was read off paper.

    Parameters
    ----------
    table : EventTable
        Times to an event, in days from its origin.
    published : ReconstructedCurve
        What `reconstruct_curve` returned, with times in days, of the same event from the same
        origin.
    tau : float
        Day up to which restricted means and events are compared; both curves must be known until
        then.
    policy : Policy
        By which numbers are shown.

    Returns
    -------
    PublishedCurves
        Curves, restricted mean difference, one-sample logrank test, and what they cannot show.

    Raises
    ------
    DataError
        When fewer than 11 patients were followed, or a curve is not known until `tau`.

    References
    ----------
    Guyot P et al. (2012). BMC Medical Research Methodology 12:9.
    Uno H et al. (2014). Journal of Clinical Oncology 32:2380-2385.

    Examples
    --------
    >>> from analysis.outcomes import from_first_treatment, time_to_response
    >>> from analysis.study import read_study
    >>> from analysis.survival import reconstruct_curve
    >>> from analysis.synthetic import example_folder
    >>> table = time_to_response("PHQ-9")(read_study(example_folder("clinic-network")))
    >>> read = pd.DataFrame({"time": [7, 14, 28, 56], "survival": [0.8, 0.6, 0.4, 0.3]})
    >>> paper = reconstruct_curve(read, pd.DataFrame({"time": [0, 28], "n_risk": [120, 45]}))
    >>> compare_curves(table, paper, tau=42).tidy()["measure"].tolist()
    ['difference', 'ratio', 'observed / expected events']
    """
    own = table.frame
    if len(own) < FEWEST:
        raise DataError(f"Fewer than {FEWEST} patients were followed, too few for a curve.")
    entry = own["entry"] if "entry" in own else pd.Series(0.0, index=own.index)
    mine = own[["time", "event"]].assign(entry=entry, **{_COHORT: OWN})
    theirs = published.data.assign(entry=0.0, **{_COHORT: published.name})
    both = pd.concat([mine, theirs], ignore_index=True)
    both[_COHORT] = pd.Categorical(both[_COHORT], [OWN, published.name])
    delayed = bool(both["entry"].gt(0.0).any())
    curves = kaplan_meier(
        both,
        entry="entry" if delayed else None,
        by=_COHORT,
        origin=table.origin,
    )
    curves.rmst(tau)  # refuses a day that a curve does not reach
    return PublishedCurves(
        curves=curves,
        published=published,
        test=one_sample_logrank(
            mine,
            published.curve(),
            entry="entry" if delayed else None,
            until=tau,
        ),
        tau=float(tau),
        rule=f"{table.rule}, from {table.origin}",
        policy=policy,
    )
