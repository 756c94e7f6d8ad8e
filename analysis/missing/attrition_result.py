"""Weights for attrition with their diagnostics: range, mean, effective number, warnings.

Estimating the weights is in attrition_weights.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, Statement
from analysis.disclosure.counted import suppressed_counts
from analysis.missing.clustered_model import ClusteredModel
from analysis.results import FloatArray, frame_to_html, frame_to_text
from analysis.study import Finding

__all__ = ["AttritionWeights"]

_RARE = 0.05
_OFF = 0.1
_LARGE = 20.0
_FEW = 0.5

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class AttritionWeights:
    """Weights of patients who stay, one per patient and visit.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows at risk in order of patient and visit, with ``weight``, missing where the patient
        has left; patient-level.
    subject, visit : str
        Columns of the patient and of the visit.
    remains : array of bool, shape (n,)
        Who is still there at the visit of the row.
    patient, position : array of int, shape (n,)
        Codes of the patients and of the visits.
    labels : tuple of str
        Names of the visits.
    untruncated : array, shape (n,)
        The weights before they were cut.
    chance : array, shape (n,)
        Probability to stay at the visit, given the history.
    limits : (float, float)
        Where weights were cut; infinite where not.
    truncate : (float, float) or None
        The quantiles asked for.
    stabilised : bool
        Whether weights have a numerator other than 1.
    denominator : ClusteredModel
        The model of leaving given the history.
    numerator : ClusteredModel or None
        The model above the line; None where it is the share that stays at each visit, or 1.
    policy : Policy
        For whom `disclosure` and what is printed are; another by `dataclasses.replace`.
    """

    rows: pd.DataFrame = field(repr=False)
    subject: str
    visit: str
    remains: npt.NDArray[np.bool_]
    patient: Codes
    position: Codes
    labels: tuple[str, ...]
    untruncated: FloatArray
    chance: FloatArray
    limits: tuple[float, float]
    truncate: tuple[float, float] | None
    stabilised: bool
    denominator: ClusteredModel
    numerator: ClusteredModel | None
    policy: Policy = RELEASE

    def weighted(self) -> pd.DataFrame:
        """Return the rows of those who stay, with the column ``weight``.

        Returns
        -------
        pandas.DataFrame
            The columns given and ``weight``; for `gee`, or, with intervals from visit to visit,
            for `kaplan_meier` and `cox`. Patient-level; not for release.
        """
        kept = self.rows.loc[self.remains].drop(columns=["planned_visit", "left"])
        kept = kept.reset_index(drop=True)
        kept.attrs["patient_level"] = True
        return kept

    def by_visit(self) -> pd.DataFrame:
        """Return the diagnostics of each visit.

        Returns
        -------
        pandas.DataFrame
            ``visit, n_at_risk, n_left, n_remaining, mean, sd, least, greatest, effective``: of
            the weights of those who remain. ``effective`` is how many patients of weight 1 they
            are worth (Kish). True counts, and weights of single patients.
        """
        frame = pd.DataFrame(
            {"position": self.position, "left": ~self.remains, "weight": self.rows["weight"]}
        )
        frame["square"] = frame["weight"] ** 2
        groups = frame.groupby("position")
        table = groups.agg(
            n_at_risk=("left", "size"),
            n_left=("left", "sum"),
            n_remaining=("weight", "count"),
            mean=("weight", "mean"),
            sd=("weight", "std"),
            least=("weight", "min"),
            greatest=("weight", "max"),
        )
        table["effective"] = groups["weight"].sum() ** 2 / groups["square"].sum()
        table.insert(0, "visit", [self.labels[place] for place in table.index])
        return _confidential(table.reset_index(drop=True))

    def glance(self) -> pd.DataFrame:
        """Return one row about the weights.

        Returns
        -------
        pandas.DataFrame
            ``n_subjects, n_rows, n_left, mean, least, greatest, n_truncated, lower_limit,
            upper_limit, stabilised``; of all rows of those who remain.
        """
        weight = self.rows["weight"].to_numpy(dtype=float)
        moved = self.remains & (weight != self.untruncated)
        row = pd.DataFrame(
            {
                "n_subjects": [int(np.unique(self.patient).size)],
                "n_rows": [int(self.remains.sum())],
                "n_left": [int((~self.remains).sum())],
                "mean": [float(np.nanmean(weight))],
                "least": [float(np.nanmin(weight))],
                "greatest": [float(np.nanmax(weight))],
                "n_truncated": [int(moved.sum())],
                "lower_limit": [self.limits[0]],
                "upper_limit": [self.limits[1]],
                "stabilised": [self.stabilised],
            }
        )
        return _confidential(row)

    def tidy(self, conf_level: float = 0.95, *, exponentiate: bool = False) -> pd.DataFrame:
        """Return the model of leaving given the history, as `ClusteredModel.tidy`."""
        return self.denominator.tidy(conf_level, exponentiate=exponentiate)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Warnings about the weights; empty when there is nothing to say."""
        table = self.by_visit()
        weight = self.rows["weight"].to_numpy(dtype=float)
        rare = self.chance < _RARE
        thin = table["effective"].lt(_FEW * table["n_remaining"])
        off = self.stabilised & table["mean"].sub(1.0).abs().gt(_OFF)
        counts = {
            "WGT-001": int(np.unique(self.patient[rare]).size),
            "WGT-002": int(off.sum()),
            "WGT-003": int(thin.sum()),
            "WGT-004": int(np.unique(self.patient[weight > _LARGE]).size),
        }
        return tuple(_finding(rule, count) for rule, count in counts.items() if count)

    def about(self) -> str:
        """Say in sentences how the weights were made and whether they were cut."""
        above = self.numerator.formula if self.numerator else "planned_visit"
        kind = f"stabilised by {above}" if self.stabilised else "not stabilised"
        cut = "not truncated"
        if self.truncate is not None:
            low, high = self.truncate
            cut = f"truncated at their {100 * low:g} and {100 * high:g} % quantiles"
        return (
            f"Inverse-probability-of-attrition weights, {kind}, {cut}; leaving is modelled by "
            f"{self.denominator.formula}. They make up for leaving that depends on these "
            "covariates, and on nothing else."
        )

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: numbers at each visit, means and effective numbers.

        The range of the weights, which are those of single patients, stays inside.
        """
        single = [] if self.policy.confidential else ["sd", "least", "greatest"]
        table = self.by_visit().drop(columns=single)
        steps = {
            ("n_at_risk", place): [("n_left", place), ("n_remaining", place)]
            for place in range(len(table))
        }
        return suppressed_counts(
            table,
            counts=["n_at_risk", "n_left", "n_remaining"],
            sums=steps,
            numbers={"mean": "n_remaining", "effective": "n_remaining"},
            about="patients at risk of leaving",
            named_by=["visit"],
            members=self._members(),
            policy=self.policy,
        )

    def _members(self) -> Members:
        """Say who is at risk at each visit, and who of them remains."""
        who = self.rows[self.subject].astype(str)
        units = who.drop_duplicates()
        sets = {}
        for place in range(len(self.labels)):
            at = self.position == place
            sets[("n_at_risk", place)] = units.isin(who[at])
            sets[("n_remaining", place)] = units.isin(who[at & self.remains])
        return Members(units, sets)

    def _shown(self) -> pd.DataFrame:
        return self.disclosure().frame

    def summary(self) -> str:
        """Return what the weights are, their diagnostics and the model of leaving as text."""
        warned = [f"Warning: {finding}" for finding in self.findings]
        return "\n\n".join([self.about(), frame_to_text(self._shown()), *warned])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        warned = [f"Warning: {finding}" for finding in self.findings]
        return frame_to_html(self._shown(), caption=" ".join([self.about(), *warned]))


_WHAT = {
    "WGT-001": f"Some patients have an estimated chance under {_RARE:.0%} to stay at a visit, so "
    "that few can stand for those like them.",
    "WGT-002": f"At some visits stabilised weights have a mean further than {_OFF:g} from 1, which "
    "they have when the model of leaving is right.",
    "WGT-003": "At some visits the weighted patients are worth less than half their number.",
    "WGT-004": f"Some patients have a weight over {_LARGE:g}, so that few decide the result.",
}

_REMEDIES = {
    "WGT-001": "Merge levels, leave out what foretells leaving almost perfectly, or truncate.",
    "WGT-002": "Add interactions or curves to the formula, or covariates to the numerator.",
    "WGT-003": "Expect wide intervals; truncate, and show the result for several cuts.",
    "WGT-004": "Truncate, and show the result for several cuts.",
}


def _confidential(frame: pd.DataFrame) -> pd.DataFrame:
    """Mark a frame with true counts, and weights of single patients, as one of the inside."""
    frame.attrs["confidential"] = True
    return frame


def _finding(rule: str, count: int) -> Finding:
    """Make a warning about the weights."""
    return Finding(
        rule=rule,
        severity="warning",
        table="assessments",
        column="total",
        what=_WHAT[rule],
        remedy=_REMEDIES[rule],
        count=count,
    )
