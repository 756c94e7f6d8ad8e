"""Restricted and full likelihood of a model, with exact derivatives in its covariance.

``V`` is block diagonal by clinic: patients' covariances plus a clinic variance times ``1 1'``.
Its inverse follows by Woodbury's identity, so that everything is a sum over blocks of patients
and over clinics, and nothing grows with the number of patients where blocks are sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.engine.blocks import Blocks
from analysis.mixed.engine.covariance import Model, Stratum, Variances, indices_of
from analysis.results import FloatArray

__all__ = [
    "Derivatives",
    "InfeasibleError",
    "Inverse",
    "Profile",
    "derivatives",
    "inverse_of",
    "profile",
]


class InfeasibleError(Exception):
    """A covariance that is not positive definite; the optimiser takes a shorter step."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Inverse:
    """The inverse covariance of a stratum and the derivatives of the covariance.

    Parameters
    ----------
    W : array, shape (B, m, m)
        Inverse covariance of the points that a block has; zero elsewhere.
    covariance : array, shape (B, m, m)
        Covariance of those points; the identity elsewhere.
    first : array, shape (k, m, m) or (B, k, m, m)
        Derivatives of the covariance in the parameters of the stratum.
    second : array, shape (l, l, m, m) or (B, l, l, m, m)
        Second derivatives in the residual parameters; size 0 when there are none.
    log_det : float
        Sum of the log determinants of all patients.
    """

    W: FloatArray
    covariance: FloatArray
    first: FloatArray
    second: FloatArray
    log_det: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """The likelihood at given variances, with the coefficients that maximise it.

    Parameters
    ----------
    deviance : float
        Minus twice the log-likelihood (restricted when the model says so).
    beta : array, shape (p,)
        Generalised least-squares coefficients.
    vcov : array, shape (p, p)
        Their covariance ``(X'V^-1 X)^-1``.
    variances : Variances
        The point.
    inverses : tuple of Inverse
        Stratum by stratum.
    N : array, shape (C, p + 1)
        ``1'W[X, y]`` of every clinic.
    n0 : array, shape (C,)
        ``1'W 1`` of every clinic.
    """

    deviance: float
    beta: FloatArray
    vcov: FloatArray
    variances: Variances
    inverses: tuple[Inverse, ...]
    N: FloatArray
    n0: FloatArray

    @property
    def residual(self) -> FloatArray:
        """The combination of ``[X, y]`` that gives the residual, shape (p + 1,)."""
        return np.append(-self.beta, 1.0)

    @property
    def shrink(self) -> FloatArray:
        """``1 / (1 + clinic variance x n0)``, shape (C,)."""
        return 1.0 / (1.0 + self.variances.clinic * self.n0)

    @property
    def pull(self) -> FloatArray:
        """What the clinic intercept takes off ``[X, y]``, shape (C, p + 1)."""
        return self.variances.clinic * self.shrink[:, None] * self.N


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivatives:
    """Derivatives of the deviance in the parameters of the covariance (clinic variance last).

    Parameters
    ----------
    gradient : array, shape (k,)
        First derivatives.
    observed, expected : array, shape (k, k)
        Second derivatives, without the part that the curvature of a residual structure adds,
        and their expectation.
    curvature : array, shape (k, k)
        That part; it belongs to the observed second derivatives.
    precision : array, shape (k, p, p)
        Minus the derivative of ``X'V^-1 X``.
    """

    gradient: FloatArray
    observed: FloatArray
    expected: FloatArray
    curvature: FloatArray
    precision: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """``T'FT``, ``1'FT`` and ``1'F1`` for several F, after the clinic intercept is taken off.

    Parameters
    ----------
    inner : array, shape (k, P, P)
        ``T*'F T*`` with ``T* = [X, y] - 1 pull``.
    side : array, shape (k, C, P)
        ``1'F T*`` of every clinic.
    square : array, shape (k, C)
        ``1'F 1`` of every clinic.
    """

    inner: FloatArray
    side: FloatArray
    square: FloatArray


def profile(model: Model, variances: Variances) -> Profile:
    """Evaluate the likelihood at given variances.

    Parameters
    ----------
    model : Model
        Strata and structures.
    variances : Variances
        The point.

    Returns
    -------
    Profile
        Deviance, coefficients and what derivatives need.

    Raises
    ------
    InfeasibleError
        When a covariance is not positive definite.

    Notes
    -----
    The constant is that of R and SAS: ``log|X'V^-1 X|`` is included, ``log|X'X|`` is not, and
    ``log(2 pi)`` counts n - p times (n times for the full likelihood).
    """
    p, omega = model.n_fixed, variances.clinic
    inverses = tuple(inverse_of(model, stratum, variances) for stratum in model.strata)
    A, N, n0 = (
        np.zeros((p + 1, p + 1)),
        np.zeros((model.n_clinics, p + 1)),
        np.zeros(model.n_clinics),
    )
    for stratum, inverse in zip(model.strata, inverses, strict=True):
        weights = inverse.W[:, :, None, :]
        A += stratum.blocks.contract(weights)[0]
        if model.n_clinics:
            N += stratum.blocks.clinic_contract(weights)[0]
            n0 += stratum.blocks.clinic_squares(weights)[0]
    S = A - omega * N.T @ (N / (1.0 + omega * n0)[:, None])
    try:
        factor = np.linalg.cholesky(S[:p, :p])
    except np.linalg.LinAlgError:
        raise InfeasibleError from None
    half = np.linalg.inv(factor)
    vcov = half.T @ half
    beta = vcov @ S[:p, p]
    residual = np.append(-beta, 1.0)
    log_det = sum(inverse.log_det for inverse in inverses) + float(np.log1p(omega * n0).sum())
    rows = model.n_rows - p if model.reml else model.n_rows
    restricted = 2.0 * np.log(np.diag(factor)).sum() if model.reml else 0.0
    deviance = rows * np.log(2.0 * np.pi) + log_det + residual @ S @ residual + restricted
    return Profile(
        deviance=float(deviance),
        beta=beta,
        vcov=vcov,
        variances=variances,
        inverses=inverses,
        N=N,
        n0=n0,
    )


def inverse_of(model: Model, stratum: Stratum, variances: Variances) -> Inverse:
    """Invert the covariance of the points that each block has.

    Parameters
    ----------
    model : Model
        Where the parameters stand.
    stratum : Stratum
        Blocks and points.
    variances : Variances
        The point.

    Returns
    -------
    Inverse
        With the derivatives of the covariance.

    Raises
    ------
    InfeasibleError
        When the covariance is not positive definite.
    """
    shape = variances.shape_of(model, stratum)
    present, counts = stratum.blocks.present, stratum.blocks.counts
    pairs = present[:, :, None] & present[:, None, :]
    whole = np.where(pairs, shape.matrix, np.eye(present.shape[1]))
    try:
        if stratum.distances.ndim == 2:  # visits: also those that no patient has together
            np.linalg.cholesky(shape.matrix)
        diagonals = np.diagonal(np.linalg.cholesky(whole), axis1=1, axis2=2)
        W = np.linalg.inv(whole)
    except np.linalg.LinAlgError:
        raise InfeasibleError from None
    W = np.where(pairs, (W + W.transpose(0, 2, 1)) / 2.0, 0.0)
    log_det = 2.0 * float(counts @ np.log(diagonals).sum(axis=1))
    return Inverse(W=W, covariance=whole, first=shape.first, second=shape.second, log_det=log_det)


def derivatives(model: Model, at: Profile) -> Derivatives:
    """Differentiate the deviance in the parameters of the covariance.

    Parameters
    ----------
    model : Model
        Strata and structures.
    at : Profile
        The point, as returned by `profile`.

    Returns
    -------
    Derivatives
        Exact first and second derivatives and the expected second derivatives.

    Notes
    -----
    With ``E_h`` the derivative of ``V`` and ``U = V^-1``: the gradient is
    ``tr(U E_h) - tr(U E_h U (rr' + H))`` with ``H = X (X'UX)^-1 X'`` under REML and 0 under ML;
    the second derivatives follow by the product rule.

    References
    ----------
    Searle SR, Casella G, McCulloch CE (1992). Variance Components, section 6.6.
    """
    parts = _Parts.empty(model)
    for stratum, inverse in zip(model.strata, at.inverses, strict=True):
        parts.add(model, at, stratum, inverse)
    if model.n_clinics:
        parts.add_clinic(at)
    return parts.finished(model, at)


def starred(blocks: Blocks, weights: FloatArray, at: Profile) -> Sums:
    """Contract weights with the columns from which the clinic intercept is taken off.

    Parameters
    ----------
    blocks : Blocks
        Patients.
    weights : array, shape (B, m, k, m)
        Symmetric matrices ``F`` of every block.
    at : Profile
        The point.

    Returns
    -------
    Sums
        For each of the k.
    """
    inner = blocks.contract(weights)
    if not at.n0.size:
        k, width = inner.shape[:2]
        return Sums(inner=inner, side=np.zeros((k, 0, width)), square=np.zeros((k, 0)))
    pull = at.pull
    side, square = blocks.clinic_contract(weights), blocks.clinic_squares(weights)
    reduced = side - square[:, :, None] * pull
    cross = pull.T @ side
    inner = inner - cross - reduced.transpose(0, 2, 1) @ pull
    return Sums(inner=inner, side=reduced, square=square)


def spread_starred(blocks: Blocks, inner: FloatArray, at: Profile) -> FloatArray:
    """Sum ``T* M T*'`` over the patients of each block.

    Parameters
    ----------
    blocks : Blocks
        Patients.
    inner : array, shape (P, P)
        Symmetric ``M``.
    at : Profile
        The point.

    Returns
    -------
    array, shape (B, m, m)
        One sum per block.
    """
    total = blocks.spread(inner)
    if not at.n0.size:
        return total
    turned = at.pull @ inner
    mixed = blocks.clinic_mixed(turned)
    total = total - mixed - mixed.transpose(0, 2, 1)
    return np.asarray(total + blocks.clinic_spread(np.einsum("cp,cp->c", turned, at.pull)))


def left_products(W: FloatArray, first: FloatArray) -> FloatArray:
    """Multiply the inverse by every derivative.

    Parameters
    ----------
    W : array, shape (B, m, m)
        Inverse covariances.
    first : array, shape (k, m, m) or (B, k, m, m)
        Derivatives.

    Returns
    -------
    array, shape (B, m, k, m)
        ``W E_h``.
    """
    m, k = W.shape[1], first.shape[-3]
    beside = np.moveaxis(first, -3, -2).reshape(*first.shape[:-3], m, k * m)
    return np.asarray((W @ beside).reshape(len(W), m, k, m))


def right_products(left: FloatArray, right: FloatArray) -> FloatArray:
    """Multiply stacked matrices by one more: (B, m, k, m) and (B, m, m) to (B, m, k, m)."""
    n_blocks, m, k, _ = left.shape
    return np.asarray((left.reshape(n_blocks, m * k, m) @ right).reshape(left.shape))


def second_products(
    first: FloatArray, W: FloatArray, left: FloatArray, middle: FloatArray
) -> FloatArray:
    """Sum ``tr(E_h W E_j M)`` over blocks for all pairs of derivatives.

    Parameters
    ----------
    first : array, shape (k, m, m) or (B, k, m, m)
        Derivatives ``E``.
    W, middle : array, shape (B, m, m)
        Inverse covariances and symmetric ``M``.
    left : array, shape (B, m, k, m)
        ``W E_j``.

    Returns
    -------
    array, shape (k, k)
        One sum per pair. Derivatives that all blocks share leave the sum; where there are more
        of them than visits, what is summed over blocks does not grow with their number.
    """
    n_blocks, m = W.shape[:2]
    k = first.shape[-3]
    if first.ndim == 3 and k > m:
        pairs = W.reshape(n_blocks, -1).T @ middle.reshape(n_blocks, -1)  # (i, a), (c, l)
        turned = pairs.reshape(m, m, m, m).transpose(3, 0, 1, 2).reshape(m * m, m * m)
        flat = first.reshape(k, -1)
        return np.asarray(flat @ turned @ flat.T)
    products = right_products(left, middle).transpose(2, 0, 1, 3)
    if first.ndim == 3:
        return np.asarray(first.reshape(k, -1) @ products.sum(axis=1).reshape(k, -1).T)
    return np.asarray(first.transpose(1, 0, 2, 3).reshape(k, -1) @ products.reshape(k, -1).T)


class _Parts:
    """Sums over strata from which the derivatives are put together."""

    def __init__(self, size: int, p: int, n_clinics: int) -> None:
        self.size = size
        self.trace = np.zeros(size)
        self.slopes = np.zeros((size, p + 1, p + 1))
        self.observed = np.zeros((size, size))
        self.expected = np.zeros((size, size))
        self.curvature = np.zeros((size, size))
        self.side = np.zeros((size, n_clinics, p + 1))
        self.square = np.zeros((size, n_clinics))

    @classmethod
    def empty(cls, model: Model) -> _Parts:
        size = model.n_parameters + (1 if model.n_clinics else 0)
        return cls(size, model.n_fixed, model.n_clinics)

    def add(self, model: Model, at: Profile, stratum: Stratum, inverse: Inverse) -> None:
        """Add what the blocks of a stratum contribute, before products between blocks."""
        own = indices_of(model, stratum)
        blocks, W = stratum.blocks, inverse.W
        left = left_products(W, inverse.first)
        sums = starred(blocks, right_products(left, W), at)
        self.slopes[own] += sums.inner
        self.side[own] += sums.side
        self.square[own] += sums.square
        counted = blocks.counts[:, None, None] * W
        r, x = at.residual, np.zeros((model.n_fixed + 1, model.n_fixed + 1))
        x[:-1, :-1] = at.vcov
        outer_r = _between(W, spread_starred(blocks, np.outer(r, r), at))
        outer_x = _between(W, spread_starred(blocks, x, at)) if model.reml else 0.0 * W
        if model.n_clinics:
            shrunk = at.variances.clinic * at.shrink
            outer_c = _between(W, blocks.clinic_spread(shrunk))
        else:
            outer_c = np.zeros(())
        free = counted - outer_c
        self.trace[own] += _traces(inverse.first, free)
        middle = 2.0 * (outer_r + outer_x + outer_c) - counted
        grid = np.ix_(own, own)
        self.observed[grid] += second_products(inverse.first, W, left, middle)
        middle = counted - 2.0 * (outer_c + outer_x)
        self.expected[grid] += second_products(inverse.first, W, left, middle)
        if inverse.second.size:
            residual = model.residual_slices[stratum.structure]
            bar = free - outer_r - outer_x
            self.curvature[residual, residual] += _weighted_second(inverse.second, bar)

    def add_clinic(self, at: Profile) -> None:
        """Add the derivatives in the clinic variance, which comes last."""
        k, last = at.shrink, self.size - 1
        self.slopes[last] = at.N.T @ (k[:, None] ** 2 * at.N)
        self.trace[last] = float(at.n0 @ k)

    def finished(self, model: Model, at: Profile) -> Derivatives:
        """Add the products between blocks and put the derivatives together."""
        p, share = model.n_fixed, 1.0 if model.reml else 0.0
        precision, score = self.slopes[:, :p, :p], self.slopes[:, :p] @ at.residual
        squares = score_square(self.slopes, at.residual)
        products = at.vcov @ precision
        k = self.size
        turned = products.transpose(0, 2, 1).reshape(k, -1)
        penalty = products.reshape(k, -1) @ turned.T
        trace2, from_r, from_x = self._clinic_products(model, at)
        observed = self.observed - trace2 + 2.0 * (from_r + share * from_x)
        return Derivatives(
            gradient=self.trace - share * np.einsum("hii->h", products) - squares,
            observed=observed - 2.0 * score @ at.vcov @ score.T - share * penalty,
            expected=self.expected + trace2 - share * (2.0 * from_x - penalty),
            curvature=self.curvature,
            precision=precision,
        )

    def _clinic_products(
        self, model: Model, at: Profile
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what clinics add to ``tr(UE UE)``, and to the same with rr' or H in it."""
        total = np.zeros((3, self.size, self.size))
        if not model.n_clinics:
            return total[0], total[1], total[2]
        k, n0, omega, last = at.shrink, at.n0, at.variances.clinic, self.size - 1
        p, own = model.n_fixed, slice(0, self.size - 1)
        side, square = self.side[own], self.square[own]
        r_side, x_side = side @ at.residual, side[:, :, :p]
        kN = k[:, None] * at.N
        r_own, x_own = kN @ at.residual, kN[:, :p]
        total[0, own, own] = (square * (omega * k) ** 2) @ square.T
        total[0, own, last] = total[0, last, own] = square @ k**2
        total[0, last, last] = float(((n0 * k) ** 2).sum())
        total[1, own, own] = -(r_side * (omega * k)) @ r_side.T
        total[1, own, last] = total[1, last, own] = (r_side * k) @ r_own
        total[1, last, last] = float((n0 * k) @ r_own**2)
        turned = x_side @ at.vcov
        total[2, own, own] = -np.einsum("hcp,c,jcp->hj", turned, omega * k, x_side, optimize=True)
        total[2, own, last] = total[2, last, own] = np.einsum("hcp,c,cp->h", turned, k, x_own)
        total[2, last, last] = float((n0 * k) @ np.einsum("cp,cp->c", x_own @ at.vcov, x_own))
        return total[0], total[1], total[2]


def score_square(slopes: FloatArray, residual: FloatArray) -> FloatArray:
    """Return ``r'U E_h U r`` of every parameter."""
    return np.asarray((slopes @ residual) @ residual)


def _between(W: FloatArray, inner: FloatArray) -> FloatArray:
    """Multiply from both sides by the inverse covariance."""
    return np.asarray(W @ inner @ W)


def _traces(first: FloatArray, matrices: FloatArray) -> FloatArray:
    """Sum ``tr(E_h M)`` over blocks for symmetric ``M``."""
    if first.ndim == 3:
        return np.asarray(np.tensordot(first, matrices.sum(axis=0), axes=2))
    return np.asarray(np.einsum("bhij,bij->h", first, matrices))


def _weighted_second(second: FloatArray, matrices: FloatArray) -> FloatArray:
    """Sum ``tr(E_hj M)`` over blocks for symmetric ``M``."""
    if second.ndim == 4:
        return np.asarray(np.tensordot(second, matrices.sum(axis=0), axes=2))
    return np.asarray(np.einsum("bhkij,bij->hk", second, matrices))
