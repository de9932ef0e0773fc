"""Exact eigenvalues of kernels: against quadrature, transforms, traces and closed forms."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from scalinglaws.numerics import (
    ArcCosine,
    Circle,
    CircleSobolev,
    Gaussian,
    Laplace,
    ManifoldSpectrum,
    Matern,
    PrecisionError,
    ReLUNNGP,
    ReLUNTK,
    Sphere,
    Torus,
    kernel_eigenvalues,
)
from scalinglaws.numerics.arithmetic import number, working_precision
from scalinglaws.numerics.kernels.deep_levels import DeepLevels
from scalinglaws.numerics.kernels.eigenvalues import kernel_levels
from scalinglaws.numerics.kernels.epstein import epstein
from scalinglaws.numerics.kernels.lattice_tails import lattice_tail
from scalinglaws.numerics.kernels.multiplicities import (
    cube_counts,
    harmonics,
    harmonics_polynomial,
    lattice_counts,
)

SLOW = pytest.mark.slow
CHORDAL = [
    Laplace(),
    Laplace("1/5"),
    Matern("0.7", "1/2"),
    Matern(1),
    Matern(2, "1/2"),
    Matern("5/2", "1/3"),
    Gaussian("1/2"),
]
SHALLOW = [ArcCosine(0), ArcCosine(1), ArcCosine(2), ArcCosine(5), ReLUNTK(1), ReLUNNGP(1)]


def by_quadrature(kernel, dimension, degrees):
    """Return eigenvalues on the sphere in doubles, by Gauss-Legendre in the angle."""
    nodes, weights = np.polynomial.legendre.leggauss(100)
    angle = math.pi * (1 + nodes) / 2
    values = kernel.at(Sphere(dimension), 2 * np.sin(angle / 2))
    weight = weights * np.sin(angle) ** (dimension - 1)
    weight /= weight.sum()
    before, now, found = np.zeros_like(angle), np.ones_like(angle), []
    for degree in range(max(degrees) + 1):
        found.append(float((weight * values * now).sum()))
        if degree == 0:
            before, now = now, np.cos(angle)
            continue
        rise = (2 * degree + dimension - 1) * np.cos(angle) * now - degree * before
        before, now = now, rise / (degree + dimension - 1)
    return [found[degree] for degree in degrees]


@pytest.mark.parametrize("kernel", CHORDAL + SHALLOW, ids=repr)
@pytest.mark.parametrize("dimension", [pytest.param(1, marks=SLOW), 2, pytest.param(5, marks=SLOW)])
def test_eigenvalues_on_the_sphere_are_integrals_against_gegenbauer_polynomials(kernel, dimension):
    exact = kernel_eigenvalues(kernel, Sphere(dimension), 13)
    numbers = by_quadrature(kernel, dimension, range(13))
    # Matern kernels are not analytic in the angle where 2 nu is no odd integer
    loss = 1e-6 if getattr(kernel, "smoothness", Fraction(1, 2)).denominator != 2 else 1e-14
    for level, value in zip(exact, numbers, strict=True):
        assert abs(float(level.eigenvalue) - value) < loss


@pytest.mark.parametrize("kernel", [Matern("3/2"), Matern(2), Gaussian("1/2"), ReLUNTK(1)], ids=repr)
def test_eigenvalues_are_the_same_at_two_precisions(kernel):
    for manifold in (Circle(), Sphere(2)):
        coarse = kernel_eigenvalues(kernel, manifold, 30, digits=12)
        fine = kernel_eigenvalues(kernel, manifold, 30, digits=60, rigorous=True)
        for one, two in zip(coarse, fine, strict=True):
            assert one.multiplicity == two.multiplicity
            with mpmath.workdps(80):
                gap = abs(one.eigenvalue - two.eigenvalue.centre)
                assert gap <= mpmath.mpf(10) ** -12 * abs(one.eigenvalue)
                assert two.eigenvalue.radius <= mpmath.mpf(10) ** -60 * abs(one.eigenvalue)


@pytest.mark.parametrize("kernel", [*CHORDAL[:6], *SHALLOW], ids=repr)
@pytest.mark.parametrize("dimension", [1, pytest.param(4, marks=SLOW)])
def test_eigenvalues_with_multiplicities_sum_to_the_kernel_at_coinciding_points(kernel, dimension):
    total = ManifoldSpectrum(kernel, Sphere(dimension)).total(18)
    assert abs(total - 1) < mpmath.mpf(10) ** -17


@pytest.mark.parametrize(
    "kernel",
    [Laplace("1/4"), Laplace("3/4"), Matern("3/2", "1/2"), Matern(2, "1/2"), Gaussian("1/3")],
    ids=repr,
)
@pytest.mark.parametrize("dimension", [1, 2])
def test_eigenvalues_on_the_torus_sum_to_the_images(kernel, dimension):
    total = ManifoldSpectrum(kernel, Torus(dimension)).total()
    value = kernel.matrix(Torus(dimension), np.zeros((1, dimension)))[0, 0]
    assert math.isclose(total, value, rel_tol=2e-13)


@pytest.mark.parametrize(
    "kernel", [Laplace("1/4"), Matern("3/2", "1/2"), Matern(2), CircleSobolev(2)], ids=repr
)
def test_fourier_transform_on_a_lattice_is_the_sum_over_aliases(kernel):
    side = 16
    values = kernel.matrix(Circle(), [0.0], Circle().lattice(side)[:, 0])[0]
    transform = np.fft.fft(values).real / side
    with working_precision(80):
        levels = kernel_levels(kernel, Circle())
        branch = levels.branch(60)
        for n in range(side // 2):
            aliases = [abs(n + side * m) for m in range(-2000, 2001)]
            total = math.fsum(
                float(levels.eigenvalue(j).mid() if j < branch.first else branch.value(number(j)).mid())
                for j in aliases
            )
            # what is left out is below the integral from the last alias on
            rest = 2 * float(branch.value(number(1990 * side)).mid()) * 2000 / float(levels.decay - 1)
            assert -2e-15 <= transform[n] - total <= rest + 2e-15


def test_gaussian_on_the_torus_has_gaussian_eigenvalues():
    torus, side = Torus(2), 24
    kernel = Gaussian("1/5")
    values = kernel.matrix(torus, np.zeros((1, 2)), torus.lattice(side))[0].reshape(side, side)
    transform = np.fft.fft2(values).real / side**2
    for level in kernel_eigenvalues(kernel, torus, 12):
        ways = [
            n for n in itertools.product(range(-9, 10), repeat=2) if n[0] ** 2 + n[1] ** 2 == level.degree
        ]
        assert len(ways) == level.multiplicity
        assert all(abs(transform[n] - float(level.eigenvalue)) < 1e-15 for n in ways)


def test_relu_eigenvalues_on_the_sphere_are_the_known_rational_numbers():
    found = kernel_eigenvalues(ArcCosine(1), Sphere(2), 7)
    exact = ["3/8", "1/6", "3/128", "0", "1/1536", "0", "1/12288"]
    # squares of int_0^1 t P_l(t) dt = 1/2, 1/3, 1/8, 0, -1/48, 0, 1/128 over 2/3
    coefficients = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 8), 0, Fraction(1, 48), 0, Fraction(1, 128)]
    for level, text, c in zip(found, exact, coefficients, strict=True):
        assert math.isclose(level.eigenvalue, Fraction(3, 2) * Fraction(c) ** 2, rel_tol=1e-14)
        if level.degree < 5:
            assert math.isclose(level.eigenvalue, Fraction(text), rel_tol=1e-14)


def test_relu_eigenvalues_on_the_circle_are_the_known_fourier_coefficients():
    found = [float(level.eigenvalue) for level in kernel_eigenvalues(ArcCosine(1), Circle(), 8)]
    # of [sin a + (pi - a) cos a] / pi: 4 / pi^2 at 0, 1/4 at 1, 4 / (pi (n^2 - 1))^2 at even n
    exact = [4 / math.pi**2, 0.25] + [0.0 if n % 2 else 4 / (math.pi * (n * n - 1)) ** 2 for n in range(2, 8)]
    assert np.allclose(found, exact, rtol=1e-14, atol=0)


def test_zero_eigenvalues_are_exactly_zero():
    for kernel, residue in ((ArcCosine(0), 0), (ArcCosine(1), 1), (ArcCosine(2), 0), (ReLUNTK(1), 1)):
        for level in kernel_eigenvalues(kernel, Sphere(3), 12)[4:]:
            assert (level.eigenvalue == 0) == (level.degree % 2 == residue)


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "tangent"), [(2, True), (2, False), (3, True)])
def test_deep_eigenvalues_are_integrals_and_sum_to_one(depth, tangent):
    kernel = ReLUNTK(depth) if tangent else ReLUNNGP(depth)
    numbers = by_quadrature(kernel, 2, range(20))
    levels = kernel_eigenvalues(kernel, Sphere(2), 20)
    assert np.allclose([float(level.eigenvalue) for level in levels], numbers, rtol=0, atol=2e-15)
    with working_precision(100):
        exact = DeepLevels(2, depth, tangent)
        values = exact.eigenvalues(127)
        trace = sum((exact.multiplicity(i) * value for i, value in enumerate(values)), number(0))
        square = sum((exact.multiplicity(i) * value**2 for i, value in enumerate(values)), number(0))
        assert trace < 1
        # the rest of the trace is that of eigenvalues l^-3 or l^-5 with 2 l of them at degree l
        power = 1 if tangent else 3
        # but for a factor that differs between even and odd degrees
        rest = (values[126] + values[127]) * 127 ** (power + 2) / (power * number(127) ** power)
        assert abs((1 - trace) / rest - 1) < number(1) / 10
        assert square < exact.square_norm() < square + (1 - trace) * values[120] * 2


def test_deep_eigenvalues_contain_those_of_one_layer():
    with working_precision(60):
        deep, shallow = DeepLevels(2, 1, True), kernel_levels(ReLUNTK(1), Sphere(2))
        for degree in range(12):
            assert deep.eigenvalue(degree).overlaps(shallow.eigenvalue(degree))


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 7])
def test_multiplicities_of_harmonics(dimension):
    counts = [harmonics(dimension, degree) for degree in range(12)]
    # polynomials of degree l in d + 1 variables are sums of harmonics of degrees l, l - 2, ...
    for degree in range(12):
        assert sum(counts[degree::-2]) == math.comb(dimension + degree, degree)
    polynomial = harmonics_polynomial(dimension)
    for degree in range(1, 12):
        u = degree + Fraction(dimension - 1, 2)
        assert sum(c * u**i for i, c in enumerate(polynomial)) == counts[degree]


def test_multiplicities_of_lattice_points():
    for dimension in (1, 2, 3):
        points = list(itertools.product(range(-5, 6), repeat=dimension))
        squares = [sum(x * x for x in point) for point in points]
        assert list(lattice_counts(dimension, 25)) == [squares.count(m) for m in range(26)]
        assert list(cube_counts(dimension, 5)) == [squares.count(m) for m in range(25 * dimension + 1)]


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("square", [Fraction(1, 10), Fraction(3)])
def test_power_sums_over_the_lattice_agree_inside_and_outside_a_cube(dimension, square):
    exponent = Fraction(dimension, 2) + Fraction(2, 3)
    with working_precision(110):
        whole = epstein(dimension, number(square), exponent)
        inside = number(0)
        for m, count in enumerate(cube_counts(dimension, 20)):
            inside += count * (number(square) + m) ** -number(exponent)
        outside = lattice_tail(dimension, number(square), exponent, 20, 60)
        assert whole.overlaps(inside + outside)
        assert outside.rel_accuracy_bits() > 50


@pytest.mark.parametrize(
    ("kernel", "manifold", "decay"),
    [
        (Laplace(), Sphere(2), Fraction(3, 2)),
        (Matern("3/2"), Sphere(3), Fraction(2)),
        (ReLUNTK(1), Sphere(3), Fraction(4, 3)),
        (ArcCosine(1), Sphere(2), Fraction(5, 2)),
        (ArcCosine(0), Sphere(4), Fraction(5, 4)),
        (Laplace(), Circle(), Fraction(2)),
        (Matern(2), Torus(2), Fraction(3)),
        (CircleSobolev(3), Circle(), Fraction(6)),
    ],
    ids=repr,
)
def test_decay_is_the_slope_of_the_ordered_eigenvalues(kernel, manifold, decay):
    spectrum = ManifoldSpectrum(kernel, manifold)
    assert spectrum.decay == decay
    near, far = (spectrum.log_eigenvalue(Fraction(10) ** power) for power in (15, 21))
    assert abs((near - far) / math.log(10**6) - decay) < 1e-3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((ReLUNTK(1), Torus(2), 3), "not positive definite there"),
        ((CircleSobolev(1), Torus(2), 3), "must be Circle"),
        ((Laplace(), Circle(), 0), "`count` = 0"),
        ((Laplace(), Circle(), 10**6), "`count` = 1000000 must be an integer from 1 to 100000"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        kernel_eigenvalues(*arguments)


def test_what_is_no_kernel_or_manifold_is_named():
    with pytest.raises(TypeError, match="`kernel` is a str"):
        kernel_eigenvalues("laplace", Circle(), 3)
    with pytest.raises(TypeError, match="`manifold` is a str"):
        kernel_eigenvalues(Laplace(), "circle", 3)


def test_lengths_too_short_for_a_proof_are_refused():
    with pytest.raises(PrecisionError, match="`length` = 1e-06 is too short"):
        kernel_eigenvalues(Matern("3/2", "1e-6"), Sphere(2), 1)
