"""Running products of many small matrices without a loop over all of them."""

from __future__ import annotations

import numpy as np

from analysis.results import FloatArray

__all__ = ["prefix_products", "suffix_products"]


def prefix_products(matrices: FloatArray) -> FloatArray:
    """Multiply each matrix from the left by all those before it.

    Parameters
    ----------
    matrices : array, shape (m, s, s)
        Matrices in order.

    Returns
    -------
    array, shape (m, s, s)
        At k the product of the matrices 0, 1, …, k.

    Notes
    -----
    Works in about √m blocks of √m matrices side by side, so that Python takes 2√m steps for m.

    Examples
    --------
    >>> prefix_products(np.array([[[2.0]], [[3.0]], [[4.0]]])).ravel().tolist()
    [2.0, 6.0, 24.0]
    """
    m, s, _ = matrices.shape
    length = max(int(np.ceil(np.sqrt(m))), 1)
    n_blocks = -(-m // length)
    padded = np.broadcast_to(np.eye(s), (n_blocks * length, s, s)).copy()
    padded[:m] = matrices
    blocks = padded.reshape(n_blocks, length, s, s)
    for step in range(1, length):
        blocks[:, step] = blocks[:, step - 1] @ blocks[:, step]
    for block in range(1, n_blocks):
        blocks[block] = blocks[block - 1, -1] @ blocks[block]
    return padded[:m]


def suffix_products(matrices: FloatArray) -> FloatArray:
    """Multiply each matrix from the right by all those after it.

    Parameters
    ----------
    matrices : array, shape (m, s, s)
        Matrices in order.

    Returns
    -------
    array, shape (m + 1, s, s)
        At k the product of the matrices k, k + 1, …, m - 1; the identity at m.

    Examples
    --------
    >>> suffix_products(np.array([[[2.0]], [[3.0]], [[4.0]]])).ravel().tolist()
    [24.0, 12.0, 4.0, 1.0]
    """
    turned = prefix_products(matrices[::-1].transpose(0, 2, 1))[::-1].transpose(0, 2, 1)
    return np.concatenate([turned, np.eye(matrices.shape[1])[None]])
