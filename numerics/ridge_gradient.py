"""The derivatives of :mod:`.gradient` as balls, at the root of one regression."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import mpmath

from .arithmetic import Ball, number, to_mpf, working_precision
from .enclosure import Enclosure, enclosure
from .equivalent import Equivalent
from .exact import Exact
from .fixed_point import HALF_LEARNED, Regression, inverse
from .gradient import (
    RidgeGradient,
    SignalSums,
    Slopes,
    WeightedSums,
    condition,
    derivatives,
    of_common_factor,
    without_ridge,
)
from .spectrum import (
    HALF_LEARNED_SIGNAL,
    HALF_LEARNED_TWICE,
    SECOND_LEARNED,
    SQUARED_UNLEARNED_SIGNAL,
    UNLEARNED_SIGNAL,
    Direction,
    ModeSum,
    rational_log,
)

EIGENVALUE_SUMS: Final = (HALF_LEARNED, HALF_LEARNED_TWICE, HALF_LEARNED_SIGNAL, SECOND_LEARNED)
"""What a parameter of the eigenvalues puts a factor into; the last two unless the prior is isotropic."""

SIGNAL_SUMS: Final = (UNLEARNED_SIGNAL, SQUARED_UNLEARNED_SIGNAL)
"""What a parameter of the signal puts a factor into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientBalls:
    """Derivatives of kappa and risk by name, with the parameters, the two results and their conditions."""

    values: dict[str, Exact]
    results: tuple[Ball, Ball]
    entries: dict[str, tuple[Ball, Ball]]
    conditions: tuple[Ball, Ball]

    def all(self, bits: int) -> list[Ball]:
        """Return the balls to prove: those that are not shown to be negligible."""
        kept = [
            pair[index]
            for name, pair in self.entries.items()
            for index in range(2)
            if not self._is_negligible(name, index, bits)
        ]
        return [*kept, *self.conditions]

    def rounded(self, bits: int) -> RidgeGradient[mpmath.mpf]:
        """Return the midpoints rounded to `bits` bits, and 0 for what is negligible."""
        with working_precision(bits + 20):
            kappa, risk = (
                {name: self._rounded(name, index, bits) for name in self.entries} for index in range(2)
            )
            conditions = [to_mpf(ball, bits) for ball in self.conditions]
            return RidgeGradient(
                kappa=kappa, risk=risk, kappa_condition=conditions[0], risk_condition=conditions[1]
            )

    def enclosed(self, bits: int) -> RidgeGradient[Enclosure]:
        """Return the enclosures; one of a negligible entry holds it, and need not have any digit."""
        kappa, risk = (
            {name: enclosure(pair[index], bits) for name, pair in self.entries.items()} for index in range(2)
        )
        conditions = [enclosure(ball, bits) for ball in self.conditions]
        return RidgeGradient(
            kappa=kappa, risk=risk, kappa_condition=conditions[0], risk_condition=conditions[1]
        )

    def _rounded(self, name: str, index: int, bits: int) -> mpmath.mpf:
        zero = self._is_negligible(name, index, bits)
        return mpmath.mpf(0) if zero else to_mpf(self.entries[name][index], bits)

    def _is_negligible(self, name: str, index: int, bits: int) -> bool:
        """Whether the entry is proven to be below ``2**(-3 * bits)`` of what is natural.

        That is the result over the parameter, or the relative change of kappa times the result.
        """
        entry, result = self.entries[name][index], self.results[index]
        value, kappa = self.values[name], self.results[0]
        if entry.is_zero():
            return True
        limit = abs(result) * number(2) ** (-3 * bits)
        if isinstance(value, Fraction) and value and abs(entry) * number(abs(value)) < limit:
            return True
        if index == 0 or kappa.is_zero():
            return False
        return bool(abs(entry) * kappa < limit * abs(self.entries[name][0]))


def _with_conditions(
    values: dict[str, Exact], results: tuple[Ball, Ball], entries: dict[str, tuple[Ball, Ball]]
) -> GradientBalls:
    """Return the derivatives with their condition numbers, at the working precision."""
    finite = {name: number(value if isinstance(value, Fraction) else 0) for name, value in values.items()}

    def of(index: int) -> Ball:
        if results[index].is_zero():
            return number(0)
        return condition({name: pair[index] for name, pair in entries.items()}, finite, results[index])

    return GradientBalls(values=values, results=results, entries=entries, conditions=(of(0), of(1)))


def gradient_at_root(
    problem: Regression,
    point: Equivalent[Ball],
    risk: Ball,
    noise: Fraction,
    source: Fraction | None,
    goal: int,
) -> GradientBalls:
    """Return the derivatives where kappa is positive."""
    spectrum = problem.spectrum
    isotropic = spectrum.is_isotropic(source)
    sums = [HALF_LEARNED_TWICE] if isotropic else [HALF_LEARNED_TWICE, SECOND_LEARNED]
    half_learned, *signal = spectrum.evaluator(sums, source, goal)(point.kappa)
    slopes = Slopes(
        half_learned=half_learned,
        second_learned=point.kappa * half_learned if isotropic else signal[0],
    )
    moved = {
        name: _moved_sums(direction, point, slopes, goal, isotropic=isotropic)
        for name, direction in spectrum.directions(source).items()
    }
    entries = derivatives(point, slopes, moved, number(noise))
    return _with_conditions(_values(problem, noise, source), (point.kappa, risk), entries)


def _moved_sums(
    direction: Direction, point: Equivalent[Ball], slopes: Slopes[Ball], goal: int, *, isotropic: bool
) -> WeightedSums[Ball] | SignalSums[Ball]:
    """Return the sums with the factor of one parameter of the spectrum."""
    if direction.evaluator is None:
        return of_common_factor(point, slopes, number(direction.value), isotropic=isotropic)
    if direction.of_signal:
        unlearned, squared = direction.evaluator(SIGNAL_SUMS, goal)(point.kappa)
        return SignalSums(unlearned=unlearned, squared=squared)
    sums = EIGENVALUE_SUMS[:2] if isotropic else EIGENVALUE_SUMS
    half, twice, *own = direction.evaluator(sums, goal)(point.kappa)
    return WeightedSums(half=half, half_learned=twice, signal=(own[0], own[1]) if own else None)


def gradient_at_zero(
    problem: Regression, noise: Fraction, source: Fraction | None, goal: int
) -> GradientBalls:
    """Return the derivatives where kappa is 0 and M is neither N nor T; those by the ridge are one-sided."""
    values = _values(problem, noise, source)
    entries = {name: (number(0), number(0)) for name in values}
    entries["noise"] = number(0), number(1)
    risk = number(noise)
    if isinstance(problem.samples, Fraction):
        size, t = Fraction(problem.spectrum.size), problem.inverse_samples
        beta = 1 - size * t
        alpha = 1 - size * inverse(problem.features)
        growth = size * t / beta
        entries["noise"] = number(0), number(1 + growth)
        entries["samples"] = number(0), number(-noise * growth * t / beta)
        entries["ridge"] = without_ridge(
            number(t), number(alpha), number(beta), number(noise), _inverse_sum(problem, goal)
        )
        risk = number(noise * (1 + growth))
    return _with_conditions(values, (number(0), risk), entries)


def _values(problem: Regression, noise: Fraction, source: Fraction | None) -> dict[str, Exact]:
    """Return the parameters under their names."""
    return {name: direction.value for name, direction in problem.spectrum.directions(source).items()} | {
        "features": problem.features,
        "samples": problem.samples,
        "ridge": problem.ridge,
        "noise": noise,
    }


def _inverse_sum(problem: Regression, goal: int) -> Ball:
    r"""Return the sum of the inverse eigenvalues: :math:`\sum_kw_k/\kappa` at a negligible kappa."""
    spectrum = problem.spectrum
    size = Fraction(spectrum.size)
    kappa = number(2) ** (int(spectrum.log_eigenvalue(size) / rational_log(Fraction(2))) - goal - 20)
    (unlearned,) = spectrum.evaluator([ModeSum(unlearned=1, learned=0)], None, goal)(kappa)
    # each unlearned part is kappa/lambda within 1 and 1 + kappa/lambda
    return unlearned / kappa * (1 + (number(2) ** (-goal - 18)).union(number(0)))
