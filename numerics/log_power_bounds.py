r"""Bounds on the summands of a power law with a logarithm off the real axis.

With :math:`1/\lambda=z^aL(z)^p`, :math:`L(z)=\log(z+1)`, the argument of :math:`1/\lambda` beside a real x is
at most :math:`\psi<\pi`, so that :math:`|1+\kappa/\lambda(z)|` is at least a constant times its value at x,
and a summand at z is at most C times that at x.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .arithmetic import Ball, asin, atan, cos, log, number, power, sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMoment:
    r"""One sum :math:`\sum_kk^{-b}L^{-\beta}w^jy^l`.

    Its fields are the `shift` b, the `log_shift` beta, and the exponents `unlearned` j and `learned` l.
    """

    shift: Fraction
    log_shift: Fraction
    unlearned: int
    learned: int

    @property
    def power(self) -> int:
        """The exponent m = j + l."""
        return self.unlearned + self.learned


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPowerBounds:
    """The bounds for one spectrum.

    Parameters
    ----------
    decay, log_power : the exponents a > 0 and p
    """

    decay: Fraction
    log_power: Fraction

    def constant(
        self, moment: LogMoment, radial: tuple[Ball, Ball], logs: tuple[Ball, Ball], angle: Ball
    ) -> Ball:
        """Return C for ``|z/x|`` and ``|L(z)/L(x)|`` between two bounds each, and the argument's bound."""
        p = self.log_power
        low_log, high_log = logs if p >= 0 else (logs[1], logs[0])
        least = power(radial[0], self.decay) * power(low_log, p)
        most = power(radial[1], self.decay) * power(high_log, p)
        strength = _largest(power(end, -moment.shift) for end in radial)
        strength = strength * _largest(power(end, -moment.log_shift) for end in logs)
        least = least if least < 1 else number(1)
        return strength * most**moment.unlearned * (least * cos(angle / 2)) ** (-moment.power)

    def angle(self, theta: Ball, nearest: Ball) -> Ball:
        """Return the bound psi on the argument of lambda where no ``|z + 1|`` is below ``nearest + 1``."""
        return number(self.decay) * theta + abs(number(self.log_power)) * atan(theta / log(1 + nearest))

    def on_circles(self, moments: Sequence[LogMoment], eta: Fraction, first: int) -> list[Ball] | None:
        """Return C of each sum on circles of radius ``eta * x`` around x from `first` on.

        None stands for circles on which the argument is too wide.
        """
        inner, outer = number(1 - eta), number(1 + eta)
        theta = asin(number(eta))
        angle = self.angle(theta, inner * first)
        if not angle < number(Fraction(27, 10)):
            return None
        widening = sqrt(1 + (theta / log(number(1 + first))) ** 2)
        return [self.constant(moment, (inner, outer), (inner, outer * widening), angle) for moment in moments]


def _largest(bounds: Iterable[Ball]) -> Ball:
    """Return a bound on all."""
    total = number(0)
    for bound in bounds:
        total = bound if bound > total else total.union(bound).abs_upper()
    return total
