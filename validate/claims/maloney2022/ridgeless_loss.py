r"""The loss without ridge on either side of $N=T$, and how it amplifies label noise."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import mpmath
from sympy import Expr

from ....numerics import PowerLaw, solve_ridge
from ....theory import PowerLaw as SymbolicPowerLaw
from ....theory import laws, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    Pair,
    approach_to_law,
    evaluate,
    numbers_agree,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import (
    ALPHAS,
    EQUIVALENT,
    MODEL,
    POWER_LAW,
    RIDGELESS,
    UNIT,
    C,
    Delta,
    Delta_T,
    M,
    N,
    T,
    alpha,
    in_letters,
    label_noise,
    lambda_plus,
    q,
    size_text,
    teacher,
)
from .predictions import Cell, simulated_points

a, kappa, sigma2 = symbols.decay, symbols.kappa, symbols.noise

#: Loss for N < T, label noise of the test point included.
UNDERPARAMETERIZED = C / 2 * (teacher / M * Delta + label_noise) / (1 - N / T)
#: Signal part for T < N, and the factor of the label noise there.
OVERPARAMETERIZED_SIGNAL = UNIT * Delta_T / (1 - T / N)
NOISE_FACTOR = (1 - q / N) / ((1 - q / T) * (1 - T / N))
#: Factors of the label noise on a power law, for N < T and for T < N.
NOISE_BELOW = 1 / (1 - N / T)
NOISE_ABOVE = alpha + 1 / (1 - T / N)


def loss_symbolic(
    _: Context, *, below: Expr = UNDERPARAMETERIZED, above: Expr = OVERPARAMETERIZED_SIGNAL
) -> Evidence:
    """Compare the ridgeless limits of the risk with the claimed losses."""
    fewer, more = laws.derive("ridgeless-underparameterized"), laws.derive("ridgeless-overparameterized")
    return symbolic_equality(
        [
            Identity(label=r"$L$ for $N<T$", derived=in_letters(fewer.results["risk"]), claimed=below),
            Identity(
                label=r"signal part of $L$ for $T<N$",
                derived=in_letters(more.results["bias"], kappa=Delta_T / (T * lambda_plus)),
                claimed=above,
            ),
        ],
        summary="Ridgeless loss on both sides",
    )


#: What is compared in units of the signal, where Delta is m times kappa.
_SIZES = (
    # alpha, size, features, samples
    (Fraction(3, 10), 300, 40, 100),
    (Fraction(1), 300, 100, 40),
    (Fraction(1, 2), 10**15, 10**9, 3 * 10**9),
    (Fraction(1), 10**30, 10**12, 10**13),
    (Fraction(2), 10**30, 10**13, 10**12),
)


def loss_numeric(
    _: Context, *, below: Expr = UNDERPARAMETERIZED, above: Expr = OVERPARAMETERIZED_SIGNAL
) -> Evidence:
    """Compare the solved model with the formulas at its own root."""
    pairs = []
    for exponent, size, features, samples in _SIZES:
        point = solve_ridge(
            PowerLaw(1 + exponent, size=size),
            features=features,
            samples=samples,
            noise=Fraction(1, 10),
            digits=DIGITS,
        )
        values = {N: features, T: samples, M: 1, teacher: 1, C: 2, label_noise: Fraction(1, 10)}
        with mpmath.workdps(DIGITS):
            renormalised = min(features, samples) * point.kappa
        values |= {Delta: renormalised, Delta_T: renormalised}
        formula, measured = (below, point.risk) if features < samples else (above, point.bias)
        label = f"alpha={exponent}, M={size_text(size)}, N={size_text(features)}, T={size_text(samples)}"
        pairs.append(Pair(label=label, measured=measured, claimed=evaluate(formula, values)))
    return numbers_agree(pairs, summary="Loss of the solved model", tolerance=1e-40, refuted=1e-6)


_CELLS = (
    Cell(alpha=0.5, features=60, samples=160),
    Cell(alpha=1.0, features=60, samples=120),
    Cell(alpha=1.0, features=150, samples=75),
    Cell(alpha=2.0, features=160, samples=60),
    Cell(alpha=1.0, features=60, samples=math.inf),
    Cell(alpha=0.5, features=math.inf, samples=60),
)


def loss_simulation(context: Context) -> Evidence:
    """Compare simulated noiseless losses with their finite-size predictions."""
    points = simulated_points(context, _CELLS, replicates=40, thorough=400)
    return simulation_agrees(context, points, summary="Ridgeless loss without label noise")


LOSS_CLAIM = Claim(
    id="maloney2022.ridgeless_loss",
    title="Loss without ridge on both sides of equal resources",
    statement=(
        r"$L=\frac C2\frac{\frac{\sigma_w^2}M\Delta_N+\sigma_\epsilon^2}{1-N/T}$ for $N<T$, and for $T<N$ "
        r"the signal part is $\frac{C\sigma_w^2}{2M}\frac{\Delta_T}{1-T/N}$, the same with "
        r"$N\leftrightarrow T$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, solution in the ridgeless limit",
    assumptions=(MODEL, EQUIVALENT, RIDGELESS, r"$\min(N,T)<M$, any spectrum"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=loss_symbolic),
                Leg(kind=LegKind.NUMERIC, run=loss_numeric),
                Leg(kind=LegKind.SIMULATION, run=loss_simulation),
            )
        ),
    ),
)


def noise_below_symbolic(_: Context, *, claimed: Expr = NOISE_BELOW) -> Evidence:
    """Read the factor of the label noise off the ridgeless risk for N < T."""
    risk = laws.derive("ridgeless-underparameterized").results["risk"].rhs
    return symbolic_equality(
        [
            Identity(
                label=r"factor of $\frac C2\sigma_\epsilon^2$", derived=risk.diff(sigma2), claimed=claimed
            )
        ],
        summary="Factor of the label noise for fewer features than samples",
    )


def noise_above_symbolic(
    _: Context, *, general: Expr = NOISE_FACTOR, on_power_law: Expr = NOISE_ABOVE
) -> Evidence:
    """Compare the factor of the label noise for T < N, on any spectrum and on the power law."""
    results = laws.derive("ridgeless-overparameterized").results
    return symbolic_equality(
        [
            Identity(label="any spectrum", derived=results["noise_factor"].rhs, claimed=general),
            Identity(
                label="power law",
                derived=results["noise_factor_power_law"].rhs.subs(a, 1 + alpha),
                claimed=on_power_law,
            ),
        ],
        summary="Factor of the label noise for more features than samples",
    )


def noise_below_numeric(_: Context, *, claimed: Expr = NOISE_BELOW) -> Evidence:
    """Compare the factor of the solved model, which depends on nothing but N/T."""
    pairs = []
    for exponent, size, features, samples in _SIZES:
        small, large = sorted((features, samples))
        point = solve_ridge(
            PowerLaw(1 + exponent, size=size), features=small, samples=large, noise=1, digits=DIGITS
        )
        with mpmath.workdps(DIGITS):
            measured = 1 + point.variance
        label = f"alpha={exponent}, N={size_text(small)}, T={size_text(large)}"
        claim = evaluate(claimed, {N: small, T: large})
        pairs.append(Pair(label=label, measured=measured, claimed=claim))
    return numbers_agree(pairs, summary="Factor of the label noise", tolerance=1e-40, refuted=1e-6)


@cache
def _shift_of_df2() -> Expr:
    r"""Return the next term of $q$ at $z=T$ on the infinite power law, a constant."""
    shifts = []
    for order in (1, 2):
        terms = SymbolicPowerLaw().df(order, kappa).small_kappa(order=2, where=(a > 1,)).terms
        shifts.append(terms[1])
    ratio = laws.derive("degrees-of-freedom-power-law").results["df2"].rhs / symbols.df1
    return (shifts[1] - ratio * shifts[0]).subs(a, 1 + alpha)


def noise_above_numeric(_: Context, *, claimed: Expr = NOISE_ABOVE) -> Evidence:
    r"""Follow the factor of the solved model to the claimed one as T grows at fixed N/T."""
    leading = laws.derive("degrees-of-freedom-power-law").results["df2"].rhs / symbols.df1 * T
    factor = laws.derive("ridgeless-overparameterized").results["noise_factor"].rhs
    slope = (plain(factor).diff(q) / plain(factor)).subs(q, leading).subs(a, 1 + alpha)
    points = []
    for exponent in ALPHAS:
        for samples in (10**3, 10**6, 10**9, 10**15):
            values = {alpha: exponent, N: 3 * samples, T: samples}
            point = solve_ridge(
                PowerLaw(1 + exponent), features=3 * samples, samples=samples, noise=1, digits=DIGITS
            )
            with mpmath.workdps(DIGITS):
                measured = 1 + point.variance
            points.append(
                ApproachPoint(
                    label=f"alpha={exponent}, N=3T",
                    at=size_text(samples),
                    measured=measured,
                    law=evaluate(claimed, values),
                    next_term=evaluate(slope * _shift_of_df2(), values),
                )
            )
    return approach_to_law(points, summary="Factor of the label noise on the power law")


_NOISE_BELOW_CELLS = (
    Cell(alpha=0.5, features=60, samples=160, noise=1.0, quantity="variance"),
    Cell(alpha=1.0, features=60, samples=120, noise=1.0, quantity="variance"),
    Cell(alpha=2.0, features=80, samples=240, noise=1.0, quantity="variance"),
)
_NOISE_ABOVE_CELLS = (
    Cell(alpha=0.5, features=160, samples=60, noise=1.0, quantity="variance"),
    Cell(alpha=1.0, features=150, samples=75, noise=1.0, quantity="variance"),
    Cell(alpha=2.0, features=math.inf, samples=60, noise=1.0, quantity="variance"),
)


def noise_below_simulation(context: Context) -> Evidence:
    """Compare the simulated share of the label noise for N < T with its finite-size prediction."""
    points = simulated_points(context, _NOISE_BELOW_CELLS, replicates=40, thorough=400)
    return simulation_agrees(context, points, summary="Variance due to label noise, N < T")


def noise_above_simulation(context: Context) -> Evidence:
    """Compare the simulated share of the label noise for T < N with its finite-size prediction."""
    points = simulated_points(context, _NOISE_ABOVE_CELLS, replicates=40, thorough=400)
    return simulation_agrees(context, points, summary="Variance due to label noise, T < N")


NOISE_CLAIM = Claim(
    id="maloney2022.ridgeless_noise_factors",
    title="Amplification of label noise without ridge",
    statement=(
        r"Without ridge the label noise enters the loss as $\frac C2\sigma_\epsilon^2$ times $1/(1-N/T)$ for "
        r"$N<T$, and times $\alpha+1/(1-T/N)$ for $T<N$ on the power law."
    ),
    source="derived for this project from the model of arXiv:2210.16859",
    assumptions=(MODEL, EQUIVALENT, RIDGELESS, "the noise of the test label is counted in the loss"),
    cases=(
        Case(
            regime=r"$N<T$, any spectrum",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noise_below_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noise_below_numeric),
                Leg(kind=LegKind.SIMULATION, run=noise_below_simulation),
            ),
        ),
        Case(
            regime=rf"$T<N$, {POWER_LAW}",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noise_above_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noise_above_numeric),
                Leg(kind=LegKind.SIMULATION, run=noise_above_simulation),
            ),
        ),
    ),
    note=(
        r"For $T<N$ and any spectrum the factor is $\frac{1-q/N}{(1-q/T)(1-T/N)}$: unlike the signal, the "
        r"noise is not symmetric under $N\leftrightarrow T$; with infinitely many features it stays finite, "
        r"$1+\alpha$."
    ),
)

CLAIMS = (LOSS_CLAIM, NOISE_CLAIM)
