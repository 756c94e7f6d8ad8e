"""A site's own record of who was in the bundles that it published on its own; it never leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.checks.detail import require_local
from analysis.disclosure import CONFIDENTIAL, Policy
from analysis.distributed.bundles.contributions import Contribution, check_contributions
from analysis.distributed.digests import digest
from analysis.errors import DataError, DisclosureError

__all__ = ["RECORD_SUFFIX", "note_sent", "require_no_record", "require_record"]

RECORD_SUFFIX = ".sent.json"
"""Ending of the file."""

_FORMAT = "ketamine-outcomes record of bundles"
_VERSION = 1


def require_record(target: Path | str | None) -> Path:
    """Return the path of a record, or refuse none, or a place from which it could leave.

    Parameters
    ----------
    target : pathlib.Path or str or None
        A file that need not exist.

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    DataError
        When there is none.
    DisclosureError
        When it is not below a folder named ``local``, does not end in ``.sent.json``, or lies
        beside a bundle, with which it could be sent.
    """
    if target is None:
        raise DataError(
            "The thresholded mode needs the site's record of who was in what it has sent before: "
            "two bundles that differ by few patients show these. Give record= (--record), a file "
            "that is made when it is missing, such as local/records/clinic-a.sent.json; always the "
            "same one, with a backup."
        )
    path = require_local(target, what="The record of who was in a bundle has a line per patient")
    if not path.name.endswith(RECORD_SUFFIX) or any(path.parent.glob("bundle-*.npz")):
        raise DisclosureError(
            f"The record of who was in a bundle is a file ending in {RECORD_SUFFIX} in a folder "
            "without bundles, so that it does not leave with them. Choose another, for example "
            f"local/records/clinic-a{RECORD_SUFFIX}."
        )
    return path


def require_no_record(folder: Path | str) -> None:
    """Refuse to write what is to be sent beside a record.

    Parameters
    ----------
    folder : pathlib.Path or str
        Where a bundle is about to be written.

    Raises
    ------
    DisclosureError
        When a record lies there.
    """
    if any(Path(folder).glob(f"*{RECORD_SUFFIX}")):
        raise DisclosureError(
            "A bundle is to be sent and must not lie beside the record of who was in it, which "
            "could leave with it. Choose another folder."
        )


def note_sent(
    record: Path,
    contributions: Sequence[Contribution],
    *,
    site: str,
    agreement_sha256: str,
    policy: Policy,
) -> None:
    """Hold a bundle against all that a site has sent, and note it before it is given out.

    Parameters
    ----------
    record : pathlib.Path
        Of `require_record`; made when missing, exchanged as a whole.
    contributions : sequence of Contribution
        Of the bundle, one per analysis.
    site : str
        Whose record it is.
    agreement_sha256 : str
        Digest of the agreement.
    policy : Policy
        Its least count is the threshold.

    Raises
    ------
    DisclosureError
        When the bundle and earlier ones, or two of its analyses, differ by too few patients. The
        record then stays as it was.
    DataError
        When the record is damaged or of another site.
    ReportError
        When it cannot be written.
    """
    with storage.locked(record):
        bundles = _read(record, site)
        earlier = [Contribution.from_plain(part) for each in bundles for part in each["parts"]]
        check_contributions(contributions, earlier, policy=policy)
        parts = [each.to_plain() for each in contributions]
        new = {"agreement_sha256": agreement_sha256, "parts": parts}
        if new not in bundles:
            storage.write_text(record, _text(site, [*bundles, new]))


def _text(site: str, bundles: Sequence[Any]) -> str:
    """Write a record, with a digest by which damage is noticed."""
    plain = {
        "format": _FORMAT,
        "version": _VERSION,
        "notice": f"{CONFIDENTIAL} Never send this file.",
        "site": site,
        "bundles": list(bundles),
    }
    return f"{json.dumps({**plain, 'sha256': digest(plain)})}\n"


def _read(record: Path, site: str) -> list[dict[str, Any]]:
    """Read the bundles of a record; one that is not there is empty."""
    if not record.exists():
        return []
    try:
        plain = json.loads(record.read_bytes())
        is_whole = plain.pop("sha256") == digest(plain)
        form = (plain["format"], plain["version"])
        owner, bundles = plain["site"], plain["bundles"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        is_whole, form, owner, bundles = False, ("", 0), "", []
    if not is_whole or form != (_FORMAT, _VERSION):
        raise DataError(
            f"{record.name}, the record of who was in what this site has sent, is damaged, was "
            "changed, or is of another version. Take the copy of your backup; without it, what was "
            "sent before cannot be protected, and the site should send masked sums only."
        )
    if owner != site:
        raise DataError(
            f"{record.name} is the record of {owner!r} and not of {site!r}. Give the file of this "
            "site; each has its own."
        )
    return list(bundles)
