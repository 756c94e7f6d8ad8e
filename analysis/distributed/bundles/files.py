"""A bundle as two files that a person can read and a program can trust: JSON and NPZ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.distributed.bundles.bundle import Bundle, Part
from analysis.distributed.bundles.masked import MASKED
from analysis.distributed.bundles.sent import require_no_record
from analysis.distributed.bundles.specification import Specification, specification_of
from analysis.distributed.digests import digest
from analysis.distributed.masks import require_no_private_key
from analysis.distributed.sums import Sums, packed, unpacked
from analysis.errors import AnalysisError, DataError

__all__ = ["read_bundle", "write_bundle"]

_FORMAT = "ketamine-outcomes bundle"
_VERSION = 1
_MOST = 1 << 30  # bytes that the numbers of a bundle may unfold to
_ENTRIES = {"format", "version", "site", "mode", "statement", "specification"} | {
    *("specification_sha256", "round", "asked", "analyses", "numbers_sha256")
}


def write_bundle(bundle: Bundle, folder: Path | str) -> tuple[Path, Path]:
    """Write a bundle as ``bundle-SITE.json`` and ``bundle-SITE.npz``, later rounds by number.

    Parameters
    ----------
    bundle : Bundle
        What the site sends.
    folder : pathlib.Path or str
        Made when missing; an earlier bundle of the site in it is replaced.

    Returns
    -------
    tuple of pathlib.Path
        Both files; written together or not at all. The JSON says in words what is in them, and
        holds the digests of the NPZ and of itself.

    Raises
    ------
    DisclosureError
        When a private key, or the record of who was in a bundle, lies in the folder.
    ReportError
        When they cannot be written.
    """
    arrays = {
        f"{number}_{name}": values
        for number, part in enumerate(bundle.parts)
        for name, values in part.sums.arrays.items()
    }
    numbers = packed(Sums(kind="bundle", about={}, arrays=arrays))
    text: dict[str, Any] = {
        "format": _FORMAT,
        "version": _VERSION,
        "site": bundle.site,
        "mode": bundle.mode,
        "statement": list(bundle.statement),
        "specification": dict(bundle.specification),
        "specification_sha256": bundle.specification_sha256,
        "round": bundle.round,
        "asked": bundle.asked,
        "analyses": [_part_text(part) for part in bundle.parts],
        "numbers_sha256": hashlib.sha256(numbers).hexdigest(),
    }
    text = json.loads(json.dumps(text))  # as it will be read: keys as text, lists for tuples
    text["sha256"] = digest(text)
    stem = f"bundle-{bundle.site}" + (f"-round-{bundle.round}" if bundle.round > 1 else "")
    require_no_private_key(Path(folder) / f"{stem}.json")
    require_no_record(folder)
    whole = json.dumps(text, indent=1, ensure_ascii=False) + "\n"
    content = {f"{stem}.npz": numbers, f"{stem}.json": whole.encode("utf-8")}
    written = storage.write_together(Path(folder), content)
    return written[f"{stem}.json"], written[f"{stem}.npz"]


def _part_text(part: Part) -> dict[str, Any]:
    """Say what the sums of an analysis are."""
    return {
        "name": part.name,
        "kind": part.sums.kind,
        "n_patients": part.n_patients,
        "n_rows": part.n_rows,
        "about": dict(part.sums.about),
    }


def read_bundle(path: Path | str) -> Bundle:
    """Read a bundle that `write_bundle` wrote.

    Parameters
    ----------
    path : pathlib.Path or str
        Either file; the suffix is replaced.

    Returns
    -------
    Bundle
        As it was sent.

    Raises
    ------
    DataError
        When a file is missing, damaged, of another version, edited by hand, or does not belong to
        the other. Nothing in it is run: arrays of objects are refused.
    """
    stem = Path(path)
    text = _read_text(stem.with_suffix(".json"))
    numbers = stem.with_suffix(".npz")
    try:
        content = numbers.read_bytes()
    except OSError:
        raise DataError(
            f"{numbers.name} is missing; a bundle is two files, ask the site for both."
        ) from None
    if hashlib.sha256(content).hexdigest() != text["numbers_sha256"]:
        raise DataError(
            f"{numbers.name} is not the file that {numbers.with_suffix('.json').name} was written "
            "with: damaged on the way, or of another bundle. Ask the site for both files again."
        )
    try:
        arrays = unpacked(content, most=_MOST).arrays
        agreed = specification_of(text["specification"], stem.with_suffix(".json").name)
        parts = tuple(_part(n, each, arrays) for n, each in enumerate(text["analyses"]))
        _check_parts(agreed, str(text["mode"]), int(text["round"]) > 1, parts)
        return Bundle(
            site=str(text["site"]),
            specification=text["specification"],
            specification_sha256=str(text["specification_sha256"]),
            parts=parts,
            statement=tuple(map(str, text["statement"])),
            round=int(text["round"]),
            asked=str(text["asked"]),
        )
    except (AnalysisError, KeyError, TypeError, ValueError, AttributeError):
        raise DataError(
            f"{numbers.name} does not hold what {numbers.with_suffix('.json').name} says. Ask the "
            "site for both files again."
        ) from None


def _read_text(file: Path) -> Mapping[str, Any]:
    """Read the JSON of a bundle, and see that nobody has changed it."""
    try:
        text = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{file.name} is missing; a bundle is two files, ask the site for both."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise _no_bundle(file) from None
    if not isinstance(text, dict) or text.get("format") != _FORMAT:
        raise _no_bundle(file)
    if text.get("version") != _VERSION:
        raise DataError(
            f"{file.name} has version {text.get('version')} of the format; this program reads "
            f"version {_VERSION}. Make all bundles with the same version of the toolkit."
        )
    said = text.pop("sha256", None)
    is_whole = set(text) == _ENTRIES and said == digest(text)
    if not is_whole or text["specification_sha256"] != digest(text["specification"]):
        raise DataError(
            f"{file.name} was changed after it was written. Ask the site for the file as it was "
            "made; a bundle is never mended by hand."
        )
    return text


def _no_bundle(file: Path) -> DataError:
    """Say that a file is no bundle."""
    return DataError(f"{file.name} is no bundle, or is damaged. Ask the site to send it again.")


def _check_parts(agreed: Specification, mode: str, later: bool, parts: Sequence[Part]) -> None:
    """Refuse other analyses than those that were agreed on, and another mode."""
    names, known = [part.name for part in parts], [each.name for each in agreed.analyses]
    if mode == "masked":
        is_right = names == [MASKED]
    elif later:
        is_right = bool(names) and set(names) <= set(known) and len(set(names)) == len(names)
    else:
        is_right = names == known
    if mode != agreed.mode or not is_right:
        raise ValueError("the bundle is not what its agreement says")


def _part(number: int, text: Mapping[str, Any], arrays: Mapping[str, Any]) -> Part:
    """Put the sums of an analysis together."""
    prefix = f"{number}_"
    own = {
        name.removeprefix(prefix): values
        for name, values in arrays.items()
        if name.startswith(prefix)
    }
    return Part(
        name=str(text["name"]),
        n_patients=None if text["n_patients"] is None else int(text["n_patients"]),
        n_rows=None if text["n_rows"] is None else int(text["n_rows"]),
        sums=Sums(kind=str(text["kind"]), about=text["about"], arrays=own),
    )
