r"""Averaged iterates at a constant step size: the same orders with $N$ for $N_{\rm eff}$."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr
from sympy import gamma as gamma_function

from ....theory import laws
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
    together_evidence,
)
from .letters import MODEL, POWER_LAW, SOURCE, N_eff, a, b, gamma, in_letters, sigma2
from .predictions import at, exponent_pair, unsketched
from .simulated import runs

#: Exponents of the samples, and the laws; the letter of the effective samples stands for all of them here.
SIGNAL_EXPONENT, NOISE_EXPONENT = (1 - b) / a, 1 / a - 1
_P = (b - 1) / a
SIGNAL = gamma_function(_P - 2) / a * (2 ** (2 - _P) - 2) * (gamma * N_eff) ** -_P
NOISE = sigma2 * gamma_function(-1 / a) * (2 ** (1 / a) - 2) / (a + 1) * (gamma * N_eff) ** (1 / a) / N_eff

_HALF = Fraction(1, 2)
_PAIRS = ((Fraction(2), Fraction(2)), (3 * _HALF, 3 * _HALF), (Fraction(2), 5 * _HALF))
_POWERS = (22, 26)
_STEP = Fraction(1, 100)


def symbolic(_: Context, *, signal: Expr = SIGNAL, noise: Expr = NOISE) -> Evidence:
    """Compare the derived bias and variance of the average with the claimed ones."""
    derivation = laws.derive("sgd-average")
    return symbolic_equality(
        [
            Identity(
                label=name,
                derived=in_letters(derivation.results[key].rhs),
                claimed=claimed,
            )
            for name, key, claimed in (
                (r"$\mathrm{Bias}$", "signal", signal),
                (r"$\mathrm{Var}$", "noise", noise),
            )
        ],
        summary="Bias and variance of the average",
        witness={a: 2, b: 2},
    )


def numeric(
    _: Context,
    *,
    signal_exponent: Expr = SIGNAL_EXPONENT,
    noise_exponent: Expr = NOISE_EXPONENT,
    signal: Expr = SIGNAL,
    noise: Expr = NOISE,
) -> Evidence:
    """Compare exponents and sizes of the solved average with the claimed ones."""
    slopes, sizes = [], []
    samples = [2**power for power in _POWERS]
    for decay, source in _PAIRS:
        points = unsketched(decay, source, _POWERS, _STEP, average=True)
        for what, exponent, law in (("bias", signal_exponent, signal), ("variance", noise_exponent, noise)):
            values = [getattr(point, what) for point in points]
            slopes.append(
                exponent_pair(
                    f"a={decay}, b={source}: {what}, N",
                    values,
                    samples,
                    at(exponent, decay=decay, source=source),
                )
            )
            sizes.append(
                Pair(
                    label=f"a={decay}, b={source}: {what}, N=2^{_POWERS[-1]}, step size 0.01",
                    measured=values[-1],
                    claimed=at(law, decay=decay, source=source, n_eff=samples[-1], step_size=_STEP),
                )
            )
    return together_evidence(
        # The next terms are of relative orders (gamma N)^(-1/a) and (gamma N)^(1/a-1), and of the step size.
        numbers_agree(slopes, summary="Exponents of the average", tolerance=0.01, refuted=0.1),
        numbers_agree(sizes, summary="Bias and variance over their laws", tolerance=0.03, refuted=0.15),
    )


def simulation(context: Context, *, signal: Expr = SIGNAL, noise: Expr = NOISE) -> Evidence:
    """Compare bias and variance of averaged runs with the laws at modest sizes."""
    samples, step = 1024, Fraction(1, 10)
    simulated = runs(
        context,
        0,
        decay=Fraction(2),
        source=Fraction(5, 2),
        samples=samples,
        step_size=step,
        size=150,
        replicates=250,
        thorough=2000,
        average=True,
    )
    points = [
        SimulatedPoint(
            label=f"a=2, b=5/2: {what}, N={samples}, step size 0.1",
            estimate=simulated.estimate(what),
            prediction=float(at(law, decay=2, source=Fraction(5, 2), n_eff=samples, step_size=step)),
            # The next terms: (gamma N)^(-1/2), and the step size times the trace.
            allowance=0.2,
        )
        for what, law in (("bias", signal), ("variance", noise))
    ]
    return simulation_agrees(context, points, summary="Averaged runs over the laws", resolution=0.5)


CLAIM = Claim(
    id="lin2024.average",
    title="Averaged iterates",
    statement=(
        r"For the average of the iterates at a constant step size the orders hold with $N$ for $N_{\rm "
        r"eff}$: "
        r"$\mathrm{Bias}\asymp(N\gamma)^{(1-b)/a}$, $\mathrm{Var}\asymp(N\gamma)^{1/a}/N$ where the "
        r"sketch is not felt."
    ),
    source=f"{SOURCE}, Theorem F.6 (there $b=a$); constants derived here",
    assumptions=(MODEL, POWER_LAW, r"$1\ll(N\gamma)^{1/a}\ll M$, $b<a+1$, constant small steps"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
    note=(
        r"$\mathrm{Bias}\sim\frac1a\Gamma(p-2)(2^{2-p}-2)(\gamma N)^{-p}$ with $p=\frac{b-1}a$, and "
        r"$\mathrm{Var}\sim\sigma^2\frac{\Gamma(-1/a)(2^{1/a}-2)}{a+1}(\gamma N)^{1/a}/N$: no logarithm "
        r"is lost."
    ),
)
