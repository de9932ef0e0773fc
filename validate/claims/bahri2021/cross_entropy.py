r"""Cross-entropy and maximum likelihood: the exponent 1, and its constant."""

from __future__ import annotations

from functools import cache

from sympy import Expr, Integer, Matrix, Symbol, exp, log

from ....theory import Expansion, symbols
from ....theory.variance_limited import curvature_and_fluctuation, excess_of_minimum
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.exponent_fit import fit_exponent
from ...simulate import LogisticModel, LogisticSimulation, simulate_logistic
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import CIRCULATING, SOURCE, D, in_letters
from .theorem_1 import EXPONENT

#: Number $p$ of parameters.
p = Symbol("p", positive=True)
#: What the Fisher information gives: half a parameter each.
FISHER = p / (2 * D)

_TARGETS = ((1.0, 0.0, 0.0), (4.0, 0.0, 0.0))
#: A share of flipped labels, which no sigmoid describes.
_FLIPS = 0.05
_SAMPLES = (400, 800, 1600)


def matrices(size: int) -> tuple[Matrix, Matrix]:
    """Return a curvature and a fluctuation with a symbol for each entry."""
    return tuple(
        Matrix(size, size, lambda i, j, letter=letter: Symbol(f"{letter}_{min(i, j) + 1}{max(i, j) + 1}"))
        for letter in ("H", "Sigma")
    )


@cache
def of_any_minimum(size: int) -> Expansion:
    """Return the excess of the minimum of an empirical loss with so many parameters."""
    return excess_of_minimum(*matrices(size))


def exponent_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Expand the excess of the minimum of an empirical loss, well specified or not."""
    found = [of_any_minimum(size) for size in (1, 2)]
    return symbolic_equality(
        [
            Identity(
                label=f"exponent, {size} parameters",
                derived=expansion.exponent(symbols.samples),
                claimed=exponent,
            )
            for size, expansion in zip((1, 2), found, strict=True)
        ],
        summary="Excess of a minimum",
    )


def _simulated(context: Context, place: int, samples: int, flips: float) -> LogisticSimulation:
    return simulate_logistic(
        _TARGETS[1 if flips else 0],
        samples=context.size(samples),
        flips=flips,
        replicates=context.replicates(250, thorough=4000),
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )


def exponent_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent of logistic regression, with and without flipped labels."""
    points = []
    for block, flips in enumerate((0.0, _FLIPS)):
        runs = [
            _simulated(context, len(_SAMPLES) * block + place, samples, flips)
            for place, samples in enumerate(_SAMPLES)
        ]
        fit = fit_exponent([run.samples for run in runs], [run.controlled for run in runs])
        points.append(
            SimulatedPoint(
                label=f"labels flipped {flips:g}: exponent, D={runs[0].samples} to {runs[-1].samples}",
                estimate=Estimate(
                    value=-fit.value, standard_error=fit.standard_error, count=runs[0].replicates
                ),
                prediction=float(exponent),
                # The next term, of relative order 20/D, moves it by some percent.
                allowance=0.04,
            )
        )
    return simulation_agrees(context, points, summary="Exponents of logistic regression")


EXPONENT_CLAIM = Claim(
    id="bahri2021.cross_entropy_exponent",
    title="Cross-entropy has the exponent 1 in samples",
    statement=(
        r"For the cross-entropy of maximum likelihood, with a fixed number of parameters, "
        r"$L(D)-L(\infty)\propto D^{-1}$."
    ),
    source=f"{SOURCE}, Theorem 1 for the cross-entropy",
    assumptions=(
        r"unique minimum with $H>0$; logistic regression on normal covariates, 3 parameters",
        "draws whose labels a plane separates left out: they have no maximum and fall exponentially",
    ),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=exponent_symbolic),
                Leg(kind=LegKind.SIMULATION, run=exponent_simulation),
            )
        ),
    ),
    note=r"The coefficient is $\frac12\operatorname{tr}H^{-1}\Sigma>0$, so that the rate is exact.",
)


def specified_symbolic(_: Context, *, law: Expr = FISHER) -> Evidence:
    """Derive that curvature and fluctuation are equal for the sigmoid, and what the excess is then."""
    weight, x, label = Symbol("theta"), Symbol("x"), Symbol("y")
    chance = 1 / (1 + exp(-weight * x))
    curved, noisy = curvature_and_fluctuation(
        log(1 + exp(weight * x)) - label * weight * x,
        [weight],
        {Integer(0): 1 - chance, Integer(1): chance},
        label,
    )
    identities = [Identity(label=r"$\Sigma$ of a sigmoid", derived=noisy[0], claimed=curved[0])]
    for size in (1, 2, 3):
        curvature, _unused = matrices(size)
        identities.append(
            Identity(
                label=f"{size} parameters",
                derived=in_letters(excess_of_minimum(curvature, curvature).as_expr()),
                claimed=law.subs(p, size),
            )
        )
    return symbolic_equality(identities, summary="Excess of a well-specified likelihood")


def other_symbolic(_: Context, *, law: Expr = FISHER) -> Evidence:
    """Compare the excess of any minimum with half a parameter each."""
    return symbolic_equality(
        [
            Identity(
                label="1 parameter",
                derived=in_letters(of_any_minimum(1).as_expr()),
                claimed=law.subs(p, 1),
            )
        ],
        summary="Excess of a minimum",
    )


def _constant_numeric(flips: float, law: Expr) -> Evidence:
    """Compare the trace by quadrature with the law."""
    rows = []
    for target in _TARGETS:
        model = LogisticModel(parameters=target, flips=flips)
        rows.append(
            Pair(
                label=f"slope {target[0]:g}, share of flipped labels {flips:g}",
                measured=model.coefficient,
                claimed=(law * D).subs(p, len(target)),
            )
        )
    return numbers_agree(
        rows, summary=r"$\frac12\operatorname{tr}H^{-1}\Sigma$", tolerance=1e-10, refuted=1e-3
    )


def specified_numeric(_: Context, *, law: Expr = FISHER) -> Evidence:
    """Integrate curvature and fluctuation of labels that a sigmoid describes."""
    return _constant_numeric(0.0, law)


def other_numeric(_: Context, *, law: Expr = FISHER) -> Evidence:
    """Integrate curvature and fluctuation of labels of which a share is flipped."""
    return _constant_numeric(_FLIPS, law)


def _constant_simulation(context: Context, flips: float, law: Expr) -> Evidence:
    """Compare the excess of fits with the law."""
    found = _simulated(context, 0, _SAMPLES[-1], flips)
    point = SimulatedPoint(
        label=f"D={found.samples}, share of flipped labels {flips:g}",
        estimate=found.controlled,
        prediction=float(law.subs({p: 3, D: found.samples})),
        # The next term, of relative order 20/D to 60/D.
        allowance=0.04,
    )
    return simulation_agrees(context, [point], summary="Excess of logistic regression over its law")


def specified_simulation(context: Context, *, law: Expr = FISHER) -> Evidence:
    """Fit labels that a sigmoid describes."""
    return _constant_simulation(context, 0.0, law)


def other_simulation(context: Context, *, law: Expr = FISHER) -> Evidence:
    """Fit labels of which a share is flipped."""
    return _constant_simulation(context, _FLIPS, law)


FISHER_CLAIM = Claim(
    id="bahri2021.circulating_fisher_constant",
    title="The constant from the Fisher information",
    statement=r"By the Fisher information the excess is $p/2D$ for $p$ parameters.",
    source=f"{CIRCULATING}: the intuition of a talk, where the paper uses concentration of the training loss",
    assumptions=(r"unique minimum with $H>0$; logistic regression on normal covariates, 3 parameters",),
    cases=(
        Case(
            regime="well specified",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=specified_symbolic),
                Leg(kind=LegKind.NUMERIC, run=specified_numeric),
                Leg(kind=LegKind.SIMULATION, run=specified_simulation),
            ),
        ),
        Case(
            regime="misspecified",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=other_symbolic),
                Leg(kind=LegKind.NUMERIC, run=other_numeric),
                Leg(kind=LegKind.SIMULATION, run=other_simulation),
            ),
        ),
    ),
    note=(
        r"In general $\frac1{2D}\operatorname{tr}H^{-1}\Sigma$ with the covariance $\Sigma$ of the gradient "
        r"of one sample, which equals the curvature $H$ for a well-specified likelihood only."
    ),
)

CLAIMS = (EXPONENT_CLAIM, FISHER_CLAIM)
