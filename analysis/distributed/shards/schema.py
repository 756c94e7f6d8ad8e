"""Types of columns in shards: numbers as they are, all texts alike, categories with their order."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.errors import ColumnError

__all__ = ["TEXT", "as_table", "categories_of", "is_factor", "kind_of", "same_schema"]

TEXT = "text"
_CATEGORIES = b"categories"


def as_table(piece: pd.DataFrame, schema: pa.Schema | None = None) -> pa.Table:
    """Turn rows into an Arrow table in which texts and categories have one type.

    Parameters
    ----------
    piece : pandas.DataFrame
        Rows.
    schema : pyarrow.Schema, optional
        Of the pieces before; numbers are read into its types where nothing is lost.

    Returns
    -------
    pyarrow.Table
        Without the index.

    Raises
    ------
    ColumnError
        When a column has a name twice, or holds values of several types.
    """
    names = [str(name) for name in piece.columns]
    if len(set(names)) < len(names):
        raise ColumnError("The rows have a column name twice; give every column its own.")
    columns = [_column(name, piece.iloc[:, place]) for place, name in enumerate(names)]
    table = pa.Table.from_arrays(
        [values for _, values in columns], schema=pa.schema([field for field, _ in columns])
    )
    if schema is None or set(names) != set(schema.names):
        return table
    table = table.select(schema.names)
    for place, (own, wanted) in enumerate(zip(table.schema, schema, strict=True)):
        values = table.column(place)
        if not own.equals(wanted, check_metadata=True) and _can_be(values, wanted):
            table = _with_type(table, place, wanted)
    return table


def _column(name: str, values: pd.Series[Any]) -> tuple[pa.Field, pa.Array]:
    """Turn one column into Arrow, its categories into what they are of."""
    converted = _converted(values)
    if (
        converted is None
    ):  # not raised where Arrow's error, which shows a value, would be its context
        raise ColumnError(
            f"Column {name!r} holds values that no file of shards can: of several types, such as "
            "numbers and texts, or too large, or intervals. Make it a column of one plain type "
            "before the rows are split."
        )
    return pa.field(name, converted.type, metadata=_order(values)), converted


def _converted(values: pd.Series[Any]) -> pa.Array | None:
    """Turn values into an Arrow array of a plain type; None when they have none."""
    try:
        array = pa.Array.from_pandas(values)
        return array.cast(pa.string() if kind_of(array.type) == TEXT else _plain(array.type))
    except (pa.ArrowException, OverflowError, UnicodeError):
        return None


def _plain(type_: pa.DataType) -> pa.DataType:
    """Return the type that categories are of."""
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _can_be(values: pa.ChunkedArray, wanted: pa.Field) -> bool:
    """Tell whether a column may take another type: numbers that of numbers, an empty one any.

    Text is never read as numbers nor numbers as text: "007" would become 7.
    """
    if values.null_count == len(values):
        return True
    kinds = (values.type, wanted.type)
    return all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds)


def _with_type(table: pa.Table, place: int, wanted: pa.Field) -> pa.Table:
    """Read a column into the type of the pieces before, where nothing is lost."""
    own = table.schema.field(place)
    try:
        values = table.column(place).cast(wanted.type)
    except pa.ArrowInvalid:
        return table
    is_empty = values.null_count == len(values)
    field = wanted if is_empty else pa.field(own.name, wanted.type, metadata=own.metadata)
    return table.set_column(place, field, values)


def _order(column: pd.Series[Any]) -> dict[bytes, bytes] | None:
    """Keep the order of categories beside the field."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    categories = column.cat.categories.tolist()
    if not all(isinstance(value, (str, int, float)) for value in categories):
        return None  # dates, which models do not take
    return {_CATEGORIES: json.dumps(categories).encode("utf-8")}


def categories_of(field: pa.Field) -> tuple[Any, ...] | None:
    """Return the categories of a column in their order.

    Parameters
    ----------
    field : pyarrow.Field
        As read from a shard.

    Returns
    -------
    tuple of str, int, float or bool, or None
        None for a column without an order of its own.
    """
    listed = (field.metadata or {}).get(_CATEGORIES)
    return None if listed is None else tuple(json.loads(listed))


def is_factor(field: pa.Field) -> bool:
    """Tell whether a column is a factor whatever the formula says: text, or categories.

    Parameters
    ----------
    field : pyarrow.Field
        As read from a shard, of this package or another program.

    Returns
    -------
    bool
        Numbers are none, unless they were categories.
    """
    is_category = pa.types.is_dictionary(field.type) or categories_of(field) is not None
    return is_category or kind_of(field.type) == TEXT


def kind_of(type_: pa.DataType) -> str:
    """Name the type of a column.

    Parameters
    ----------
    type_ : pyarrow.DataType
        Of a column.

    Returns
    -------
    str
        ``"text"`` for text and categories of text, else Arrow's name.
    """
    type_ = _plain(type_)
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    is_text = any(test(type_) for test in texts) or pa.types.is_null(type_)
    return TEXT if is_text else str(type_)


def same_schema(one: pa.Schema | None, other: pa.Schema) -> pa.Schema:
    """Return the schema of all pieces, and refuse a piece that has another.

    Parameters
    ----------
    one : pyarrow.Schema or None
        Of the pieces before.
    other : pyarrow.Schema
        Of this piece.

    Returns
    -------
    pyarrow.Schema
        The same for all.

    Raises
    ------
    ColumnError
        Naming the columns that differ.
    """
    if one is None or one.equals(other, check_metadata=True):
        return other
    own, theirs = ({field.name: kind_of(field.type) for field in schema} for schema in (one, other))
    differ = sorted(name for name in {*own, *theirs} if own.get(name) != theirs.get(name))
    if not differ:
        orders = (
            name
            for name in own
            if categories_of(one.field(name)) != categories_of(other.field(name))
        )
        raise ColumnError(
            f"The pieces of rows have other categories in {', '.join(map(repr, orders))}. Give all "
            "pieces the same categories in the same order, or make the columns text."
        )
    raise ColumnError(
        "The pieces of rows differ in "
        + ", ".join(f"{name!r} ({own.get(name)} and {theirs.get(name)})" for name in differ[:5])
        + "; None is a column that is not there. Give all pieces the same columns and types."
    )
