"""How values of clinics are written and drawn, by what is compared."""

from __future__ import annotations

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, PercentFormatter

from analysis.figures.labels import written

__all__ = ["VALUE_LABELS", "capitalised", "format_values", "value_text"]

VALUE_LABELS = {
    "proportion": "Share of patients",
    "rate": "Events",
    "ratio": "Observed ÷ expected",
    "mean": "Mean",
}
"""What the axis of values shows, where nothing else is said."""


def value_text(value: float, kind: str) -> str:
    """Write the value of a clinic.

    Parameters
    ----------
    value : float
        Proportion, rate, ratio or mean.
    kind : {"proportion", "rate", "ratio", "mean"}
        Which of these.

    Returns
    -------
    str
        Percent without decimals; others with one or two.

    Examples
    --------
    >>> value_text(0.452, "proportion"), value_text(-7.77, "mean"), value_text(0.349, "ratio")
    ('45%', '−7.8', '0.35')
    """
    if kind == "proportion":
        return f"{100 * value:.0f}%"
    return written(value, 2 if kind == "ratio" else 1)


def capitalised(text: str) -> str:
    """Begin a text with a capital, and leave the rest as it is.

    Parameters
    ----------
    text : str
        A label; may be empty.

    Returns
    -------
    str
        For subtitles.
    """
    return text[:1].upper() + text[1:]


def format_values(axis: Axis, kind: str) -> None:
    """Write the ticks of values in percent, or with a true minus.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        The axis of values.
    kind : {"proportion", "rate", "ratio", "mean"}
        What is compared.
    """
    if kind == "proportion":
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    else:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:z.6g}".replace("-", "−")))
