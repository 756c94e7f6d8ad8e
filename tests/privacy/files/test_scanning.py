"""Scanning files and folders: what is looked into, what a manifest vouches for, what is never said."""
# ruff: noqa: E501 - a case reads best on its line

import json
import os
import shutil
from pathlib import Path

import pytest

from analysis.errors import DataError
from analysis.privacy.files import scanning as module
from analysis.privacy.files.file_scan import FILE_COLUMNS
from analysis.privacy.files.scanning import scan_path
from analysis.privacy.files.walk import name_may_identify
from analysis.storage import file_sha256
from analysis.synthetic import example_folder
from tests.privacy.files.written_files import (
    CLEAN,
    LEAKS,
    LIMITS,
    ROWS,
    notebook,
    output,
    packed,
    workbook,
)

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[3]
LEAK = b"subject_id,age\nKX-1042,43\nKX-1043,51\n"


def rules(scan):
    return {finding.rule for finding in scan.findings}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a copy of the synthetic network and of a notebook that shows it."""
    shutil.copytree(example_folder("clinic-network"), tmp_path / "data/synthetic/clinic-network")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks/03-response.ipynb", tmp_path / "notebooks/03-response.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def changed(project, change):
    """Change the notebook of the project."""
    path = project / "notebooks/03-response.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return scan_path(path)


def with_patients(content):
    content["cells"][3]["outputs"].append(
        json.loads(notebook(output("patient KX-1042")))["cells"][0]["outputs"][0]
    )


def test_all_notebooks_and_data_of_this_project_are_clean():
    # data/reference holds simulated rows beside R's numbers, equal to those of tests/reference
    scan = scan_path([ROOT / "notebooks", ROOT / "data" / "synthetic"])
    assert [str(finding) for finding in scan.findings] == []
    # notebooks whose provenance names synthetic data; tables of both studies; exports
    assert scan.n_synthetic == 12 + (11 + 5) + 13


def test_outputs_over_synthetic_data_may_show_rows(project):
    scan = changed(project, with_patients)
    assert (scan.ok, scan.n_synthetic) == (True, 1)


def other_digest(content):
    with_patients(content)
    text = json.dumps(content)
    digest = "054076e7d646ace58c5de15607d623d6a9d7c625918fa886e66216b01166b871"
    assert digest in text
    content.update(json.loads(text.replace(digest, "0" * 64)))


def reads_other_data(content):
    with_patients(content)
    content["cells"][4 - 1]["source"] = "frame = pd.read_csv('local/export.csv')"


def out_of_order(content):
    with_patients(content)
    content["cells"][2]["execution_count"] = 99


def provenance_is_not_last(content):
    with_patients(content)
    cell = json.loads(notebook(output("x")))["cells"][0]
    last = max(
        cell["execution_count"] or 0 for cell in content["cells"] if cell["cell_type"] == "code"
    )
    content["cells"].append({**cell, "execution_count": last + 1})


@pytest.mark.parametrize(
    "change", [other_digest, reads_other_data, out_of_order, provenance_is_not_last]
)
def test_outputs_that_may_be_of_other_data_are_findings(project, change):
    scan = changed(project, change)
    assert "PRV-101" in rules(scan)
    assert scan.n_synthetic == 0


def test_identifiers_stay_findings_over_synthetic_data(project):
    def plant(content):
        content["cells"][3]["source"] = "folder = '/home/jsmith/phq'"

    assert rules(changed(project, plant)) == {"PRV-106"}


def test_a_manifest_is_believed_only_when_the_tables_agree(project):
    table = project / "data/synthetic/clinic-network/subjects.csv"
    table.write_bytes(table.read_bytes().replace(b"p000001,clinic-f,49", b"p000001,clinic-f,50"))
    scan = scan_path([project / "data", project / "notebooks"])
    assert scan.n_synthetic == 0
    assert {"PRV-101", "PRV-111"} <= rules(scan)


@pytest.mark.parametrize("listed", [{}, [], "x", {"export.csv": 1}, {"export.csv": {"sha256": ""}}])
def test_an_export_is_vouched_for_only_when_the_manifest_has_its_digest(project, listed):
    folder = project / "data/synthetic/clinic-network"
    (folder / "month").mkdir()
    shutil.copy(example_folder("first-clinic") / "month-1/clients.csv", folder / "month/export.csv")
    path = folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "files": listed}), encoding="utf-8")
    assert "PRV-111" in rules(scan_path(folder / "month"))
    digest = {"sha256": file_sha256(folder / "month/export.csv")}
    path.write_text(json.dumps({**content, "files": {"month/export.csv": digest}}))
    assert scan_path(folder / "month").findings == ()


def test_a_notebook_elsewhere_is_not_vouched_for(project):
    shutil.move(project / "notebooks/03-response.ipynb", project / "03-response.ipynb")
    scan = scan_path(project / "03-response.ipynb")
    assert scan.n_synthetic == 0
    assert "PRV-110" in rules(scan)


def test_a_table_is_vouched_for_by_its_bytes_wherever_it_lies(project, tmp_path):
    staged = tmp_path / "staged"
    staged.mkdir()
    shutil.copy(project / "data/synthetic/clinic-network/subjects.csv", staged / "a.csv")
    assert scan_path(staged).findings == ()


def test_a_data_file_in_no_manifest_is_a_warning(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"arm,n\niv,120\n")
    scan = scan_path(tmp_path)
    assert [(one.rule, one.severity) for one in scan.findings] == [("PRV-111", "warning")]
    assert (scan.ok, scan.exit_code) == (True, 0)


def test_a_folder_is_searched_except_for_programs_git_and_the_local_zone(tmp_path):
    for folder in ("a", ".git", ".venv", "node_modules", "local", "a/.ipynb_checkpoints"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "b.csv").write_bytes(LEAK)
    scan = scan_path(tmp_path)
    found = {finding.file for finding in scan.findings if finding.rule == "PRV-101"}
    assert found == {"a/b.csv", "a/.ipynb_checkpoints/b.csv"}
    assert (scan.n_files, scan.n_left_out) == (2, 4)
    assert "PRV-101" in rules(scan_path(tmp_path / "local"))


def test_a_list_of_files_is_scanned_once_each(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_bytes(LEAK)
    Path("b.txt").write_bytes(b"342 patients")
    scan = scan_path(["a.csv", "b.txt", "a.csv"])
    assert scan.n_files == 2
    assert {finding.file for finding in scan.findings} == {"a.csv"}


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="1 of 2 paths"):
        scan_path([tmp_path, tmp_path / "Kowalski.csv"])


def test_links_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_bytes(LEAK)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.csv").symlink_to(outside / "a.csv")
    (inside / "folder").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    scan = scan_path(inside)
    assert {(one.file, one.rule) for one in scan.findings} == {
        ("link.csv", "PRV-126"), ("folder", "PRV-126"), ("round", "PRV-126"),
    }  # fmt: skip


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    assert [one.rule for one in scan_path(tmp_path).findings] == ["PRV-120"]


def test_a_locked_file_is_one_finding_and_the_scan_goes_on(tmp_path, monkeypatch):
    (tmp_path / "a.xlsx").write_bytes(workbook({"d": ROWS}))
    (tmp_path / "b.csv").write_bytes(LEAK)
    opened = Path.open

    def locked(path, *arguments, **more):
        if path.name == "a.xlsx":
            raise PermissionError(13, "open in Excel", str(path))
        return opened(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", locked)
    found = {(one.file, one.rule) for one in scan_path(tmp_path).findings}
    assert {("a.xlsx", "PRV-120"), ("b.csv", "PRV-101")} <= found
    assert ("a.xlsx", "PRV-101") not in found


def test_a_file_that_changes_meanwhile_is_a_finding(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"342 patients")
    read = module.pieces_of

    def growing(source, limits):
        yield from read(source, limits)
        path.write_bytes(b"342 patients and more")

    monkeypatch.setattr(module, "pieces_of", growing)
    assert rules(scan_path(path)) == {"PRV-121"}


def test_a_file_that_goes_meanwhile_is_a_finding(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"342 patients")
    listed = module.files_to_scan

    def gone(paths):
        found = listed(paths)
        path.unlink()
        return found

    monkeypatch.setattr(module, "files_to_scan", gone)
    assert rules(scan_path(path)) == {"PRV-120"}


def test_the_frame_has_a_row_per_finding_errors_first(tmp_path):
    (tmp_path / "a.csv").write_bytes(LEAK)
    frame = scan_path(tmp_path).to_frame()
    assert tuple(frame.columns) == FILE_COLUMNS
    assert frame["rule"].tolist() == ["PRV-101", "PRV-111"]
    assert frame["count"].tolist() == [2, 1]
    assert scan_path(ROOT / "LICENSE").to_frame().empty


def test_the_summary_says_what_a_scan_is_worth(tmp_path):
    (tmp_path / "a.csv").write_bytes(LEAK)
    scan = scan_path(tmp_path)
    assert scan.summary().startswith("1 file scanned: 1 error, 1 warning.")
    assert "supports a decision" in scan.summary()
    assert "certif" not in scan.summary()
    assert [found.rule for found in scan.as_findings()] == ["PRV-101", "PRV-111"]


@pytest.mark.parametrize(
    ("name", "identifies"),
    [
        ("Kowalski, Anna.xlsx", True), ("KX-1042.csv", True), ("p000017_scores.csv", True), ("jane.doe@example.org.txt", True),
        ("anna_smith.docx", True), ("03-response.ipynb", False), ("anand-2023.json", False), ("report-2024-11.html", False),
        ("clinic-network", False), ("phq9_total.csv", False), ("test_table_columns.py", False), ("README.md", False),
        ("054076e7d646ace5.json", False), ("requirements.lock", False), ("week4.csv", False),
    ],
)  # fmt: skip
def test_names_of_files_that_may_identify(name, identifies):
    assert name_may_identify(name) is identifies


def test_a_name_that_may_identify_is_never_shown(tmp_path):
    folder = tmp_path / "Kowalski, Anna"
    folder.mkdir()
    (folder / "KX-1042.csv").write_bytes(LEAK)
    scan = scan_path(tmp_path)
    assert "PRV-113" in rules(scan)
    assert {one.file for one in scan.findings} == {
        "[name 1 of the folder]/[name 1 of the folder].csv"
    }
    for path in (folder / "KX-1042.csv", [folder / "KX-1042.csv"]):
        assert {one.file for one in scan_path(path).findings} == {"[name 1 of the folder].csv"}


TRACES = ("KX-10", "Kowalski", "jsmith", "anna", "example.org", "00442318", "555-0132")


@pytest.mark.parametrize("case", LEAKS)
def test_nothing_of_a_file_is_repeated(tmp_path, capfd, case):
    name, content, _ = LEAKS[case]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "all.zip").write_bytes(packed({"Kowalski KX-1042/" + name: content}))
    scan = scan_path(tmp_path, limits=LIMITS.get(case))
    said = f"{scan!r}{scan}{scan.summary()}{scan._repr_html_()}{scan.to_frame().to_csv()}{scan.as_findings()!r}"
    said += "\n".join(map(str, scan.findings)) + "".join(capfd.readouterr())
    assert scan.findings
    assert [trace for trace in TRACES if trace.casefold() in said.casefold()] == []


def test_a_folder_of_clean_files_has_no_error(tmp_path):
    for number, (name, content) in enumerate(CLEAN.values()):
        (tmp_path / f"{number}{Path(name).suffix}").write_bytes(content)
    assert scan_path(tmp_path).n_errors == 0
