r"""The variance-limited exponent of the model: 1 in the width, and what that is in parameters."""

from __future__ import annotations

import mpmath
from sympy import Expr, Integer, Matrix, Rational, Symbol

from ....theory import symbols
from ....theory.variance_limited import dense_parameters, excess_of_minimum, exponent_in_parameters
from ....theory.variance_limited.parameters import width
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.exponent_fit import fit_exponent
from ...simulate import WidthSimulation, simulate_width
from ...statistics import Estimate
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .letters import CIRCULATING, SOURCE
from .theorem_1 import EXPONENT

DEEP = Rational(1, 2)
LINEAR = Integer(1)

_SAMPLES = 25
_FEATURES = (100, 200, 400, 800)


def features_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Expand the excess of predictors that scatter about those of infinite width, where the loss is least."""
    found = excess_of_minimum(Matrix([[Symbol("K")]]), Matrix([[Symbol("Sigma")]]), resource=symbols.features)
    return symbolic_equality(
        [Identity(label="exponent in the features", derived=found.exponent(), claimed=exponent)],
        summary="Excess of random features over their kernel",
    )


def _simulated(context: Context, features: int, replicates: int) -> WidthSimulation:
    return simulate_width(
        features=context.size(features),
        samples=context.size(_SAMPLES),
        replicates=replicates,
        seed=context.seed,
        executor=context.executor,
        progress=context.progress,
    )


def features_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Compare the excess with its constant, and exponents of excess and variance with the claimed one."""
    draws = context.replicates(24, thorough=200)
    runs = [_simulated(context, features, draws) for features in _FEATURES]
    # The mean of an inverse Wishart matrix: the loss is infinite at D+1 features.
    spreads = [1 - (found.samples + 1) / found.features for found in runs]
    points = [
        SimulatedPoint(
            label=f"P={found.features}: $(P-D-1)(L(P)-L(\\infty))$ over its constant",
            estimate=_times(found.ratio, spread),
            prediction=1.0,
            # ReLU features are not Gaussian: the next term is not exactly that of the inverse.
            allowance=0.05,
        )
        for found, spread in zip(runs, spreads, strict=True)
    ]
    for what, ratios in (
        ("excess", [found.ratio for found in runs]),
        ("half the variance of the prediction", [found.gap_ratio for found in runs]),
    ):
        # All widths see the same data sets: relative to their constant, their own spread drops out.
        means = [
            _times(ratio, spread / found.features)
            for ratio, spread, found in zip(ratios, spreads, runs, strict=True)
        ]
        fit = fit_exponent([found.features for found in runs], means)
        points.append(
            SimulatedPoint(
                label=f"exponent of {what} in P, the factor P/(P-D-1) taken out",
                estimate=Estimate(value=-fit.value, standard_error=fit.standard_error, count=draws),
                prediction=float(exponent),
                allowance=0.03,
            )
        )
    return simulation_agrees(context, points, summary="Excess of ReLU features over their kernel")


def _times(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(
        value=estimate.value * factor,
        standard_error=estimate.standard_error * factor,
        count=estimate.count,
    )


FEATURES = Claim(
    id="bahri2021.random_feature_width",
    title="Random features approach their kernel at the rate of their number",
    statement=r"At fixed data, $L(P)-L(\infty)\propto P^{-1}$ for $P\gg D$ random features.",
    source=f"{SOURCE}, variance-limited regime of models",
    assumptions=(
        r"ReLU features on $S^3$, ridgeless; teacher a Gaussian process with the kernel of infinite width",
    ),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=features_symbolic),
                Leg(kind=LegKind.SIMULATION, run=features_simulation),
            )
        ),
    ),
    note=(
        r"To this order all of it is half the variance of the prediction over draws of the features. The "
        r"constant $\frac12\mathbb E[\varphi_\perp^2\,\varphi^TK^{-1}\varphi]$ is not universal: it is "
        r"half as large again as $D\,L(\infty)$, that of Gaussian features with the same kernel."
    ),
)


def deep_symbolic(_: Context, *, exponent: Expr = DEEP) -> Evidence:
    """Divide by the degree of the number of parameters, from two hidden layers on."""
    inputs, outputs = Symbol("n_0", positive=True), Symbol("n_1", positive=True)
    return symbolic_equality(
        [
            Identity(
                label=f"{layers} hidden layers",
                derived=exponent_in_parameters(1, dense_parameters(layers, inputs=inputs, outputs=outputs)),
                claimed=exponent,
            )
            for layers in (2, 3, 10)
        ],
        summary="Exponent 1 in the width, in parameters",
    )


def shallow_symbolic(_: Context, *, exponent: Expr = DEEP) -> Evidence:
    """Divide by the degree of the number of parameters of a single hidden layer."""
    inputs, outputs = Symbol("n_0", positive=True), Symbol("n_1", positive=True)
    count = dense_parameters(1, inputs=inputs, outputs=outputs)
    return symbolic_equality(
        [Identity(label="1 hidden layer", derived=exponent_in_parameters(1, count), claimed=exponent)],
        summary="Exponent 1 in the width, in parameters",
    )


def linear_symbolic(_: Context, *, exponent: Expr = LINEAR) -> Evidence:
    """Divide by the degree of the number of parameters of a linear model, its features."""
    return symbolic_equality(
        [Identity(label="features", derived=exponent_in_parameters(1, width), claimed=exponent)],
        summary="Exponent 1 in the features, in parameters",
    )


def _count_numeric(count: Expr, exponent: Expr, label: str) -> Evidence:
    """Compare the exponent of the width in the counted parameters of wide networks with the claimed one."""
    rows = []
    for power in (9, 15):
        numbers = [mpmath.mpf(int(count.subs(width, 10**place))) for place in (power, power + 1)]
        with mpmath.workdps(60):
            slope = mpmath.log(10) / mpmath.log(numbers[1] / numbers[0])
        rows.append(Pair(label=f"{label}, width 1e{power}", measured=slope, claimed=exponent))
    return numbers_agree(rows, summary="Width against counted parameters", tolerance=1e-6, refuted=0.1)


def deep_numeric(_: Context, *, exponent: Expr = DEEP) -> Evidence:
    """Count the parameters of networks with three hidden layers."""
    return _count_numeric(dense_parameters(3, inputs=100, outputs=10), exponent, "3 hidden layers")


def shallow_numeric(_: Context, *, exponent: Expr = DEEP) -> Evidence:
    """Count the parameters of networks with one hidden layer."""
    return _count_numeric(dense_parameters(1, inputs=100, outputs=10), exponent, "1 hidden layer")


def linear_numeric(_: Context, *, exponent: Expr = LINEAR) -> Evidence:
    """Count the parameters of a linear model."""
    return _count_numeric(width, exponent, "features")


_FIXED = "depth, inputs and outputs fixed; exponent 1 in the width"

PARAMETERS = Claim(
    id="bahri2021.exponent_in_parameters",
    title="The exponent 1 of the width in parameters",
    statement=(
        r"The variance-limited exponent of the model is $\alpha_P=\frac12$ for networks of fixed depth, "
        r"whose width is $\propto\sqrt P$, and 1 for linear models."
    ),
    source=f"{SOURCE}, variance-limited regime of models",
    assumptions=(_FIXED,),
    cases=(
        Case(
            regime="two hidden layers or more",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=deep_symbolic),
                Leg(kind=LegKind.NUMERIC, run=deep_numeric),
            ),
        ),
        Case(
            regime="one hidden layer",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=shallow_symbolic),
                Leg(kind=LegKind.NUMERIC, run=shallow_numeric),
            ),
        ),
        Case(
            regime="linear models and random features",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=linear_symbolic),
                Leg(kind=LegKind.NUMERIC, run=linear_numeric),
            ),
        ),
    ),
    note=(
        r"A single hidden layer has as many parameters as its width times a constant, so that its exponent "
        r"is 1: $\frac12$ takes a matrix between two hidden layers."
    ),
)


def mixed_deep_symbolic(context: Context) -> Evidence:
    """Compare the exponent of networks with hidden matrices with 1."""
    return deep_symbolic(context, exponent=LINEAR)


def mixed_deep_numeric(context: Context) -> Evidence:
    """Compare the exponent from counted parameters with 1."""
    return deep_numeric(context, exponent=LINEAR)


MIXED = Claim(
    id="bahri2021.circulating_width_is_parameters",
    title="Width and parameters as one resource",
    statement=r"The exponent 1 of the model is one exponent, whether in the width or in the parameters.",
    source=f"{CIRCULATING}: a talk writes one letter for both",
    assumptions=(_FIXED,),
    cases=(
        Case(
            regime="linear models and random features",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=linear_symbolic),
                Leg(kind=LegKind.NUMERIC, run=linear_numeric),
            ),
        ),
        Case(
            regime="two hidden layers or more",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=mixed_deep_symbolic),
                Leg(kind=LegKind.NUMERIC, run=mixed_deep_numeric),
            ),
        ),
    ),
    note=r"$w^{-1}=O(P^{-1/2})$ for networks with hidden matrices, $P^{-1}$ for linear models.",
)

CLAIMS = (FEATURES, PARAMETERS, MIXED)
