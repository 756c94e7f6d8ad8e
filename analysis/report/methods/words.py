"""The sentences on how results were made: one kind of result at a time, and all of a chapter.

Nothing is typed here that could differ from what was run: every kind of result says by its own
attributes what it is. The neighbouring modules know the kinds.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Members, Policy, masked_count, suppress_cells
from analysis.errors import ReportError

__all__ = ["Method", "MethodsInWords", "describe", "dropped", "methods_in_words", "patients"]


@dataclass(frozen=True, kw_only=True)
class Method:
    """How one result was made.

    Parameters
    ----------
    subject : str
        What was made.
    sentences : tuple of str
        How, one point each.
    """

    subject: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class MethodsInWords:
    """How the results of a chapter were made.

    Parameters
    ----------
    methods : tuple of Method
        One per result; what was said of an earlier result is not said again.
    """

    methods: tuple[Method, ...]

    def lines(self) -> list[tuple[str, str]]:
        """List subject and text of every method."""
        return [(method.subject, " ".join(method.sentences)) for method in self.methods]

    def __repr__(self) -> str:
        """Show one method per line."""
        return "\n".join(f"- {subject}. {text}" for subject, text in self.lines())

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><strong>{html.escape(subject)}.</strong> {html.escape(text)}</li>"
            for subject, text in self.lines()
        )
        return f'<ul class="methods">{items}</ul>'


def methods_in_words(*results: Any, policy: Policy = RELEASE) -> MethodsInWords:
    """Say how results were made, in sentences that come from the results.

    Parameters
    ----------
    *results : object
        What the functions of the toolkit returned: fits, curves, event tables, charts, funnels,
        measures, imputations, comparisons, tables of counts, and frames of outcomes.
    policy : Policy
        By which counts are shown.

    Returns
    -------
    MethodsInWords
        Shown as a list; numbers of patients are held to the policy.

    Raises
    ------
    ReportError
        When a result is of a kind that cannot be described.

    Examples
    --------
    >>> from analysis.mixed import mmrm
    >>> rows = pd.DataFrame({"patient": list("aabbccdd"), "visit": ["v1", "v2"] * 4,
    ...                      "change": [1.0, 2, 2, 4, 3, 5, 2, 7]})
    >>> fit = mmrm("change ~ visit", rows, subject="patient", visit="visit")
    >>> "unstructured covariance" in repr(methods_in_words(fit))
    True
    """
    told: set[str] = set()
    methods: list[Method] = []
    for result in results:
        method = describe(result, policy)
        new = tuple(text for text in map(_sentence, method.sentences) if text not in told)
        told |= set(new)
        if new:
            methods.append(Method(subject=_capital(method.subject), sentences=new))
    return MethodsInWords(methods=tuple(methods))


@singledispatch
def describe(result: Any, policy: Policy) -> Method:  # noqa: ARG001 - other kinds use it
    """Say how one result was made.

    Parameters
    ----------
    result : object
        What a function of the toolkit returned.
    policy : Policy
        By which counts are shown.

    Returns
    -------
    Method
        Its subject and sentences; those of a kind that is not known here are its own ``notes``.

    Raises
    ------
    ReportError
        When the result has none.
    """
    notes = getattr(result, "notes", None)
    found = notes() if callable(notes) else notes
    if isinstance(found, str) or not isinstance(found, Iterable):
        raise ReportError(
            f"There are no words for how a {type(result).__name__} was made. Give "
            "methods_in_words the fits, curves, charts, tables of counts and frames themselves."
        )
    return Method(subject=subject_of(result), sentences=tuple(map(str, found)))


def subject_of(result: Any) -> str:
    """Name a result by its own title or label, else by its kind."""
    for name in ("title", "label", "name"):
        text = getattr(result, name, None)
        if isinstance(text, str) and text:
            return text
    kind = type(result).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()


def patients(units: pd.Series, about: str, policy: Policy) -> str:
    """Say how many patients are behind a result, as far as other tables let it be said.

    Parameters
    ----------
    units : pandas.Series of str
        Who they are, as `units_of` names them; repeats count once.
    about : str
        Of which result, the same in every release.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    str
        A sentence.
    """
    who = pd.Series(units.astype(str).unique(), dtype="object")
    shown = suppress_cells(
        {"patients": len(who)},
        about=f"patients behind {about}",
        members=Members(who, {"patients": who.notna()}),
        policy=policy,
    ).text["patients"]
    return "" if shown == HIDDEN else f"Patients: {shown}."


def dropped(n: float, what: str, policy: Policy) -> str:
    """Say how many rows were left out because a value was missing."""
    number = "none" if n == 0 else masked_count(n, policy)
    return f"{what} left out because a value was missing: {number}."


def _sentence(text: str) -> str:
    """End a sentence with a full stop."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _capital(text: str) -> str:
    """Begin with a capital letter, and end without a full stop."""
    return (text[:1].upper() + text[1:]).rstrip(".")
