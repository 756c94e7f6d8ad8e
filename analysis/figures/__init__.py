"""Figures: each returns its axes and the numbers that it shows, with a description in words."""

from analysis.figures.completeness import plot_completeness
from analysis.figures.dispatch import plot
from analysis.figures.flow import plot_flow
from analysis.figures.proportions import plot_proportions
from analysis.figures.show import figure_png, show
from analysis.figures.survival import plot_survival
from analysis.figures.trajectory import plot_trajectory

__all__ = [
    "figure_png",
    "plot",
    "plot_completeness",
    "plot_flow",
    "plot_proportions",
    "plot_survival",
    "plot_trajectory",
    "show",
]
