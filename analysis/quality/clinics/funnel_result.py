"""What a funnel found: each clinic beside the limits of chance, in a sentence and in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure import Statement
from analysis.quality.clinics.funnel_disclosure import (
    MOST_NAMES,
    SHOWN_ONLY,
    ClinicCounts,
    hidden_note,
    of_shown,
)
from analysis.quality.clinics.funnel_limits import LEVELS
from analysis.quality.clinics.funnel_points import Points
from analysis.quality.clinics.funnel_table import (
    INSIDE,
    LimitPlan,
    chance_outside,
    resized,
)
from analysis.quality.clinics.shrinkage import shrunken
from analysis.quality.clinics.shrinkage_result import Shrinkage
from analysis.results import counted, frame_to_html, frame_to_text

__all__ = ["Funnel"]

_LINE_POINTS = 240


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Funnel:
    """A comparison of clinics with all together.

    Parameters
    ----------
    by : str
        Column of the clinic.
    label : str
        What is compared; may be empty.
    points : Points
        True numbers.
    plan, shown_plan : LimitPlan
        How limits are made: with all clinics, and with those that may be shown.
    reason : str
        Why limits do not allow for overdispersion; empty where they do, or were not to.
    true : pandas.DataFrame
        True counts, values, limits and positions.
    statement : Statement
        What leaves.
    behind : ClinicCounts
        The counts that decide what leaves.
    """

    by: str
    label: str
    points: Points = field(repr=False)
    plan: LimitPlan = field(repr=False)
    shown_plan: LimitPlan = field(repr=False)
    reason: str
    true: pd.DataFrame = field(repr=False)
    statement: Statement = field(repr=False)
    behind: ClinicCounts = field(repr=False)

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: counts as text, nothing of clinics with small counts."""
        return self.statement.frame.copy()

    @property
    def target(self) -> float:
        """The value that clinics are compared with."""
        return self.points.target * self.plan.per

    @property
    def needs_shrinkage(self) -> bool:
        """Whether clinics are too few for limits that allow for overdispersion."""
        return bool(self.reason)

    def shrinkage(self) -> Shrinkage:
        """Shrink the same clinics: the picture where they are too few for a funnel.

        Returns
        -------
        Shrinkage
            By the policy of the funnel; see `shrinkage`.
        """
        return shrunken(
            self.points,
            by=self.by,
            behind=self.behind,
            per=self.plan.per,
            label=self.label,
            policy=self.statement.policy,
        )

    def tidy(self) -> pd.DataFrame:
        """Return the true numbers, marked as confidential.

        Returns
        -------
        pandas.DataFrame
            The clinic, ``events, denominator, expected, mean`` as the kind has them, ``estimate``
            (value), ``statistic`` (distance from the target in standard errors on the scale),
            ``warning_low, warning_high`` (95 %), ``alarm_low, alarm_high`` (99.8 %), and
            ``position``. In the order of names.
        """
        frame = self.true.copy()
        frame.attrs["confidential"] = True
        return frame

    def glance(self) -> pd.DataFrame:
        """Return one row about the comparison.

        Returns
        -------
        pandas.DataFrame
            ``n_clinics, n_left_out, target, limits, overdispersion, transformation, phi,
            between_variance`` (missing where not estimated), ``outside_warning, outside_alarm,
            chance_warning, chance_alarm`` (clinics expected outside by chance).
        """
        found = self.plan.found
        row = {
            "n_clinics": len(self.points.clinic),
            "n_left_out": len(self.points.left_out),
            "target": self.target,
            "limits": self.plan.rule if self.points.counts else "normal",
            "overdispersion": self.plan.widening,
            "transformation": self.plan.scale,
            "phi": np.nan if found is None else found.phi,
            "between_variance": np.nan if found is None else found.between_variance,
            "outside_warning": int(self.true["position"].ne(INSIDE).sum()),
            "outside_alarm": int(self.true["position"].str.contains("alarm").sum()),
        }
        chance = {
            f"chance_{name}": chance_outside(self.points, self.plan, level)
            for name, level in LEVELS.items()
        }
        return pd.DataFrame([{**row, **chance}])

    def lines(self, largest: float | None = None) -> pd.DataFrame:
        """Return the limits as lines over sizes, to be drawn.

        Parameters
        ----------
        largest : float, optional
            Where the lines end; a little beyond the largest clinic when left out.

        Returns
        -------
        pandas.DataFrame
            ``size, warning_low, warning_high, alarm_low, alarm_high``; empty where each clinic has
            a variance of its own, so that limits are no function of the size.
        """
        names = [f"{name}_{end}" for name in LEVELS for end in ("low", "high")]
        if self.points.has_variance:
            return pd.DataFrame(columns=["size", *names], dtype=float)
        end = 1.06 * float(self.points.size.max()) if largest is None else largest
        size = np.geomspace(max(end / 400.0, min(1.0, end)), end, _LINE_POINTS)
        if self.points.kind in ("proportion", "mean"):
            size = np.unique(np.ceil(size))
        at = resized(self.points, size)
        columns = {"size": size}
        for name, level in LEVELS.items():
            low, high = self.shown_plan.limits(at, level)
            columns |= {
                f"{name}_low": low * self.shown_plan.per,
                f"{name}_high": high * self.shown_plan.per,
            }
        return pd.DataFrame(columns)

    def sentence(self) -> str:
        """Say in one sentence how many of the shown clinics lie outside, and how many by chance.

        Returns
        -------
        str
            Names of clinics beyond the 99.8 % limits; nobody is ranked.
        """
        known = self.statement.frame[self.statement.frame["estimate"].notna()]
        if known.empty:
            return "No clinic has enough patients to be shown."
        outside = known[known["position"].ne(INSIDE)]
        alarm = outside[outside["position"].str.contains("alarm")]
        chance = self._chance(known[self.by].tolist())
        of, beside = of_shown(len(known), len(self.statement.frame))
        many = "none" if outside.empty else str(len(outside))
        verb = "lies" if len(outside) == 1 else "lie"
        names = f" ({', '.join(alarm[self.by])})" if 0 < len(alarm) <= MOST_NAMES else ""
        would = "would"
        if len(alarm) and len(alarm) == len(outside):
            far, would = f"outside the 99.8% limits{names}", "would lie outside the 95% limits"
        else:
            far = "outside the 95% limits"
            far += f", {len(alarm)} of them outside the 99.8% limits{names}" if len(alarm) else ""
        return f"{of} {many} {verb} {far}; by chance alone about {chance:.1f} {would}{beside}."

    def _chance(self, names: list[str]) -> float:
        """Compute how many of the named clinics lie outside the 95 % limits by chance."""
        if not self.points.counts or not self.shown_plan.by_chance_alone:
            return (1.0 - LEVELS["warning"]) * len(names)
        low, high = self.shown_plan.limits(self.points, LEVELS["warning"])
        share = self.points.law.outside(low * self.points.size, high * self.points.size)
        among = np.isin(np.array(self.points.clinic, dtype=object), names)
        return float(share[among].sum())

    def notes(self) -> tuple[str, ...]:
        """Say how limits were made, who is left out and what is hidden, in sentences."""
        left = len(self.points.left_out)
        without = (
            f"{counted(left, 'clinic')} had nothing to count and was left out." if left else ""
        )
        if left > 1:
            without = without.replace("was", "were")
        parts = [self._how(), self._few(), self.reason, without, hidden_note(self.statement)]
        hidden = bool(self.statement.frame["estimate"].isna().any())
        parts.append(SHOWN_ONLY if hidden and self.shown_plan.found is not None else "")
        return tuple(part for part in parts if part)

    def _few(self) -> str:
        """Warn of rules by which a clinic without events is always outside."""
        points = self.points
        if not points.counts or self.shown_plan.rule not in ("exact", "byar", "wilson"):
            return ""
        low = self.shown_plan.limits(points, LEVELS["warning"])[0]
        likely = points.law.cdf(np.zeros(points.size.shape)) > 1.0 - LEVELS["warning"]
        if not (likely & (low > 0)).any():
            return ""
        return (
            "By this rule a clinic without events is always outside, however likely that is by "
            "chance: use limits='mid-p'."
        )

    def _how(self) -> str:
        """Say how limits were made."""
        rule = self.shown_plan.rule if self.points.counts else "normal"
        text = f"Limits: {_RULE_NAMES[rule]}, 95% and 99.8%"
        if self.shown_plan.found is None:
            return f"{text}, for chance alone."
        found = self.shown_plan.found
        if self.shown_plan.by_chance_alone:
            return f"{text}; clinics differ no more than by chance (phi {found.phi:.2f})."
        return (
            f"{text}, {self.shown_plan.widening} overdispersion on the {found.scale} scale (phi "
            f"{found.phi:.2f}, variance between clinics {found.between_variance:.3g})."
        )

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return self.statement

    def summary(self) -> str:
        """Return the sentence, the shown table and how it was made, as text."""
        head = f"{self.label}: {self.sentence()}" if self.label else self.sentence()
        return "\n".join([head, frame_to_text(self.shown), *self.notes()])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.shown, caption=" ".join([self.sentence(), *self.notes()]))


_RULE_NAMES = {
    "spiegelhalter": "Spiegelhalter's",
    "mid-p": "mid-p",
    "exact": "exact",
    "byar": "Byar's",
    "wilson": "Wilson's",
    "normal": "normal",
}
