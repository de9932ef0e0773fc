"""Random points of a region of rates, and the numbers of the model there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import mpmath
from mpmath import mpf
from sympy import Basic, Eq, Expr, Integer, Rational, Symbol, oo
from sympy.core.relational import Relational

from .. import numerics
from . import symbols
from .ridge_balance import RHO, SHARE
from .spot_check import Numbers, Sample, evaluate
from .terms import read_term
from .traces import DegreesOfFreedom, SignalSum

if TYPE_CHECKING:
    from .scaling import Scaling

kappa = symbols.kappa
#: How often a random point is drawn before the given one is taken.
TRIALS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSampler:
    """Draws parameters of a region around a point, and solves the model there.

    Parameters
    ----------
    scaling :
        how the sizes grow.
    cell :
        relations of the region.
    eliminated :
        parameters that equations express by the others.
    point :
        a point of the region.
    share :
        equations that define the share of a resource.
    """

    scaling: Scaling
    cell: tuple[Relational, ...]
    eliminated: tuple[tuple[Symbol, Expr], ...]
    point: tuple[tuple[Symbol, Expr], ...]
    share: tuple[Eq, ...]

    def __call__(self, random: Random, scale: Integer) -> Sample:
        """Draw parameters and take the growing variable as large as told."""
        values = self._parameters(random)
        noise = Rational(random.randint(10, 200), 100)
        variable = self.scaling.variable

        @cache
        def numbers(digits: int) -> Numbers:
            return self._solved(values, noise, scale, digits)

        drawn: dict[Expr, Expr] = dict(reversed(values.items()))  # the spectrum first
        if isinstance(self.scaling.noise, Symbol):
            drawn[self.scaling.noise] = noise
        return Sample(drawn=drawn, limit=(variable, scale), numbers=numbers)

    def _parameters(self, random: Random) -> dict[Symbol, Expr]:
        """Move the point a little inside its region."""
        point, fixed = dict(self.point), dict(self.eliminated)
        for trial in range(TRIALS):
            reach = 20 if trial < TRIALS // 2 else 5
            moved = {
                symbol: value + Rational(random.randint(-reach, reach), 100)
                for symbol, value in point.items()
                if symbol not in fixed
            }
            if all(relation.subs(moved) == True for relation in self.cell):  # noqa: E712
                order = {symbol: moved.get(symbol) for symbol in point}
                for symbol, value in fixed.items():
                    order[symbol] = value.subs(moved)
                return {symbol: value for symbol, value in order.items() if value is not None}
        return point

    def _solved(self, values: Mapping[Symbol, Expr], noise: Expr, scale: Integer, digits: int) -> Numbers:
        scaling = self.scaling
        decay, source = (exponent.subs(values) for exponent in (scaling.decay, scaling.source))
        known = {**values, symbols.noise: noise}
        sigma2 = scaling.noise.subs(known)
        with mpmath.workdps(digits + 30):
            sizes = [
                self._size(size, known, scale) for size in (scaling.features, scaling.samples, scaling.ridge)
            ]
            features, samples, ridge = sizes
            point = numerics.solve_ridge(
                numerics.PowerLaw(decay),
                features=features,
                samples=samples,
                ridge=ridge,
                noise=sigma2,
                source=source,
                digits=digits,
            )
            spectrum = numerics.PowerLaw(decay)
            at = point.kappa
            found: dict[Basic, mpf] = {
                symbol: _number(value) for symbol, value in {**known, scaling.variable: scale}.items()
            }
            found |= {
                kappa: at,
                symbols.bias: point.bias,
                symbols.excess: point.excess,
                symbols.variance: point.variance,
                symbols.features: features,
                symbols.samples: samples,
                symbols.ridge: ridge,
                RHO: mpmath.pi / (_number(decay) * mpmath.sin(mpmath.pi / _number(decay))),
            }
            level = spectrum.df(1, at, digits)
            found[DegreesOfFreedom(1, kappa)] = level
            found[Symbol("c", positive=True)] = level - spectrum.df(2, at, digits)
            for order in (1, 2):
                found[SignalSum(order, kappa)] = spectrum.signal_sum(
                    at, unlearned=1, learned=order - 1, source=source, digits=digits
                )
            for equation in self.share:
                found[SHARE] = _root(equation, found)
        return found

    def _size(self, size: Expr, values: Mapping[Symbol, Expr], scale: Integer) -> mpf:
        """Return a size at the working precision."""
        if size == oo:
            return mpmath.inf
        if size == 0:
            return mpf(0)
        constant, monomial = read_term(size.subs(values), self.scaling.variable)
        return _number(constant) * _number(scale) ** _number(monomial.exponent)


def _number(value: Expr) -> mpf:
    return mpf(int(value.p)) / int(value.q)


def _root(equation: Eq, values: Mapping[Basic, mpf]) -> mpf:
    """Bisect for the share between 0 and 1, of which the left side is a monotonic function."""
    low, high = mpf(0), mpf(1)
    rising = _difference(equation, values, mpf("0.999999")) > 0
    for _ in range(mpmath.mp.prec + 5):
        middle = (low + high) / 2
        if (_difference(equation, values, middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _difference(equation: Eq, values: Mapping[Basic, mpf], share: mpf) -> mpf:
    return evaluate(equation.lhs - equation.rhs, {**values, SHARE: share})
