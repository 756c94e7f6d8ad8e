"""Show a figure in a notebook: the picture with its alternative text, and the plotted numbers."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes

from analysis.disclosure import require_releasable
from analysis.errors import ReportError
from analysis.figures.style import house_style
from analysis.results import frame_to_html, frame_to_text

__all__ = ["figure_png", "show"]

DPI = 150
_WORDS = {
    "conf_low": "lower limit",
    "conf_high": "upper limit",
    "estimate_low": "estimate from",
    "estimate_high": "estimate to",
    "n_risk": "at risk",
    "n_excluded": "left out",
    "site_id": "site",
    "first_site_id": "first site",
}  # names of columns that say little to a reader


def figure_png(ax: Axes, *, dpi: int = DPI) -> bytes:
    """Draw the figure of some axes as PNG, the same bytes for the same figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of the figure.
    dpi : int
        Dots per inch.

    Returns
    -------
    bytes
        The picture, without software name or date in it.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ReportError("The axes belong to no figure any more. Draw the figure again.")
    picture = io.BytesIO()
    with house_style():  # ticks are made while drawing
        figure.savefig(picture, format="png", dpi=dpi, metadata={"Software": None})
    return picture.getvalue()


def show(ax: Axes, frame: pd.DataFrame) -> None:
    """Display a figure with its alternative text, and its numbers in a table that folds out.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of the figure; it is closed afterwards, so that it is not shown twice.
    frame : pandas.DataFrame
        The plotted numbers, with ``attrs["alt"]``; its columns are shown in words, such as
        "lower limit" for ``conf_low``.

    Raises
    ------
    DisclosureError
        When the frame holds single patients.
    ReportError
        When the frame has no alternative text.
    """
    alt = str(require_releasable(frame).attrs.get("alt", ""))
    if not alt:
        raise ReportError(
            "The figure has no alternative text. Show the frame that the plot function returned, "
            "or set frame.attrs['alt']."
        )
    picture = base64.b64encode(figure_png(ax)).decode("ascii")
    display(
        {"image/png": picture, "text/plain": alt},
        metadata={"image/png": {"alt": alt}},
        raw=True,
    )
    numbers = _whole_as_whole(frame).rename(columns=_in_words)
    display({"text/html": _details(numbers), "text/plain": frame_to_text(numbers)}, raw=True)
    plt.close(ax.get_figure(root=True))


def _details(frame: pd.DataFrame) -> str:
    """Write the numbers as a table that folds out."""
    words = html.escape("The numbers in this figure")
    return f"<details><summary>{words}</summary>{frame_to_html(frame)}</details>"


def _in_words(name: str) -> str:
    """Name a column for a reader."""
    return _WORDS.get(name, name.replace("_", " "))


def _whole_as_whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Show columns of whole numbers, such as days, without decimals."""
    floats = frame.select_dtypes("float")
    whole = [
        name for name in floats if floats[name].notna().all() and floats[name].mod(1).eq(0).all()
    ]
    return frame.astype(dict.fromkeys(whole, "int64"))
