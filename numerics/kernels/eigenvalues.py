r"""Exact eigenvalues of kernels with their multiplicities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import mpmath

from ..arithmetic import Ball, proven, to_mpf, working_precision
from ..enclosure import Enclosure, enclosure
from ..exact import Number, bits_for, digit_count, exact_text
from ..exact import count as read_count
from .deep_levels import DeepLevels
from .kernel import Kernel, check_is_kernel
from .levels import Levels
from .manifold import Circle, Manifold, Sphere
from .matern_levels import MaternLevels
from .networks import ArcCosine, ReLUNNGP, ReLUNTK
from .radial import Gaussian, Matern
from .sobolev import CircleSobolev
from .sphere_levels import ArcCosineLevels, GaussianLevels, TangentLevels
from .torus_levels import GaussianTorusLevels, MaternTorusLevels, SobolevLevels

_MOST_LEVELS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelLevel:
    r"""One eigenvalue of a kernel.

    Parameters
    ----------
    degree : l of the spherical harmonics on the sphere, the frequency n on the circle, and :math:`|n|^2` on a
        torus of more dimensions
    multiplicity : the number of independent eigenfunctions
    eigenvalue : of the integral operator with the uniform probability measure; an mpf, or the enclosure of
        one if asked for
    """

    degree: int
    multiplicity: int
    eigenvalue: mpmath.mpf | Enclosure


def kernel_eigenvalues(
    kernel: Kernel, manifold: Manifold, count: Number, *, digits: int = 15, rigorous: bool = False
) -> tuple[KernelLevel, ...]:
    r"""Return the first eigenvalues of a kernel, by increasing degree, with their multiplicities.

    Parameters
    ----------
    kernel : a kernel such as :class:`Matern`
    manifold : :class:`Circle`, :class:`Torus` or :class:`Sphere`
    count : how many levels, an integer from 1 to 1e5
    digits : significant digits to be right, an integer from 1 to 1000
    rigorous : whether to return proven enclosures

    Raises
    ------
    PrecisionError
        If the digits cannot be proven within the bounds on working precision.
    TypeError, ValueError
        If an argument is of the wrong type or outside its domain, or the kernel is not positive definite on
        the manifold.

    Notes
    -----
    The eigenvalues are those of :math:`f\mapsto\int k(\cdot,y)f(y)dy` with the uniform probability measure;
    times their multiplicities they sum to the kernel at coinciding points. Those that vanish are listed as 0.

    References
    ----------
    .. [1] F. Bach, Breaking the curse of dimensionality with convex neural networks, JMLR 18 (2017), app. D.

    Examples
    --------
    >>> from scalinglaws.numerics import ArcCosine, Circle, CircleSobolev, Sphere, kernel_eigenvalues
    >>> for level in kernel_eigenvalues(ArcCosine(1), Sphere(2), 4):
    ...     print(level.degree, level.multiplicity, level.eigenvalue)
    0 1 0.375
    1 3 0.166666666666667
    2 5 0.0234375
    3 7 0.0
    >>> print(kernel_eigenvalues(CircleSobolev(1), Circle(), 3)[2].eigenvalue)
    0.25
    """
    levels = kernel_levels(kernel, manifold)
    number = read_count("count", count)
    if number > _MOST_LEVELS:
        raise ValueError(
            f"`count` = {exact_text(number)} must be an integer from 1 to {_MOST_LEVELS}; list fewer levels"
        )
    bits = bits_for(digit_count(digits))
    found: list[KernelLevel] = []
    degree = 0
    while len(found) < number:
        many = levels.multiplicity(degree)
        if many:
            ball = _proven(levels, degree, bits)
            value = enclosure(ball, bits) if rigorous else to_mpf(ball, bits)
            found.append(KernelLevel(degree=degree, multiplicity=many, eigenvalue=value))
        degree += 1
    return tuple(found)


@lru_cache(maxsize=64)
def kernel_levels(kernel: Kernel, manifold: Manifold) -> Levels:
    """Return the exact eigenvalues of a kernel on a manifold that it is positive definite on."""
    check_is_kernel("kernel", kernel)
    kernel.check_manifold(manifold)
    d = manifold.dimension
    if isinstance(kernel, CircleSobolev):
        return SobolevLevels(1, kernel.order)
    if isinstance(kernel, Matern):
        if isinstance(manifold, Sphere):
            return MaternLevels(d, kernel.smoothness, kernel.length)
        return MaternTorusLevels(d, kernel.smoothness, kernel.length)
    if isinstance(kernel, Gaussian):
        if isinstance(manifold, Sphere):
            return GaussianLevels(d, kernel.length)
        return GaussianTorusLevels(d, kernel.length)
    assert isinstance(manifold, (Circle, Sphere))
    if isinstance(kernel, ArcCosine):
        return ArcCosineLevels(d, kernel.order)
    if isinstance(kernel, (ReLUNNGP, ReLUNTK)):
        tangent = isinstance(kernel, ReLUNTK)
        if kernel.depth == 1:
            return TangentLevels(d) if tangent else ArcCosineLevels(d, 1)
        return DeepLevels(d, kernel.depth, tangent)
    raise TypeError(
        f"`kernel` is a {type(kernel).__name__}, whose eigenvalues are not known here; choose another"
    )


def _proven(levels: Levels, degree: int, bits: int) -> Ball:
    def attempt(goal: int) -> list[Ball]:
        with working_precision(goal + 10):
            return [levels.eigenvalue(degree)]

    (ball,) = proven(
        attempt,
        lambda balls: [ball for ball in balls if not ball.is_zero()],
        bits,
        what=f"the eigenvalue of degree {degree}",
    )
    return ball
