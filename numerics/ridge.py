r"""The risk of random-feature ridge regression, from the fixed point of :mod:`.fixed_point`.

With :math:`\alpha=1-z/N`, :math:`\beta=1-z/T`, :math:`c=z-q` and

.. math:: S_1=\sum_kv_kw_k,\quad P=\sum_kv_kw_k^2,\qquad w_k=\frac\kappa{\lambda_k+\kappa},\ y_k=1-w_k,

.. math::

   E=\alpha\beta+c\Bigl(\frac\alpha T+\frac\beta N\Bigr),\qquad
   \text{bias}=\frac{cS_1/N+\alpha P}{E},\qquad
   \text{variance}=\frac{\sigma^2}T\,\frac{\alpha q+cz/N}{E} .

This is the deterministic equivalent :math:`R=\frac TD[(N-q)(S_1+\sigma^2)-(N-z)(S_1-P)]`, :math:`D=NTE`,
written so that every term is positive. The two small numbers :math:`\alpha,\beta` follow without cancellation
from
:math:`\alpha\beta=\delta/(T\kappa)` and :math:`\alpha-\beta=z(1/T-1/N)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, overload

from . import equivalent
from .arithmetic import Ball, infinity, number, proven, sqrt, working_precision
from .errors import InterpolationThresholdError
from .exact import Number, bits_for, digit_count, exact_text, nonnegative, positive_or_infinite
from .fixed_point import HALF_LEARNED, LEARNED, Regression, solve_kappa
from .ridge_gradient import GradientBalls, gradient_at_root, gradient_at_zero
from .ridge_point import RidgePoint, RigorousRidgePoint, SolvedBalls
from .spectrum import SQUARED_UNLEARNED_SIGNAL, UNLEARNED_SIGNAL, ModeSum, Spectrum, check_spectrum


@overload
def solve_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    ridge: Number = 0,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    gradient: bool = False,
    rigorous: Literal[False] = False,
) -> RidgePoint: ...


@overload
def solve_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    ridge: Number = 0,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    gradient: bool = False,
    rigorous: Literal[True],
) -> RigorousRidgePoint: ...


@overload
def solve_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    ridge: Number = 0,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    gradient: bool = False,
    rigorous: bool,
) -> RidgePoint | RigorousRidgePoint: ...


def solve_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    ridge: Number = 0,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    gradient: bool = False,
    rigorous: bool = False,
) -> RidgePoint | RigorousRidgePoint:
    r"""Return the fixed point and the risk of random-feature ridge regression.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, a :class:`Spectrum` such as :class:`PowerLaw`
    features : N, a positive number, or inf for kernel regression
    samples : T, a positive number, or inf for the best fit with N random features
    ridge : delta, the penalty on the sum over the samples, a number not smaller than 0
    noise : the variance of the label noise, a number not smaller than 0
    source : exponent b of the signal powers, ``k**-b`` for :class:`PowerLaw`, :class:`LogPowerLaw` and
        :class:`BrokenPowerLaw` and ``exp(-b*k)`` for :class:`Exponential`, in every mode and without the
        scale; None for the isotropic prior. Measured spectra have a signal of their own and take None alone
    digits : significant digits to be right, an integer from 1 to 1000
    gradient : whether to return derivatives and condition numbers, to as many digits; a derivative whose
        logarithmic one is below 10 to minus three times `digits` may be returned as 0
    rigorous : whether to return the proof with the numbers

    Returns
    -------
    RidgePoint or RigorousRidgePoint
        kappa, df1, df2, df3, risk, excess, bias, variance, gradient; with `rigorous` as enclosures around
        those numbers, each proven to `digits` digits at least, save negligible derivatives.

    Raises
    ------
    InterpolationThresholdError
        Without ridge, if `features` equals `samples` below the size of the spectrum, or with label noise if
        `samples` equals that size: the risk is infinite there. With `gradient` also where `features` or
        `samples` equals the size without ridge: kappa has no derivatives there.
    DivergentSumError
        If the data or the signal has infinite power.
    PrecisionError
        If the digits cannot be proven within the bound on working precision.
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    The model is :math:`x\sim\mathcal N(0,\mathrm{diag}\,\lambda)`, :math:`y=\theta\cdot x+\epsilon`,
    :math:`\phi=Fx` with :math:`F_{nk}\sim\mathcal N(0,1/N)`, and
    :math:`\hat w=\arg\min\sum_{t\le T}(y_t-w\cdot\phi_t)^2+\delta|w|^2`. With
    :math:`z=\sum_k\lambda_k/(\lambda_k+\kappa)`, :math:`\kappa` is the only solution of

    .. math:: \delta N=\kappa\,(N-z)(T-z),\qquad z<\min(N,T);

    without ridge :math:`z=\min(N,T)`, or :math:`\kappa=0` where all modes fit. The risk is the deterministic
    equivalent for N and T large against one; it is within 1-3% of simulations at :math:`N,T\ge60`, except
    next to the interpolation threshold.

    *What the proof rests on.* The equation for :math:`\kappa` is monotone. An interval Newton step, whose
    sums are enclosed as those of :func:`trace_sum`, falls into the interval that it started from; at the ends
    of that interval the equation so has opposite signs, and the root is inside. All else is evaluated in ball
    arithmetic on it, and more working precision is taken until the balls are narrow enough. Proven are the
    numbers of the model's deterministic equivalent, not its distance from a finite sample.

    *Without* `rigorous` the digits are as right: the numbers are the centres of the same enclosures, returned
    only after the radius of each is found to be below ``10**-(digits + 2)`` of it, as in :func:`trace_sum`.

    References
    ----------
    .. [1] Maloney, Roberts, Sully, A Solvable Model of Neural Scaling Laws, arXiv:2210.16859.
    .. [2] Simon et al., More is Better: when infinite overparameterization is optimal, arXiv:2311.14646.

    Examples
    --------
    Without ridge the learned modes fill the smaller of the two resources:

    >>> from scalinglaws.numerics import PowerLaw, solve_ridge
    >>> point = solve_ridge(PowerLaw(2, size=6000), features=100, samples=400)
    >>> print(point.kappa, point.df1)
    0.000240963335430771 100.0
    >>> print(solve_ridge(PowerLaw(2, size=30), features=40, samples=90, noise="0.5").risk)
    0.75

    With one mode, kappa and its derivatives can be rational:

    >>> point = solve_ridge(PowerLaw(2, size=1), features="inf", samples="1.5", ridge=1, gradient=True)
    >>> print(point.kappa, point.gradient.kappa["ridge"], point.gradient.kappa["samples"])
    1.0 0.8 -0.8
    """
    problem, sigma2, exponent = read_arguments(spectrum, features, samples, ridge, noise, source)
    solved = solve_balls(problem, sigma2, exponent, bits_for(digit_count(digits)), gradient=gradient)
    return solved.enclosed() if rigorous else solved.rounded()


def solve_balls(
    problem: Regression, noise: Fraction, source: Fraction | None, bits: int, *, gradient: bool = False
) -> SolvedBalls:
    """Return the solution of an exact problem, proven to `bits` bits."""
    exact = _without_fixed_point(problem, noise, source, bits)
    if exact is not None:
        return _with_gradient_at_zero(exact, problem, noise, source) if gradient else exact

    def attempt(goal: int) -> tuple[RiskBalls, GradientBalls | None]:
        kappa = solve_kappa(problem, goal)
        with working_precision(goal + 40):
            solved = risk_at_root(problem, kappa, noise, source, goal)
            if not gradient:
                return solved, None
            risk = solved.bias + solved.variance + number(noise)
            return solved, gradient_at_root(problem, solved.point, risk, noise, source, goal)

    def balls(value: tuple[RiskBalls, GradientBalls | None]) -> list[Ball]:
        solved, slopes = value
        return solved.all() if slopes is None else [*solved.all(), *slopes.all(bits)]

    solved, slopes = proven(attempt, balls, bits, what="the risk")
    return replace(solved.solution(noise, bits), slopes=slopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskBalls:
    """What is proven of a RidgePoint, as balls, and the equivalent that it comes from."""

    kappa: Ball
    df1: Ball
    df2: Ball
    df3: Ball
    bias: Ball
    variance: Ball
    point: equivalent.Equivalent[Ball]

    def all(self) -> list[Ball]:
        """Return all balls; sums of positive numbers need no digits of their own."""
        return [self.kappa, self.df1, self.df2, self.df3, self.bias, self.variance]

    def solution(self, noise: Fraction, bits: int) -> SolvedBalls:
        """Return all figures, the risk and the excess included."""
        with working_precision(bits + 20):
            excess = self.bias + self.variance
            risk = excess + number(noise)
        return SolvedBalls(
            figures={
                "kappa": self.kappa,
                "df1": self.df1,
                "df2": self.df2,
                "df3": self.df3,
                "risk": risk,
                "excess": excess,
                "bias": self.bias,
                "variance": self.variance,
            },
            bits=bits,
        )


def read_arguments(
    spectrum: Spectrum, features: Number, samples: Number, ridge: Number, noise: Number, source: Number | None
) -> tuple[Regression, Fraction, Fraction | None]:
    """Return the exact problem, noise and source, or raise what is wrong with them."""
    check_spectrum(spectrum)
    exponent = spectrum.check_source(source)
    problem = Regression(
        spectrum=spectrum,
        features=positive_or_infinite("features", features),
        samples=positive_or_infinite("samples", samples),
        ridge=nonnegative("ridge", ridge),
    )
    sigma2 = nonnegative("noise", noise)
    spectrum.check_finite(exponent)
    return problem, sigma2, exponent


def risk_at_root(
    problem: Regression,
    kappa: Ball,
    noise: Fraction,
    source: Fraction | None,
    goal: int,
    vacancies: tuple[Ball, Ball] | None = None,
) -> RiskBalls:
    """Return everything at a ball that contains the root kappa.

    Where the ridge is not what is given, `vacancies` are ``1 - z/N`` and ``1 - z/T`` there.
    """
    sums = [LEARNED, ModeSum(unlearned=0, learned=2), ModeSum(unlearned=0, learned=3), HALF_LEARNED]
    isotropic = problem.spectrum.is_isotropic(source)
    if not isotropic:
        sums += [UNLEARNED_SIGNAL, SQUARED_UNLEARNED_SIGNAL]
    z, q, s, c, *signal = problem.spectrum.evaluator(sums, source, goal)(kappa)
    first, second = (kappa * z, kappa * c) if isotropic else signal
    n, t = number(problem.inverse_features), number(problem.inverse_samples)
    if vacancies is None:
        alpha, beta = _vacancies(problem, kappa, z)
        if problem.ridge_per_sample == 0 and isinstance(problem.narrowest, Fraction):
            z = number(problem.narrowest)
    else:
        alpha, beta = vacancies
    point = equivalent.Equivalent(
        inverse_features=n,
        inverse_samples=t,
        signed_gap=number(problem.inverse_samples - problem.inverse_features),
        kappa=kappa,
        z=z,
        q=q,
        c=c,
        first=first,
        second=second,
        alpha=alpha,
        beta=beta,
    )
    return RiskBalls(
        kappa=kappa,
        df1=z,
        df2=q,
        df3=s,
        bias=point.bias,
        variance=number(noise) * t * point.spread,
        point=point,
    )


def _vacancies(problem: Regression, kappa: Ball, z: Ball) -> tuple[Ball, Ball]:
    """Return alpha = 1 - z/N and beta = 1 - z/T at the root, without cancellation."""
    n, t = problem.inverse_features, problem.inverse_samples
    if problem.ridge_per_sample == 0:
        # z = min(N, T) and one of the two vanishes exactly; the other is one minus a ratio of N and T
        return (number(0), number(1 - t / n)) if n >= t else (number(1 - n / t), number(0))
    larger, smaller = equivalent.vacancies(
        number(abs(t - n)), number(problem.ridge_per_sample) / kappa, z, sqrt
    )
    return (larger, smaller) if t >= n else (smaller, larger)


def _without_fixed_point(
    problem: Regression, noise: Fraction, source: Fraction | None, bits: int
) -> SolvedBalls | None:
    """Return the point where kappa is exactly 0, None elsewhere, and raise where the risk is infinite."""
    size, samples = problem.spectrum.size, problem.samples
    if problem.ridge_per_sample:
        return None
    if not problem.is_interpolating and problem.narrowest != math.inf:
        if problem.features == samples:
            raise InterpolationThresholdError(
                f"`features` = `samples` = {exact_text(samples)} with `ridge` = 0 is the interpolation "
                "threshold, where the risk is infinite; choose ridge > 0 or other sizes"
            )
        return None
    variance = Fraction(0)
    if noise and isinstance(samples, Fraction):
        if samples == size:
            raise InterpolationThresholdError(
                f"`samples` = {exact_text(samples)} equal to the size of the spectrum with `ridge` = 0 and "
                "`noise` > 0 has infinite risk; choose ridge > 0 or more samples"
            )
        variance = noise * Fraction(size) / (samples - Fraction(size))
    with working_precision(bits + 60):
        zero = number(0)
        modes = infinity() if isinstance(size, float) else number(size)
        bias = zero
        if not problem.spectrum.is_isotropic(source):
            # signal in modes whose eigenvalue vanishes is never learned
            (bias,) = problem.spectrum.evaluator([UNLEARNED_SIGNAL], source, bits + 20)(zero)
        figures = {
            "kappa": zero,
            "df1": modes,
            "df2": modes,
            "df3": modes,
            "risk": number(noise + variance) + bias,
            "excess": number(variance) + bias,
            "bias": bias,
            "variance": number(variance),
        }
    return SolvedBalls(figures=figures, bits=bits)


def _with_gradient_at_zero(
    solved: SolvedBalls, problem: Regression, noise: Fraction, source: Fraction | None
) -> SolvedBalls:
    """Add the derivatives where kappa is exactly 0, or raise where there are none."""
    size = problem.spectrum.size
    if problem.narrowest == size != math.inf:
        raise InterpolationThresholdError(
            f"`features` or `samples` = {exact_text(size)} equal to the size of the spectrum with "
            "`ridge` = 0 has no derivatives; choose ridge > 0 or other sizes"
        )

    def attempt(goal: int) -> GradientBalls:
        with working_precision(goal + 40):
            return gradient_at_zero(problem, noise, source, goal)

    slopes = proven(attempt, lambda balls: balls.all(solved.bits), solved.bits, what="the gradient")
    return replace(solved, slopes=slopes)
