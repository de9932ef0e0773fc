r"""The height of the peak at $N=T$ for a small ridge: a power $-1/2$ of the ridge, with its constant."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from sympy import Eq, Expr, Rational, Symbol, cancel, sqrt, together

from ....numerics import PowerLaw, solve_ridge
from ....theory import laws, symbols
from ....theory.ridge import ANY_SPECTRUM
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    approach_to_law,
    evaluate,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import (
    EQUIVALENT,
    MODEL,
    NOISELESS,
    UNIT,
    C,
    Delta,
    M,
    N,
    T,
    gamma,
    in_letters,
    maps,
    q,
    size_text,
    teacher,
    z,
)
from .predictions import Cell, simulated_points

kappa = symbols.kappa

#: Loss at N = T, with Delta = N kappa without ridge.
PEAK = UNIT * Delta * (N / 2) * sqrt(maps * (Delta / N) / (gamma * M))
EXPONENT = Rational(-1, 2)


def symbolic(_: Context, *, peak: Expr = PEAK, exponent: Expr = EXPONENT) -> Evidence:
    """Compare the leading loss at N = T for a small ridge."""
    results = laws.derive("interpolation-peak").results
    risk = plain(results["risk"].rhs).subs(symbols.noise, 0)
    return symbolic_equality(
        [
            Identity(
                label="loss at $N=T$",
                derived=in_letters(Eq(symbols.risk, risk, evaluate=False)),
                claimed=peak,
            ),
            Identity(label=r"exponent of $\gamma$", derived=results["exponent"].rhs, claimed=exponent),
        ],
        summary="Peak at equal resources for a small ridge",
    )


def _next_term() -> Expr:
    r"""Return the relative correction of the peak to first order in the gap $y=N-z$ at the leading order.

    From $\kappa z'=-(z-q)$ follows $\kappa=\kappa_0(1+y/(N-q))$ and from $P=\delta N=\kappa y^2$ that $y$ is
    $y_0=\sqrt{P/\kappa_0}$ times $1-y_0/(2(N-q))$; a change of $q$ counts at the next order only.
    """
    gap, root = Symbol("y", positive=True), Symbol("kappa_0", positive=True)
    level = root * (1 + gap / (N - q))
    risk = plain(ANY_SPECTRUM.bias).subs(T, N).subs(z, N - gap).subs(kappa, level)
    regular = cancel(together(risk * gap))
    in_risk = (regular.diff(gap) / regular).subs(gap, 0)
    in_gap = 1 / (2 * (N - q))
    return cancel(together(in_risk + in_gap)) * sqrt(symbols.ridge * N / root).subs(root, kappa)


_ALPHAS = (Fraction(3, 10), Fraction(1), Fraction(2))
#: The resource, and the ridge times it over kappa, whose root is the gap N - z.
_RESOURCE = 10**12
_SQUARED_GAPS = (10**16, 10**12, 10**4)


def numeric(_: Context, *, peak: Expr = PEAK) -> Evidence:
    """Follow the solved model at N = T to the claimed peak as the ridge falls."""
    correction = _next_term()
    points = []
    for exponent in _ALPHAS:
        spectrum = PowerLaw(1 + exponent)
        limit = solve_ridge(spectrum, features=_RESOURCE, samples=2 * _RESOURCE, digits=DIGITS)
        with mpmath.workdps(DIGITS):
            units = {C: 2, M: 1, teacher: 1, maps: 1, N: _RESOURCE, Delta: _RESOURCE * limit.kappa}
        for squared_gap in _SQUARED_GAPS:
            with mpmath.workdps(DIGITS):
                strength = squared_gap * limit.kappa
                ridge = strength / _RESOURCE
                # The paper's ridge is ridge * N / M in these units.
                law = evaluate(peak, {**units, gamma: strength})
            values = {N: _RESOURCE, q: limit.df2, kappa: limit.kappa, symbols.ridge: ridge}
            measured = solve_ridge(
                spectrum, features=_RESOURCE, samples=_RESOURCE, ridge=ridge, digits=DIGITS
            ).risk
            points.append(
                ApproachPoint(
                    label=f"alpha={exponent}, N=T={size_text(_RESOURCE)}",
                    at=f"gamma M/kappa={size_text(squared_gap)}",
                    measured=measured,
                    law=law,
                    next_term=evaluate(correction, values),
                )
            )
    return approach_to_law(points, summary="Peak of the loss at equal resources")


_CELLS = (
    Cell(alpha=0.5, features=100, samples=100, ridge=0.01),
    Cell(alpha=1.0, features=100, samples=100, ridge=0.001),
    Cell(alpha=1.0, features=150, samples=150, ridge=0.0003),
    Cell(alpha=1.0, features=150, samples=150, ridge=0.00003),
)


def simulation(context: Context) -> Evidence:
    """Compare simulated losses at equal resources with their finite-size predictions."""
    points = simulated_points(context, _CELLS, replicates=30, thorough=600)
    return simulation_agrees(context, points, summary="Loss at N = T for a small ridge")


CLAIM = Claim(
    id="maloney2022.interpolation_peak",
    title="Height of the peak at equal resources",
    statement=(
        r"At $N=T$ without label noise the loss diverges with a vanishing ridge as "
        r"$L\to\frac{C\sigma_w^2}{2M}\Delta_N\frac N2\sqrt{\frac{\sigma_u^2\kappa_N}{\gamma M}}"
        r"\propto\gamma^{-1/2}$."
    ),
    source="derived for this project; double descent in the ridgeless limit of arXiv:2210.16859",
    assumptions=(MODEL, EQUIVALENT, NOISELESS, r"$\gamma\to0$ after $N=T\gg1$"),
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
        r"At finite $N$ the power law ends where $N-z$ reaches order one; simulations are compared with the "
        r"prediction above that."
    ),
)
