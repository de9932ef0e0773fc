r"""Kernels of a distance: Matérn, Laplace and Gaussian.

On the sphere the distance is the chord; on the torus the kernel of :math:`\mathbb R^d` is periodised,

.. math:: k(x)=\sum_{m\in\mathbb Z^d}f(|x+m|) ,

so that by Poisson's formula its eigenvalues are the spectral density of f on :math:`\mathbb Z^d`, and
positive.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
import scipy.special

from ..exact import Number, exact_text, positive
from .kernel import Kernel, check_is_manifold
from .manifold import FloatArray, Manifold, Sphere, Torus

_NEGLIGIBLE: Final = 1e-18
_MOST_IMAGES: Final = 2_000_000
_SLICE: Final = 1 << 14
_FEW: Final = 1 << 20
"""So many terms are added one by one."""

_LARGEST_SMOOTHNESS: Final = 100
_LENGTHS: Final = (Fraction(1, 10**6), Fraction(10**6))


class RadialKernel(Kernel):
    """A kernel that is a function of the distance, of value 1 at distance 0."""

    length: Fraction

    @abstractmethod
    def of_distance(self, distance: FloatArray) -> FloatArray:
        """Return the function of the distance, 1 at 0, in double precision."""

    def check_manifold(self, manifold: Manifold) -> None:
        """Raise TypeError for what is no manifold: the kernel is positive definite on each."""
        check_is_manifold(manifold)

    def at(self, manifold: Manifold, separations: FloatArray) -> FloatArray:
        """Return the kernel at given separations."""
        self.check_manifold(manifold)
        if isinstance(manifold, Sphere):
            return self.of_distance(np.asarray(separations, dtype=np.float64))
        assert isinstance(manifold, Torus)
        return self._periodised(np.asarray(separations, dtype=np.float64))

    def _periodised(self, displacements: FloatArray) -> FloatArray:
        """Return the sum over all images that doubles see."""
        wrapped = displacements - np.rint(displacements)
        dimension = wrapped.shape[-1]
        reach = 1
        # images at distance reach + 1/2 and beyond, about that many on a shell
        while (
            self.of_distance(np.array([reach + 0.5]))[0] * (2 * reach + 3) ** dimension > _NEGLIGIBLE
            and (2 * reach + 1) ** dimension <= _MOST_IMAGES
        ):
            reach += 1
        if (2 * reach + 1) ** dimension > _MOST_IMAGES:
            raise ValueError(
                f"`length` = {exact_text(self.length)} needs more than {_MOST_IMAGES} images in dimension "
                f"{dimension}; choose a shorter length or fewer dimensions"
            )
        if reach == 1 or dimension > 3 or (2 * reach + 1) ** dimension * wrapped.size < _FEW:
            return _images(self, wrapped, reach, 0)
        return _images(self, wrapped, 1, 0) + _distant(self, wrapped, reach)


def _images(kernel: RadialKernel, wrapped: FloatArray, reach: int, beyond: int) -> FloatArray:
    """Return the sum over the images in a cube but outside a smaller one, of side 0 for none."""
    total = np.zeros(wrapped.shape[:-1])
    for image in itertools.product(range(-reach, reach + 1), repeat=wrapped.shape[-1]):
        if beyond == 0 or max(map(abs, image)) > beyond:
            total += kernel.of_distance(np.sqrt(((wrapped + np.array(image)) ** 2).sum(axis=-1)))
    return total


def _distant(kernel: RadialKernel, wrapped: FloatArray, reach: int) -> FloatArray:
    """Return the sum over all but the nearest images by interpolation.

    Notes
    -----
    It is even in each coordinate, and analytic in its square far around [0, 1/4], the next image being at a
    distance of 3/2 or more: a polynomial of degree 19 in each square is right in doubles, and of degree 11
    where the kernel changes little over a period.
    """
    dimension = wrapped.shape[-1]
    coefficients = _interpolated(kernel, dimension, reach)
    flat = wrapped.reshape(-1, dimension)
    found = np.empty(len(flat))
    for start in range(0, len(flat), _SLICE):
        squares = 8 * flat[start : start + _SLICE] ** 2 - 1
        tables = np.polynomial.chebyshev.chebvander(squares, len(coefficients) - 1)
        partial = np.tensordot(tables[:, 0], coefficients, axes=1)
        for i in range(1, dimension):
            partial = np.einsum("pi,pi...->p...", tables[:, i], partial)
        found[start : start + _SLICE] = partial
    return found.reshape(wrapped.shape[:-1])


@lru_cache(maxsize=16)
def _interpolated(kernel: RadialKernel, dimension: int, reach: int) -> FloatArray:
    """Return the Chebyshev coefficients of all but the nearest images in the squares of the coordinates."""
    length = 12 if kernel.length >= Fraction(1, 4) else 20
    nodes = np.cos((np.arange(length) + 0.5) * np.pi / length)
    axis = np.sqrt((1 + nodes) / 8)
    grid = np.stack(np.meshgrid(*[axis] * dimension, indexing="ij"), axis=-1)
    coefficients = _images(kernel, grid, reach, 1)
    # the discrete cosine transform along each axis
    transform = np.polynomial.chebyshev.chebvander(nodes, length - 1).T * 2 / length
    transform[0] /= 2
    for _ in range(dimension):
        coefficients = np.tensordot(coefficients, transform, axes=([0], [1]))
    return coefficients


@dataclass(frozen=True, slots=True, init=False)
class Matern(RadialKernel):
    r"""The Matérn kernel :math:`\frac{2^{1-\nu}}{\Gamma(\nu)}z^\nu K_\nu(z)`, :math:`z=\sqrt{2\nu}\,r/\ell`.

    Parameters
    ----------
    smoothness : nu, a positive number up to 100
    length : the length l, a number from 1e-6 to 1e6, in units of the sphere's radius or the torus's period

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    At small r the kernel has a term of order :math:`r^{2\nu}` (with a logarithm for integer nu). On the torus
    it is periodised, and the eigenvalue at :math:`n\in\mathbb Z^d` is its spectral density

    .. math::

       S(n)=\frac{2^d\pi^{d/2}\Gamma(\nu+\frac d2)(2\nu)^\nu}{\Gamma(\nu)\ell^{2\nu}}
       \Bigl(\frac{2\nu}{\ell^2}+4\pi^2|n|^2\Bigr)^{-\nu-d/2} .

    On the sphere r is the chord, on which the kernel is positive definite for every nu.

    References
    ----------
    .. [1] Rasmussen, Williams, Gaussian Processes for Machine Learning, MIT Press 2006, eqs. (4.14), (4.15).

    Examples
    --------
    >>> from scalinglaws.numerics import Circle, Matern
    >>> kernel = Matern("3/2", "1/4")
    >>> kernel
    Matern(smoothness=3/2, length=1/4)
    >>> kernel.matrix(Circle(), [0, 0.5]).round(12).tolist()
    [[1.015564031106, 0.28016255141], [0.28016255141, 1.015564031106]]
    """

    smoothness: Fraction
    length: Fraction

    def __init__(self, smoothness: Number, length: Number = 1) -> None:
        order = positive("smoothness", smoothness)
        if order > _LARGEST_SMOOTHNESS:
            raise ValueError(
                f"`smoothness` = {exact_text(order)} must be a positive number up to {_LARGEST_SMOOTHNESS}; "
                "use Gaussian, its limit"
            )
        object.__setattr__(self, "smoothness", order)
        object.__setattr__(self, "length", read_length(length))

    def __repr__(self) -> str:
        return f"Matern(smoothness={exact_text(self.smoothness)}, length={exact_text(self.length)})"

    def of_distance(self, distance: FloatArray) -> FloatArray:
        """Return the function of the distance, 1 at 0, in double precision."""
        order = float(self.smoothness)
        z = math.sqrt(2 * order) * distance / float(self.length)
        if self.smoothness.denominator == 2:
            return _half_integer(int(self.smoothness - Fraction(1, 2)), z)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value = np.exp(
                (1 - order) * math.log(2)
                - math.lgamma(order)
                + order * np.log(z)
                + np.log(scipy.special.kve(order, z))
                - z
            )
        # at distances below the doubles of K the kernel is 1, far out it is 0
        return np.where(np.isfinite(value), value, np.where(z < 1, 1.0, 0.0))


@dataclass(frozen=True, slots=True, init=False)
class Laplace(Matern):
    r"""The Laplace kernel :math:`e^{-r/\ell}`, the Matérn kernel of smoothness 1/2.

    Parameters
    ----------
    length : the length l, a number from 1e-6 to 1e6, in units of the sphere's radius or the torus's period

    Raises
    ------
    TypeError, ValueError
        If `length` is no number or outside its domain.

    Examples
    --------
    On the circle it is :math:`\cosh((\frac12-t)/\ell)/\sinh(1/2\ell)`:

    >>> import math
    >>> from scalinglaws.numerics import Circle, Laplace
    >>> float(Laplace("1/2").matrix(Circle(), [0.0], [0.5])[0, 0].round(12)), round(1 / math.sinh(1), 12)
    (0.850918128239, 0.850918128239)
    """

    def __init__(self, length: Number = 1) -> None:
        object.__setattr__(self, "smoothness", Fraction(1, 2))
        object.__setattr__(self, "length", read_length(length))

    def __repr__(self) -> str:
        return f"Laplace(length={exact_text(self.length)})"


@dataclass(frozen=True, slots=True, init=False)
class Gaussian(RadialKernel):
    r"""The Gaussian kernel :math:`e^{-r^2/2\ell^2}`, whose eigenvalues fall faster than any power.

    Parameters
    ----------
    length : the length l, a number from 1e-6 to 1e6, in units of the sphere's radius or the torus's period

    Raises
    ------
    TypeError, ValueError
        If `length` is no number or outside its domain.

    Notes
    -----
    On the torus it is periodised, a product of theta functions with the eigenvalues
    :math:`(2\pi\ell^2)^{d/2}e^{-2\pi^2\ell^2|n|^2}`; on the sphere r is the chord.

    Examples
    --------
    >>> from scalinglaws.numerics import Gaussian, Sphere
    >>> Gaussian().matrix(Sphere(1), [[1, 0]], [[0, 1]]).round(15).tolist()
    [[0.367879441171442]]
    """

    length: Fraction

    def __init__(self, length: Number = 1) -> None:
        object.__setattr__(self, "length", read_length(length))

    def __repr__(self) -> str:
        return f"Gaussian(length={exact_text(self.length)})"

    def of_distance(self, distance: FloatArray) -> FloatArray:
        """Return the function of the distance, 1 at 0, in double precision."""
        return np.asarray(np.exp(-(distance**2) / (2 * float(self.length) ** 2)))

    def _periodised(self, displacements: FloatArray) -> FloatArray:
        """Return the product of theta functions, each by the faster one of its two series."""
        length = float(self.length)
        wrapped = displacements - np.rint(displacements)
        factors = np.ones_like(wrapped)
        if length < 0.4:
            factors = np.exp(-(wrapped**2) / (2 * length**2))
            for image in range(1, 5):
                factors += np.exp(-((wrapped + image) ** 2) / (2 * length**2))
                factors += np.exp(-((wrapped - image) ** 2) / (2 * length**2))
        else:
            for degree in range(1, 5):
                weight = math.exp(-2 * (math.pi * length * degree) ** 2)
                factors += 2 * weight * np.cos(2 * np.pi * degree * wrapped)
            factors *= math.sqrt(2 * math.pi) * length
        return np.asarray(factors.prod(axis=-1))


def read_length(value: Number) -> Fraction:
    """Return a length as an exact number."""
    length = positive("length", value)
    low, high = _LENGTHS
    if not low <= length <= high:
        raise ValueError(f"`length` = {exact_text(length)} must be a number from 1e-6 to 1e6; rescale it")
    return length


def _half_integer(order: int, z: FloatArray) -> FloatArray:
    """Return the Matérn function of smoothness ``order + 1/2``, an exponential times a polynomial."""
    polynomial = np.zeros_like(z)
    for i in range(order + 1):
        # from the highest power on
        weight = Fraction(math.factorial(order + i), math.factorial(i) * math.factorial(order - i))
        weight *= Fraction(math.factorial(order), math.factorial(2 * order)) * 2 ** (order - i)
        polynomial += float(weight) * z ** (order - i)
    return np.asarray(polynomial * np.exp(-z))
