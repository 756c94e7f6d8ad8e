"""Results of a network in words and tables, for those who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, release
from analysis.distributed.bundles.between_sites import between_sites
from analysis.distributed.bundles.compared_sites import SENTENCES, compared_sites
from analysis.distributed.bundles.pooled import Pooled
from analysis.distributed.bundles.specification import MODES
from analysis.distributed.cox.rounds import NextRound
from analysis.errors import DisclosureError
from analysis.results import frame_to_text, p_value_text

__all__ = ["heading_lines", "pooled_text", "shown_tables"]

WITHIN = {
    "by-site": "Each site alone",
    "between-sites": "How much sites differ beyond chance",
    "without-each-site": "All sites, and without each in turn",
}
"""Tables for the inside of the network only: the difference of two of them is one site."""

_COMPARED = {
    "funnel": "Sites beside the limits of chance",
    "shrunken": "Sites, drawn in towards all together",
}


def heading_lines(pooled: Pooled) -> Iterator[str]:
    """Say in what mode, under which agreement and from which sites results come.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.

    Yields
    ------
    str
        One fact each.
    """
    specification = pooled.specification
    yield f"Mode: {pooled.mode}: {MODES[pooled.mode]}."
    if specification.agreement:
        yield f"Under: {specification.agreement}."
    yield f"Agreement (SHA-256): {specification.sha256}"
    sent = [bundle.site for bundle in pooled.bundles]
    yield f"Sites ({len(sent)} of {len(specification.sites)}): {', '.join(sent)}"
    if pooled.absent:
        yield f"Absent, and in no number: {', '.join(pooled.absent)}"


def shown_tables(
    pooled: Pooled, policy: Policy = RELEASE, *, whole: bool = False
) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the tables that may be shown.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.
    policy : Policy
        For whom: for release the pooled result as `release` lets it pass.
    whole : bool
        For the inside also the fits by site, without each site, and how sites differ.

    Returns
    -------
    dict of str to dict of str to pandas.DataFrame
        Per analysis ``""`` to the pooled result, or to the reason why it is not shown; and where
        there is something to say ``by-site``, ``between-sites`` and ``without-each-site``, or of
        counts by site the tables of `compared_sites`.
    """
    return {
        name: {"": _frame(pooled, name, policy), **(_within(pooled, name, policy) if whole else {})}
        for name in pooled.results
    }


def _within(pooled: Pooled, name: str, policy: Policy) -> dict[str, pd.DataFrame]:
    """Return the tables for the inside of the network."""
    if policy.confidential and pooled.funnel_measures(name):
        return compared_sites(pooled, name)
    if not policy.confidential or not pooled.sites_known(name):
        return {}
    by_site = pooled.by_site(name)
    found = {"by-site": by_site}
    if "std_error" in by_site:
        found["between-sites"] = between_sites(by_site)
    return {**found, "without-each-site": pooled.without_each_site(name)}


def _frame(pooled: Pooled, name: str, policy: Policy) -> pd.DataFrame:
    """Return the table of a result, or the reason why it is not shown."""
    result = pooled[name]
    if isinstance(result, pd.DataFrame):  # small counts of the masked mode are missing already
        why = "Counts by site are for the inside; see --audience internal."
        is_shown = policy.confidential or pooled.mode == "masked"
        return result if is_shown else pd.DataFrame({"not_shown": [why]})
    if policy.confidential or isinstance(result, NextRound):
        return pooled.table(name)
    try:
        return release(result, policy).frame
    except DisclosureError as error:
        return pd.DataFrame({"not_shown": [str(error)]})


def pooled_text(
    pooled: Pooled,
    tables: Mapping[str, Mapping[str, pd.DataFrame]],
    policy: Policy = RELEASE,
) -> str:
    """Write what a network has found, as Markdown that is also readable as it is.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.
    tables : mapping
        As `shown_tables` by the same policy.
    policy : Policy
        For whom.

    Returns
    -------
    str
        Title, mode, agreement and sites; per analysis its model, patients and tables, rounded.
    """
    parts = [f"# {pooled.specification.title or 'Pooled results'}"]
    if policy.confidential:
        parts.append(f"**{CONFIDENTIAL}**")
    parts.append("\n".join(f"- {line}" for line in heading_lines(pooled)))
    for analysis in pooled.specification.analyses:
        what = _plain(analysis.text)
        parts += [
            f"## {analysis.name}",
            f"{what}. Patients: {_patients_text(pooled, analysis.name)}.",
        ]
        parts += _written(tables[analysis.name])
    if not policy.confidential:
        parts.append("Fits by site and without each site stay inside: two of them show one site.")
    return "\n\n".join(parts) + "\n"


def _written(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Write the tables of one analysis."""
    for kind, table in tables.items():
        if kind:
            yield f"### {_heading(kind)}"
        if SENTENCES in table.attrs:
            yield " ".join(table.attrs[SENTENCES])
        yield f"```text\n{frame_to_text(_rounded(table))}\n```"


def _heading(kind: str) -> str:
    """Name a table for the inside of the network."""
    if kind in WITHIN:
        return WITHIN[kind]
    how, _, measure = kind.partition("-")
    return f"{_COMPARED[how]}: {measure.replace('_', ' ')}"


def _plain(value: Any) -> str:
    """Write an option as a reader would."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(each)}" for key, each in value.items() if each)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def n_patients(pooled: Pooled, name: str) -> int | None:
    """Count the patients of an analysis.

    Parameters
    ----------
    pooled : Pooled
        What a network has fitted.
    name : str
        Analysis.

    Returns
    -------
    int or None
        Of all sites that sent a bundle; None where masks hide how many each has.
    """
    counts = [part.n_patients for b in pooled.bundles for part in b.parts if part.name == name]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _patients_text(pooled: Pooled, name: str) -> str:
    """Write the number of patients, or why it is not known."""
    n = n_patients(pooled, name)
    return "hidden by masks, site by site" if n is None else f"{n:,}"


_SAID_ABOVE = ["not_fitted", "case_mix"]  # by the fits by site, and in a sentence


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Write p-values as readers expect, and notes short; numbers are rounded when printed."""
    shown = table.drop(columns=_SAID_ABOVE, errors="ignore")
    if "p_value" in shown:
        shown = shown.assign(p_value=[p_value_text(p) for p in shown["p_value"]])
    if "note" in shown:
        shown = shown.assign(
            note=[str(note).split(" (")[0].split(". ")[0] for note in shown["note"]]
        )
    return shown
