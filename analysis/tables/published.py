"""Table of a clinic beside a published cohort, with who was seen on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.quality import PublishedComparison
from analysis.tables.counted import number_text
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["published_table"]

_COUNTS = {
    "started": "Treated",
    "evaluable": "Evaluable",
    "observed": "With a score",
    "n": "With the outcome",
}
_DIFFERENCE = "difference"
_NOT_PUBLISHED = "not published"


def published_table(
    comparison: PublishedComparison,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    notes: Sequence[str] = (),
) -> TableResult:
    """Show a study, a published cohort and their difference; the policy is the comparison's.

    Parameters
    ----------
    comparison : PublishedComparison
        What `compare_with_published` returns.
    labels : mapping of str to str, optional
        Words for rows: "this study", "difference", "regression to the mean alone".
    title : str
        Title; measure, scale, window and cohorts when left out.
    notes : sequence of str
        Further lines under the table, before method, power and what cannot be shown.

    Returns
    -------
    TableResult
        One row each; counts that the source does not give are "not published".

    Examples
    --------
    >>> from analysis.quality import compare_with_published
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = published_table(compare_with_published(study, cohort="McInnes 2022"))
    >>> table.inline("McInnes 2022", "With a score"), table.inline("difference", "estimate")
    ('537', '−14.1 (−24.6 to −2.7) points')
    """
    shown, words = comparison.shown, dict(labels or {})
    statement = comparison.disclosure()
    share = comparison.is_share
    counts = [name for name in _COUNTS if name in shown]
    published = shown["cohort"].eq(comparison.source.study.name)
    texts = {
        name: shown[name].astype("string").mask(published & shown[name].eq(""), _NOT_PUBLISHED)
        for name in counts
    }
    frame = pd.DataFrame(
        {
            "group": "",
            "label": [words.get(str(name), str(name)) for name in shown["cohort"]],
            **texts,
            "estimate": _estimates(shown, share=share),
        }
    )
    own = shown.loc[shown["cohort"].eq(shown["cohort"].iloc[0]), counts].astype("string")
    told = int(sum(text[:1].isdigit() for text in own.to_numpy().ravel()))
    heading = f"{'%' if share else 'Mean change'} (95% CI)"
    return TableResult(
        title=title or comparison.title,
        frame=frame.astype("string"),
        columns=(
            *(Column(key=name, label=_COUNTS[name]) for name in counts),
            Column(key="estimate", label=heading),
        ),
        notes=(*notes, *comparison.notes(), _MEANING, hiding_note(comparison.policy)),
        suppression=pd.DataFrame(
            {"status": ["shown", "hidden"], "cells": [told, statement.hidden]}
        ),
        policy=comparison.policy,
    )


_MEANING = (
    "Treated: on the drug and route of the published cohort. Evaluable: treated, baseline at the "
    "threshold, window closed. With a score: evaluable with a score in the published window. CI, "
    "confidence interval."
)


def _estimates(shown: pd.DataFrame, *, share: bool) -> list[str]:
    """Write estimates with their limits; a difference of shares is in percentage points."""
    per, rows = (100.0 if share else 1.0), []
    for row in shown.to_dict("records"):
        value, low, high = (
            number_text(per * float(row[name]), 1) for name in ("estimate", "conf_low", "conf_high")
        )
        unit = " points" if share and row["cohort"] == _DIFFERENCE else ""
        has_limits = pd.notna(row["conf_low"]) and pd.notna(row["estimate"])
        rows.append(f"{value} ({low} to {high}){unit}" if has_limits else value)
    return rows
