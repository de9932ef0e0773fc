r"""Kernels of wide networks of rectified powers: arc-cosine kernels, and those of ReLU networks of any depth.

All are functions of the angle between unit vectors, and of value 1 at angle 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from ..exact import Number, exact_text, power_count
from ..exact import count as read_count
from .kernel import Kernel, angles, check_zonal
from .manifold import FloatArray, Manifold

_LARGEST_DEPTH: Final = 100
_LARGEST_ORDER: Final = 20


class ZonalKernel(Kernel):
    """A kernel that is a function of the angle between unit vectors, of value 1 at angle 0."""

    def check_manifold(self, manifold: Manifold) -> None:
        """Raise ValueError on the torus, which has no inner product of unit vectors."""
        check_zonal(self, manifold)

    def at(self, manifold: Manifold, separations: FloatArray) -> FloatArray:
        """Return the kernel at given separations."""
        self.check_manifold(manifold)
        return self.of_angle(angles(manifold, np.asarray(separations, dtype=np.float64)))

    def of_angle(self, angle: FloatArray) -> FloatArray:
        """Return the function of the angle, 1 at 0, in double precision."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, init=False)
class ArcCosine(ZonalKernel):
    r"""The arc-cosine kernel of an order n: features :math:`\max(0,w\cdot x)^n` of Gaussian w.

    Parameters
    ----------
    order : n, an integer from 0 (steps) and 1 (ReLU) to 20

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer in that range.

    Notes
    -----
    It is :math:`\mathbb E[\max(0,u)^n\max(0,u')^n]/\mathbb E[\max(0,u)^{2n}]`, that is

    .. math::

       \frac{J_n(\vartheta)}{\pi(2n-1)!!},\qquad
       J_n=(-1)^n(\sin\vartheta)^{2n+1}\Bigl(\frac1{\sin\vartheta}\frac\partial{\partial\vartheta}\Bigr)^n
       \frac{\pi-\vartheta}{\sin\vartheta} .

    Its eigenvalues on :math:`S^d` vanish at the degrees above n of the parity of n.

    References
    ----------
    .. [1] Y. Cho, L. K. Saul, Kernel methods for deep learning, NIPS 2009, eqs. (3)-(6).
    .. [2] F. Bach, Breaking the curse of dimensionality with convex neural networks, JMLR 18 (2017).

    Examples
    --------
    >>> from scalinglaws.numerics import ArcCosine, Sphere
    >>> ArcCosine(0).matrix(Sphere(2), [[1, 0, 0]], [[0, 1, 0], [-1, 0, 0]]).round(15).tolist()
    [[0.5, 0.0]]
    """

    order: int

    def __init__(self, order: Number) -> None:
        found = power_count("order", order, 0)
        if found > _LARGEST_ORDER:
            raise ValueError(
                f"`order` = {exact_text(found)} must be an integer from 0 to {_LARGEST_ORDER}; lower it"
            )
        object.__setattr__(self, "order", found)

    def of_angle(self, angle: FloatArray) -> FloatArray:
        """Return the function of the angle, 1 at 0, in double precision."""
        sine_part, angle_part = arc_cosine_polynomials(self.order)
        sine, cosine = np.sin(angle), np.cos(angle)
        polynomial = np.polynomial.polynomial.polyval
        value = sine * polynomial(cosine, [float(c) for c in sine_part])
        value = value + (np.pi - angle) * polynomial(cosine, [float(c) for c in angle_part])
        scale = float(sum(angle_part))
        return np.asarray(value / (np.pi * scale))


@dataclass(frozen=True, slots=True, init=False)
class ReLUNNGP(ZonalKernel):
    r"""The covariance of a wide ReLU network before training, :math:`\kappa_1\circ\dots\circ\kappa_1`.

    Parameters
    ----------
    depth : the number of hidden layers, an integer from 1 to 100

    Raises
    ------
    TypeError, ValueError
        If `depth` is no integer in that range.

    Notes
    -----
    :math:`\kappa_1(\cos\vartheta)=[\sin\vartheta+(\pi-\vartheta)\cos\vartheta]/\pi`: weights of variance 2
    over the number of inputs, no biases, inputs of length 1. One hidden layer is ``ArcCosine(1)``. Exact
    eigenvalues are proven up to depth 3.

    References
    ----------
    .. [1] Lee et al., Deep Neural Networks as Gaussian Processes, arXiv:1711.00165.

    Examples
    --------
    >>> from scalinglaws.numerics import ReLUNNGP, Sphere
    >>> ReLUNNGP(2).matrix(Sphere(1), [[1, 0]], [[0, 1]]).round(12).tolist()
    [[0.4937310902]]
    """

    depth: int

    def __init__(self, depth: Number = 1) -> None:
        object.__setattr__(self, "depth", _depth(depth))

    def of_angle(self, angle: FloatArray) -> FloatArray:
        """Return the function of the angle, 1 at 0, in double precision."""
        for _ in range(self.depth):
            angle = _next_angle(angle)
        return np.asarray(np.cos(angle))


@dataclass(frozen=True, slots=True, init=False)
class ReLUNTK(ZonalKernel):
    r"""The neural tangent kernel of a wide ReLU network, over its value at angle 0.

    Parameters
    ----------
    depth : the number L of hidden layers, an integer from 1 to 100

    Raises
    ------
    TypeError, ValueError
        If `depth` is no integer in that range.

    Notes
    -----
    All layers are trained, without biases: with :math:`\Sigma_0=\Theta_0=\cos\vartheta`,

    .. math::

       \Sigma_{j+1}=\kappa_1(\Sigma_j),\qquad\Theta_{j+1}=\Sigma_{j+1}+\Theta_j\kappa_0(\Sigma_j),\qquad
       \kappa_0(\cos\vartheta)=1-\vartheta/\pi,

    and the kernel is :math:`\Theta_L/(L+1)`. Exact eigenvalues are proven up to depth 3; those of one hidden
    layer vanish at the odd degrees from 3 on, those of more do not.

    References
    ----------
    .. [1] Jacot, Gabriel, Hongler, Neural Tangent Kernel, arXiv:1806.07572.
    .. [2] Bietti, Bach, Deep Equals Shallow for ReLU Networks in Kernel Regimes, arXiv:2009.14397.

    Examples
    --------
    >>> from scalinglaws.numerics import ReLUNTK, Sphere
    >>> ReLUNTK(1).matrix(Sphere(1), [[1, 0]], [[0, 1]]).round(12).tolist()
    [[0.159154943092]]
    """

    depth: int

    def __init__(self, depth: Number = 1) -> None:
        object.__setattr__(self, "depth", _depth(depth))

    def of_angle(self, angle: FloatArray) -> FloatArray:
        """Return the function of the angle, 1 at 0, in double precision."""
        tangent = np.cos(angle)
        for _ in range(self.depth):
            slope = 1 - angle / np.pi
            angle = _next_angle(angle)
            tangent = np.cos(angle) + tangent * slope
        return np.asarray(tangent / (self.depth + 1))


def arc_cosine_polynomials(order: int) -> tuple[list[Fraction], list[Fraction]]:
    r"""Return A and B of :math:`J_n=\sin\vartheta\,A(\cos\vartheta)+(\pi-\vartheta)B(\cos\vartheta)`.

    Notes
    -----
    With :math:`c=\cos\vartheta`, :math:`J_n=s^{2n+1}\partial_c^n[(\pi-\vartheta)/s]` and
    :math:`\partial_c\vartheta=-1/s`, so that :math:`J_{n+1}=s^2J_n'+(2n+1)cJ_n`; for the two parts
    :math:`A\to(1-c^2)A'+2ncA+B` and :math:`B\to(1-c^2)B'+(2n+1)cB`.
    """
    sine_part, angle_part = [Fraction(0)], [Fraction(1)]
    for n in range(order):
        risen = _raised(sine_part, 2 * n)
        sine_part = [a + b for a, b in zip(risen, _padded(angle_part, len(risen)), strict=True)]
        angle_part = _raised(angle_part, 2 * n + 1)
    return sine_part, angle_part


def _raised(polynomial: list[Fraction], factor: int) -> list[Fraction]:
    """Return (1 - c**2) p' + factor c p."""
    length = len(polynomial) + 1
    found = [Fraction(0)] * length
    for power, coefficient in enumerate(polynomial):
        if power:
            found[power - 1] += power * coefficient
        found[power + 1] += (factor - power) * coefficient
    return found


def _padded(polynomial: list[Fraction], length: int) -> list[Fraction]:
    return polynomial + [Fraction(0)] * (length - len(polynomial))


def _next_angle(angle: FloatArray) -> FloatArray:
    """Return the angle whose cosine is kappa_1 of an angle's cosine, without cancellation at 0."""
    # theta cos(theta) - sin(theta), by its series where it cancels
    square = angle**2
    series = -angle * square / 3 * (1 - square / 10 * (1 - square / 28 * (1 - square / 54)))
    difference = np.where(angle < 0.05, series, angle * np.cos(angle) - np.sin(angle))
    gap = 2 * np.sin(angle / 2) ** 2 + difference / np.pi
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(gap / 2, 0, 1))))


def _depth(value: Number) -> int:
    number = read_count("depth", value)
    if number > _LARGEST_DEPTH:
        raise ValueError(
            f"`depth` = {exact_text(number)} must be an integer from 1 to {_LARGEST_DEPTH}; lower it"
        )
    return number
