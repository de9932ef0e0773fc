r"""Sums over a power-law spectrum, at any precision, at a cost that does not grow with their length.

All of them are members of one family: with :math:`u=\kappa k^a` and the learned and unlearned parts of a mode

.. math:: y=\frac1{1+u},\qquad w=\frac u{1+u}=1-y,\qquad \sum_{k=1}^{M}k^{-c}\,w^{j}y^{l},

where :math:`\mathrm{TraceSum}(s,m)` is the member :math:`c=s,\ j=0,\ l=m`. Up to an index :math:`n` of the
order of the number of digits the terms are added one by one; from there on the Euler-Maclaurin formula is
used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np

from .arithmetic import (
    Ball,
    Series,
    binomial_series,
    coefficients,
    current_precision,
    magnitude,
    number,
    power,
    series_length,
    symmetric,
)
from .errors import PrecisionError
from .euler_maclaurin import (
    bernoulli_weights,
    cauchy_constant,
    check_terms,
    plan,
    remainder_factor,
    upper_end,
)
from .integrals import Endpoint, Member, Moment


@lru_cache(maxsize=64)
def _cached_family(
    decay: Fraction, size: int | float, moments: tuple[Moment, ...], goal: int, first: int, precision: int
) -> TraceFamily:
    assert precision == current_precision()
    return TraceFamily(decay, size, moments, goal, first)


def trace_family(
    decay: Fraction, size: int | float, moments: tuple[Moment, ...], goal: int, first: int = 1
) -> TraceFamily:
    """Return the evaluator of `moments`, with tables for the working precision that holds now."""
    return _cached_family(decay, size, moments, goal, first, current_precision())


class TraceFamily:
    """Evaluate several moments of one power law at one kappa, sharing everything that they have in common.

    Parameters
    ----------
    decay : a > 0
    size : index of the last term, or ``math.inf``
    moments : the sums
    goal : bits to which truncations are negligible against each sum
    first : index of the first term
    """

    def __init__(
        self,
        decay: Fraction,
        size: int | float,
        moments: tuple[Moment, ...],
        goal: int,
        first: int = 1,
    ) -> None:
        self.decay, self.size, self.goal, self.first = decay, size, goal, first
        self.members = [Member(moment, decay, goal + 10) for moment in moments]
        self.plan = plan(decay, tuple((member.s, member.power) for member in self.members), goal)
        self.shifts = sorted({moment.shift for moment in moments} - {Fraction(0)})
        self._tables: dict[Fraction, list[Ball]] = {
            exponent: [number(0), number(1)] for exponent in (decay, *(-shift for shift in self.shifts))
        }
        self._factors: list[int] = [0, 1]
        # nothing is gained by the formula unless it replaces at least as many terms as it needs
        skipped = min(first, self.plan.start) - 1
        self.direct = size - first < 2 * self.plan.start - skipped
        # the terms between the first and the plan's start would need tables from 1 on
        self._far = first > 4 * self.plan.start
        if first > self.plan.start:
            # the remainder falls with the start
            self.plan = replace(self.plan, start=first)
        self._ends: tuple[_End, _End | None] | None = None
        self._remainders: list[Ball] = []
        self._dropped: list[Ball] = []
        rates = [moment.shift + decay * moment.learned - 1 for moment in moments]
        self._slowest = float(min(rates)) if min(rates) > 0 else 0.0

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all moments at `kappa`, a positive ball, or exactly 0 if the sums converge."""
        stop = self._negligible_from(kappa)
        if stop is not None and stop <= self.size:
            check_terms(stop - 1, self.decay, self.goal)
            sums = self._add_terms(kappa, stop)
            return [
                total + symmetric(self._tail(member, kappa, stop))
                for total, member in zip(sums, self.members, strict=True)
            ]
        check_terms(min(self.size, self.plan.start) - self.first + 1, self.decay, self.goal)
        if self.direct:
            return self._add_terms(kappa, int(self.size) + 1)
        sums = self._add_terms(kappa, self.plan.start)
        rest = self._euler_maclaurin(kappa)
        return [total + tail for total, tail in zip(sums, rest, strict=True)]

    def _table(self, exponent: Fraction, stop: int) -> list[Ball] | dict[int, Ball]:
        """Return ``k**exponent`` for all k below `stop` (at least); only primes need a logarithm."""
        if self._far:
            return {k: integer_power(k, exponent) for k in range(self.first, stop)}
        table = self._tables[exponent]
        if len(self._factors) < stop:
            self._factors = _smallest_factors(stop)
        factors = self._factors
        for k in range(len(table), stop):
            factor = factors[k]
            table.append(integer_power(k, exponent) if factor == k else table[factor] * table[k // factor])
        return table

    def _add_terms(self, kappa: Ball, stop: int) -> list[Ball]:
        """Return the sums of the terms from the first on, below `stop`."""
        growth = self._table(self.decay, stop)
        shifts = {shift: self._table(-shift, stop) for shift in self.shifts}
        jobs = [
            (index, shifts.get(member.moment.shift), member.moment.unlearned, member.moment.learned)
            for index, member in enumerate(self.members)
        ]
        totals = [number(0) for _ in jobs]
        needs_unlearned = any(unlearned for _, _, unlearned, _ in jobs)
        for k in range(self.first, stop):
            u = kappa * growth[k]
            y = 1 / (1 + u)
            w = u * y if needs_unlearned else u
            for index, weights, unlearned, learned in jobs:
                term = product(w, unlearned, y, learned)
                if weights is not None:
                    term = term * weights[k]
                totals[index] += term
        return totals

    def _negligible_from(self, kappa: Ball) -> int | None:
        """Return an index from which all terms are negligible, where that is cheaper than the formula."""
        if self.first > 1 or self._slowest <= 0 or self.goal / self._slowest > 40:
            return None
        knee = max(0.0, -magnitude(kappa) / float(self.decay)) if not kappa.is_zero() else math.inf
        exponent = knee + (self.goal + 12) / self._slowest
        if exponent > 40:
            return None
        stop = math.ceil(2**exponent) + 2
        return stop if stop < self.plan.start else None

    def _tail(self, member: Member, kappa: Ball, stop: int) -> Ball:
        """Return a bound on the terms from `stop` on: each is below ``k**-c * (kappa k**a)**-l``."""
        moment = member.moment
        rate = moment.shift + self.decay * moment.learned
        first = integer_power(stop, -rate) * kappa ** (-moment.learned)
        return first * (1 + number(stop) / number(rate - 1))

    def _prepare_ends(self) -> tuple[_End, _End | None]:
        """Return the two ends of the formula, built on first use, with the bounds on what is left out."""
        if self._ends is not None:
            return self._ends
        chosen = self.plan
        constants = [
            cauchy_constant(self.decay, member.s, member.power, chosen.radius) for member in self.members
        ]
        self._remainders = [
            remainder_factor(chosen, constant, member.s)
            for constant, member in zip(constants, self.members, strict=True)
        ]
        upper = None
        if not isinstance(self.size, float):
            cuts = [upper_end(chosen, self.size, constant, self.goal) for constant in constants]
            upper = _End(self, self.size, 2 * max(order for order, _ in cuts))
            self._dropped = [bound for _, bound in cuts]
        self._ends = _End(self, chosen.start, 2 * chosen.order), upper
        return self._ends

    def _euler_maclaurin(self, kappa: Ball) -> list[Ball]:
        """Return the sums of the terms from the plan's start to the end."""
        first, last = self._prepare_ends()
        lower, at_lower, lower_terms = first.at(kappa)
        results = []
        upper: Endpoint | None = None
        at_upper: Sequence[Ball] = [number(0)] * len(self.members)
        upper_terms: Sequence[Ball] = []
        if last is not None:
            upper, at_upper, upper_terms = last.at(kappa)
        for index, member in enumerate(self.members):
            value = at_lower[index]
            total = member.integral(kappa, lower, value, upper, at_upper[index])
            total += value / 2 - lower_terms[index] + symmetric(self._remainders[index] * value)
            if upper is not None:
                value = at_upper[index]
                total += value / 2 + upper_terms[index] + symmetric(self._dropped[index] * value)
            results.append(total)
        return results


class _End:
    """One end of the Euler-Maclaurin formula, with the series that do not depend on kappa."""

    def __init__(self, family: TraceFamily, x: int, length: int) -> None:
        self.x, self.length, self.decay = x, length, family.decay
        self.members = family.members
        self.growth = integer_power(x, family.decay)
        self.weights = bernoulli_weights(x, length // 2)
        self.shifted = {shift: integer_power(x, -shift) for shift in family.shifts}
        self.growth_series: Series | None = None
        self.factor_series: dict[Fraction, Series] = {}
        if length:
            self.growth_series = binomial_series(family.decay, length)
            self.factor_series = {
                member.s: binomial_series(-member.s, length) for member in self.members if member.s
            }

    def at(self, kappa: Ball) -> tuple[Endpoint, Sequence[Ball], Sequence[Ball]]:
        """Return the end, the values of all members there, and their Bernoulli terms."""
        u = kappa * self.growth
        y = 1 / (1 + u)
        w = u * y
        if not w.is_finite():
            raise PrecisionError(
                f"`decay` = {float(self.decay):g} has a term that exceeds all numbers; choose it smaller"
            )
        values, corrections = [], []
        learned_series: dict[int, Series] = {}
        if self.growth_series is not None:
            series_length(self.length)
            # y(x (1 + t)) / y(x) = 1 / (1 + w ((1 + t)**a - 1))
            learned_series[1] = 1 / (1 + w * (self.growth_series - 1))
        cache: dict[tuple[Fraction, int], Ball] = {}
        for member in self.members:
            value = product(w, member.moment.unlearned, y, member.moment.learned)
            if member.moment.shift:
                value = value * self.shifted[member.moment.shift]
            values.append(value)
            key = member.s, member.power
            if key not in cache:
                cache[key] = self._correction(member, learned_series)
            corrections.append(cache[key] * value)
        return Endpoint(x=self.x, u=u, y=y, w=w), values, corrections

    def _correction(self, member: Member, learned: dict[int, Series]) -> Ball:
        """Return the Bernoulli terms in units of f(x)."""
        total = number(0)
        if not self.length:
            return total
        if member.power not in learned:
            lower = learned.get(member.power - 1)
            learned[member.power] = learned[1] ** member.power if lower is None else lower * learned[1]
        series = learned[member.power]
        if member.s:
            series = series * self.factor_series[member.s]
        odd = coefficients(series, self.length)[1::2]
        for weight, coefficient in zip(self.weights, odd, strict=True):
            total += weight * coefficient
        return total


def _smallest_factors(stop: int) -> list[int]:
    """Return the smallest prime factor of each number from 2 on below `stop`, by a sieve."""
    factors = np.arange(stop)
    for divisor in range(math.isqrt(stop), 1, -1):
        factors[divisor * divisor :: divisor] = divisor
    found: list[int] = factors.tolist()
    return found


def integer_power(base: int, exponent: Fraction) -> Ball:
    """Return an integer raised to an exact exponent."""
    return power(number(base), exponent)


def product(w: Ball, unlearned: int, y: Ball, learned: int) -> Ball:
    """Return ``w**unlearned * y**learned``."""
    if not unlearned:
        return y if learned == 1 else y * y if learned == 2 else y**learned
    result = w if unlearned == 1 else w * w if unlearned == 2 else w**unlearned
    if not learned:
        return result
    return result * (y if learned == 1 else y * y if learned == 2 else y**learned)
