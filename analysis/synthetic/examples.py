"""Where the synthetic data that come with the toolkit are, in a checkout or in the wheel."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from analysis.errors import DataError

__all__ = ["example_folder"]


def example_folder(name: str) -> Path:
    """Find the folder of a synthetic study that comes with the toolkit.

    Parameters
    ----------
    name : str
        Name of the scenario, such as ``"clinic-network"``.

    Returns
    -------
    pathlib.Path
        Folder with ``study.json``, the tables, ``truth.json`` and ``DICTIONARY.md``. Read only.

    Raises
    ------
    DataError
        When there is no such study.

    Examples
    --------
    >>> (example_folder("clinic-network") / "study.json").is_file()
    True
    """
    package = Path(str(resources.files("analysis")))
    homes = (package.parent / "data" / "synthetic", package / "bundled" / "synthetic")
    known = {
        folder.name: folder
        for home in reversed(homes)
        if home.is_dir()
        for folder in sorted(home.iterdir())
        if (folder / "study.json").is_file()
    }
    if name not in known:
        raise DataError(
            "There is no such synthetic study beside the toolkit. Known are: "
            f"{', '.join(sorted(known)) or 'none'}. Make one with the command synthesize."
        )
    return known[name]
