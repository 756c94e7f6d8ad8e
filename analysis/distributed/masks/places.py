"""Where private keys may lie, and what may not lie beside them."""

from __future__ import annotations

from pathlib import Path

from analysis.checks.detail import require_local
from analysis.errors import DisclosureError

__all__ = ["KEY_SUFFIX", "RECORD_SUFFIX", "require_folder_of_keys", "require_no_private_key"]

KEY_SUFFIX = ".pem"
"""Ending of the file of a private key."""

RECORD_SUFFIX = ".rounds.json"
"""Ending of the file beside a private key that says what was masked with it."""


def require_folder_of_keys(target: Path | str) -> Path:
    """Return the path of a private key, or refuse a place from which it could leave.

    Parameters
    ----------
    target : path
        A file that need not exist.

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    DisclosureError
        When it is not below a folder named ``local``, does not end in ``.pem``, or its folder
        holds other files, such as those of a bundle, with which it could be sent.
    """
    path = require_local(target, what="A private key takes off the masks of its site")
    beside = list(path.parent.iterdir()) if path.parent.is_dir() else []
    foreign = [each for each in beside if not each.name.endswith((KEY_SUFFIX, RECORD_SUFFIX))]
    if foreign or path.suffix != KEY_SUFFIX:
        raise DisclosureError(
            f"A private key is a file ending in {KEY_SUFFIX} in a folder that holds nothing but "
            "keys, so that it does not leave with other files. Choose a new folder, for example "
            "local/keys/clinic-3.pem."
        )
    return path


def require_no_private_key(target: Path | str) -> Path:
    """Return the path of a file that is to be sent, or refuse the folder of a private key.

    Parameters
    ----------
    target : path
        A file that is about to be written.

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    DisclosureError
        When a private key lies in the same folder.
    """
    path = Path(target)
    if path.parent.is_dir() and any(path.parent.glob(f"*{KEY_SUFFIX}")):
        raise DisclosureError(
            f"{path.name} is to be sent and must not lie beside a private key, which could leave "
            "with it. Choose another folder."
        )
    return path
