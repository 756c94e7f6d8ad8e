"""Making a report: check the study, run the notebooks, assemble one page, look at it, write it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.checks import check_folder
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import (
    FEWEST,
    definition_names,
    entry_in_words,
    visit_outcomes,
    window_named,
)
from analysis.progress import progress
from analysis.report.execute import execute_notebook, notebook_paths
from analysis.report.gate import require_sound_page
from analysis.report.origin import provenance
from analysis.report.page import render_page, section_of
from analysis.report.releases import against_ledger
from analysis.results import counted
from analysis.study import Study

__all__ = ["DEFAULTS", "build_report"]

DEFAULTS: Mapping[str, Any] = {"instrument": "PHQ-9", "visit": "week 4", "baseline_at_least": None}
"""Parameters of the notebooks, as they stand in their first cells; a baseline of None stands for
the entry threshold of the scale."""


def build_report(
    study_folder: Path | str,
    output: Path | str,
    *,
    parameters: Mapping[str, Any] | None = None,
    ledger: Path | str | None = None,
    release: str = "",
) -> Path:
    """Write the quality report of a study as one offline HTML page.

    Parameters
    ----------
    study_folder : path
        Folder of the study; it must pass `analysis.check_folder` without errors.
    output : path
        Folder for ``index.html``; made when missing.
    parameters : mapping, optional
        Parameters of the notebooks: ``instrument``, ``visit``, ``baseline_at_least`` (points;
        None: the entry threshold of the scale).
    ledger : path, optional
        File of the releases of this study, in the local zone: counts are also protected against
        what earlier releases told, and those of this one are noted.
    release : str
        Label of this release, needed with a ledger.

    Returns
    -------
    pathlib.Path
        The page. It loads nothing from anywhere and holds no patient's value or id.

    Raises
    ------
    DataError
        When the study breaks a rule, a parameter does not exist, or fewer than 11 patients could
        be shown; nothing is written.
    ReportError
        When a notebook fails or the page cannot be written; an earlier report is left as it was,
        and so is the ledger.
    DisclosureError
        When the ledger cannot be used, or knows the release already.
    """
    study = check_folder(study_folder).require_ok()
    place = str(Path(study_folder).resolve())
    chosen = {"study_folder": place, **DEFAULTS, **(parameters or {})}
    _require_measurable(study, chosen)
    with against_ledger(None if ledger is None else Path(ledger), release):
        sections = [
            section_of(execute_notebook(path, chosen), name=path.stem)
            for path in progress(notebook_paths(), doing="Notebooks", unit="notebook")
        ]
        page = render_page(
            f"Clinical outcomes of ketamine therapy: {study.title}",
            _subtitle(study),
            sections,
            provenance(study, chosen),
        )
        require_sound_page(page)
        return storage.write_text(storage.confined("index.html", within=Path(output)), page)


def _require_measurable(study: Study, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that do not exist and results that would have to be hidden as a whole."""
    scale = load_instrument(parameters["instrument"]).name
    if scale not in study.instruments:
        have = ", ".join(study.instruments)
        raise DataError(
            f"The study holds no {scale} scores; it has {have}. Choose one with --instrument."
        )
    if "response" not in definition_names(scale):
        raise DataError(
            f"{scale} has no accepted response, on which the report rests. Choose another scale of "
            "the study with --instrument; change_table gives the individual changes of this one."
        )
    window = window_named(parameters["visit"])
    stated = parameters["baseline_at_least"]
    if stated is not None and not (math.isfinite(float(stated)) and float(stated) >= 0):
        raise DataError(
            "baseline_at_least must be a number of points from 0 on, or be left out for the entry "
            "threshold of the scale."
        )
    outcomes = visit_outcomes(study, scale, measures=(), baseline_at_least=stated)
    counts = outcomes["visit"].value_counts()
    if counts.get(window.label, 0) < FEWEST or (counts >= FEWEST).sum() < 2:
        raise DataError(
            f"Fewer than {FEWEST} patients have a {scale} score at {window.label}, or at another "
            f"visit, with a baseline of {entry_in_words(scale, stated)}: nearly all would have to "
            "be hidden. Choose another --visit or a lower --baseline-at-least, or wait for more "
            "scores."
        )


def _subtitle(study: Study) -> str:
    """Say what data these are, in one line."""
    kind = "Synthetic data: no patient is real" if study.synthetic else "De-identified data"
    extract = f"; extract {study.data_cut_off}" if study.data_cut_off else ""
    clinics = counted(study.tables["subjects"]["site_id"].nunique(), "clinic")
    return f"{kind}; {clinics}{extract}. Counts under 11 are hidden."
