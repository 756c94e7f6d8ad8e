"""One chart per clinic beside that of the network: which clinic changed, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

from analysis.disclosure import RELEASE, Policy
from analysis.outcomes.rules import Rules
from analysis.quality.charts.clinic_charts_result import ClinicCharts
from analysis.quality.charts.series import quality_series
from analysis.quality.charts.spc import spc_chart
from analysis.study import Study

__all__ = ["clinic_charts"]


def clinic_charts(
    study: Study,
    measure: str,
    *,
    instrument: str = "PHQ-9",
    visit: str = "week 4",
    by: str = "site_id",
    period: str = "shared",
    policy: Policy = RELEASE,
    **rules: Unpack[Rules],
) -> ClinicCharts:
    """Judge a measure over time at each clinic, by one period for all of them.

    Parameters
    ----------
    study : Study
        A checked study, see `quality_series`.
    measure : str
        As in `quality_series`, such as "mean change" or "response".
    instrument, visit : str
        Scale and planned visit; not used for adverse events.
    by : str
        Column of the clinics, or of other groups to one of which every patient belongs.
    period : {"shared", "month", "quarter", "half-year", "year"}
        "shared": the shortest that suits half of the clinics or more; inside the clinic the
        longest of which there are twelve or more.
    policy : Policy
        The least count that may be shown, which decides on the period.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    ClinicCharts
        Charts with their own lines, a row per clinic, and how many false signals all charts
        together are expected to give. Draw it with `plot`, let it leave with `release`.

    Raises
    ------
    ColumnError
        When `by` is not a column.
    DataError
        When the measure or the period is not known, the study lacks what the measure needs, or no
        row falls in a period.

    Notes
    -----
    What leaves is held to the chart of the network by the period that `quality_series` gives it:
    a point of a clinic is hidden, too, where the network's points would tell a small count.

    Examples
    --------
    >>> from analysis.disclosure import INTERNAL
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> charts = clinic_charts(study, "mean change", policy=INTERNAL)
    >>> print(charts.shown(INTERNAL).conclusion)
    No clinic has a signal: chance may explain the variation of 8 charts.
    """
    of_clinics, of_all = (
        quality_series(
            study,
            measure,
            instrument=instrument,
            visit=visit,
            by=group,
            period=length,
            policy=policy,
            **rules,
        )
        for group, length in ((by, period), (None, None))
    )
    network = spc_chart(of_all, **of_all.attrs["chart"])
    chart = replace(spc_chart(of_clinics, **of_clinics.attrs["chart"]), beside=network)
    return ClinicCharts.of(chart, period=str(of_clinics["period_length"].iloc[0]))
