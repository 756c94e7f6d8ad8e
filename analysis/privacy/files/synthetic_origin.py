"""Which files and notebooks hold only synthetic data: those that a manifest vouches for.

A manifest is believed only when the tables beside it have its digests, and a notebook only when its
stored provenance has the digest of such data and nothing in it reads other data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.errors import AnalysisError
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.notebook import notebook_cells
from analysis.study import TABLES, Study, read_study, table_text
from analysis.study.folder import folder_digest

__all__ = ["SyntheticOrigin", "find_synthetic"]

_DIGEST = re.compile(r"SHA-256\W+([0-9a-f]{64})")
_OTHER_DATA = re.compile(
    r"\b(?:read_(?:csv|excel|parquet|table|fwf|sql\w*|json|pickle|feather|sas|spss"
    r"|stata|hdf|redcap|fhir|clinic|omop|adam|clipboard|html|xml|orc)|"
    r"from_records|open|connect|urlopen|requests|load_workbook|loadtxt|genfromtxt"
    r"|pyreadstat|sqlalchemy|duckdb|%store|%%sql|%load)\b"
)
_TABLE_FILES = (".csv", ".parquet")


@dataclass(frozen=True, kw_only=True, eq=False)
class SyntheticOrigin:
    """What is known to be synthetic.

    Parameters
    ----------
    studies : frozenset of str
        Digests of study folders, as `Study.sha256`.
    files : frozenset of str
        Digests of the tables in these folders, and of further files that their manifests list.
    """

    studies: frozenset[str] = field(default=frozenset())
    files: frozenset[str] = field(default=frozenset())

    def vouches_for_file(self, path: Path) -> bool:
        """Tell whether a file has exactly the bytes of a synthetic table.

        Parameters
        ----------
        path : pathlib.Path
            A file.

        Returns
        -------
        bool
            Wherever it lies.
        """
        is_table = path.suffix.casefold() in _TABLE_FILES
        return is_table and bool(self.files) and storage.file_sha256(path) in self.files

    def vouches_for_notebook(self, path: Path, notebook: Mapping[str, Any]) -> bool:
        """Tell whether all outputs of a notebook are of synthetic data, as far as it records that.

        Parameters
        ----------
        path : pathlib.Path
            Where it lies: only notebooks below a folder named ``notebooks`` are vouched for.
        notebook : mapping
            Its JSON.

        Returns
        -------
        bool
            True when the provenance in its outputs has digests of synthetic studies only, its
            cells ran once from top to bottom, the last of them with an output gave the
            provenance, and no cell reads other data.
        """
        if "notebooks" not in path.resolve().parts[:-1]:
            return False
        cells = [cell for cell in notebook_cells(notebook) if cell.get("cell_type") == "code"]
        shown = [json.dumps(cell.get("outputs", []), ensure_ascii=False) for cell in cells]
        digests = {digest for text in shown for digest in _DIGEST.findall(text)}
        sources = "\n".join(_source(cell) for cell in cells)
        return (
            bool(digests)
            and digests <= self.studies
            and _ran_in_order(cells)
            and _DIGEST.search(next((t for t in reversed(shown) if t != "[]"), "")) is not None
            and _OTHER_DATA.search(sources) is None
        )


def _source(cell: Mapping[str, Any]) -> str:
    """Give the code of a cell."""
    value = cell.get("source", "")
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _ran_in_order(cells: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether cells ran one after the other and none without leaving its number."""
    counts = [cell.get("execution_count") for cell in cells if _source(cell).strip()]
    return counts == list(range(1, len(counts) + 1))


def find_synthetic(places: Iterable[Path]) -> SyntheticOrigin:
    """Find the manifests of synthetic data around some places, and believe those that hold.

    Parameters
    ----------
    places : iterable of pathlib.Path
        Files or folders; ``data/synthetic/*/manifest.json`` is looked for in the folders around
        them.

    Returns
    -------
    SyntheticOrigin
        Empty when there is no manifest, or no table agrees with it.
    """
    studies: set[str] = set()
    files: set[str] = set()
    for manifest in sorted(_manifests(places)):
        digest = folder_digest(manifest.parent)
        if _agrees(manifest, storage.file_sha256(manifest), digest):
            studies.add(digest)
            tables = [manifest.parent / f"{t}{ending}" for t in TABLES for ending in _TABLE_FILES]
            files.update(storage.file_sha256(table) for table in tables if table.is_file())
            files.update(_listed_files(manifest))
    return SyntheticOrigin(studies=frozenset(studies), files=frozenset(files))


def _listed_files(manifest: Path) -> set[str]:
    """Give the digests of further files that a manifest lists, where a file beside it has them."""
    listed = json.loads(manifest.read_text(encoding="utf-8")).get("files", {})
    there = {path for path in manifest.parent.rglob("*") if path.is_file()}
    named = {path.relative_to(manifest.parent).as_posix(): path for path in there}
    known = {name: named[name] for name in named if isinstance(listed, dict) and name in listed}
    digests = {name: storage.file_sha256(path) for name, path in known.items()}
    return {digest for name, digest in digests.items() if listed[name] == {"sha256": digest}}


def _manifests(places: Iterable[Path]) -> set[Path]:
    """Find manifests in the folders around places."""
    around = {folder for place in places for folder in (place.resolve(), *place.resolve().parents)}
    return {
        found for folder in around for found in (folder / "data/synthetic").glob("*/manifest.json")
    }


@lru_cache(maxsize=32)
def _agrees(manifest: Path, _content: str, _tables: str) -> bool:
    """Tell whether every table beside a manifest has the digest listed; asked once per content."""
    try:
        if manifest.stat().st_size > Limits().whole_bytes:
            return False
        listed = json.loads(manifest.read_text(encoding="utf-8"))["tables"]
        study = read_study(manifest.parent)
        agree = all(listed[name]["sha256"] == _table_digest(study, name) for name in study.tables)
    except (AnalysisError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return agree and set(listed) == set(study.tables)


def _table_digest(study: Study, name: str) -> str:
    """Digest of the canonical text of a table, as manifests have it."""
    text = table_text(study.tables[name], TABLES[name])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
