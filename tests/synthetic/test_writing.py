"""The committed network: the same bytes again, its truth, its dictionary, its size."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from analysis.checks import check_folder
from analysis.errors import DataError
from analysis.study import TABLES, read_study
from analysis.synthetic import Scenario, example_folder, examples, oracle, scenario, write_synthetic

unit, identity, truth = pytest.mark.unit, pytest.mark.identity, pytest.mark.truth

FOLDER = example_folder("clinic-network")
NETWORK = scenario("clinic-network")


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    write_synthetic(NETWORK, folder, oracle_patients=1_000)
    return folder


@identity
@pytest.mark.parametrize(
    "name",
    [
        *(path.name for path in sorted(FOLDER.glob("*.csv"))),
        "study.json",
        "DICTIONARY.md",
        "manifest.json",
    ],
)
def test_the_committed_file_is_made_again_byte_for_byte(again, name):
    assert (again / name).read_bytes() == (FOLDER / name).read_bytes()


@identity
@pytest.mark.parametrize("name", ["items", "monitoring"])
def test_the_committed_parquet_is_made_again_value_for_value(again, name):
    pd.testing.assert_frame_equal(
        pd.read_parquet(again / f"{name}.parquet"), pd.read_parquet(FOLDER / f"{name}.parquet")
    )


@unit
def test_the_folder_holds_every_file_and_is_small(again):
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {path.name for path in again.iterdir()}
    assert {"study.json", "truth.json", "DICTIONARY.md", "manifest.json"} <= names
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


@unit
def test_the_committed_study_breaks_no_rule():
    result = check_folder(FOLDER)
    assert result.findings == ()
    assert result.study.synthetic
    assert result.study.title == "Synthetic ketamine clinic network"
    sizes = result.study.table("subjects")["site_id"].value_counts()
    assert len(sizes) == 8
    assert sizes.min() >= 40
    assert sizes.max() <= 130


@unit
def test_the_truth_holds_the_scenario_exactly():
    content = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    assert Scenario.from_json(json.dumps(content["scenario"])) == NETWORK
    assert content["oracle"]["patients"] == 200_000
    assert {row["estimand"] for row in content["estimands"]} == set(content["oracle"]["estimands"])


@truth
def test_the_committed_truth_agrees_with_other_patients():
    content = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
    keys = ["estimand", "population", "regime", "regimen", "time"]
    committed = pd.DataFrame(content["estimands"])
    committed = committed[committed["clinic"].isna()].set_index(keys)
    fresh = oracle(replace(NETWORK, seed=NETWORK.seed + 1), patients=20_000)
    fresh = fresh[fresh["clinic"].isna()].set_index(keys).loc[committed.index]
    error = (committed["std_error"] ** 2 + fresh["std_error"] ** 2) ** 0.5
    assert ((committed["value"] - fresh["value"]).abs() / error).max() < 5.0


@unit
def test_the_dictionary_describes_every_column():
    text = (FOLDER / "DICTIONARY.md").read_text(encoding="utf-8")
    study = read_study(FOLDER)
    for name in study.tables:
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for column in study.table(name).columns:
            assert f"| `{column}` |" in section
            assert TABLES[name].column(column).description in section
    assert f"seed {NETWORK.seed}" in text
    assert "python3 run.py synthesize --preset clinic-network" in text


@unit
def test_an_unknown_example_is_refused_without_repeating_its_name():
    with pytest.raises(DataError) as raised:
        example_folder("secret-place")
    assert "clinic-network" in str(raised.value)
    assert "secret" not in str(raised.value)


@unit
def test_the_example_is_found_inside_the_wheel(tmp_path, monkeypatch):
    inside = tmp_path / "site" / "analysis" / "bundled" / "synthetic" / "clinic-network"
    inside.mkdir(parents=True)
    (inside / "study.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(examples.resources, "files", lambda _: tmp_path / "site" / "analysis")
    assert examples.example_folder("clinic-network") == inside


@unit
def test_a_checkout_goes_before_a_bundled_copy(tmp_path, monkeypatch):
    for home in ("analysis/bundled/synthetic", "data/synthetic"):
        folder = tmp_path / home / "clinic-network"
        folder.mkdir(parents=True)
        (folder / "study.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(examples.resources, "files", lambda _: tmp_path / "analysis")
    found = examples.example_folder("clinic-network")
    assert found == tmp_path / "data" / "synthetic" / "clinic-network"
