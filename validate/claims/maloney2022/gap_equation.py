r"""The gap equation for the renormalised ridge, and the traces of the resolvents that define it.

With $z=\sum_I\lambda_I/(\lambda_I+\kappa)$: $\gamma M/\sigma_u^2=\kappa(N-z)(T-z)$, where $N-z$ and $T-z$ are
the mean traces of the resolvents of the features; without ridge $1=\sum_I\lambda_I/(m\lambda_I+\Delta_m)$.
"""

from __future__ import annotations

import functools
from fractions import Fraction

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, cancel

from ....numerics import PowerLaw, solve_ridge, trace_sum
from ....theory import AnySpectrum, RandomFeatureRidge, TraceSum, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.draws import sample_data, sample_feature_map
from ...simulate.replicates import child_seed, run_replicates
from ...statistics import mean_estimate
from ..legs import (
    DIGITS,
    Identity,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import MODEL, NOTATION, M, N, T, alpha, gamma, lambda_plus, maps, size_text, z

kappa = symbols.kappa
m = Symbol("m", positive=True)
_ROOT = Symbol("root", positive=True)
Delta_m = Symbol("Delta_m", positive=True)

#: What vanishes: the gap equation with the renormalised ridge in units of the eigenvalues.
GAP = gamma * M / maps - kappa * (N - z) * (T - z)
#: The traces of the two resolvents.
TRACES = (N - z, T - z)


def _summand(index: Expr) -> Expr:
    r"""Return one term of the ridgeless equation $1=\sum_I\lambda_I/(m\lambda_I+\Delta_m)$."""
    eigenvalue = lambda_plus * index ** -(1 + alpha)
    return eigenvalue / (m * eigenvalue + Delta_m)


def symbolic(_: Context, *, gap: Expr = GAP) -> Evidence:
    """Compare with the fixed point of the model, with ridge and without."""
    equation = RandomFeatureRidge(spectrum=AnySpectrum()).fixed_point
    in_units = plain(equation.lhs - equation.rhs).subs(kappa, _ROOT)
    # Both terms of the equation are proportional to the unit of the eigenvalues.
    derived = lambda_plus * NOTATION.apply(in_units).subs(_ROOT, kappa / lambda_plus)
    total = TraceSum(0, 1, 1 + alpha, Delta_m / (m * lambda_plus), M).rewrite("Sum")
    term, (index, *_limits) = total.function, total.limits[0]
    return symbolic_equality(
        [
            Identity(label="gap equation", derived=derived, claimed=gap, equation=True),
            Identity(label="term of the ridgeless sum", derived=cancel(term / m), claimed=_summand(index)),
        ],
        summary="Gap equation and its ridgeless form",
    )


_SETTINGS = (
    # alpha, size, features, samples, ridge
    (Fraction(3, 10), 400, 50, 80, Fraction(1, 10)),
    (Fraction(1, 2), 400, 90, 60, Fraction(1, 1000)),
    (Fraction(1), 400, 60, 60, Fraction(1, 10**6)),
    (Fraction(1), 400, 40, 90, Fraction(0)),
    (Fraction(2), 400, 90, 40, Fraction(0)),
    (Fraction(1), 10**12, 10**6, 10**7, Fraction(1, 10**7)),
    (Fraction(1, 2), 10**20, 10**9, 10**9, Fraction(1, 10**9)),
)
_SUMMED_TERM_BY_TERM = 1000


def numeric(_: Context, *, gap: Expr = GAP) -> Evidence:
    """Put numeric roots into the equation, its sum taken term by term where that can be done."""
    pairs = []
    for exponent, size, features, samples, ridge in _SETTINGS:
        root = solve_ridge(
            PowerLaw(1 + exponent, size=size), features=features, samples=samples, ridge=ridge, digits=DIGITS
        ).kappa
        with mpmath.workdps(DIGITS):
            if size <= _SUMMED_TERM_BY_TERM:
                decay = 1 + mpmath.mpf(exponent.numerator) / exponent.denominator
                df1 = mpmath.fsum(1 / (1 + root * mpmath.mpf(k) ** decay) for k in range(1, size + 1))
            else:
                df1 = trace_sum(1 + exponent, root, size=size, digits=DIGITS)
            sizes = f"M={size_text(size)}, N={size_text(features)}, T={size_text(samples)}"
            label = f"alpha={exponent}, {sizes}, ridge={float(ridge):g}"
            if ridge == 0:
                pairs.append(Pair(label=label, measured=df1, claimed=min(features, samples)))
                continue
            # In units where eigenvalues start at 1 the paper's gamma is ridge * N / M.
            values = {gamma: ridge * features / size, M: size, maps: 1}
            values |= {kappa: root, N: features, T: samples, z: df1}
            left, right = sorted(evaluate(part, values) for part in gap.as_two_terms())
            pairs.append(Pair(label=label, measured=right, claimed=-left))
    return numbers_agree(
        pairs, summary="Both sides of the gap equation at its numeric root", tolerance=1e-40, refuted=1e-6
    )


_CELLS = (
    # alpha, features, samples, ridge
    (0.5, 80, 120, 0.05),
    (1.0, 80, 120, 0.01),
    (1.0, 100, 100, 0.01),
    (1.0, 150, 100, 0.003),
    (2.0, 100, 60, 0.001),
)
#: The traces are sums of N or T numbers of order one; their means are predicted up to less than this.
_ABSOLUTE_ALLOWANCE = 0.5


def _traces(
    seed: np.random.SeedSequence,
    *,
    amplitudes: NDArray[np.float64],
    features: int,
    samples: int,
    ridge: float,
) -> NDArray[np.float64]:
    """Return the traces of both resolvents, times the ridge, for one draw of data and features."""
    generator = np.random.default_rng(seed)
    embedding = sample_feature_map(amplitudes, features, generator, reduced=False)
    data = sample_data(amplitudes.size, samples, generator, reduced=False)
    squares = np.linalg.svd(embedding @ data, compute_uv=False) ** 2
    seen = float((ridge / (squares + ridge)).sum())
    return np.array([seen + features - squares.size, seen + samples - squares.size])


def simulation(context: Context, *, traces: tuple[Expr, Expr] = TRACES) -> Evidence:
    """Compare simulated traces of resolvents with their values at the root."""
    points = []
    size = context.size(1200)
    for cell, (exponent, features, samples, ridge) in enumerate(_CELLS):
        n, t = context.size(features), context.size(samples)
        root = solve_ridge(PowerLaw(1 + exponent, size=size), features=n, samples=t, ridge=ridge)
        amplitudes = np.arange(1, size + 1, dtype=np.float64) ** (-(1 + exponent) / 2)
        draws = run_replicates(
            functools.partial(_traces, amplitudes=amplitudes, features=n, samples=t, ridge=ridge),
            replicates=context.replicates(30, thorough=300),
            seed=child_seed(context.seed, cell),
            seconds=0.02,
            executor=context.executor,
            progress=context.progress,
        )
        for name, trace, column in zip(("N", "T"), traces, draws.T, strict=True):
            predicted = float(evaluate(trace, {N: n, T: t, z: root.df1}, digits=15))
            points.append(
                SimulatedPoint(
                    label=f"{name}-trace, alpha={exponent:g}, N={n}, T={t}, ridge={ridge:g}",
                    estimate=mean_estimate(column),
                    prediction=predicted,
                    allowance=_ABSOLUTE_ALLOWANCE / abs(predicted),
                )
            )
    return simulation_agrees(context, points, summary="Traces of the resolvents")


CLAIM = Claim(
    id="maloney2022.gap_equation",
    title="Gap equation and traces of the resolvents",
    statement=(
        r"With $z=\sum_I\lambda_I/(\lambda_I+\kappa)$ the renormalised ridge solves "
        r"$\gamma M/\sigma_u^2=\kappa(N-z)(T-z)$, where "
        r"$\gamma\,\mathrm{tr}\langle(\gamma+\phi\phi^T)^{-1}\rangle=N-z$ "
        r"and $\gamma\,\mathrm{tr}\langle(\gamma+\phi^T\phi)^{-1}\rangle=T-z$; without ridge, for "
        r"$m=\min(N,T)<M$, $1=\sum_I\lambda_I/(m\lambda_I+\Delta_m)$ with $\Delta_m=m\kappa$."
    ),
    source="the model of the paper at large N and T; with ridge as in Zhang, arXiv:2405.19398",
    assumptions=(MODEL, r"$N,T\gg1$: traces are predicted up to an absolute error below one half"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
    note=r"The equation has one root with $z<\min(N,T)$; $\kappa=0$ without ridge where $M\le\min(N,T)$.",
)
