"""What changed in a mapping from one month to the next, by JSON path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.formats.mapping_entries import LABELS, NAME

__all__ = ["mapping_changes"]

_COLUMNS = ["place", "change", "n_labels"]
_NOTHING = object()


def mapping_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """Compare two mappings.

    Parameters
    ----------
    before, after : mapping
        JSON of the earlier and of the later mapping.

    Returns
    -------
    pandas.DataFrame
        Columns ``place, change, n_labels``: JSON path, "added", "removed" or "changed", and how
        many labels of an object of labels it concerns. Notes do not count. No header, label or
        value is named.

    Examples
    --------
    >>> found = mapping_changes({"cut_off": "2025-06-30"}, {"cut_off": "2025-07-31"})
    >>> found[["place", "change"]].to_numpy().tolist()
    [['cut_off', 'changed']]
    """
    rows = list(_changes("", before, after))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return frame.astype({"place": "string", "change": "string", "n_labels": "Int64"})


def _changes(path: str, old: Any, new: Any) -> Iterator[tuple[str, str, int | None]]:
    """List what differs below a path."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys = [key for key in dict.fromkeys([*old, *new]) if key != "note"]
        if path.endswith(LABELS) or not all(NAME.fullmatch(key) for key in keys):
            differing = [k for k in keys if old.get(k, _NOTHING) != new.get(k, _NOTHING)]
            yield from [(path, "changed", len(differing))] if differing else []
            return
        for key in keys:
            place = f"{path}.{key}".strip(".")
            yield from _changes(place, old.get(key, _NOTHING), new.get(key, _NOTHING))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for position, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from _changes(f"{path}[{position}]", left, right)
    elif old is _NOTHING or new is _NOTHING:
        yield path, "added" if old is _NOTHING else "removed", None
    elif old != new:
        yield path, "changed", None
