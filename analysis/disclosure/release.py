"""The one door: what may leave passes with a record of it, everything else is refused.

A result says of itself what leaves; what says nothing of itself stays inside.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from analysis.disclosure.models import (
    FittedCurve,
    FittedModel,
    hide_coefficients,
    shown_curve,
)
from analysis.disclosure.policy import RELEASE, Policy, is_small, require_releasable, rounded_count
from analysis.disclosure.rows import require_rows_of_groups
from analysis.errors import DisclosureError

__all__ = ["Releasable", "Released", "Statement", "release"]

_IDENTIFIERS = re.compile(
    r"(?:^|_)(?:subject|patient|person|participant|record|mrn)(?:_?id)?$|^id$"
)
_OF_PATIENTS = re.compile(
    r"^(?:min|max|minimum|maximum|outlier.*|residual.*|fitted|blup.*|cooks_?d.*|leverage|"
    r"dfbeta.*|n_censored|draw_\d+)$"
)
_COUNTS = re.compile(
    r"^(?:n|n_.*|counts?|patients|subjects|people|cases|started|evaluable|observed|due|scored|"
    r"events)$"
)
_LEADING = re.compile(r"^\s*(\d[\d,]*)(?![\d.]|\s*%)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Statement:
    """What a result says of itself: the numbers that leave, and how they were protected.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is shown.
    policy : Policy
        By which it was made.
    hidden : int
        How many counts are hidden in it.
    audit : pandas.DataFrame
        The attacker's interval of each of them, where there is one.
    """

    frame: pd.DataFrame
    policy: Policy
    hidden: int = 0
    audit: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)


@runtime_checkable
class Releasable(Protocol):
    """A result that knows what of it may leave."""

    def disclosure(self) -> Statement:
        """Say what leaves and how it was protected."""


Result = Releasable | FittedModel | FittedCurve | pd.DataFrame


@dataclass(frozen=True, kw_only=True, eq=False)
class Released:
    """What may leave, with the record of it.

    Parameters
    ----------
    frame : pandas.DataFrame
        What is shown.
    policy : Policy
        By which it was made.
    hidden : int
        How many counts are hidden.
    audit : pandas.DataFrame
        The attacker's view; for the analyst, not for release.
    digest : str
        SHA-256 of what is shown, written as CSV.
    """

    frame: pd.DataFrame
    policy: Policy
    hidden: int
    audit: pd.DataFrame = field(repr=False)
    digest: str


def release(result: Result, policy: Policy = RELEASE) -> Released:
    """Let a table or a frame of groups pass, or refuse it and say what to do.

    Parameters
    ----------
    result : table, suppressed counts, fit, curve, or pandas.DataFrame
        Anything with a ``disclosure()`` of its own; a model or curve with ``support()``, the
        counts behind its estimates; or a frame with one row per group whose counts were
        suppressed before.
    policy : Policy
        The rule of the release.

    Returns
    -------
    Released
        The frame, the policy, hidden counts, audit and digest.

    Raises
    ------
    DisclosureError
        When the policy or the result is for the inside only, was made by another policy, has a
        row per patient or may have one, counts that the policy hides or would round, numbers that
        are those of one patient (minima, residuals, steps), a small count that is not protected,
        or when the result does not say what of it may leave.

    Notes
    -----
    Counts of a plain frame are recognised by their names (``n``, ``n_…``, ``started``, ``count``
    …) and are held to the policy one by one; sums between them are known to `suppress_counts`
    and its neighbours only.

    Of a model its coefficients leave. One that rests on fewer patients, events or residual
    degrees of freedom than the policy asks for keeps its row, without numbers and with the
    reason. Of a curve the steps leave that `cut_curve` shows.

    Examples
    --------
    >>> from analysis.disclosure import suppress_counts
    >>> counts = pd.DataFrame({"n": [4, 25, 60]}, index=["IM", "nasal", "IV"])
    >>> release(suppress_counts(counts, column_totals=True)).hidden
    2
    """
    if policy.confidential:
        raise DisclosureError(
            "The policy is for the inside of the clinic, so nothing leaves by it. Choose one with "
            "audience='release', such as named_policy('CMS')."
        )
    said = _statement(result, policy)
    if said.policy != policy:
        raise DisclosureError(
            "The result was made by another policy than that of the release. Make it again with "
            "policy= set to that of the release."
        )
    if not said.audit.empty and not said.audit["protected"].all():
        open_ones = int((~said.audit["protected"].astype(bool)).sum())
        raise DisclosureError(
            f"{open_ones} small counts can be worked out from what is shown or was released "
            "before. Join groups, or leave the table out."
        )
    _require_groups(said.frame, policy)
    if isinstance(result, pd.DataFrame):
        require_rows_of_groups(result, policy)
    text = said.frame.to_csv(lineterminator="\n")
    return Released(
        frame=said.frame.copy(),
        policy=policy,
        hidden=said.hidden,
        audit=said.audit.copy(),
        digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )


def _statement(result: Result, policy: Policy) -> Statement:
    """Ask a result what leaves; a frame is all that it is."""
    if isinstance(result, pd.DataFrame):
        return Statement(frame=result, policy=policy)
    if isinstance(result, Releasable):
        return result.disclosure()
    if isinstance(result, FittedModel):
        shown = hide_coefficients(result.tidy(), result.support(), policy)
        return Statement(frame=shown, policy=policy, hidden=int(shown["reason"].ne("").sum()))
    if isinstance(result, FittedCurve):
        steps = result.support()
        followed, about = getattr(result, "followed", None), getattr(result, "origin", None)
        shown = shown_curve(steps, policy, followed=followed, about=about or "")
        return Statement(frame=shown, policy=policy, hidden=len(steps) - len(shown))
    raise DisclosureError(
        f"{type(result).__name__} does not say what of it may leave, since it may hold rows of "
        "patients. Make a table of it (estimates_table) or draw it (plot) by the policy, and "
        "release that."
    )


def _require_groups(frame: pd.DataFrame, policy: Policy) -> None:
    """Refuse rows and numbers of single patients, and counts that the policy does not show."""
    require_releasable(frame)
    if frame.attrs.get("confidential"):
        raise DisclosureError(
            "The frame holds true counts for the inside of the clinic. Make it again with the "
            "policy of the release."
        )
    names = [str(name) for name in [*frame.columns, *frame.index.names]]
    _refuse(names, _IDENTIFIERS, "identify patients", "Summarise over patients first")
    _refuse(names, _OF_PATIENTS, "hold numbers of single patients", "Drop them")
    table = (
        frame
        if isinstance(frame.index, pd.RangeIndex)
        else frame.reset_index(allow_duplicates=True)
    )
    wrong = [name for name in dict.fromkeys(table.columns) if _tells_counts(table, name, policy)]
    if wrong:
        raise DisclosureError(
            f"{len(wrong)} columns of counts ({', '.join(map(str, wrong))}) hold some that the "
            f"policy hides or rounds. {policy.rule} Suppress them first (suppress_counts)."
        )
    if _tells_none(frame, policy):
        raise DisclosureError(
            "The frame says of a sensitive item that nobody in a group has it, which discloses "
            "every member. Suppress it first (suppress_counts, suppress_proportions)."
        )


def _refuse(names: list[str], pattern: re.Pattern[str], why: str, what_next: str) -> None:
    """Refuse columns by their names."""
    found = [name for name in names if pattern.search(name.casefold())]
    if found:
        raise DisclosureError(
            f"{len(found)} columns {why}: {', '.join(found)}. {what_next}; allowed are counts "
            "and estimates over groups."
        )


def _tells_counts(frame: pd.DataFrame, name: object, policy: Policy) -> bool:
    """Say whether a column of counts, numbers or texts of digits, shows what it must not."""
    if not _COUNTS.search(str(name).casefold()):
        return False
    values = frame[name]
    if not pd.api.types.is_numeric_dtype(values):  # such as "1,204" or "3 (7.5%)"
        texts = values.astype("string").str.extract(_LEADING)[0]
        values = pd.to_numeric(texts.str.replace(",", ""), errors="coerce")
    counts = values.to_numpy(dtype=float, na_value=np.nan)
    known = counts[~np.isnan(counts)]
    return bool(is_small(known, policy).any() or (rounded_count(known, policy) != known).any())


def _tells_none(frame: pd.DataFrame, policy: Policy) -> bool:
    """Say whether a row that is named as sensitive shows a count of 0."""
    texts = frame.select_dtypes(exclude="number")
    labels = [*(texts[name] for name in texts), frame.index.to_series()]
    rows = np.zeros(len(frame), dtype=bool)
    for label in labels:
        names = [name for name in label.dropna().unique() if policy.is_sensitive(name)]
        rows |= label.isin(names).to_numpy()
    counts = [name for name in frame.columns if _COUNTS.search(str(name).casefold())]
    shown = frame.loc[rows, counts].astype("string").fillna("").to_numpy(dtype=str)
    return bool((shown == "0").any())
