"""Showing figures in notebooks, and choosing them by kind of result."""

from __future__ import annotations

import base64
import sys
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from analysis.errors import DisclosureError, ReportError
from analysis.figures import figure_png, plot, plot_flow, show

pytestmark = pytest.mark.unit

Shown = list[tuple[dict[str, str], dict[str, Any]]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    seen: Shown = []

    def display(data: dict[str, str], metadata: dict[str, Any] | None = None, **raw: bool) -> None:
        assert raw == {"raw": True}
        seen.append((data, metadata or {}))

    monkeypatch.setattr(sys.modules[show.__module__], "display", display)
    return seen


def flow() -> tuple[Any, pd.DataFrame]:
    return plot_flow(
        pd.DataFrame(
            {
                "step": ["Treated", "<b>Analysed</b>"],
                "n": [600, 540],
                "reason": ["no score", ""],
                "n_excluded": [60, 0],
            }
        )
    )


def test_picture_carries_its_alternative_text(shown: Shown) -> None:
    ax, frame = flow()
    show(ax, frame)
    data, metadata = shown[0]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata == {"image/png": {"alt": frame.attrs["alt"]}}
    assert data["text/plain"] == frame.attrs["alt"]


def test_numbers_fold_out_and_are_escaped(shown: Shown) -> None:
    show(*flow())
    table = shown[1][0]["text/html"]
    assert table.startswith("<details><summary>")
    assert "<b>" not in table
    assert "540" in table


def test_columns_are_named_in_words(shown: Shown) -> None:
    show(*flow())
    for text in shown[1][0].values():
        assert "left out" in text
        assert "n_excluded" not in text


def test_whole_days_have_no_decimals(shown: Shown) -> None:
    ax, frame = plot(SurvivalCurve(), times=[0, 14])
    show(ax, frame.assign(time=[0.0, 14.0]))
    assert '<td class="number">14</td>' in shown[1][0]["text/html"]
    assert "0.600" in shown[1][0]["text/plain"]


def test_figure_is_closed_so_that_it_shows_once(shown: Shown) -> None:
    show(*flow())
    assert shown
    assert plt.get_fignums() == []


def test_picture_has_no_date_or_software() -> None:
    ax, _ = flow()
    picture = figure_png(ax)
    assert b"Software" not in picture
    assert b"matplotlib" not in picture
    plt.close("all")


def test_single_patients_and_silent_figures_are_refused(shown: Shown) -> None:
    ax, frame = flow()
    silent = pd.DataFrame(frame)
    silent.attrs = {}
    with pytest.raises(ReportError, match="alternative text"):
        show(ax, silent)
    silent.attrs = {"alt": "text", "patient_level": True}
    with pytest.raises(DisclosureError):
        show(ax, silent)
    assert not shown
    plt.close("all")


class MarginalMeans:
    """Stands for the result of that name."""

    specs, by = ("route",), ("week",)

    def tidy(self, _: float = 0.95) -> pd.DataFrame:
        frame = pd.DataFrame(
            {"term": "route", "route": ["IV", "IV", "IM", "IM"], "week": [1.0, 4.0] * 2}
        )
        return frame.assign(estimate=[12.0, 9, 13, 10], conf_low=8.0, conf_high=14.0)


class SurvivalCurve:
    """Stands for the result of that name."""

    def curve(self) -> pd.DataFrame:
        return pd.DataFrame(
            {"time": [7.0, 14], "n_risk": [60, 40], "n_event": [12, 12], "estimate": [0.8, 0.6]}
        ).assign(conf_low=0.5, conf_high=0.9)

    def risk_table(self, times: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"time": times, "n_risk": [60, 40][: len(times)]})


class Contrasts:
    """Stands for the result of that name."""

    def tidy(self, _: float = 0.95) -> pd.DataFrame:
        frame = pd.DataFrame({"contrast": ["IM - IV"] * 2, "week": [1.0, 4.0]})
        return frame.assign(estimate=[-1.0, -2.0], conf_low=-3.0, conf_high=0.5)


def test_marginal_means_are_drawn_by_visit_and_group() -> None:
    counts = MarginalMeans().tidy()[["route", "week"]].assign(n=50)
    _, frame = plot(MarginalMeans(), counts=counts)
    assert list(frame.columns)[:2] == ["route", "week"]
    plt.close("all")


def test_contrasts_are_drawn_as_differences() -> None:
    _, frame = plot(Contrasts(), margin=1.0)
    assert list(frame.columns)[:2] == ["contrast", "week"]
    assert "Margin: 1." in frame.attrs["alt"]
    plt.close("all")


def test_survival_curves_are_drawn_at_times() -> None:
    _, frame = plot(SurvivalCurve(), times=[0, 14])
    assert frame["estimate"].tolist() == [1.0, 0.6]
    plt.close("all")


def test_other_results_are_refused_by_name_of_what_is_allowed() -> None:
    with pytest.raises(ReportError, match=r"SurvivalCurve, .*, MarginalMeans, Contrasts"):
        plot(object())
