r"""The best step size where the target is easier than isotropic."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import mpmath
from scipy.optimize import minimize_scalar
from sympy import Expr, Rational, Symbol, simplify, solve

from ....theory.sgd import parts
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, numbers_agree, symbolic_equality
from .letters import GEOMETRIC, MODEL, POWER_LAW, SOURCE, N_eff, a, b, gamma, in_letters
from .predictions import at, covariates, effective, exponent_pair, one_pass

#: Exponents of the effective samples: of the best step size, and of the excess there.
STEP_EXPONENT = a / b - 1
EXCESS_EXPONENT = (1 - b) / b

_PAIRS = ((Fraction(2), Fraction(5, 2)), (Fraction(3, 2), Fraction(9, 4)))
_POWERS = (23, 29)
#: Powers of two between which the step size is sought.
_SOUGHT = (-16.0, -2.0)


def symbolic(
    _: Context, *, step_exponent: Expr = STEP_EXPONENT, excess_exponent: Expr = EXCESS_EXPONENT
) -> Evidence:
    """Balance the derived bias, which falls with the step size, and the variance, which grows."""
    bias, variance = in_letters(parts.descent()), in_letters(parts.noise())

    def powers(term: Expr) -> tuple[Expr, Expr]:
        return tuple(simplify(size * term.diff(size) / term) for size in (gamma, N_eff))

    (bias_step, bias_samples), (variance_step, variance_samples) = powers(bias), powers(variance)
    power = Symbol("p")
    (best,) = solve(bias_step * power + bias_samples - variance_step * power - variance_samples, power)
    return symbolic_equality(
        [
            Identity(label=r"exponent of the best $\gamma$", derived=simplify(best), claimed=step_exponent),
            Identity(
                label="exponent of the excess",
                derived=simplify(bias_step * best + bias_samples),
                claimed=excess_exponent,
            ),
        ],
        summary="Balance of bias and variance",
        witness={a: 2, b: Rational(5, 2)},
    )


@cache
def best(decay: Fraction, source: Fraction, power: int) -> tuple[float, float]:
    """Return the best step size without a sketch at 2^power samples, and the excess there."""
    modes = covariates(decay, source, Fraction(2 ** _POWERS[-1], 2 * _POWERS[-1]))
    found = minimize_scalar(
        lambda log_step: one_pass(modes, 2**power, 2.0**log_step).excess,
        bounds=_SOUGHT,
        method="bounded",
        options={"xatol": 1e-2},
    )
    if not _SOUGHT[0] + 0.1 < found.x < _SOUGHT[1] - 0.1:
        raise ArithmeticError(f"the best step size 2^{found.x:.2f} is at the end of where it is sought")
    return 2 ** float(found.x), float(found.fun)


def numeric(
    context: Context, *, step_exponent: Expr = STEP_EXPONENT, excess_exponent: Expr = EXCESS_EXPONENT
) -> Evidence:
    """Compare exponents of solved optima over the step size with the claimed ones."""
    found, n_eff = [], [effective(2**power) for power in _POWERS]
    for decay, source in _PAIRS if context.thorough else _PAIRS[:1]:
        optima = [best(decay, source, power) for power in _POWERS]
        for place, (what, claimed) in enumerate((("step size", step_exponent), ("excess", excess_exponent))):
            found.append(
                exponent_pair(
                    f"a={decay}, b={source}: {what}, N_eff",
                    [mpmath.mpf(optimum[place]) for optimum in optima],
                    n_eff,
                    at(claimed, decay=decay, source=source),
                )
            )
    # Steps that are not small yet change the variance by their size, some percent here.
    return numbers_agree(found, summary="Exponents of the optimum", tolerance=0.08, refuted=0.2)


CLAIM = Claim(
    id="lin2024.best_step_size",
    title="Best step size for easy targets",
    statement=(
        r"For $a<b<a+1$ and $M\gtrsim N_{\rm eff}^{1/b}$ the best step size is "
        r"$\gamma\asymp N_{\rm eff}^{a/b-1}$, with an excess $\asymp N_{\rm eff}^{(1-b)/b}$ beside $M^{1-b}$."
    ),
    source=f"{SOURCE}, remark on Theorem 4.2",
    assumptions=(MODEL, POWER_LAW, GEOMETRIC, "no sketch in the numeric leg"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
            )
        ),
    ),
    note=r"It balances bias and variance at $k=N_{\rm eff}^{1/b}$ learned modes.",
)
