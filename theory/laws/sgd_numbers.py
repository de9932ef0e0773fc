r"""Numbers of one-pass SGD for the checks of its laws, to any number of digits.

Modes are summed by `numerics.heat_sum`; what the steps of a schedule make of a mode is expanded about
$e^{-2t\lambda}$
in powers of the eigenvalue, each of which is a heat sum with another shift, and stages are added one by one.
No formula of a law is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import TypeAlias

import mpmath
from mpmath import mpf

from ... import numerics
from ...numerics.arithmetic import gauss_legendre, to_mpf, working_precision

#: Step sizes and how many steps have them.
Stages: TypeAlias = tuple[tuple[Fraction, int], ...]
#: Terms of the expansion of descent in the eigenvalue; fewer are needed for any digits asked for here.
_MOST_TERMS = 200


@cache
def heat(decay: Fraction, time: Fraction, shift: Fraction, digits: int) -> mpf:
    """Return a heat sum, or its continuation in the shift."""
    return numerics.heat_sum(decay, time, shift=shift, continued=True, digits=digits)


def zeta(argument: Fraction) -> mpf:
    """Return the zeta function at the working precision."""
    return mpmath.zeta(mpf(argument.numerator) / argument.denominator)


def number(value: Fraction) -> mpf:
    """Return a rational at the working precision."""
    return mpf(value.numerator) / value.denominator


def geometric_stages(step_size: Fraction, halvings: int) -> Stages:
    """Return the geometric schedule of $2^p$ steps with p a power of 2, without a bound on p.

    >>> geometric_stages(Fraction(1, 2), 4)[-2:]
    ((Fraction(1, 16), 4), (Fraction(1, 32), 1))
    """
    length = 2**halvings // halvings
    sizes = [step_size / 2**level for level in range(halvings + 1)]
    return tuple(zip(sizes, (length - 1, *[length] * (halvings - 1), 1), strict=True))


def time_of(stages: Stages) -> Fraction:
    """Return the sum of all step sizes."""
    return sum((size * steps for size, steps in stages), Fraction(0))


def left_by_steps(decay: Fraction, source: Fraction, stages: Stages, digits: int) -> mpf:
    r"""Return $\sum_kv_k\prod_t(1-\gamma_t\lambda_k)^2$.

    With the moments $M_i=\sum_t\gamma_t^i$ a mode keeps
    $e^{-2M_1\lambda}\exp(-\sum_{i\ge2}\frac2iM_i\lambda^i)$.
    """
    with mpmath.workdps(digits + 10):
        time = 2 * time_of(stages)
        total, smallest = mpf(0), mpf(10) ** -(digits + 5)
        for power, factor in enumerate(_expanded(stages)):
            term = factor * heat(decay, time, source + decay * power, digits + 10)
            total += term
            # odd terms are of the order of the next even ones
            if power > 1 and abs(term) < smallest * abs(total):
                return total
    raise ArithmeticError(f"the expansion of descent in the eigenvalue needs more than {_MOST_TERMS} terms")


def _expanded(stages: Stages) -> Iterator[mpf]:
    """Yield the Taylor coefficients of a mode over its leading exponential, by the recursion of exp."""
    found = [mpf(1)]
    yield found[0]
    slopes = [mpf(0), mpf(0)]
    for power in range(1, _MOST_TERMS):
        if power > 1:
            moment = sum((steps * size**power for size, steps in stages), Fraction(0))
            slopes.append(-2 * number(moment))
        # i times the coefficient of lambda^i in the exponent is -2 M_i
        found.append(mpmath.fsum(slopes[i] * found[power - i] for i in range(1, power + 1)) / power)
        yield found[power]


def noise_of_stage(decay: Fraction, reach: Fraction, digits: int) -> mpf:
    r"""Return $2\int_y^{2y}\sum_k\lambda_k^2e^{-2s\lambda_k}ds$: noise of one stage, by Gauss' rule.

    Noise enters with $\gamma_l^2\lambda_k^2$ a step, when $s$ of the time is left, from $2y$ down to $y$.
    """
    with mpmath.workdps(digits + 10):
        middle, half = Fraction(3, 2) * reach, reach / 2
        total = mpf(0)
        for place, weight in _nodes(digits):
            total += weight * heat(decay, 2 * (middle + half * place), 2 * decay, digits + 10)
        return 2 * number(half) * total


@cache
def _nodes(digits: int) -> list[tuple[Fraction, mpf]]:
    r"""Return the nodes of Gauss' rule, rounded to rationals, and its weights.

    On [y, 2y] a function that is singular at 0 converges like $(3+\sqrt8)^{-2m}$ in the number m of nodes.
    """
    count = math.ceil((digits + 10) / (2 * math.log10(3 + math.sqrt(8)))) + 2
    with working_precision(4 * digits + 100):
        pairs = gauss_legendre(count)
        return [(_exact(to_mpf(x, 4 * digits + 60)), to_mpf(w, 4 * digits + 60)) for x, w in pairs]


def _exact(value: mpf) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    fraction = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -fraction if sign else fraction


def noise_of_stages(decay: Fraction, reach: Fraction, digits: int) -> mpf:
    r"""Return $\sum_{l\ge0}2^{-l}(H(2^{1-l}y)-H(2^{2-l}y))$, the heat sums with shift a.

    Where the time is below 1/8, the exponentials are expanded and each power is a geometric series.
    """
    with mpmath.workdps(digits + 10):
        total, level = mpf(0), 0
        y = reach
        while y > Fraction(1, 8):
            first, second = (heat(decay, times * y, decay, digits + 20) for times in (2, 4))
            total += (first - second) / 2**level
            y, level = y / 2, level + 1
        series, power = mpf(0), 1
        while True:
            size = number(y) ** power * zeta(decay * (power + 1)) / mpmath.factorial(power)
            if size * 4**power < mpf(10) ** -(digits + 10):
                return total + series / 2**level
            stages = 1 / (1 - mpf(2) ** -(1 + power))
            series += (-1) ** (power + 1) * (4**power - 2**power) * size * stages
            power += 1


def averaged_signal(decay: Fraction, source: Fraction, time: Fraction, digits: int) -> mpf:
    r"""Return $\sum_kv_k(1-e^{-y_k})^2/y_k^2$, $y_k=t\lambda_k$."""
    with mpmath.workdps(digits + 10):
        shift = source - 2 * decay
        sums = [heat(decay, m * time, shift, digits + 30) for m in (1, 2)]
        return (zeta(shift) - 2 * sums[0] + sums[1]) / number(time) ** 2


def averaged_noise(decay: Fraction, time: Fraction, digits: int) -> mpf:
    r"""Return $\sum_k\frac1{y_k}\int_0^{y_k}(1-e^{-v})^2dv$, $y_k=t\lambda_k$."""
    with mpmath.workdps(digits + 10):
        sums = [heat(decay, m * time, -decay, digits + 60) for m in (1, 2)]
        over = -mpf(3) / 2 * zeta(-decay) + 2 * sums[0] - sums[1] / 2
        return mpf(-1) / 2 + over / number(time)


@cache
def harmonics(digits: int) -> tuple[mpf, mpf]:
    r"""Return mean and relative height of the first harmonic of $\sum_{l\in\mathbb Z}g(2^ly)$ in $\log_2y$.

    $g(y)=\frac y2(e^{-2y}-e^{-4y})$; the trapezoidal rule over a period, with aliases below $10^{-90}$.
    """
    points = 16 if digits <= 60 else 2 * digits
    with mpmath.workdps(digits + 20):
        values = []
        for place in range(points):
            y = mpf(2) ** (mpf(place) / points) * mpf(2) ** math_level(digits)
            total = mpf(0)
            while y > mpf(10) ** (-digits // 2 - 15):
                total += y / 2 * (mpmath.exp(-2 * y) - mpmath.exp(-4 * y))
                y /= 2
            values.append(total)
        mean = mpmath.fsum(values) / points
        first = mpmath.fsum(v * mpmath.expjpi(2 * mpf(i) / points) for i, v in enumerate(values)) / points
        return mean, 2 * abs(first) / mean


def math_level(digits: int) -> int:
    """Return a power of 2 beyond which an exponential is below the digits."""
    return int(mpmath.log(3 * digits + 60, 2)) + 1
