"""The ridge that minimises the risk."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Literal, overload

from .arithmetic import Ball, exp, number, proven, to_mpf, working_precision
from .enclosure import enclosure
from .errors import ConvergenceError
from .exact import Number, bits_for, digit_count
from .fixed_point import Regression
from .optimum_search import OptimumSearch
from .ridge import RiskBalls, read_arguments, solve_balls
from .ridge_point import OptimalRidge, RigorousOptimalRidge, SolvedBalls
from .spectrum import Spectrum


@overload
def optimal_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    rigorous: Literal[False] = False,
) -> OptimalRidge: ...


@overload
def optimal_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    rigorous: Literal[True],
) -> RigorousOptimalRidge: ...


@overload
def optimal_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    rigorous: bool,
) -> OptimalRidge | RigorousOptimalRidge: ...


def optimal_ridge(
    spectrum: Spectrum,
    *,
    features: Number,
    samples: Number,
    noise: Number = 0,
    source: Number | None = None,
    digits: int = 15,
    rigorous: bool = False,
) -> OptimalRidge | RigorousOptimalRidge:
    r"""Return the ridge that minimises the risk of :func:`solve_ridge`, with the regression solved there.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, a :class:`Spectrum` such as :class:`PowerLaw`
    features : N, a positive number or inf
    samples : T, a positive number or inf
    noise : the variance of the label noise, a number not smaller than 0
    source : exponent b of the signal powers ``k**-b``; None for the isotropic prior or the spectrum's own
    signal
    digits : significant digits to be right, an integer from 1 to 1000
    rigorous : whether to return the proof with the numbers

    Returns
    -------
    OptimalRidge or RigorousOptimalRidge
        The ridge and the point; a ridge of 0 where none is best, and where the risk does not depend on it
        (``samples=inf``). With `rigorous` as enclosures around those numbers, each proven to `digits` digits
        at least.

    Raises
    ------
    DivergentSumError
        If the data or the signal has infinite power.
    PrecisionError
        If the digits cannot be proven within the bound on working precision.
    TypeError, ValueError
        If an argument is no number or outside its domain, or the signal is zero.

    Notes
    -----
    Only ridges not smaller than 0 are considered. For the isotropic prior without noise the condition is
    :math:`(z-q)^3=(q-s)(N-z)(T-z)` with :math:`q=\mathrm{df}_2`, :math:`s=\mathrm{df}_3`.

    *What the proof rests on.* A minimum is enclosed by a change of sign of the derivative of the risk, whose
    sign at both ends ball arithmetic proves; everything else is evaluated on that interval. Where features
    are infinite and the signal is proportional to the eigenvalues, the ridge is known exactly. That no other
    minimum is lower is not part of the proof: it rests on a grid in log(kappa) of step 1/4, beyond whose end
    a bound excludes minima, and on values at the minima that are compared to some 24 digits.

    *Without* `rigorous` the digits are as right: the numbers are the centres of the same enclosures, returned
    only after the radius of each is found to be below ``10**-(digits + 2)`` of it, as in :func:`trace_sum`.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw, optimal_ridge
    >>> best = optimal_ridge(PowerLaw(2, size=6000), features=100, samples=400)
    >>> print(best.ridge, best.risk)
    0.023872321402563 0.0301352866985603
    """
    problem, sigma2, exponent = read_arguments(spectrum, features, samples, 0, noise, source)
    ridge, solved = _optimum(problem, sigma2, exponent, bits_for(digit_count(digits)))
    if rigorous:
        return RigorousOptimalRidge(ridge=enclosure(ridge, solved.bits), point=solved.enclosed())
    return OptimalRidge(ridge=to_mpf(ridge, solved.bits), point=solved.rounded())


def _optimum(
    problem: Regression, noise: Fraction, source: Fraction | None, bits: int
) -> tuple[Ball, SolvedBalls]:
    """Return the best ridge of an exact problem and the solution there."""
    spectrum = problem.spectrum
    if problem.samples == math.inf or (problem.is_interpolating and noise == 0):
        return number(0), solve_balls(problem, noise, source, bits)
    if not spectrum.has_signal(source):
        raise ValueError(
            "`signal` is 0 in every mode and must be positive somewhere: no finite ridge is optimal"
        )
    ratio = spectrum.signal_ratio(source)
    if problem.features == math.inf and ratio is not None:
        # the kernel estimator is then the posterior mean, and its ridge the noise in units of the prior
        exact = noise / ratio
        with working_precision(bits + 10):
            ridge = number(exact)
        return ridge, solve_balls(replace(problem, ridge=exact), noise, source, bits)
    search = OptimumSearch(problem, noise, source)
    rises, brackets = search.scan()
    best: tuple[Ball, Ball] | None = None
    for low, high in brackets:
        found = search.refine(low, high, 40)
        if best is None or search.excess_at(*found) < search.excess_at(*best):
            best = found
    if rises:
        end = solve_balls(problem, noise, source, bits)
        if best is None or search.excess_at(*best) > end.figures["excess"].mid():
            return number(0), end
    if best is None:
        raise ConvergenceError("the risk has no minimum between the ridgeless end and the end of the scan")
    chosen = best

    def attempt(goal: int) -> tuple[Ball, RiskBalls]:
        low, high = search.refine(*chosen, goal)
        with working_precision(goal + 40):
            kappa = exp(low.union(high))
            return search.at(kappa, goal)

    ridge, solved = proven(attempt, lambda found: [found[0], *found[1].all()], bits, what="the optimal ridge")
    return ridge, solved.solution(noise, bits)
