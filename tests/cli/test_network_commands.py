"""The commands bundle and pool: what they print, write and refuse."""

import shutil

import pandas as pd
import pytest

from analysis.distributed import example_agreement, read_specification
from tests.builders import CLEAN, with_cell, write_folder
from tests.cli.test_cli import run
from tests.distributed.bundles.conftest import agreement, bundles, study, written  # noqa: F401

pytestmark = pytest.mark.unit


@pytest.fixture
def sent(written, tmp_path):  # noqa: F811 - the fixture of that name
    """Return the bundles of the eight clinics, in the local zone of the coordinator."""
    return shutil.copytree(written, tmp_path / "local" / "bundles")


def test_the_example_is_printed_and_can_be_used(monkeypatch, capsys, tmp_path):
    code, out, _ = run(monkeypatch, capsys, "bundle", "--example")
    assert code == 0
    (tmp_path / "analysis.toml").write_text(out, encoding="utf-8")
    made = read_specification(tmp_path / "analysis.toml")
    assert made.sha256 == read_specification(example_agreement()).sha256


def test_bundle_says_what_it_holds_and_where_it_is(monkeypatch, capsys, tmp_path, sent):
    target = tmp_path / "local" / "own"
    code, out, err = run(
        monkeypatch, capsys, "bundle", "--spec", str(example_agreement()),
        "--site", "clinic-h", "--out", str(target),
    )  # fmt: skip
    assert code == 0
    assert out.startswith("Confidential: ")
    assert "This file leaves clinic-h in the trusted mode: sites under a declared" in out
    assert "course    moments          44" in out
    assert "regimens  regimen: none of ketamine IV, ketamine IM" in out
    names = ["bundle-clinic-h.json", "bundle-clinic-h.npz"]
    assert sorted(file.name for file in target.iterdir()) == names
    assert all(str(target / name) in err for name in names)
    assert "Read the statement" in err
    assert (target / names[1]).read_bytes() == (sent / names[1]).read_bytes()


COARSE = """
[network]
sites = ["clinic-a", "clinic-b"]
mode = "thresholded"

[analyses.events]
model = "adverse-events"
count = ["events"]
"""


def test_a_thresholded_bundle_is_noted_in_the_local_zone(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text(COARSE, encoding="utf-8")
    given = ["bundle", "--spec", "a.toml", "--site", "clinic-b"]
    code, out, err = run(monkeypatch, capsys, *given, "--out", "outgoing")
    assert (code, "in the thresholded mode" in out) == (0, True)
    noted = tmp_path / "local" / "records" / "clinic-b.sent.json"
    assert f"Noted who is in it: {noted}" in err
    own = tmp_path / "local" / "own.sent.json"
    code, _, _ = run(monkeypatch, capsys, *given, "--record", str(own))
    assert (code, own.is_file()) == (0, True)
    noted.write_text("{}", encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, *given, "--out", "again")
    assert (code, out) == (3, "")
    assert "clinic-b.sent.json, the record of who was in what" in err
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("given", [[], ["--spec", "a.toml"], ["--site", "clinic-a"]])
def test_bundle_asks_for_agreement_and_site(monkeypatch, capsys, given):
    code, _, err = run(monkeypatch, capsys, "bundle", *given)
    assert code == 2
    assert "Both are needed" in err


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--site", "clinic-z", "--out", "local/x"], "no site 'clinic-z'"),
        (["--site", "clinic-a", "--out", "outputs/x"], "below a folder named local"),
        (["--site", "clinic-a", "--out", "local/x", "--spec", "nowhere.toml"], "could not be read"),
    ],
)
def test_bundle_refuses_with_3_and_writes_nothing(monkeypatch, capsys, tmp_path, given, why):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(monkeypatch, capsys, "bundle", "--spec", str(example_agreement()), *given)
    assert (code, out) == (3, "")
    assert why in err
    assert list(tmp_path.rglob("bundle-*")) == []


def test_a_study_with_errors_sends_nothing(monkeypatch, capsys, tmp_path):
    subjects = with_cell(CLEAN["subjects"], "age_years", "147", row=1)
    folder = write_folder(tmp_path / "local" / "study", tables={"subjects": subjects})
    code, _, err = run(
        monkeypatch, capsys, "bundle", str(folder), "--spec", str(example_agreement()),
        "--site", "clinic-a", "--out", str(tmp_path / "local" / "out"),
    )  # fmt: skip
    assert code == 3
    assert "147" not in err
    assert not (tmp_path / "local" / "out").exists()


@pytest.mark.parametrize("named", ["folder", "files", "both"])
def test_pool_says_mode_sites_and_results(monkeypatch, capsys, sent, named):
    (sent / "bundle-clinic-b.json").unlink()
    (sent / "bundle-clinic-b.npz").unlink()
    files = sorted(map(str, sent.glob("*.json" if named == "files" else "*")))
    given = [str(sent)] if named == "folder" else files
    code, out, err = run(monkeypatch, capsys, "pool", *given, "--audience", "internal")
    assert (code, err) == (0, "")
    assert "Mode: trusted: sites under a declared agreement send exact sums" in out
    assert "Sites (7 of 8): clinic-a, clinic-c" in out
    assert "Absent, and in no number: clinic-b" in out
    assert "## course" in out
    row = next(line for line in out.splitlines() if line.startswith("regimen[T.ketamine IM]"))
    assert len(row.split()) == 9  # the name of the term has a space
    assert "site_id[T.clinic-b]" not in out


def test_pool_writes_what_may_leave_and_more_for_the_inside(monkeypatch, capsys, sent, tmp_path):
    code, _, err = run(monkeypatch, capsys, "pool", str(sent), "--out", str(tmp_path / "out"))
    assert code == 0
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "course.csv", "pooled.md", "regimens.csv"
    ]  # fmt: skip
    assert err.count("Written: ") == 3
    given = ["pool", str(sent), "--audience", "internal", "--out"]
    code, _, err = run(monkeypatch, capsys, *given, str(tmp_path / "open"))
    assert (code, "below a folder named local" in err) == (3, True)
    inside = tmp_path / "local" / "pooled"
    code, _, _ = run(monkeypatch, capsys, *given, str(inside))
    assert code == 0
    sites = pd.read_csv(inside / "course-by-site.csv")["site"].unique()
    assert list(sites) == [f"clinic-{letter}" for letter in "abcdefgh"]


def test_pool_refuses_a_changed_bundle_by_its_name(monkeypatch, capsys, sent):
    path = sent / "bundle-clinic-c.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"n_rows": 1', '"n_rows": 2', 1), encoding="utf-8")
    code, out, err = run(monkeypatch, capsys, "pool", str(sent))
    assert (code, out) == (3, "")
    assert "bundle-clinic-c.json was changed after it was written" in err


def test_pool_without_bundles_is_a_wrong_command_line_or_a_refusal(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, capsys, "pool")[0] == 2
    code, _, err = run(monkeypatch, capsys, "pool", str(tmp_path))
    assert (code, "at least two sites" in err) == (3, True)
