"""The breakdown of the power law once both resources reach the latent size, without label noise."""

from __future__ import annotations

import mpmath
from sympy import Expr, Integer, Rational

from .... import numerics
from ....theory import PowerLaw
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
    together_evidence,
)
from .regularized import (
    EQUIVALENT,
    LINEAR,
    SOURCE,
    M,
    N,
    T,
    at_size,
    derived,
    kappa,
    over,
    sigma2,
    spectrum,
)

#: The loss beyond the latent size without and with label noise, both without ridge.
ZERO = Integer(0)
VARIANCE = sigma2 * M / (T - M)
#: What both tend to for many samples, without ridge and with the optimal one.
FALL = sigma2 * M / T
#: The ridge that stands for none where the numbers would take a short cut without one.
_TINY = Rational(1, 10**60)

_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))


def zero_symbolic(_: Context, loss: Expr = ZERO) -> Evidence:
    r"""Derive the noiseless loss beyond the latent size, and that it goes to zero with $M-T$ before."""
    gap = derived("ridgeless-kappa-near-size", "kappa").subs(N, T)
    before = derived("ridgeless-overparameterized", "bias").subs(kappa, gap)
    return symbolic_equality(
        [
            Identity(label=r"$L$ for $N,T>M$", derived=derived("breakdown", "bias"), claimed=loss),
            Identity(label=r"$L$ as $T\to M^-$, $N>M$", derived=before.subs(T, M), claimed=loss),
        ],
        summary=r"noiseless loss at and beyond $T=M$, any spectrum",
        witness={M: 10, T: 20, N: 30},
    )


def zero_numeric(_: Context, loss: Expr = ZERO) -> Evidence:
    r"""Follow the loss to zero with a vanishing ridge beyond M, and with $M-T$ before."""
    size = 10**6
    beyond = []
    for exponent in _EXPONENTS:
        law = spectrum(exponent, size)
        reference = numerics.solve_ridge(law, features=2 * size, samples=size // 2, digits=30).risk
        for features, samples in ((2 * size, size + 1), (10**9, 10**7)):
            small = numerics.solve_ridge(law, features=features, samples=samples, ridge=_TINY, digits=30).risk
            beyond.append(
                Pair(
                    label=f"alpha = {exponent}, M = 1e6, N = {features:.0e}, T = {samples:.7g}: over T = M/2",
                    measured=over(small, reference),
                    claimed=loss,
                )
            )
    return together_evidence(
        numbers_agree(beyond, summary="noiseless loss with a ridge of 1e-60", tolerance=1e-20),
        approach_to_law(_before(size), summary=r"loss over its linear law in $M-T$", tolerance=1e-2),
    )


def _before(size: int) -> list[ApproachPoint]:
    """Compare the loss shortly before M with its law, linear in the gap, and its next term."""
    expansion = PowerLaw(size=M).df(1, kappa).below_spectrum(order=3)
    modes, first, second = expansion.terms[:3]
    if modes != M:
        raise ArithmeticError(f"the degrees of freedom start with {modes}, not with the size")
    linear, square = -first / kappa, second / kappa**2
    points = []
    for exponent in _EXPONENTS:
        features = 2 * size
        slope, curvature = (at_size(part, exponent, size) for part in (linear, square))
        for gap in (10**4, 10**2, 1):
            samples = size - gap
            with mpmath.workdps(DIGITS):
                leading = samples * (gap / slope) / (1 - mpmath.mpf(samples) / features)
                following = gap * curvature / slope**2
            points.append(
                ApproachPoint(
                    label=f"alpha = {exponent}, N = 2M",
                    at=f"M - T = {gap}, M = 1e6",
                    measured=numerics.solve_ridge(
                        spectrum(exponent, size), features=features, samples=samples, digits=DIGITS
                    ).risk,
                    law=leading,
                    next_term=following,
                )
            )
    return points


def zero_simulated(context: Context, loss: Expr = ZERO) -> Evidence:
    """Simulate the noiseless ridgeless loss before, at and beyond the latent size."""
    exponent = Rational(1)
    size = context.size(60)
    law = spectrum(exponent, size)
    features, before = 2 * size, size // 2
    counts = (before, size, 2 * size)
    losses = [
        simulate_ridge(
            law,
            features=features,
            samples=samples,
            replicates=context.replicates(60, thorough=1000),
            seed=seed,
            executor=context.executor,
        ).estimate()
        for samples, seed in zip(counts, context.seed.spawn(len(counts)), strict=True)
    ]
    prediction = float(numerics.solve_ridge(law, features=features, samples=before).risk)
    return together_evidence(
        simulation_agrees(
            context,
            [
                SimulatedPoint(
                    label=f"N = {features}, T = {before}, M = {size}",
                    estimate=losses[0],
                    prediction=prediction,
                    allowance=4 / before,
                )
            ],
            summary=r"loss at $T=M/2$",
        ),
        numbers_agree(
            [
                Pair(
                    label=f"N = {features}, T = {samples}, M = {size}: over T = M/2",
                    measured=found.value / losses[0].value,
                    claimed=loss,
                )
                for samples, found in zip(counts[1:], losses[1:], strict=True)
            ],
            summary=r"loss at $T=M$ and $2M$ over that at $M/2$",
            # Rounding of double precision, amplified by the condition number of a square Gaussian matrix.
            tolerance=1e-12,
            refuted=1e-6,
            kind=LegKind.SIMULATION,
        ),
    )


_BEYOND = (LINEAR, EQUIVALENT, "$N,T>M$, linear features")


CLAIM = Claim(
    id="maloney2022.breakdown_without_noise",
    title="Breakdown without label noise: the loss is zero",
    statement=(
        r"Without label noise and ridge, for $N>M$ the loss leaves the power law as $T\to M$, drops to "
        r"zero at "
        r"$T=M$, and is zero for all $N,T\ge M$."
    ),
    source=f"{SOURCE}, section 4.1, Eq. 163",
    assumptions=_BEYOND,
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=zero_symbolic),
                Leg(kind=LegKind.NUMERIC, run=zero_numeric),
                Leg(kind=LegKind.SIMULATION, run=zero_simulated),
            )
        ),
    ),
    note=(
        r"The drop is continuous: $L\propto\frac{T}{1-T/N}\frac{M-T}{\sum_k\lambda_k^{-1}}$, linear in "
        r"$M-T$."
    ),
)
