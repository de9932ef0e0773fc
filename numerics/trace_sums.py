r"""The trace sum: the special function of power-law spectra, at any precision and any size."""

from __future__ import annotations

import math
from typing import Literal, overload

import mpmath

from .arithmetic import Ball, number, proven, to_mpf, working_precision
from .enclosure import Enclosure, enclosure
from .errors import DivergentSumError
from .exact import (
    Number,
    bits_for,
    count_or_infinite,
    digit_count,
    exact_text,
    nonnegative,
    positive_exponent,
    power_count,
    real_exponent,
)
from .integrals import Moment
from .trace_family import trace_family


@overload
def trace_sum(
    decay: Number,
    kappa: Number,
    *,
    shift: Number = 0,
    power: Number = 1,
    size: Number = math.inf,
    digits: int = 15,
    rigorous: Literal[False] = False,
) -> mpmath.mpf: ...


@overload
def trace_sum(
    decay: Number,
    kappa: Number,
    *,
    shift: Number = 0,
    power: Number = 1,
    size: Number = math.inf,
    digits: int = 15,
    rigorous: Literal[True],
) -> Enclosure: ...


@overload
def trace_sum(
    decay: Number,
    kappa: Number,
    *,
    shift: Number = 0,
    power: Number = 1,
    size: Number = math.inf,
    digits: int = 15,
    rigorous: bool,
) -> mpmath.mpf | Enclosure: ...


def trace_sum(
    decay: Number,
    kappa: Number,
    *,
    shift: Number = 0,
    power: Number = 1,
    size: Number = math.inf,
    digits: int = 15,
    rigorous: bool = False,
) -> mpmath.mpf | Enclosure:
    r"""Return the trace sum :math:`\sum_{k=1}^{M}k^{-s}(1+\kappa k^a)^{-m}`.

    Parameters
    ----------
    decay : the exponent :math:`a` of the eigenvalues, a positive number
    kappa : the renormalised ridge :math:`\kappa`, a number not smaller than 0
    shift : :math:`s`, any real number
    power : :math:`m`, an integer from 1 to 1e15
    size : the number of terms :math:`M`, an integer not smaller than 1, or inf
    digits : significant digits to be right, an integer from 1 to 1000
    rigorous : whether to return the proof with the number

    Returns
    -------
    mpmath.mpf or Enclosure
        The sum, right to `digits` digits for the arguments taken exactly; with `rigorous` an enclosure around
        that number, proven to `digits` digits at least.

    Raises
    ------
    DivergentSumError
        If `size` is inf and the sum does not converge: it does for ``shift + decay*power > 1``, and for
        ``shift > 1`` if `kappa` is 0.
    PrecisionError
        If the digits cannot be proven within the bounds on working precision and on the number of terms.
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    *What the proof rests on.* The terms up to an index of the order of `digits` are added in ball arithmetic,
    which bounds each rounding. The rest is the Euler-Maclaurin formula: its remainder is bounded by Cauchy's
    estimate of the derivatives on circles, its integral is an incomplete beta function whose series are
    cut with a bound on what is left. All bounds are part of the ball; more working precision is taken until
    the ball is narrow enough.

    *Without* `rigorous` the digits are as right: the number is the centre of the same enclosure, returned
    only after its radius is found to be below ``10**-(digits + 2)`` of it. With the rounding of the centre
    its relative error is below ``10**-digits / 50``; a ball that stays wider ends in PrecisionError.

    The cost is about that of a hundred terms at 50 digits, whatever `size` is; it grows in proportion to
    `digits` and, beyond 2, to `decay`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, sections 2.10(i) and 8.17.

    Examples
    --------
    The smallest size has one term, and at ``kappa=0`` the sum is a zeta function:

    >>> from scalinglaws.numerics import trace_sum
    >>> print(trace_sum(2, "0.25", size=1))
    0.8
    >>> import mpmath
    >>> print(mpmath.nstr(trace_sum(2, 0, shift=2, digits=30), 30))
    1.64493406684822643647241516665
    >>> print(mpmath.nstr(trace_sum("1.5", "1e-5", size=10**18, digits=30), 30))
    5209.78282834015271435948431296

    With a proof, the text holds the exact sum:

    >>> print(trace_sum("1.5", "1e-5", size=10**18, digits=8, rigorous=True))
    5209.7828283 +/- 4.02e-8
    """
    a = positive_exponent("decay", decay)
    ridge = nonnegative("kappa", kappa)
    s = real_exponent("shift", shift)
    m = power_count("power", power)
    terms = count_or_infinite("size", size)
    bits = bits_for(digit_count(digits))
    if terms == math.inf:
        if ridge == 0 and s <= 1:
            raise DivergentSumError(
                f"`size` = inf with `kappa` = 0 needs `shift` > 1, not {exact_text(s)}; choose a finite size "
                "or kappa > 0"
            )
        if s + a * m <= 1:
            raise DivergentSumError(
                f"`size` = inf needs `shift` + `decay`*`power` > 1, not {exact_text(s + a * m)}; choose a "
                "finite size"
            )
    moment = Moment(shift=s, unlearned=0, learned=m)

    def attempt(goal: int) -> tuple[Ball]:
        with working_precision(goal + 40):
            family = trace_family(a, terms, (moment,), goal)
            return (family.evaluate(number(ridge))[0],)

    (total,) = proven(attempt, list, bits, what="the trace sum")
    return enclosure(total, bits) if rigorous else to_mpf(total, bits)
