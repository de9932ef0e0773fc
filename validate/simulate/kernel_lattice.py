r"""Kernel regression on the points of a lattice of the torus: its expected risk exactly, from aliasing sums.

On the lattice of :math:`n=L^d` points the kernel matrix is circulant, and frequencies that differ by
multiples of L cannot be told apart.  With :math:`S=\sum_{p\equiv q}\lambda_p+\delta/n` of the student, mode p
of a class is learned with the weight :math:`w_p=\lambda_p/S`, and the excess risk on a Gaussian process of
eigenvalues :math:`v_p` is

.. math:: \sum_q\Bigl[\sum_{p\equiv q}v_p\Bigl((1-w_p)^2+\sum_{p'\ne p}w_{p'}^2\Bigr)
   +\frac{\sigma^2}n\sum_{p\equiv q}w_p^2\Bigr] .

The largest mode of a class stands apart from the sum over the others, so that nothing cancels.  The sums are
Hurwitz zeta functions for eigenvalues that are powers, and mixtures of theta functions for kernels that are
mixtures of Gaussians.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.special

from ...numerics import CircleSobolev, Gaussian, Kernel, Matern, Torus
from .arguments import FloatArray, count, nonnegative

#: Largest step of the trapezoidal rule in the logarithm of a mixture, and what its ends leave out.
_STEP: Final = 0.25
_NEGLIGIBLE: Final = 1e-18
_MOST_TERMS: Final = 4 * 10**8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    r"""Eigenvalues :math:`\lambda_p=\sum_iw_ie^{-t_i|p|^2}` of a kernel that is a mixture of Gaussians."""

    weights: FloatArray
    rates: FloatArray

    def times(self, other: Mixture) -> Mixture:
        """Return the mixture of the products of the eigenvalues."""
        return Mixture(
            weights=np.outer(self.weights, other.weights).ravel(),
            rates=np.add.outer(self.rates, other.rates).ravel(),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Classes:
    """Classes of frequencies up to symmetry: |q| of each axis, and how many each stands for."""

    frequencies: FloatArray
    multiplicities: FloatArray


def lattice_risk(
    student: Kernel,
    teacher: Kernel | None = None,
    *,
    manifold: Torus,
    side: Any,
    ridge: Any = 0,
    noise: Any = 0,
) -> float:
    r"""Return the expected risk of kernel regression on a lattice, averaged over the Gaussian process.

    Parameters
    ----------
    student, teacher
        Kernels of the regression and of the process; None for the same. Matérn, Gaussian, and on the circle
        two Sobolev kernels.
    manifold
        `Circle()` or `Torus(d)`.
    side
        Points along each coordinate, an integer >= 1; there are side**d samples.
    ridge
        Penalty beside the sum of squared errors, >= 0.
    noise
        Variance of the label noise, >= 0; it is part of the risk.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or there are too many classes of frequencies.
    TypeError
        If a kernel has no sums over aliases here.

    Notes
    -----
    Right to about 12 digits. It differs from the mean over random points by a factor.

    Examples
    --------
    >>> from scalinglaws.numerics import Circle
    >>> risk = lattice_risk(CircleSobolev(1), manifold=Circle(), side=100)
    >>> round(risk * 100 / (2 * np.pi**2 / 3), 4)
    1.0
    """
    if not isinstance(manifold, Torus):
        raise TypeError(f"`manifold` is {manifold!r} and must be Circle() or Torus(d); it has no lattice")
    number = count("side", side)
    penalty, variance = nonnegative("ridge", ridge), nonnegative("noise", noise)
    signal = student if teacher is None else teacher
    student.check_manifold(manifold)
    signal.check_manifold(manifold)
    samples = number**manifold.dimension
    classes = _classes(number, manifold.dimension)
    parts = _sums(student, signal, classes, number)
    shift = penalty / samples
    total = parts.first + parts.rest + shift
    if not (total > 0).all():
        raise ValueError(
            f"`side` = {number} makes eigenvalues of {student!r} smaller than doubles; choose fewer points "
            "or a positive `ridge`"
        )
    squares = (parts.first**2 + parts.rest_squares) / total**2
    missed = (parts.rest + shift) / total
    error = parts.signal_first * (missed**2 + parts.rest_squares / total**2)
    error += parts.signal_rest * (1 + squares) - 2 * parts.rest_products / total
    error += variance / samples * squares
    return float(variance + classes.multiplicities @ error)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Eigenvalues of the first mode of each class, and sums over its other modes."""

    first: FloatArray
    rest: FloatArray
    rest_squares: FloatArray
    signal_first: FloatArray
    signal_rest: FloatArray
    rest_products: FloatArray


def _classes(side: int, dimension: int) -> _Classes:
    axis = np.arange(side // 2 + 1)
    weights = np.where((axis == 0) | (2 * axis == side), 1, 2)
    size = math.comb(len(axis) + dimension - 1, dimension)
    if size > 10**6:
        raise ValueError(f"`side` = {side} in dimension {dimension} has {size} classes; choose fewer points")
    rows = list(itertools.combinations_with_replacement(range(len(axis)), dimension))
    orders = [
        math.factorial(dimension) // math.prod(math.factorial(row.count(value)) for value in set(row))
        for row in rows
    ]
    index = np.array(rows).reshape(-1, dimension)
    return _Classes(
        frequencies=axis[index].astype(np.float64),
        multiplicities=weights[index].prod(axis=1) * np.array(orders, dtype=np.float64),
    )


def _sums(student: Kernel, teacher: Kernel, classes: _Classes, side: int) -> _Sums:
    if isinstance(student, CircleSobolev) and isinstance(teacher, CircleSobolev):
        q, s, t = classes.frequencies[:, 0], 2 * student.order, 2 * teacher.order
        return _Sums(
            first=_power(q, s),
            rest=_other_powers(q, s, side),
            rest_squares=_other_powers(q, 2 * s, side),
            signal_first=_power(q, t),
            signal_rest=_other_powers(q, t, side),
            rest_products=_other_powers(q, s + t, side),
        )
    left = mixture(student, classes.frequencies.shape[1], side)
    right = mixture(teacher, classes.frequencies.shape[1], side)
    first, rest = _aliases(left, classes, side)
    signal_first, signal_rest = (first, rest) if teacher == student else _aliases(right, classes, side)
    squares = _aliases(_square(student, left, classes, side), classes, side)[1]
    products = squares if teacher == student else _aliases(left.times(right), classes, side)[1]
    return _Sums(
        first=first,
        rest=rest,
        rest_squares=squares,
        signal_first=signal_first,
        signal_rest=signal_rest,
        rest_products=products,
    )


def _square(kernel: Kernel, single: Mixture, classes: _Classes, side: int) -> Mixture:
    """Return the mixture of the squared eigenvalues; those of a Matérn kernel are of one of its own kind."""
    if isinstance(kernel, Matern):
        return _gamma_mixture(kernel, classes.frequencies.shape[1], side, power=2)
    return single.times(single)


def _power(frequency: FloatArray, exponent: int) -> FloatArray:
    """Return the eigenvalue 1 at 0 and the power elsewhere."""
    return np.asarray(np.maximum(frequency, 1.0) ** -exponent)


def _other_powers(frequency: FloatArray, exponent: int, side: int) -> FloatArray:
    """Return the sum over all aliases of a frequency but itself."""
    share = frequency / side
    total = scipy.special.zeta(exponent, 1 + share) + scipy.special.zeta(exponent, 1 - share)
    return np.asarray(float(side) ** -exponent * total)


def mixture(kernel: Kernel, dimension: int, side: int) -> Mixture:
    r"""Return a kernel's eigenvalues on :math:`\mathbb Z^d` as a mixture of Gaussians in the frequency.

    Parameters
    ----------
    kernel
        Matérn or Gaussian.
    dimension
        d.
    side
        The frequencies of the lattice and their first aliases are those that matter.

    Raises
    ------
    TypeError
        If the kernel is another one.
    """
    if isinstance(kernel, Gaussian):
        length = float(kernel.length)
        return Mixture(
            weights=np.array([(2 * math.pi * length**2) ** (dimension / 2)]),
            rates=np.array([2 * (math.pi * length) ** 2]),
        )
    if isinstance(kernel, Matern):
        return _gamma_mixture(kernel, dimension, side, power=1)
    raise TypeError(
        f"{kernel!r} has no sums over aliases beside the other kernel; use Matern or Gaussian kernels, or "
        "two CircleSobolev"
    )


def _gamma_mixture(kernel: Matern, dimension: int, side: int, *, power: int) -> Mixture:
    r"""Return :math:`[C(1+\tau|p|^2)^{-s}]^j` as an integral of :math:`t^{js-1}e^{-t(1+\tau|p|^2)}`.

    The trapezoidal rule in the logarithm of t converges beyond all powers of its step.
    """
    order, length = float(kernel.smoothness), float(kernel.length)
    scale = 2 * (math.pi * length) ** 2 / order
    exponent = power * (order + dimension / 2)
    constant = math.lgamma(order + dimension / 2) - math.lgamma(order)
    constant += dimension / 2 * math.log(2 * math.pi * length**2 / order)
    # the first aliases of all classes, with digits to spare
    largest = 1 + scale * dimension * (3.0 * side) ** 2
    low = math.log(_NEGLIGIBLE) / exponent - math.log(largest)
    # the integrand has the width of one over the root of its exponent
    step = min(_STEP, 0.6 / math.sqrt(exponent))
    grid = np.arange(low, math.log(60 + 3 * exponent), step)
    log_weights = exponent * grid - np.exp(grid) - math.lgamma(exponent) + math.log(step) + power * constant
    return Mixture(weights=np.exp(log_weights), rates=scale * np.exp(grid))


def _aliases(kernel: Mixture, classes: _Classes, side: int) -> tuple[FloatArray, FloatArray]:
    """Return the eigenvalue of the first mode of each class, and the sum over its other modes."""
    size, dimension = classes.frequencies.shape
    nodes = len(kernel.rates)
    if nodes * size * dimension > _MOST_TERMS:
        raise ValueError(
            f"`side` = {side} in dimension {dimension} needs {nodes * size * dimension:.1e} terms, more than "
            f"{_MOST_TERMS:.0e}; choose fewer points"
        )
    axis = np.arange(side // 2 + 1, dtype=np.float64)
    index = classes.frequencies.astype(int)
    first, rest = np.zeros(size), np.zeros(size)
    stride = max(1, 10**7 // (size * dimension))
    for start in range(0, nodes, stride):
        rates = kernel.rates[start : start + stride, None]
        own, others = _theta(rates, axis, side)
        weights = kernel.weights[start : start + stride]
        own, others = own[:, index], others[:, index]
        every = own + others
        first += weights @ own.prod(axis=2)
        for place in range(dimension):
            product = (
                own[:, :, :place].prod(axis=2) * others[:, :, place] * every[:, :, place + 1 :].prod(axis=2)
            )
            rest += weights @ product
    return first, rest


def _theta(rates: FloatArray, axis: FloatArray, side: int) -> tuple[FloatArray, FloatArray]:
    """Return the Gaussian at each frequency, and the sum over its aliases, by the faster of two series."""
    own = np.exp(-rates * axis**2)
    others = np.zeros_like(own)
    narrow = (rates * side**2 > 1)[:, 0]
    for image in range(1, 9):
        left, right = axis - image * side, axis + image * side
        others[narrow] += np.exp(-rates[narrow] * left**2) + np.exp(-rates[narrow] * right**2)
    wide = rates[~narrow]
    total = np.ones((len(wide), len(axis)))
    for degree in range(1, 4):
        total += 2 * np.exp(-((np.pi * degree / side) ** 2) / wide) * np.cos(2 * np.pi * degree * axis / side)
    others[~narrow] = np.sqrt(np.pi / wide) / side * total - own[~narrow]
    return own, others
