r"""Covariates that are not Gaussian: what of the laws survives, and from which moment on."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np

from ....numerics import PowerLaw, Schedule
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import Covariates, simulate_sgd_on_data
from ...simulate.fourth_moment import risk_from_fourth_moment
from ...simulate.replicates import child_seed
from ...statistics import Estimate, mean_estimate
from ..legs import Pair, SimulatedPoint, numbers_agree, simulation_agrees
from .letters import GEOMETRIC, POWER_LAW, SOURCE
from .predictions import effective, local_exponent

_SIZE = 40
_STEP = Fraction(1, 20)
_SAMPLES = (64, 512)


def _excess(kurtosis: float, samples: int) -> float:
    """Return the expected excess without a sketch, from the fourth moment of the whitened coordinates."""
    eigenvalues = np.arange(1, _SIZE + 1, dtype=np.float64) ** -2.0
    return risk_from_fourth_moment(
        np.diag(np.sqrt(eigenvalues)),
        np.diag(eigenvalues),
        Schedule.geometric(_STEP, samples),
        kurtosis=kurtosis,
        noise=1.0,
    ).excess


def moments_numeric(_: Context, *, kurtoses: tuple[float, ...]) -> Evidence:
    """Compare local exponents of the expected excess with that of Gaussian covariates at the same sizes."""
    sizes = [effective(samples) for samples in _SAMPLES]
    gaussian = local_exponent(*(_excess(3.0, samples) for samples in _SAMPLES), *sizes)
    found = []
    for kurtosis in kurtoses:
        ends = [_excess(kurtosis, samples) for samples in _SAMPLES]
        # An infinite risk has no exponent: it does not fall.
        measured = local_exponent(*ends, *sizes) if all(map(math.isfinite, ends)) else mpmath.mpf(0)
        found.append(
            Pair(
                label=f"fourth moment {kurtosis:g}: exponent in N_eff, N={_SAMPLES[0]} to {_SAMPLES[1]}",
                measured=measured,
                claimed=gaussian,
            )
        )
    # The fourth moment enters terms of relative order (gamma N_eff)^(1/a-1), which are not small at these
    # sizes.
    return numbers_agree(
        found, summary="Exponent of the expected excess against the Gaussian one", tolerance=0.1, refuted=0.3
    )


def finite_numeric(context: Context) -> Evidence:
    """Look at finite fourth moments, of signs, of Student's t, and a large one."""
    return moments_numeric(context, kurtoses=(1.0, 4.0, 9.0))


def infinite_numeric(context: Context) -> Evidence:
    """Look at covariates without a fourth moment, Student's t with up to four degrees of freedom."""
    return moments_numeric(context, kurtoses=(Covariates(law="student", degrees_of_freedom=4).kurtosis,))


def simulation(context: Context) -> Evidence:
    """Compare exponents of runs on other covariates, rotated ones too, with the Gaussian expectation."""
    laws = (
        ("signs", Covariates(law="rademacher")),
        ("rotated signs", Covariates(law="rademacher", rotated=True)),
        ("Student's t, 10 degrees", Covariates(law="student", degrees_of_freedom=10)),
    )
    sizes = [effective(samples) for samples in _SAMPLES]
    points = []
    for place, (name, law) in enumerate(laws):
        ends, expected = [], []
        for part, samples in enumerate(_SAMPLES):
            simulated = simulate_sgd_on_data(
                PowerLaw(2, context.size(_SIZE)),
                Schedule.geometric(_STEP, samples),
                features=math.inf,
                covariates=law,
                noise=1.0,
                source=Fraction(2),
                replicates=context.replicates(250, thorough=2000),
                seed=child_seed(context.seed, 2 * place + part),
                executor=context.executor,
                progress=context.progress,
            )
            ends.append(simulated.risk_draws - 1.0)
            expected.append(simulated.gaussian_prediction().excess)
        width = math.log(sizes[1] / sizes[0])
        means = [mean_estimate(draws) for draws in ends]
        slope = math.log(means[1].value / means[0].value) / width
        error = math.hypot(*(mean.standard_error / mean.value for mean in means)) / width
        points.append(
            SimulatedPoint(
                label=f"{name}: exponent in N_eff, N={_SAMPLES[0]} to {_SAMPLES[1]}",
                estimate=Estimate(value=slope, standard_error=error, count=means[0].count),
                prediction=math.log(expected[1] / expected[0]) / width,
                allowance=0.05,
            )
        )
    return simulation_agrees(context, points, summary="Exponents of runs against the Gaussian ones")


CLAIM = Claim(
    id="lin2024.other_covariates",
    title="The exponents survive covariates that are not Gaussian",
    statement="The risk falls with the samples at the rate of Gaussian covariates of the same covariance.",
    source=f"{SOURCE}, assumption A5 (upper bounds); a talk on the paper doubts it",
    assumptions=(
        POWER_LAW,
        GEOMETRIC,
        "covariates with independent whitened coordinates, as they are or rotated; expected risk; no sketch",
    ),
    cases=(
        Case(
            regime="finite fourth moment",
            legs=(
                Leg(kind=LegKind.NUMERIC, run=finite_numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            ),
        ),
        Case(
            regime="infinite fourth moment",
            legs=(Leg(kind=LegKind.NUMERIC, run=infinite_numeric),),
        ),
    ),
    note=(
        "Of the law of the covariates the expected risk knows the fourth moment only, and that enters "
        "constants. "
        "Without one the expected risk is infinite after two steps, although typical runs learn."
    ),
)
