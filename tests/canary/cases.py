"""One call per public function that takes data, with planted secrets in what it is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import (
    disclosure,
    figures,
    formats,
    instruments,
    missing,
    mixed,
    outcomes,
    privacy,
    quality,
    report,
    results,
    study,
    survival,
    synthetic,
    tables,
)
from analysis.checks import check, check_folder, write_detail
from analysis.outcomes import ScoreEvent
from analysis.study import TABLES, Study
from analysis.text_numbers import require_numbers, text_numbers
from tests.builders import CLEAN, clean_study, write_folder
from tests.formats import small_clinic
from tests.formats.omop import cdm54
from tests.formats.redcap import project

SECRET = "Zqxkowalczyk"  # noqa: S105 - a name that nobody has
NUMBER, DATE = "987654321", "1987-06-05"


class World:
    """What the calls are given: secrets as ids, as texts among numbers, and in files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.local = root / "local"
        self.local.mkdir()
        self.study = _with_secret_ids()
        self.folder = write_folder(
            self.local / "study",
            tables={name: text.replace("p1,", f"{SECRET},") for name, text in CLEAN.items()},
        )
        (self.folder / "subjects.csv").write_text(f"subject_id,{SECRET}\n{SECRET},{DATE}\n")
        n = 24
        self.numbers = pd.DataFrame(
            {
                "id": [f"{SECRET}{i // 2}" for i in range(n)],
                "arm": ["a", "b"] * (n // 2),
                "visit": ["v1", "v2"] * (n // 2),
                "n": [12] * n,
                "y": [float(i * i % 7) for i in range(n)],
            }
        )
        words = self.numbers.astype({"y": object})
        words.loc[3, "y"] = SECRET
        words.loc[5, "y"] = DATE
        self.words = words.assign(
            time=words["y"], event=words["y"], lower=words["y"], upper=words["y"], start=words["y"],
            stop=words["y"], estimate=words["y"], from_state="a", to_state="b", subject=words["id"],
        )  # fmt: skip
        self.cells = pd.Series([SECRET, NUMBER, DATE])

    def file(self, name: str, text: str) -> Path:
        path = self.local / name
        path.write_text(text, encoding="utf-8")
        return path

    def clinic(self) -> formats.Imported:
        phq = small_clinic.PHQ.replace("26/01/2024", SECRET).replace("Never", NUMBER)
        return small_clinic.read(self.local, phq=phq)

    def items(self) -> pd.DataFrame:
        rows = self.study.tables["items"].drop(columns="missing_reason")
        return rows.astype({"response": object}).assign(response=SECRET)

    def events(self) -> Any:
        return outcomes.relapse("sustain1", outcomes.from_first_treatment())(self.study)


def _with_secret_ids() -> Study:
    clean = clean_study()
    frames = {
        name: frame.assign(subject_id=frame["subject_id"].astype("string") + SECRET)
        for name, frame in clean.tables.items()
    }
    return Study(**{**vars(clean), "tables": frames})


def _frame(call: Callable[..., object], **options: Any) -> Callable[[World], object]:
    return lambda world: call(world.words, **options)


def _study(call: Callable[..., object], *more: Any, **options: Any) -> Callable[[World], object]:
    return lambda world: call(world.study, *more, **options)


def _redcap(world: World) -> tuple[Path, Path]:
    export = project.RAW.replace("001,", f"{SECRET},").replace("2024-03-04", NUMBER)
    return world.file("e.csv", export), world.file("d.csv", project.DICTIONARY + f"{SECRET},{DATE}")


def _fhir(world: World) -> Path:
    lines = [{"resourceType": "Patient", "id": SECRET, "birthDate": SECRET}, [SECRET], NUMBER]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "{" + SECRET
    world.file("x.ndjson", text)
    return world.local


def _omop(world: World) -> Path:
    rows = cdm54.with_row("person", 0, person_id=SECRET, gender_source_value=NUMBER)
    folder = world.local / "omop"
    folder.mkdir()
    cdm54.write_tables(folder, rows)
    with (folder / "measurement.csv").open("a", encoding="utf-8") as file:
        file.write(f"{SECRET},{NUMBER},{DATE}\n")
    return folder


def _adam(world: World) -> Path:
    world.file("adsl.csv", f"USUBJID,AGE,SEX,{SECRET}\n{SECRET},{NUMBER},{SECRET},{DATE}\n")
    world.file("adqs.csv", f"USUBJID,PARAMCD,AVAL,ADY\n{SECRET},{SECRET},{NUMBER},{DATE}\n")
    return world.local


def _mapping(world: World) -> Path:
    return world.file("m.json", json.dumps({**small_clinic.MAPPING, SECRET: [DATE]})[:-2])


def _mapping_of() -> formats.Mapping:
    return formats.Mapping.of(small_clinic.MAPPING)


def _update(world: World) -> object:
    world.clinic()
    return formats.update(world.local, _mapping_of(), previous=world.local)


def _corrected(world: World) -> object:
    world.clinic()
    head = "file,line,column,is,becomes,reason\n"
    rows = f"patients.csv,2,{SECRET},{NUMBER},{DATE},{SECRET}\n{SECRET},{DATE},x,y,z,w\n"
    listed = world.file("list.csv", head + rows)
    return formats.correct_files(world.local, _mapping_of(), listed, world.local / "copies")


def _deidentified(world: World) -> object:
    frame = pd.DataFrame({"mrn": [SECRET, NUMBER], "seen": [DATE, SECRET], "note": [SECRET] * 2})
    return privacy.deidentify(
        frame, id="mrn", dates=["seen"], origin="seen", crosswalk=world.local / "c.csv"
    )


def _relinked(world: World) -> object:
    path = world.file("c.csv", f"pseudonym,id\n{SECRET},{NUMBER}\n{SECRET},{DATE}\n")
    return privacy.relink(pd.DataFrame({"subject_id": [SECRET]}), path)


def _ledger(world: World) -> Path:
    return world.file("l.jsonl", json.dumps({"release": SECRET, "counts": {SECRET: DATE}}) + "\n")


def _moments(world: World) -> Path:
    world.file("m.npz", SECRET)
    return world.file("m.json", json.dumps({"format": SECRET, "levels": [DATE]})[:-1])


MODEL = {"subject": "id", "visit": "visit"}
TWO = {"group": "arm", "reference": "a", **MODEL}

CASES: dict[str, Callable[[World], object]] = {
    "checks.check": _study(check),
    "checks.check_folder": lambda world: check_folder(world.folder),
    "checks.write_detail": lambda world: write_detail(check(world.study), world.root / "x.csv"),
    "disclosure.Ledger": lambda world: disclosure.Ledger(release="2", path=_ledger(world)),
    "disclosure.attack_counts": lambda world: disclosure.attack_counts(world.words, world.words),
    "disclosure.coarsen_occupancy": _frame(disclosure.coarsen_occupancy),
    "disclosure.cut_curve": _frame(disclosure.cut_curve),
    "disclosure.cut_interval_curve": _frame(disclosure.cut_interval_curve),
    "disclosure.cut_medians": lambda world: disclosure.cut_medians(world.words, world.words),
    "disclosure.hide_coefficients": lambda world: disclosure.hide_coefficients(
        world.words, world.words
    ),
    "disclosure.hide_completeness": _frame(disclosure.hide_completeness, by="arm"),
    "disclosure.hide_responses": _frame(disclosure.hide_responses),
    "disclosure.hide_statistics": _frame(disclosure.hide_statistics),
    "disclosure.release": _frame(disclosure.release),
    "disclosure.require_releasable": _frame(disclosure.require_releasable),
    "disclosure.shown_curve": _frame(disclosure.shown_curve),
    "disclosure.suppress_cells": lambda _: disclosure.suppress_cells({SECRET: 4.5}),
    "disclosure.suppress_counts": _frame(disclosure.suppress_counts),
    "disclosure.suppress_flow": _frame(disclosure.suppress_flow),
    "disclosure.suppress_proportions": _frame(disclosure.suppress_proportions),
    "disclosure.suppress_risk_table": _frame(disclosure.suppress_risk_table),
    "figures.plot": _frame(figures.plot),
    "figures.plot_swimmer": lambda world: figures.plot_swimmer(world.events()),
    "formats.assemble": lambda world: formats.assemble({"subjects": world.words}, {SECRET: DATE}),
    "formats.compare_exports": lambda world: formats.compare_exports(
        world.clinic(), world.clinic()
    ),
    "formats.correct_files": _corrected,
    "formats.draft_mapping": lambda world: formats.draft_mapping(_redcap(world)[0].parent),
    "formats.read_adam": lambda world: formats.read_adam(_adam(world)),
    "formats.read_clinic": World.clinic,
    "formats.read_export": lambda world: formats.read_export(
        _redcap(world)[0].parent,
        formats.ExportMapping(kind="redcap", content={"kind": "redcap", **project.MAPPING}),
    ),
    "formats.read_fhir": lambda world: formats.read_fhir(_fhir(world)),
    "formats.read_mapping": lambda world: formats.read_mapping(_mapping(world)),
    "formats.read_omop": lambda world: formats.read_omop(_omop(world), cdm54.MAPPING),
    "formats.read_redcap": lambda world: formats.read_redcap(*_redcap(world), project.MAPPING),
    "formats.split_redcap": lambda world: formats.split_redcap(*_redcap(world)),
    "formats.update": _update,
    "formats.write_adam": lambda world: formats.write_adam(world.study, world.local / "a"),
    "formats.write_fhir": lambda world: formats.write_fhir(world.study, world.local / "f"),
    "formats.write_omop": lambda world: formats.write_omop(world.study, world.local / "o"),
    "formats.write_redcap": lambda world: formats.write_redcap(world.study, world.local / "r"),
    "instruments.compare_totals": lambda world: instruments.compare_totals(
        world.items(), world.study.tables["assessments"]
    ),
    "instruments.derive_items": lambda world: instruments.derive_items(world.items(), "PHQ-9"),
    "instruments.item_positive": lambda w: instruments.item_positive(w.items(), "PHQ-9", 9),
    "instruments.score": lambda world: instruments.score(world.items(), "PHQ-9"),
    "instruments.severity_band": lambda world: instruments.severity_band(world.cells, "PHQ-9"),
    "instruments.total_states": lambda world: instruments.total_states(
        world.items(), world.study.tables["assessments"]
    ),
    "missing.attrition_weights": lambda w: missing.attrition_weights(
        "arm", w.words.assign(visit=1, remains=w.words["y"]), subject="id", visit="visit"
    ),
    "missing.completers_against_all": _study(
        missing.completers_against_all, "PHQ-9", visit="week 1"
    ),
    "missing.dropout_predictors": _study(missing.dropout_predictors, "PHQ-9"),
    "missing.dropout_rows": _study(missing.dropout_rows, "PHQ-9"),
    "missing.due_visits": _study(missing.due_visits, "PHQ-9"),
    "missing.estimand_card": lambda world: missing.estimand_card(
        outcomes.response_rates(world.study, "PHQ-9", visit="week 1"), instrument="PHQ-9"
    ),
    "missing.gee": lambda w: missing.gee("y ~ arm", w.words, subject="id"),
    "missing.logistic": lambda w: missing.logistic("arm", w.words, event="y", subject="id"),
    "missing.missing_patterns": _study(missing.missing_patterns, "PHQ-9"),
    "missing.response_under_missingness": lambda world: missing.response_under_missingness(
        world.study,
        "PHQ-9",
        visit="week 1",
        imputed=world.words.assign(imputation=world.words["n"], subject_id=SECRET, total=SECRET),
    ),
    "missing.retention": _study(missing.retention, "PHQ-9", by="site_id"),
    "missing.visit_gap_rows": _study(missing.visit_gap_rows, "PHQ-9"),
    "missing.visiting": _study(missing.visiting, "PHQ-9"),
    "missing.impute_and_pool": lambda world: missing.impute_and_pool(
        "y ~ visit",
        world.numbers,
        events=pd.DataFrame({"id": [SECRET], "visit": [DATE], "strategy": [NUMBER]}),
        **MODEL,
    ),
    "mixed.compare_observed": lambda w: mixed.compare_observed("y", w.words, covariates="n", **TWO),
    "mixed.constrained_longitudinal": lambda world: mixed.constrained_longitudinal(
        "y", world.words, arm="arm", baseline="v1", **MODEL
    ),
    "mixed.lmm": lambda world: mixed.lmm("y ~ arm", world.numbers, subject="id"),
    "mixed.load_moments": lambda world: mixed.load_moments(_moments(world)),
    "mixed.mmrm": lambda world: mixed.mmrm("y ~ arm", world.words, **MODEL),
    "mixed.moments": lambda world: mixed.moments("y ~ arm", world.numbers, **MODEL),
    "mixed.ordinal_sensitivity": lambda w: mixed.ordinal_sensitivity("y", w.words, **TWO),
    "mixed.shares_at_ends": lambda w: mixed.shares_at_ends("y", w.words, low=0, high=9, by="arm"),
    "outcomes.any_indication": _study(outcomes.any_indication, "PTSD"),
    "outcomes.assign_courses": lambda world: outcomes.assign_courses(
        world.study.tables["sessions"], gap_days=30
    ),
    "outcomes.baseline_scores": _study(outcomes.baseline_scores, "PHQ-9"),
    "outcomes.change_table": _study(outcomes.change_table, "PHQ-9"),
    "outcomes.completeness": _study(outcomes.completeness, "PHQ-9"),
    "outcomes.courses": _study(outcomes.courses),
    "outcomes.curve": lambda world: outcomes.curve(world.events()),
    "outcomes.expected_regression": _study(outcomes.expected_regression, "PHQ-9"),
    "outcomes.indications": _study(outcomes.indications),
    "outcomes.mean_course": lambda world: outcomes.mean_course(
        outcomes.visit_outcomes(world.study, "PHQ-9")
    ),
    "outcomes.patient_flow": _study(outcomes.patient_flow, "PHQ-9", visit="week 4"),
    "outcomes.percent_days_abstinent": lambda w: outcomes.percent_days_abstinent(w.cells),
    "outcomes.place_in_windows": lambda world: outcomes.place_in_windows(
        world.study.tables["assessments"]
    ),
    "outcomes.relapse": World.events,
    "outcomes.relapse_episodes": _study(
        outcomes.relapse_episodes,
        ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10"),
        origin=outcomes.from_first_treatment(),
        recovery="remission_phq9",
    ),
    "outcomes.response_rates": _study(outcomes.response_rates, "PHQ-9", visit="week 4"),
    "outcomes.time_to_loss_of_response": _study(
        outcomes.time_to_loss_of_response, "PHQ-9", visit="week 4"
    ),
    "outcomes.treated_patients": _study(outcomes.treated_patients),
    "outcomes.valid_scores": _study(outcomes.valid_scores, "PHQ-9"),
    "outcomes.visit_outcomes": _study(outcomes.visit_outcomes, "PHQ-9"),
    "outcomes.visit_status": _study(outcomes.visit_status, "PHQ-9", visit="week 4"),
    "privacy.deidentify": _deidentified,
    "privacy.identifiers_in": lambda _: privacy.identifiers_in(f"{SECRET} {DATE} {NUMBER}"),
    "privacy.match_column": lambda world: privacy.match_column(world.cells).to_csv(),
    "privacy.reidentification_risk": _frame(privacy.reidentification_risk, quasi_identifiers=["y"]),
    "privacy.relink": _relinked,
    "privacy.scan_identifiers": lambda world: privacy.scan_identifiers(
        {SECRET: world.words, DATE: pd.DataFrame({SECRET: world.cells})}
    ),
    "privacy.scan_path": lambda world: privacy.scan_path(_redcap(world)[0].parent),
    "privacy.trajectory_uniqueness": _study(privacy.trajectory_uniqueness),
    "quality.quality_measures": lambda world: quality.quality_measures(
        world.study, by=["sex", "payer"], codes={"depression": {"ICD-10-CM": [SECRET, NUMBER]}}
    ),
    "report.provenance": _study(report.provenance),
    "report.write_release_page": lambda world: report.write_release_page(
        world.folder, ledger=_ledger(world), release="2"
    ),
    "results.frame_to_text": lambda world: results.frame_to_text(world.numbers[["y", "n"]]),
    "results.frame_to_html": lambda world: results.frame_to_html(world.numbers[["y", "n"]]),
    "study.read_study": lambda world: study.read_study(world.folder),
    "study.scan_folder": lambda world: study.scan_folder(world.folder),
    "study.table_text": lambda world: len(
        study.table_text(world.study.tables["subjects"], TABLES["subjects"])
    ),
    "study.write_study": lambda world: study.write_study(world.study, world.local / "w"),
    "survival.cox": lambda w: survival.cox("arm", w.words, time="time", event="event"),
    "survival.cumulative_incidence": _frame(survival.cumulative_incidence),
    "survival.fine_gray": lambda w: survival.fine_gray(
        "arm", w.words, time="time", event="event", cause=1
    ),
    "survival.gray_test": _frame(survival.gray_test, by="arm"),
    "survival.interval_cox": lambda w: survival.interval_cox(
        "arm", w.words, lower="lower", upper="upper"
    ),
    "survival.interval_cumulative_incidence": _frame(survival.interval_cumulative_incidence),
    "survival.interval_test": _frame(
        survival.interval_test, lower="lower", upper="upper", by="arm"
    ),
    "survival.kaplan_meier": _frame(survival.kaplan_meier),
    "survival.landmark": _frame(survival.landmark, day=3, group="arm"),
    "survival.logrank": _frame(survival.logrank, time="time", event="event", by="arm"),
    "survival.mean_cumulative_count": _frame(survival.mean_cumulative_count),
    "survival.multistate": _frame(survival.multistate),
    "survival.parametric": lambda w: survival.parametric(
        "arm", w.words, time="time", event="event"
    ),
    "survival.recurrent_events": lambda w: survival.recurrent_events("arm", w.words),
    "survival.reverse_kaplan_meier": _frame(survival.reverse_kaplan_meier),
    "survival.turnbull": _frame(survival.turnbull),
    "synthetic.inject": _study(synthetic.inject, SECRET),
    "tables.baseline_table": _frame(tables.baseline_table, variables=["n"]),
    "tables.courses_table": _frame(tables.courses_table),
    "tables.estimates_table": _frame(tables.estimates_table),
    "tables.findings_table": _frame(tables.findings_table),
    "tables.indications_table": _frame(tables.indications_table),
    "tables.response_table": _frame(tables.response_table),
    "tables.rules_table": _study(tables.rules_table, "PHQ-9", visit="week 4"),
    "text_numbers.require_numbers": lambda world: require_numbers(world.cells, "response"),
    "disclosure.units_of": _study(lambda study: disclosure.units_of(study.table("subjects"))),
    "text_numbers.text_numbers": lambda world: text_numbers(world.cells),
}

ELSEWHERE = {
    "formats.write_changes": "tests/formats/test_update.py",
    "report.build_report": "tests/report/test_build.py",
}
"""Calls whose secrets are planted in the tests of their room."""

ON_RESULTS = {
    *(
        "figures.figure_png",
        "figures.show",
        "figures.plot_completeness",
        "figures.plot_correlation",
    ),
    *("figures.plot_cumulative_incidence", "figures.plot_differences", "figures.plot_flow"),
    *("figures.plot_influence", "figures.plot_interval_curve", "figures.plot_marginal_means"),
    *("figures.plot_proportions", "figures.plot_quantiles", "figures.plot_ratios"),
    *("figures.plot_residuals", "figures.plot_states", "figures.plot_survival"),
    *("figures.plot_tipping_point", "missing.tipping_point"),
    *("figures.plot_trajectory", "mixed.clinic_influence", "mixed.compare_covariances"),
    *("figures.plot_completers", "figures.plot_missing_patterns", "figures.plot_retention"),
    *("figures.plot_visit_gaps",),
    *("mixed.fit_moments", "mixed.save_moments", "mixed.variance_test", "disclosure.recording"),
    "tables.measures_table",
    *("formats.write_mapping", "study.findings_frame", "results.tidy_frame"),
    *("results.critical_value", "synthetic.inject_into_folder", "synthetic.write_shards"),
    *("synthetic.write_synthetic", "synthetic.write_first_clinic", "study.in_local_zone"),
}
"""Calls that take what another call made, or invented data: no cell of a clinic reaches them."""

RAW_FILES = {"confined", "file_sha256", "folder_sha256", "locked", "remove", "replacing"} | {
    "write_bytes",
    "write_text",
}
"""Of the room that writes files: it looks at names and bytes only."""


def _clinic_files(world: World) -> str:
    world.clinic()
    world.file("mapping.json", json.dumps(small_clinic.MAPPING))
    return str(world.local / "mapping.json")


def _map(world: World) -> list[str]:
    return [str(world.local), "--mapping", _clinic_files(world), "--output", "local/out"]


COMMANDS: dict[str, Callable[[World], list[str]]] = {
    "check": lambda world: [str(world.folder)],
    "doctor": lambda _: [],
    "map": _map,
    "release": lambda world: [
        str(world.folder), "--ledger", str(_ledger(world)), "--release", "2"
    ],
    "report": lambda world: [str(world.folder), "--output", "local/report"],
    "scan": lambda world: [str(_redcap(world)[0].parent)],
    "synthesize": lambda _: ["--help"],
    "update": lambda world: [
        str(world.local), "--previous", str(world.local), "--mapping", _clinic_files(world)
    ],
}  # fmt: skip
"""Arguments of every command."""
