"""Making a report: check the study, run the chapters, assemble one page, look at it, write it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.checks import check_folder
from analysis.disclosure import CONFIDENTIAL, Ledger, Policy
from analysis.errors import DataError, DisclosureError
from analysis.instruments import load_instrument
from analysis.outcomes import definition_names, select_patients, selection_in_words, window_named
from analysis.report.assemble import assembled, chapter_paths, notebook_folder, notebooks_by_chapter
from analysis.report.checklist import checklist_table
from analysis.report.execute import execute
from analysis.report.files import checked_formats, made_at, write_report
from analysis.report.gate import require_sound_page
from analysis.report.origin import Provenance, provenance
from analysis.report.page import Appendix, Made, Section, appendix, render_page, section_of
from analysis.report.releases import against_ledger
from analysis.report.suppression_log import suppression_log
from analysis.report.terms import terms_html
from analysis.results import counted
from analysis.study import Study, in_local_zone

__all__ = ["DEFAULTS", "TITLES", "build_report"]

DEFAULTS: Mapping[str, Any] = {
    "instrument": "", "visit": "week 4", "baseline_at_least": None, "site": "", "first": "",
    "last": "", "audience": "release", "aim": "",
}  # fmt: skip
"""Parameters of the chapters. No instrument: the first of `_USUAL` that the study holds. A baseline
of None stands for the entry threshold of the scale."""

TITLES: Mapping[str, str] = {
    "qi": "Quality of ketamine therapy",
    "outcomes": "Clinical outcomes of ketamine therapy",
    "safety": "Safety of ketamine therapy",
}
"""Kind of a report to its title."""

_USUAL = ("PHQ-9", "MADRS", "QIDS-SR", "GAD-7", "PCL-5")


def build_report(
    study_folder: Path | str,
    output: Path | str,
    *,
    kind: str = "qi",
    formats: Sequence[str] = ("html",),
    parameters: Mapping[str, Any] | None = None,
    ledger: Path | str | None = None,
    release: str = "",
) -> dict[str, Path]:
    """Write the report of a study: one offline HTML page, and the same in other formats.

    Parameters
    ----------
    study_folder : path
        Folder of the study; it must pass `analysis.check_folder` without errors.
    output : path
        Folder for the files; made when missing. An earlier report in it is replaced as a whole.
    kind : {"qi", "outcomes", "safety"}
        Quality improvement (everything), outcomes, or safety.
    formats : sequence of str
        "html" (one page), "docx" (Word), "xlsx" (all tables), "pdf", "png" (figures for slides).
    parameters : mapping, optional
        ``instrument`` (scale; empty: the first usual one of the study), ``visit``,
        ``baseline_at_least`` (points; None: the entry threshold of the scale), ``site`` (home
        clinic; empty: all), ``first`` and ``last`` (months of the first treatment, such as
        "2026-01", or "month 5" where the study has no calendar), ``audience`` ("release" hides
        small counts; "internal" shows true ones and is written below a folder ``local`` only),
        ``aim``.
    ledger : path, optional
        File of the releases of this study, in the local zone: counts are also protected against
        what earlier releases told, and those of this one are noted.
    release : str
        Label of this release, needed with a ledger.

    Returns
    -------
    dict of str to pathlib.Path
        Format to file. They load nothing from anywhere and hold no patient's id. What cannot be
        shown is named with the reason.

    Raises
    ------
    DataError
        When the study breaks a rule, or a parameter does not exist; nothing is written.
    ReportError
        When a notebook fails or a file cannot be written; an earlier report is left as it was,
        and so is the ledger.
    DisclosureError
        When the ledger cannot be used, or knows the release already, or true counts would leave
        the local zone.
    """
    begun = time.monotonic()
    wanted = checked_formats(formats)
    paths = chapter_paths(kind)
    study = check_folder(study_folder).require_ok()
    chosen = _checked(study, {**DEFAULTS, **(parameters or {})})
    policy = Policy(audience=chosen["audience"])
    _require_inside(policy, study, Path(output), ledger)
    made = Made(
        title=f"{TITLES[kind]}: {study.title}",
        subtitle=_subtitle(study, chosen),
        banner=policy.rule,
        at=made_at(),
        confidential=policy.confidential,
    )
    place = {"study_folder": str(Path(study_folder).resolve())}
    with against_ledger(None if ledger is None else Path(ledger), release) as told:
        executed = execute(assembled(paths, {**chosen, **place}), folder=notebook_folder())
        chapters = notebooks_by_chapter(executed)
        sections = {name: section_of(each, name=name) for name, each in chapters.items()}
        origin = provenance(study, {"kind": kind, **_told(chosen)})
        appendices = [_checklist(kind, sections, chosen), _hidden(told(), policy)]
        told_so_far = render_page(made, list(sections.values()), origin, appendices=appendices)
        appendices.append(appendix("terms", "Terms used in this report", terms_html(told_so_far)))
        page = render_page(made, list(sections.values()), origin, appendices=appendices)
        require_sound_page(page)
        took = round(time.monotonic() - begun, 1)
        return write_report(
            Path(output), page, made, formats=wanted, sidecar=_sidecar(made, origin, took)
        )


def _checklist(kind: str, sections: Mapping[str, Section], chosen: Mapping[str, Any]) -> Appendix:
    """Say which items of a reporting guideline are filled, and which need the author."""
    held = {name for name, section in sections.items() if section.shows_results}
    always = {"methods", "suppression", "provenance", *(["aim"] if chosen["aim"] else [])}
    return appendix("checklist", "Checklist", checklist_table(kind, held | always).to_html())


def _hidden(ledger: Ledger, policy: Policy) -> Appendix:
    """Say what was hidden, table by table."""
    title = "What was hidden"
    if policy.confidential:
        return appendix("hidden", title, f"<p>Nothing was hidden. {CONFIDENTIAL}</p>")
    return appendix("hidden", title, suppression_log(ledger, policy=policy).to_html())


def _checked(study: Study, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the scale and refuse parameters that do not exist."""
    chosen = {**parameters, "instrument": parameters["instrument"] or _usual_scale(study)}
    scale = load_instrument(chosen["instrument"]).name
    if scale not in study.instruments:
        have = ", ".join(study.instruments)
        raise DataError(
            f"The study holds no {scale} scores; it has {have}. Choose one with --instrument."
        )
    window_named(chosen["visit"])
    select_patients(study, **_whom(chosen))
    stated = chosen["baseline_at_least"]
    if stated is not None and not (math.isfinite(float(stated)) and float(stated) >= 0):
        raise DataError(
            "baseline_at_least must be a number of points from 0 on, or be left out for the entry "
            "threshold of the scale."
        )
    return chosen


def _whom(chosen: Mapping[str, Any]) -> dict[str, str]:
    """Take out which patients the report is about."""
    return {name: str(chosen[name]) for name in ("site", "first", "last")}


def _told(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was not chosen, and name what stands in its place."""
    entry = chosen["baseline_at_least"]
    entry = "the entry threshold of the scale" if entry is None else entry
    return {name: value for name, value in chosen.items() if value != ""} | {
        "baseline_at_least": entry
    }


def _usual_scale(study: Study) -> str:
    """Choose the scale of the main result: a usual one, else one with an accepted response."""
    with_response = [name for name in study.instruments if "response" in definition_names(name)]
    usual = [name for name in _USUAL if name in study.instruments]
    return next(iter([*usual, *with_response, *study.instruments]), "")


def _require_inside(policy: Policy, study: Study, output: Path, ledger: Path | str | None) -> None:
    """Keep true counts in the local zone, and out of the ledger of releases."""
    if not policy.confidential:
        return
    if ledger is not None:
        raise DisclosureError("A report for the inside is no release: leave the ledger out.")
    if not study.synthetic and not in_local_zone(output):
        raise DisclosureError(
            "A report for the inside shows true counts, so it must be written below a folder named "
            "local, such as --out local/report."
        )


def _subtitle(study: Study, chosen: Mapping[str, Any]) -> str:
    """Say what data these are, in one line."""
    kind = "Synthetic data: no patient is real" if study.synthetic else "De-identified data"
    extract = f"extract {study.data_cut_off}" if study.data_cut_off else ""
    clinics = counted(study.tables["subjects"]["site_id"].nunique(), "clinic")
    return "; ".join(filter(None, [kind, clinics, extract, selection_in_words(**_whom(chosen))]))


def _sidecar(made: Made, origin: Provenance, took: float) -> dict[str, Any]:
    """Gather what a program wants to know of a report."""
    return {
        "title": made.title,
        "made": made.at.isoformat(),
        "seconds": took,
        "data": dict(origin.data),
        "parameters": dict(origin.parameters),
        "versions": dict(origin.versions),
    }
