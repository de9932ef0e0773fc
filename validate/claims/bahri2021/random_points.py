r"""Kernel regression on random points of the circle: what of the lattice and of the replica form survives."""

from __future__ import annotations

import math

import numpy as np
from sympy import (
    Expr,
    Integer,
    Symbol,
    bernoulli,
    beta,
    cot,
    diff,
    gamma,
    gammasimp,
    integrate,
    limit,
    oo,
    pi,
    simplify,
)

from ....numerics import Circle, CircleSobolev
from ....theory import symbols
from ....theory.kernels import KernelLearning, circle_sobolev
from ....theory.ridge_balance import RHO, rho_value
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import circle_risk, lattice_risk, simulate_kernel_regression
from ...simulate.arguments import FloatArray
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
)
from .kernel_exponents import PROCESS, SPIGLER, exponent_point, lattice_pair, on_the_circle
from .letters import SOURCE

CIRCLE = r"Sobolev kernels $1+2\sum_{n\ge1}n^{-2m}\cos2\pi nt$ of the circle, $\alpha_K=2m-1$"
#: Orders of teacher and student for which close points do no harm to the mean, and for which they do.
_INTEGRABLE = ((1, 1), (2, 2), (2, 3))
_DIVERGENT = ((1, 2), (1, 3), (2, 4))
#: Places of the points that do not come close.
_OTHERS = (0.3125, 0.53125, 0.6875, 0.84375)


def replica_constant(order: int) -> Expr:
    r"""Return the constant of the replica form, the engine's leading risk of matched kernels."""
    kernel = circle_sobolev(Integer(order))
    leading = KernelLearning(student=kernel, teacher=kernel).leading()
    return simplify((leading * symbols.samples**kernel.alpha).subs(RHO, rho_value(kernel.decay)))


def lattice_constant() -> Expr:
    r"""Return the constant on a lattice for $m=1$ from its sums over aliases.

    With $u=q/D$ a class of frequencies has $\sum_j|u+j|^{-2}=Z_2$ and $\sum_j|u+j|^{-4}=Z_4$, and the risk is
    $D^{-1}\int_0^1(Z_2-Z_4/Z_2)du$; $Z_2$ is a derivative of $\pi\cot\pi u$, and $Z_4$ one of $Z_2$.
    """
    u = Symbol("u", positive=True)
    squares = -diff(pi * cot(pi * u), u)
    fourth_powers = diff(squares, u, 2) / 6
    return integrate(simplify(squares - fourth_powers / squares), (u, 0, 1))


def random_constant() -> Expr:
    r"""Return the constant on independent uniform points for $m=1$ from the gaps between them.

    The process has increments of the variance $2[k(0)-k(t)]$, those of a Brownian bridge; between two points
    at the distance $h$ a bridge is left, and a gap of $D$ uniform points has the density $(D-1)(1-h)^{D-2}$.
    That the bridge has no mean is known from its size; this adds a relative $O(D^{-3})$.
    """
    x, h, s, count = (Symbol(name, positive=True) for name in ("x", "h", "s", "D"))
    increments = (2 * pi) ** 2 * (bernoulli(2, 0) - bernoulli(2, x))
    rate = limit(increments / x, x, 0)
    in_a_gap = integrate(rate * s * (h - s) / h, (s, 0, h))
    mean_square = gammasimp(((count - 1) * beta(3, count - 1)).rewrite(gamma))
    return limit(count * count * simplify(in_a_gap / h**2) * mean_square, count, oo)


def exponent_numeric(_: Context, *, order_shift: int = 0) -> Evidence:
    """Compare exponents on lattices with that of the replica form."""
    pairs = [
        lattice_pair(
            CircleSobolev(order),
            CircleSobolev(order),
            Circle(),
            (512, 2048),
            float(circle_sobolev(Integer(order + order_shift)).alpha),
        )
        for order in (1, 2, 3)
    ]
    return numbers_agree(pairs, summary="Exponents on lattices", tolerance=0.01, refuted=0.05)


def exponent_simulation(context: Context, *, order_shift: int = 0) -> Evidence:
    """Compare the exponent on random points with that of the replica form."""
    point = exponent_point(
        context,
        CircleSobolev(1),
        CircleSobolev(1),
        Circle(),
        samples=(10, 40),
        replicates=context.replicates(100, thorough=1000),
        claimed=on_the_circle(context, float(circle_sobolev(Integer(1 + order_shift)).alpha), (10, 40)),
        # the mean of the process is known, which is worth 4% of the risk at ten points
        allowance=0.08,
        place=0,
    )
    return simulation_agrees(context, [point], summary="Exponent on random points")


def random_symbolic(_: Context, *, constant: Expr | None = None) -> Evidence:
    """Compare the derived constant on random points with that of the replica form."""
    claimed = replica_constant(1) if constant is None else constant
    return symbolic_equality(
        [
            Identity(
                label=r"constant on random points, $\alpha_K=1$", derived=random_constant(), claimed=claimed
            )
        ],
        summary="Constant",
    )


def random_simulation(context: Context, *, factor: float = 1.0) -> Evidence:
    """Compare the mean risk on random points with the replica form times a factor."""
    found = simulate_kernel_regression(
        CircleSobolev(1),
        manifold=Circle(),
        samples=context.size(40),
        replicates=context.replicates(100, thorough=1000),
        seed=child_seed(context.seed, 0),
        executor=context.executor,
        progress=context.progress,
    )
    claimed = factor * float(evaluate(replica_constant(1), {})) / found.samples
    point = SimulatedPoint(
        label=f"m=1, D={found.samples}", estimate=found.excess(), prediction=claimed, allowance=0.05
    )
    return simulation_agrees(context, [point], summary="Mean risk against the replica form")


def lattice_symbolic(_: Context, *, constant: Expr | None = None) -> Evidence:
    """Compare the derived constant on a lattice with that of the replica form."""
    claimed = replica_constant(1) if constant is None else constant
    return symbolic_equality(
        [Identity(label=r"constant on a lattice, $\alpha_K=1$", derived=lattice_constant(), claimed=claimed)],
        summary="Constant",
    )


def lattice_numeric(_: Context, *, factors: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Evidence:
    """Compare the risk on a lattice with the replica form times factors."""
    side = 2048
    pairs = [
        Pair(
            label=f"m={order}, D={side}, times D^{2 * order - 1}",
            measured=lattice_risk(CircleSobolev(order), manifold=Circle(), side=side)
            * side ** (2 * order - 1),
            claimed=factor * float(evaluate(replica_constant(order), {})),
        )
        for order, factor in zip((1, 2, 3), factors, strict=True)
    ]
    return numbers_agree(pairs, summary="Risk on a lattice", tolerance=0.01, refuted=0.1)


REPLICA = Claim(
    id="bahri2021.replica_form_on_the_circle",
    title="Replica form for kernels of the circle",
    statement=r"For a target drawn from the student's own kernel $L(D)$ is that of the replica form, whose "
    r"full squared error is $\kappa$ with $\kappa=\sum_i\kappa\lambda_i/(\kappa+D\lambda_i)$.",
    source=f"{SOURCE}, supplementary material, replica calculation, for kernels of the circle",
    assumptions=(PROCESS, CIRCLE),
    cases=(
        Case(
            regime="its exponent",
            legs=(
                Leg(kind=LegKind.NUMERIC, run=exponent_numeric),
                Leg(kind=LegKind.SIMULATION, run=exponent_simulation),
            ),
        ),
        Case(
            regime="its constant, independent uniform points",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=random_symbolic),
                Leg(kind=LegKind.SIMULATION, run=random_simulation),
            ),
        ),
        Case(
            regime="its constant, points on a lattice",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=lattice_symbolic),
                Leg(kind=LegKind.NUMERIC, run=lattice_numeric),
            ),
        ),
    ),
    note=r"Features of a real kernel are not Gaussian. At $\alpha_K=1$ the replica form has $\pi^2/D$; "
    r"random points have 4/3 of it, $4\pi^2/3(D+1)$, a lattice 2/3. At $\alpha_K=3$ and 5 a lattice has "
    r"0.364 and 0.248 of it.",
)


def growth(teacher: int, student: int, cluster: int) -> float:
    r"""Return the exponent with which the risk grows as $j+1$ points come together."""
    risks = []
    for power in (16, 18):
        # unequal distances: equal ones let terms cancel
        places = [place * (1 + place / 8) * 2.0**-power for place in range(cluster + 1)]
        risks.append(circle_risk([*places, *_OTHERS], CircleSobolev(student), CircleSobolev(teacher)))
    return math.log2(risks[1] / risks[0]) / 2


def close_points(pairs: tuple[tuple[int, int], ...]) -> Evidence:
    r"""Look at whether the risk is integrable over clusters of points, whose density is $h^{j-1}dh$."""
    found = []
    for teacher, student in pairs:
        for cluster in range(1, student):
            measured = growth(teacher, student, cluster)
            found.append(
                Pair(
                    label=f"teacher m={teacher}, student m={student}: {cluster + 1} points within h, risk "
                    f"h^-{measured:.3f}, what is too much for a mean",
                    # h^(j-1-g) dh has to be integrable
                    measured=max(0.0, measured - cluster + 0.5),
                    claimed=0,
                )
            )
    if not found:
        raise ValueError("`pairs` has no student of an order above 1; close points do nothing then")
    return numbers_agree(
        found, summary="Growth of the risk as points come close", tolerance=0.01, refuted=0.45
    )


def integrable_numeric(_: Context) -> Evidence:
    """Look at students that are less than twice as smooth as the teacher."""
    return close_points(_INTEGRABLE)


def divergent_numeric(_: Context) -> Evidence:
    """Look at students that are at least twice as smooth as the teacher."""
    return close_points(_DIVERGENT)


def tails(context: Context, pairs: tuple[tuple[int, int], ...]) -> Evidence:
    """Test whether the tail of the risk has a mean: Hill's estimate of its index against 1."""
    ordered = []
    for place, (teacher, student) in enumerate(pairs):
        found = simulate_kernel_regression(
            CircleSobolev(student),
            CircleSobolev(teacher),
            manifold=Circle(),
            samples=context.size(8),
            replicates=context.replicates(2500, thorough=25000),
            seed=child_seed(context.seed, place),
            executor=context.executor,
            progress=context.progress,
        )
        index = hill(found.draws, found.replicates // 12)
        ordered.append(
            OrderedPair(
                label=f"teacher m={teacher}, student m={student}: index of the tail against 1",
                larger=index,
                smaller=Estimate(value=1.0, standard_error=0.0, count=index.count),
            )
        )
    return simulation_ordered(context, ordered, summary="Index of the tail of the risk")


def hill(draws: FloatArray, largest: int) -> Estimate:
    r"""Return Hill's estimate of $p$ in $\Pr(R>x)\sim x^{-p}$ from the largest draws."""
    top = np.sort(draws)[::-1][: largest + 1]
    index = 1 / float(np.log(top[:-1] / top[-1]).mean())
    return Estimate(value=index, standard_error=index / math.sqrt(largest), count=largest)


def integrable_simulation(context: Context) -> Evidence:
    """Look at matched kernels."""
    return tails(context, ((1, 1), (2, 2)))


def divergent_simulation(context: Context) -> Evidence:
    """Look at a student of four times the teacher's order."""
    return tails(context, ((1, 4),))


RANDOM = Claim(
    id="bahri2021.lattice_exponent_on_random_points",
    title="Mean risk on random points",
    statement=r"The law $D^{-\beta}$, derived on a lattice, is that of the mean risk on independent uniform "
    r"points, too.",
    source=f"{SPIGLER}, derived for a lattice",
    assumptions=(PROCESS, CIRCLE, "what is tested is that the mean over the points exists"),
    cases=(
        Case(
            regime="student less than twice as smooth as the teacher, $m_S<2m_T$",
            legs=(
                Leg(kind=LegKind.NUMERIC, run=integrable_numeric),
                Leg(kind=LegKind.SIMULATION, run=integrable_simulation),
            ),
        ),
        Case(
            regime="student at least twice as smooth, $m_S\\ge2m_T$",
            legs=(
                Leg(kind=LegKind.NUMERIC, run=divergent_numeric),
                Leg(kind=LegKind.SIMULATION, run=divergent_simulation),
            ),
        ),
    ),
    note=r"Where $j+1\le m_S$ points come within $h$, the student extrapolates a difference of order $j$ of "
    r"a rougher process: the risk grows as $h^{2m_T-1-2j}$, with the density $h^{j-1}dh$. For $m_S\ge2m_T$ "
    r"the mean is infinite, with the tail $x^{-(m_S-1)/(2m_S-1-2m_T)}$; medians and mean logarithms exist.",
)

CLAIMS = (REPLICA, RANDOM)
