"""Types of columns in shards: numbers as they are, all texts alike, categories with their order."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa

from analysis.errors import ColumnError

__all__ = ["TEXT", "as_table", "categories_of", "kind_of", "same_schema"]

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
        When a column holds values of several types, or other columns than those before.
    """
    try:
        table = pa.Table.from_pandas(piece, preserve_index=False).replace_schema_metadata()
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        raise ColumnError(
            "A column of the rows holds values of several types, such as numbers and texts; give "
            "every column one type before the rows are split."
        ) from None
    for place, field in enumerate(table.schema):
        if kind_of(field.type) == TEXT:
            plain = pa.field(field.name, pa.string(), metadata=_order(piece[field.name]))
            table = table.set_column(place, plain, table.column(place).cast(pa.string()))
    if schema is None or set(table.schema.names) != set(schema.names):
        return table
    return _cast(table.select(schema.names), schema)


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Read numbers into the types of the pieces before, where nothing is lost."""
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return table


def _order(column: pd.Series) -> dict[bytes, bytes] | None:
    """Keep the order of categories of text beside the field."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    return {_CATEGORIES: json.dumps(column.cat.categories.tolist()).encode("utf-8")}


def categories_of(field: pa.Field) -> tuple[str, ...] | None:
    """Return the categories of a column in their order.

    Parameters
    ----------
    field : pyarrow.Field
        As read from a shard.

    Returns
    -------
    tuple of str, or None
        None for text without an order of its own.
    """
    listed = (field.metadata or {}).get(_CATEGORIES)
    return None if listed is None else tuple(json.loads(listed))


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
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    is_text = pa.types.is_string(type_) or pa.types.is_large_string(type_)
    return TEXT if is_text or pa.types.is_null(type_) else str(type_)


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
