r"""The largest constant step size for which the risk stays bounded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Expr, Rational, Symbol, cancel, eye, lambdify, prod
from sympy import symbols as new_symbols

from ....numerics import PowerLaw, Schedule
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_sgd, unsketched
from ...simulate.replicates import child_seed
from ...statistics import mean_estimate
from ..legs import Identity, OrderedPair, Pair, numbers_agree, simulation_ordered, symbolic_equality
from .letters import MODEL, SOURCE

_x = Symbol("x", positive=True)
#: What a mode with $x=\gamma\tilde\lambda$ adds to the load, which is 1 at the largest step size.
SHARE = _x / (2 * (1 - _x))


def symbolic(_: Context, *, share: Expr = SHARE) -> Evidence:
    """Compare the condition that the recursion of three modes has the eigenvalue 1 with the claimed one."""
    letters = new_symbols("x_1:4", positive=True)
    recursion = eye(3)
    for place, x in enumerate(letters):
        recursion[place, place] = 1 - 2 * x + 2 * x**2
    for row, x in enumerate(letters):
        for column in range(3):
            recursion[row, column] += x**2
    alone = prod(2 * x * (1 - x) for x in letters)
    singular = cancel((eye(3) - recursion).det() / alone)
    claimed = 1 - sum(share.subs(_x, x) for x in letters)
    return symbolic_equality(
        [Identity(label="determinant over that of independent modes", derived=singular, claimed=claimed)],
        summary="Recursion of the second moment, three modes",
        witness=dict(zip(letters, (Rational(1, 10), Rational(1, 5), Rational(3, 10)), strict=True)),
    )


def _recursion(eigenvalues: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the matrix of a step in coordinates in which it is symmetric."""
    x = step * eigenvalues
    return np.diag(1 - 2 * x + 2 * x**2) + np.outer(x, x)


_DECAYS = (Fraction(3, 2), Fraction(2))
_MODES = 120


def numeric(_: Context, *, share: Expr = SHARE) -> Evidence:
    """Compare the step size at which the largest eigenvalue of a step is 1 with the claimed criterion."""
    found = []
    load = lambdify(_x, share, modules="numpy")
    for decay in _DECAYS:
        eigenvalues = np.arange(1, _MODES + 1, dtype=np.float64) ** -float(decay)
        eigenvalues /= eigenvalues.sum()
        top = 0.999 / float(eigenvalues[0])
        measured = brentq(
            lambda step, modes: float(np.linalg.eigvalsh(_recursion(modes, step))[-1]) - 1,
            0.1,
            top,
            args=(eigenvalues,),
            xtol=1e-10,
        )
        claimed = brentq(
            lambda step, modes: float(np.sum(load(step * modes))) - 1,
            1e-6,
            top,
            args=(eigenvalues,),
            xtol=1e-12,
        )
        found.append(Pair(label=f"a={decay}, {_MODES} modes, trace 1", measured=measured, claimed=claimed))
    return numbers_agree(found, summary="Largest stable step size", tolerance=1e-7, refuted=1e-3)


def simulation(context: Context, *, share: Expr = SHARE) -> Evidence:
    """Run with steps well above and well below the criterion: the risk is claimed to grow, and to fall."""
    load = lambdify(_x, share, modules="numpy")
    sketch = unsketched(PowerLaw(Fraction(3, 2), context.size(40)))
    critical = brentq(
        lambda step: float(np.sum(load(step * sketch.eigenvalues))) - 1, 1e-6, 0.999 / sketch.eigenvalues[0]
    )
    pairs = []
    for place, factor in enumerate((0.5, 2.5)):
        few, many = (
            simulate_sgd(
                sketch,
                Schedule.constant(factor * critical, steps),
                noise=0.0,
                replicates=context.replicates(400, thorough=2000),
                seed=child_seed(context.seed, 2 * place + part),
                executor=context.executor,
                progress=context.progress,
            ).bias_draws
            for part, steps in enumerate((10, 80))
        )
        # Means of growing runs are carried by few of them: logarithms are compared.
        ends = [mean_estimate(np.log(draws)) for draws in (few, many)]
        larger, smaller = (ends[0], ends[1]) if factor < 1 else (ends[1], ends[0])
        pairs.append(
            OrderedPair(
                label=f"log of the risk after 10 and 80 steps of {factor:g} times the largest stable size",
                larger=larger,
                smaller=smaller,
            )
        )
    return simulation_ordered(context, pairs, summary="Runs below and above the largest step size")


CLAIM = Claim(
    id="lin2024.stability",
    title="Largest constant step size",
    statement=(
        r"At a constant step size the expected risk stays bounded if and only if "
        r"$\sum_i\frac{\gamma\tilde\lambda_i}{2(1-\gamma\tilde\lambda_i)}<1$."
    ),
    source=rf"sharpens {SOURCE}, whose theorems take $\gamma\lesssim1/\operatorname{{tr}}(SHS^\top)$",
    assumptions=(MODEL, "the last iterate, batches of one sample"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
    note=r"For unsketched power laws of trace 1 it is 1.365 at $a=1.5$ and 1.005 at $a=2$.",
)
