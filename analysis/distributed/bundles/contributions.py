"""Who is in the sums of an analysis, and to which question: for the site's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure import Policy
from analysis.distributed.bundles.analyses import Analysis, MixedModel
from analysis.distributed.bundles.hazards import Hazards
from analysis.distributed.bundles.rates import AdverseEventCounts, ResponseCounts
from analysis.distributed.bundles.times import TimesToEvent
from analysis.distributed.bundles.totals import AdverseEventTotals
from analysis.distributed.thresholds.offered import refuse
from analysis.distributed.thresholds.records import (
    Contributors,
    contributors,
    contributors_to_counts,
)
from analysis.distributed.thresholds.repeated import check_repeated
from analysis.errors import DataError, DisclosureError

__all__ = ["Contribution", "check_contributions", "contribution_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Contribution:
    """Who is in the sums of one analysis, and how.

    Parameters
    ----------
    analysis : str
        As the agreement calls it.
    question : str
        What is asked. Sums to one question are held against each other, whatever their groups,
        bins, levels and thresholds of severity; sums to different questions are not.
    patients : Contributors
        Digests of ids and values; stays at the site.
    """

    analysis: str
    question: str
    patients: Contributors

    def to_plain(self) -> dict[str, Any]:
        """Return values that JSON has; `from_plain` reads them."""
        plain = {"analysis": self.analysis, "question": self.question}
        return {**plain, "patients": self.patients.to_plain()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Contribution:
        """Read what `to_plain` made.

        Parameters
        ----------
        plain : mapping
            Entries.

        Returns
        -------
        Contribution
            The same.

        Raises
        ------
        DataError
            When it is none.
        """
        try:
            analysis, question, patients = (
                plain[name] for name in ("analysis", "question", "patients")
            )
        except (KeyError, TypeError):
            raise DataError("This is no entry of a record of who was in a bundle.") from None
        return cls(
            analysis=str(analysis),
            question=str(question),
            patients=Contributors.from_plain(patients),
        )


def contribution_of(analysis: Analysis, rows: pd.DataFrame, policy: Policy) -> Contribution:
    """Say who is in the sums of an analysis.

    Parameters
    ----------
    analysis : Analysis
        Any that a site can publish on its own.
    rows : pandas.DataFrame
        The rows that are summed, coarsened already.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    Contribution
        For the record of the site.
    """
    if isinstance(analysis, Hazards):
        refuse("cox")
    if isinstance(analysis, AdverseEventCounts):
        refuse("events per patient")
    if isinstance(analysis, MixedModel):
        question, patients = "scores", contributors(analysis.task, rows, policy=policy)
    else:
        question, by, amounts = _counted(analysis)
        patients = contributors_to_counts(
            rows, subject="subject_id", by=by, amounts=amounts, policy=policy
        )
    return Contribution(analysis=analysis.name, question=question, patients=patients)


def _counted(
    analysis: TimesToEvent | ResponseCounts | AdverseEventTotals,
) -> tuple[str, Sequence[str], Sequence[str]]:
    """Return the question, the columns by which patients are counted, and what is added."""
    text = analysis.text
    if isinstance(analysis, TimesToEvent):
        groups = [name for name in (analysis.task.by, *analysis.task.strata) if name is not None]
        names = ("endpoint", "instrument", "visit")
        question = ", ".join(["time to", *(str(text[name]) for name in names if name in text)])
        return question, [*groups, "time", "event"], ()
    if isinstance(analysis, ResponseCounts):
        question = f"response, {text['instrument']}, {text['visit']}"
        return question, analysis.task.flags, ()
    return "adverse events", analysis.task.flags, analysis.task.amounts


def check_contributions(
    new: Sequence[Contribution], earlier: Sequence[Contribution], *, policy: Policy
) -> None:
    """Refuse sums that single out few patients, together with each other or with earlier ones.

    Parameters
    ----------
    new : sequence of Contribution
        Of the bundle that is about to be sent.
    earlier : sequence of Contribution
        Of all bundles that the site has sent.
    policy : Policy
        Its least count is the threshold.

    Raises
    ------
    DisclosureError
        When two analyses of the bundle, or one of them and an earlier one, ask the same question
        of patients of whom too few differ.
    """
    for place, own in enumerate(new):
        beside = [each for each in new[:place] if each.question == own.question]
        before = [each for each in earlier if each.question == own.question]
        if beside and _differ_by_few(own, beside, policy):
            raise DisclosureError(
                f"{own.analysis!r} and {', '.join(repr(each.analysis) for each in beside)} differ "
                "by too few patients of this site, or count them too finely together: what is in "
                "one and not in the other would follow by subtraction. Agree on one of them, on "
                "the same levels and visits for both, or send masked sums."
            )
        if before and _differ_by_few(own, [*before, *beside], policy):
            raise DisclosureError(
                f"{own.analysis!r}: together with what this site has sent before, too few patients "
                "would be singled out: those who came or left since, are counted elsewhere, or had "
                "a value corrected. Send the earlier bundle again, or wait until more patients "
                f"differ (at least {policy.minimum_count} for counts; for a mixed model as many "
                "more as its sums have columns), or send masked sums."
            )


def _differ_by_few(new: Contribution, others: Sequence[Contribution], policy: Policy) -> bool:
    """Say whether sums to one question single out few patients."""
    try:
        check_repeated(new.patients, [each.patients for each in others], policy=policy)
    except DisclosureError:
        return True
    return False
