r"""Sums over all degrees of a kernel whose eigenvalues follow a formula, at a cost free of :math:`\kappa`.

The summand :math:`F(x)=m\,v\,w^jy^l` has the multiplicity m(x), the signal power v(x) of a mode (1 for none),
:math:`u=\kappa/\lambda(x)`, :math:`y=1/(1+u)`, :math:`w=u/(1+u)`. Degrees below n are added one by one; from
there on, in steps of h, it is the Euler-Maclaurin formula, as in :mod:`..log_power_sums`,

.. math::

   \sum_{k\ge0}F(n+kh)=\frac1h\int_n^\infty F+\frac{F(n)}2-\sum_{j\le J}\frac{B_{2j}h^{2j-1}}{(2j)!}
   F^{(2j-1)}(n)+R .

*Remainder.* Let :math:`|z\lambda'/\lambda|\le A` where :math:`|z-x|\le\eta x`, :math:`x\ge n`. Along the
segment from x to z the logarithm of :math:`\lambda` changes by at most
:math:`\psi=A\log\frac1{1-\eta}`, which bounds the size of the ratio by :math:`e^\psi` and its argument by
:math:`\psi<\pi`. Then :math:`|y(z)|` and :math:`|w(z)|` are at most :math:`e^\psi/\cos\frac\psi2` times their
values at x; v changes by :math:`e^{\psi_v}` likewise, and m, a polynomial of degree g without positive roots,
by :math:`(1+\eta)^g`. With C the product of these factors,
:math:`|R|\le\frac{4(2J)!\,C}{h}(\frac h{2\pi\eta n})^{2J}\int_n^\infty F`.

*Integral.* In :math:`s=\log x` it is cut into panels of the Gauss-Legendre rule up to a place X, with the
same bounds in the strip :math:`|\mathrm{Im}\,s|\le\theta`. From X on eigenvalues, signal and multiplicity are
powers of :math:`u=x+\frac{d-1}2` up to a negligible factor, whose integral is that of :mod:`..integrals`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb_series

from ..arithmetic import (
    Ball,
    bernoulli,
    coefficients,
    cos,
    exp,
    factorial,
    gauss_legendre,
    log,
    magnitude,
    number,
    pi,
    power,
    series_length,
    sqrt,
    symmetric,
)
from ..errors import PrecisionError
from ..integrals import Endpoint, Member, Moment
from ..spectrum import ModeSum
from ..trace_family import product
from .branches import Branch

_MOST_NODES = 100_000
_MOST_DIRECT = 300_000
_CLIMB = 3  # an ellipse around a panel is at most that many half-widths long from any point of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What belongs to one degree: 1 over the eigenvalue, the multiplicity with a weight, the signal power."""

    growth: Ball
    weight: Ball
    signal: Ball


def add_terms(sums: Sequence[ModeSum], kappa: Ball, terms: Sequence[Terms]) -> list[Ball]:
    """Return the weighted sums over some degrees."""
    totals = [number(0) for _ in sums]
    jobs = [(index, what.signal, what.unlearned, what.learned) for index, what in enumerate(sums)]
    for term in terms:
        u = kappa * term.growth
        y = 1 / (1 + u)
        w = u * y
        for index, signal, unlearned, learned in jobs:
            value = product(w, unlearned, y, learned) * term.weight
            totals[index] += value * term.signal if signal else value
    return totals


class DegreeSums:
    r"""The sums over the degrees of one residue, from the first one that the branches hold for.

    Parameters
    ----------
    branch : eigenvalues
    signal : signal powers; the same object where they are the eigenvalues, None where there are none
    step, residue : the degrees summed are those that leave this remainder by the step
    multiplicities : coefficients in :math:`u=x+\frac{d-1}2` of the multiplicity, from the constant on
    dimension : d
    sums : what is summed
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(
        self,
        branch: Branch,
        signal: Branch | None,
        step: int,
        residue: int,
        multiplicities: Sequence[Fraction],
        dimension: int,
        sums: Sequence[ModeSum],
        goal: int,
    ) -> None:
        self.branch, self.signal = branch, branch if signal is None else signal
        self.isotropic, self.silent = self.signal is branch, signal is None
        self.step, self.residue = step, residue
        self.multiplicities, self.shift = multiplicities, Fraction(dimension - 1, 2)
        self.grade = len(multiplicities) - 1
        self.sums, self.goal = tuple(sums), goal
        self.start, self.order, self.eta = self._planned()
        self._remainders = self._bounds()
        self._prepare_panels()
        self._prepare_end()

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of the sums from `start` on, at a positive kappa or exactly 0."""
        lower, corrections = self._at_start(kappa)
        totals = []
        for index, (what, integral) in enumerate(zip(self.sums, self.integrals(kappa), strict=True)):
            if what.signal and self.silent:
                totals.append(number(0))
                continue
            integral += symmetric(self._remainders[index] * abs(integral))
            total = integral / self.step + lower[index] / 2 - corrections[index]
            # eigenvalues that are off by a factor change each summand by at most its power
            changes = what.unlearned + what.learned + (1 if what.signal else 0)
            totals.append(total * (1 + symmetric(2 * changes * self._error)))
        return totals

    def integrals(self, kappa: Ball) -> list[Ball]:
        """Return the integrals of the summands from `start` on."""
        panels = add_terms(self.sums, kappa, self._nodes)
        return [
            panel * (1 + symmetric(2 * error)) + self._tail(what, kappa)
            for what, panel, error in zip(self.sums, panels, self._quadrature_errors, strict=True)
        ]

    def _count(self, x: Ball) -> Ball:
        """Return the multiplicity at a real degree."""
        u = x + number(self.shift)
        total = number(0)
        for coefficient in reversed(self.multiplicities):
            total = total * u + number(coefficient)
        return total

    def _terms(self, x: Ball, weight: Ball) -> Terms:
        value = self.branch.value(x)
        signal = value if self.isotropic else self.signal.value(x)
        return Terms(growth=1 / value, weight=weight * self._count(x), signal=signal)

    def _slopes(self, least: Ball, sine: Ball) -> tuple[Ball, Ball]:
        """Return bounds on |z lambda'/lambda| and that of the signal where |Im z| <= sine |z|."""
        tilt = 1 / sqrt(1 - sine**2)
        return self.branch.slope(least) * tilt, self.signal.slope(least) * tilt

    def _constants(self, eta: Ball, start: int) -> list[Ball] | None:
        """Return the constants C on circles of relative radius eta, None where the formula fails."""
        least = (1 - eta) * start
        if not least > number(max(self.branch.first, self.signal.first) - 1):
            return None
        own, other = self._slopes(least, eta)
        stretch = -log(1 - eta)
        angle = own * stretch
        # a bound that is not positive holds nowhere so low
        if not (own > 0 and other > 0 and angle < number(Fraction(29, 10))):
            return None
        mode = exp(angle) / cos(angle / 2)
        many = (1 + eta) ** self.grade
        return [
            many * mode ** (what.unlearned + what.learned) * (exp(other * stretch) if what.signal else 1)
            for what in self.sums
        ]

    def _planned(self) -> tuple[int, int, Ball]:
        """Return the cheapest start and order whose remainder is negligible, and the circles' radius."""
        first = max(self.branch.first, self.signal.first, 4, math.ceil(self.shift))
        steepness = float(self.branch.decay) + 1
        best: tuple[float, int, int, Ball] | None = None
        for attempt in range(1, 9):
            eta = number(Fraction(min(0.8, math.sin(min(2.4 / steepness, 1.3))) * attempt / 8))
            lowest = max(math.ceil((first + 1) / (1 - float(eta.mid()))), 2 * first)
            constants = self._constants(eta, lowest)
            if constants is None:
                continue
            constant = max(magnitude(bound) for bound in constants)
            order = 2
            while order <= self.goal + 2:
                length = 2 * order
                needed = (math.lgamma(length + 1) / math.log(2) + constant + self.goal + 8) / length
                if needed < 60:
                    start = math.ceil(self.step * 2**needed / (2 * math.pi * float(eta.mid())))
                    start = max(start, lowest)
                    cost = 3.0 * start / self.step + 0.02 * length * length
                    if best is None or cost < best[0]:
                        best = cost, start, order, eta
                order = max(order + 1, math.ceil(order * 1.15))
        if best is None or best[1] > _MOST_DIRECT:
            raise PrecisionError(
                f"the kernel's eigenvalues fall too steeply or begin too late for sums to {self.goal} bits; "
                "choose a longer `length`, less `smoothness` or fewer digits"
            )
        _, start, order, eta = best
        start += (self.residue - start) % self.step
        return start, order, eta

    def _bounds(self) -> list[Ball]:
        """Return the remainders of the formula in units of the integrals."""
        constants = self._constants(self.eta, self.start)
        assert constants is not None
        circle = 2 * pi() * self.eta * self.start / self.step
        self._error = max(self.branch.error(self.start), self.signal.error(self.start), key=magnitude)
        factor = 4 * factorial(2 * self.order) * circle ** (-2 * self.order)
        return [factor * constant for constant in constants]

    def _prepare_panels(self) -> None:
        """Choose the panels and their rule, up to the place where only powers are left."""
        end = self._far()
        theta, rho = Fraction(1), 1 + sqrt(number(2))
        while True:
            # the ellipse reaches theta (sqrt(2) - 1) beyond the panel
            wide = number(theta)
            least = self.start * exp(-wide / 2) * cos(wide)
            if least > number(max(self.branch.first, self.signal.first) - 1):
                own, other = self.branch.slope(least) / cos(wide), self.signal.slope(least) / cos(wide)
                if own > 0 and other > 0 and own * wide < number(Fraction(5, 2)):
                    break
            theta = theta * 4 / 5
            if theta < Fraction(1, 10**4):
                raise PrecisionError("the kernel's eigenvalues fall too steeply to be integrated")
        whole = log(number(end) / self.start)
        panels = max(1, math.ceil(float(whole.mid()) / float(2 * theta)) + 1)
        width = whole / panels
        bounds = []
        for what in self.sums:
            modes = what.unlearned + what.learned
            still = 1 + self.grade + (other if what.signal else 0)
            up = exp(still * wide) * (exp(own * wide) / cos(own * wide / 2)) ** modes
            along = exp((still + modes * own) * wide * _CLIMB)
            bounds.append(4 * up * along / (1 - 1 / rho))
        worst = max(magnitude(bound) for bound in bounds)
        length = math.ceil((worst + self.goal + 8) / (2 * math.log2(1 + math.sqrt(2))))
        if panels * length > _MOST_NODES:
            raise PrecisionError(
                f"the kernel's sums need {panels * length} nodes, more than {_MOST_NODES}; choose less "
                "`smoothness` or fewer digits"
            )
        rule = gauss_legendre(length)
        self._quadrature_errors = [bound * rho ** (-2 * length) for bound in bounds]
        self._nodes = []
        for panel in range(panels):
            for node, weight in rule:
                x = self.start * exp(width * (panel + (1 + node) / 2))
                self._nodes.append(self._terms(x, weight * x * width / 2))
        self._end = end

    def _far(self) -> Fraction:
        """Return where the power laws take over, an integer in u."""
        u = max(2 * self.start, 2 ** (self.goal // 2 + 2)) + math.ceil(self.shift) + 1
        limit = number(2) ** (-self.goal - 6)
        for _ in range(80):
            x: Fraction = u - self.shift
            tails = [branch.tail(number(x)) for branch in (self.branch, self.signal)]
            sizes = [abs(tail.deviation) for tail in tails]
            sizes.append(number(4 * self.shift**2 + 1) / number(u) ** 2 * self.grade)
            if all(size < limit for size in sizes):
                self._tails = tails
                self._far_error = sizes
                return x
            u *= 4
        raise PrecisionError("no power law is reached")

    def _tail(self, what: ModeSum, kappa: Ball) -> Ball:
        """Return the integral from the end of the panels to infinity."""
        own, other = self._tails
        u = int(self._end + self.shift)
        shift = Fraction(-self.grade) + (other.decay if what.signal else 0)
        scaled = kappa / own.scale
        member = Member(
            Moment(shift=shift, unlearned=what.unlearned, learned=what.learned), own.decay, self.goal
        )
        growth = scaled * power(number(u), own.decay)
        y = 1 / (1 + growth)
        w = growth * y
        value = product(w, what.unlearned, y, what.learned) * power(number(u), -shift)
        integral = member.integral(scaled, Endpoint(x=u, u=growth, y=y, w=w), value, None, number(0))
        integral = integral * number(self.multiplicities[-1])
        if what.signal:
            integral = integral * other.scale
        changes = what.unlearned + what.learned
        relative = 2 * (changes * self._far_error[0] + self._far_error[1] + self._far_error[2])
        return integral * (1 + symmetric(relative))

    def _prepare_end(self) -> None:
        """Expand what the Bernoulli terms need about the start."""
        length = 2 * self.order
        x = number(self.start)
        value = self.branch.series(x, length)
        first = coefficients(value, 1)[0]
        series_length(length)
        u = arb_series([x + number(self.shift), 1], prec=length)
        many = arb_series([number(self.multiplicities[-1])], prec=length)
        for coefficient in reversed(self.multiplicities[:-1]):
            many = many * u + number(coefficient)
        self._growth = first / value
        self._value = first
        self._many = many
        self._strength = value if self.isotropic else self.signal.series(x, length)
        # the factorial is in the Taylor coefficient
        self._weights = [
            bernoulli(2 * j) * self.step ** (2 * j - 1) / (2 * j) for j in range(1, self.order + 1)
        ]

    def _at_start(self, kappa: Ball) -> tuple[list[Ball], list[Ball]]:
        """Return the summands at the start with their Bernoulli terms."""
        length = 2 * self.order
        series_length(length)
        u = kappa / self._value
        learned = 1 / (1 + u * self._growth)
        unlearned = u * self._growth * learned
        values, corrections = [], []
        for what in self.sums:
            series = self._many * learned**what.learned * unlearned**what.unlearned
            if what.signal:
                series = series * self._strength
            found = coefficients(series, length)
            values.append(found[0])
            total = number(0)
            for weight, coefficient in zip(self._weights, found[1::2], strict=True):
                total += weight * coefficient
            corrections.append(total)
        return values, corrections
