"""Differences between clinics, and charts over time, as other software was asked for them."""

from __future__ import annotations

from typing import Any

from analysis.disclosure import INTERNAL
from analysis.method_checks.reference import reference_rows
from analysis.quality import shrinkage, spc_chart
from analysis.quality.clinics.funnel_overdispersion import dispersion
from analysis.quality.clinics.funnel_points import read_points

__all__ = ["charts", "clinics"]


def clinics() -> dict[str, float]:
    """Estimate how much clinics differ beyond chance.

    Returns
    -------
    dict of str to float
        Quantity to number: the spread of response between clinics, and overdispersion of ratios.
    """
    cases = dict(list(reference_rows("clinics").groupby("case")))
    between = shrinkage(
        cases["response"],
        kind="proportion",
        by="clinic",
        events="events",
        denominator="denominator",
        method="maximum likelihood",
        policy=INTERNAL,  # invented clinics
    ).glance()
    ratios = read_points(
        cases["ratio"],
        kind="ratio",
        by="clinic",
        target=None,
        columns={"events": "events", "expected": "expected"},
    )
    shmi = dispersion(ratios, scale="log", trim=0.1, tails="truncate")
    cqc = dispersion(ratios, scale="square root", trim=0.1, tails="winsorise")
    return {
        "standard deviation between clinics": float(between["estimate"].iloc[1]),
        "overdispersion of ratios (SHMI)": shmi.phi,
        "variance between clinics (SHMI)": shmi.between_variance,
        "overdispersion of ratios (CQC)": cqc.phi,
    }


def charts() -> dict[str, float]:
    """Compute the lines of charts over time.

    Returns
    -------
    dict of str to float
        Quantity to number: centre lines and limits of printed examples.
    """
    rows = dict(list(reference_rows("charts").groupby("chart")))
    costs = _lines(rows["costs"], kind="i", freeze=20)
    ranges = _lines(rows["costs"], kind="mr", freeze=20)
    shares = spc_chart(rows["orders"], y="y", n="n", kind="p")
    laney = spc_chart(rows["orders"], y="y", n="n", kind="p'", screen=False).frame
    return {
        "individuals, costs: centre line": costs["centre"],
        "individuals, costs: lower limit": costs["lower"],
        "individuals, costs: upper limit": costs["upper"],
        "moving ranges, costs: upper limit": ranges["upper"],
        "proportions, orders: centre line": float(shares.glance()["centre"].iloc[0]),
        "proportions, orders: mean lower limit": float(shares.frame["lower"].mean()),
        "proportions, orders: mean upper limit": float(shares.frame["upper"].mean()),
        "Laney, orders: mean lower limit": float(laney["lower"].mean()),
        "Laney, orders: mean upper limit": float(laney["upper"].mean()),
    }


def _lines(rows: Any, **options: Any) -> dict[str, float]:
    """Take the centre line and the limits of a chart that has the same ones everywhere."""
    found = spc_chart(rows, y="y", **options).glance().iloc[0]
    return {name: float(found[name]) for name in ("centre", "lower", "upper")}
