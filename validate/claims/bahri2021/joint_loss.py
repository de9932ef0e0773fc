r"""The loss at finite samples and features: the exact factor, the variance limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from sympy import Expr, Integer, limit, oo

from ....theory import AnySpectrum, symbols
from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...statistics import Estimate
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .letters import SOURCE, D, P, S, in_letters
from .teacher_students import (
    EQUIVALENT,
    GAP,
    GAUSSIAN,
    MODEL,
    POWER_LAW,
    allowance,
    exact_draw,
    ratio_of_means,
    simulated,
)

N, T = symbols.features, symbols.samples
#: The factor on the loss of the smaller resource: of fewer features, and of fewer samples.
FACTOR = (D - 1) / (D - P - 1)


def joint_symbolic(_: Context, *, factor: Expr = FACTOR) -> Evidence:
    """Compare the loss with its exact factor with the closed form, on both sides of P=D."""
    model = theory.TeacherStudent(spectrum=AnySpectrum())
    under, over = (in_letters(model.exact_loss(fewer=fewer)) for fewer in ("features", "samples"))
    swapped = factor.subs({D: P, P: D}, simultaneous=True)
    gap = {symbols.kappa: D * GAP / S}
    return symbolic_equality(
        [
            Identity(label="$L$ for $P<D$", derived=under.subs(gap), claimed=P * GAP / (2 * S) * factor),
            Identity(label="$L$ for $D<P$", derived=over.subs(gap), claimed=D * GAP / (2 * S) * swapped),
        ],
        summary="Joint loss in terms of the gap",
        witness={P: 5, D: 9, S: 20},
    )


_CELLS = (
    # alpha, features, samples, replicates
    (1.0, 150, 300, 12),
    (1.0, 60, 20, 150),
    (0.5, 50, 400, 20),
    (0.5, 200, 60, 20),
    (2.0, 20, 60, 250),
    (2.0, 60, 30, 150),
)


def joint_simulation(context: Context, *, strength: float = 1.0) -> Evidence:
    """Compare mean losses of draws with the closed form; `strength` multiplies it."""
    points = []
    for place, (alpha, features, samples, replicates) in enumerate(_CELLS):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=400,
            features=features,
            samples=samples,
            replicates=replicates,
            thorough=10 * replicates,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, P={found.features}, D={found.samples}",
                estimate=found.estimate("loss"),
                prediction=strength * found.prediction("loss"),
                allowance=allowance(alpha, min(found.features, found.samples)),
            )
        )
    return simulation_agrees(context, points, summary="Mean loss")


def factor_symbolic(_: Context, *, factor: Expr = FACTOR) -> Evidence:
    """Compare the mean over Gaussian draws with the factor."""
    return symbolic_equality(
        [Identity(label="$L/L_1$ for $P<D$", derived=in_letters(theory.exact_factor(N, T)), claimed=factor)],
        summary="One plus the trace of a mean inverse Wishart matrix",
        witness={P: 5, D: 9},
    )


def rows_symbolic(_: Context, *, factor: Expr = FACTOR) -> Evidence:
    """Compare the image of the mean under the exchange with the factor."""
    swapped = factor.subs({D: P, P: D}, simultaneous=True)
    return symbolic_equality(
        [Identity(label="$L/L_1$ for $D<P$", derived=in_letters(theory.exact_factor(T, N)), claimed=swapped)],
        summary="One plus the trace of a mean inverse Wishart matrix",
        witness={P: 9, D: 5},
    )


Sizes = Sequence[tuple[int, int, str, str]]
#: Features, samples, law of the data, law of the projection.
SAMPLES: Sizes = (
    (10, 40, "gaussian", "gaussian"),
    (20, 60, "gaussian", "orthonormal"),
    (10, 18, "gaussian", "gaussian"),
)
ROWS: Sizes = ((40, 10, "gaussian", "gaussian"), (60, 20, "laplace", "gaussian"))
#: Few other directions: what leaves the Gaussian value is largest there.
OTHER: dict[str, Any] = {
    "sizes": ((4, 60, "rademacher", "gaussian"), (4, 60, "laplace", "gaussian")),
    "size": 12,
    "added": True,
}


def factor_simulation(
    context: Context,
    *,
    sizes: Sizes = SAMPLES,
    factor: Expr = FACTOR,
    size: int = 100,
    added: bool = False,
) -> Evidence:
    """Compare mean loss over mean limit of the same draws with the factor, or what it adds to one."""
    points = []
    for place, (features, samples, law, projection) in enumerate(sizes):
        found = simulated(
            context,
            place,
            alpha=1.0,
            size=size,
            features=features,
            samples=samples,
            replicates=1200,
            thorough=20_000,
            law=law,
            projection=projection,
        )
        smaller, larger = sorted((found.features, found.samples))
        claimed = float(evaluate(factor, {P: int(smaller), D: int(larger)}))
        estimate = ratio_of_means(found)
        if added:
            estimate = Estimate(
                value=estimate.value - 1, standard_error=estimate.standard_error, count=estimate.count
            )
            claimed -= 1
        points.append(
            SimulatedPoint(
                label=f"P={found.features}, D={found.samples}, {law} data, {projection} rows",
                estimate=estimate,
                prediction=claimed,
                allowance=0.0,
            )
        )
    return simulation_agrees(context, points, summary="Mean loss over its limit")


def other_data_numeric(_: Context) -> Evidence:
    """Compare the exact coefficient of 1/D for data that are not Gaussian with what the factor says."""
    found = []
    for size, features, seed in ((4, 1, 1), (5, 2, 2)):
        projection = exact_draw(size, features, 1, seed)[2]
        variances = [Integer(1) / i**2 for i in range(1, size + 1)]
        coefficients = [theory.independent_coefficient(variances, projection, k) for k in (1, 3, 6)]
        found += [
            Pair(
                label=f"S={size}, P={features}, fourth moment {kurtosis}",
                measured=coefficient,
                claimed=coefficients[1],
            )
            for kurtosis, coefficient in ((1, coefficients[0]), (6, coefficients[2]))
        ]
    return numbers_agree(
        found, summary=r"Limit of $D(L-L(P))$ over the Gaussian $PL(P)$", tolerance=1e-6, refuted=0.01
    )


#: Exponent of the excess in the growing resource.
VARIANCE_EXPONENT = Integer(-1)


def variance_symbolic(_: Context, *, exponent: Expr = VARIANCE_EXPONENT) -> Evidence:
    """Compare the exponents of both excesses with the claimed one, from their logarithmic slopes."""
    identities = []
    for label, smaller, larger in (("in $D$ at fixed $P$", N, T), ("in $P$ at fixed $D$", T, N)):
        for name, factor in (("exact", theory.exact_factor), ("planar", theory.planar_factor)):
            excess = factor(smaller, larger) - 1
            slope = limit((larger * excess.diff(larger) / excess).cancel(), larger, oo)
            identities.append(Identity(label=f"exponent {label}, {name}", derived=slope, claimed=exponent))
    return symbolic_equality(identities, summary="Excess over the limit")


_FAR = (120, 960)


def variance_simulation(context: Context, *, exponent: float = -1.0) -> Evidence:
    """Compare the exponents of simulated excesses with the claimed one."""
    points = []
    for place, varied in enumerate(("samples", "features")):
        for alpha in (0.5, 1.5):
            sizes, ends = [], []
            for end, amount in enumerate(_FAR):
                resources: dict[str, Any] = {"features": 10, "samples": 10, varied: amount}
                found = simulated(
                    context,
                    100 * place + 10 * round(2 * alpha) + end,
                    alpha=alpha,
                    size=150,
                    replicates=150,
                    thorough=1500,
                    **resources,
                )
                # of each loss the share above its limit: fluctuations of the limit drop out
                ends.append(ratio_of_means(found))
                sizes.append(float(max(found.features, found.samples)))
            width = math.log(sizes[1] / sizes[0])
            first, last = ((end.value - 1, end.standard_error) for end in ends)
            points.append(
                SimulatedPoint(
                    label=f"exponent in {varied} from {sizes[0]:g} to {sizes[1]:g}, alpha={alpha:g}",
                    estimate=Estimate(
                        value=math.log(last[0] / first[0]) / width,
                        standard_error=math.hypot(first[1] / first[0], last[1] / last[0]) / width,
                        count=ends[0].count,
                    ),
                    prediction=exponent,
                    # (m + 1)/M at the smaller end, over the logarithm of the range
                    allowance=11 / sizes[0] / width + 0.01,
                )
            )
    return simulation_agrees(context, points, summary="Exponent of the excess over the limit")


_PLANAR = r"In the planar limit the factor is $M/(M-m)$, 3.5 where it is $13/3$ at $m=10$, $M=14$."
_NEXT = r" On power laws the next order of $\Delta_m$'s part is a factor $1+\alpha_K/(2m)$."

CLAIMS = (
    Claim(
        id="bahri2021.joint_loss",
        title="Loss at finite samples and features",
        statement=(
            r"$L(D,P)=\frac{m\Delta_m}{2S}\frac{M-1}{M-m-1}$, $m=\min(D,P)$, $M=\max(D,P)$, "
            r"$\sum_i\frac{c_i}{c_i+\Delta_m}=m$ for the eigenvalues $c_i$ of $\mathcal C$."
        ),
        source=(
            f"not in the paper; its planar form is that of Maloney, Roberts, Sully, arXiv:2210.16859, and "
            f"Zhang, arXiv:2405.19398; factor derived here for the model of {SOURCE}"
        ),
        assumptions=(MODEL, GAUSSIAN, EQUIVALENT, "$M>m+1$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=joint_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=joint_simulation),
                )
            ),
        ),
        note=_PLANAR + _NEXT,
    ),
    Claim(
        id="bahri2021.exact_factor",
        title="The exact factor between a loss and its limit",
        statement=(
            r"$\mathbb EL(D,P)=\mathbb EL_1(m)\,\frac{M-1}{M-m-1}$ at every size, $L_1(m)$ the loss with the "
            r"larger resource infinite; the mean is infinite at $M=m$ and $M=m+1$."
        ),
        source=f"derived here for the model of {SOURCE}",
        assumptions=(MODEL, "$M>m+1$"),
        cases=(
            Case(
                regime="$P<D$, Gaussian data, any projection",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=factor_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=factor_simulation),
                ),
            ),
            Case(
                regime=r"$D<P$, Gaussian rows of $\mathcal P$, any data",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=rows_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=partial(factor_simulation, sizes=ROWS)),
                ),
            ),
            Case(
                regime="$P<D$, independent data that are not Gaussian",
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=other_data_numeric),
                    Leg(kind=LegKind.SIMULATION, run=partial(factor_simulation, **OTHER)),
                ),
            ),
        ),
        note=_PLANAR,
    ),
    Claim(
        id="bahri2021.variance_limited",
        title="Variance-limited exponents of random features",
        statement=(
            r"$L(D,P)-L(\infty,P)\propto D^{-1}$ and $L(D,P)-L(D,\infty)\propto P^{-1}$ for every spectrum: "
            r"exponent 1 in the parameters of a linear model."
        ),
        source=f"{SOURCE}, section 2 and Figure 1a",
        assumptions=(MODEL, GAUSSIAN, POWER_LAW),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=variance_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=variance_simulation),
                )
            ),
        ),
        note=r"Both excesses are $\simeq mL_1(m)/M$; the constant knows the spectrum through $L_1$ only.",
    ),
)
