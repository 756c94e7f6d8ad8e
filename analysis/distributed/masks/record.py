"""What a site has masked under which round, so that no mask ever hides two different contents.

The difference of two messages under one mask is the difference of what they hide.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.distributed.masks.places import RECORD_SUFFIX
from analysis.errors import DataError, DisclosureError

__all__ = ["note_round"]


def note_round(key: Path, round_sha: str, message_sha: str, name: str) -> None:
    """Note a masked content before it is given out, or refuse another one under the same mask.

    Parameters
    ----------
    key : pathlib.Path
        File of the private key; the record lies beside it and belongs to it: whoever moves the
        key moves both.
    round_sha : str
        Digest of all that decides the mask.
    message_sha : str
        Digest of the masked numbers, which tells nothing about the content.
    name : str
        Of the round, for messages.

    Raises
    ------
    DisclosureError
        When the round was used for another content.
    DataError
        When the record cannot be read.
    """
    path = key.with_suffix(RECORD_SUFFIX)
    with storage.locked(path):
        noted = _read(path)
        earlier = noted.setdefault(round_sha, {"round": name, "message_sha256": message_sha})
        if not isinstance(earlier, dict) or earlier.get("message_sha256") != message_sha:
            raise DisclosureError(
                f"The round {name} has already masked other numbers of this site. Two messages "
                "under one mask show what they differ in. Send the earlier message again; if the "
                "data were corrected, agree with all sites on a new name of the round."
            )
        storage.write_text(path, f"{json.dumps(noted, indent=2)}\n")


def _read(path: Path) -> dict[str, Any]:
    """Read the record; one that is not there is empty."""
    if not path.exists():
        return {}
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        noted = None
    if not isinstance(noted, dict):
        raise DataError(
            f"{path.name}, the record of what this key has masked, cannot be read. Take the copy "
            "of your backup; without it, make a new key and ask for a new roster."
        )
    return noted
