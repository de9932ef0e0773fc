r"""Euler-Maclaurin summation of :math:`f(x)=x^{-s}(1+\kappa x^a)^{-m}` with a proven remainder.

.. math::

   \sum_{k=n}^{M}f(k)=\int_n^Mf+\frac{f(n)+f(M)}2+\sum_{j=1}^{J}\frac{B_{2j}}{(2j)!}
   \bigl[f^{(2j-1)}(M)-f^{(2j-1)}(n)\bigr]+R,\qquad
   |R|\le\frac{4}{(2\pi)^{2J}}\int_n^M|f^{(2J)}| .

*The remainder.* On the circle :math:`|z-x|=\eta x` the argument of :math:`z^a` is at most
:math:`\psi=a\arcsin\eta`. For :math:`\psi<\pi`,

.. math:: |1+re^{i\varphi}|^2=(1+r)^2-4r\sin^2\tfrac\varphi2\ge(1+r)^2\cos^2\tfrac\psi2 ,

hence :math:`|1+\kappa z^a|\ge(1-\eta)^a(1+\kappa x^a)\cos\frac\psi2`, and by Cauchy's estimate

.. math::

   \frac{|f^{(i)}(x)|}{i!}\le C\,\frac{f(x)}{(\eta x)^{i}},\qquad
   C=\max\bigl((1+\eta)^{-s},(1-\eta)^{-s}\bigr)\Bigl[(1-\eta)^{a}\cos\tfrac\psi2\Bigr]^{-m}.

Since :math:`(1+\kappa x^a)^{-m}` falls, :math:`\int_n^M f(x)x^{-2J}dx\le f(n)\,n^{1-2J}/(2J+s-1)`, and

.. math:: |R|\le 4\,(2J)!\,(2\pi\eta n)^{-2J}\,\frac{C\,n\,f(n)}{2J+s-1}\qquad(2J+s>1).

Nothing here depends on :math:`\kappa` or grows with :math:`M`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .arithmetic import Ball, asin, bernoulli, cos, factorial, number, pi, power
from .errors import PrecisionError

MAXIMUM_DIRECT_TERMS = 1_000_000  # some seconds
MAXIMUM_ORDER = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The first index of the formula, the number of its Bernoulli terms, and the circle's radius."""

    start: int
    order: int
    radius: Fraction


@lru_cache(maxsize=1024)
def plan(decay: Fraction, exponents: tuple[tuple[Fraction, int], ...], goal: int) -> Plan:
    """Choose the cheapest start and order whose remainder is below ``2**-goal`` of the sum.

    Parameters
    ----------
    decay : a > 0
    exponents : the pairs (s, m) of all functions that are summed together
    goal : bits
    """
    a = float(decay)
    widest = min(0.85, math.sin(min(0.82 * math.pi / a, math.pi / 2)))
    least_order = max(2, math.ceil((3 - min(float(s) for s, _ in exponents)) / 2))
    best: tuple[float, Plan] | None = None
    if least_order > MAXIMUM_ORDER:
        return Plan(start=2**60, order=MAXIMUM_ORDER, radius=Fraction(1, 2))
    for step in range(4, 17):
        radius = Fraction(widest * step / 16)
        constant = max(_log_constant(a, float(s), m, float(radius)) for s, m in exponents)
        order = least_order
        while True:
            length = 2 * order
            # 4 n f(n) / (2J + s - 1) is a few times the sum, or less
            needed = (math.lgamma(length + 1) / math.log(2) + constant + goal + 8) / length
            start = max(4, math.ceil(2**needed / (2 * math.pi * float(radius)))) if needed < 60 else 2**60
            cost = (1.0 + 0.4 * len(exponents)) * start + 0.02 * length * length
            if best is None or cost < best[0]:
                best = cost, Plan(start=start, order=order, radius=radius)
            if order > goal + least_order:
                break
            order = max(order + 1, math.ceil(order * 1.15))
    assert best is not None
    return best[1]


def check_terms(terms: float, decay: Fraction, goal: int) -> None:
    """Raise PrecisionError if more terms than are affordable had to be added one by one."""
    # a term costs about twice as much at 500 bits
    affordable = MAXIMUM_DIRECT_TERMS * 500 // (500 + goal)
    if terms > affordable:
        raise PrecisionError(
            f"`decay` = {float(decay):g} with the other exponents given needs more than "
            f"{affordable} terms one by one at {goal} bits; "
            "choose smaller exponents or fewer digits"
        )


def _log_constant(a: float, s: float, m: int, radius: float) -> float:
    """Return the binary logarithm of the constant C of the module's docstring."""
    half_angle = a * math.asin(radius) / 2
    widening = max(-s * math.log2(1 + radius), -s * math.log2(1 - radius))
    return widening - m * (a * math.log2(1 - radius) + math.log2(math.cos(half_angle)))


def cauchy_constant(decay: Fraction, s: Fraction, m: int, radius: Fraction) -> Ball:
    """Return the constant C of the module's docstring as a ball."""
    eta = number(radius)
    outer, inner = 1 + eta, 1 - eta
    widening = power(inner, -s) if s > 0 else power(outer, -s)
    cosine = cos(number(decay) * asin(eta) / 2)
    return widening * (power(inner, decay) * cosine) ** (-m)


def remainder_factor(plan: Plan, constant: Ball, s: Fraction) -> Ball:
    """Return the bound on the remainder in units of f(n)."""
    length = 2 * plan.order
    n = number(plan.start)
    circle = 2 * pi() * number(plan.radius) * n
    return 4 * factorial(length) * circle ** (-length) * constant * n / number(length + s - 1)


def bernoulli_weights(x: int, order: int) -> Sequence[Ball]:
    """Return ``B_{2j} / (2j) * x**(1 - 2j)`` for j = 1 .. order."""
    inverse = number(Fraction(1, x))
    square = inverse * inverse
    weights = []
    for j in range(1, order + 1):
        weights.append(bernoulli(2 * j) * inverse / (2 * j))
        inverse = inverse * square
    return weights


def upper_end(plan: Plan, size: int, constant: Ball, goal: int) -> tuple[int, Ball]:
    """Return how many Bernoulli terms the upper end needs, and a bound on the others in units of f(size).

    Notes
    -----
    By Cauchy's estimate and ``|B_{2j}| <= 4 (2j)! / (2 pi)**(2j)`` the term of index j is at most
    ``4 C (2j - 1)! (eta size)**(1 - 2j) / (2 pi)**(2j)``.
    """
    eta = number(plan.radius) * size
    circle = 2 * pi() * eta
    # bounds[j] for j = 1 .. order, by the ratio of neighbours
    bound = 4 * constant * eta / (circle * circle)
    bounds = []
    for j in range(1, plan.order + 1):
        bounds.append(bound)
        bound = bound * ((2 * j) * (2 * j + 1)) / (circle * circle)
    tail, kept = number(0), plan.order
    limit = number(2) ** (-goal - 4)
    while kept > 0 and tail + bounds[kept - 1] < limit:
        kept -= 1
        tail = tail + bounds[kept]
    return kept, tail
