"""The whole report: one sound page, nothing half-written, and no value of a patient anywhere."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.checks import check_folder
from analysis.errors import DataError, ReportError
from analysis.outcomes import time_to_loss_of_response
from analysis.report import build, build_report
from analysis.report.gate import page_faults
from analysis.study import TABLES, Study, read_study, write_study
from analysis.synthetic import example_folder

CANARY = "CANARY8e41"
NUMBER = 987654321
COLUMNS = [(table, column) for table in TABLES for column in TABLES[table].names]


@pytest.fixture(scope="module")
def network():
    return read_study(example_folder("clinic-network"))


@pytest.fixture(scope="module")
def few(network):
    """Keep 40 patients, so that a study per column is written and read quickly."""
    chosen = network.tables["subjects"]["subject_id"].head(40)
    tables = {
        name: frame[frame["subject_id"].isin(chosen)] for name, frame in network.tables.items()
    }
    return replace(network, tables=tables)


def planted(study: Study, table: str, column: str) -> Study:
    """Put a canary into one cell of a study."""
    frame = study.table(table) if study.has(table) else calendar(study)
    if column not in frame.columns:
        frame[column] = pd.NA
    values = frame[column].astype("object")
    values.iloc[len(values) // 2] = CANARY if _is_text(table, column) else NUMBER
    tables = {**study.tables, table: frame.assign(**{column: values})}
    return Study(title=study.title, sites=study.sites, instruments=study.instruments, tables=tables)


def calendar(study: Study) -> pd.DataFrame:
    """Give every patient one start date."""
    return study.table("subjects")[["subject_id"]].assign(start_date="2024-01-08")


def _is_text(table: str, column: str) -> bool:
    return TABLES[table].column(column).kind in ("text", "category", "flag")


def refusal(folder: Path, output: Path) -> str:
    """Return everything that a refused report says, chained exceptions included."""
    with pytest.raises(DataError) as caught:
        build_report(folder, output)
    error: BaseException | None = caught.value
    texts = []
    while error is not None:
        texts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@pytest.mark.identity
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_planted_value_is_refused_without_being_repeated(few, tmp_path, capfd, table, column):
    """Refused, or allowed and then followed through a whole report by the next test."""
    folder = tmp_path / "local" / "study"  # where a calendar may be
    write_study(planted(few, table, column), folder, as_parquet=())
    result = check_folder(folder)
    if result.ok:
        assert (table, column) in PASSING
        return
    assert (table, column) not in PASSING
    said = refusal(folder, tmp_path / "report")
    printed = capfd.readouterr()
    shown = said + repr(result) + result.frame().to_string() + printed.out + printed.err
    assert CANARY not in shown
    assert str(NUMBER) not in shown
    assert not (tmp_path / "report").exists()


KERNEL = {"name": "python3", "display_name": "Python 3"}
PASSING = {
    ("adverse_events", "term"),
    ("diagnoses", "code"),
    ("subjects", "cohort"),
    ("subjects", "language"),
    ("subjects", "race_ethnicity"),
}
"""Columns in which one odd value is no error: free coded text."""


@pytest.mark.slow
@pytest.mark.identity
def test_no_planted_value_reaches_any_output(network, tmp_path):
    """Plant ids, terms, a header, a file name; then search output, errors and every file."""
    folder = tmp_path / "study"
    study = network
    for table, column in sorted(PASSING):
        study = planted(study, table, column)
    first = str(study.tables["subjects"]["subject_id"].iloc[0])
    tables = {
        name: frame.assign(
            subject_id=frame["subject_id"]
            .astype("string")
            .where(frame["subject_id"].ne(first), CANARY)
        )
        for name, frame in study.tables.items()
    }
    write_study(replace(study, tables=tables), folder, as_parquet=())
    extra = pd.read_csv(folder / "subjects.csv", dtype="string")
    extra.assign(**{f"note {CANARY}": CANARY}).to_csv(folder / "subjects.csv", index=False)
    (folder / f"{CANARY}.csv").write_text(f"{CANARY}\n{CANARY}\n", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    places = {name: str(home) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")}
    places.update({name: str(home / name) for name in ("JUPYTER_DATA_DIR", "MPLCONFIGDIR")})
    places["IPYTHONDIR"] = str(home / "ipython")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "analysis", "report", str(folder)],
        capture_output=True,
        text=True,
        cwd=home,
        env={**os.environ, **places, "PYTHONWARNINGS": "default"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (home / "outputs" / "report" / "report.html").is_file()
    assert CANARY not in done.stdout + done.stderr
    written = [path for path in home.rglob("*") if path.is_file()]
    assert written
    leaks = [path.name for path in written if CANARY.encode() in path.read_bytes()]
    leaks += [path.name for path in written if CANARY in path.name]
    assert leaks == []


@pytest.fixture
def failing_notebook(tmp_path, monkeypatch):
    """Put one failing notebook in the place of the real ones."""
    cells = [new_code_cell("study_folder = ''", metadata={"tags": ["parameters"]})]
    cells.append(new_code_cell(f"raise RuntimeError('{CANARY}')"))
    path = tmp_path / "01-broken.ipynb"
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, path)
    monkeypatch.setattr(build, "chapter_paths", lambda _kind: [path])


@pytest.mark.unit
def test_a_failing_notebook_leaves_the_earlier_report(failing_notebook, tmp_path):
    output = tmp_path / "report"
    output.mkdir()
    (output / "report.html").write_text("last month", encoding="utf-8")
    with pytest.raises(
        ReportError, match="01-broken stopped in cell 2 with RuntimeError"
    ) as caught:
        build_report(example_folder("clinic-network"), output)
    assert CANARY not in str(caught.value)
    assert [path.name for path in output.iterdir()] == ["report.html"]
    assert (output / "report.html").read_text(encoding="utf-8") == "last month"


@pytest.fixture
def quiet_notebook(tmp_path, monkeypatch):
    """Put one notebook that shows nothing in the place of the real ones."""
    cells = [new_code_cell("study_folder = ''", metadata={"tags": ["parameters"]})]
    path = tmp_path / "01-quiet.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    monkeypatch.setattr(build, "chapter_paths", lambda _kind: [path])


@pytest.mark.unit
def test_a_report_that_is_open_elsewhere_is_kept(quiet_notebook, tmp_path, monkeypatch):
    output = tmp_path / "report"
    output.mkdir()
    (output / "report.html").write_text("last month", encoding="utf-8")

    rename = Path.rename

    def refuse(self, target):
        if self.name == "report.html":
            raise PermissionError(13, "used by another process")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ReportError, match="open in another program"):
        build_report(example_folder("clinic-network"), output)
    assert [path.name for path in output.iterdir()] == ["report.html"]
    assert (output / "report.html").read_text(encoding="utf-8") == "last month"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"visit": "week 9"}, "Planned visits are: week 1, week 2, week 4"),
        ({"instrument": "PHQ9"}, "PHQ-9"),
        ({"baseline_at_least": float("nan")}, "number of points"),
        ({"baseline_at_least": -1}, "number of points"),
        ({"site": "clinic-z"}, "clinic-a"),
        ({"first": "2026-01"}, "month"),
    ],
)
def test_parameters_are_refused_before_any_notebook_runs(tmp_path, monkeypatch, wrong, said):
    monkeypatch.setattr(build, "execute", lambda *_: pytest.fail("a notebook was run"))
    with pytest.raises(DataError, match=said):
        build_report(example_folder("clinic-network"), tmp_path, parameters=wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.identity
def test_a_small_clinic_shows_no_number_of_few_patients(network, tmp_path):
    """Nearly all of its numbers must be hidden, in the summary as well as in tables."""
    subjects = network.tables["subjects"]
    chosen = subjects.loc[subjects["site_id"].eq("clinic-g"), "subject_id"]
    tables = {n: f[f["subject_id"].isin(chosen)] for n, f in network.tables.items()}
    write_study(replace(network, tables=tables), tmp_path / "small")
    text = build_report(tmp_path / "small", tmp_path / "out", kind="outcomes")["html"].read_text(
        "utf-8"
    )
    visible = re.sub(r"<style.*?</style>|<img[^>]*>|data:[^\"]*", " ", text, flags=re.DOTALL)
    summary = visible[visible.index("At a glance</h2>") : visible.index("</section>")]
    assert "in one clinic" in summary
    for n in re.findall(r"\b(\d+) (?:of \d+ )?(?:registered )?patients", visible):
        assert int(n) == 0 or int(n) >= 11
    followed = time_to_loss_of_response(read_study(tmp_path / "small"), "PHQ-9", visit="week 4")
    few = len(followed.frame) < 11
    assert ("no curve is shown" in summary) == few
    assert ("had lost response" in summary) <= (not few)


@pytest.mark.slow
@pytest.mark.identity
def test_a_plain_small_study_is_reported_and_hides_what_it_must(network, tmp_path):
    """One clinic, one regimen, one course each, no indication known, none treated before."""
    sessions = network.tables["sessions"]
    again = sessions.loc[sessions["course_no"].ne(1), "subject_id"]
    other = sessions.loc[sessions["route"].ne("IM"), "subject_id"]
    subjects = network.tables["subjects"]
    kept = subjects["site_id"].eq("clinic-d") & ~subjects["subject_id"].isin([*again, *other])
    chosen = subjects.loc[kept, "subject_id"]
    assert 50 < len(chosen) < 85
    tables = {n: f[f["subject_id"].isin(chosen)] for n, f in network.tables.items()}
    tables["subjects"] = (
        tables["subjects"]
        .drop(columns=["secondary_indications", "treated_before_data"])
        .assign(indication=pd.Series(pd.NA, subjects.index[kept], "string").astype("category"))
    )
    plain = replace(network, tables=tables, course_gap_days=None)
    write_study(plain, tmp_path / "plain")
    text = build_report(tmp_path / "plain", tmp_path / "out", kind="outcomes")["html"].read_text(
        "utf-8"
    )
    visible = re.sub(r"<style.*?</style>|<img[^>]*>|data:[^\"]*", " ", text, flags=re.DOTALL)
    assert page_faults(text) == []
    assert "Patients with a second course: 0." in visible
    assert "does not state after how many days" in visible
    assert "Any indication is not computable" in visible
    assert "treated before the data begin, so" not in visible
    chapters = visible[: visible.index('id="checklist"')]  # then numbers of items and of cells
    chapters = re.sub(r"<details.*?</details>", " ", chapters, flags=re.DOTALL)  # days and points
    cells = re.findall(r"<td[^>]*>\s*(\d+)(?: \([^<]*%\))?\s*</td>", chapters)
    assert not [n for n in cells if 0 < int(n) < 11]


@pytest.fixture
def page(report_page):
    return report_page.read_text(encoding="utf-8")


@pytest.mark.xdist_group("report page")
@pytest.mark.slow
@pytest.mark.unit
def test_the_page_is_sound_and_complete(page, network):
    assert page_faults(page) == []
    assert page.count("<img") >= 5
    for expected in ("At a glance", network.sha256, "week 4", str(network.seed), network.title):
        assert expected in page
    for expected in ("esketamine IN", "Any indication", "Second course", "Reliable deterioration"):
        assert expected in page
    assert "treated before the data begin" in page  # in the flow, with its number
    assert "60 days or more after the last session" in page
    assert "Expected change if nothing changed" in page
    assert "Not verified: confirm it in the source." in page
    assert "import " not in page  # code is hidden
    assert "Warning" not in page


@pytest.mark.xdist_group("report page")
@pytest.mark.slow
@pytest.mark.identity
def test_no_patient_id_is_on_the_page(page, network):
    ids = network.tables["subjects"]["subject_id"]
    assert not [subject for subject in ids if str(subject) in page]
