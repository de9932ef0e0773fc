r"""The recursion of the second moment, exact for Gaussian samples and closed on its diagonal."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Matrix, Poly, Symbol, diag, factorial2, sqrt
from sympy import symbols as new_symbols

from ....numerics import PowerLaw, Schedule, SketchedSpectrum, sample_sketch, sgd_risk
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_sgd, simulate_sgd_on_data
from ...simulate.replicates import child_seed
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import SOURCE, gamma

mu, entry, total = new_symbols("mu b_i S", positive=True)
noise = Symbol("nu^2", positive=True)
#: The diagonal after a step, $S=\sum_j\tilde\lambda_jb_j$, $\nu^2=\sigma^2+\mathrm{Approx}$.
STEP = (1 - 2 * gamma * mu + 2 * gamma**2 * mu**2) * entry + gamma**2 * mu * (total + noise)


def _expectation(polynomial: Expr, variables: tuple[Symbol, ...]) -> Expr:
    """Return the mean of a polynomial in independent standard normal variables."""
    result = 0
    for powers, coefficient in Poly(polynomial, *variables).terms():
        if all(power % 2 == 0 for power in powers):
            moment = 1
            for power in powers:
                moment *= factorial2(power - 1) if power else 1
            result += coefficient * moment
    return result


def symbolic(_: Context, *, step: Expr = STEP) -> Evidence:
    """Take the mean of a step over Gaussian samples in two dimensions, all entries, and compare."""
    variables = new_symbols("g_1:4", real=True)
    eigenvalues = new_symbols("mu_1:3", positive=True)
    second = Matrix(2, 2, new_symbols("b_11 b_12 b_12 b_22", real=True))
    sample = diag(*map(sqrt, eigenvalues)) * Matrix(variables[:2])
    level = variables[2] * sqrt(noise)
    # The error after the step is (1 - gamma x x^T) times that before, plus gamma times noise times x.
    kept = Matrix([[1, 0], [0, 1]]) - gamma * sample * sample.T
    after = kept * second * kept + gamma**2 * level**2 * sample * sample.T
    identities = []
    for place in range(2):
        derived = _expectation(after[place, place].expand(), variables)
        claimed = step.subs(
            {
                mu: eigenvalues[place],
                entry: second[place, place],
                total: sum(eigenvalues[j] * second[j, j] for j in range(2)),
            }
        )
        identities.append(Identity(label=f"$b_{place + 1}$ after a step", derived=derived, claimed=claimed))
    return symbolic_equality(identities, summary="Mean of a step in two dimensions, correlated errors")


def _loop(sketch: SketchedSpectrum, schedule: Schedule, level: float) -> float:
    """Return the risk above the approximation error and label noise, a step at a time."""
    values: NDArray[np.float64] = sketch.eigenvalues
    b = sketch.alignment / values
    for step, steps in schedule.stages:
        rate = float(step)
        kept = 1 - 2 * rate * values + 2 * rate**2 * values**2
        for _ in range(steps):
            b = kept * b + rate**2 * values * (values @ b + level + sketch.approximation)
    return float(values @ b)


def numeric(_: Context) -> Evidence:
    """Compare the recursion step by step with its matrix powers, stage by stage."""
    found = []
    for decay, width, samples, step in product((1.5, 2.0), (8, 64), (1024,), ("0.3", "0.1")):
        sketch = sample_sketch(PowerLaw(decay), width, latent=1000, seed=7)
        schedule = Schedule.geometric(step, samples)
        point = sgd_risk(sketch, schedule, noise=1)
        found.append(
            Pair(
                label=f"a=b={decay:g}, M={width}, N={samples}, step size {step}",
                measured=point.bias + point.variance,
                claimed=_loop(sketch, schedule, 1.0),
            )
        )
    return numbers_agree(found, summary="Matrix powers over single steps", tolerance=1e-10, refuted=1e-6)


def simulation(context: Context) -> Evidence:
    """Compare runs, in the coordinates of a sketch and in those of the data, with the recursion."""
    # Far below the critical step size: near it means are carried by few runs.
    points = []
    sketch = sample_sketch(PowerLaw(Fraction(3, 2)), 12, latent=600, seed=child_seed(context.seed, 0))
    schedule = Schedule.geometric("0.1", 512)
    in_sketch = simulate_sgd(
        sketch,
        schedule,
        noise=0.5,
        signal="drawn",
        replicates=context.replicates(1500, thorough=8000),
        seed=child_seed(context.seed, 1),
        executor=context.executor,
        progress=context.progress,
    )
    on_data = simulate_sgd_on_data(
        PowerLaw(Fraction(3, 2), context.size(60)),
        Schedule.geometric("0.1", 128),
        features=8,
        noise=0.5,
        signal="drawn",
        replicates=context.replicates(1500, thorough=8000),
        seed=child_seed(context.seed, 2),
        executor=context.executor,
        progress=context.progress,
    )
    for name, simulated in (("in the features", in_sketch), ("in the data", on_data)):
        expected = simulated.gaussian_prediction()
        for quantity in ("excess", "bias", "variance"):
            points.append(
                SimulatedPoint(
                    label=f"{quantity} of runs {name}",
                    estimate=simulated.estimate(quantity),
                    prediction=float(getattr(expected, quantity)),
                    allowance=0.0,
                )
            )
    return simulation_agrees(context, points, summary="Runs over the recursion")


CLAIM = Claim(
    id="lin2024.exact_recursion",
    title="The recursion of the second moment is exact",
    statement=(
        r"With $b_i=\mathbb E(u_i^\top(v_t-v^*))^2$ in the eigenbasis of $SHS^\top$: "
        r"$b_i\leftarrow(1-2\gamma_t\tilde\lambda_i+"
        r"2\gamma_t^2\tilde\lambda_i^2)b_i+\gamma_t^2\tilde\lambda_i"
        r"(\sum_j\tilde\lambda_jb_j+\sigma^2+\mathrm{Approx})$, "
        r"exactly, and the excess over $\mathrm{Approx}$ is $\sum_i\tilde\lambda_ib_i$."
    ),
    source=f"sharpens {SOURCE}, Theorem 6.1, which has both bounds up to constants",
    assumptions=("Gaussian samples, given the sketch", "mean over samples, label noise and target"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
    note=r"Because $\mathbb E\,zz^\top Bzz^\top=2\Sigma B\Sigma+\mathrm{tr}(\Sigma B)\Sigma$.",
)
