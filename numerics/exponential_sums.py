r"""Sums over an exponential spectrum, :math:`\sum_{k=1}^{M}e^{-bk}w_k^jy_k^l` with :math:`u_k=\kappa e^{rk}`.

With :math:`y=1/(1+u)`, :math:`w=u/(1+u)` and :math:`m=j+l` there are two ways; both cost the same at any M.

*Geometric series.* Where u is small, :math:`(1+u)^{-m}` is expanded in powers of u, where it is large in
powers of 1/u; each power sums to a geometric series in closed form. All derivatives of :math:`(1+u)^{-m}`
alternate in sign, so that for every :math:`u\ge0` the rest of the expansion is at most its first omitted
term, again a geometric series. Only the indices with :math:`2^{-h}<u_k<2^h` are added one by one.

*Euler-Maclaurin*, for small rates, where these are many. On the circle :math:`|z-x|=\eta` with
:math:`\psi=r\eta<\pi` the argument of :math:`e^{rz}` differs by at most :math:`\psi` from 0, and as in
:mod:`.euler_maclaurin`

.. math::

   \frac{|f^{(i)}(x)|}{i!}\le C\,\frac{f(x)}{\eta^i},\qquad
   C=e^{(|b|+(j+m)r)\eta}\Bigl(\cos\frac\psi2\Bigr)^{-m},\qquad
   |R|\le\frac{4\,(2J)!\,C}{(2\pi\eta)^{2J}}\int_1^Mf .

The integral is that of a power law in :math:`X=e^x`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .arithmetic import (
    Ball,
    Series,
    bernoulli,
    coefficients,
    cos,
    exp,
    exponential_series,
    factorial,
    magnitude,
    number,
    pi,
    series_length,
    symmetric,
)
from .errors import PrecisionError
from .euler_maclaurin import MAXIMUM_DIRECT_TERMS
from .integrals import Endpoint, Member, Moment
from .trace_family import product


class ExponentialSums:
    """Evaluate several sums of one exponential spectrum at one kappa.

    Parameters
    ----------
    rate : r > 0
    size : M, the number of terms, or ``math.inf``
    moments : the sums, with `shift` for b
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(self, rate: Fraction, size: int | float, moments: tuple[Moment, ...], goal: int) -> None:
        self.rate, self.size, self.moments, self.goal = rate, size, moments, goal
        self.step = number(rate)
        # as many terms on one side of the window as terms of the expansion on the other
        steepest = max(moment.unlearned + moment.learned for moment in moments)
        self.width = max(2, math.isqrt(math.ceil(goal * min(float(rate), 1e6))), steepest.bit_length())
        self._smooth = [_smooth_sum(self, moment) for moment in moments]

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all sums at `kappa`, a positive ball, or exactly 0 if the sums converge."""
        if kappa.is_zero():
            return [
                number(0) if moment.unlearned else self.geometric(-moment.shift, 1, self.size)
                for moment in self.moments
            ]
        return [
            self._expanded(moment, kappa) if smooth is None else smooth.at(kappa)
            for moment, smooth in zip(self.moments, self._smooth, strict=True)
        ]

    def geometric(self, exponent: Fraction, first: int, last: int | float) -> Ball:
        """Return the sum of ``exp(exponent * k)`` from `first` to `last`."""
        if last < first:
            return number(0)
        if isinstance(last, float):
            return -exp(number(exponent * first)) / number(exponent).expm1()
        if exponent == 0:
            return number(last - first + 1)
        terms = number(exponent * (last - first + 1)).expm1() / number(exponent).expm1()
        return exp(number(exponent * first)) * terms

    def _expanded(self, moment: Moment, kappa: Ball) -> Ball:
        """Return one sum by geometric series off the window, and term by term inside."""
        knee = -magnitude(kappa) * math.log(2) / float(self.rate)
        reach = self.width * math.log(2) / float(self.rate)
        begin = _clamped(knee - reach, self.size)
        end = _clamped(knee + reach, self.size)
        if end - begin > MAXIMUM_DIRECT_TERMS:
            raise PrecisionError(
                f"`rate` = {float(self.rate):g} with the signal given needs more than {MAXIMUM_DIRECT_TERMS} "
                f"terms one by one at {self.goal} bits; choose a larger rate or fewer digits"
            )
        total = self._window(moment, kappa, begin, end)
        if begin > 1:
            total += self._wing(moment, kappa, 1, begin - 1, moment.unlearned, 1)
        if end < self.size:
            total += self._wing(moment, kappa, end + 1, self.size, -moment.learned, -1)
        return total

    def _window(self, moment: Moment, kappa: Ball, begin: int, end: int) -> Ball:
        """Return the terms from `begin` to `end`."""
        u, growth = kappa * exp(self.step * begin), exp(self.step)
        weight, fall = exp(number(-moment.shift * begin)), exp(number(-moment.shift))
        total = number(0)
        for _ in range(begin, end + 1):
            y = 1 / (1 + u)
            total += weight * product(u * y, moment.unlearned, y, moment.learned)
            u = u * growth
            weight = weight * fall
        return total

    def _wing(
        self, moment: Moment, kappa: Ball, first: int, last: int | float, lowest: int, direction: int
    ) -> Ball:
        """Return the terms from `first` to `last` by powers ``u**lowest`` and on, up or down."""
        m = moment.unlearned + moment.learned
        count = _expansion_length(m, self.width, self.goal)
        total, coefficient = number(0), 1
        for i in range(count + 1):
            order = lowest + direction * i
            series = self.geometric(self.rate * order - moment.shift, first, last)
            term = coefficient * kappa**order * series
            total += symmetric(abs(term)) if i == count else term
            coefficient = -coefficient * (m + i) // (i + 1)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _SmoothSum:
    """One sum by the Euler-Maclaurin formula from the first index on."""

    sums: ExponentialSums
    member: Member
    order: int
    remainder: Ball

    def at(self, kappa: Ball) -> Ball:
        """Return the sum at a positive kappa."""
        lower, value, correction = self._end(kappa, 1)
        total = value / 2 - correction
        upper, at_upper = None, number(0)
        if not isinstance(self.sums.size, float):
            upper, at_upper, correction = self._end(kappa, self.sums.size)
            total += at_upper / 2 + correction
        integral = self.member.integral(kappa, lower, value, upper, at_upper)
        return total + integral + symmetric(self.remainder * abs(integral))

    def _end(self, kappa: Ball, x: int) -> tuple[Endpoint, Ball, Ball]:
        """Return one end in the variable exp(x), the summand there, and its Bernoulli terms."""
        rate, moment = self.sums.rate, self.member.moment
        u = kappa * exp(number(rate * x))
        y = 1 / (1 + u)
        w = u * y
        shift = moment.shift - 1
        value = product(w, moment.unlearned, y, moment.learned) * exp(number(-shift * x))
        length = 2 * self.order
        growth = exponential_series(rate, length)
        series_length(length)
        # y(x + t) / y(x) = 1 / (1 + w (exp(rt) - 1))
        series: Series = (1 / (1 + w * (growth - 1))) ** (moment.unlearned + moment.learned)
        series = series * exponential_series(rate * moment.unlearned - shift, length)
        odd = coefficients(series, length)[1::2]
        total = number(0)
        for i, coefficient in enumerate(odd, start=1):
            total += bernoulli(2 * i) / (2 * i) * coefficient
        # the integrand is a power of X = exp(x) without the factor X that an index would bring
        return Endpoint(x=1, u=u, y=y, w=w), value, total * value


def _smooth_sum(sums: ExponentialSums, moment: Moment) -> _SmoothSum | None:
    """Return the formula for one sum, or None where no order makes its remainder negligible."""
    rate, shift = float(sums.rate), abs(float(moment.shift))
    m = moment.unlearned + moment.learned
    best: tuple[int, Fraction] | None = None
    # a wider circle than the bits asked for is of no use
    radius = min(0.85 * math.pi / rate, float(sums.goal))
    while radius >= 1:
        angle = rate * radius
        constant = (shift + (moment.unlearned + m) * rate) * radius / math.log(2)
        constant -= m * math.log2(math.cos(angle / 2))
        circle = math.log2(2 * math.pi * radius)
        # the bound falls until 2J is about the length of the circle
        for order in range(1, min(sums.goal, math.ceil(math.pi * radius)) + 1):
            if best is not None and order >= best[0]:
                break
            bound = math.lgamma(2 * order + 1) / math.log(2) + constant - 2 * order * circle
            if bound + sums.goal + 6 < 0:
                best = order, Fraction(radius)
                break
        radius *= 0.8
    if best is None:
        return None
    order, eta = best
    length = 2 * order
    constant_ball = exp(number((abs(moment.shift) + (moment.unlearned + m) * sums.rate) * eta))
    constant_ball = constant_ball * cos(number(sums.rate * eta) / 2) ** (-m)
    remainder = 4 * factorial(length) * constant_ball * (2 * pi() * number(eta)) ** (-length)
    in_powers = Moment(shift=moment.shift + 1, unlearned=moment.unlearned, learned=moment.learned)
    return _SmoothSum(
        sums=sums, member=Member(in_powers, sums.rate, sums.goal + 10), order=order, remainder=remainder
    )


def _expansion_length(m: int, width: int, goal: int) -> int:
    """Return after how many terms the expansion in ``u <= 2**-width`` is negligible."""
    count = max(1, goal // width)
    while _log_binomial(m, count) - width * count > -goal - 4:
        count += max(1, count // 16)
    return count


def _log_binomial(m: int, i: int) -> float:
    """Return the binary logarithm of the coefficient of ``(-u)**i`` in ``(1 + u)**-m``."""
    return (math.lgamma(m + i) - math.lgamma(m) - math.lgamma(i + 1)) / math.log(2)


def _clamped(index: float, size: int | float) -> int:
    """Return the nearest index of the spectrum."""
    return int(min(max(1.0, index), size)) if index < size else int(size)
