"""Kernel regression on lattices and random points: exact sums against each other, limits, refusals."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    ArcCosine,
    Circle,
    CircleSobolev,
    Gaussian,
    Laplace,
    Matern,
    Sphere,
    Torus,
    kernel_eigenvalues,
)
from scalinglaws.validate.simulate import (
    circle_risk,
    lattice_risk,
    nystrom_spectrum,
    simulate_kernel_regression,
)
from scalinglaws.validate.simulate.kernel_lattice import mixture

ROUGH, SMOOTH = CircleSobolev(1), CircleSobolev(2)
FEW = {"replicates": 2, "test_points": 2, "seed": 1}
NO_SUMS = "has no sums over aliases"


def eigenvalues(kernel, squares):
    """Eigenvalues on the integer frequencies of the torus by the formulas of their transforms."""
    dimension = squares.shape[1]
    norm = (squares**2).sum(axis=1)
    length = float(kernel.length)
    if isinstance(kernel, Gaussian):
        return (2 * np.pi * length**2) ** (dimension / 2) * np.exp(-2 * np.pi**2 * length**2 * norm)
    order = float(kernel.smoothness)
    front = (
        math.gamma(order + dimension / 2)
        / math.gamma(order)
        * (2 * np.pi * length**2 / order) ** (dimension / 2)
    )
    return front * (1 + 2 * np.pi**2 * length**2 / order * norm) ** (-order - dimension / 2)


def by_brute_force(student, teacher, dimension, side, reach, ridge, noise):
    """Sum over classes and aliases, one by one, without setting any mode apart."""
    samples, total = side**dimension, noise
    images = np.array(list(itertools.product(range(-reach, reach + 1), repeat=dimension)), dtype=float)
    for q in itertools.product(range(side), repeat=dimension):
        modes = np.array(q) + side * images
        s, t = eigenvalues(student, modes), eigenvalues(teacher, modes)
        w = s / (s.sum() + ridge / samples)
        total += (t * (1 - 2 * w)).sum() + t.sum() * (w**2).sum() + noise / samples * (w**2).sum()
    return total


@pytest.mark.parametrize(
    ("student", "teacher", "dimension", "side", "reach"),
    [
        (Matern("5/2", "1/3"), Matern("5/2", "1/3"), 1, 6, 60),
        (Matern("5/2", "1/3"), Matern(3, "1/4"), 1, 7, 60),
        (Matern(3, "1/3"), Gaussian("1/3"), 2, 4, 10),
        (Matern("7/2", "1/3"), Matern("7/2", "1/4"), 2, 3, 12),
        (Gaussian("1/5"), Gaussian("1/6"), 2, 3, 6),
        (Matern(7, "1/4"), Matern(6, "1/3"), 3, 2, 6),
    ],
)
@pytest.mark.parametrize(("ridge", "noise"), [(0.0, 0.0), (0.3, 0.2)])
def test_lattice_risk_is_the_sum_over_aliases(student, teacher, dimension, side, reach, ridge, noise):
    found = lattice_risk(student, teacher, manifold=Torus(dimension), side=side, ridge=ridge, noise=noise)
    summed = by_brute_force(student, teacher, dimension, side, reach, ridge, noise)
    assert found == pytest.approx(summed, rel=1e-8)


@pytest.mark.parametrize("order", ["1/10", "1/2", "4", "20", "90"])
@pytest.mark.parametrize(("dimension", "side"), [(1, 200), (3, 8)])
def test_mixtures_of_gaussians_are_the_eigenvalues(order, dimension, side):
    """And their products are the products, squares too."""
    kernel, other = Matern(order, "1/3"), Gaussian("1/9")
    modes = np.array([[0.0], [1.0], [side / 2], [float(side)], [3.0 * side]]) * np.ones(dimension)
    exact, more = eigenvalues(kernel, modes), eigenvalues(other, modes)
    single = mixture(kernel, dimension, side)
    for found, value in ((single, exact), (single.times(mixture(other, dimension, side)), exact * more)):
        summed = np.exp(-np.outer((modes**2).sum(axis=1), found.rates)) @ found.weights
        seen = value > 1e-290
        assert summed[seen] == pytest.approx(value[seen], rel=1e-11)


@pytest.mark.parametrize(("student", "teacher"), [*itertools.product((1, 2, 3), repeat=2)])
@pytest.mark.parametrize(("side", "ridge", "noise"), [(5, 0, 0), (8, "0.1", "0.3")])
def test_both_exact_risks_agree_on_lattices_of_the_circle(student, teacher, side, ridge, noise):
    """Aliasing sums in doubles, and traces of matrices in balls."""
    kernels = CircleSobolev(student), CircleSobolev(teacher)
    on_lattice = lattice_risk(*kernels, manifold=Circle(), side=side, ridge=ridge, noise=noise)
    points = np.arange(side) / side
    assert circle_risk(points, *kernels, ridge=ridge, noise=noise) == pytest.approx(on_lattice, rel=1e-12)


def test_lattice_is_a_torus_of_one_dimension():
    kernel = Matern("3/2", "1/3")
    on_circle = lattice_risk(kernel, manifold=Circle(), side=9)
    assert lattice_risk(kernel, manifold=Torus(1), side=9) == on_circle


def test_a_far_ridge_learns_nothing():
    for side in (4, 7):
        risk = lattice_risk(ROUGH, SMOOTH, manifold=Circle(), side=side, ridge=10**12, noise=0.5)
        assert risk == pytest.approx(0.5 + SMOOTH.matrix(Circle(), [0.0])[0, 0], rel=1e-9)


points_strategy = st.lists(st.integers(0, 9999), min_size=2, max_size=8, unique=True)


@settings(max_examples=15, deadline=None)
@given(points_strategy)
def test_matched_risk_follows_from_the_gaps(numbers):
    r"""For m=1 a Brownian loop: bridges between the points, and what its vanishing mean tells besides."""
    points = np.sort(numbers) / 10000
    gaps = np.diff(np.append(points, points[0] + 1))
    rate = 4 * np.pi**2
    told = rate**2 / 120 * (gaps**5).sum() / (1 + rate / 12 * (gaps**3).sum())
    assert circle_risk(points, ROUGH) == pytest.approx(rate / 6 * (gaps**2).sum() - told, rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(points_strategy, st.integers(1, 127))
def test_risk_is_invariant_under_shifts_and_order(numbers, shift):
    points = np.array(numbers) / 16384
    moved = (points + shift / 128)[::-1]
    assert circle_risk(moved, SMOOTH, ROUGH) == pytest.approx(circle_risk(points, SMOOTH, ROUGH), rel=1e-9)


def test_one_more_point_never_hurts_the_matched_student():
    points = [0.11, 0.37, 0.52, 0.9, 0.71]
    risks = [circle_risk(points[:count], SMOOTH) for count in range(1, 6)]
    assert risks == sorted(risks, reverse=True)


@pytest.mark.parametrize("distance", [1e-6, 1e-9, 1e-12])
def test_close_points_are_solved_to_proven_digits(distance):
    """A rough process and a smoother student: the risk grows as one over the distance."""
    points = [0.25, 0.25 + distance, 0.5, 0.8]
    halved = [0.25, 0.25 + distance / 2, 0.5, 0.8]
    ratio = circle_risk(halved, SMOOTH, ROUGH) / circle_risk(points, SMOOTH, ROUGH)
    assert ratio == pytest.approx(2, rel=2e-3)


def test_same_seed_gives_the_same_risks_for_any_workers():
    options = {"manifold": Circle(), "samples": 6, "replicates": 20, "seed": 3}
    here = simulate_kernel_regression(SMOOTH, ROUGH, **options)
    with ThreadPoolExecutor(3) as pool:
        there = simulate_kernel_regression(SMOOTH, ROUGH, executor=pool, **options)
    assert (here.draws == there.draws).all()
    other = simulate_kernel_regression(SMOOTH, ROUGH, **{**options, "seed": 4})
    assert not (here.draws == other.draws).any()


def test_doubles_and_balls_agree_on_random_points():
    """Test points drawn, against the exact mean over them: the Laplace kernel on the torus, and m=1."""
    points = simulate_kernel_regression(ROUGH, manifold=Circle(), samples=12, replicates=200, seed=1)
    expected = 4 * np.pi**2 / 3 / 13
    assert abs(points.risk - expected) < 4 * points.standard_error
    assert points.median == pytest.approx(np.median(points.draws))
    assert points.heaviness == pytest.approx(points.risk / points.median)
    assert math.exp(points.log_excess().value) < points.risk


@pytest.mark.parametrize("manifold", [Circle(), Torus(2), Sphere(2)])
def test_noise_and_ridge_enter_the_risk(manifold):
    kernel = Matern("3/2", "1/4")
    options = {"manifold": manifold, "samples": 20, "replicates": 4, "test_points": 50, "seed": 2}
    plain = simulate_kernel_regression(kernel, **options)
    noisy = simulate_kernel_regression(kernel, noise=0.5, **options)
    # interpolated noise is at least that of the test label
    assert (noisy.draws > plain.draws + 0.5).all()
    assert noisy.excess().value == pytest.approx(noisy.risk - 0.5)
    flat = simulate_kernel_regression(kernel, ridge=10**9, **options)
    at_zero = kernel.matrix(manifold, manifold.uniform(np.random.default_rng(0), 1))[0, 0]
    assert flat.risk == pytest.approx(at_zero, rel=1e-6)


def test_random_points_of_another_teacher_are_those_of_a_direct_formula():
    student, teacher, sphere = Laplace(), Matern("5/2"), Sphere(2)
    options = {"manifold": sphere, "samples": 15, "replicates": 2, "test_points": 40, "seed": 7}
    found = simulate_kernel_regression(student, teacher, ridge=0.1, noise=0.2, **options)
    from scalinglaws.validate.simulate.replicates import child_seed, seed_sequence

    for place, risk in enumerate(found.draws):
        generator = np.random.default_rng(child_seed(seed_sequence(7), place))
        points, tests = sphere.uniform(generator, 15), sphere.uniform(generator, 40)
        inverse = np.linalg.inv(student.matrix(sphere, points) + 0.1 * np.eye(15))
        weights = inverse @ student.matrix(sphere, points, tests)
        errors = 1 - 2 * (weights * teacher.matrix(sphere, points, tests)).sum(axis=0)
        errors += (weights * (teacher.matrix(sphere, points) @ weights)).sum(axis=0)
        errors += 0.2 * (1 + (weights**2).sum(axis=0))
        assert risk == pytest.approx(errors.mean(), rel=1e-10)


def test_nystrom_eigenvalues_approach_those_of_the_kernel():
    kernel, sphere = Laplace(), Sphere(2)
    found = nystrom_spectrum(kernel, manifold=sphere, samples=400, replicates=4, seed=1)
    levels = kernel_eigenvalues(kernel, sphere, 4)
    means, start = found.draws.mean(axis=0), 0
    for level in levels:
        block = means[start : start + level.multiplicity].mean()
        assert block == pytest.approx(float(level.eigenvalue), rel=0.1)
        start += level.multiplicity
    assert found.decay(5, 40).value > 1
    with pytest.raises(ValueError, match=r"`last` = 500 after `first` = 5"):
        found.decay(5, 500)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: lattice_risk(Laplace(), manifold=Sphere(2), side=3), TypeError, r"`manifold` is Sphere"),
        (lambda: lattice_risk(ArcCosine(1), manifold=Circle(), side=3), TypeError, NO_SUMS),
        (lambda: lattice_risk(ROUGH, Laplace(), manifold=Circle(), side=3), TypeError, NO_SUMS),
        (lambda: lattice_risk(ROUGH, manifold=Torus(2), side=3), ValueError, r"must be Circle\(\)"),
        (lambda: lattice_risk(ROUGH, manifold=Circle(), side=0), ValueError, "`side` = 0"),
        (lambda: lattice_risk(ROUGH, manifold=Circle(), side=3, ridge=-1), ValueError, "`ridge` = -1"),
        (lambda: lattice_risk(Laplace(), manifold=Torus(20), side=20), ValueError, "classes; choose"),
        (
            lambda: lattice_risk(Gaussian(), manifold=Circle(), side=60),
            ValueError,
            "makes eigenvalues of .* smaller than doubles",
        ),
        (lambda: circle_risk([0.25, 1.25], ROUGH), ValueError, "`points` holds a point twice"),
        (lambda: circle_risk([0.1, float("nan")], ROUGH), ValueError, "`points` holds nan"),
        (lambda: circle_risk([0.1], Laplace()), TypeError, "`student` is Laplace"),
        (lambda: circle_risk([0.1], ROUGH, Laplace()), TypeError, "`teacher` is Laplace"),
        (lambda: circle_risk(np.arange(600) / 600, ROUGH), ValueError, "`points` has 600 points"),
        (
            lambda: simulate_kernel_regression(Gaussian(), manifold=Sphere(2), samples=200, **FEW),
            ValueError,
            r"`samples` = 200 .* choose fewer samples, a rougher kernel or a positive `ridge`",
        ),
        (
            lambda: simulate_kernel_regression(Matern(3, 1), manifold=Sphere(1), samples=300, **FEW),
            ValueError,
            r"condition number above 1e\+13|singular in doubles",
        ),
        (lambda: simulate_kernel_regression(3, manifold=Circle(), samples=3, **FEW), TypeError, "`student`"),
        (
            lambda: simulate_kernel_regression(ArcCosine(1), manifold=Torus(2), samples=3, seed=1),
            ValueError,
            "no inner product",
        ),
        (
            lambda: simulate_kernel_regression(Laplace(), manifold=Sphere(2), samples=10**6, seed=1),
            ValueError,
            "GiB for a draw",
        ),
        (
            lambda: simulate_kernel_regression(Laplace(), manifold=Circle(), samples=3, replicates=1, seed=1),
            ValueError,
            "`replicates` = 1",
        ),
        (
            lambda: simulate_kernel_regression(ROUGH, manifold=Circle(), samples=513, **FEW),
            ValueError,
            "`samples` = 513 must be at most 512",
        ),
        (lambda: nystrom_spectrum(3, manifold=Circle(), samples=3, seed=1), TypeError, "`kernel` is 3"),
        (lambda: nystrom_spectrum(Laplace(), manifold=Circle(), samples=10**6, seed=1), ValueError, "GiB"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
