r"""What the sketch cannot express: a projection, and label noise to the learner."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Matrix, diag, eye, sqrt
from sympy import symbols as new_symbols

from ....numerics import PowerLaw
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.draws import sample_feature_map
from ...statistics import mean_estimate
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import SOURCE

#: The part of what is left that the claim has.
ONE = Integer(1)


def symbolic(_: Context, *, share: Expr = ONE) -> Evidence:
    """Minimise the risk for two features of three modes, and compare with the projection."""
    sketch = Matrix(2, 3, new_symbols("s_11:14 s_21:24", real=True))
    # Numbers for part of the sketch: the identity is one of rational functions in the rest.
    sketch = sketch.subs(dict(zip(sketch[1, :], (2, -1, 3), strict=True)))
    roots = diag(*map(sqrt, (1, 4, 9)))
    target = Matrix(new_symbols("w_1:4", real=True))
    predictor = Matrix(new_symbols("v_1:3", real=True))
    wrong = roots * (sketch.T * predictor - target)
    risk = (wrong.T * wrong)[0]
    gradient = Matrix([risk.diff(v) for v in predictor])
    system = gradient.jacobian(list(predictor))
    best = -system.inv() * gradient.subs(dict.fromkeys(predictor, 0))
    least = risk.subs(dict(zip(predictor, best, strict=True)))
    seen = roots * sketch.T
    projection = seen * (seen.T * seen).inv() * seen.T
    left = (eye(3) - projection) * roots * target
    return symbolic_equality(
        [
            Identity(label=r"least risk above $\sigma^2$", derived=least, claimed=share * (left.T * left)[0]),
        ],
        summary="Least risk of two features of three modes",
    )


def _model(
    seed: int, decay: Fraction, width: int, size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sketch times the root of the covariance, and the target times that root."""
    generator = np.random.default_rng(seed)
    roots = np.sqrt(PowerLaw(decay).eigenvalues(size))
    return sample_feature_map(roots, width, generator, reduced=False), roots * generator.standard_normal(size)


def numeric(_: Context) -> Evidence:
    """Compare the least risk by the normal equations with the length of the projection."""
    found = []
    for place, (decay, width) in enumerate(((Fraction(3, 2), 10), (Fraction(2), 40))):
        seen, target = _model(place, decay, width, 300)
        best = np.linalg.solve(seen @ seen.T, seen @ target)
        least = float(target @ target - target @ seen.T @ best)
        basis = np.linalg.qr(seen.T)[0]
        left = target - basis @ (basis.T @ target)
        found.append(Pair(label=f"a={decay}, M={width}, d=300", measured=least, claimed=float(left @ left)))
    return numbers_agree(found, summary="Least risk over the projection", tolerance=1e-9, refuted=1e-3)


def simulation(context: Context) -> Evidence:
    """Draw samples, and look at what the best predictor leaves: its size, and whether it is independent."""
    width, size, level = 8, context.size(200), 0.1
    seen, target = _model(3, Fraction(3, 2), width, size)
    best = np.linalg.solve(seen @ seen.T, seen @ target)
    approximation = float(np.sum((target - seen.T @ best) ** 2))
    generator = np.random.default_rng(context.seed)
    latent = generator.standard_normal((context.replicates(20_000, thorough=200_000), size))
    inputs = latent @ seen.T
    left = latent @ target + np.sqrt(level) * generator.standard_normal(len(latent)) - inputs @ best
    noise = level + approximation
    # Independent of the features: its square does not depend on theirs either.
    lengths = np.sum((inputs @ np.linalg.inv(np.linalg.cholesky(seen @ seen.T)).T) ** 2, axis=1)
    points = [
        SimulatedPoint(
            label=label,
            estimate=mean_estimate(draws),
            prediction=prediction,
            allowance=0.0,
        )
        for label, draws, prediction in (
            ("variance of what is left", left**2, noise),
            ("its square times the whitened length of the features", left**2 * lengths, noise * width),
        )
    ]
    return simulation_agrees(context, points, summary="Residuals of the best predictor")


CLAIM = Claim(
    id="lin2024.approximation_is_noise",
    title="The approximation error is a projection and acts as label noise",
    statement=(
        r"$\mathrm{Approx}=\|(I-H^{1/2}S^\top(SHS^\top)^{-1}SH^{1/2})H^{1/2}w^*\|^2$, and given the "
        r"features the labels "
        r"have the mean $\langle Sx,v^*\rangle$ and noise of variance $\sigma^2+\mathrm{Approx}$, "
        r"independent of $Sx$."
    ),
    source=f"{SOURCE}, Lemmas A.1 and A.3",
    assumptions=("Gaussian samples, given the sketch and the target",),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
)
