r"""The conditions of Theorem 1: which losses meet them, and one that no loss meets."""

from __future__ import annotations

import mpmath
import numpy as np
from sympy import Abs, Expr, Integer, Matrix, Rational, Symbol, diag

from ....theory.variance_limited import (
    curvature,
    curvature_bound,
    hoelder_slope,
    logistic_loss,
    polynomial_degree,
    softmax,
    softmax_loss,
    squared_loss,
)
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, evaluate, symbolic_equality
from ..orderings import Inequality, numbers_ordered
from .coins import f
from .letters import SOURCE

#: The largest eigenvalue of the curvature of a softmax.
LARGEST = Rational(1, 2)
#: The largest second derivative of the logistic loss.
STEEPEST = Rational(1, 4)


def qualify_symbolic(_: Context, *, steepest: Expr = STEEPEST) -> Evidence:
    """Find the degree of the squared error and the curvature of both cross-entropies."""
    outputs = [Symbol(f"f_{k}", real=True) for k in range(3)]
    weights, vector = (
        [Symbol(f"q_{k}", positive=True) for k in range(3)],
        Matrix([Symbol(f"v_{k}", real=True) for k in range(3)]),
    )
    p = softmax(outputs)
    found = curvature(softmax_loss(outputs, weights), outputs)
    form = (vector.T * found * vector)[0]
    pairs = sum(p[i] * p[j] * (vector[i] - vector[j]) ** 2 for i in range(3) for j in range(i))
    return symbolic_equality(
        [
            Identity(
                label="degree of the squared error",
                derived=Integer(polynomial_degree(squared_loss(f, 1), (f,)) or 0),
                claimed=Integer(2),
            ),
            Identity(
                label=r"$\sup|\ell''|$, logistic",
                derived=curvature_bound(logistic_loss(f, Rational(1, 3)), f),
                claimed=steepest,
            ),
            Identity(
                label=r"$\operatorname{tr}\ell''$, softmax",
                derived=found.trace(),
                claimed=(diag(*p) - p * p.T).trace(),
            ),
            Identity(label=r"$v^T\ell''v$, softmax", derived=form, claimed=pairs),
        ],
        summary="Squared error and cross-entropy",
    )


def qualify_numeric(_: Context, *, largest: Expr = LARGEST) -> Evidence:
    """Compare eigenvalues of the curvature of a softmax, at many probabilities, with their bound."""
    generator = np.random.default_rng(0)
    rows = []
    for classes in (2, 3, 10):
        drawn = generator.dirichlet(np.full(classes, 0.3), size=200)
        values = [float(np.linalg.eigvalsh(np.diag(p) - np.outer(p, p))[-1]) for p in drawn]
        rows.append(
            Inequality(
                label=f"{classes} classes, largest of 200",
                larger=evaluate(largest, {}),
                smaller=mpmath.mpf(max(values)),
            )
        )
    return numbers_ordered(rows, summary="Bound on the curvature over its largest value found")


QUALIFY = Claim(
    id="bahri2021.squared_error_and_cross_entropy",
    title="Squared error and cross-entropy are covered",
    statement="The squared error and the cross-entropy meet the conditions of Theorem 1.",
    source=f"{SOURCE}, after Theorem 1",
    assumptions=("cross-entropy as a function of logits, not of probabilities",),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=qualify_symbolic),
                Leg(kind=LegKind.NUMERIC, run=qualify_numeric),
            )
        ),
    ),
    note=(
        r"$\ell''=\operatorname{diag}(p)-pp^T$, whose form $\sum_{c<d}p_cp_d(v_c-v_d)^2$ is the variance of "
        r"$v$ under $p$, at most $\frac14(\max v-\min v)^2\le\frac12|v|^2$."
    ),
)


def hoelder_symbolic(_: Context, *, slope: Expr | None = None) -> Evidence:
    """Compare the slope that the condition leaves with that of the squared error."""
    constant = Symbol("K", positive=True)
    return symbolic_equality(
        [
            Identity(
                label=r"largest $|\ell'|$ under the condition, and that of $\frac12f^2$",
                derived=hoelder_slope(Integer(2), constant),
                claimed=Abs(squared_loss(f, 0).diff(f)) if slope is None else slope,
            )
        ],
        summary="Slope of a 2-Hölder loss",
    )


def hoelder_numeric(_: Context, *, constant: int = 10**6) -> Evidence:
    """Look for points between which the squared error differs by more than the condition allows."""
    rows = []
    for power in (2, 7, 12):
        with mpmath.workdps(60):
            step = mpmath.mpf(10) ** -power
            quotient = ((1 + step) ** 2 - 1) / 2 / step**2
        rows.append(
            Inequality(label=f"at 1 and 1 + 1e-{power}", larger=mpmath.mpf(constant), smaller=quotient)
        )
    return numbers_ordered(rows, summary=r"$K=10^6$ over $|\ell(x)-\ell(y)|/|x-y|^2$ of the squared error")


HOELDER = Claim(
    id="bahri2021.two_hoelder",
    title="The 2-Hölder case of Theorem 1 has content",
    statement=(
        r"Theorem 1 covers losses with $|\ell(x)-\ell(y)|\le K|x-y|^2$ for all $x,y$, the squared error "
        "among them."
    ),
    source=f"{SOURCE}, Theorem 1 (c) as it is used in SM B",
    assumptions=("the condition for all pairs of points with one constant",),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=hoelder_symbolic),
                Leg(kind=LegKind.NUMERIC, run=hoelder_numeric),
            )
        ),
    ),
    note=(
        r"Divided by $|x-y|$ the condition says $\ell'=0$: it is met by constants alone. A Lipschitz "
        r"condition on $\ell'$, which is (b) almost everywhere, is what the proof needs."
    ),
)


CLAIMS = (QUALIFY, HOELDER)
