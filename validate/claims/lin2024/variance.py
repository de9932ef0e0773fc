r"""The variance of one pass: limited by the samples or by the features."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from sympy import Expr, Symbol, log, oo
from sympy import gamma as gamma_function

from ....numerics import PowerLaw, Schedule, sample_sketch
from ....theory import laws, symbols
from ....theory.sgd import sgd_rates
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_sgd
from ...simulate.replicates import child_seed
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
    together_evidence,
)
from .letters import (
    EQUIVALENT,
    GEOMETRIC,
    MODEL,
    POWER_LAW,
    SOURCE,
    M,
    N_eff,
    a,
    gamma,
    in_letters,
    leading,
    rates,
    sigma2,
)
from .predictions import at, effective, exponent_pair, features, one_pass, unsketched
from .simulated import runs

_q = Symbol("q", positive=True)
#: Exponents of N_eff that are claimed, without and with M.
DATA_EXPONENT = 1 / a - 1
#: The laws: many features, small steps; and few.
C_V = gamma_function(1 - 1 / a) * (2 ** (1 / a - 1) - 4 ** (1 / a - 1)) / (2 * a * (1 - 2 ** (-1 / a)))
DATA_LAW = sigma2 * C_V * (gamma * N_eff) ** (1 / a) / N_eff
LEARNED_LAW = sigma2 * M / (8 * log(2) * N_eff)

_DECAYS = (Fraction(3, 2), Fraction(2))
_POWERS = (16, 20, 24, 28)
_SMALL_STEP = Fraction(1, 100)


def data_symbolic(_: Context, *, exponent: Expr = DATA_EXPONENT, law: Expr = DATA_LAW) -> Evidence:
    """Compare the derived order and the sum over the stages with the claimed ones."""
    rate = rates(oo).variance.at({a: 2, symbols.source: 2})
    return symbolic_equality(
        [
            Identity(
                label=r"exponent of $N_{\rm eff}$ at $a=2$",
                derived=rate.exponent(),
                claimed=exponent.subs(a, 2),
            ),
            Identity(
                label=r"$\mathrm{Var}$, small steps",
                derived=in_letters(laws.derive("sgd-noise").results["noise"].rhs),
                claimed=law,
            ),
        ],
        summary="Variance of many features",
    )


def data_numeric(_: Context, *, exponent: Expr = DATA_EXPONENT, law: Expr = DATA_LAW) -> Evidence:
    """Compare the exponent and the size of the solved variance with the claimed ones."""
    slopes, sizes = [], []
    n_eff = [effective(2**power) for power in _POWERS]
    for decay in _DECAYS:
        values = [point.variance for point in unsketched(decay, decay, _POWERS, _SMALL_STEP)]
        slopes.append(exponent_pair(f"a={decay}, N_eff", values, n_eff, at(exponent, decay=decay)))
        sizes.append(
            Pair(
                label=f"a={decay}, N=2^{_POWERS[-1]}, step size 0.01",
                measured=values[-1],
                claimed=at(law, decay=decay, n_eff=n_eff[-1], step_size=_SMALL_STEP),
            )
        )
    return together_evidence(
        # The next term is of relative order (gamma N_eff)^(-1/a), 3e-3 at the last two sizes.
        numbers_agree(slopes, summary="Exponent of the variance", tolerance=5e-3, refuted=0.05),
        # And that of steps which are not small is the step size times the trace.
        numbers_agree(sizes, summary="Variance over its law", tolerance=0.03, refuted=0.1),
    )


def data_simulation(context: Context, *, law: Expr = DATA_LAW) -> Evidence:
    """Compare the part of runs that is due to label noise with the law at modest sizes."""
    samples, step = 1024, Fraction(1, 5)
    points = []
    for place, decay in enumerate(_DECAYS):
        simulated = runs(
            context,
            place,
            decay=decay,
            source=Fraction(2),
            samples=samples,
            step_size=step,
            size=200,
            replicates=250,
            thorough=2000,
        )
        points.append(
            SimulatedPoint(
                label=f"a={decay}, N={samples}, step size 0.2",
                estimate=simulated.estimate("variance"),
                prediction=float(at(law, decay=decay, n_eff=effective(samples), step_size=step)),
                # Both next terms, (gamma N_eff)^(-1/a) down and the step size times half the trace up.
                allowance=0.25,
            )
        )
    return simulation_agrees(context, points, summary="Variance of runs over its law", resolution=0.5)


@cache
def _learned() -> Expr:
    """Return the derived variance where all modes are learned, in M = n^q."""
    learned = sgd_rates(features=symbols.effective_samples**_q, where=[_q < 1 / a])
    rate = learned.variance.pieces[0].value
    return leading(rate).subs(N_eff**_q, M).subs(N_eff ** (_q - 1), M / N_eff)


def learned_symbolic(_: Context, *, law: Expr = LEARNED_LAW) -> Evidence:
    """Compare the derived variance of few features with the claimed one."""
    return symbolic_equality(
        [Identity(label=r"$\mathrm{Var}$", derived=_learned(), claimed=law)],
        summary="Variance of few features, mean over a factor 2 of the samples",
    )


def learned_numeric(_: Context, *, law: Expr = LEARNED_LAW) -> Evidence:
    """Compare the solved variance of few features with the law."""
    found = []
    for decay in _DECAYS:
        for width in (30, 300):
            sketch = features(decay, decay, width)
            samples = 2**44
            found.append(
                Pair(
                    label=f"a={decay}, M={width}, N=2^44",
                    measured=one_pass(sketch, samples, Fraction(1, 10)).variance,
                    claimed=at(law, decay=decay, width=width, n_eff=effective(samples)),
                )
            )
    # Modes are learned up to (N_eff gamma / M^a)^-1; the ripple over a factor 2 is 1e-5.
    return numbers_agree(found, summary="Variance over its law", tolerance=1e-3)


def learned_simulation(context: Context, *, law: Expr = LEARNED_LAW) -> Evidence:
    """Compare the part of runs on a small sketch that is due to label noise with the law."""
    width, samples, step = 6, 4096, Fraction(1, 5)
    sketch = sample_sketch(PowerLaw(Fraction(3, 2)), width, seed=child_seed(context.seed, 0))
    simulated = simulate_sgd(
        sketch,
        Schedule.geometric(step, samples),
        noise=1.0,
        replicates=context.replicates(250, thorough=2000),
        seed=child_seed(context.seed, 1),
        executor=context.executor,
        progress=context.progress,
    )
    claimed = float(at(law, width=width, n_eff=effective(samples)))
    # What is not learned yet, and the noise of larger steps, at so few samples.
    point = SimulatedPoint(
        label=f"a=3/2, M={width}, N={samples}, step size 0.2",
        estimate=simulated.estimate("variance"),
        prediction=claimed,
        allowance=0.15,
    )
    return simulation_agrees(context, [point], summary="Variance of runs over its law", resolution=0.4)


CLAIM = Claim(
    id="lin2024.variance",
    title="Order of the variance",
    statement=(
        r"$\mathrm{Var}\asymp\min\{M,(N_{\rm eff}\gamma)^{1/a}\}/N_{\rm eff}$; with constants "
        r"$\sigma^2c_V(\gamma N_{\rm eff})^{1/a}/N_{\rm eff}$ for many features and small steps, "
        r"$\sigma^2M/(8\ln2\,N_{\rm eff})$ for few features."
    ),
    source=f"{SOURCE}, Theorems 4.1 and 4.2, Lemma E.1; constants derived here",
    assumptions=(MODEL, POWER_LAW, GEOMETRIC, EQUIVALENT),
    cases=(
        Case(
            regime=r"$(N_{\rm eff}\gamma)^{1/a}\ll M$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=data_symbolic),
                Leg(kind=LegKind.NUMERIC, run=data_numeric),
                Leg(kind=LegKind.SIMULATION, run=data_simulation),
            ),
        ),
        Case(
            regime=r"$(N_{\rm eff}\gamma)^{1/a}\gg M$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=learned_symbolic),
                Leg(kind=LegKind.NUMERIC, run=learned_numeric),
                Leg(kind=LegKind.SIMULATION, run=learned_simulation),
            ),
        ),
    ),
    note=(
        r"$c_V=\frac{\Gamma(1-1/a)(2^{1/a-1}-4^{1/a-1})}{2a(1-2^{-1/a})}$. For few features the law is the "
        r"mean over a factor 2 of the samples, with a ripple of $10^{-5}$."
    ),
)
