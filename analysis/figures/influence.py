"""Draw how a difference changes when each clinic is left out, without ranking clinics."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, require_releasable, suppress_counts
from analysis.disclosure.columns import group_texts
from analysis.errors import ColumnError
from analysis.figures.labels import add_headings, add_note, below_axis, written
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.results import counted
from analysis.text_numbers import require_number_columns

__all__ = ["plot_influence"]

_COLOR = "#0072B2"
_ESTIMATES = ["estimate", "conf_low", "conf_high", "change", "change_in_std_errors"]
_ALL = ["estimate_all", "conf_low_all", "conf_high_all"]


def plot_influence(
    frame: pd.DataFrame,
    *,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the estimate without each clinic beside that of all patients, clinics by name.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `clinic_influence` returns, for one contrast.
    policy : Policy
        Clinics of fewer than 11 patients are held back, with a second one where they would
        follow from the others.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: the clinic, ``n_patients`` (text), ``estimate,
        conf_low, conf_high`` without it, ``change, change_in_std_errors``; ``attrs["alt"]``
        describes the figure.

    Raises
    ------
    ColumnError
        When a column is absent, or the frame has several contrasts.
    DisclosureError
        When the frame holds single patients.
    """
    clinic, full = _check(frame)
    shown = _release(frame, clinic, policy)
    what = _what(frame, clinic)
    words = {**words, "title": words.get("title") or _message(shown, full)}
    with house_style():
        axes = new_axes(ax, height=1.95 + 0.27 * len(shown))
        _draw_full(axes, full)
        for place, row in enumerate(shown.to_dict("records")):
            _draw(axes, place, row)
        _set_axes(axes, shown, clinic, full, words.get("x_label") or what)
        add_headings(axes, title=words["title"], subtitle=words.get("subtitle", ""))
        notes = [_KEY, words.get("note", ""), *_notes(frame, clinic), _hidden_note(shown, policy)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs["alt"] = _alt(shown, clinic, full, what, words)
    return axes, shown


_KEY = (
    "Points: estimate without the clinic, with its confidence interval. Broken line and band: "
    "estimate and interval of all patients. At the right: estimate, and patients left out."
)


def _check(frame: pd.DataFrame) -> tuple[str, pd.Series]:
    """Return the column of the clinic and the estimate of all patients."""
    needed = {"n_patients", *_ESTIMATES, *_ALL}
    if not needed <= set(require_releasable(frame).columns) or frame.empty:
        raise ColumnError(
            "plot_influence takes the frame of clinic_influence, with its columns "
            f"{', '.join(sorted(needed))}."
        )
    require_number_columns(frame, sorted(needed))
    clinic = str(frame.columns[0])
    if frame[clinic].duplicated().any():
        raise ColumnError(
            "The frame has several contrasts; choose one first, such as "
            "frame[frame['visit'].eq('week 4')]."
        )
    return clinic, frame[_ALL].iloc[0]


def _what(frame: pd.DataFrame, clinic: str) -> str:
    """Name the contrast by its labels."""
    labels = frame.columns[1 : list(frame.columns).index("n_patients")]
    texts = [str(frame[name].iloc[0]).replace(" - ", " − ") for name in labels]
    return f"Estimate of {', '.join(texts)} without one {clinic.removesuffix('_id')}"


def _release(frame: pd.DataFrame, clinic: str, policy: Policy) -> pd.DataFrame:
    """Order clinics by name and hold back small ones, and one more where needed."""
    names = group_texts(frame[clinic])
    ordered = frame.assign(**{clinic: names}).sort_values(clinic).reset_index(drop=True)
    counts = ordered.set_index(clinic)[["n_patients"]]
    table = suppress_counts(counts, column_totals=True, policy=policy)
    hidden = table.status["n_patients"].reindex(counts.index).ne("shown").to_numpy()
    shown = ordered[[clinic, "n_patients", *_ESTIMATES]]
    text = table.shown["n_patients"].reindex(counts.index).to_numpy()
    blank = {name: shown[name].mask(hidden) for name in _ESTIMATES}
    return shown.assign(**blank, n_patients=pd.array(text, dtype="string"))


def _draw_full(ax: Axes, full: pd.Series) -> None:
    """Draw the estimate of all patients and its interval behind the clinics."""
    ax.axvspan(full["conf_low_all"], full["conf_high_all"], color=RULE, alpha=0.55, linewidth=0)
    ax.axvline(full["estimate_all"], color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1)


def _draw(ax: Axes, place: int, row: dict[Any, Any]) -> None:
    """Draw one clinic, and print its numbers at the right."""
    text, color = "hidden", MUTED
    if not np.isnan(row["estimate"]):
        ax.plot([row["conf_low"], row["conf_high"]], [place] * 2, color=_COLOR, linewidth=1.8)
        ax.plot(row["estimate"], place, "o", color=_COLOR, markersize=6)
        text, color = written(row["estimate"], 2), INK
    elif row["n_patients"][:1].isdigit():
        text = "no estimate"
    for offset, content in ((8, text), (72, f"n = {row['n_patients']}")):
        ax.annotate(
            content,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(offset, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=color,
            annotation_clip=False,
            gid="count",
        )


def _set_axes(ax: Axes, shown: pd.DataFrame, clinic: str, full: pd.Series, x_label: str) -> None:
    """Name the clinics, and show zero where it is near."""
    numbers = np.concatenate([shown[_ESTIMATES[:3]].to_numpy(dtype=float).ravel(), full])
    numbers = numbers[np.isfinite(numbers)]
    low, high = float(numbers.min()), float(numbers.max())
    span = (high - low) or 1.0
    if min(abs(low), abs(high)) < 0.5 * span:
        low, high = min(low, 0.0), max(high, 0.0)
        ax.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    ax.set_xlim(low - 0.05 * span, high + 0.05 * span)
    ax.set_yticks(range(len(shown)), shown[clinic].tolist())
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _notes(frame: pd.DataFrame, clinic: str) -> list[str]:
    """Say which clinics cannot be left out."""
    if "note" not in frame.columns:
        return []
    lost = frame[frame["note"].astype("string").fillna("").ne("")]
    names = sorted(group_texts(lost[clinic]))
    return [f"{reason} ({', '.join(names)})." for reason in dict.fromkeys(lost["note"])][:1]


def _hidden_note(shown: pd.DataFrame, policy: Policy) -> str:
    """Say what is held back."""
    if policy.confidential:
        return CONFIDENTIAL
    if shown["n_patients"].str[:1].str.isdigit().all():
        return ""
    return (
        f"Hidden: fewer than {policy.minimum_count} patients, or needed to protect another clinic."
    )


def _message(shown: pd.DataFrame, full: pd.Series) -> str:
    """Say in one line between which values the estimate stays."""
    known = shown["estimate"].dropna()
    if known.empty:
        return "Every clinic has too few patients to show the estimate without it"
    low, high = written(known.min(), 2), written(known.max(), 2)
    span = f"{low} to {high}" if low != high else low
    return f"With all patients {written(full['estimate_all'], 2)}; without one clinic {span}"


def _alt(shown: pd.DataFrame, clinic: str, full: pd.Series, what: str, words: Words) -> str:
    """Describe the figure clinic by clinic."""
    low, estimate, high = (
        written(full[f"{name}_all"], 2) for name in ("conf_low", "estimate", "conf_high")
    )
    parts = [
        (
            f"Dot plot, {counted(len(shown), 'clinic')} left out in turn. {what}. All patients: "
            f"{estimate} ({low} to {high})."
        )
    ]
    for row in shown.to_dict("records"):
        text = "hidden"
        if not np.isnan(row["estimate"]):
            limits = f"{written(row['conf_low'], 2)} to {written(row['conf_high'], 2)}"
            text = f"{written(row['estimate'], 2)} ({limits})"
        elif row["n_patients"][:1].isdigit():
            text = "no estimate"
        parts.append(f"Without {row[clinic]}: {text}, n = {row['n_patients']}.")
    return " ".join([*parts, f"Conclusion: {words['title']}."])
