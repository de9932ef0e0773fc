r"""Exponents of kernel regression: matched kernels, and student and teacher of different smoothness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

import mpmath
from sympy import Expr, Integer, Min, Rational

from ....numerics import (
    Circle,
    CircleSobolev,
    Gaussian,
    Kernel,
    Laplace,
    Manifold,
    ManifoldSpectrum,
    Matern,
    ReLUNNGP,
    ReLUNTK,
    Sphere,
    Torus,
    solve_ridge,
)
from ....theory import symbols
from ....theory.kernels import (
    KernelLearning,
    gaussian,
    matern,
    regression_exponents,
    ridgeless_kernel_rates,
)
from ....theory.kernels import letters as kernel_letters
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import lattice_risk, simulate_kernel_regression
from ...simulate.replicates import child_seed
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
from .letters import CIRCULATING, NOTATION, SOURCE, alpha_K, in_letters

SPIGLER = "Spigler, Geiger, Wyart, arXiv:1905.10843"
d = kernel_letters.dimension
alpha_S, alpha_T = kernel_letters.student_decay, kernel_letters.teacher_decay
#: The exponent of the loss in the samples, for kernels whose transforms fall as these powers.
BETA = Min((alpha_T - d) / d, 2 * alpha_S / d)

PROCESS = "the target is a Gaussian process; mean over process and test point; no ridge, no label noise"
#: What is known of the lattice: the kernel matrix is circulant there.
LATTICE = "points on a lattice in the numeric leg, where the risk is an exact sum over aliases"

#: A short length, at which sums over images are short.
_LENGTH = Fraction(1, 8)
#: Samples at which the deterministic equivalent is solved.
_EQUIVALENT = (10**10, 10**12)


def claimed_beta(student: Fraction, teacher: Fraction, dimension: int, beta: Expr = BETA) -> float:
    r"""Return the claimed exponent at numbers for $\alpha_S,\alpha_T,d$."""
    values = {alpha_S: Rational(student), alpha_T: Rational(teacher), d: dimension}
    return float(evaluate(beta, values))


def lattice_pair(
    student: Kernel, teacher: Kernel, manifold: Torus, sides: Sequence[int], claimed: float
) -> Pair:
    """Return the local exponent between two lattices beside a claimed one."""
    low, high = (lattice_risk(student, teacher, manifold=manifold, side=side) for side in sides)
    width = manifold.dimension * math.log(sides[1] / sides[0])
    place = f"{manifold}, {sides[0]}^{manifold.dimension} to {sides[1]}^{manifold.dimension} points"
    return Pair(
        label=f"student {student!r}, teacher {teacher!r}, {place}",
        measured=math.log(low / high) / width,
        claimed=claimed,
    )


def equivalent_pair(student: Kernel, teacher: Kernel, manifold: Manifold, claimed: float) -> Pair:
    """Return the exponent of the deterministic equivalent on the exact spectra beside a claimed one."""
    spectrum = ManifoldSpectrum(student, manifold, teacher=teacher)
    low, high = (
        solve_ridge(spectrum, features="inf", samples=samples, digits=12).risk for samples in _EQUIVALENT
    )
    return Pair(
        label=f"student {student!r}, teacher {teacher!r}, {manifold}, equivalent, 10^10 to 10^12 points",
        measured=mpmath.log(low / high) / mpmath.log(_EQUIVALENT[1] // _EQUIVALENT[0]),
        claimed=claimed,
    )


def on_the_circle(context: Context, claimed: float, samples: tuple[int, int]) -> float:
    r"""Return what a claimed exponent is between two numbers of random points of the circle.

    A risk with the exponent $\alpha$ is a moment of the gaps, $\Gamma(D+1)/\Gamma(D+1+\alpha)$ for any $D$.
    """
    few, many = map(context.size, samples)
    low, high = (math.lgamma(number + 1 + claimed) - math.lgamma(number + 1) for number in (few, many))
    return (high - low) / math.log(many / few)


def on_the_sphere(
    context: Context, student: Kernel, teacher: Kernel, limit: float, samples: tuple[int, int]
) -> float:
    """Return how far the exponent of the equivalent between two numbers of samples is from its limit."""
    spectrum = ManifoldSpectrum(student, Sphere(2), teacher=teacher)
    few, many = map(context.size, samples)
    low, high = (solve_ridge(spectrum, features="inf", samples=at, digits=12).risk for at in (few, many))
    return float(mpmath.log(low / high)) / math.log(many / few) - limit


def exponent_point(
    context: Context,
    student: Kernel,
    teacher: Kernel,
    manifold: Manifold,
    *,
    samples: tuple[int, int],
    replicates: int,
    claimed: float,
    allowance: float,
    place: int,
    logarithmic: bool = False,
) -> SimulatedPoint:
    """Return the exponent between two numbers of random points beside a claimed one."""
    ends: list[tuple[float, float]] = []
    for part, number in enumerate(samples):
        found = simulate_kernel_regression(
            student,
            teacher,
            manifold=manifold,
            samples=context.size(number),
            replicates=replicates,
            test_points=400,
            seed=child_seed(context.seed, 2 * place + part),
            executor=context.executor,
            progress=context.progress,
        )
        if logarithmic:
            logs = found.log_excess()
            ends.append((logs.value, logs.standard_error))
        else:
            mean = found.excess()
            ends.append((math.log(mean.value), mean.standard_error / mean.value))
    width = math.log(context.size(samples[1]) / context.size(samples[0]))
    estimate = Estimate(
        value=(ends[0][0] - ends[1][0]) / width,
        standard_error=math.hypot(ends[0][1], ends[1][1]) / width,
        count=replicates,
    )
    kind = "mean logarithm" if logarithmic else "mean"
    return SimulatedPoint(
        label=f"{student!r} on {teacher!r}, {manifold}, {samples[0]} to {samples[1]} points, {kind}",
        estimate=estimate,
        prediction=claimed,
        allowance=allowance,
    )


def matched_symbolic(_: Context, *, exponent: Expr = alpha_K) -> Evidence:
    """Compare the engine's exponent for a teacher of the student's own spectrum with the claimed one."""
    (derived,) = {
        -piece.value.exponent().subs(symbols.source, symbols.decay)
        for piece in ridgeless_kernel_rates()
        if all(relation.subs(symbols.source, symbols.decay) == True for relation in piece.conditions)  # noqa: E712
    }
    return symbolic_equality(
        [Identity(label=r"$\alpha_D$", derived=in_letters(derived), claimed=exponent)],
        summary="Exponent for the isotropic prior, $b=a$",
    )


def matched_numeric(_: Context, *, exponent: Expr = alpha_K) -> Evidence:
    """Compare local exponents on lattices of circle and torus with the claimed ones."""

    def claimed(alpha: Fraction) -> float:
        return float(exponent.subs(alpha_K, Rational(alpha)))

    pairs = [
        lattice_pair(kernel, kernel, Circle(), (512, 2048), claimed(Fraction(2 * kernel.order - 1)))
        for kernel in map(CircleSobolev, (1, 2, 3))
    ]
    for smoothness in (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)):
        kernel = Matern(smoothness, _LENGTH)
        pairs.append(lattice_pair(kernel, kernel, Torus(2), (64, 128), claimed(2 * smoothness / 2)))
    networks = (
        (ReLUNTK(1), 2, Fraction(1, 2)),
        (ReLUNNGP(1), 3, Fraction(1)),
        (Laplace(), 3, Fraction(1, 3)),
    )
    pairs += [equivalent_pair(kernel, kernel, Sphere(space), claimed(at)) for kernel, space, at in networks]
    return numbers_agree(
        pairs, summary="Exponents on lattices and at large samples", tolerance=0.01, refuted=0.05
    )


def matched_simulation(context: Context, *, exponent: Expr = alpha_K) -> Evidence:
    """Compare exponents of runs on random points with the claimed ones."""

    def claimed(alpha: float) -> float:
        return float(exponent.subs(alpha_K, alpha))

    laplace = Laplace(Fraction(1, 2))
    many = (200, 600)
    points = [
        exponent_point(
            context,
            CircleSobolev(order),
            CircleSobolev(order),
            Circle(),
            samples=samples,
            replicates=context.replicates(runs, thorough=10 * runs),
            claimed=on_the_circle(context, claimed(2 * order - 1), samples),
            # mean logarithms, and a constant of known size, which is worth some percent at ten points
            allowance=0.08,
            place=place,
            logarithmic=True,
        )
        for place, (order, samples, runs) in enumerate(((1, (10, 40), 100), (2, (16, 48), 120)))
    ]
    points.append(
        exponent_point(
            context,
            laplace,
            laplace,
            Sphere(2),
            samples=many,
            replicates=context.replicates(16, thorough=100),
            claimed=claimed(0.5) + on_the_sphere(context, laplace, laplace, 0.5, many),
            allowance=0.08,
            place=2,
        )
    )
    return simulation_agrees(context, points, summary="Exponents on random points")


MATCHED = Claim(
    id="bahri2021.matched_kernel",
    title="Exponent in the data from the kernel spectrum",
    statement=r"For a target drawn from the student's own kernel, $\alpha_D=\alpha_K$.",
    source=f"{SOURCE}, eq. (3)",
    assumptions=(PROCESS, r"$\lambda_i\simeq i^{-(1+\alpha_K)}$", LATTICE),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=matched_symbolic),
                Leg(kind=LegKind.NUMERIC, run=matched_numeric),
                Leg(kind=LegKind.SIMULATION, run=matched_simulation),
            )
        ),
    ),
    note=r"For another target the source decides too: $\alpha_D=\min(b-1,2(1+\alpha_K))$.",
)


def spigler_symbolic(_: Context, *, beta: Expr = BETA) -> Evidence:
    """Compare the engine's exponent in each of its regions with the claimed minimum there."""
    points = [
        {alpha_S: Rational(2), alpha_T: teacher, d: dimension}
        for dimension in (1, 2)
        for teacher in map(Rational, ("5/2", "7/2", "9/2", "11/2", "13/2"))
    ]
    regions, identities = regression_exponents(), []
    for piece in regions:
        inside = [at for at in points if all(bool(r.subs(at)) for r in piece.conditions)]
        for at in inside[:1]:
            # the member of the minimum that holds at the point, as a formula
            (member,) = [member for member in beta.args if member.subs(at) == beta.subs(at)][:1]
            label = ", ".join(rf"${NOTATION.latex(relation)}$" for relation in piece.conditions)
            identities.append(Identity(label=rf"$\beta$, {label}", derived=piece.value, claimed=member))
    return symbolic_equality(
        identities, summary="Exponents of the regions", witness={alpha_S: 3, alpha_T: 5, d: 2}
    )


def spigler_numeric(_: Context, *, beta: Expr = BETA) -> Evidence:
    """Compare local exponents on lattices with the claimed ones, on circle and torus."""
    pairs = [
        lattice_pair(
            CircleSobolev(student),
            CircleSobolev(teacher),
            Circle(),
            (1024, 4096),
            claimed_beta(Fraction(2 * student), Fraction(2 * teacher), 1, beta),
        )
        for teacher, student in ((1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (1, 3))
    ]
    for teacher, student, sides in (
        (Fraction(3, 2), Fraction(1, 2), (48, 96)),
        (Fraction(1, 2), Fraction(3, 2), (24, 48)),
    ):
        pairs.append(
            lattice_pair(
                Matern(student, _LENGTH),
                Matern(teacher, _LENGTH),
                Torus(2),
                sides,
                claimed_beta(2 * student + 2, 2 * teacher + 2, 2, beta),
            )
        )
    # a teacher that the student can follow, and one that is too smooth for it
    for teacher in (Fraction(3, 2), Fraction(9, 2)):
        beta_there = claimed_beta(Fraction(3), 2 * teacher + 2, 2, beta)
        pairs.append(equivalent_pair(Laplace(), Matern(teacher), Sphere(2), beta_there))
    return numbers_agree(
        pairs, summary="Exponents on lattices and at large samples", tolerance=0.02, refuted=0.1
    )


def spigler_simulation(context: Context, *, beta: Expr = BETA) -> Evidence:
    """Compare the exponent on random points of the sphere, with a teacher smoother than the student."""
    student, teacher, samples = Fraction(1, 2), Fraction(3, 2), (200, 800)
    limit = claimed_beta(2 * student + 2, 2 * teacher + 2, 2)
    offset = on_the_sphere(context, Matern(student), Matern(teacher), limit, samples)
    point = exponent_point(
        context,
        Matern(student),
        Matern(teacher),
        Sphere(2),
        samples=samples,
        replicates=context.replicates(12, thorough=60),
        claimed=claimed_beta(2 * student + 2, 2 * teacher + 2, 2, beta) + offset,
        allowance=0.08,
        place=0,
    )
    return simulation_agrees(context, [point], summary="Exponent on random points")


SPIGLER_CLAIM = Claim(
    id="bahri2021.student_teacher_exponent",
    title="Exponent for kernels of different smoothness",
    statement=r"For kernels whose transforms fall as $|k|^{-\alpha_S}$ and $|k|^{-\alpha_T}$ the loss falls "
    r"as $D^{-\beta}$, $\beta=\min(\alpha_T-d,2\alpha_S)/d$.",
    source=f"{SPIGLER}, which the paper takes up",
    assumptions=(PROCESS, r"$\alpha_S,\alpha_T>d$", LATTICE),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=spigler_symbolic),
                Leg(kind=LegKind.NUMERIC, run=spigler_numeric),
                Leg(kind=LegKind.SIMULATION, run=spigler_simulation),
            )
        ),
    ),
    note=r"It is the rate of kernel regression with decay $a=\alpha_S/d$ and source $b=\alpha_T/d$, "
    r"$D^{-\min(b-1,2a)}$, with a logarithm at $b=2a+1$.",
)


def analytic_numeric(_: Context, *, dimension: int, exponent: float | None = None) -> Evidence:
    """Compare the exponent of the Laplace kernel on an analytic target with 4/d."""
    sides = {1: (256, 1024), 2: (32, 64), 3: (16, 32)}[dimension]
    kernel, teacher = Laplace(Fraction(1, 4)), Gaussian(Fraction(1, 4))
    claimed = 4 / dimension if exponent is None else exponent
    pair = lattice_pair(kernel, teacher, Torus(dimension), sides, claimed)
    return numbers_agree([pair], summary="Exponent on lattices", tolerance=0.02, refuted=0.1)


def analytic_symbolic(_: Context, *, dimension: int, exponent: Expr | None = None) -> Evidence:
    """Compare the engine's exponent for a target smoother than any power with 4/d."""
    space = Integer(dimension)
    learning = KernelLearning(
        student=matern(smoothness=Rational(1, 2), dimension=space), teacher=gaussian(dimension=space)
    )
    claimed = Rational(4, dimension) if exponent is None else exponent
    return symbolic_equality(
        [Identity(label=r"$\beta$, Laplace and Gaussian kernel", derived=learning.beta, claimed=claimed)],
        summary=f"Exponent in dimension {dimension}",
    )


ANALYTIC = Claim(
    id="bahri2021.circulating_analytic_target",
    title="Laplace kernel on an analytic target",
    statement=r"Kernel regression with the Laplace kernel, which interpolates linearly on the line, has the "
    r"exponent $4/d$ on an analytic target in every dimension.",
    source=f"{CIRCULATING}; the estimate $4/d$ for piecewise linear functions, taken over to kernels",
    assumptions=(PROCESS, "target of the Gaussian kernel on the torus", LATTICE),
    cases=tuple(
        Case(
            regime=rf"$d={dimension}$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=partial(analytic_symbolic, dimension=dimension)),
                Leg(kind=LegKind.NUMERIC, run=partial(analytic_numeric, dimension=dimension)),
            ),
        )
        for dimension in (1, 2, 3)
    ),
    note=r"The student saturates at $2\alpha_S/d=2(d+1)/d$, which is $4/d$ for $d=1$ only.",
)


CLAIMS = (MATCHED, SPIGLER_CLAIM, ANALYTIC)
