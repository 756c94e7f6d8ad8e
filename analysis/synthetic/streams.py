"""Random numbers that stay the same on every machine and when patients are added.

Every variable has its own stream, keyed by seed and name, and takes its numbers row by row: a
patient's numbers do not depend on how many patients follow. Only raw integers are drawn; they
become uniform and then, by inverse distribution functions, anything else.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["Floats", "Integers", "Streams", "expit", "logit", "pick"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Streams:
    """A family of named streams.

    Parameters
    ----------
    seed : int
        Seed of the scenario.
    prefix : str
        Goes before every name; another prefix gives independent numbers.
    """

    seed: int
    prefix: str = ""

    def uniform(self, name: str, rows: int, columns: int = 1) -> Floats:
        """Draw uniform numbers strictly between 0 and 1.

        Parameters
        ----------
        name : str
            Name of the stream.
        rows, columns : int
            Patients, and numbers per patient.

        Returns
        -------
        numpy.ndarray
            Shape (rows, columns).

        Examples
        --------
        >>> more, fewer = (Streams(seed=1).uniform("age", n)[:2, 0] for n in (3, 2))
        >>> bool((more == fewer).all())
        True
        """
        key = zlib.crc32(f"{self.prefix}/{name}".encode())
        source = np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=(key,)))
        raw = source.random_raw(rows * columns)
        uniform: Floats = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return uniform.reshape(rows, columns)

    def normal(self, name: str, rows: int, columns: int = 1) -> Floats:
        """Draw standard normal numbers.

        Parameters
        ----------
        name : str
            Name of the stream.
        rows, columns : int
            Patients, and numbers per patient.

        Returns
        -------
        numpy.ndarray
            Shape (rows, columns).
        """
        drawn: Floats = ndtri(self.uniform(name, rows, columns))
        return drawn


def pick(uniform: Floats, weights: Sequence[float]) -> Integers:
    """Turn uniform numbers into positions of a list, by weights.

    Parameters
    ----------
    uniform : numpy.ndarray
        Numbers in (0, 1), any shape.
    weights : sequence of float
        Relative weights of the positions.

    Returns
    -------
    numpy.ndarray
        Positions 0, 1, …, same shape.

    Examples
    --------
    >>> pick(np.array([0.1, 0.6]), [1, 1]).tolist()
    [0, 1]
    """
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges[:-1] / edges[-1], uniform, side="right").astype(np.int64)


def logit(share: float) -> float:
    """Log odds of a share; 0 and 1 give minus and plus infinity.

    Parameters
    ----------
    share : float
        Between 0 and 1.

    Returns
    -------
    float
        Log odds.
    """
    with np.errstate(divide="ignore"):
        return float(np.log(share) - np.log1p(-share))


def expit(log_odds: Floats) -> Floats:
    """Share from log odds.

    Parameters
    ----------
    log_odds : numpy.ndarray
        Any shape.

    Returns
    -------
    numpy.ndarray
        Numbers from 0 to 1.
    """
    shares: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return shares
