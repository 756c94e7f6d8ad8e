"""Reading tables out of text."""

import pytest

from analysis.privacy.files.printed_tables import headed_table, tables_in

pytestmark = pytest.mark.unit


def read(text):
    [table] = tables_in(text)
    return table.columns, table.rows


def test_a_frame_with_an_unnamed_index():
    assert read("   age sex\n0   43   f\n1   51   m") == (
        ("", "age", "sex"),
        (("0", "43", "f"), ("1", "51", "m")),
    )


def test_a_frame_whose_index_has_a_name():
    text = "            age  sex\nsubject_id          \np0017        43    f\np0018        51    m"
    assert read(text) == (
        ("subject_id", "age", "sex"),
        (("p0017", "43", "f"), ("p0018", "51", "m")),
    )


def test_a_series_with_a_name():
    [table] = tables_in("0    14\n1    22\nName: total, dtype: int64")
    assert (table.series, table.rows) == ("total", (("0", "14"), ("1", "22")))


def test_a_series_whose_labels_have_a_name():
    [table] = tables_in("arm\niv    120\nim     95\nName: count, dtype: int64")
    assert (table.index, table.rows) == (("arm",), (("iv", "120"), ("im", "95")))


@pytest.mark.parametrize(
    "text",
    [
        "a,b\nx,1\ny,2",
        "a;b\nx;1\ny;2",
        "a\tb\nx\t1\ny\t2",
        "| a | b |\n|---|---|\n| x | 1 |\n| y | 2 |",
        "+---+---+\n| a | b |\n+---+---+\n| x | 1 |\n| y | 2 |\n+---+---+",
        "┌───┬───┐\n│ a ┆ b │\n╞═══╪═══╡\n│ x ┆ 1 │\n│ y ┆ 2 │\n└───┴───┘",
        "a  b\n=  =\nx  1\ny  2",
    ],
)
def test_tables_with_delimiters_bars_and_gaps(text):
    assert read(text) == (("a", "b"), (("x", "1"), ("y", "2")))


def test_two_tables_are_two():
    text = "a,b\nx,1\n\nName of it\n\nc,d\ny,2\n"
    assert [table.columns for table in tables_in(text)] == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize(
    "text", ["", "one line", "A sentence.\nAnother one, with a comma.", "\n\n"]
)
def test_prose_has_no_table(text):
    assert list(tables_in(text)) == []


def test_titles_above_a_table_are_left_out():
    table = headed_table(
        [["Export", "", ""], ["", "", ""], ["id", "age", "sex"], ["p1", "43", "f"]]
    )
    assert (table.header, table.rows, table.line) == (("id", "age", "sex"), (("p1", "43", "f"),), 3)


def test_rows_without_names_of_columns_have_no_header():
    assert headed_table([["p1", "43"], ["p2", "51"]]).header == ()


def test_short_rows_lack_cells_on_the_left():
    [table] = tables_in(
        "            n  mean\narm  visit         \niv   w1   20   9.1\n     w2   18   8.0"
    )
    assert table.column(3) == ["9.1", "8.0"]
