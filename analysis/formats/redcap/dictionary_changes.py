"""Fields and choices that came or went between two data dictionaries of a REDCap project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis.formats.inventory import FileChange
from analysis.formats.redcap.dictionary import Field, read_dictionary

__all__ = ["dictionary_changes"]


def dictionary_changes(before: Path, after: Path) -> Iterator[FileChange]:
    """Compare two data dictionaries of a project.

    Parameters
    ----------
    before, after : pathlib.Path
        The earlier and the later dictionary.

    Yields
    ------
    FileChange
        The form as source; positions of fields in the dictionaries, from 1; the field, as
        dictionaries name it, as path; and how many choices are new, gone or have another label.
        Nothing when one of both cannot be read, which the reader says.
    """
    (old, _), (new, _) = read_dictionary(before), read_dictionary(after)
    if old is None or new is None:
        return
    at_old, at_new = (
        {field.name: n for n, field in enumerate(each.fields, start=1)} for each in (old, new)
    )
    for name, field in old.by_name.items():
        if name not in at_new:
            yield field.form, "vanished column", at_old[name], np.nan, name, np.nan
    for name, field in new.by_name.items():
        place = (at_old.get(name, np.nan), at_new[name], name)
        if name not in at_old:
            yield field.form, "new column", *place, np.nan
            continue
        for change, n_labels in _differences(old.by_name[name], field):
            yield field.form, change, *place, n_labels


def _differences(old: Field, new: Field) -> Iterator[tuple[str, float]]:
    """Say what differs between two descriptions of one field."""
    if (old.form, old.kind, old.validation) != (new.form, new.kind, new.validation):
        yield "another form or type", np.nan
    if old.identifier != new.identifier:
        yield "now identifying" if new.identifier else "no longer identifying", np.nan
    fresh, gone = set(new.choices) - set(old.choices), set(old.choices) - set(new.choices)
    other = [code for code in set(old.choices) & set(new.choices)
             if old.choices[code] != new.choices[code]]  # fmt: skip
    for change, codes in (
        ("new labels", fresh),
        ("vanished labels", gone),
        ("labels with another meaning", other),
    ):
        if codes:
            yield change, len(codes)
