"""Every test of figures starts and ends without open figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Close what is open: before as well, for examples in docstrings leave theirs."""
    plt.close("all")
    yield
    plt.close("all")
