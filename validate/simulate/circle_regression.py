r"""Kernel regression with Sobolev kernels on given points of the circle: its expected risk to proven digits.

The mean over the Gaussian process and over the test point is a trace,

.. math:: k_T(0)-2\,\mathrm{tr}\,A K_{ST}+\mathrm{tr}\,A(K_{TT}+\sigma^2)A K_{SS}+\sigma^2,
   \qquad A=(K_S+\delta)^{-1},

where :math:`K_{ST}=\int k_S(x_i-x)k_T(x-x_j)\,dx` is the Sobolev kernel of the order :math:`m_S+m_T`.
Points that come close make :math:`K_S` as good as singular, and the trace cancels; it is computed in balls,
to as many bits as leave enough digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from flint import arb, arb_mat

from ...numerics import Circle, CircleSobolev, Kernel
from ...numerics.arithmetic import bernoulli, working_precision
from .arguments import FloatArray, nonnegative

_DIGITS: Final = 10
_BITS: Final = (128, 256, 512, 1024, 2048)
MOST_POINTS: Final = 512


def circle_risk(
    points: Any,
    student: Kernel,
    teacher: Kernel | None = None,
    *,
    ridge: Any = 0,
    noise: Any = 0,
) -> float:
    r"""Return the expected risk of kernel regression on points of the circle.

    Parameters
    ----------
    points
        Coordinates of period 1, all different if there is no ridge; at most 512.
    student, teacher
        Kernels of the regression and of the Gaussian process; None for the same.
    ridge
        Penalty beside the sum of squared errors, >= 0.
    noise
        Variance of the label noise, >= 0; it is part of the risk.

    Returns
    -------
    float
        Right to ten digits, which the balls prove.

    Raises
    ------
    TypeError, ValueError
        If an argument lies outside its domain, or two points coincide without a ridge.

    Examples
    --------
    >>> import math
    >>> kernel = CircleSobolev(1)
    >>> variance = 1 + math.pi**2 / 3  # one point: k(0) less the mean of k^2, over k(0)
    >>> square = 1 + 2 * sum(n**-4 for n in range(1, 10**4))
    >>> abs(circle_risk([0.3], kernel) / (variance - square / variance) - 1) < 1e-9
    True
    """
    rows = Circle().checked("points", points)[:, 0]
    if len(rows) > MOST_POINTS:
        raise ValueError(
            f"`points` has {len(rows)} points; at most {MOST_POINTS} are solved to proven digits"
        )
    penalty, variance = nonnegative("ridge", ridge), nonnegative("noise", noise)
    order = _order("student", student)
    signal = order if teacher is None else _order("teacher", teacher)
    if penalty == 0 and len(np.unique(rows % 1.0)) < len(rows):
        raise ValueError("`points` holds a point twice, and there is no ridge; remove it or give `ridge` > 0")
    for bits in _BITS:
        with working_precision(bits):
            try:
                found = _trace(rows, order, signal, arb(penalty), arb(variance))
            except ZeroDivisionError:
                continue  # a pivot's ball holds zero
            if found.rel_accuracy_bits() > _DIGITS * math.log2(10) + 1:
                return float(found)
    raise ValueError(
        f"`points` come so close that {_BITS[-1]} bits do not separate them; remove some or give `ridge` > 0"
    )


def _order(name: str, kernel: Kernel) -> int:
    if not isinstance(kernel, CircleSobolev):
        raise TypeError(f"`{name}` is {kernel!r} and must be a CircleSobolev; make one")
    return kernel.order


def _trace(points: FloatArray, student: int, teacher: int, ridge: arb, noise: arb) -> arb:
    count = len(points)
    kernel, cross, square, signal = (
        _matrix(points, order) for order in (student, student + teacher, 2 * student, teacher)
    )
    for place in range(count):
        kernel[place, place] += ridge
    learned = kernel.solve(cross)
    total = _at(arb(-0.5), _coefficients(teacher)) - 2 * _sum_of_diagonal(learned) + noise
    if teacher == student and ridge == 0 and noise == 0:
        return total + _sum_of_diagonal(kernel.solve(square))  # A K_T is the identity
    for place in range(count):
        signal[place, place] += noise
    left, right = kernel.solve(signal), kernel.solve(square)
    return total + sum((left[i, j] * right[j, i] for i in range(count) for j in range(count)), arb(0))


def _sum_of_diagonal(matrix: arb_mat) -> arb:
    return sum((matrix[place, place] for place in range(matrix.nrows())), arb(0))


def _matrix(points: FloatArray, order: int) -> arb_mat:
    """Return the kernel on all pairs; the points are the doubles they are, exactly."""
    coefficients = _coefficients(order)
    exact = [arb(float(point)) for point in points]
    count = len(exact)
    found = arb_mat(count, count)
    for i in range(count):
        for j in range(i + 1):
            found[i, j] = found[j, i] = _at(_from_middle(exact[i] - exact[j]), coefficients)
    return found


def _from_middle(difference: arb) -> arb:
    """Return a displacement modulo 1, less a half."""
    size = abs(difference)
    return size - size.floor() - arb(0.5)


def _at(from_middle: arb, coefficients: Sequence[arb]) -> arb:
    square, value = from_middle * from_middle, arb(0)
    for coefficient in reversed(coefficients):
        value = value * square + coefficient
    return value


def _coefficients(order: int) -> list[arb]:
    r"""Return the coefficients in :math:`(t-\frac12)^2` of :math:`1+(-1)^{m+1}(2\pi)^{2m}B_{2m}(t)/(2m)!`."""
    front = (2 * arb.pi()) ** (2 * order) / math.factorial(2 * order) * (-1) ** (order + 1)
    rising = [
        front * math.comb(2 * order, 2 * j) * (arb(2) ** (1 - 2 * j) - 1) * bernoulli(2 * j)
        for j in range(order, -1, -1)
    ]
    return [1 + rising[0], *rising[1:]]
