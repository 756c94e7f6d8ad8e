"""Draw differences or ratios with their intervals, beside no difference and a margin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.disclosure import (
    RELEASE,
    FittedModel,
    Policy,
    hide_coefficients,
    require_releasable,
)
from analysis.errors import ColumnError, DataError, DisclosureError
from analysis.figures.axis import Places
from analysis.figures.labels import add_headings, add_note, below_axis, written
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.results import TIDY_COLUMNS, check_conf_level, counted
from analysis.text_numbers import require_number_columns

if TYPE_CHECKING:
    from analysis.mixed import Contrasts

__all__ = ["plot_differences", "plot_ratios"]

_COLOR = "#0072B2"
_ESTIMATES = ["estimate", "conf_low", "conf_high"]
_ROOM, _OPEN = 0.06, 0.14  # beside the numbers; where intervals are open
_FINE = 4.0  # below this, numbers are written with two decimals
_TICKS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
_FINE_TICKS = np.array([0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3])
_FEWEST_TICKS = 2


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """Where estimates lie on the axis, and what they are called."""

    null: float
    one: str
    many: str
    place: Callable[[Any], Any]
    back: Callable[[Any], Any]


_DIFFERENCE = _Scale(
    null=0.0, one="difference", many="differences", place=np.asarray, back=np.asarray
)
_RATIO = _Scale(null=1.0, one="ratio", many="ratios", place=np.log, back=np.exp)


def plot_differences(
    contrasts: Contrasts | pd.DataFrame,
    *,
    margin: float | tuple[float, float] | None = None,
    favours: tuple[str, str] | None = None,
    conf_level: float = 0.95,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw differences as points with intervals, one row each, in the order given.

    Parameters
    ----------
    contrasts : Contrasts or pandas.DataFrame
        What ``fit.marginal_means(...).contrasts(...)`` returns, or such a frame: ``contrast``,
        further labels, ``estimate, conf_low, conf_high``. A limit may be infinite.
    margin : float or (float, float), optional
        Margin of non-inferiority, or margins of equivalence, drawn as broken lines.
    favours : (str, str), optional
        What differences below and above zero speak for, such as ``("favours IV", "favours IM")``.
        Nothing is written without it: a scale does not say which direction is good.
    conf_level : float
        Coverage of the intervals; of a frame, the one that it has.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: ``contrast``, its further labels, ``estimate, conf_low,
        conf_high``; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When a frame lacks a column.
    DisclosureError
        When a frame holds single patients.
    """
    shown = _read(contrasts, check_conf_level(conf_level))
    texts: Words = {"x_label": "Difference in means", **words}
    about = (f"{100 * conf_level:g}%", _margins(margin), favours)
    return _drawn(shown, _DIFFERENCE, about, ax, texts)


def plot_ratios(
    result: Any,
    *,
    margin: float | tuple[float, float] | None = None,
    favours: tuple[str, str] | None = None,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw ratios, such as hazard ratios, as points with intervals on a log axis (forest plot).

    Parameters
    ----------
    result : regression or pandas.DataFrame
        What `cox`, `fine_gray`, `interval_cox` or `parametric` returns, or a frame of ratios:
        ``term`` or ``contrast``, further labels, ``estimate, conf_low, conf_high``, all above 0.
    policy : Policy
        Ratios of `cox` and `fine_gray` that rest on fewer patients, events or residual degrees of
        freedom are not drawn, and named under the figure.
    margin, favours, conf_level, ax, **words
        As in `plot_differences`; ``x_label`` says which ratio it is, "Hazard ratio" unless given.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: ``contrast``, its further labels, ``estimate, conf_low,
        conf_high``; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When a frame lacks a column.
    DataError
        When a ratio is not above 0.
    DisclosureError
        When a frame holds single patients, or every ratio is hidden.
    """
    level = check_conf_level(conf_level)
    is_frame = isinstance(result, pd.DataFrame)
    tidy = result if is_frame else result.tidy(level, exponentiate=True)
    hidden = ""
    if isinstance(result, FittedModel):
        tidy, hidden = _without_few(tidy, result.support(), policy)
    shown = _read(tidy.rename(columns={"term": "contrast"}), level)
    if not (shown[_ESTIMATES].to_numpy(dtype=float) > 0.0).all():
        raise DataError("Ratios are above 0; give exponentials, or draw with plot_differences.")
    note = " ".join(filter(None, [words.get("note", ""), hidden]))
    texts: Words = {"x_label": "Hazard ratio", **words, "note": note}
    about = (f"{100 * conf_level:g}%", _margins(margin), favours)
    return _drawn(shown, _RATIO, about, ax, texts)


def _without_few(
    tidy: pd.DataFrame, support: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, str]:
    """Leave out what rests on few, and say so."""
    held = hide_coefficients(tidy, support, policy)
    is_hidden = held["reason"].ne("")
    if is_hidden.all():
        raise DisclosureError(
            "Every ratio of the fit rests on too few patients or events to be shown. Merge levels."
        )
    gone = [f"{row.term} ({row.reason})" for row in held[is_hidden].itertuples()]
    return tidy[~is_hidden], f"Not shown: {'; '.join(gone)}." if gone else ""


_About = tuple[str, tuple[float, ...], tuple[str, str] | None]


def _drawn(
    shown: pd.DataFrame, scale: _Scale, about: _About, ax: Axes | None, words: Words
) -> tuple[Axes, pd.DataFrame]:
    """Draw the rows, and describe them."""
    _, margins, favours = about
    words = {**words, "title": words.get("title") or _message(shown, scale)}
    slots = _slots(shown)
    with house_style():
        axes = new_axes(ax, height=1.75 + 0.3 * len(slots) + (0.2 if favours else 0.0))
        _set_axes(axes, shown, slots, margins, words["x_label"], scale)
        for place, (_, row) in enumerate(slots):
            if row is not None:
                _draw(axes, shown.iloc[row], place, _digits(shown), scale)
        _write(axes, words, about, scale)
    shown.attrs["alt"] = _alt(shown, words, about, scale)
    return axes, shown


def _read(contrasts: Any, conf_level: float) -> pd.DataFrame:
    """Take the labels, the estimates and their limits."""
    is_frame = isinstance(contrasts, pd.DataFrame)
    tidy = require_releasable(contrasts) if is_frame else contrasts.tidy(conf_level)
    if not {"contrast", *_ESTIMATES} <= set(tidy.columns):
        raise ColumnError(f"plot_differences needs the columns contrast, {', '.join(_ESTIMATES)}.")
    require_number_columns(tidy, _ESTIMATES)
    labels = [name for name in tidy.columns if name not in TIDY_COLUMNS]
    others = [name for name in labels if name != "contrast"]
    return tidy[["contrast", *others, *_ESTIMATES]].reset_index(drop=True)


def _margins(margin: float | tuple[float, float] | None) -> tuple[float, ...]:
    """Accept no margin, one, or two."""
    if margin is None:
        return ()
    given = margin if isinstance(margin, tuple) else (margin,)
    if not all(isinstance(value, Real) for value in given):
        raise DataError("margin= takes a number, or two numbers in a pair.")
    return tuple(float(value) for value in given)


def _others(shown: pd.DataFrame) -> list[str]:
    """Write the labels of every row besides the contrast."""
    names = [name for name in shown.columns if name not in {"contrast", *_ESTIMATES}]
    texts = [[Places.name(value) for value in shown[name]] for name in names]
    return [", ".join(parts) for parts in zip(*texts, strict=True)] or [""] * len(shown)


def _slots(shown: pd.DataFrame) -> list[tuple[str, int | None]]:
    """Lay out lines from the top: a contrast as a heading, or as the name of its only row."""
    slots: list[tuple[str, int | None]] = []
    others = _others(shown)
    for contrast in dict.fromkeys(shown["contrast"]):
        rows = np.flatnonzero(shown["contrast"].eq(contrast)).tolist()
        if not others[rows[0]]:
            slots += [(_minus(contrast), row) for row in rows]
            continue
        slots.append((_minus(contrast), None))
        slots += [(others[row], row) for row in rows]
    return slots


def _minus(text: object) -> str:
    """Write differences with a minus sign instead of a hyphen."""
    return str(text).replace(" - ", " − ")


def _plain(value: float) -> str:
    """Write a given number as it was given."""
    return f"{value:g}".replace("-", "−")


def _digits(shown: pd.DataFrame) -> int:
    """Choose decimals by the size of the numbers."""
    numbers = shown[_ESTIMATES].to_numpy(dtype=float)
    return 2 if np.nanmax(np.abs(numbers[np.isfinite(numbers)]), initial=0.0) < _FINE else 1


def _text(row: Any, digits: int) -> str:
    """Write an estimate with its interval, which may be open at one side."""
    low, high = written(row["conf_low"], digits), written(row["conf_high"], digits)
    interval = f"{low} to {high}"
    if np.isinf(row["conf_low"]):
        interval = f"up to {high}"
    elif np.isinf(row["conf_high"]):
        interval = f"from {low}"
    return f"{written(row['estimate'], digits)} ({interval})"


def _set_axes(
    ax: Axes,
    shown: pd.DataFrame,
    slots: Sequence[tuple[str, int | None]],
    margins: tuple[float, ...],
    x_label: str,
    scale: _Scale,
) -> None:
    """Name the rows and draw the lines of no difference and of the margin."""
    numbers = shown[_ESTIMATES].to_numpy(dtype=float)
    numbers = np.concatenate([numbers[np.isfinite(numbers)], margins, [scale.null]])
    numbers = scale.place(numbers)
    room = float(np.ptp(numbers)) or 1.0
    left, right = (_OPEN if np.isinf(shown[name]).any() else _ROOM for name in _ESTIMATES[1:])
    ax.set_xlim(numbers.min() - left * room, numbers.max() + right * room)
    ax.set_yticks(range(len(slots)), [text for text, _ in slots])
    for label, (_, row) in zip(ax.get_yticklabels(), slots, strict=True):
        label.set_fontweight("bold" if row is None else "normal")
    top = -1.15 if len(margins) == 1 else -0.6
    ax.set_ylim(len(slots) - 0.4, top)
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if scale is _RATIO:
        ax.xaxis.set_major_locator(FixedLocator(_few_ticks(*ax.get_xlim())))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{np.exp(value):g}"))
    ax.axvline(float(scale.place(scale.null)), color=INK, linewidth=1.0, zorder=1)
    for margin in scale.place(np.array(margins)):
        ax.axvline(margin, color=MUTED, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1)


def _few_ticks(left: float, right: float) -> list[float]:
    """Choose round ratios within the axis, finer ones where it is short."""
    for ticks in (_TICKS, _FINE_TICKS):
        inside = [float(tick) for tick in np.log(ticks) if left <= tick <= right]
        if len(inside) > _FEWEST_TICKS:
            return inside
    return inside


def _draw(ax: Axes, row: Any, place: int, digits: int, scale: _Scale) -> None:
    """Draw one difference, with an arrow where its interval is open, and print it at the right."""
    left, right = ax.get_xlim()
    inside = 0.02 * (right - left)
    low = max(float(scale.place(row["conf_low"])), left + inside)
    high = min(float(scale.place(row["conf_high"])), right - inside)
    ax.plot([low, high], [place, place], color=_COLOR, linewidth=2, zorder=3)
    for limit, end, arrow in ((row["conf_low"], low, "<"), (row["conf_high"], high, ">")):
        if np.isinf(limit):
            ax.plot(end, place, arrow, color=_COLOR, markersize=7, clip_on=False, zorder=3)
    ax.plot(float(scale.place(row["estimate"])), place, "o", color=_COLOR, markersize=7, zorder=4)
    ax.annotate(
        _text(row, digits),
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(10, 0),
        textcoords="offset points",
        va="center",
        size=9,
        color=INK,
        annotation_clip=False,
        gid="count",
    )


def _write(
    ax: Axes,
    words: Words,
    about: _About,
    scale: _Scale,
) -> None:
    """Write the names of the margins, what each side speaks for, headings and notes."""
    level, margins, favours = about
    if len(margins) == 1:  # two names could lie on each other; the note has them
        _name_margin(ax, margins[0], float(scale.place(margins[0])))
    down = below_axis(ax)
    if favours is not None:
        for place, text, side in ((0, f"← {favours[0]}", "left"), (1, f"{favours[1]} →", "right")):
            ax.annotate(
                text,
                (place, 0),
                xycoords="axes fraction",
                xytext=(0, -down),
                textcoords="offset points",
                va="top",
                ha=side,
                size=9,
                weight="bold",
                color=INK,
                annotation_clip=False,
                gid="label",
            )
        down += 15
    notes = [_key(level, margins, scale), words.get("note", "")]
    add_note(ax, " ".join(filter(None, notes)), below=down + 6)
    add_headings(ax, title=words["title"], subtitle=words.get("subtitle", ""))


def _key(level: str, margins: tuple[float, ...], scale: _Scale) -> str:
    """Say what the lines are."""
    key = f"Points: {scale.one}. Lines: {level} confidence interval."
    if not margins:
        return key
    lines = "Broken line: margin" if len(margins) == 1 else "Broken lines: margins"
    return f"{key} {lines} {' and '.join(map(_plain, margins))}."


def _name_margin(ax: Axes, margin: float, place: float) -> None:
    """Write a margin beside the top of its line, on the side that has more room."""
    left, right = ax.get_xlim()
    side = "left" if place < (left + right) / 2 else "right"
    ax.annotate(
        f"margin {_plain(margin)}",
        (place, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4 if side == "left" else -4, -3),
        textcoords="offset points",
        va="top",
        ha=side,
        size=8.5,
        color=MUTED,
        gid="label",
    )


def _message(shown: pd.DataFrame, scale: _Scale) -> str:
    """Say in one line what the last difference is, or between which values they lie."""
    contrasts, last = shown["contrast"].unique(), shown.iloc[-1]
    if len(contrasts) > 1:
        low, high = (written(v, _digits(shown)) for v in shown["estimate"].agg(["min", "max"]))
        return f"{scale.many.capitalize()} lie between {low} and {high}"
    where = f" at {others}" if (others := _others(shown)[-1]) else ""
    return f"{scale.one.capitalize()} {_minus(contrasts[0])}{where}: {_text(last, _digits(shown))}"


def _alt(
    shown: pd.DataFrame,
    words: Words,
    about: _About,
    scale: _Scale,
) -> str:
    """Describe the figure row by row."""
    level, margins, favours = about
    null = "zero" if scale is _DIFFERENCE else "one"
    parts = [
        (
            f"Dot plot, {counted(len(shown), scale.one)} with {level} confidence intervals "
            f"beside a line at {null}: {words['x_label']}."
        )
    ]
    if margins:
        parts.append(f"Margin: {' and '.join(map(_plain, margins))}.")
    if favours is not None:
        parts.append(f"Below {null} {favours[0]}, above {null} {favours[1]}.")
    for (_, row), other in zip(shown.iterrows(), _others(shown), strict=True):
        name = f"{_minus(row['contrast'])}{f', {other}' if other else ''}"
        parts.append(f"{name}: {_text(row, _digits(shown))}.")
    return " ".join([*parts, f"Conclusion: {words['title']}."])
