"""A folder of shards is as it was listed, or an error names the file and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import distributed
from analysis.distributed import index_shards, open_shards, split_patients
from analysis.errors import AnalysisError, ColumnError, DataError
from tests.canary.planted import SECRET
from tests.mixed.networks import clinic_network

unit = pytest.mark.unit

ROWS = clinic_network(n_patients=40, n_clinics=3).assign(
    patient=lambda rows: [f"{SECRET}{code}" for code in rows["patient"]],
    note=SECRET,
)
FORMULA = "change ~ arm * visit"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    split_patients(ROWS, folder, subject="patient", n_shards=3)
    return folder


@pytest.fixture
def folder(written, tmp_path) -> Path:
    return shutil.copytree(written, tmp_path / "copy")


def refused(folder: Path) -> str:
    """Return what the fit says, wherever it is refused; never with an id or a text of the data."""
    with pytest.raises(AnalysisError) as error:
        distributed.mmrm(FORMULA, folder, visit="visit")
    assert isinstance(error.value, DataError)
    assert SECRET not in str(error.value)
    assert not (folder / "sums").exists() or len(list((folder / "sums").iterdir())) < 3
    return str(error.value)


def changed_list(folder: Path, change) -> None:
    text = json.loads((folder / "shards.json").read_text())
    change(text)
    (folder / "shards.json").write_text(json.dumps(text))


@unit
def test_a_missing_shard(folder):
    (folder / "shard-00001.parquet").unlink()
    assert "shard-00001.parquet is missing (" in refused(folder)


@unit
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_bit_flipped(folder, place):
    target = folder / "shard-00001.parquet"
    content = bytearray(target.read_bytes())
    content[{"first": 0, "middle": len(content) // 2, "last": -1}[place]] ^= 1
    target.write_bytes(content)
    assert "shard-00001.parquet is not the file that was listed" in refused(folder)


@unit
def test_a_shard_cut_short(folder):
    target = folder / "shard-00002.parquet"
    target.write_bytes(target.read_bytes()[:-100])
    assert "shard-00002.parquet is not the file that was listed" in refused(folder)
    with pytest.raises(DataError, match=r"shard-00002.parquet could not be read as Parquet"):
        index_shards(folder, subject="patient")


@unit
def test_another_valid_file_of_the_same_length(folder):
    target = folder / "shard-00000.parquet"
    length = target.stat().st_size
    pq.write_table(pa.table({"patient": ["a"]}), target)
    with target.open("r+b") as handle:
        handle.truncate(length)
    assert "shard-00000.parquet is not the file that was listed" in refused(folder)


@unit
def test_a_file_that_is_not_on_the_list(folder):
    shutil.copy(folder / "shard-00000.parquet", folder / "shard-00007.parquet")
    assert "shard-00007.parquet: in the folder, but not on its list" in refused(folder)


@unit
def test_no_list(folder):
    (folder / "shards.json").unlink()
    assert "has no shards.json" in refused(folder)
    assert "has no shards.json" in refused(folder / "nowhere")


DAMAGED = {
    "cut short": lambda text: text[:40],
    "empty": lambda _: "",
    "a list": lambda _: "[]",
    "null": lambda _: "null",
    "deep": lambda _: "[" * 100_000,
    "not text": lambda _: "\udcff",
}
EDITS = {
    "another format": lambda text: text.update(format="moments"),
    "another version": lambda text: text.update(version=2),
    "no version": lambda text: text.pop("version"),
    "no subject": lambda text: text.pop("subject"),
    "a subject that is no column": lambda text: text.update(subject="id"),
    "a subject that is a list": lambda text: text.update(subject=["patient"]),
    "no shard": lambda text: text.update(shards=[]),
    "shards that are a mapping": lambda text: text.update(shards={"file": "a"}),
    "a shard twice": lambda text: text["shards"].append(text["shards"][0]),
    "a shard without a digest": lambda text: text["shards"][0].pop("sha256"),
    "a digest that is a number": lambda text: text["shards"][0].update(sha256=1),
    "a size that is text": lambda text: text["shards"][0].update(n_rows="many"),
    "a size that is true": lambda text: text["shards"][0].update(n_rows=True),
    "a key too many": lambda text: text["shards"][0].update(run="rm"),
    "columns that are a list": lambda text: text.update(columns=["patient"]),
    "a column without a type": lambda text: text["columns"]["arm"].pop("type"),
    "a type that is a number": lambda text: text["columns"]["arm"].update(type=1),
    "levels that are text": lambda text: text["columns"]["arm"].update(levels="im"),
}


@unit
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_list(folder, name):
    target = folder / "shards.json"
    text = DAMAGED[name](target.read_text())
    target.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "shards.json is damaged" in refused(folder)


@unit
@pytest.mark.parametrize("name", EDITS)
def test_an_edited_list(folder, name):
    changed_list(folder, EDITS[name])
    assert "shards.json is damaged" in refused(folder)


@unit
@pytest.mark.parametrize(
    "name",
    ["../outside.parquet", "{absolute}", "sub/inside.parquet", "sub\\inside.parquet", "..", "",
     ".", "link.parquet", "C:\\outside.parquet", "NUL", 7],
)  # fmt: skip
def test_a_list_never_leads_out_of_its_folder(folder, tmp_path, name):
    outside = tmp_path / "outside.parquet"
    shutil.move(folder / "shard-00000.parquet", outside)
    (folder / "sub").mkdir()
    shutil.copy(outside, folder / "sub" / "inside.parquet")
    (folder / "link.parquet").symlink_to(outside)
    file = name.format(absolute=outside) if isinstance(name, str) else name
    changed_list(folder, lambda text: text["shards"][0].update(file=file))
    assert "shards.json is damaged" in refused(folder)


@unit
def test_levels_taken_off_the_list_lose_no_row(folder):
    changed_list(folder, lambda text: text["columns"]["arm"].update(levels=["im"]))
    says = refused(folder)
    assert "shard-0000" in says
    assert "'arm' has 1 level" in says


@unit
@pytest.mark.parametrize("type_", ["int64", "double", "text"])
def test_types_changed_in_the_list_are_noticed_or_change_nothing(folder, type_):
    before = distributed.mmrm(FORMULA, folder, visit="visit").tidy()
    for name in ("arm", "visit", "patient"):
        changed_list(folder, lambda text, name=name: text["columns"][name].update(type=type_))
    pd.testing.assert_frame_equal(
        distributed.mmrm(FORMULA, folder, visit="visit", keep=False).tidy(), before
    )


@unit
def test_columns_that_are_not_there(folder):
    for call in (
        lambda: distributed.mmrm("change ~ arms", folder, visit="visit"),
        lambda: distributed.mmrm("change ~ arm", folder, visit="visits"),
        lambda: open_shards(folder).levels("arms"),
    ):
        with pytest.raises(ColumnError, match=r"no column '(arms|visits)'"):
            call()


@unit
def test_a_column_invented_in_the_list_is_refused_by_the_shard(folder):
    age = {"type": "double", "levels": None, "is_factor": False}
    changed_list(folder, lambda text: text["columns"].update(age=age))
    with pytest.raises(DataError, match="shard-0000"):
        distributed.mmrm("change ~ age", folder, visit="visit")


@unit
def test_a_shard_that_changes_after_opening_is_noticed(folder):
    shards = open_shards(folder)
    target = folder / "shard-00001.parquet"
    target.write_bytes(target.read_bytes() + b"\0")
    with pytest.raises(DataError, match=r"shard-00001.parquet is not the file"):
        distributed.mmrm(FORMULA, shards, visit="visit")
