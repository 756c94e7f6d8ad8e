"""Table of regressions: coefficients or ratios of one or several fits side by side.

What rests on few patients or few events is hidden by what the fit says of itself (`support`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy, hide_coefficients, suppress_cells
from analysis.errors import ColumnError
from analysis.results import p_value_text
from analysis.tables.means import estimate_with_limits
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["FittedRegression", "regression_table"]

_LEVEL = re.compile(r"([^\[\]:]+)\[(?:T\.)?([^\[\]]*)\]")
_INTERCEPT = "Intercept"
_MODEL = "Model"
_COUNTS = {"n_subjects": "Patients", "n_obs": "Observations", "n_event": "Events"}


class FittedRegression(Protocol):
    """What a fit must offer to be put into a table."""

    def tidy(self) -> pd.DataFrame:
        """Return ``term`` and the tidy columns; of ratios their logarithms."""

    def support(self) -> pd.DataFrame:
        """Return ``term, n, residual_df`` and of events ``n_event``."""

    def glance(self) -> pd.DataFrame:
        """Return one row with ``n_subjects``, ``n_obs`` or ``n_event``."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Fit:
    """One fit as it is shown: what may be shown of its coefficients, and its true counts."""

    heading: str
    held: pd.DataFrame
    is_ratio: bool
    counts: dict[str, int]
    name: str

    @property
    def measure(self) -> str:
        """What is estimated, with the level of the interval."""
        level = 100 * float(self.held.attrs.get("conf_level", 0.95))
        return f"{self.name} ({level:g}% CI)"


def regression_table(
    fits: FittedRegression | Mapping[str, FittedRegression],
    *,
    labels: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
    digits: int = 2,
    title: str = "Regression",
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show the coefficients of fits, several of them side by side.

    Models of times to events give ratios (of hazards, of times, as the fit is); all others the
    coefficients themselves.

    Parameters
    ----------
    fits : fit or mapping of str to fit
        One fit, or heading and fit of each: `mmrm`, `lmm`, `cox`, `fine_gray`, `parametric` …
    labels : mapping of str to str, optional
        Words for variables, levels and whole terms, and for "Ratio", such as "Hazard ratio".
    references : mapping of str to str, optional
        Of each factor the level that the others are compared with; it then has a row of its own.
    digits : int
        Decimals of estimates and limits.
    title : str
        Title of the table; in a release also what tells it from others, the same every time.
    notes : sequence of str
        Lines under the table, such as the model and the missing-data rule.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        Rows grouped by variable; a term that a fit does not have is empty. At the end patients or
        observations and events. A coefficient is hidden where fewer than 11 patients or events are
        in a group that it compares; a count where it would tell, with another, fewer than 11.

    Raises
    ------
    ColumnError
        When there is no fit, or a reference is of no factor in the fits.

    Examples
    --------
    >>> from analysis.survival import cox
    >>> rows = range(80)
    >>> data = pd.DataFrame({"arm": ["IM", "IV"] * 40, "time": [5 + k % 37 for k in rows],
    ...     "event": [int(k % 3 > 0) for k in rows]})
    >>> fit = cox("arm", data, time="time", event="event")
    >>> table = regression_table({"Relapse": fit}, references={"arm": "IM"})
    >>> table.inline(("arm", "IM"), "Relapse"), table.inline("Events", "Relapse")
    ('1 (reference)', '53')
    """
    named = fits if isinstance(fits, Mapping) else {"": fits}
    if not named:
        raise ColumnError("regression_table needs one fit or more.")
    words, levels = dict(labels or {}), dict(references or {})
    shown = [_fit(heading, fit, words, policy) for heading, fit in named.items()]
    rows = _term_rows(shown, words, levels, digits)
    counts, log = _count_rows(shown, title, policy)
    columns = [column for place, fit in enumerate(shown) for column in _columns(fit, place, shown)]
    keys = [column.key for column in columns]
    frame = pd.DataFrame([*rows, *counts]).reindex(columns=["group", "label", *keys]).fillna("")
    return TableResult(
        title=title,
        frame=frame.astype("string"),
        columns=tuple(columns),
        notes=(*notes, *_notes(shown, levels), hiding_note(policy)),
        suppression=log,
        policy=policy,
    )


def _fit(heading: str, fit: FittedRegression, words: Mapping[str, str], policy: Policy) -> _Fit:
    """Hold the coefficients of a fit to what stands behind them, and make ratios of logarithms."""
    held = hide_coefficients(fit.tidy(), fit.support(), policy)
    is_ratio = "exponentiate" in inspect.signature(fit.tidy).parameters
    if is_ratio:
        ends = ["estimate", "conf_low", "conf_high"]
        held = held.assign(**{name: np.exp(held[name]) for name in ends})
    about = fit.glance()
    counts = {
        label: int(about[name].iloc[0])
        for name, label in _COUNTS.items()
        if name in about and not (name == "n_obs" and "n_subjects" in about)
    }
    name = "Ratio" if is_ratio else "Estimate"
    return _Fit(
        heading=heading, held=held, is_ratio=is_ratio, counts=counts, name=words.get(name, name)
    )


def _columns(fit: _Fit, place: int, fits: Sequence[_Fit]) -> list[Column]:
    """Head the columns of a fit."""
    measure, p = f"estimate_{place}", f"p_{place}"
    label, sublabel = (fit.heading, fit.measure) if fit.heading else (fit.measure, "")
    p_label = "p" if len(fits) == 1 else f"p, {fit.heading}"
    return [Column(key=measure, label=label, sublabel=sublabel), Column(key=p, label=p_label)]


def _term_rows(
    fits: Sequence[_Fit], words: Mapping[str, str], references: Mapping[str, str], digits: int
) -> list[dict[str, str]]:
    """Write a row per term, in the order in which fits have them, factors after their reference."""
    terms = list(dict.fromkeys(str(term) for fit in fits for term in fit.held["term"]))
    variables = {found[1] for term in terms if (found := _LEVEL.fullmatch(term))}
    if unknown := [name for name in references if name not in variables]:
        raise ColumnError(
            f"references= names {', '.join(unknown)}, which are no factors of the fits; allowed "
            f"are {', '.join(sorted(variables)) or 'none'}."
        )
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for term in terms:
        group, label = _named(term, words)
        factor = found[1] if (found := _LEVEL.fullmatch(term)) else ""
        if factor in references and factor not in seen:
            seen.add(factor)
            reference = references[factor]
            rows.append({"group": group, "label": words.get(reference, reference),
                         **_reference_texts(fits, factor)})  # fmt: skip
        rows.append({"group": group, "label": label, **_term_texts(fits, term, digits)})
    order = {group: place for place, group in enumerate(dict.fromkeys(r["group"] for r in rows))}
    return sorted(rows, key=lambda row: order[row["group"]])


def _named(term: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Split a term into its variables, and its levels."""
    if term == _INTERCEPT:
        return words.get(term, term), "at the reference levels, numbers at 0"
    parts = [
        (found[1], found[2]) if (found := _LEVEL.fullmatch(part)) else (part, "")
        for part in re.split(r":(?![^\[]*\])", term)
    ]
    group = " × ".join(words.get(name, name) for name, _ in parts)
    levels = [words.get(level, level) for _, level in parts if level]
    label = ", ".join(levels) or "per unit"
    return group, words.get(term, label)


def _reference_texts(fits: Sequence[_Fit], factor: str) -> dict[str, str]:
    """Write the row of the reference level, for the fits that have the factor."""
    texts = {}
    for place, fit in enumerate(fits):
        has_it = fit.held["term"].astype("string").str.startswith(f"{factor}[").any()
        key = _columns(fit, place, fits)[0].key
        texts[key] = ("1 (reference)" if fit.is_ratio else "0 (reference)") if has_it else ""
    return texts


def _term_texts(fits: Sequence[_Fit], term: str, digits: int) -> dict[str, str]:
    """Write one term over the fits."""
    texts = {}
    for place, fit in enumerate(fits):
        row = fit.held[fit.held["term"].astype("string").eq(term)]
        if row.empty:
            continue
        measure, p = (column.key for column in _columns(fit, place, fits))
        ends = [float(row[name].iloc[0]) for name in ("estimate", "conf_low", "conf_high")]
        texts[measure] = estimate_with_limits(ends[0], ends[1], ends[2], digits)
        value = row["p_value"].iloc[0]
        if term != _INTERCEPT:  # that a mean is 0 is no question
            texts[p] = HIDDEN if pd.isna(value) else p_value_text(float(value))
    return texts


def _count_rows(
    fits: Sequence[_Fit], title: str, policy: Policy
) -> tuple[list[dict[str, str]], pd.DataFrame]:
    """Write patients, observations and events, so that no two of them tell a few patients."""
    cells: dict[tuple[str, ...], int] = {}
    for fit in fits:
        cells |= {(label, fit.heading): n for label, n in fit.counts.items()}
    unseen, sums = _between(fits, policy)
    hidden = suppress_cells(
        cells | unseen, sums, about=f"counts of fits: {title}", not_shown=list(unseen),
        policy=policy,
    )  # fmt: skip
    labels = list(dict.fromkeys(label for label, _ in cells))
    rows = []
    for label in labels:
        texts = {
            _columns(fit, place, fits)[0].key: hidden.text[label, fit.heading]
            for place, fit in enumerate(fits)
            if label in fit.counts
        }
        rows.append({"group": _MODEL, "label": label, **texts})
    n_hidden = sum(hidden.is_hidden(cell) for cell in cells)
    log = {"status": ["shown", "hidden"], "cells": [len(cells) - n_hidden, n_hidden]}
    return rows, pd.DataFrame(log)


def _between(
    fits: Sequence[_Fit], policy: Policy
) -> tuple[dict[tuple[str, ...], int], list[tuple[Any, list[Any]]]]:
    """List what follows from two counts: who had no event, and who is in one fit only."""
    unseen: dict[tuple[str, ...], int] = {}
    sums: list[tuple[Any, list[Any]]] = []

    def add(total: tuple[str, ...], part: tuple[str, ...], left: int) -> None:
        rest = ("left", *total, *part)
        unseen[rest] = left
        sums.append((total, [part, rest]))

    for place, fit in enumerate(fits):
        whole = next((label for label in ("Patients", "Observations") if label in fit.counts), "")
        if whole and "Events" in fit.counts:
            left = fit.counts[whole] - fit.counts["Events"]
            add((whole, fit.heading), ("Events", fit.heading), left)
        for other in fits[place + 1 :]:
            for label in fit.counts.keys() & other.counts.keys():
                more, less = sorted((fit, other), key=lambda one: -one.counts[label])
                left = more.counts[label] - less.counts[label]
                if 0 < left < policy.minimum_count:
                    add((label, more.heading), (label, less.heading), left)
    return unseen, sums


def _notes(fits: Sequence[_Fit], references: Mapping[str, str]) -> list[str]:
    """Explain what the columns hold."""
    ratios = any(fit.is_ratio for fit in fits)
    return [
        *(["Ratio: 1 is no difference from the reference."] if ratios and references else []),
        (
            "CI, confidence interval; p, of the test against no difference, not adjusted for the "
            "number of tests."
        ),
        *(["Empty: not in this model."] if len(fits) > 1 else []),
    ]
