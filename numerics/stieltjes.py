r"""The Stieltjes transform and the density of the limiting spectrum of a random-feature kernel."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath

from .arithmetic import Ball, pi, proven, to_mpf, working_precision
from .complex_arithmetic import ComplexBall, to_mpc
from .complex_roots import Guess, RootFinder, Target
from .exact import Number, bits_for, digit_count, rational
from .random_matrix import Matrix, Place, read_ensemble
from .spectrum import Spectrum

_UNPROVEN = Ball("nan")


def stieltjes(
    spectrum: Spectrum,
    zeta: Any,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
    digits: int = 15,
) -> mpmath.mpc:
    r"""Return the Stieltjes transform :math:`m(\zeta)=\int\frac{\rho(dx)}{x-\zeta}` of the limiting spectrum.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, a :class:`Spectrum` such as :class:`PowerLaw`
    zeta : a complex number off the support; on the real axis outside of it and not 0
    features : N, a number from 1e-30 to 1e30, or inf for the kernel matrix of the data themselves
    samples : T, a number from 1e-30 to 1e30, or inf for the covariance of the features over the whole
    population matrix : "kernel" for the T x T matrix :math:`\Phi\Phi^T/T`, "covariance" for the N x N
        :math:`\Phi^T\Phi/T`
    digits : significant digits of the complex number to be right, an integer from 1 to 1000

    Raises
    ------
    DivergentSumError
        If the data have infinite power.
    PrecisionError
        If the digits cannot be proven within the bound on working precision, or zeta is real and so near to
        an edge that its side of it cannot be told.
    TypeError, ValueError
        If an argument is no number or outside its domain, in particular zeta in the support.

    Notes
    -----
    The rows of :math:`\Phi` are :math:`\phi=Fx` with :math:`F_{nk}\sim\mathcal N(0,1/N)` and
    :math:`x\sim\mathcal N(0,\mathrm{diag}\,\lambda)`. With :math:`z=\sum_k\lambda_k/(\lambda_k+\kappa)`,

    .. math:: -\zeta=\kappa\Bigl(1-\frac zN\Bigr)\Bigl(1-\frac zT\Bigr),\qquad
       m_T=\frac{1-z/T}{-\zeta},\quad m_N=\frac{1-z/N}{-\zeta} .

    It is the limit of large N and T, within O(1/N) of averages over finite matrices. Which of the many roots
    is meant is proven by inequalities, see :mod:`.random_matrix`; sums, root and rounding are enclosed.

    Examples
    --------
    One eigenvalue of multiplicity T is the law of Marchenko and Pastur, :math:`m^2\zeta+m\zeta+1=0`:

    >>> from scalinglaws.numerics import Degenerate, stieltjes
    >>> print(stieltjes(Degenerate([1], [7]), "-0.5", features="inf", samples=7))
    (1.0 + 0.0j)
    """
    ensemble = read_ensemble(spectrum, features, samples, matrix)
    real, imaginary = _complex_rational("zeta", zeta)
    if not real and not imaginary:
        raise ValueError("`zeta` = 0 must lie off the support and off 0; move it")
    bits = bits_for(digit_count(digits))
    target = Target(real=real, imaginary=abs(imaginary))
    finder = RootFinder(ensemble)
    guess = finder.guess(target)
    if not imaginary and not guess.real:
        raise ValueError(
            f"`zeta` = {float(real):.6g} lies in the support, where the transform jumps; add an imaginary "
            "part or call spectral_density"
        )

    def value(here: Place) -> ComplexBall:
        found = 1 / here.mu
        return found.conjugate() if imaginary < 0 else found

    return to_mpc(_refined(finder, target, guess, bits, value, what="the transform"), bits)


def spectral_density(
    spectrum: Spectrum,
    x: Number,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
    digits: int = 15,
) -> mpmath.mpf:
    r"""Return the density :math:`\rho(x)` of the limiting spectrum at a point, without what is at 0.

    Parameters
    ----------
    spectrum, features, samples, matrix : as in :func:`stieltjes`
    x : a real number other than 0
    digits : significant digits to be right, an integer from 1 to 1000

    Raises
    ------
    DivergentSumError, PrecisionError, TypeError, ValueError
        As :func:`stieltjes`.

    Notes
    -----
    :math:`\rho(x)=\frac1\pi\mathrm{Im}\,m(x+i0)`, from the complex root at x itself; outside the support it
    is exactly 0. Its integral is 1 less the share of eigenvalues that are 0 (see :func:`spectral_edges`).

    Examples
    --------
    >>> from scalinglaws.numerics import Degenerate, PowerLaw, spectral_density
    >>> import mpmath
    >>> wigner = spectral_density(Degenerate([1], [7]), 2, features="inf", samples=7)
    >>> print(wigner * 2 * mpmath.pi)
    1.0
    >>> print(spectral_density(PowerLaw("1.5"), "0.02", features=300, samples=200))
    2.66020199038327
    """
    ensemble = read_ensemble(spectrum, features, samples, matrix)
    place = rational("x", x, "a real number other than 0")
    bits = bits_for(digit_count(digits))
    if not place:
        raise ValueError("`x` = 0 must be another real number: eigenvalues may pile up at 0; move it")
    return density_at(RootFinder(ensemble), place, bits)


def density_at(finder: RootFinder, x: Fraction, bits: int) -> mpmath.mpf:
    """Return the density at an exact place other than 0, proven to `bits` bits."""
    if x < 0:
        return mpmath.mpf(0)
    target = Target(real=x, imaginary=Fraction(0))
    guess = finder.guess(target)
    if guess.real:
        return mpmath.mpf(0)

    def value(here: Place) -> Ball:
        return (1 / here.mu).imag / pi()

    return to_mpf(_refined(finder, target, guess, bits, value, what="the density"), bits)


def _refined(finder: RootFinder, target: Target, guess: Guess, bits: int, value: Any, *, what: str) -> Any:
    """Return what `value` makes of the root, proven to `bits` bits."""

    def attempt(goal: int) -> Any:
        found = finder.root(target, guess, goal)
        if found is None:
            return _UNPROVEN
        with working_precision(goal + 40):
            return value(found)

    return proven(attempt, lambda ball: [ball], bits, what=what)


def _complex_rational(name: str, value: Any) -> tuple[Fraction, Fraction]:
    """Return the parts of a complex number of any kind that has them, exactly."""
    domain = "a complex number"
    if isinstance(value, (complex, mpmath.mpc)) or type(value).__module__ == "numpy":
        return rational(name, value.real, domain), rational(name, value.imag, domain)
    return rational(name, value, domain), Fraction(0)
