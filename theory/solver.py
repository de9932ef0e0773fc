"""Conjunctions of conditions asked of z3: polynomials over the reals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import z3

from .conditions import Condition
from .rational_functions import Key

#: Milliseconds granted to z3 for one question; every question of the package takes a few.
TIMEOUT = 10_000
#: Milliseconds granted to z3 for an answer that only makes a result shorter.
LITTLE_EFFORT = 1_000


def ask(
    conditions: Iterable[Condition],
    *,
    outside: Iterable[Sequence[Condition]] = (),
    effort: int = TIMEOUT,
) -> bool | None:
    """Tell whether real parameters satisfy all conditions and lie outside of some regions.

    Parameters
    ----------
    conditions :
        what holds together.
    outside :
        regions, each a conjunction that does not hold.
    effort :
        milliseconds granted.

    Returns
    -------
    bool or None
        `None` where z3 gives no answer.
    """
    terms = [_term(condition) for condition in conditions]
    terms += [z3.Or([z3.Not(_term(condition)) for condition in region]) for region in outside]
    # Purely polynomial questions: the solver behind the general one is asked at once.
    for solver in (z3.Tactic("qfnra-nlsat").solver(), z3.Solver()):
        solver.set("timeout", effort)
        solver.add(*terms)
        answer = solver.check()
        if answer != z3.unknown:
            return bool(answer == z3.sat)
        if effort < TIMEOUT:
            break
    return None


@cache
def _parameter(position: int) -> z3.ArithRef:
    return z3.Real(f"p{position}")


@cache
def _polynomial(key: Key) -> z3.ArithRef:
    terms = [
        z3.Product([z3.RealVal(c), *(_parameter(i) for i, e in enumerate(exponents) for _ in range(e))])
        for exponents, c in key
    ]
    return z3.Sum(terms) if terms else z3.RealVal(0)


@cache
def _term(condition: Condition) -> z3.BoolRef:
    value = z3.Product([_polynomial(key) for key in condition.key[0]])
    return {">": value > 0, ">=": value >= 0, "=": value == 0, "!=": value != 0}[condition.operator]
