"""From a folder of FHIR R4 bulk data (NDJSON) to a canonical study."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.formats.cut_off import cut_off_date, not_yet_treated
from analysis.formats.fhir.collecting import Collected
from analysis.formats.fhir.doses import read_administration, read_medication
from analysis.formats.fhir.frames import Linking
from analysis.formats.fhir.harms import read_event
from analysis.formats.fhir.lines import TYPES, export_files, file_label, read_lines
from analysis.formats.fhir.measurements import read_observation
from analysis.formats.fhir.options import FhirOptions, read_options
from analysis.formats.fhir.patients import day_zero, follow_up_of, subjects_of
from analysis.formats.fhir.people import read_episode, read_patient
from analysis.formats.fhir.responses import read_response
from analysis.formats.fhir.said import findings_of, sources_of
from analysis.formats.fhir.scores import assessments_of, events_of, items_of
from analysis.formats.fhir.treatments import (
    doses_of,
    monitoring_of,
    sessions_of,
    with_weights,
)
from analysis.formats.fhir.versions import other_version
from analysis.formats.imported import Imported, assemble
from analysis.formats.noticed import noticed
from analysis.study import TABLES, Finding
from analysis.study.findings import in_order

__all__ = ["read_fhir"]

_FIRST_LINES = 5


@dataclass(kw_only=True, eq=False)
class _Scan:
    """What was seen while the lines went by."""

    collected: Collected = field(default_factory=Collected)
    findings: list[Finding] = field(default_factory=list)
    broken: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)


def read_fhir(
    folder: Path | str,
    mapping: Path | str | Mapping[str, Any] | None = None,
    *,
    cut_off: dt.date | str | None = None,
) -> Imported:
    """Read FHIR R4 bulk data into a canonical study.

    Parameters
    ----------
    folder : path
        Holds files that end with ``.ndjson``: one resource per line. Patient,
        QuestionnaireResponse, Observation, MedicationAdministration, Medication, AdverseEvent and
        EpisodeOfCare are read, one line at a time; others are counted.
    mapping : path or mapping, optional
        JSON with any of ``title, sites, instruments, data_cut_off, course_gap_days`` (as in
        ``study.json``), ``sites_of_organizations, site, questionnaires, cut_off, induction_days,
        indication``.
    cut_off : datetime.date or str, optional
        Last day that counts, as year-month-day: what is dated later is left out, as if the export
        had been made on that day. None: the cut-off of the mapping.

    Returns
    -------
    Imported
        A study when nothing is in the way, all findings, and what became of the resources. Dates
        become days from the first dose of ketamine or esketamine as they were written, whatever
        the time zone. What R4 has no place for (course, phase, follow-up) is derived, and a
        warning says how; resources of other versions are refused by name.

    Raises
    ------
    DataError
        When the cut-off is no date.

    Notes
    -----
    A death of which no day is said, of a patient without anything later, counts as one before the
    cut-off.
    The id of a Patient becomes the pseudonym: de-identify the study before it leaves the clinic.
    No total is computed: `analysis.instruments.score` does that.

    References
    ----------
    HL7 FHIR R4 (4.0.1), hl7.org/fhir/R4; Bulk Data Access, hl7.org/fhir/uv/bulkdata.

    Examples
    --------
    >>> read_fhir("no such folder").ok
    False
    """
    last = cut_off_date(cut_off)
    options, findings = read_options(mapping)
    if options is not None and last is not None:
        options = replace(options, cut_off=last.toordinal())
    root = Path(folder)
    try:
        files = export_files(root)
    except OSError:
        files = []
    if options is None or not files:
        return _refused([*findings, *([] if files else [_no_files()])])
    scan = _Scan()
    for number, path in enumerate(files, start=1):
        _scan_file(path, file_label(path, number), scan, options)
    findings += [*scan.findings, *_broken_lines(scan), *_other_versions(scan)]
    if not scan.collected.people:
        findings.append(_no_patients())
    if any(finding.severity == "error" for finding in findings):
        return _refused([*findings, *findings_of(scan.collected, None)])
    return _linked(scan.collected, options, findings)


def _refused(findings: list[Finding]) -> Imported:
    """Give the reasons why there is no study."""
    nothing = assemble({}, {})
    return Imported(study=None, findings=tuple(in_order(findings)), sources=nothing.sources)


def _no_files() -> Finding:
    """Say that there is nothing to read."""
    what = "The folder does not exist, or has no file that ends with .ndjson."
    remedy = "Name the folder into which the bulk export was downloaded."
    return noticed("FHR-002", ("export", ""), what, remedy)


def _no_patients() -> Finding:
    """Say that nobody is in the export."""
    what = "There is no Patient with an id in the export."
    return noticed("FHR-006", ("Patient", "id"), what, "Export the patients too.")


def _scan_file(path: Path, label: str, scan: _Scan, options: FhirOptions) -> None:
    """Go through the lines of one file."""
    try:
        for line in read_lines(path):
            if line.resource is None:
                scan.broken[label].append(line.number)
            else:
                _scan_resource(line.resource, scan, options)
    except OSError:
        what = "The file cannot be opened; another program may hold it, or rights are missing."
        remedy = "Close it there and try again."
        scan.findings.append(noticed("FHR-003", (label, ""), what, remedy))


def _scan_resource(resource: dict[str, Any], scan: _Scan, options: FhirOptions) -> None:
    """Keep what a study needs of one resource."""
    kind, collected = str(resource["resourceType"]), scan.collected
    version = other_version(resource)
    if version:
        scan.versions[kind if kind in TYPES else "other resources", version] += 1
        return
    if kind not in TYPES:
        collected.n_read["other resources"] += 1
        return
    collected.n_read[kind] += 1
    name = f"{kind}/{resource.get('id')}"
    if isinstance(resource.get("id"), str) and name in scan.seen:
        collected.leave_out(resource, "same id again")
        return
    scan.seen.add(name)
    if kind == "QuestionnaireResponse":
        read_response(resource, collected, options.questionnaires)
    else:
        _READERS[kind](resource, collected)


_READERS = {
    "Patient": read_patient,
    "EpisodeOfCare": read_episode,
    "Observation": read_observation,
    "MedicationAdministration": read_administration,
    "Medication": read_medication,
    "AdverseEvent": read_event,
}


def _broken_lines(scan: _Scan) -> list[Finding]:
    """Say which lines are no resources, by their numbers."""
    found = []
    for label, lines in scan.broken.items():
        shown = ", ".join(map(str, lines[:_FIRST_LINES]))
        more = " and more" if len(lines) > _FIRST_LINES else ""
        what = f"Lines are no JSON resource in UTF-8, or too long: {shown}{more}."
        remedy = "Export or download the file again."
        finding = noticed("FHR-004", (label, ""), what, remedy, count=len(lines))
        found.append(replace(finding, rows=tuple(lines[:_FIRST_LINES])))
    return found


def _other_versions(scan: _Scan) -> list[Finding]:
    """Refuse resources of other versions by the name of the version."""
    remedy = "Ask the server for FHIR R4 (fhirVersion 4.0), or convert the files."
    return [
        noticed(
            "FHR-005",
            (kind, ""),
            f"Resources are of FHIR {version}; R4 is read.",
            remedy,
            count=count,
        )
        for (kind, version), count in sorted(scan.versions.items())
    ]


def _linked(collected: Collected, options: FhirOptions, findings: list[Finding]) -> Imported:
    """Make the canonical tables of what was kept."""
    linking = Linking(collected=collected, options=options)
    linking.begin(day_zero(linking, doses_of(linking)))
    linking.left_out.clear()  # doses are counted when they become sessions
    findings = [*findings, *not_yet_treated(len(linking.not_yet))]
    subjects = subjects_of(linking)
    sessions = sessions_of(linking, subjects.set_index("subject_id")["site_id"])
    sessions = with_weights(linking, sessions)
    scores = assessments_of(linking, sessions)
    tables = {
        "subjects": subjects,
        "sessions": sessions,
        "assessments": scores,
        "items": items_of(scores),
        "monitoring": monitoring_of(linking, sessions),
        "adverse_events": events_of(linking, sessions),
    }
    dated = [frame.rename(columns={"start_day": "rel_day"}) for frame in tables.values()]
    spans = [frame[["subject_id", "rel_day"]] for frame in dated if "rel_day" in frame]
    days = pd.concat([frame for frame in spans if len(frame)] or spans, ignore_index=True)
    last = (days["rel_day"].astype(float) + days["subject_id"].map(linking.zero)).max()
    tables["follow_up"] = follow_up_of(linking, subjects, days, last)
    canonical = {name: _canonical(frame, name) for name, frame in tables.items()}
    required = {name for name, table in TABLES.items() if table.required}
    filled = {name: frame for name, frame in canonical.items() if len(frame) or name in required}
    return assemble(
        filled,
        _about(filled, options),
        findings=[*findings, *findings_of(collected, linking)],
        sources=sources_of(collected, linking, filled),
    )


def _canonical(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Take the canonical columns, rows in the order of the key; optional empty columns go."""
    columns = [
        column.name
        for column in TABLES[table].columns
        if column.name in frame and (column.required or frame[column.name].notna().any())
    ]
    key = [name for name in TABLES[table].key if name in frame]
    ordered = frame.assign(**{name: frame[name].astype("string") for name in ("subject_id",)})
    return ordered.sort_values(key, kind="stable", ignore_index=True)[columns]


def _about(tables: Mapping[str, pd.DataFrame], options: FhirOptions) -> dict[str, Any]:
    """Say what is known about all tables; sites and scales of the data unless others are said."""
    scales = set(map(str, tables["assessments"]["instrument"].dropna()))
    sites = {*tables["subjects"]["site_id"].dropna(), *tables["sessions"]["site_id"].dropna()}
    return {
        "title": "FHIR bulk data",
        "sites": tuple(sorted(map(str, sites))),
        "instruments": tuple(sorted(scales)),
        **options.about,
    }
