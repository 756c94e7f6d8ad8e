"""Table of the rules behind the results: visits, baseline, entry, definitions, with sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import LAST, treated_patients
from analysis.outcomes import definition as definition_of
from analysis.outcomes.entry import entry_in_words, entry_threshold
from analysis.outcomes.in_words import visit_in_words
from analysis.outcomes.regression import expected_regression
from analysis.outcomes.rules import Rules
from analysis.study import Study
from analysis.tables.result import Column, TableResult

__all__ = ["rules_table"]

Line = tuple[str, str, str, str]

_OWN, _NO = "rule of this report", "no"
_COLUMNS = (
    Column(key="rule", label="In words", numeric=False),
    Column(key="source", label="Source", numeric=False),
    Column(key="verified", label="Verified", numeric=False),
)


def rules_table(
    study: Study,
    instrument: str,
    *,
    visit: str,
    measures: Sequence[str] = (),
    title: str = "The rules behind the results",
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> TableResult:
    """Say by which rules scores become results, where they come from, and what was not verified.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    visit : str
        Label of the planned visit of the main result.
    measures : sequence of str
        Names of definitions, as in `outcomes.definition_names`.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown; the regression to the mean rests on the mean of the
        baselines and is left out under it.
    **rules
        ``schedule, baseline, baseline_at_least`` as in `outcomes.visit_outcomes`.

    Returns
    -------
    TableResult
        One row per rule: in words, its source, and whether it was read there.

    Raises
    ------
    DataError
        When the visit is not planned or the scale lacks a definition.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> rules_table(study, "PHQ-9", visit="week 4").inline("Evaluable", "rule")
    'PHQ-9 of 10 or more before treatment, and a window that closed before the data ended.'
    """
    stated = rules.get("baseline_at_least")
    baseline = rules.get("baseline", LAST)
    change = _regression(study, instrument, rules, policy)
    lines: list[Line] = [
        ("Visit", visit_in_words(visit, **rules), _OWN, ""),
        ("Baseline", str(baseline).removeprefix("Baseline: ").capitalize(), _OWN, ""),
        _entry(instrument, stated),
        ("Regression to the mean", change, *_spread(instrument)),
        *(_definition(name, instrument) for name in measures),
    ]
    body = pd.DataFrame(lines, columns=["label", *(column.key for column in _COLUMNS)])
    return TableResult(
        title=title,
        frame=body.assign(group="").astype("string"),
        columns=_COLUMNS,
        notes=_notes(body),
        policy=policy,
        stub="Rule",
    )


def _entry(instrument: str, stated: float | None) -> Line:
    """Say which patients are evaluable, and where the threshold comes from."""
    words = f"{entry_in_words(instrument, stated)} before treatment, and a window that closed "
    usual = entry_threshold(instrument)
    text = f"{words}before the data ended."
    if stated is not None or usual is None:
        return ("Evaluable", text, "stated for this report" if usual else "no usual threshold", "")
    return ("Evaluable", text, usual.source, "yes" if usual.verified else _NO)


def _regression(study: Study, instrument: str, rules: Rules, policy: Policy) -> str:
    """Say which change the choice of patients alone would make, or why that is not known."""
    baseline, stated = rules.get("baseline", LAST), rules.get("baseline_at_least")
    known = treated_patients(study, instrument=instrument)["baseline"].notna().sum()
    if not policy.confidential and known < policy.minimum_count:
        return f"Hidden: fewer than {policy.minimum_count} patients have a baseline."
    try:
        expected = expected_regression(
            study, instrument, baseline=baseline, baseline_at_least=stated
        )
    except DataError as why:
        return f"Not computable: {why}"
    return (
        f"Expected change if nothing changed: {expected.expected_change:+z.2f} points. Assumes "
        f"normal scores with mean {expected.mean:.1f} and SD {expected.standard_deviation:.1f}, "
        f"reliability {expected.reliability:.2f}, no floor or ceiling, and entry by the baseline "
        "itself."
    )


def _spread(instrument: str) -> tuple[str, str]:
    """Name the source of the reliability, and whether it was read there."""
    scale = load_instrument(instrument)
    found = [item for item in scale.evidence if item.fact == "spread"]
    source = "; ".join(["Barnett et al. 2005", *(item.source for item in found)])
    return source, "" if not found else _NO if "spread" in scale.unverified else "yes"


def _definition(name: str, instrument: str) -> Line:
    """Say what one measure means."""
    found = definition_of(name, instrument)
    return (
        name.replace("_", " ").capitalize(),
        found.rule,
        found.source,
        "yes" if found.verified else _NO,
    )


def _notes(body: pd.DataFrame) -> tuple[str, ...]:
    """Explain the mark of what was not verified, and the abbreviations."""
    doubt = (
        "“No” under Verified: the rule was read at second hand only. Confirm it in the source "
        "before relying on it."
    )
    abbreviations = "SD, standard deviation. Empty under Verified: a choice of this report."
    return (*((doubt,) if body["verified"].eq(_NO).any() else ()), abbreviations)
