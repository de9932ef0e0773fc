r"""The low frequencies of a torus beside small kappa: a power series whose coefficients do not know kappa.

With :math:`X=c^2+|n|^2`, :math:`\lambda=AX^{-s}`, :math:`u=\frac\kappa AX^s`, the sum
:math:`\sum_nX^{-t}\frac{u^j}{(1+u)^m}`, :math:`m=j+l`, is by Mellin's transform

.. math::

   \frac1{2\pi i}\int\frac{\Gamma(j+z)\Gamma(l-z)}{\Gamma(m)}\Bigl(\frac\kappa A\Bigr)^{-z}E(t+sz)\,dz,\qquad
   E(w)=\frac{\pi^{d/2}}{\Gamma(w)}\bigl[\Gamma(w-\tfrac d2)c^{d-2w}+H(w)\bigr],

with Epstein's function E of :mod:`.epstein`. Its first part gives the integral over all of space. The images
:math:`E_B=\pi^{d/2}H/\Gamma` are entire, so that a contour moved to
:math:`\mathrm{Re}\,z=\sigma=\frac12-j-I` leaves residues,

.. math::

   \sum_n-\int=\sum_{i<I}\binom{-m}i\Bigl(\frac\kappa A\Bigr)^{j+i}E_B(t-s(j+i))+R_I .

*Remainder.* With :math:`w=\omega+isy` on the contour, :math:`\omega=t+s\sigma<1`, and any
:math:`0<\varphi<\frac\pi2`, rotating the integrals :math:`\int e^{-x\cosh\tau-\mu\tau}d\tau` and
:math:`\int\tau^{a-1}e^{-\tau}d\tau` by :math:`\frac\pi2-\varphi` yields

.. math::

   |K_{\mu+ib}(x)|\le e^{-(\frac\pi2-\varphi)|b|}K_\mu(x\sin\varphi),\qquad
   |\Gamma(a+ib)|\le e^{-(\frac\pi2-\varphi)|b|}\Gamma(a)(\sin\varphi)^{-a} .

With :math:`\frac1{\Gamma(w)}=\frac{\Gamma(1-w)\sin\pi w}\pi`,
:math:`|\Gamma(\frac12-I+iy)|\,|\Gamma(\frac12+I-iy)|=\frac\pi{\cosh\pi y}` and
:math:`2\varphi s=\pi(1-\epsilon)` it follows that

.. math::

   |R_I|\le\frac{\pi^{d/2}}{2\pi\Gamma(m)}\Bigl(\frac\kappa A\Bigr)^{-\sigma}\Gamma(1-\omega)
   (\sin\varphi)^{2\omega-1-\frac d2}H(\omega;c\sin\varphi)\,
   4\int_0^\infty\prod_{a=0}^{m-2}(I+\tfrac12+a+y)\,e^{-\pi\epsilon y}dy .

*Signal.* That of a teacher is :math:`A'(X+\delta)^{-s'}=A'\sum_{k<K}\binom{-s'}k\delta^kX^{-s'-k}+r_K`. The
rest :math:`r_K` is added up over a cube of frequencies; outside, and in the remainder, where its powers of u
may have any size, it is bounded by
:math:`C_KX^{-s'-K}`, with :math:`C_K=|\binom{-s'}K||\delta|^K` for :math:`\delta>0`, since the polynomials
envelop, and that times :math:`{}_2F_1(1,s'+K;K+1;|\delta|/X)` for :math:`\delta<0`.

What is tabulated is, for each power p of :math:`\kappa/A`, the sum of :math:`vX^{sp}` over all frequencies
less its integral outside a ball of radius n, each continued analytically. The integrals inside follow
likewise, with a remainder below the first omitted term.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ..arithmetic import (
    Ball,
    current_precision,
    factorial,
    gamma,
    magnitude,
    number,
    pi,
    power,
    symmetric,
    working_precision,
)
from ..errors import PrecisionError
from .epstein import epstein, image_sums, images
from .multiplicities import cube_counts
from .torus_levels import MaternTorusLevels

_SLACK = Fraction(1, 8)  # epsilon
_BOUND_BITS = 64
_LEAST_SIDE = 24
_MOST_SIDE = 96


def sphere_surface(dimension: int) -> Ball:
    r"""Return the surface of the unit ball of a dimension, :math:`2\pi^{d/2}/\Gamma(d/2)`."""
    half = Fraction(dimension, 2)
    return 2 * power(pi(), half) / gamma(number(half))


class LatticeSeries:
    """The coefficients of one signal (or none), and what is left after them.

    Parameters
    ----------
    levels : eigenvalues of the kernel
    teacher : the signal powers; None for 1 in each mode
    start : n, the radius of the ball, an integer
    goal : bits to which truncations are negligible
    """

    def __init__(
        self, levels: MaternTorusLevels, teacher: MaternTorusLevels | None, start: int, goal: int
    ) -> None:
        self.levels, self.teacher, self.start, self.goal = levels, teacher, start, goal
        self.dimension, self.slope = levels.dimension, levels.exponent
        self.square = levels.square()
        self.shift = number(0)
        self.exponent = Fraction(0)
        if teacher is not None:
            self.exponent = teacher.exponent
            if teacher.smoothness * levels.length**2 != levels.smoothness * teacher.length**2:
                self.shift = teacher.square() - self.square
        self.plain = self.shift.is_zero()
        reach = math.sqrt(abs(float(self.shift.mid())))
        self.side = max(_LEAST_SIDE, math.ceil(8 * reach))
        if self.side > _MOST_SIDE:
            raise PrecisionError(
                "the lengths of kernel and teacher differ too much for sums over the torus; choose closer "
                "ones or fewer samples"
            )
        self._powers: dict[int, Ball] = {}
        self._rows: dict[tuple[Fraction, bool], list[Ball]] = {}
        self._remainders: dict[tuple[int, int, int], list[tuple[Fraction, Ball]]] = {}

    def coefficient(self, p: int) -> Ball:
        r"""Return the coefficient of the power p of :math:`\kappa/A`, without binomials."""
        if p not in self._powers:
            if self.plain:
                exponent = self.exponent - p * self.slope
                image_sum = images(self.dimension, self.square, exponent)
                self._powers[p] = self._strength() * self._all_but_far(exponent, image_sum)
            else:
                self._powers[p] = self._with_teacher(p)
        return self._powers[p]

    def remainder(self, unlearned: int, learned: int, length: int, small: Ball) -> Ball:
        r"""Return a bound on what is missing after `length` terms, at :math:`\kappa/A`."""
        m, p = unlearned + learned, unlearned + length
        key = (unlearned, m, length)
        if key not in self._remainders:
            with working_precision(_BOUND_BITS):
                self._remainders[key] = self._bounds(unlearned, m, length)
        total = number(0)
        for exponent, constant in self._remainders[key]:
            total += constant * power(small, exponent)
        # the integral inside the ball, where signal / X**-s' and powers of X are largest at an end
        radius = number(self.start)
        ball = sphere_surface(self.dimension) * radius**self.dimension / self.dimension
        excess = power((self.square / (self.square + self.shift)).max(number(1)), self.exponent)
        growth = p * self.slope - self.exponent
        largest = power(self.square + radius**2 if growth > 0 else self.square, growth)
        first = binomial(m, length) * small**p * largest * excess * self._strength()
        return total + first * ball

    def _strength(self) -> Ball:
        return number(1) if self.teacher is None else self.teacher.scale()

    def _all_but_far(self, exponent: Fraction, image_sum: Ball) -> Ball:
        """Return the sum of X**-q over all frequencies less its integral outside the ball, continued."""
        d, radius = self.dimension, number(self.start)
        inside = (-(radius**2) / self.square).hypgeom_2f1(
            number(exponent), number(Fraction(d, 2)), number(Fraction(d, 2) + 1)
        )
        inside *= power(self.square, -exponent) * sphere_surface(d) * radius**d / d
        return self._residue(exponent, image_sum) + inside

    def _residue(self, exponent: Fraction, image_sum: Ball) -> Ball:
        """Return E_B; that of a polynomial is 0."""
        return power(pi(), Fraction(self.dimension, 2)) * number(exponent).rgamma() * image_sum

    def _row(self, offset: Fraction, k: int, sine: Ball | None = None) -> Ball:
        """Return H at the exponent t - s * offset + k to few bits, with c times a sine."""
        key = offset, sine is not None
        row = self._rows.get(key, [])
        if len(row) <= k:
            square = self.square if sine is None else self.square * sine**2
            first = self.exponent - self.slope * offset
            row = self._rows[key] = list(image_sums(self.dimension, square, first, 1 if k == 0 else k + 12))
        return row[k]

    def _expanded(self, length: int) -> list[Ball]:
        """Return the coefficients of the signal in powers of 1/X."""
        found = [self._strength()]
        for k in range(1, length):
            found.append(found[-1] * self.shift * number(-(self.exponent + k - 1) / k))
        return found

    def _rest_constant(self, length: int, least: Ball) -> Ball:
        """Return C_K at all X not smaller than `least`."""
        constant = abs(self._expanded(length + 1)[-1])
        if self.shift > 0:
            return constant
        ratio = -self.shift / least
        k = number(length)
        return constant * ratio.hypgeom_2f1(number(1), number(self.exponent) + k, k + 1)

    def _with_teacher(self, p: int) -> Ball:
        d = self.dimension
        growth = p * self.slope - self.exponent
        # each term gains the bits of |shift| / side**2
        gain = -magnitude(self.shift / self.side**2)
        least = max(0, math.ceil(growth + Fraction(d, 2))) + 1
        length = least + math.ceil((self.goal + 8 + 2 * float(least)) / gain)
        lost = length * max(0.0, magnitude(self.shift / self.square))
        with working_precision(current_precision() + math.ceil(lost) + 16):
            # the same, to more bits
            finer = LatticeSeries(self.levels, self.teacher, self.start, self.goal)
            total = finer._expansion(p, length)
        radius = number(min(self.side, self.start))
        far = self._rest_constant(length, self.square + radius**2)
        exponent = 2 * (length - growth) - d
        # points of largest coordinate M number at most 2 d (3 M)**(d - 1)
        points = number(2 * d * 3 ** (d - 1)) + sphere_surface(d)
        return total + symmetric(far * points * power(radius, -exponent) / number(exponent))

    def _expansion(self, p: int, length: int) -> Ball:
        expanded, growth = self._expanded(length), p * self.slope
        total = number(0)
        first = self.exponent - growth
        rows = image_sums(self.dimension, self.square, first, length)
        for k, coefficient in enumerate(expanded):
            total += coefficient * self._all_but_far(first + k, rows[k])
        for m, count in enumerate(cube_counts(self.dimension, self.side)):
            if count:
                base = self.square + m
                rest, inverse = number(0), 1 / base
                for coefficient in reversed(expanded):
                    rest = rest * inverse + coefficient
                rest = self._strength() * power(base + self.shift, -self.exponent) - rest * power(
                    base, -self.exponent
                )
                total += count * rest * power(base, growth)
        return total

    def _bounds(self, unlearned: int, m: int, length: int) -> list[tuple[Fraction, Ball]]:
        """Return powers of kappa/A with constants that bound what is missing of the sum less the integral."""
        if self.plain:
            found = self._image_bounds(0, unlearned, m, length)
            return [(exponent, constant * self._strength()) for exponent, constant in found]
        p, half = unlearned + length, Fraction(self.dimension, 2)
        order = max(1, math.ceil(p * self.slope - self.exponent + half + Fraction(1, 2)))
        found = []
        for k, coefficient in enumerate(self._expanded(order)):
            for exponent, constant in self._image_bounds(k, unlearned, m, length):
                found.append((exponent, constant * abs(coefficient)))
        q = self.exponent + order - p * self.slope
        space = power(pi(), half) * gamma(number(q - half)) / gamma(number(q)) * power(self.square, half - q)
        both = epstein(self.dimension, self.square, q) + space
        found.append((Fraction(p), binomial(m, length) * self._rest_constant(order, self.square) * both))
        return found

    def _image_bounds(self, k: int, unlearned: int, m: int, length: int) -> list[tuple[Fraction, Ball]]:
        """Return the same for the sum with X**(-t - k)."""
        found = []
        while True:
            sigma = Fraction(1, 2) - unlearned - length
            omega = self.exponent + k + self.slope * sigma
            if omega < Fraction(1, 2):
                break
            # further residues, until the formula holds
            p = unlearned + length
            residue = self._residue(self.exponent + k - p * self.slope, self._row(Fraction(p), k))
            found.append((Fraction(p), binomial(m, length) * abs(residue)))
            length += 1
        sine = (pi() * number((1 - _SLACK) / (2 * self.slope))).sin()
        half = Fraction(self.dimension, 2)
        front = power(pi(), half) / (2 * pi() * factorial(m - 1)) * gamma(number(1 - omega))
        front *= power(sine, 2 * omega - 1 - half)
        front *= abs(self._row(-sigma, k, sine))
        # the product as a polynomial in y, and its integral
        product = [Fraction(1)]
        for a in range(m - 1):
            root = length + Fraction(1, 2) + a
            product = [
                root * low + high
                for low, high in zip([*product, Fraction(0)], [Fraction(0), *product], strict=True)
            ]
        whole = number(0)
        for degree, coefficient in enumerate(product):
            whole += number(coefficient) * factorial(degree) / (pi() * number(_SLACK)) ** (degree + 1)
        found.append((-sigma, front * 4 * whole))
        return found


def binomial(m: int, i: int) -> Ball:
    """Return the size of the binomial coefficient of -m over i."""
    return number(math.comb(m + i - 1, i))
