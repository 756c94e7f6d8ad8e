"""One call per public function that takes data, with planted secrets in what it is given."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import (
    disclosure,
    distributed,
    figures,
    formats,
    instruments,
    method_checks,
    missing,
    mixed,
    outcomes,
    privacy,
    published,
    quality,
    report,
    results,
    safety,
    study,
    survival,
    synthetic,
    tables,
)
from analysis.checks import check, check_folder, write_detail
from analysis.errors import AnalysisError
from analysis.outcomes import ScoreEvent
from analysis.study import TABLES, Study
from analysis.text_numbers import require_number_columns, require_numbers, text_numbers
from tests.builders import CLEAN, clean_study, write_folder
from tests.canary.planted import DATE, NUMBER, SECRET
from tests.formats import small_clinic
from tests.formats.omop import cdm54
from tests.formats.redcap import project
from tests.study.test_canary import _chain


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


def _of_sessions(world: World) -> safety.SessionSafety:
    return safety.session_safety(world.study)


def _safety(call: Callable[..., object], *more: Any, **options: Any) -> Callable[[World], object]:
    return lambda world: call(_of_sessions(world), *more, **options)


def _agreement(world: World) -> Path:
    """An agreement of the two sites of the small study, whose rows are too few for its model."""
    return world.file(
        "analysis.toml",
        '[network]\nsites = ["A", "B"]\nagreement = "agreed"\n[analyses.course]\n'
        'model = "mmrm"\ninstrument = "PHQ-9"\nvisits = ["week 1", "week 2"]\n'
        'formula = "change ~ baseline + visit"\n',
    )


def _damaged_bundles(world: World) -> list[Path]:
    """Bundles in whose files somebody wrote a name."""
    return [world.file(f"bundle-{site}.json", f'{{"{SECRET}": "{DATE}"}}') for site in "AB"]


def _named_events(world: World) -> Study:
    """A study in which somebody wrote names into the terms of adverse events."""
    events = world.study.tables["adverse_events"]
    named = events.astype({"term": object}).assign(term=f"{SECRET} {DATE}")
    return Study(**{**vars(world.study), "tables": {**world.study.tables, "adverse_events": named}})


def _refused(call: Callable[..., object], *given: Any, **options: Any) -> str:
    """Return all that an error says, with those that it came from."""
    try:
        call(*given, **options)
    except AnalysisError as error:
        return "\n".join(_chain(error))
    raise AssertionError


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


def _notebooks(world: World) -> Path:
    """Write a notebook with secrets in all its parts, and files that are none, by numbers."""
    cell = {
        "cell_type": "code", "source": SECRET, "outputs": [SECRET, {NUMBER: DATE}],
        "execution_count": 1, "metadata": {"tags": [SECRET], SECRET: NUMBER},
    }  # fmt: skip
    about = {"kernelspec": {"name": SECRET}, "authors": [SECRET]}
    notebook = {"nbformat": 4, "metadata": about, "cells": [cell], SECRET: DATE}
    world.file(f"mrn-{NUMBER}-a.ipynb", json.dumps(notebook))
    world.file("broken.ipynb", f"{SECRET} {NUMBER}")
    return world.file(f"mrn-{NUMBER}.ipynb", json.dumps({SECRET: DATE})).parent


def _mapping(world: World) -> Path:
    return world.file("m.json", json.dumps({**small_clinic.MAPPING, SECRET: [DATE]})[:-2])


def _mapping_of() -> formats.Mapping:
    return formats.Mapping.of(small_clinic.MAPPING)


def _update(world: World) -> object:
    world.clinic()
    return formats.update(world.local, _mapping_of(), previous=world.local)


def _list(world: World) -> Path:
    head = "file,line,column,is,becomes,reason\n"
    rows = f"patients.csv,2,{SECRET},{NUMBER},{DATE},{SECRET}\n{SECRET},{DATE},x,y,z,w\n"
    return world.file("list.csv", head + rows)


def _corrected(world: World) -> object:
    world.clinic()
    listed = _list(world)
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


def _read_curve() -> survival.ReconstructedCurve:
    points = pd.DataFrame({"time": [7, 28], "survival": [0.8, 0.5]})
    return survival.reconstruct_curve(points, pd.DataFrame({"time": [0], "n_risk": [40]}))


def _shards(world: World, rows: pd.DataFrame | None = None) -> distributed.Shards:
    """Patients in two files, whose arm changes within them, as no model allows."""
    rows = world.numbers if rows is None else rows
    return distributed.split_patients(rows, world.local / "shards", subject="id", n_shards=2)


def _copied_shard(world: World) -> Path:
    """A folder in which all patients of a shard are there twice."""
    folder = _shards(world).folder
    shutil.copy(folder / "shard-00000.parquet", folder / "copy.parquet")
    return folder


def _ends(world: World) -> distributed.Shards:
    """Patients in two files, one row each, with words among the times."""
    rows = world.words.iloc[1::2].astype(str).assign(arm=SECRET)
    return distributed.split_patients(rows, world.local / "ends", subject="id", n_shards=2)


def _decided(world: World) -> distributed.Shards:
    """Patients in two files, one row each, with words where a measure says what it decided."""
    rows = world.words.iloc[1::2].astype(str)
    rows = rows[["id", "event"]].assign(
        arm=SECRET, measure=NUMBER, status=SECRET, reason=DATE, observed=rows["event"],
        evaluable=rows["event"], lag_days=rows["event"],
    )  # fmt: skip
    return distributed.split_patients(rows, world.local / "decided", subject="id", n_shards=2)


def _edited_list(world: World) -> Path:
    folder = _shards(world).folder
    text = (folder / "shards.json").read_text(encoding="utf-8")
    (folder / "shards.json").write_text(text.replace("v1", SECRET)[:-9], encoding="utf-8")
    return folder


MODEL = {"subject": "id", "visit": "visit"}
TWO = {"group": "arm", "reference": "a", **MODEL}

CASES: dict[str, Callable[[World], object]] = {
    "checks.check": _study(check),
    "checks.check_folder": lambda world: check_folder(world.folder),
    "checks.write_detail": lambda world: write_detail(check(world.study), world.root / "x.csv"),
    "disclosure.Ledger": lambda world: disclosure.Ledger(release="2", path=_ledger(world)),
    "disclosure.attack_counts": lambda world: disclosure.attack_counts(world.words, world.words),
    "disclosure.coarse_degrees": lambda world: disclosure.coarse_degrees(
        world.words.assign(df=world.words["y"], std_error=world.words["y"])
    ),
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
    "disclosure.interval_corners": _frame(disclosure.interval_corners),
    "disclosure.interval_levels": lambda world: disclosure.interval_levels(world.words, [7]),
    "disclosure.interval_median": _frame(disclosure.interval_median),
    "disclosure.release": _frame(disclosure.release),
    "disclosure.require_interval_steps": _frame(
        disclosure.require_interval_steps, policy=disclosure.RELEASE
    ),
    "disclosure.require_releasable": _frame(disclosure.require_releasable),
    "disclosure.shown_curve": _frame(disclosure.shown_curve),
    "disclosure.suppress_cells": lambda _: disclosure.suppress_cells({SECRET: 4.5}),
    "disclosure.suppress_counts": _frame(disclosure.suppress_counts),
    "disclosure.suppress_curve": lambda world: disclosure.suppress_curve(
        world.words.assign(n_risk=world.words["y"], n_event=world.words["y"])
    ),
    "disclosure.suppress_flow": _frame(disclosure.suppress_flow),
    "disclosure.suppress_interval_curve": lambda world: disclosure.suppress_interval_curve(
        world.words, world.words
    ),
    "disclosure.suppress_numbers": lambda world: disclosure.suppress_numbers(
        world.words[["arm"]], world.words["y"]
    ),
    "disclosure.suppress_proportions": _frame(disclosure.suppress_proportions),
    "disclosure.suppress_risk_table": _frame(disclosure.suppress_risk_table),
    "distributed.adverse_event_rates": lambda world: distributed.adverse_event_rates(
        _ends(world), events="event", sessions="time", by="arm"
    ),
    "distributed.cox": lambda world: distributed.cox("arm", _ends(world)),
    "distributed.cumulative_incidence": lambda world: distributed.cumulative_incidence(
        _ends(world), by="arm"
    ),
    "distributed.gray_test": lambda world: distributed.gray_test(_ends(world), by="arm"),
    "distributed.index_shards": lambda world: distributed.index_shards(
        _copied_shard(world), subject="id"
    ),
    "distributed.interval_test": lambda world: distributed.interval_test(
        _ends(world), "lower", "upper", "arm"
    ),
    "distributed.kaplan_meier": lambda world: distributed.kaplan_meier(_ends(world), by="arm"),
    "distributed.lmm": lambda world: distributed.lmm("y ~ n", _shards(world), visit="visit"),
    "distributed.logrank": lambda world: distributed.logrank(_ends(world), "time", "event", "arm"),
    "distributed.mmrm": lambda world: distributed.mmrm("y ~ arm", _shards(world), visit="visit"),
    "distributed.moments": lambda world: distributed.moments(
        "y ~ arm", _shards(world), visit="visit", levels={"arm": [SECRET]}
    ),
    "distributed.open_shards": lambda world: distributed.open_shards(_edited_list(world)),
    "distributed.quality_measures": lambda world: distributed.quality_measures(
        _decided(world), by="arm"
    ),
    "distributed.read_ask": lambda world: distributed.read_ask(
        world.file("round-2.json", json.dumps({"format": SECRET, "round": DATE}))
    ),
    "distributed.response_rates": lambda world: distributed.response_rates(
        _decided(world), measures=["event"], by="arm"
    ),
    "distributed.split_patients": lambda world: _shards(world, world.words),
    "distributed.turnbull": lambda world: distributed.turnbull(_ends(world), by="arm"),
    "distributed.write_ask": lambda world: distributed.write_ask(
        distributed.Ask(round=2, specification_sha256=SECRET, coefficients={}), world.folder
    ),
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
    "missing.change_if_worse": _study(missing.change_if_worse, "PHQ-9", visit="week 4"),
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
    "outcomes.curve_between_visits": lambda world: outcomes.curve_between_visits(world.events()),
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
    "privacy.strip_notebooks": lambda world: privacy.strip_notebooks(_notebooks(world)),
    "privacy.trajectory_uniqueness": _study(privacy.trajectory_uniqueness),
    "quality.change_from_means": lambda _: quality.change_from_means(
        published.published_study("IM cohort 2022"), scale=SECRET, correlation=0.5
    ),
    "quality.comparable_cohorts": _study(quality.comparable_cohorts, measure="response"),
    "quality.compare_curves": lambda world: quality.compare_curves(
        world.events(), _read_curve(), tau=7
    ),
    "quality.compare_with_nearest": _study(quality.compare_with_nearest, instrument="PHQ-9"),
    "quality.compare_with_published": _study(quality.compare_with_published, cohort="McInnes 2022"),
    "quality.case_mix": _frame(quality.case_mix, outcome="y", by="arm", covariates=["n"]),
    "quality.clinic_outcomes": _study(quality.clinic_outcomes, "response"),
    "quality.funnel": _frame(quality.funnel, kind="rate", by="id", events="y", denominator="n"),
    "quality.shrinkage": _frame(
        quality.shrinkage, kind="rate", by="id", events="y", denominator="n"
    ),
    "quality.bernoulli_cusum": _frame(quality.bernoulli_cusum, y="y", expected=0.1),
    "quality.clinic_charts": _study(quality.clinic_charts, "mean change"),
    "quality.quality_series": _study(quality.quality_series, "completeness", by="site_id"),
    "quality.spc_chart": lambda world: [
        _refused(quality.spc_chart, world.words, y="y"),
        _refused(quality.spc_chart, world.numbers, y="y", x="n"),
        _refused(quality.spc_chart, world.numbers.assign(x=range(24)), y="y", x="x", rebase=SECRET),
        _refused(quality.spc_chart, world.numbers, y="y", notes=SECRET, exclude=[DATE]),
        quality.spc_chart(world.numbers, y="y", n="n", notes={1: SECRET}),
    ],
    "quality.quality_measures": lambda world: quality.quality_measures(
        world.study, by=["sex", "payer"], codes={"depression": {"ICD-10-CM": [SECRET, NUMBER]}}
    ),
    "outcomes.select_patients": lambda world: [
        outcomes.select_patients(world.study),
        _refused(outcomes.select_patients, world.study, site=SECRET),
        _refused(outcomes.select_patients, world.study, first=SECRET),
        _refused(outcomes.select_patients, world.study, last=DATE),
    ],
    "outcomes.patients_before": lambda world: [
        outcomes.patients_before(world.study),
        _refused(outcomes.patients_before, world.study, first=SECRET),
    ],
    "outcomes.previous_period": lambda world: [
        outcomes.previous_period(world.study, "", ""),
        _refused(outcomes.previous_period, world.study, first="month 1", last=SECRET),
    ],
    "report.provenance": _study(report.provenance),
    "report.write_release_page": lambda world: report.write_release_page(
        world.folder, ledger=_ledger(world), release="2"
    ),
    "results.frame_to_text": lambda world: results.frame_to_text(world.numbers[["y", "n"]]),
    "results.frame_to_html": lambda world: results.frame_to_html(world.numbers[["y", "n"]]),
    "safety.action_list": _study(safety.action_list, days_old=1),
    "safety.adverse_event_rates": lambda world: safety.adverse_event_rates(_named_events(world)),
    "safety.adverse_event_severity": lambda world: safety.adverse_event_severity(
        _named_events(world)
    ),
    "safety.dose_intervals": _study(safety.dose_intervals),
    "safety.events_of_interest": lambda world: safety.events_of_interest(_named_events(world)),
    "safety.peak_change_model": _safety(safety.peak_change_model),
    "safety.peak_change_rows": _safety(safety.peak_change_rows),
    "safety.rems_fields": lambda world: safety.rems_fields(world.study, _of_sessions(world)),
    "safety.safety_levels": _safety(safety.safety_levels),
    "safety.safety_shares": _safety(safety.safety_shares),
    "safety.session_safety": _study(safety.session_safety),
    "safety.suicidality": _study(safety.suicidality),
    "safety.time_course": _safety(safety.time_course, "sbp", measure="value"),
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
    "survival.one_sample_logrank": lambda w: survival.one_sample_logrank(
        w.words, _read_curve().curve()
    ),
    "survival.parametric": lambda w: survival.parametric(
        "arm", w.words, time="time", event="event"
    ),
    "survival.reconstruct_curve": lambda w: survival.reconstruct_curve(
        w.words.assign(survival=w.words["y"]), w.words.assign(n_risk=w.words["y"])
    ),
    "survival.recurrent_events": lambda w: survival.recurrent_events("arm", w.words),
    "survival.reverse_kaplan_meier": _frame(survival.reverse_kaplan_meier),
    "survival.turnbull": _frame(survival.turnbull),
    "synthetic.inject": _study(synthetic.inject, SECRET),
    "method_checks.truth_check": lambda world: method_checks.truth_check(world.folder),
    "tables.baseline_table": _frame(tables.baseline_table, variables=["n"]),
    "tables.courses_table": _frame(tables.courses_table),
    "tables.estimates_table": _frame(tables.estimates_table),
    "tables.findings_table": _frame(tables.findings_table),
    "tables.indications_table": _frame(tables.indications_table),
    "tables.response_table": _frame(tables.response_table),
    "tables.definitions_table": lambda world: tables.definitions_table(
        quality.quality_measures(world.study)
    ),
    "tables.assumptions_table": lambda world: tables.assumptions_table(
        missing.response_under_missingness(world.study, "PHQ-9", visit="week 1")
    ),
    "tables.events_of_interest_table": lambda world: tables.events_of_interest_table(
        safety.events_of_interest(_named_events(world))
    ),
    "tables.retention_table": lambda world: tables.retention_table(
        missing.retention(world.study, "PHQ-9")
    ),
    "tables.safety_levels_table": lambda world: tables.safety_levels_table(
        safety.safety_levels(_of_sessions(world))
    ),
    "tables.safety_shares_table": lambda world: tables.safety_shares_table(
        safety.safety_shares(_of_sessions(world))
    ),
    "tables.suicidality_table": lambda world: tables.suicidality_table(
        safety.suicidality(world.study)
    ),
    "tables.measures_table": lambda world: tables.measures_table(
        quality.quality_measures(world.study)
    ),
    "tables.rules_table": _study(tables.rules_table, "PHQ-9", visit="week 4"),
    "tables.standardized_difference": lambda world: tables.standardized_difference(
        world.words["y"], world.words["arm"], weights=world.words["y"]
    ),
    "distributed.make_bundle": lambda world: distributed.make_bundle(
        world.study, distributed.read_specification(_agreement(world)), site="A"
    ),
    "distributed.pool": lambda world: distributed.pool(_damaged_bundles(world)),
    "distributed.read_bundle": lambda world: distributed.read_bundle(_damaged_bundles(world)[0]),
    "distributed.read_specification": lambda world: distributed.read_specification(
        world.file("a.toml", f'[network]\nsites = ["{SECRET}"\n')
    ),
    "text_numbers.require_numbers": lambda world: require_numbers(world.cells, "response"),
    "text_numbers.require_number_columns": _frame(require_number_columns, names=["y"]),
    "disclosure.units_of": _study(lambda study: disclosure.units_of(study.table("subjects"))),
    "text_numbers.text_numbers": lambda world: text_numbers(world.cells),
}

ELSEWHERE = {
    "distributed.write_bundle": "tests/distributed/bundles/test_canary.py",
    "distributed.write_pooled": "tests/distributed/bundles/test_canary.py",
    "formats.write_changes": "tests/formats/test_update.py",
    "report.build_report": "tests/report/test_build.py",
}
"""Calls whose secrets are planted in the tests of their room."""

RAW_FILES = {"confined", "file_sha256", "folder_sha256", "locked", "remove", "replacing"} | {
    "filling",
    "write_together",
    "write_bytes",
    "write_secret",
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
    "bundle": lambda world: [
        str(world.folder), "--spec", str(_agreement(world)), "--site", "A"
    ],
    "check": lambda world: [str(world.folder)],
    "correct": lambda world: [
        str(world.local), "--mapping", _clinic_files(world), "--corrections", str(_list(world)),
        "--output", "local/corrected",
    ],
    "doctor": lambda _: [],
    "map": _map,
    "new": lambda world: ["03-response", "--study", str(world.folder), "--to", "local/03.ipynb"],
    "pool": lambda world: [str(path) for path in _damaged_bundles(world)],
    "release": lambda world: [
        str(world.folder), "--ledger", str(_ledger(world)), "--release", "2"
    ],
    "report": lambda world: [str(world.folder), "--output", "local/report"],
    "scan": lambda world: [str(_redcap(world)[0].parent)],
    "strip": lambda world: [str(_notebooks(world))],
    "synthesize": lambda _: ["--help"],
    "update": lambda world: [
        str(world.local), "--previous", str(world.local), "--mapping", _clinic_files(world)
    ],
}  # fmt: skip
"""Arguments of every command."""
