"""Draw the flow of patients as boxes, with those who leave at the side."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from analysis.disclosure import CONFIDENTIAL, HIDDEN, RELEASE, Policy, suppress_flow
from analysis.figures.labels import add_headings, add_note
from analysis.figures.style import INK, MUTED, Words, house_style, new_axes

__all__ = ["plot_flow"]

_STEP = (0.0, 0.36)  # left and right edge of the boxes of steps, as a share of the width
_SIDE = (0.46, 1.0)
_STEP_LETTERS, _SIDE_LETTERS = 34, 52
_INCHES = 0.17  # height of one line of text


def plot_flow(
    flow: pd.DataFrame,
    *,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw who was treated, who was analysed, and why the others were not.

    Parameters
    ----------
    flow : pandas.DataFrame
        True counts: ``step, n, reason, n_excluded``, as `suppress_flow` takes them. Small
        exclusions are merged before anything is drawn.
    policy : Policy
        The least count that may be shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the frame after suppression; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError, DataError
        As `suppress_flow`.
    """
    shown = suppress_flow(flow, policy)
    boxes = _lay_out(shown)
    title = words.get("title") or _message(shown)
    with house_style():
        axes = new_axes(ax, height=_INCHES * boxes[-1].bottom + 1.05)
        axes.set_axis_off()
        axes.set_xlim(-0.005, 1.005)
        axes.set_ylim(boxes[-1].bottom + 0.1, -0.1)
        _draw(axes, boxes)
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        notes = [words.get("note", ""), _note(shown, policy)]
        add_note(axes, " ".join(filter(None, notes)), below=8)
    shown.attrs["alt"] = _alt(shown, title)
    return axes, shown


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A step with its box, and the box of those who leave it; heights in lines of text."""

    text: str
    top: float
    bottom: float
    side: str
    side_top: float
    side_bottom: float


def _lay_out(shown: pd.DataFrame) -> list[_Box]:
    """Stack the steps, with room between them for those who leave."""
    boxes: list[_Box] = []
    top = 0.0
    for step, rows in shown.groupby("step", sort=False):
        text = "\n".join([*textwrap.wrap(str(step), _STEP_LETTERS), f"n = {rows['n'].iloc[0]}"])
        side = _side_text(rows)
        bottom = top + text.count("\n") + 1 + 0.8
        height = side.count("\n") + 1 + 0.9 if side else 0.0
        gap = max(1.6, height + 1.0)
        middle = bottom + gap / 2
        boxes.append(
            _Box(
                text=text,
                top=top,
                bottom=bottom,
                side=side,
                side_top=middle - height / 2,
                side_bottom=middle + height / 2,
            )
        )
        top = bottom + gap
    return boxes


def _side_text(rows: pd.DataFrame) -> str:
    """Write one line per reason, with its number first."""
    left = rows[rows["reason"].ne("") & rows["n_excluded"].ne("0")]
    lines: list[str] = []
    for reason, n in zip(left["reason"], left["n_excluded"], strict=True):
        lines += textwrap.wrap(f"{n}  {reason}", _SIDE_LETTERS, subsequent_indent="     ")
    return "\n".join(lines)


def _draw(ax: Axes, boxes: list[_Box]) -> None:
    """Draw boxes and arrows."""
    middle = sum(_STEP) / 2
    for box, after in zip(boxes, [*boxes[1:], None], strict=True):
        _box(ax, _STEP, (box.top, box.bottom), face="#eef4f9", edge="#0072B2")
        ax.text(middle, (box.top + box.bottom) / 2, box.text, ha="center", va="center", color=INK)
        if after is not None:
            _arrow(ax, (middle, box.bottom), (middle, after.top))
        if box.side:
            height = (box.side_top + box.side_bottom) / 2
            _arrow(ax, (middle, height), (_SIDE[0], height))
            _box(ax, _SIDE, (box.side_top, box.side_bottom), face="white", edge="#9a9a9a")
            ax.text(_SIDE[0] + 0.015, height, box.side, ha="left", va="center", color=INK, size=9)


def _box(ax: Axes, x: tuple[float, float], y: tuple[float, float], *, face: str, edge: str) -> None:
    """Draw one box."""
    ax.add_patch(
        FancyBboxPatch(
            (x[0], y[0]),
            x[1] - x[0],
            y[1] - y[0],
            boxstyle="square,pad=0",
            facecolor=face,
            edgecolor=edge,
            linewidth=1.1,
        )
    )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw one arrow."""
    style = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, xytext=start, arrowprops=style, annotation_clip=False)


def _steps(shown: pd.DataFrame) -> pd.DataFrame:
    """Take the first row of each step."""
    return shown.drop_duplicates("step")


def _message(shown: pd.DataFrame) -> str:
    """Say in one line how many are left in the end."""
    steps = _steps(shown)
    last = f"“{steps['step'].iloc[-1]}”"
    if steps["n"].iloc[-1] == HIDDEN:
        return f"How many of {steps['n'].iloc[0]} patients reach {last} is hidden"
    return f"{steps['n'].iloc[-1]} of {steps['n'].iloc[0]} patients reach {last}"


def _note(shown: pd.DataFrame, policy: Policy) -> str:
    """Say what was merged or hidden."""
    if policy.confidential:
        return CONFIDENTIAL
    if not shown.attrs["merged"] and not shown.attrs["audit"]["cell"]:
        return ""
    return (
        f"Groups of fewer than {policy.minimum_count} patients are merged with the next one, or "
        f"hidden ({policy.small_text} or —)."
    )


def _alt(shown: pd.DataFrame, title: str) -> str:
    """Describe the flow step by step."""
    parts = [f"Flow diagram of patients in {len(_steps(shown))} steps."]
    for step, rows in shown.groupby("step", sort=False):
        left = rows[rows["reason"].ne("") & rows["n_excluded"].ne("0")]
        reasons = ", ".join(
            f"{n} {r}" for r, n in zip(left["reason"], left["n_excluded"], strict=True)
        )
        n = rows["n"].iloc[0]
        parts.append(f"{step}: {n}{f'; leaving: {reasons}' if reasons else ''}.")
    return " ".join([*parts, f"Conclusion: {title}."])
