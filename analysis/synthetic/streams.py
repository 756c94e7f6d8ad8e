"""Random numbers that stay the same on every machine and when patients are added.

Every variable has its own stream of the counter-based generator Philox, keyed by seed and name.
The numbers of a patient stand at a place of the stream that depends on the patient alone, so a part
of the patients can be drawn without the others. Only raw integers are drawn; own arithmetic makes
them uniform and anything else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.synthetic.arithmetic import Floats, latent, log_odds, logarithm, normal_quantile

__all__ = ["Flags", "Integers", "Streams", "choose", "happens", "pick"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCK = 4  # Philox gives four numbers per step of its counter


@dataclass(frozen=True, kw_only=True)
class Streams:
    """A family of named streams.

    Parameters
    ----------
    seed : int
        Seed of the scenario.
    prefix : str
        Goes before every name; another prefix gives independent numbers.
    first : int
        Position of the first patient, from 0.
    """

    seed: int
    prefix: str = ""
    first: int = 0

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
            Shape (rows, columns); row i belongs to patient ``first`` + i.

        Examples
        --------
        >>> all_rows = Streams(seed=1).uniform("age", 3)
        >>> last_row = Streams(seed=1, first=2).uniform("age", 1)
        >>> bool((all_rows[2:] == last_row).all())
        True
        """
        blocks = -(-columns // _BLOCK)
        text = f"{self.seed}/{self.prefix}/{name}".encode()
        key = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "little")
        source = np.random.Philox(key=key, counter=self.first * blocks)
        raw = source.random_raw(rows * blocks * _BLOCK).reshape(rows, -1)[:, :columns]
        uniform: Floats = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        return uniform

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
        return normal_quantile(self.uniform(name, rows, columns))

    def waiting(self, name: str, rows: int, columns: int = 1) -> Floats:
        """Draw standard exponential numbers.

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
        drawn: Floats = -logarithm(self.uniform(name, rows, columns))
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


def happens(share: Floats | float, added: Floats | float, uniform: Floats) -> Flags:
    """Decide by chance: a share at average severity, changed by added log odds.

    Parameters
    ----------
    share : float or numpy.ndarray
        From 0 (never) to 1 (always), whatever is added.
    added : float or numpy.ndarray
        Log odds that are added.
    uniform : numpy.ndarray
        Numbers in (0, 1).

    Returns
    -------
    numpy.ndarray
        True where it happens, shape of `uniform`.

    Examples
    --------
    >>> happens(np.array([0.0, 0.5, 1.0]), 0.0, np.array([0.4, 0.4, 0.4])).tolist()
    [False, True, True]
    """
    chance = np.broadcast_to(np.asarray(share, dtype=np.float64), uniform.shape)
    inside = np.where((chance > 0.0) & (chance < 1.0), chance, 0.5)
    below = latent(log_odds(uniform)) < latent(log_odds(inside) + added)
    return np.where(chance <= 0.0, False, np.where(chance >= 1.0, True, below))


def choose(uniform: Floats, options: Sequence[int]) -> Integers:
    """Turn uniform numbers into equally likely whole numbers.

    Parameters
    ----------
    uniform : numpy.ndarray
        Numbers in (0, 1), any shape.
    options : sequence of int
        What to choose from.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Examples
    --------
    >>> choose(np.array([0.1, 0.9]), (6, 8)).tolist()
    [6, 8]
    """
    chosen: Integers = np.array(options, dtype=np.int64)[
        np.floor(uniform * len(options)).astype(np.int64)
    ]
    return chosen
