"""What shrinkage found: each clinic with an interval that tells how little is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure import Statement
from analysis.quality.clinics.funnel_disclosure import MOST_NAMES, SHOWN_ONLY, hidden_note, of_shown
from analysis.results import counted, frame_to_html, frame_to_text

__all__ = ["Shrinkage"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Shrinkage:
    """Values of clinics, drawn in towards all together.

    Parameters
    ----------
    by : str
        Column of the clinic.
    label : str
        What is compared; may be empty.
    kind : str
        "proportion", "rate", "ratio" or "mean".
    method : str
        "bayes" or "maximum likelihood".
    conf_level : float
        Share inside an interval.
    left_out : int
        Clinics with nothing to count.
    true : pandas.DataFrame
        True counts and values.
    together : pandas.DataFrame
        Mean and standard deviation of clinics.
    statement : Statement
        What leaves.
    """

    by: str
    label: str
    kind: str
    method: str
    conf_level: float
    left_out: int
    true: pd.DataFrame = field(repr=False)
    together: pd.DataFrame = field(repr=False)
    statement: Statement = field(repr=False)

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: counts as text, nothing of clinics with small counts."""
        return self.statement.frame.copy()

    @property
    def mean(self) -> float:
        """The mean of clinics: their median on the scale of the values."""
        return float(self.together["estimate"].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """Return the true numbers, marked as confidential.

        Returns
        -------
        pandas.DataFrame
            The clinic, its counts, ``observed_value``, ``estimate`` (shrunken) with ``conf_low,
            conf_high``, and ``probability_above``: that the clinic is above the mean of clinics.
            In the order of names.
        """
        frame = self.true.copy()
        frame.attrs["confidential"] = True
        return frame

    def glance(self) -> pd.DataFrame:
        """Return mean and standard deviation of clinics.

        Returns
        -------
        pandas.DataFrame
            ``term, estimate, conf_low, conf_high``; the standard deviation on the scale of log
            odds (proportions), logarithms (rates, ratios), or of the mean itself. Limits are
            missing where both are taken as known.
        """
        return self.together.copy()

    def apart(self) -> pd.Series:
        """Tell which shown clinics differ from the mean of clinics; missing where hidden.

        Returns
        -------
        pandas.Series of boolean
            Whether the probability to be above, or below, the mean exceeds (1 + `conf_level`) ÷ 2.
        """
        above = self.statement.frame["probability_above"]
        tail = (1.0 - self.conf_level) / 2.0
        found = above.lt(tail) | above.gt(1.0 - tail)
        return found.astype("boolean").mask(above.isna())

    def sentence(self) -> str:
        """Say in one sentence which of the shown clinics differ from the mean, by name.

        Returns
        -------
        str
            Nobody is ranked.
        """
        frame, apart = self.statement.frame, self.apart()
        known = int(apart.notna().sum())
        if not known:
            return "No clinic has enough patients to be shown."
        named = frame.loc[apart.fillna(value=False).astype(bool)]
        of, beside = of_shown(known, len(frame))
        if named.empty:
            return f"{of} none can be told from their mean{beside}."
        side = named["probability_above"].gt(0.5).map({True: "above", False: "below"})
        many = len(named) > MOST_NAMES
        each = [f"{c} ({s})" for c, s in zip(named[self.by], side, strict=True)]
        who = [f"{side.eq(word).sum()} {word}" for word in ("above", "below")] if many else each
        verb = "differs" if len(named) == 1 else "differ"
        return (
            f"{of} {len(named)} {verb} from the mean of clinics: "
            f"{', '.join(who)}; the others cannot be told from it{beside}."
        )

    def notes(self) -> tuple[str, ...]:
        """Say how values were shrunken, who is left out and what is hidden, in sentences."""
        left = f"{counted(self.left_out, 'clinic')} with nothing to count left out."
        hidden = bool(self.statement.frame["estimate"].isna().any())
        parts = [_HOW[self.method], left if self.left_out else "", hidden_note(self.statement)]
        parts.append(SHOWN_ONLY if hidden else "")
        return tuple(part for part in parts if part)

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


_HOW = {
    "bayes": (
        "Each clinic's own value is drawn towards the mean of clinics, the more the fewer data it "
        "has; intervals allow for not knowing the mean and the spread of clinics."
    ),
    "maximum likelihood": (
        "Each clinic's own value is drawn towards the mean of clinics; mean and spread are taken "
        "as known, so that intervals are too narrow with few clinics."
    ),
}
