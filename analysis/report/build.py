"""Making a report: check the study, run the notebooks, assemble one page, look at it, write it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.checks import check_folder
from analysis.progress import progress
from analysis.report.execute import execute_notebook, notebook_paths
from analysis.report.gate import require_sound_page
from analysis.report.origin import provenance
from analysis.report.page import render_page, section_of
from analysis.study import Study

__all__ = ["build_report"]


def build_report(
    study_folder: Path | str, output: Path | str, *, parameters: Mapping[str, Any] | None = None
) -> Path:
    """Write the quality report of a study as one offline HTML page.

    Parameters
    ----------
    study_folder : path
        Folder of the study; it must pass `analysis.check_folder` without errors.
    output : path
        Folder for ``index.html``; made when missing.
    parameters : mapping, optional
        Parameters of the notebooks: ``instrument``, ``visit``, ``baseline_at_least``.

    Returns
    -------
    pathlib.Path
        The page. It loads nothing from anywhere and holds no patient's value or id.

    Raises
    ------
    DataError
        When the study breaks a rule; nothing is written.
    ReportError
        When a notebook fails or the page cannot be written; an earlier report is left as it was.
    """
    study = check_folder(study_folder).require_ok()
    chosen = {"study_folder": str(Path(study_folder).resolve()), **(parameters or {})}
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


def _subtitle(study: Study) -> str:
    """Say what data these are, in one line."""
    kind = "Synthetic data: no patient is real" if study.synthetic else "De-identified data"
    extract = f"; extract {study.data_cut_off}" if study.data_cut_off else ""
    return f"{kind}; {len(study.sites)} clinics{extract}. Counts under 11 are hidden."
