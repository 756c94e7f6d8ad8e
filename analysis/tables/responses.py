"""Table of proportions with the three denominators: started, evaluable, observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy, hide_responses
from analysis.disclosure.responses import RESPONSE_COUNTS, row_names
from analysis.tables.result import Column, TableResult, hiding_note
from analysis.tables.statistics import denominators_of

__all__ = ["response_table"]

_HEADINGS = {
    "started": "Started",
    "evaluable": "Evaluable",
    "observed": "Observed",
    "n": "With outcome",
    "estimate": "% of observed (95% CI)",
    "estimate_missing_as_no": "% of evaluable",
}
_DENOMINATORS = (
    "Started: had a first treatment of the course. Evaluable: started, baseline at the stated "
    "threshold, window closed. Observed: evaluable with a score in the window. CI, confidence "
    "interval (Wilson)."
)


_OF = {"n": "observed", "estimate": "observed", "estimate_missing_as_no": "evaluable"}


def response_table(
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    total: str | None = None,
    title: str = "Response and remission",
    notes: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> TableResult:
    """Show proportions with their denominators and Wilson limits that were computed before.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `outcomes.response_rates` returns: ``measure``, a group column, ``started, evaluable,
        observed, n, estimate, conf_low, conf_high`` and, if wanted, ``estimate_missing_as_no``.
    labels : mapping of str to str, optional
        Words for measures, groups and columns.
    total : str, optional
        Value of the group column in the row that is the sum of all others. Put the total into the
        same table as the groups: a separate table would give hidden counts away.
    title : str
        Title of the table.
    notes : sequence of str
        Lines under the table, such as the definition of response. Definitions that were not
        verified, as ``frame.attrs["unverified"]`` says them, follow by themselves.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        Rows grouped by measure; a percentage is hidden with any count of its own.

    Raises
    ------
    ColumnError, DataError
        As `hide_responses`.

    Examples
    --------
    >>> rates = pd.DataFrame({"measure": ["response"], "started": [90], "evaluable": [79],
    ...     "observed": [60], "n": [30], "estimate": [0.5], "conf_low": [0.377],
    ...     "conf_high": [0.623]})
    >>> response_table(rates).inline("response", "estimate")
    '50.0 (37.7 to 62.3)'
    """
    shown, hidden = hide_responses(_in_order(frame, total), total=total, policy=policy)
    words = {**_HEADINGS, **(labels or {})}
    names = row_names(shown.drop(columns=["evaluable_low", "evaluable_high"]))
    group = [words.get(name, name) for name in names[0]]
    measure = [words.get(name, name.replace("_", " ")) for name in names[1]]
    grouped = any(group)
    body = pd.DataFrame(
        {"group": measure if grouped else "", "label": group if grouped else measure}
    ).assign(**{name: shown[name].tolist() for name in RESPONSE_COUNTS}, estimate=_percent(shown))
    keys = [*RESPONSE_COUNTS, "estimate"]
    if "estimate_missing_as_no" in shown:
        keys.append("estimate_missing_as_no")
        body["estimate_missing_as_no"] = _percent_of_evaluable(shown)
    return TableResult(
        title=title,
        frame=body.astype("string"),
        columns=tuple(Column(key=key, label=words[key]) for key in keys),
        notes=(
            *notes,
            *(_by_label(note, words) for note in frame.attrs.get("unverified", ())),
            _DENOMINATORS,
            *_harm_note(frame, keys),
            *_range_note(shown, policy),
            hiding_note(policy),
        ),
        denominators=denominators_of(body, {key: _OF[key] for key in keys if key in _OF}),
        suppression=hidden.log(),
        policy=policy,
    )


def _in_order(frame: pd.DataFrame, total: str | None) -> pd.DataFrame:
    """Keep the rows of a measure together, its total last."""
    group, measure = row_names(frame)
    order = pd.DataFrame(
        {"measure": pd.factorize(pd.Series(measure))[0], "last": [name == total for name in group]}
    )
    return frame.iloc[order.sort_values(["measure", "last"], kind="stable").index]


def _percent(shown: pd.DataFrame) -> list[str]:
    """Write percentages with their limits."""
    rows = shown[["estimate", "conf_low", "conf_high"]].itertuples(index=False)
    return [
        HIDDEN if pd.isna(e) else f"{100 * e:.1f} ({100 * low:.1f} to {100 * high:.1f})"
        for e, low, high in rows
    ]


def _percent_of_evaluable(shown: pd.DataFrame) -> list[str]:
    """Write percentages of the evaluable, or their range where these are shown as a range."""
    texts = []
    for row in shown.to_dict("records"):
        low, high = row["evaluable_low"], row["evaluable_high"]
        if pd.notna(row["estimate_missing_as_no"]):
            texts.append(f"{100 * row['estimate_missing_as_no']:.1f}")
        elif row["n"][:1].isdigit() and low < high:
            n = int(row["n"].replace(",", ""))
            texts.append(f"{100 * n / high:.1f}–{100 * n / low:.1f}")
        else:
            texts.append(HIDDEN)
    return texts


def _by_label(note: str, words: Mapping[str, str]) -> str:
    """Call a measure in a note as the table calls it."""
    name, _, rule = note.partition(": ")
    return f"{words.get(name, name.replace('_', ' '))}: {rule}"


def _harm_note(frame: pd.DataFrame, keys: Sequence[str]) -> tuple[str, ...]:
    """Warn where the second percentage would make harm look rare."""
    if not frame.attrs.get("worsening") or "estimate_missing_as_no" not in keys:
        return ()
    note = (
        "% of evaluable counts a missing score as without the outcome: cautious for response, not"
    )
    return (f"{note} for deterioration.",)


def _range_note(shown: pd.DataFrame, policy: Policy) -> tuple[str, ...]:
    """Explain ranges, if there are any."""
    if not shown["evaluable_low"].lt(shown["evaluable_high"]).any():
        return ()
    return (f"A range stands where fewer than {policy.minimum_count} are not evaluable.",)
