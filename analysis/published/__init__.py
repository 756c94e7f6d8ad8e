"""Published cohorts and trials: what each reported, by which definition, and how sure that is."""

from analysis.published.definitions import DEFINITIONS, Definition
from analysis.published.library import published_figures, published_names, published_study
from analysis.published.study import PublishedFigure, PublishedStudy

__all__ = [
    "DEFINITIONS",
    "Definition",
    "PublishedFigure",
    "PublishedStudy",
    "published_figures",
    "published_names",
    "published_study",
]
