"""The random part of a linear mixed model: its terms, and what it cannot be asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.formulas.columns import Columns
from analysis.formulas.encoding import Encoding, encode
from analysis.formulas.parsing import read_random
from analysis.mixed.engine.blocks import cross_products
from analysis.mixed.engine.covariance import Model, RandomBlock
from analysis.mixed.engine.structures import STRUCTURES
from analysis.mixed.inference.fitting import DF_METHODS, INFORMATION, METHODS
from analysis.results import FloatArray, check_option

__all__ = [
    "RANDOM_COVARIANCES",
    "RandomPart",
    "check_options",
    "check_residual",
    "check_variation",
]

RANDOM_COVARIANCES = ("unstructured", "independent")

_NOTHING = 1e-11
_SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomPart:
    """The random columns of a design.

    Parameters
    ----------
    text : str
        As given.
    terms : tuple of str
        Names of the columns.
    Z : array, shape (n, Q)
        The columns.
    independent : bool
        No correlation between terms.
    encoding : Encoding
        How the columns follow from the data.
    columns : tuple of str
        Columns of the data that they read.
    """

    text: str
    terms: tuple[str, ...]
    Z: FloatArray
    independent: bool
    encoding: Encoding
    columns: tuple[str, ...]

    @classmethod
    def read(
        cls, text: str, columns: Columns, n_rows: int, *, independent: bool = False
    ) -> RandomPart:
        """Evaluate the random terms.

        Parameters
        ----------
        text : str
            Terms, such as ``"1 + day"``.
        columns : mapping of str to Column
            Columns that they read.
        n_rows : int
            Rows.
        independent : bool
            No correlation between terms.

        Returns
        -------
        RandomPart
            The terms at these rows.

        Raises
        ------
        ModelError
            When a term is zero in every row.
        """
        parsed = read_random(text)
        encoding = encode(parsed, columns, n_rows)
        Z = encoding.matrix(columns, n_rows)
        return cls(
            text=text,
            terms=encoding.names,
            Z=_check_random(Z, encoding.names),
            independent=independent,
            encoding=encoding,
            columns=parsed.predictors,
        )

    def blocks(self) -> tuple[RandomBlock, ...]:
        """Divide the terms into what varies together."""
        if not self.independent:
            return (RandomBlock(terms=self.terms, columns=slice(0, len(self.terms))),)
        return tuple(
            RandomBlock(terms=(term,), columns=slice(index, index + 1))
            for index, term in enumerate(self.terms)
        )


def check_options(
    *, method: str, df: str, information: str, random_covariance: str, residual: str
) -> None:
    """Refuse options that are unknown or do not go together.

    Parameters
    ----------
    method, df, information, random_covariance, residual : str
        As in `analysis.mixed.lmm`.

    Raises
    ------
    ModelError
        Naming the option and what is allowed.
    """
    check_option("method", method, METHODS)
    check_option("df", df, DF_METHODS)
    check_option("information", information, INFORMATION)
    check_option("random_covariance", random_covariance, RANDOM_COVARIANCES)
    check_option("residual", residual, STRUCTURES)
    if df == "kenward-roger" and method != "reml":
        raise ModelError("Kenward-Roger needs method='reml'; with 'ml' take df='satterthwaite'.")


def check_residual(random: str, residual: str, visit: str | None, coordinates: str | None) -> None:
    """Refuse residual structures that lack a column or repeat the random part.

    Parameters
    ----------
    random, residual : str
        As in `analysis.mixed.lmm`.
    visit, coordinates : str or None
        Columns given.

    Raises
    ------
    ModelError
        Naming what does not go together.
    """
    if residual == "unstructured" or (residual == "compound symmetry" and random.strip() == "1"):
        raise ModelError(
            f"A random part {random!r} beside a residual {residual!r} describes the same "
            "covariance twice, so that the two cannot be told apart. Take mmrm with that "
            "covariance, or residual='independent'."
        )
    by_distance = residual == "spatial exponential"
    if by_distance != (coordinates is not None):
        raise ModelError(
            "coordinates= and residual='spatial exponential' belong together: give the numeric "
            "column that says when a row was taken, such as coordinates='day'."
        )
    if residual != "independent" and not by_distance and visit is None:
        raise ModelError(f"residual={residual!r} is a covariance between visits: give visit=.")


def _check_random(Z: FloatArray, terms: tuple[str, ...]) -> FloatArray:
    """Refuse random terms that are zero in every row."""
    empty = [name for name, column in zip(terms, Z.T, strict=True) if not column.any()]
    if empty:
        raise ModelError(
            f"The random terms {', '.join(map(repr, empty))} are zero in every row; remove them."
        )
    return Z


def check_variation(model: Model, terms: tuple[str, ...]) -> None:
    """Refuse data in which nothing varies once patients have their own coefficients.

    Parameters
    ----------
    model : Model
        Before the fit.
    terms : tuple of str
        Names of the random terms.

    Raises
    ------
    ModelError
        When no residual variance is left to estimate.
    """
    p = model.n_fixed
    total, within = np.zeros((p + 1, p + 1)), np.zeros((p + 1, p + 1))
    for stratum in model.strata:
        present = stratum.blocks.present
        identity = present[:, :, None] * np.eye(present.shape[1])
        Z = present[:, :, None] * stratum.Z
        own = Z @ np.linalg.pinv(Z, _SINGULAR)
        total += cross_products(stratum.blocks)
        within += stratum.blocks.contract((identity - own)[:, :, None, :])[0]
    explained = within[:p, p] @ np.linalg.pinv(within[:p, :p], _SINGULAR, hermitian=True)
    left = within[p, p] - explained @ within[:p, p]
    if left <= _NOTHING * total[p, p]:
        raise ModelError(
            f"The outcome does not vary within patients beyond the random terms "
            f"({', '.join(terms)}), so no residual variance is left to estimate. "
            "Every patient needs more rows than random terms; or take fewer random terms."
        )
