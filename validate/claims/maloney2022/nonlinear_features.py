r"""Nonlinear random features beyond the latent size: their spectrum, and the loss of a model built on them.

The map is $\phi=\max(0,ux)$; the second moment over the data is exact (arc-cosine kernel).
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from sympy import Expr, Rational

from ....numerics import PowerLaw
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import FeatureSpectrum, RidgeSimulation, feature_spectrum, simulate_ridge
from ...simulate.replicates import child_seed
from ...statistics import Estimate, mean_estimate
from ..legs import OrderedPair, SimulatedPoint, evaluate, simulation_agrees, simulation_ordered
from .feature_spectrum import first_order_shift
from .letters import NOISELESS, alpha

#: The claimed exponents: of the spectrum beyond M, and of the loss there.
SPECTRUM = 1 + alpha
LOSS = alpha

_EXPONENTS = (Rational(3, 5), Rational(1), Rational(3, 2))
_SIZES = (40, 80)
_FEATURES = 600


def _spectrum(context: Context, exponent: Rational, size: int, place: int) -> FeatureSpectrum:
    return feature_spectrum(
        PowerLaw(1 + exponent, size=size),
        features=context.size(_FEATURES),
        feature_map="relu",
        replicates=context.replicates(6, thorough=60),
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )


def no_cutoff_simulation(context: Context, *, continued: Expr = SPECTRUM) -> Evidence:
    """Test that the spectrum falls from M to 2M by no more than twice what the power law would.

    The linear map of the same size has no eigenvalue beyond M at all.
    """
    pairs = []
    place = 0
    for exponent in _EXPONENTS:
        for unscaled in _SIZES:
            size = context.size(unscaled)
            rectified = _spectrum(context, exponent, size, place)
            place += 1
            ratio = mean_estimate(rectified.draws[:, 2 * size - 1] / rectified.draws[:, size - 1])
            floor = 2.0 ** -float(evaluate(continued, {alpha: exponent})) / 2
            bound = Estimate(value=floor, standard_error=0.0, count=ratio.count)
            label = f"alpha={float(exponent):g}, M={size}, N={rectified.features}"
            pairs.append(
                OrderedPair(
                    label=f"{label}: eigenvalue 2M over eigenvalue M, and half of a power law's",
                    larger=ratio,
                    smaller=bound,
                )
            )
    return simulation_ordered(context, pairs, summary="ReLU features across the latent size")


#: Relative error allowed to a claimed exponent, besides the shift by the finite number of features.
_EXPONENT_ALLOWANCE = 0.05


def same_exponent_simulation(context: Context, *, claimed: Expr = SPECTRUM) -> Evidence:
    """Compare the decay fitted over the indices M to 2M with the exponent of the data."""
    points = []
    place = 0
    for exponent in _EXPONENTS:
        for unscaled in _SIZES:
            size = context.size(unscaled)
            rectified = _spectrum(context, exponent, size, place)
            place += 1
            expected = float(evaluate(claimed, {alpha: exponent}))
            shift = abs(first_order_shift(float(exponent))) * 2 * size / rectified.features / expected
            points.append(
                SimulatedPoint(
                    label=f"alpha={float(exponent):g}, M={size}, N={rectified.features}, I=M..2M",
                    estimate=rectified.decay(size, 2 * size),
                    prediction=expected,
                    allowance=_EXPONENT_ALLOWANCE + shift,
                )
            )
    return simulation_agrees(context, points, summary="Exponent of the ReLU feature spectrum beyond M")


SPECTRUM_CLAIM = Claim(
    id="maloney2022.nonlinear_feature_spectrum",
    title="Nonlinear feature maps extend the spectrum",
    statement=(
        r"A nonlinear feature map extends the power law of the spectrum from the $M$ eigenvalues of the data "
        r"to the $N>M$ of the features."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, abstract; examined here with the ReLU map",
    assumptions=(
        r"$\phi=\max(0,ux)$, Gaussian data with $\lambda_I=\lambda_+I^{-(1+\alpha)}$",
        "second moment over infinitely many samples",
    ),
    cases=(
        Case(
            regime=r"ReLU map: no cut-off at $M$",
            legs=(Leg(kind=LegKind.SIMULATION, run=no_cutoff_simulation),),
        ),
        Case(
            regime=r"ReLU map: same exponent $1+\alpha$ for $M\le I\le2M$, at sizes $M\le N<10^3$",
            legs=(Leg(kind=LegKind.SIMULATION, run=same_exponent_simulation),),
        ),
    ),
    note=(
        r"The eigenvalues beyond $M$ are those of products of latent directions, whose number brings "
        r"logarithms; the exponents fitted for different $\alpha$ lie closer together than $1+\alpha$ does "
        r"and still drift with $M$: what is said here is said of the sizes in the table. A linear map has "
        r"exactly $M$ eigenvalues."
    ),
)

_LOSS_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))
_RATIOS = (1, 2, 4, 8)


def _losses(context: Context, exponent: Rational, size: int, place: int) -> list[RidgeSimulation]:
    """Return the simulated losses for M, 2M, 4M and 8M rectified features and infinitely many samples."""
    return [
        simulate_ridge(
            PowerLaw(1 + exponent, size=size),
            features=ratio * size,
            samples=math.inf,
            feature_map="relu",
            replicates=context.replicates(8, thorough=100),
            seed=child_seed(child_seed(context.seed, place), ratio),
            executor=context.executor,
            progress=context.progress,
        )
        for ratio in _RATIOS
    ]


def keeps_falling_simulation(context: Context) -> Evidence:
    """Test that every doubling of the features beyond M lowers the loss."""
    pairs = []
    size = context.size(60)
    for place, exponent in enumerate(_LOSS_EXPONENTS):
        losses = _losses(context, exponent, size, place)
        for few, many in itertools.pairwise(losses):
            pairs.append(
                OrderedPair(
                    label=f"alpha={float(exponent):g}, M={size}: N={few.features:g} and {many.features:g}",
                    larger=few.estimate("bias"),
                    smaller=many.estimate("bias"),
                )
            )
    return simulation_ordered(context, pairs, summary="Loss of ReLU features beyond the latent size")


def loss_exponent_simulation(context: Context, *, claimed: Expr = LOSS) -> Evidence:
    """Compare the local exponent of the loss between 2M and 4M features with that of the spectrum."""
    points = []
    size = context.size(60)
    for place, exponent in enumerate(_LOSS_EXPONENTS):
        few, many = (
            mean_estimate(np.log2(simulated.bias_draws))
            for simulated in _losses(context, exponent, size, place)[1:3]
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={float(exponent):g}, M={size}, N={2 * size}..{4 * size}",
                estimate=Estimate(
                    value=few.value - many.value,
                    standard_error=math.hypot(few.standard_error, many.standard_error),
                    count=few.count,
                ),
                prediction=float(evaluate(claimed, {alpha: exponent})),
                allowance=2 * _EXPONENT_ALLOWANCE,
            )
        )
    return simulation_agrees(context, points, summary="Exponent of the loss of ReLU features beyond M")


LOSS_CLAIM = Claim(
    id="maloney2022.nonlinear_feature_loss",
    title="With nonlinear features the loss keeps falling past the latent size",
    statement=(
        r"The extension of the spectrum by a nonlinear feature map becomes a power law of the test loss: it "
        r"goes on falling for $N>M$, with the exponent $\alpha$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, abstract; examined here with the ReLU map",
    assumptions=(
        r"$\phi=\max(0,ux)$, teacher linear in the latent data, infinitely many samples",
        NOISELESS,
    ),
    cases=(
        Case(
            regime=r"ReLU map: the loss keeps falling for $M\le N\le8M$",
            legs=(Leg(kind=LegKind.SIMULATION, run=keeps_falling_simulation),),
        ),
        Case(
            regime=r"ReLU map: with exponent $\alpha$ for $2M\le N\le4M$, $M=60$",
            legs=(Leg(kind=LegKind.SIMULATION, run=loss_exponent_simulation),),
        ),
    ),
    note=(
        r"For this linear teacher the rectified features pay for their reach: linear features have no loss "
        r"left at $N\ge M$, while rectified ones approach the teacher at a rate that hardly depends on "
        r"$\alpha$."
    ),
)

CLAIMS = (SPECTRUM_CLAIM, LOSS_CLAIM)
