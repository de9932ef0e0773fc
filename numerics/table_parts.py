r"""The tables of :mod:`.table_nodes`: modes one by one, then nodes of the Euler-Maclaurin formula.

Places and logarithms are extended doubles, so that eigenvalues are right to rounding.

*Power laws*, with a logarithm or without, are summed in :math:`\xi=\log x` from an index
:math:`n\ge\max(24,7a)` on, as :mod:`.power_law_nodes` says, in panels of 6.5 in :math:`\log u`. With a
logarithm the argument of :math:`\log(1+z)` adds up to :math:`|p|/\log n` to the decay a in both rules.

*Exponentials* :math:`e^{-rx}` are analytic around :math:`|\mathrm{Im}\,x|<\pi/r`: for
:math:`r\le1/8` they are as smooth next to every x as a power law next to 24, and are summed in x from the
first index on. A signal :math:`e^{-bx}` with :math:`|b|>0.3` is not, and has its 160 largest terms added one
by one.

Where u is above :math:`e^{40}` for all :math:`\kappa` that are to be served, the summand is a power or an
exponential: the panels of a finite spectrum need not be narrow there, and of an infinite one the rest is
known in closed form. What is then left of sums with more than one factor :math:`\lambda`, or with one and a
signal, is negligible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from .arithmetic import log, number, working_precision
from .equivalent import FloatArray
from .euler_maclaurin_nodes import LongArray, Rule, panels, terms_above, terms_below
from .pieces import Scale
from .table_nodes import Beyond

SOURCE: Final = "source"
"""The factor of sums for a source that the points choose."""

_LEAST_START = 24
_START_PER_DECAY = 7
_WIDEST = 6.5
_LARGEST_RATE = 0.125
_SINGLE_TERMS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some nodes of a table, before they are sorted; `growth` where it is more exact than `log_growth`."""

    log_growth: LongArray
    weight: FloatArray
    factors: Mapping[str, FloatArray]
    growth: FloatArray | None = None
    signal: FloatArray | None = None
    exponent: FloatArray | None = None
    beyond: Beyond | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a table has to serve.

    Parameters
    ----------
    reach : the largest logarithm of an inverse eigenvalue that may count
    steep : whether sources may be large against the rate of the spectrum, or make the signal grow
    """

    reach: float
    steep: bool


def listed(
    values: Sequence[Fraction],
    unit: float,
    *,
    weights: Sequence[int] | None = None,
    signal: Sequence[Fraction] | None = None,
    factors: Mapping[str, FloatArray] | None = None,
) -> Part:
    """Return eigenvalues one by one, with indices from 1 on."""
    growth = unit / np.array([float(value) for value in values])
    return Part(
        log_growth=np.log(growth.astype(np.longdouble)),
        growth=growth,
        weight=np.ones_like(growth) if weights is None else np.array([float(m) for m in weights]),
        signal=None if signal is None else np.array([float(value) for value in signal]),
        exponent=np.log(np.arange(1.0, len(growth) + 1)),
        factors=factors or {},
    )


def power_rule(
    first: int,
    last: int | float,
    decay: float,
    log_growth: Callable[[LongArray], LongArray],
    span: Span,
) -> tuple[LongArray, FloatArray, float]:
    """Return log(k), the weights and the logarithm of where they end, for a sum that needs them in log(x).

    Parameters
    ----------
    first, last : the range of indices
    decay : how fast the eigenvalues turn in the complex plane, at most
    log_growth : the logarithm of the inverse eigenvalue from log(x), which rises
    """
    growing = span.steep
    start = max(_LEAST_START, math.ceil(_START_PER_DECAY * decay), 2048 if growing else 0)
    if last - first <= 64 + 2 * max(start - first, 0):
        indices = np.arange(first, int(last) + 1).astype(np.longdouble)
        return np.log(indices), np.ones(len(indices)), math.inf
    begin = max(first, start)
    head = terms_below(first, begin)
    rules = [Rule(places=np.log(head.places), weights=head.weights)]
    lower = np.log(np.longdouble(begin))
    far = _far(lower, span.reach, log_growth)
    upper = np.log(np.longdouble(last)) if math.isfinite(last) else np.longdouble(far)
    integral = panels(
        lower,
        upper,
        _WIDEST / decay,
        first=1.6,
        last=(0.02 if growing else 0.8) if math.isfinite(last) else None,
        capped=far,
    )
    weights = (integral.weights * np.exp(integral.places)).astype(np.float64)
    rules.append(Rule(places=integral.places, weights=weights))
    if math.isfinite(last):
        tail = terms_above(int(last), int(last))
        rules.append(Rule(places=np.log(tail.places), weights=tail.weights))
    rule = Rule.joined(*rules)
    return rule.places, rule.weights, float(upper)


def power_part(
    first: int,
    last: int | float,
    decay: Fraction,
    log_scale: np.longdouble,
    span: Span,
    factors: Mapping[str, tuple[float, float]],
    signal: tuple[Fraction, np.longdouble] | None = None,
) -> Part:
    """Return the nodes of one power law.

    Parameters
    ----------
    first, last : the range of indices
    decay, log_scale : a, and the logarithm of c in units of the table
    factors : by name the pairs of a constant and what multiplies log(k)
    signal : the decay and the logarithm of the scale of a signal of its own
    """
    slope, known = long(decay), {SOURCE: (0.0, 1.0), **factors}
    places, weight, end = power_rule(first, last, float(decay), lambda x: slope * x - log_scale, span)
    powers = None
    if signal is not None:
        powers = np.exp(signal[1] - long(signal[0]) * places).astype(np.float64)

    def beyond(power: int, factor: str | None, structured: bool, source: FloatArray | None) -> FloatArray:
        if power and structured:
            # so many factors leave nothing
            return np.zeros(1)
        # the integral of x**(-1 - rate), whose rate may be small
        rate, strength = np.full(1, -1.0), 0.0
        if power:
            rate, strength = np.full(1, float(decay - 1)), float(log_scale)
        elif structured and signal is not None:
            rate, strength = np.full(1, float(signal[0] - 1)), float(signal[1])
        elif structured and source is not None:
            rate = source - 1
        constant, multiple = (1.0, 0.0) if factor is None else known.get(factor, (0.0, 0.0))
        total = np.exp(strength - rate * end) / rate
        return np.where(rate > 0, total * (constant + multiple * (end + 1 / rate)), np.inf)

    return Part(
        log_growth=slope * places - log_scale,
        weight=weight,
        exponent=places.astype(np.float64),
        signal=powers,
        factors={name: a + b * places.astype(np.float64) for name, (a, b) in factors.items()},
        beyond=None if math.isfinite(last) else beyond,
    )


def exponential_rule(rate: float, size: int | float, span: Span) -> tuple[LongArray, FloatArray, int]:
    """Return the indices, their weights and the last index of an exponential spectrum's table."""
    steep = span.steep
    far = math.ceil(span.reach / rate) + _SINGLE_TERMS
    last = int(min(size, far))
    direct = rate > _LARGEST_RATE or last <= 4 * _SINGLE_TERMS
    if direct and size <= far + 3 * _SINGLE_TERMS:
        last = int(size)
    if direct and (last == size or math.isinf(size)):
        return np.arange(1, last + 1).astype(np.longdouble), np.ones(last), last
    end = last if math.isinf(size) else int(size)
    spare = _SINGLE_TERMS if steep else 0
    begin = last if direct else 1 + spare
    top = end - spare if math.isfinite(size) else end
    rule = Rule.joined(
        terms_below(1, begin),
        panels(
            np.longdouble(begin), np.longdouble(top), _WIDEST / rate, first=4.0, last=4.0, capped=float(far)
        ),
        terms_above(top, end),
    )
    return rule.places, rule.weights, end


def exponential_part(rate: Fraction, size: int | float, log_scale: np.longdouble, span: Span) -> Part:
    """Return the nodes of an exponential spectrum."""
    slope = long(rate)
    places, weight, last = exponential_rule(float(rate), size, span)
    index = places.astype(np.float64)

    def beyond(power: int, factor: str | None, structured: bool, source: FloatArray | None) -> FloatArray:
        shift = np.zeros(1) if source is None or not structured else source
        fall = power * float(rate) + shift
        ratio = -np.expm1(-fall)
        total = np.exp(power * float(log_scale) - fall * (last + 1)) / ratio
        if factor is not None:
            total = total * (last + 1 + np.exp(-fall) / ratio)
        return np.where(fall > 0, total, np.inf)

    return Part(
        log_growth=slope * places - log_scale,
        weight=weight,
        exponent=index,
        factors={"rate": index},
        beyond=beyond if math.isinf(size) else None,
    )


def long(value: Fraction) -> np.longdouble:
    """Return an exact number as an extended double."""
    high = float(value)
    return np.longdouble(high) + np.longdouble(float(value - Fraction(high)))


def long_log(scale: Scale, unit: float) -> np.longdouble:
    """Return the logarithm of a scale over a unit as an extended double."""
    with working_precision(160):
        logarithm = log(scale.ball / number(Fraction(unit))).mid()
        high = float(logarithm)
        return np.longdouble(high) + np.longdouble(float(logarithm - number(Fraction(high))))


def _far(lower: np.longdouble, reach: float, log_growth: Callable[[LongArray], LongArray]) -> float:
    """Return the logarithm of the index from which inverse eigenvalues are beyond reach, or of the first."""
    low, high = float(lower), 2 * float(lower) + 1

    def level(x: float) -> float:
        return float(log_growth(np.array([x], np.longdouble))[0])

    while level(high) < reach and high < 1e6:
        low, high = high, 2 * high
    if level(low) >= reach:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if level(middle) < reach else (low, middle)
    return high
