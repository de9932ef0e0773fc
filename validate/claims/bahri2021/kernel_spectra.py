r"""Spectra of kernels on manifolds: what the smoothness of a kernel says about their decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import mpmath
import numpy as np
from sympy import Expr, Integer, Rational, Symbol, bernoulli, ceiling, expand

from ....numerics import (
    ArcCosine,
    Gaussian,
    Kernel,
    Laplace,
    Manifold,
    Matern,
    ReLUNNGP,
    ReLUNTK,
    Sphere,
    kernel_eigenvalues,
)
from ....theory.kernels import circle_sobolev, matern, relu_nngp, relu_ntk
from ....theory.kernels import letters as kernel_letters
from ....theory.kernels.networks import explicit_tangent_kernel
from ....theory.kernels.zonal import arc_cosine, odd_power
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.nystrom import nystrom_spectrum
from ...simulate.replicates import child_seed
from ...statistics import log_log_slope
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .letters import CIRCULATING, SOURCE, dimension

nu = kernel_letters.smoothness
#: The smoothness of a kernel, and the claimed exponent.
t = Symbol("t", positive=True)
ALPHA = t / dimension

MANIFOLD = "uniform points on the sphere, the chord as distance, or on the torus, the kernel periodised"
_HALF = Fraction(1, 2)
#: Kernels on the sphere with the power of their singularity at coinciding points.
SINGULAR: tuple[tuple[Kernel, Fraction], ...] = (
    (Laplace(_HALF), Fraction(1)),
    (Matern(Fraction(3, 4), _HALF), Fraction(3, 2)),
    (Matern(1, _HALF), Fraction(2)),
    (Matern(Fraction(3, 2), _HALF), Fraction(3)),
    (ArcCosine(0), Fraction(1)),
    (ReLUNTK(1), Fraction(1)),
    (ReLUNNGP(1), Fraction(3)),
)


def claimed_alpha(alpha: Expr, smoothness: Fraction | Expr, space: int) -> Expr:
    """Return the claimed exponent at numbers."""
    return alpha.subs({t: Rational(smoothness), dimension: Integer(space)})


def local_alpha(kernel: Kernel, manifold: Manifold, degrees: tuple[int, int]) -> mpmath.mpf:
    r"""Return $\alpha_K$ between two degrees of the exact spectrum, each at the middle of its multiplicity.

    A degree whose eigenvalue is zero is replaced by the next one.
    """
    levels = kernel_eigenvalues(kernel, manifold, degrees[1] + 2)
    last, places = 0, []
    for level in levels:
        count = level.multiplicity if level.eigenvalue != 0 else 0
        places.append((mpmath.mpf(last) + mpmath.mpf(count) / 2, mpmath.mpf(level.eigenvalue)))
        last += count
    ends = [places[n] if places[n][1] != 0 else places[n + 1] for n in degrees]
    fall = mpmath.log(ends[0][1] / ends[1][1]) / mpmath.log(ends[1][0] / ends[0][0])
    return fall - 1


def singular_power(kernel: str, order: int) -> Expr:
    r"""Return the lowest power of the distance in a kernel that is not smooth at 0, from its closed form."""
    if kernel == "sobolev":
        x = Symbol("x", positive=True)
        polynomial = expand(bernoulli(2 * order, x)).as_poly(x)
        return Integer(min(power for (power,), _ in polynomial.terms() if power % 2))
    function = {"nngp": arc_cosine(1), "ntk": explicit_tangent_kernel(), "step": arc_cosine(0)}[kernel]
    found = odd_power(function, 6)
    assert found is not None
    return found.power


def laplace_symbolic(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare the engine's exponent of the Laplace kernel in any dimension with the claimed one."""
    identities = [
        Identity(
            label=rf"$\alpha_K$ on the {manifold}",
            derived=matern(manifold, smoothness=Rational(1, 2)).alpha,
            claimed=alpha.subs({t: 1, dimension: kernel_letters.dimension}),
        )
        for manifold in ("sphere", "torus")
    ]
    return symbolic_equality(identities, summary="Laplace kernel")


def laplace_numeric(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare local exponents of exact eigenvalues with the claimed one."""
    pairs = [
        Pair(
            label=f"S^{space}, degrees 150 to 300",
            measured=local_alpha(Laplace(_HALF), Sphere(space), (150, 300)),
            claimed=claimed_alpha(alpha, Fraction(1), space),
        )
        for space in (1, 2, 3)
    ]
    return numbers_agree(pairs, summary="Exact eigenvalues", tolerance=1e-3, refuted=0.02)


def window_decay(kernel: Kernel, manifold: Manifold, first: int, last: int) -> float:
    """Return the decay fitted to exact eigenvalues over a window of indices."""
    values: list[float] = []
    for level in kernel_eigenvalues(kernel, manifold, last):
        values += [float(mpmath.mpf(level.eigenvalue))] * level.multiplicity
        if len(values) >= last:
            break
    return -log_log_slope(np.arange(first, last + 1), values[first - 1 : last]).value


def laplace_simulation(context: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare fitted decays of kernel matrices on random points with the claimed one."""
    points = []
    windows: Mapping[int, tuple[int, int]] = {1: (9, 60), 2: (10, 80), 3: (15, 91)}
    for space, (first, last) in windows.items():
        kernel, sphere = Laplace(_HALF), Sphere(space)
        found = nystrom_spectrum(
            kernel,
            manifold=sphere,
            samples=context.size(1200),
            replicates=context.replicates(6, thorough=24),
            seed=child_seed(context.seed, space),
            executor=context.executor,
            progress=context.progress,
        )
        # what the exact eigenvalues of the window have beside their asymptotic decay
        offset = window_decay(kernel, sphere, first, last) - (1 + 1 / space)
        points.append(
            SimulatedPoint(
                label=f"S^{space}, decay over indices {first} to {last}",
                estimate=found.decay(first, last),
                prediction=offset + float(1 + claimed_alpha(alpha, Fraction(1), space)),
                allowance=0.04,
            )
        )
    return simulation_agrees(context, points, summary="Kernel matrices on random points")


LAPLACE = Claim(
    id="bahri2021.laplace_spectrum",
    title="Decay of the Laplace kernel's spectrum",
    statement=r"The Laplace kernel, $t=1$, has $\alpha_K=t/d$ on a manifold of dimension $d$.",
    source=f"{SOURCE}, section 2.3",
    assumptions=(MANIFOLD,),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=laplace_symbolic),
                Leg(kind=LegKind.NUMERIC, run=laplace_numeric),
                Leg(kind=LegKind.SIMULATION, run=laplace_simulation),
            )
        ),
    ),
    note="The kernel is continuous and no more, $C^0$; $t=1$ is its Lipschitz order.",
)


def fractional_symbolic(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare exponents of the engine with the power of the kernels' singularities over the dimension."""
    d = kernel_letters.dimension
    laws = [
        (r"Matérn, torus", matern("torus").alpha, 2 * nu),
        (r"Matérn, sphere", matern("sphere").alpha, 2 * nu),
        ("ReLU network, one layer", relu_nngp(1).alpha, singular_power("nngp", 1)),
        ("its tangent kernel", relu_ntk(1).alpha, singular_power("ntk", 1)),
    ]
    identities = [
        Identity(label=name, derived=found, claimed=alpha.subs({t: power, dimension: d}, simultaneous=True))
        for name, found, power in laws
    ]
    identities += [
        Identity(
            label=f"circle, Sobolev kernel of order {order}",
            derived=circle_sobolev(order).alpha,
            claimed=alpha.subs({t: singular_power("sobolev", order), dimension: 1}),
        )
        for order in (1, 2, 3)
    ]
    return symbolic_equality(identities, summary="Exponents and singularities")


def fractional_numeric(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare local exponents of exact eigenvalues with the power of the singularity over the dimension."""
    pairs = [
        Pair(
            label=f"{kernel!r}, S^{space}, degrees 150 to 300",
            measured=local_alpha(kernel, Sphere(space), (150, 300)),
            claimed=claimed_alpha(alpha, power, space),
        )
        for kernel, power in SINGULAR
        for space in (2, 3)
    ]
    return numbers_agree(pairs, summary="Exact eigenvalues", tolerance=5e-3, refuted=0.05)


def derivatives(power: Fraction) -> Fraction:
    r"""Return the number of continuous derivatives of $r^p$ at 0 for $p$ not even, or of $r^p\log r$."""
    return Fraction(math.ceil(power) - 1)


def integer_symbolic(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare exponents of the engine with the number of continuous derivatives over the dimension."""
    identities = [
        Identity(
            label=rf"$\nu={value}$, $d={space}$",
            derived=matern("sphere", smoothness=value, dimension=Integer(space)).alpha,
            claimed=claimed_alpha(alpha, ceiling(2 * value) - 1, space),
        )
        for value in (Rational(1, 2), Rational(3, 4), Rational(1))
        for space in (1, 2)
    ]
    return symbolic_equality(identities, summary="Matérn kernels")


def integer_numeric(_: Context, *, alpha: Expr = ALPHA) -> Evidence:
    """Compare local exponents of exact eigenvalues with the number of derivatives over the dimension."""
    pairs = [
        Pair(
            label=f"{kernel!r}, S^2, degrees 150 to 300",
            measured=local_alpha(kernel, Sphere(2), (150, 300)),
            claimed=claimed_alpha(alpha, derivatives(power), 2),
        )
        for kernel, power in SINGULAR
    ]
    return numbers_agree(pairs, summary="Exact eigenvalues", tolerance=5e-3, refuted=0.05)


SMOOTHNESS = Claim(
    id="bahri2021.alpha_from_smoothness",
    title="Exponent of the spectrum from the smoothness of the kernel",
    statement=r"A kernel of smoothness $t$ on a manifold of dimension $d$ has $\alpha_K=t/d$.",
    source=f"{SOURCE}, section 2.3, which assumes that the bound is saturated",
    assumptions=(MANIFOLD, "Matérn, Sobolev and arc-cosine kernels and those of ReLU networks"),
    cases=(
        Case(
            regime="$t$ is the power of the kernel's singularity",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=fractional_symbolic),
                Leg(kind=LegKind.NUMERIC, run=fractional_numeric),
            ),
        ),
        Case(
            regime="$t$ is the number of continuous derivatives",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=integer_symbolic),
                Leg(kind=LegKind.NUMERIC, run=integer_numeric),
            ),
        ),
    ),
    note=r"In general $\alpha_K\ge t/d$. A kernel $\sim-|x-y|^{2\nu}$ has $\alpha_K=2\nu/d$ and fewer than "
    r"$2\nu$ derivatives: the Laplace kernel is $C^0$ with $\alpha_K=1/d$.",
)


def decay_pairs(kernel: Kernel, manifold: Manifold, degrees: Sequence[tuple[int, int]]) -> list[Pair]:
    """Return local exponents beside the one at the lowest degrees."""
    found = [local_alpha(kernel, manifold, pair) for pair in degrees]
    return [
        Pair(label=f"{kernel!r}, {manifold}, degrees {low} to {high}", measured=value, claimed=found[0])
        for (low, high), value in zip(degrees[1:], found[1:], strict=True)
    ]


def power_numeric(_: Context) -> Evidence:
    """Look at local exponents of kernels with a singularity."""
    pairs = [
        pair
        for kernel, _ in SINGULAR
        for pair in decay_pairs(kernel, Sphere(2), ((50, 100), (100, 200), (200, 400)))
    ]
    return numbers_agree(pairs, summary="Local exponents", tolerance=0.02, refuted=0.2)


def smooth_numeric(_: Context, *, make: Callable[[], Kernel] = lambda: Gaussian(_HALF)) -> Evidence:
    """Look at local exponents of a kernel that has all derivatives."""
    pairs = decay_pairs(make(), Sphere(2), ((4, 8), (8, 16), (16, 32)))
    return numbers_agree(pairs, summary="Local exponents", tolerance=0.02, refuted=0.2)


POWER = Claim(
    id="bahri2021.circulating_power_decay",
    title="Power-law spectrum of a smooth kernel",
    statement="If a kernel is smooth, its spectrum exhibits a power decay.",
    source=f"{CIRCULATING}; the paper has an upper bound on the eigenvalues",
    assumptions=(MANIFOLD,),
    cases=(
        Case(regime="finite smoothness", legs=(Leg(kind=LegKind.NUMERIC, run=power_numeric),)),
        Case(regime="all derivatives", legs=(Leg(kind=LegKind.NUMERIC, run=smooth_numeric),)),
    ),
    note="Smoothness bounds the eigenvalues from above; a kernel with all derivatives has no power law.",
)

CLAIMS = (LAPLACE, SMOOTHNESS, POWER)
