r"""Whether the universal fall-off beyond the latent size limits or enhances the gains."""

from __future__ import annotations

import math
from functools import partial

import mpmath
from sympy import Integer, Rational, Symbol, cancel, latex, sign

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, symbolic_equality
from ..orderings import Inequality, numbers_ordered
from .regularized import EQUIVALENT, LINEAR, SOURCE, alpha, derived, local_slope, spectrum

#: How exponents on both sides of 1 are written with a positive symbol.
_SMALL, _LARGE = "alpha < 1", "alpha > 1"
_VALUES = {
    _SMALL: (Rational(3, 10), Rational(1, 2), Rational(9, 10)),
    _LARGE: (Rational(11, 10), Rational(3, 2), Rational(2)),
}
_BEFORE = {
    "noiseless": ("one-exponent", "exponent_in_samples"),
    "noisy": ("noisy-kernel-rate", "exponent"),
}
#: What is claimed of the exponent beyond the latent size less that before: more negative is an enhancement.
CLAIMED = {_SMALL: Integer(-1), _LARGE: Integer(1)}


def _symbolic(sides: tuple[str, ...], law: str, claimed: dict[str, Integer]) -> Evidence:
    before = derived(*_BEFORE[law])
    beyond = derived("breakdown-with-optimal-ridge", "exponent")
    excess = Symbol("c", positive=True)
    ranges = {_SMALL: 1 / (1 + excess), _LARGE: 1 + excess}
    return symbolic_equality(
        [
            Identity(
                label=rf"sign of ${beyond}-({latex(before)})$, {side}",
                derived=sign(cancel((beyond - before).subs(alpha, ranges[side]))),
                claimed=claimed[side],
            )
            for side in sides
        ],
        summary=f"exponent in T beyond the latent size less the {law} one before",
    )


def _numeric(sides: tuple[str, ...], noise: int, claimed: dict[str, Integer]) -> Evidence:
    """Compare local slopes far below and far beyond the latent size, at N = inf with the optimal ridge."""
    size = 10**12
    inequalities = []
    for side in sides:
        for value in _VALUES[side]:
            law = spectrum(value, size)

            before = -local_slope(partial(_least_excess, law, noise), 10**6, 10**7)
            # Beyond M the smallest eigenvalue has to be far above the noise per sample.
            beyond = -local_slope(partial(_least_excess, law, 1), 10**50, 10**51)
            larger, smaller = (beyond, before) if claimed[side] < 0 else (before, beyond)
            words = ("beyond", "before") if claimed[side] < 0 else ("before", "beyond")
            inequalities.append(
                Inequality(
                    label=f"alpha = {value}, M = 1e12: rate {words[0]} against {words[1]}",
                    larger=larger,
                    smaller=smaller,
                )
            )
    return numbers_ordered(
        inequalities, summary="rates of fall at T = 1e6 and 1e50 around M = 1e12", margin=1e-3
    )


def _least_excess(law: numerics.PowerLaw, noise: int, samples: int) -> mpmath.mpf:
    # At infinitely many features the optimal ridge is the label noise.
    return numerics.solve_ridge(
        law, features=math.inf, samples=samples, ridge=noise, noise=noise, digits=30
    ).excess


def noiseless_symbolic(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the exponents beyond and, without label noise, before the latent size."""
    return _symbolic((_SMALL, _LARGE), "noiseless", claimed)


def noiseless_numeric(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the rates beyond and, without label noise, before the latent size."""
    return _numeric((_SMALL, _LARGE), 0, claimed)


def noisy_small_symbolic(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the exponents with label noise and alpha < 1."""
    return _symbolic((_SMALL,), "noisy", claimed)


def noisy_small_numeric(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the rates with label noise and alpha < 1."""
    return _numeric((_SMALL,), 1, claimed)


def noisy_large_symbolic(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the exponents with label noise and alpha > 1."""
    return _symbolic((_LARGE,), "noisy", claimed)


def noisy_large_numeric(_: Context, claimed: dict[str, Integer] = CLAIMED) -> Evidence:
    """Compare the rates with label noise and alpha > 1."""
    return _numeric((_LARGE,), 1, claimed)


CLAIM = Claim(
    id="maloney2022.breakdown_gains",
    title="The universal fall-off limits or enhances the gains",
    statement=(
        r"The $1/T$ fall-off with label noise beyond $M$ limits the gains from more data for $\alpha>1$ "
        r"and enhances "
        r"them for $\alpha<1$."
    ),
    source=f"{SOURCE}, section 4.1, discussion of Eqs. 186 and 188",
    assumptions=(LINEAR, EQUIVALENT, r"gains are measured by the exponent in $T$ at $N\ge T$, optimal ridge"),
    cases=(
        Case(
            regime=r"against the noiseless power law $T^{-\alpha}$ before $M$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noiseless_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noiseless_numeric),
            ),
        ),
        Case(
            regime=r"against the power law with noise of order one before $M$, $\alpha<1$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noisy_small_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noisy_small_numeric),
            ),
        ),
        Case(
            regime=r"against the power law with noise of order one before $M$, $\alpha>1$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noisy_large_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noisy_large_numeric),
            ),
        ),
    ),
    note=(
        r"The statement compares $1/T$ with the exponent $\alpha$ of the noiseless loss. The same noise "
        r"that makes the "
        r"$1/T$ law makes the loss before $M$ fall as $T^{-\alpha/(1+\alpha)}$, slower than $1/T$ for "
        r"every $\alpha$: "
        r"at given noise the breakdown always enhances the gains."
    ),
)
