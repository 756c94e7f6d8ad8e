"""Names of a package that are loaded from its modules on first use (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["on_first_use"]


def on_first_use(
    package: str, homes: dict[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : dict of str to str
        Each public name, and the module below the package that has it.

    Returns
    -------
    tuple of two functions
        The first loads a name and keeps it, and raises AttributeError for any other; the second
        lists the names, loaded or not.

    Examples
    --------
    >>> load, names = on_first_use("analysis", {"DataError": "errors"})
    >>> load("DataError")
    <class 'analysis.errors.DataError'>
    """
    module = sys.modules[package]

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(module, name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(module), *homes})

    return load, names
