r"""The exact test risk of one draw of data and features, for every ridge at once.

In whitened coordinates a linear model is :math:`\Phi=GZ` (features by samples), the learned map is
:math:`B=G^T(\Phi\Phi^T+\delta)^{-1}\Phi Z^T`, and averaged over test point, teacher and label noise

.. math::
    \mathrm{bias}=\lVert(1-B)V^{1/2}\rVert_F^2,\qquad
    \mathrm{variance}=\sigma^2\lVert G^T(\Phi\Phi^T+\delta)^{-1}\Phi\rVert_F^2,\qquad V=\mathrm{diag}\,v.

One singular value decomposition :math:`\Phi=USW^T` serves all ridges: with the filter
:math:`K=S/(S^2+\delta)`, :math:`P=G^TU` and :math:`R=V^{1/2}ZW` (size by rank),

.. math::
    \mathrm{bias}=\mathrm{tr}V-2\sum_jK_j(P^TV^{1/2}R)_{jj}+\sum_{ij}K_iK_j(P^TP)_{ij}(R^TR)_{ij},\qquad
    \mathrm{variance}=\sigma^2\sum_jK_j^2(P^TP)_{jj}.

Nothing of shape size by size is formed.  The decomposition of :math:`\Phi` (and not of its Gram matrix) keeps
relative errors at the rounding unit times the root of the condition number of the Gram matrix; its rank,
:math:`\min(N,T,M)`, is known beforehand, so no cut-off of singular values is guessed.  Where the three terms
of the bias cancel, the residual is formed in blocks instead, and where double precision cannot hold the
answer it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from .arc_cosine import relu_linear_moment, relu_second_moment
from .arguments import FloatArray

EPSILON = float(np.finfo(np.float64).eps)
_TOLERATED_CANCELLATION = 1e-6
_TOLERATED_ERROR = 1e-3  # relative; far below any statistical error
_BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectralForm:
    """A draw reduced to what every ridge needs; the letters are those of the module's formulas."""

    singular_values: FloatArray
    overlap: FloatArray  # diagonal of P^T V^(1/2) R
    map_gram: FloatArray  # P^T P, or the second moment of nonlinear features in the basis U
    signal_gram: FloatArray  # R^T R
    root_signal: FloatArray
    map_factor: FloatArray | None  # P
    signal_factor: FloatArray  # R
    recovers_everything: bool  # rank = size: without a ridge the bias is zero

    def bias_and_variance(self, ridge: float, noise: float) -> tuple[float, float]:
        """Return the bias, and the variance for unit label noise; `noise` only scales the tolerated error.

        Raises
        ------
        ValueError
            If rounding may exceed a thousandth of the risk.
        """
        s = self.singular_values
        if s[-1] == 0 and ridge == 0:
            raise ValueError(_refusal(np.inf))
        filters = 1 / (s + ridge / s) if s[-1] > 0 else s / (s * s + ridge)
        variance = float(filters**2 @ np.diagonal(self.map_gram))
        total = float(self.root_signal @ self.root_signal)
        linear = filters * self.overlap
        quadratic = self.map_gram * self.signal_gram
        bias = float(total - 2 * linear.sum() + filters @ (quadratic @ filters))
        rounding = EPSILON * float(total + 2 * np.abs(linear).sum() + filters @ (np.abs(quadratic) @ filters))
        if rounding > _TOLERATED_CANCELLATION * bias and self.map_factor is not None:
            bias = self._bias_of_residual(filters)
            rounding = 0.0
        # Backward error of the decomposition, carried through the filter to first and second order.
        amplified = EPSILON * float(s[0] * filters.max())
        error = amplified**2 * total + 2 * amplified * np.sqrt(max(bias, 0.0) * total) + rounding
        exact_zero = self.recovers_everything and ridge == 0
        allowed = EPSILON * total if exact_zero else _TOLERATED_ERROR * (noise + bias + noise * variance)
        if (bias if exact_zero else error) > allowed:
            raise ValueError(_refusal(error))
        return bias, variance

    def _bias_of_residual(self, filters: FloatArray) -> float:
        assert self.map_factor is not None
        filtered = self.map_factor * filters
        bias = 0.0
        for start in range(0, self.root_signal.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            residual = -(filtered @ self.signal_factor[block].T)
            diagonal = np.arange(residual.shape[1])
            residual[start + diagonal, diagonal] += self.root_signal[block]
            bias += float(np.vdot(residual, residual))
        return bias


def _refusal(error: float) -> str:
    return (
        f"`spectrum` decays too fast for a simulation in double precision (rounding error {error:.1g}); "
        "choose a larger `ridge`, a smaller `decay`, or fewer `features` or `samples`"
    )


def linear_form(
    feature_map: FloatArray | None, data: FloatArray | None, amplitudes: FloatArray, root_signal: FloatArray
) -> SpectralForm:
    """Return the spectral form of a draw of a linear model.

    Parameters
    ----------
    feature_map
        `G`, features by size; None is the limit of infinitely many features (ridge regression on the inputs).
    data
        `Z`, size by samples; None is the population (infinitely many samples), where the ridge must be zero.
    amplitudes, root_signal
        Square roots of eigenvalues and of signal powers.

    Examples
    --------
    >>> amplitudes = np.array([1.0, 0.5])
    >>> form = linear_form(np.array([[2.0, 0.0]]), None, amplitudes, amplitudes)
    >>> form.bias_and_variance(0.0, 0.0)[0]
    0.25
    """
    if feature_map is None and data is None:
        raise ValueError("`features` and `samples` are both infinite; expected one of them finite")
    if feature_map is None:
        assert data is not None
        design = amplitudes[:, None] * data
    else:
        design = feature_map if data is None else feature_map @ data
    left, singular_values, right = scipy.linalg.svd(design, full_matrices=False, check_finite=False)
    map_factor = amplitudes[:, None] * left if feature_map is None else feature_map.T @ left
    signal_factor = root_signal[:, None] * (right.T if data is None else data @ right.T)
    return SpectralForm(
        singular_values=singular_values,
        overlap=np.einsum("k,kj,kj->j", root_signal, map_factor, signal_factor, optimize=False),
        map_gram=map_factor.T @ map_factor,
        signal_gram=signal_factor.T @ signal_factor,
        root_signal=root_signal,
        map_factor=map_factor,
        signal_factor=signal_factor,
        recovers_everything=singular_values.size == amplitudes.size,
    )


def relu_form(feature_map: FloatArray, data: FloatArray, root_signal: FloatArray) -> SpectralForm:
    r"""Return the spectral form of a draw with features :math:`\phi=\max(0,Gz)`.

    Notes
    -----
    The prediction error is :math:`\theta\cdot x-w\cdot\phi`, so :math:`P^TP` becomes :math:`U^T\mathbb
    E[\phi\phi^T]U` and :math:`P` in the overlap :math:`\mathbb E[z\phi^T]U`.  No residual is formed: where
    the terms cancel, the result is refused.
    """
    left, singular_values, right = scipy.linalg.svd(
        np.maximum(feature_map @ data, 0.0), full_matrices=False, check_finite=False
    )
    signal_factor = root_signal[:, None] * (data @ right.T)
    linear = relu_linear_moment(feature_map).T @ left
    return SpectralForm(
        singular_values=singular_values,
        overlap=np.einsum("k,kj,kj->j", root_signal, linear, signal_factor, optimize=False),
        map_gram=left.T @ relu_second_moment(feature_map @ feature_map.T) @ left,
        signal_gram=signal_factor.T @ signal_factor,
        root_signal=root_signal,
        map_factor=None,
        signal_factor=signal_factor,
        recovers_everything=False,
    )


def relu_population_bias(feature_map: FloatArray, root_signal: FloatArray) -> float:
    r"""Return the bias of rectified features learned from infinitely many samples.

    Notes
    -----
    The best weights :math:`\mathbb E[\phi\phi^T]^{-1}\mathbb E[\phi z^T]` leave
    :math:`\mathrm{tr}V-\lVert L^{-1}\mathbb E[\phi z^T]V^{1/2}\rVert^2` with the Cholesky factor
    :math:`LL^T=\mathbb E[\phi\phi^T]`.
    """
    factor = scipy.linalg.cholesky(
        relu_second_moment(feature_map @ feature_map.T), lower=True, check_finite=False
    )
    linear = relu_linear_moment(feature_map) * root_signal
    explained = scipy.linalg.solve_triangular(factor, linear, lower=True, check_finite=False)
    total = float(root_signal @ root_signal)
    bias = total - float(np.vdot(explained, explained))
    condition = float(np.diagonal(factor).max() / np.diagonal(factor).min())
    error = EPSILON * condition**2 * total
    if not error <= _TOLERATED_ERROR * bias:
        raise ValueError(_refusal(error))
    return bias
