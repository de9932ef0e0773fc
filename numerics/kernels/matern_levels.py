r"""Exact eigenvalues on the sphere of Matérn kernels of the chord.

Powers of the chord have the eigenvalues of :mod:`.sphere_levels`, with the constant K. With
:math:`q=2\nu/\ell^2`, expanding :math:`K_\nu` in powers of :math:`1-t`, for non-integer nu

.. math::

   \frac{\lambda_l}K=\frac{q^\nu\Gamma(\nu+\frac d2)\Gamma(l-\nu)}{\Gamma(\nu)\Gamma(l+\nu+d)}
   {}_1F_2\Bigl({\nu+\frac d2\atop1+\nu-l,\ l+\nu+d};q\Bigr)
   +\frac{\Gamma(1-\nu)(-1)^lq^l\Gamma(l+\frac d2)}{\Gamma(l+1-\nu)\Gamma(2l+d)}
   {}_1F_2\Bigl({l+\frac d2\atop l+1-\nu,\ 2l+d};q\Bigr),

and its limit, with logarithms, for integer nu. At large l the first sum alone is the expansion in q of

.. math:: \lambda_l\propto\int_0^\infty k\,J^2_{l+\frac{d-1}2}(k)\,(q+k^2)^{-\nu-\frac{d+1}2}\,dk

(the spectral density against the plane waves on the sphere). The binomial series of the last factor envelops
it, so that J terms, :math:`J<l-\nu`, are wrong by less than the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb_series

from ..arithmetic import (
    Ball,
    Series,
    current_precision,
    exp,
    factorial,
    gamma,
    log,
    magnitude,
    number,
    power,
    series_length,
    sqrt,
    symmetric,
)
from ..errors import PrecisionError
from .branches import Branch, Correction, GammaBranch
from .levels import accurate
from .sphere_levels import SphereLevels

_MOST_TERMS = 100_000


@dataclass(frozen=True, slots=True)
class MaternLevels(SphereLevels):
    """The Matérn kernel of the chord."""

    smoothness: Fraction
    length: Fraction

    @property
    def _square(self) -> Fraction:
        return 2 * self.smoothness / self.length**2

    @property
    def decay(self) -> Fraction:
        """The exponent of the ordered eigenvalues, 1 + 2 nu / d."""
        return 1 + 2 * self.smoothness / self.dimension

    def antipode(self) -> Ball:
        """Return the kernel at opposite points."""
        nu = number(self.smoothness)
        z = 2 * sqrt(number(self._square))
        return 2 * (z / 2) ** nu * z.bessel_k(nu) / gamma(nu)

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        enveloped = self._enveloped(degree)
        if enveloped is not None:
            return enveloped
        if magnitude(number(self._square)) > 40:
            raise PrecisionError(
                f"`length` = {float(self.length):g} is too short for the eigenvalues of a Matern kernel on "
                "the sphere; choose it longer"
            )
        compute = self._logarithmic if self.smoothness.denominator == 1 else self._hypergeometric
        return accurate(lambda: compute(degree), f"the eigenvalue of degree {degree}")

    def branch(self, goal: int) -> Branch:
        """Return the first terms of the expansion in q."""
        terms = 4 + goal // 10
        nu, d = self.smoothness, self.dimension
        first = int(nu) + terms + 8
        series = _Expansion(nu, self._square, d, terms)

        def bound(x: int) -> Ball:
            *sizes, last = series.sizes(number(x))
            rest = number(2)
            for size in sizes:
                rest = rest - size
            return last / rest if rest > 0 else number(1)

        limit = number(2) ** (-goal)
        while not bound(first) < limit:
            first += 1 + first // 4
        return GammaBranch(
            dimension=d,
            scale=self.front
            * power(number(self._square), nu)
            * gamma(number(nu + Fraction(d, 2)))
            / gamma(number(nu)),
            half=nu + Fraction(d, 2),
            first=first,
            correction=Correction(
                value=series.value, series=series.series, deviation=series.deviation, slope=series.slope
            ),
            bound=bound,
        )

    def _enveloped(self, degree: int) -> Ball | None:
        """Return the eigenvalue by its expansion at large degree, or None where that is too short."""
        nu, d, q = self.smoothness, self.dimension, number(self._square)
        if degree < nu + 2:
            return None
        total = term = number(1)
        bits = current_precision()
        j = 0
        while magnitude(term) > -bits - 2:
            j += 1
            if degree - nu - j <= 0:
                return None
            last = term
            term = -term * q * number(nu + Fraction(d, 2) + j - 1)
            term = term / (j * number(degree - nu - j) * number(degree + nu + d + j - 1))
            if magnitude(term) > magnitude(last) - 1:
                return None
            total += term
        quotient = gamma(number(degree - nu)) / gamma(number(degree + nu + d))
        if degree > 1000:
            quotient = exp(number(degree - nu).lgamma() - number(degree + nu + d).lgamma())
        front = self.front * power(q, nu) * gamma(number(nu + Fraction(d, 2))) / gamma(number(nu))
        return front * quotient * (total + symmetric(abs(term)))

    def _hypergeometric(self, degree: int) -> Ball:
        nu, d, q = number(self.smoothness), self.dimension, number(self._square)
        half = number(Fraction(d, 2))
        total = (
            power(q, self.smoothness)
            * gamma(nu + half)
            * gamma(degree - nu)
            / (gamma(nu) * gamma(degree + nu + d))
            * q.hypgeom([nu + half], [1 + nu - degree, degree + nu + d])
        )
        total += (
            (-1 if degree % 2 else 1)
            * gamma(1 - nu)
            * q**degree
            * gamma(degree + half)
            / (gamma(degree + 1 - nu) * factorial(2 * degree + d - 1))
            * q.hypgeom([degree + half], [degree + 1 - nu, number(2 * degree + d)])
        )
        return self.front * total

    def _logarithmic(self, degree: int) -> Ball:
        r"""Return the eigenvalue for integer smoothness.

        Notes
        -----
        Times :math:`\sin(\pi\nu)/\pi`, both sums together are, but for :math:`K(-1)^l/\Gamma(\nu)`,

        .. math::

           -\sum_j\frac{q^{\nu+j}\Gamma(\nu+\frac d2+j)}{j!\,\Gamma(l+\nu+d+j)\Gamma(1-l+\nu+j)}
           +\sum_i\frac{q^{l+i}\Gamma(l+\frac d2+i)}{i!\,\Gamma(l+1-\nu+i)\Gamma(2l+d+i)},

        which vanishes at integers; its derivative there is taken term by term.
        """
        nu, low, d = int(self.smoothness), degree, self.dimension
        q, half = number(self._square), number(Fraction(d, 2))
        total = number(0)
        for j in range(max(0, low - nu)):
            sign = (-1) ** (low - nu - 1 - j)
            term = q ** (nu + j) * gamma(nu + half + j) * factorial(low - nu - 1 - j)
            total -= sign * term / (factorial(j) * factorial(low + nu + d + j - 1))
        for i in range(max(0, nu - low)):
            sign = (-1) ** (nu - low - 1 - i)
            term = q ** (low + i) * gamma(low + half + i) * factorial(nu - low - 1 - i)
            total -= sign * term / (factorial(i) * factorial(2 * low + d + i - 1))
        j = max(0, low - nu)
        term = q ** (nu + j) * gamma(nu + half + j)
        term = term / (factorial(j) * factorial(low + nu + d + j - 1) * factorial(nu + j - low))
        log_q = log(q)
        for _ in range(_MOST_TERMS):
            bracket = (
                number(j + 1).digamma()
                + number(1 - low + nu + j).digamma()
                + number(low + nu + d + j).digamma()
                - (nu + half + j).digamma()
                - log_q
            )
            total += term * bracket
            ratio = q * (nu + half + j) / (number(j + 1) * (low + nu + d + j) * (1 - low + nu + j))
            j += 1
            term = term * ratio
            # each digamma grows by less than 1 a step, and the ratio falls
            if ratio < number(Fraction(1, 4)):
                bound = term * (abs(bracket) + 4) * 4
                if magnitude(bound) < magnitude(total) - current_precision() - 4:
                    total += symmetric(bound)
                    break
        else:
            raise PrecisionError(
                f"`length` = {float(self.length):g} is too short for the eigenvalues of a Matern kernel on "
                "the sphere; choose it longer"
            )
        return (-1 if (low + nu) % 2 else 1) * self.front / factorial(nu - 1) * total


class _Expansion:
    """The factor of a Matérn eigenvalue at large degree: its terms, and bounds on them."""

    def __init__(self, smoothness: Fraction, square: Fraction, dimension: int, terms: int) -> None:
        self._bits = current_precision()
        # what each term has more than the one before: a factor, and the two places of its poles
        self._rises = [
            (
                number(-square * (smoothness + Fraction(dimension, 2) + j - 1) / j),
                number(-smoothness - j),
                number(smoothness + dimension + j - 1),
            )
            for j in range(1, terms + 1)
        ]

    def value(self, x: Ball) -> Ball:
        """Return the sum of all terms but the last, as far as the working precision sees them."""
        total = term = number(1)
        for factor, left, right in self._rises[:-1]:
            term = term * factor / ((x + left) * (x + right))
            total += term
            if magnitude(term) < -self._bits:
                # the signs alternate and the sizes fall
                return total + symmetric(abs(term))
        return total

    def series(self, x: Ball, length: int) -> Series:
        """Return the Taylor series of the sum of all terms but the last."""
        series_length(length)
        total = term = arb_series([1], prec=length)
        for factor, left, right in self._rises[:-1]:
            pair = arb_series([(x + left) * (x + right), 2 * x + left + right, 1], prec=length)
            term = term * factor / pair
            total = total + term
        return total

    def sizes(self, least: Ball) -> list[Ball]:
        """Return bounds on the terms at real parts not below `least`; exact on the real axis."""
        found = [number(1)]
        for factor, left, right in self._rises:
            pair = (least + left) * (least + right)
            if not pair > 0:
                raise PrecisionError("the expansion of Matern eigenvalues does not hold at so low a degree")
            found.append(found[-1] * abs(factor) / pair)
        return found

    def deviation(self, least: Ball) -> Ball:
        """Return a bound on the sum of all terms but the first."""
        total = number(0)
        for size in self.sizes(least)[1:]:
            total += size
        return total

    def slope(self, least: Ball) -> Ball:
        """Return a bound on the logarithmic derivatives times the terms."""
        total, change = number(0), number(0)
        for size, (_, left, _right) in zip(self.sizes(least)[1:], self._rises, strict=True):
            change += least / (least + left) + 1
            total += size * change
        return total
