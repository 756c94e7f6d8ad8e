"""Rows go into shards whole patients at a time; when that fails, nothing is left."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.distributed import open_shards, split_patients
from analysis.distributed.shards import writing
from analysis.errors import ColumnError, DataError, ReportError
from tests.canary.planted import SECRET

unit, identity = pytest.mark.unit, pytest.mark.identity

ROWS = pd.DataFrame({"patient": ["a", "b", "a", "c"], "score": [1.0, 2.0, 3.0, 4.0]})


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read_back(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.name: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


AS_TYPES = {
    "whole numbers": lambda ids: ids,
    "text": lambda ids: [f"{number:03d}" for number in ids],
    "nullable": lambda ids: pd.array(ids, dtype="Int64"),
    "categories": lambda ids: pd.Categorical(
        [f"{number:03d}" for number in ids], [f"{number:03d}" for number in range(30, -1, -1)]
    ),
    "categories of numbers": lambda ids: pd.Categorical(ids, range(30, -1, -1)),
}


@identity
@pytest.mark.parametrize("type_", AS_TYPES)
@settings(max_examples=12)
@given(data=st.data())
def test_no_patient_is_split_whatever_the_pieces(type_, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    ids = data.draw(st.lists(st.integers(0, 30), min_size=1, max_size=60))
    rows = pd.DataFrame({"score": np.arange(len(ids)), "patient": AS_TYPES[type_](ids)})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(ids)), max_size=4)))
    pieces = [rows.iloc[a:b] for a, b in zip([0, *cuts], [*cuts, len(ids)], strict=True)]
    n_shards = data.draw(st.integers(1, 16))
    shards = split_patients(iter(pieces), folder, subject="patient", n_shards=n_shards)
    back = read_back(folder)
    owners = [set(part["patient"].astype(str)) for part in back.values()]
    assert sum(map(len, owners)) == len(set().union(*owners)) == len(set(ids)) == shards.n_patients
    together = pd.concat(back.values()).sort_values("score")
    assert together["score"].tolist() == list(range(len(ids)))
    assert together["patient"].astype(str).tolist() == rows["patient"].astype(str).tolist()
    assert [part["score"].is_monotonic_increasing for part in back.values()] == [True] * len(back)


@identity
def test_a_patient_has_the_same_shard_as_number_and_as_text(tmp_path):
    for name, ids in {"numbers": range(40), "texts": map(str, range(40))}.items():
        split_patients(
            pd.DataFrame({"patient": list(ids)}), tmp_path / name, subject="patient", n_shards=7
        )
    one, other = read_back(tmp_path / "numbers"), read_back(tmp_path / "texts")
    assert {name: part["patient"].astype(str).tolist() for name, part in one.items()} == {
        name: part["patient"].tolist() for name, part in other.items()
    }


@unit
def test_an_id_that_turns_into_a_decimal_number_in_a_later_piece_stays_the_same_patient(tmp_path):
    pieces = [pd.DataFrame({"patient": [1, 2, 3]}), pd.DataFrame({"patient": [1.0, 2.0, 3.0]})]
    shards = split_patients(pieces, tmp_path, subject="patient", n_shards=16)
    assert (shards.n_patients, shards.n_rows) == (3, 6)


@unit
@pytest.mark.parametrize("order", [["007", 7], [7, "007"]], ids=["text first", "number first"])
def test_text_is_never_read_as_a_number_nor_a_number_as_text(tmp_path, order):
    pieces = [pd.DataFrame({"patient": [value]}) for value in order]
    with pytest.raises(ColumnError, match=r"'patient' \((text|int64) and (text|int64)\)"):
        split_patients(pieces, tmp_path / "new", subject="patient")
    assert files_of(tmp_path / "new") == []


@unit
def test_numbers_take_the_type_of_the_first_piece_where_nothing_is_lost(tmp_path):
    whole, gaps = (
        pd.DataFrame({"patient": [1], "n": [1]}),
        pd.DataFrame({"patient": [2], "n": [None]}),
    )
    split_patients([whole, gaps.astype({"n": float})], tmp_path / "a", subject="patient")
    found = pd.concat(read_back(tmp_path / "a").values())["n"]
    assert sorted(found.fillna(-1)) == [-1, 1]
    half = pd.DataFrame({"patient": [2], "n": [0.5]})
    with pytest.raises(ColumnError, match=r"'n' \(int64 and double\)"):
        split_patients([whole, half], tmp_path / "b", subject="patient")


@unit
def test_a_column_without_values_in_a_piece_is_of_any_type(tmp_path):
    full = pd.DataFrame({"patient": [1], "n": [1.5], "arm": ["iv"]})
    empty = pd.DataFrame({"patient": [2], "n": [None], "arm": [np.nan]})
    split_patients([full, empty], tmp_path, subject="patient", n_shards=1)
    assert read_back(tmp_path)["shard-00000.parquet"]["arm"].tolist() == ["iv", None]


OTHER = {
    "another column": (pd.DataFrame({"patient": ["d"], "rating": [1.0]}), "'rating'.*'score'"),
    "a column less": (pd.DataFrame({"patient": ["d"]}), "'score'"),
    "another type": (pd.DataFrame({"patient": ["d"], "score": [SECRET]}), "double and text"),
    "two types": (pd.DataFrame({"patient": ["d", 1], "score": 0.0}), "Column 'patient'"),
    "a name twice": (
        pd.DataFrame([["d", 1.0, 2.0]], columns=["patient", "score", "score"]),
        "name twice",
    ),
    "a patient missing": (pd.DataFrame({"patient": ["d", None], "score": 0.0}), "in 1 row;"),
}


@unit
@pytest.mark.parametrize("name", OTHER)
def test_a_later_piece_that_is_bad_leaves_nothing(tmp_path, name):
    piece, says = OTHER[name]
    with pytest.raises(DataError, match=says) as error:
        split_patients(iter([ROWS, piece]), tmp_path / "new", subject="patient", n_shards=3)
    assert SECRET not in str(error.value)
    assert files_of(tmp_path / "new") == []


@unit
@pytest.mark.parametrize("values", [[2**70], [pd.Interval(0, 1)], [1j], ["\ud800"]], ids=repr)
def test_values_that_arrow_cannot_hold_are_refused_by_column(tmp_path, values):
    rows = pd.DataFrame({"patient": "a", "odd": pd.Series(values, dtype=object)})
    with pytest.raises(ColumnError, match="Column 'odd' holds values"):
        split_patients(rows, tmp_path, subject="patient")


@unit
def test_pieces_with_other_categories_are_refused_by_name(tmp_path):
    pieces = [
        pd.DataFrame({"patient": ["a"], "arm": pd.Categorical(["iv"], order)})
        for order in (["iv", "im"], ["im", "iv"])
    ]
    with pytest.raises(ColumnError, match="other categories in 'arm'"):
        split_patients(pieces, tmp_path, subject="patient")


@unit
def test_columns_of_pieces_may_come_in_another_order(tmp_path):
    shards = split_patients([ROWS, ROWS[["score", "patient"]]], tmp_path, subject="patient")
    assert (list(shards.columns), shards.n_rows) == (["patient", "score"], 8)


def failing_after(n_pieces: int, error: BaseException):
    yield from [ROWS] * n_pieces
    raise error


@unit
@pytest.mark.parametrize("error", [KeyboardInterrupt(), FileNotFoundError("rows.csv")], ids=repr)
def test_what_the_pieces_raise_passes_through_and_leaves_nothing(tmp_path, error):
    with pytest.raises(type(error)) as raised:
        split_patients(failing_after(2, error), tmp_path / "new", subject="patient", n_shards=3)
    assert raised.value is error
    assert files_of(tmp_path / "new") == []


@unit
@pytest.mark.parametrize("method", ["write_table", "close"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, method, after):
    real, calls = getattr(pq.ParquetWriter, method), []

    def full(self, *given, **options):
        was_open = self.is_open  # a writer is closed once more when it is collected
        real(self, *given, **options)
        calls.append(self)
        if was_open and len(set(map(id, calls))) > after:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, method, full)
    rows = pd.DataFrame({"patient": range(40)})
    with pytest.raises(ReportError, match="could not be written"):
        split_patients(rows, tmp_path / "new", subject="patient", n_shards=4)
    assert files_of(tmp_path / "new") == []


@unit
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")], ids=repr)
def test_when_listing_or_moving_breaks_off_nothing_is_left(tmp_path, monkeypatch, error):
    def broken(*_given, **_options):
        raise error

    monkeypatch.setattr(writing, "index_shards", broken)
    with pytest.raises((type(error), ReportError)):
        split_patients(ROWS, tmp_path / "listing", subject="patient")
    monkeypatch.undo()
    moved, real = [], Path.rename

    def second_fails(self, target):
        moved.append(self)
        if len(moved) == 2:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises((type(error), ReportError)):
        split_patients(ROWS, tmp_path / "moving", subject="patient", n_shards=16)
    assert files_of(tmp_path / "listing") == files_of(tmp_path / "moving") == []


@unit
@pytest.mark.parametrize("name", ["shard-00000.parquet", "of-others.parquet", "shards.json"])
def test_a_folder_that_holds_files_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(ReportError, match="choose an empty one"):
        split_patients(ROWS, tmp_path, subject="patient")
    assert (files_of(tmp_path), (tmp_path / name).read_text()) == ([name], "mine")


@unit
@pytest.mark.parametrize(
    ("rows", "options", "error", "says"),
    [
        (ROWS, {"subject": "patent"}, ColumnError, "no column 'patent'.*patient, score"),
        (ROWS, {"subject": "patient", "n_shards": 0}, DataError, "at least 1"),
        (ROWS.iloc[:0], {"subject": "patient"}, DataError, "no rows to split"),
        ([], {"subject": "patient"}, DataError, "no rows to split"),
    ],
)
def test_wrong_calls_say_what_to_do(tmp_path, rows, options, error, says):
    with pytest.raises(error, match=says):
        split_patients(rows, tmp_path / "new", **options)


@unit
def test_the_number_of_files_follows_from_the_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "_ROWS_PER_SHARD", 10)
    rows = pd.DataFrame({"patient": np.arange(1000)})
    assert len(split_patients(rows[:10], tmp_path / "1", subject="patient").shards) == 1
    assert len(split_patients(rows[:11], tmp_path / "2", subject="patient").shards) == 2
    assert len(split_patients([rows], tmp_path / "16", subject="patient").shards) == 16


@unit
def test_the_folder_says_what_it_holds(tmp_path):
    split_patients(ROWS, tmp_path, subject="patient", n_shards=1)
    text = json.loads((tmp_path / "shards.json").read_text())
    (entry,) = text["shards"]
    assert (entry["file"], entry["n_rows"], entry["n_patients"]) == ("shard-00000.parquet", 4, 3)
    assert text["columns"]["patient"] == {"type": "text", "levels": None, "is_factor": True}
    assert repr(open_shards(tmp_path)) == "1 shards with 4 rows of 3 patients"
    assert "a" not in text["columns"]["patient"].values()  # no list of patients


@unit
def test_an_error_holds_no_value_of_the_rows_not_even_in_what_it_came_from(tmp_path):
    rows = pd.DataFrame({"patient": [1, SECRET]})
    with pytest.raises(ColumnError) as error:
        split_patients(rows, tmp_path, subject="patient")
    link = error.value
    while link is not None:
        assert SECRET not in f"{link!r}"
        link = link.__context__
