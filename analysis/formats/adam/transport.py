"""SAS transport files of version 5: one data set each, within the limits of the format."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyreadstat

from analysis import storage
from analysis.errors import DataError
from analysis.formats.adam.variables import DATASETS

__all__ = ["LONGEST_TEXT", "write_transport"]

LONGEST_TEXT = 200
"""Bytes of a text in version 5."""

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def write_transport(target: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write a data set as a transport file of version 5.

    Parameters
    ----------
    target : pathlib.Path
        The file.
    name : str
        A data set of `DATASETS`; it gives the labels.
    frame : pandas.DataFrame
        Text as ``string``, the rest as ``float64``; a missing text becomes empty, a missing number
        the missing value of SAS.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    DataError
        When a text has more than 200 bytes in UTF-8, ends in a blank, which the format would
        lose, or holds a null or half of a character; no text is cut.
    """
    variables = DATASETS[name].variables
    texts = [each for each, about in variables.items() if about.kind in ("text", "flag")]
    for column in texts:
        _refuse_text(name, column, frame[column])
    ready = frame.assign(**{each: frame[each].fillna("").astype(object) for each in texts})
    with storage.replacing(target) as temporary:
        pyreadstat.write_xport(
            ready,
            temporary,
            file_label=DATASETS[name].label,
            column_labels=[variables[column].label for column in ready.columns],
            table_name=name,
            file_format_version=5,
        )
    return target


def _refuse_text(name: str, column: str, values: pd.Series) -> None:
    """Refuse texts that the format cannot hold whole."""
    texts = pd.Series(values.dropna().unique(), dtype="string")
    n_long = sum(len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT for text in texts)
    n_blank = int(texts.str.endswith(" ").sum())
    n_odd = int(texts.str.contains(_NOT_TEXT).sum())
    if n_long or n_blank or n_odd:
        raise DataError(
            f"{name}, {column}: {n_long} different texts have more than {LONGEST_TEXT} bytes, "
            f"{n_blank} end in a blank, and {n_odd} hold a null or half of a character; version 5 "
            "of SAS transport cannot hold them. Correct them at their source."
        )
