"""Reading by columns gives what reading row by row gives, whatever stands in the file."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.formats.reading.text_rows import Layout, rows_by_columns, rows_one_by_one

identity = pytest.mark.identity
CELL = st.text(st.sampled_from('ab1 .,"\n\r;é\t'), max_size=5)
TABLE = st.lists(st.lists(CELL, max_size=4), max_size=6)


def layout(tmp_path, text, width=3, n_lines=0):
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode())
    return Layout(
        path=path,
        encoding="utf-8",
        delimiter=",",
        header=("x", "y", "z")[:width],
        chosen=tuple(range(width)),
        n_lines=n_lines,
    )


def shown(rows):
    return {
        "columns": {n: cells.text().fillna("").tolist() for n, cells in rows.columns.items()},
        "over": rows.over.tolist(),
        "short": rows.short.tolist(),
        "opened": rows.opened,
    }


def written(table):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(table)
    return buffer.getvalue()


@identity
@given(TABLE)
@example([["a", "b", "c"], [], ["a"], ["", "", "", "d"], ["a", "b", "c", ""]])
@example([["a\nb", "c", "d"], ["a"], ["x", "y", "z"]])
def test_what_a_program_writes(tmp_path_factory, table):
    place = layout(tmp_path_factory.mktemp("rows"), written(table))
    slow = rows_one_by_one(place)
    assert not slow.opened
    fast = rows_by_columns(place, quoted=True)
    if fast is not None:
        assert shown(fast) == shown(slow)
        assert len(fast.lines) == len(set(fast.lines.tolist()))


@identity
@given(st.text(st.sampled_from('a,b"\n ;'), max_size=30))
def test_what_nobody_should_write(tmp_path_factory, text):
    if text.count('"') % 2:
        text += '"'
    place = layout(tmp_path_factory.mktemp("rows"), text)
    slow, fast = rows_one_by_one(place), rows_by_columns(place, quoted=True)
    if fast is not None and not slow.opened:
        assert shown(fast) == shown(slow)


@pytest.mark.unit
def test_uneven_rows_are_put_in_their_places(tmp_path):
    place = layout(tmp_path, "title\nx,y,z\n1,2,3\n4\n\n5,6,7,\n8,9,10,11\n12,13,14", n_lines=2)
    rows = rows_by_columns(place, quoted=False)
    assert rows.columns[0].text().fillna("").tolist() == ["1", "4", "", "5", "8", "12"]
    assert rows.lines.tolist() == [3, 4, 5, 6, 7, 8]
    assert rows.short.tolist() == [False, True, False, False, False, False]
    assert rows.over.tolist() == [False, False, False, False, True, False]
    assert shown(rows) == shown(rows_one_by_one(place))
    assert rows_one_by_one(place).lines.tolist() == rows.lines.tolist()
