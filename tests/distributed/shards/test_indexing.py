"""Parquet files of other programs become shards, unless a patient is in two of them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import distributed, mixed
from analysis.distributed import index_shards, split_patients
from analysis.distributed.shards import indexing
from analysis.errors import ColumnError, DataError
from tests.canary.planted import SECRET
from tests.mixed.networks import clinic_network

unit, identity = pytest.mark.unit, pytest.mark.identity

ROWS = clinic_network(n_patients=48, n_clinics=3).assign(
    dose=lambda rows: 1 + rows["patient"] % 2,
    code=lambda rows: [f"{number:03d}" for number in rows["patient"]],
)
PARTS = [ROWS[ROWS["patient"] < 20], ROWS[ROWS["patient"] >= 20]]
FORMULA = "change ~ arm * visit + baseline"


def by_pandas(rows, path):
    rows.to_parquet(path, index=False)


def with_categories(rows, path):
    rows.astype({"arm": "category", "visit": "category"}).to_parquet(path)


def with_large_strings(rows, path):
    table = pa.Table.from_pandas(rows, preserve_index=False)
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.large_string()))
    pq.write_table(table, path)


def with_many_dictionaries(rows, path):
    table = pa.Table.from_pandas(rows, preserve_index=False)
    for name in ("arm", "visit"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.string()).dictionary_encode())
    pq.write_table(table, path, row_group_size=7, compression="gzip")


def without_arrow_types(rows, path):
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, path, store_schema=False, use_dictionary=False)


FOREIGN = [
    by_pandas,
    with_categories,
    with_large_strings,
    with_many_dictionaries,
    without_arrow_types,
]


@identity
@pytest.mark.parametrize("write", FOREIGN)
@pytest.mark.parametrize("subject", ["patient", "code"])
def test_files_of_other_programs_give_the_fit_of_their_rows(tmp_path, write, subject):
    for number, part in enumerate(PARTS):
        write(part, tmp_path / f"part-{number}.parquet")
    shards = index_shards(tmp_path, subject=subject)
    assert (shards.n_patients, shards.levels("arm")) == (48, ("im", "iv"))
    ours = distributed.mmrm(FORMULA, shards, visit="visit").tidy()
    theirs = mixed.mmrm(FORMULA, ROWS, subject=subject, visit="visit").tidy()
    assert ours["term"].tolist() == theirs["term"].tolist()
    error = (ours["estimate"] - theirs["estimate"]) / theirs["std_error"]
    assert error.abs().max() < 1e-12


@unit
def test_categories_of_numbers_in_foreign_files_are_what_pandas_reads_in_them(tmp_path):
    for number, part in enumerate(PARTS):
        part.astype({"dose": "category"}).to_parquet(tmp_path / f"{number}.parquet")
    rows = pd.concat([pd.read_parquet(tmp_path / f"{number}.parquet") for number in (0, 1)])
    shards = index_shards(tmp_path, subject="patient")
    ours = distributed.mmrm("change ~ dose", shards, visit="visit").tidy()["term"]
    theirs = mixed.mmrm("change ~ dose", rows, subject="patient", visit="visit").tidy()["term"]
    assert ours.tolist() == theirs.tolist()


@unit
@pytest.mark.parametrize("write", FOREIGN)
@pytest.mark.parametrize("subject", ["patient", "code"])
def test_a_patient_in_two_files_is_refused_without_the_id(tmp_path, write, subject):
    write(ROWS.iloc[:51], tmp_path / "one.parquet")
    write(ROWS.iloc[49:], tmp_path / "two.parquet")
    with pytest.raises(DataError, match=r"1 patient with rows in more than one .*one.parquet and "):
        index_shards(tmp_path, subject=subject)
    assert not (tmp_path / "shards.json").exists()


@unit
def test_a_patient_in_two_files_as_number_and_as_text_is_refused(tmp_path):
    pd.DataFrame({"patient": [7, 8]}).to_parquet(tmp_path / "one.parquet")
    pd.DataFrame({"patient": [7.0, 9.0]}).to_parquet(tmp_path / "two.parquet")
    with pytest.raises(ColumnError, match=r"one.parquet and two.parquet differ in 'patient'"):
        index_shards(tmp_path, subject="patient")


OTHER = {
    "columns": ({"patient": ["b"], "rating": [1.0]}, "'rating' .None and double.*'score'"),
    "types": ({"patient": ["b"], "score": [SECRET]}, "'score' .double and text"),
    "no patient": ({"score": [1.0]}, "two.parquet has no column 'patient'"),
}


@unit
@pytest.mark.parametrize("name", OTHER)
def test_files_with_other_columns_are_refused_by_name(tmp_path, name):
    columns, says = OTHER[name]
    pd.DataFrame({"patient": ["a"], "score": [1.0]}).to_parquet(tmp_path / "one.parquet")
    pd.DataFrame(columns).to_parquet(tmp_path / "two.parquet")
    with pytest.raises(ColumnError, match=says) as error:
        index_shards(tmp_path, subject="patient")
    assert SECRET not in str(error.value)


@unit
def test_missing_patients_and_files_that_are_no_parquet_are_refused(tmp_path):
    with pytest.raises(DataError, match="has no Parquet file"):
        index_shards(tmp_path, subject="patient")
    pd.DataFrame({"patient": ["a", None]}).to_parquet(tmp_path / "one.parquet")
    with pytest.raises(DataError, match=r"one.parquet: column 'patient' is missing in 1 row;"):
        index_shards(tmp_path, subject="patient")
    (tmp_path / "one.parquet").write_text(SECRET)
    with pytest.raises(DataError, match=r"one.parquet could not be read") as error:
        index_shards(tmp_path, subject="patient")
    assert SECRET not in str(error.value)


@unit
def test_levels_are_sorted_and_categories_keep_their_order(tmp_path):
    rows = pd.DataFrame(
        {
            "patient": ["a", "b", "c"],
            "text": ["z", "é", "Z"],
            "order": pd.Categorical(["low", "high", "low"], ["unused", "low", "high"]),
            "doses": pd.Categorical([3, 1, 2], [2, 3, 1]),
            "number": [10, 9, -1],
            "flag": [True, False, True],
            "decimal": [0.5, 1.5, 2.5],
        }
    )
    shards = split_patients([rows[:1], rows[1:]], tmp_path, subject="patient", n_shards=8)
    levels = {name: shards.levels(name) for name in rows}
    assert levels == {
        "patient": None,
        "text": ("Z", "z", "é"),
        "order": ("low", "high"),
        "doses": (2, 3, 1),
        "number": (-1, 9, 10),
        "flag": (False, True),
        "decimal": None,
    }


@unit
def test_texts_are_sorted_also_where_every_file_has_one_of_them(tmp_path):
    for name, arm in {"one": "z", "three": "a", "two": "m"}.items():
        pd.DataFrame({"patient": [name], "arm": [arm]}).to_parquet(tmp_path / f"{name}.parquet")
    assert index_shards(tmp_path, subject="patient").levels("arm") == ("a", "m", "z")


@unit
def test_files_whose_categories_come_in_another_order_are_sorted(tmp_path):
    for name, order in {"one": ["low", "high"], "two": ["high", "low"]}.items():
        rows = pd.DataFrame({"patient": [name] * 2, "order": pd.Categorical(order, order)})
        split_patients(rows, tmp_path / name, subject="patient", n_shards=1)
        (tmp_path / name / "shard-00000.parquet").rename(tmp_path / f"{name}.parquet")
    assert index_shards(tmp_path, subject="patient").levels("order") == ("high", "low")


@unit
def test_a_column_with_very_many_texts_has_no_levels(tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "_MOST_LEVELS", 5)
    texts = [f"t{number}" for number in range(6)]
    rows = pd.DataFrame({"patient": np.arange(6), "five": texts[:5] + texts[:1], "six": texts})
    shards = split_patients(rows, tmp_path, subject="patient", n_shards=3)
    assert len(shards.levels("five")) == 5
    assert shards.levels("six") is None
    assert "t5" not in json.dumps(json.loads((tmp_path / "shards.json").read_text())["columns"])
