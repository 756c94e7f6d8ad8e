"""One figure of each kind, from rows that never change, and small pictures of them.

``python -m tests.figures.drawn`` writes the pictures anew; look at each before it is committed.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from analysis.disclosure import INTERNAL
from analysis.figures import figure_png, plot, plot_differences, plot_flow
from analysis.method_checks.reference import reference_rows
from analysis.mixed import lmm
from analysis.quality import funnel, shrinkage, spc_chart
from analysis.survival import cumulative_incidence, kaplan_meier, turnbull
from tests.figures.looks import Plotted

FOLDER = Path(__file__).parent / "pictures"
DPI = 50

TITLE = {"title": "The message of the figure"}
CURVE = {"times": [0, 30, 60, 90, 120], "policy": INTERNAL, **TITLE}


def relapses() -> pd.DataFrame:
    rows = reference_rows("relapse")
    return rows.assign(relapse=rows["type"].eq(1))


def clinics(case: str) -> pd.DataFrame:
    rows = reference_rows("clinics")
    return rows[rows["case"].eq(case)]


def means() -> object:
    fit = lmm("change ~ arm * visit + baseline", reference_rows("scores"), subject="patient")
    return fit.marginal_means("arm", by="visit")


def survival() -> Plotted:
    fit = kaplan_meier(relapses(), time="time", event="relapse", by="arm")
    return plot(fit, **CURVE)


def incidence() -> Plotted:
    return plot(cumulative_incidence(relapses(), "time", "type"), **CURVE)


def between_visits() -> Plotted:
    return plot(turnbull(relapses(), "left", "right", by="arm"), **CURVE)


def marginal_means() -> Plotted:
    return plot(means(), policy=INTERNAL, **TITLE)


def differences() -> Plotted:
    tidy = means().contrasts("iv").tidy()
    return plot_differences(tidy[tidy["visit"].isin(["v1", "v6"])], **TITLE)


def chart() -> Plotted:
    rows = reference_rows("charts")
    costs = rows[rows["chart"].eq("costs")]
    return plot(spc_chart(costs, y="y", kind="i", freeze=20), **TITLE)


def clinic_funnel() -> Plotted:
    roles = {"kind": "proportion", "by": "clinic", "events": "events"}
    found = funnel(
        clinics("response"),
        **roles,
        denominator="denominator",
        overdispersion="none",
        policy=INTERNAL,
    )
    return plot(found, **TITLE)


def shrunken() -> Plotted:
    roles = {"kind": "proportion", "by": "clinic", "events": "events"}
    found = shrinkage(clinics("response"), **roles, denominator="denominator", policy=INTERNAL)
    return plot(found, **TITLE)


def flow() -> Plotted:
    steps = {"step": ["Treated", "With a baseline", "Analysed"], "n": [600, 540, 460]}
    left = {"reason": ["no baseline", "no score", ""], "n_excluded": [60, 80, 0]}
    return plot_flow(pd.DataFrame({**steps, **left}))


KINDS: dict[str, Callable[[], Plotted]] = {
    "cumulative-incidence": incidence,
    "curve-between-visits": between_visits,
    "differences": differences,
    "flow": flow,
    "funnel": clinic_funnel,
    "marginal-means": marginal_means,
    "shrinkage": shrunken,
    "spc-chart": chart,
    "survival": survival,
}


def picture(plotted: Plotted) -> bytes:
    """Draw a small picture of a figure."""
    return figure_png(plotted[0], dpi=DPI)


def pixels(png: bytes) -> np.ndarray:
    """Read the grey of each pixel, from 0 for black to 1 for white."""
    colours = plt.imread(io.BytesIO(png), format="png")
    return np.asarray(colours, dtype=float)[..., :3].mean(axis=2)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Average how far the grey of pixels differs; 1 when the sizes do."""
    if np.abs(np.subtract(one.shape, other.shape)).max() > 2:
        return 1.0
    rows, columns = np.minimum(one.shape, other.shape)
    return float(np.abs(one[:rows, :columns] - other[:rows, :columns]).mean())


if __name__ == "__main__":
    for name, draw in KINDS.items():
        (FOLDER / f"{name}.png").write_bytes(picture(draw()))
