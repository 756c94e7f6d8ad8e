"""Table of quality measures: numerator, denominator and who was left out, by stratum."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.disclosure import HIDDEN
from analysis.errors import DataError
from analysis.quality import Measure, QualityMeasures
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.statistics import denominators_of

__all__ = ["definitions_table", "measures_table"]

_HEADINGS = {
    "numerator": "Numerator",
    "denominator": "Denominator",
    "estimate": "% (95% CI)",
    "observed": "Observed",
    "not_yet_due": "Not yet due",
    "excluded": "Excluded",
}
_MEANING = (
    "Denominator: of the population, whose window has closed and who is not excluded. Observed: of "
    "the denominator, who can be judged, such as by a score in the window; who cannot is not met, "
    "unless the measure excludes them. CI, confidence interval (Wilson)."
)
_STRATA = "Of strata only numerator and denominator are told."
_SPLITS = {
    "age_group": "Age",
    "sex": "Sex",
    "race_ethnicity": "Race or ethnicity",
    "language": "Language",
    "payer": "Payer",
    "coverage": "Coverage",
    "site_id": "Clinic",
    "route": "Route",
}


def measures_table(
    measures: QualityMeasures,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "Quality measures",
    notes: Sequence[str] = (),
    definitions: bool = True,
) -> TableResult:
    """Show quality measures as they were made: by the policy that `quality_measures` was given.

    Parameters
    ----------
    measures : QualityMeasures
        The measures.
    labels : mapping of str to str, optional
        Words for columns of splits and for strata.
    title : str
        Title of the table.
    notes : sequence of str
        Further lines under the table.
    definitions : bool
        Whether the full statement of each measure stands under the table, and measures that
        cannot be computed have a row. False: the short table of a report, for those who find the
        definitions elsewhere.

    Returns
    -------
    TableResult
        Rows grouped by measure, all patients first; without strata a row per measure. A measure
        that cannot be computed says what it needs.

    Raises
    ------
    DataError
        When only computable measures are wanted and there is none.

    Examples
    --------
    >>> from analysis.quality import quality_measures
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = measures_table(quality_measures(study, "induction_completed"))
    >>> table.inline("All", "estimate")
    '87.8 (84.9 to 90.3)'
    """
    shown, policy = _rows(measures.shown), measures.statement.policy
    absent = _absent(shown, {each.name: each.title for each in measures.measures})
    if not definitions:
        absent = _needs(shown, {each.name: each.title for each in measures.measures})
        shown = _computable(shown, absent)
    words = {**_SPLITS, **(labels or {})}
    headings = _headings(measures.conf_level)
    titles = {each.name: each.title for each in measures.measures}
    names = zip(shown["by"], shown["stratum"], strict=True)
    body = shown[["numerator", "denominator", "observed", "not_yet_due"]].assign(
        group=shown["measure"].map(titles),
        label=[_label(by, stratum, words) for by, stratum in names],
        estimate=_percent(shown),
        excluded=_excluded(shown),
    )
    body = body[["group", "label", *headings]].astype("string")
    if not definitions and shown["by"].eq("").all():
        body = body.assign(label=body["group"], group="")
    hidden = measures.statement.hidden
    told = sum(int(body[key].str[:1].str.isdigit().sum()) for key in headings if key != "estimate")
    return TableResult(
        title=title,
        subtitle=_versions(measures) if definitions else "",
        frame=body,
        columns=tuple(Column(key=key, label=label) for key, label in headings.items()),
        notes=(
            *notes,
            _MEANING,
            *_directions(measures),
            *([_STRATA] if shown["by"].ne("").any() and not policy.confidential else []),
            *absent,
            # the last is the rule of the policy, as the next says it
            *(measures.notes[:-1] if definitions else ()),
            hiding_note(policy),
        ),
        denominators=denominators_of(body, {"numerator": "denominator", "estimate": "denominator"}),
        suppression=pd.DataFrame({"status": ["shown", "hidden"], "cells": [told, hidden]}),
        policy=policy,
    )


def _directions(measures: QualityMeasures) -> list[str]:
    """Name the measures of which fewer are better, or of which neither is."""
    told = set(measures.shown.loc[measures.shown["denominator"].ne(""), "measure"])
    words = {"low": "Lower is better", "neither": "Neither high nor low is good in itself"}
    said = {
        text: [each.title for each in measures.measures if each.wanted == way and each.name in told]
        for way, text in words.items()
    }
    each = [f"{text}: {'; '.join(titles)}." for text, titles in said.items() if titles]
    return [" ".join([*each, "Of the others higher is better."])] if each else []


def _rows(shown: pd.DataFrame) -> pd.DataFrame:
    """Leave out the strata of measures that are not computable for anybody."""
    lost = shown["reason"].str.startswith("not computable") & shown["by"].eq("")
    of_lost = shown["measure"].isin(shown.loc[lost, "measure"]) & shown["by"].ne("")
    return shown[~of_lost].reset_index(drop=True)


def _excluded(shown: pd.DataFrame) -> list[str]:
    """Write how many were excluded, and for which reasons."""
    pairs = zip(shown["excluded"], shown["excluded_for"], strict=True)
    return [f"{n} ({reasons})" if reasons else n for n, reasons in pairs]


def _headings(conf_level: float) -> dict[str, str]:
    """Name the columns; the level of the limits is that of the result."""
    return {**_HEADINGS, "estimate": f"% ({100 * conf_level:g}% CI)"}


def _label(by: str, stratum: str, words: Mapping[str, str]) -> str:
    """Name a row: all patients, or a stratum with what it is a stratum of."""
    if not by:
        return words.get(stratum, stratum)
    return f"{words.get(by, by)}: {words.get(stratum, stratum) or 'not in the data'}"


def _percent(shown: pd.DataFrame) -> list[str]:
    """Write percentages with their limits, or that there is none."""
    rows = shown[["estimate", "conf_low", "conf_high", "reason"]].itertuples(index=False)
    texts = []
    for estimate, low, high, reason in rows:
        if reason.startswith("not computable"):
            texts.append("not computable")
        elif reason.startswith("nobody"):
            texts.append("no patients")
        elif pd.isna(estimate):
            texts.append(HIDDEN)
        else:
            texts.append(f"{100 * estimate:.1f} ({100 * low:.1f} to {100 * high:.1f})")
    return texts


def _versions(measures: QualityMeasures) -> str:
    """List the versions of published measures."""
    versions = dict.fromkeys(each.version for each in measures.measures)
    return "; ".join(name for name in versions if name != "own definition")


def definitions_table(
    measures: QualityMeasures, *, title: str = "Definitions of the quality measures"
) -> TableResult:
    """State what is counted by every measure that can be computed, and where that comes from.

    Parameters
    ----------
    measures : QualityMeasures
        The measures. No counts are read.
    title : str
        Title of the table.

    Returns
    -------
    TableResult
        A row per measure: what is counted, of whom, when, who is left out, version and source.

    Raises
    ------
    DataError
        When no measure is computable.

    Examples
    --------
    >>> from analysis.quality import quality_measures
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> table = definitions_table(quality_measures(study, "induction_completed"))
    >>> table.inline("Induction completed", "Counted")
    '4 or more induction sessions with the full dose'
    """
    shown = _rows(measures.shown)
    titles = {each.name: each.title for each in measures.measures}
    kept = set(_computable(shown, _needs(shown, titles))["measure"])
    parts = [_parts(each) for each in measures.measures if each.name in kept]
    return TableResult(
        title=title,
        frame=pd.DataFrame(parts).assign(group="").astype("string"),
        columns=tuple(Column(key=key, label=label, numeric=False) for key, label in _PARTS.items()),
        notes=("A source that says no standard was found leaves the choice to the clinic.",),
        stub="Measure",
    )


_PARTS = {"numerator": "Counted", "denominator": "Of whom", "window": "When", "source": "Source"}


def _parts(measure: Measure) -> dict[str, str]:
    """Lay out one definition."""
    rule = measure.rule
    left_out = "; ".join(rule.excluded)
    return {
        "label": measure.title,
        "numerator": rule.numerator,
        "denominator": rule.denominator + (f"; not: {left_out}" if left_out else ""),
        "window": rule.window,
        "source": f"{measure.source} ({measure.year}); {measure.version}",
    }


def _computable(shown: pd.DataFrame, needs: Sequence[str]) -> pd.DataFrame:
    """Keep the measures that can be computed."""
    kept = shown[~shown["reason"].str.startswith("not computable")]
    if kept.empty:
        raise DataError("No quality measure is computable. " + " ".join(needs))
    return kept.reset_index(drop=True)


def _needs(shown: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Say in one sentence per need which measures are not computable."""
    rows = shown[shown["reason"].str.startswith("not computable") & shown["by"].eq("")]
    by_need: dict[str, list[str]] = {}
    for name, reason in zip(rows["measure"], rows["reason"], strict=True):
        by_need.setdefault(_in_words(reason), []).append(titles[name])
    return [f"Not computable: {'; '.join(n)}. Needed: {what}." for what, n in by_need.items()]


def _in_words(reason: str) -> str:
    """Say what is needed, the lists of codes together."""
    needs = reason.partition("needs ")[2].split("; ")
    codes = [re.sub(r"^the codes of (.*) \(codes=\)$", r"\1", need) for need in needs]
    lists = [code for code, need in zip(codes, needs, strict=True) if code != need]
    rest = [need for code, need in zip(codes, needs, strict=True) if code == need]
    return "; ".join([*rest, *([f"the clinic's codes of {', '.join(lists)}"] if lists else [])])


def _absent(shown: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Say of each measure that is not computable what it needs."""
    rows = shown[shown["reason"].str.startswith("not computable")]
    pairs = dict.fromkeys(zip(rows["measure"], rows["reason"], strict=True))
    return [f"{titles[name]}: {reason}." for name, reason in pairs]
