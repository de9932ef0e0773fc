"""Values of kernels on the circle, the torus and the sphere, in double precision."""

from __future__ import annotations

import math

import mpmath
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
    ReLUNNGP,
    ReLUNTK,
    Sphere,
    Torus,
)

RADIAL = [Laplace("1/3"), Matern("3/2", "1/4"), Matern("0.7", "1/6"), Gaussian("1/5")]
ZONAL = [ArcCosine(0), ArcCosine(1), ArcCosine(3), ReLUNNGP(3), ReLUNTK(1), ReLUNTK(3)]


PLACES = [
    (kernel, manifold)
    for kernel in RADIAL + ZONAL
    for manifold in (Circle(), Torus(2), Sphere(1), Sphere(3))
    if kernel in RADIAL or manifold != Torus(2)
]


@pytest.mark.parametrize(("kernel", "manifold"), PLACES, ids=repr)
def test_matrices_are_symmetric_and_positive(kernel, manifold):
    points = manifold.uniform(np.random.default_rng(1), 40)
    matrix = kernel.matrix(manifold, points)
    assert np.array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12
    assert np.allclose(matrix, kernel.matrix(manifold, points, points), rtol=0, atol=1e-14)


@settings(max_examples=25)
@given(t=st.floats(0, 1), length=st.floats(0.05, 3))
def test_laplace_on_the_circle_is_a_hyperbolic_cosine(t, length):
    value = Laplace(length).matrix(Circle(), [0.0], [t])[0, 0]
    assert math.isclose(value, math.cosh((0.5 - t) / length) / math.sinh(0.5 / length), rel_tol=1e-12)


@pytest.mark.parametrize("length", ["0.399999", "0.4", "1.5", "0.02"])
def test_gaussian_on_the_torus_is_a_product_of_theta_functions(length):
    x = np.array([[0.1, 0.45]])
    with mpmath.workdps(250):
        ratio = mpmath.mpf(length)
        # the theta function of nome q at pi x has the coefficients q^(n^2)
        nome = mpmath.exp(-2 * (mpmath.pi * ratio) ** 2)
        line = [mpmath.jtheta(3, mpmath.pi * mpmath.mpf(c), nome) for c in (0.1, 0.45)]
        exact = 2 * mpmath.pi * ratio**2 * line[0] * line[1]
    value = Gaussian(length).matrix(Torus(2), np.zeros((1, 2)), x)[0, 0]
    assert math.isclose(value, exact, rel_tol=1e-11)


@pytest.mark.parametrize("order", [1, 2, 5, 10, 11, 40])
def test_sobolev_kernel_is_a_bernoulli_polynomial(order):
    t = np.array([0.0, 0.1, 0.37, 0.5, 0.9])
    values = CircleSobolev(order).matrix(Circle(), [0.0], t)[0]
    with mpmath.workdps(120):
        front = (-1) ** (order + 1) * (2 * mpmath.pi) ** (2 * order) / mpmath.factorial(2 * order)
        exact = [1 + front * mpmath.bernpoly(2 * order, mpmath.mpf(float(x))) for x in t]
    assert np.allclose(values, np.array([float(x) for x in exact]), rtol=0, atol=3e-14)


@pytest.mark.parametrize("smoothness", ["1/2", "3/2", "5/2", "0.3", "1", "7.25"])
def test_matern_is_a_bessel_function_of_the_chord(smoothness):
    angle = np.array([0.0, 1e-3, 0.4, 2.0, math.pi])
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    values = Matern(smoothness, "0.8").matrix(Sphere(1), points[:1], points)[0]
    nu = mpmath.mpf(smoothness) if "/" not in smoothness else mpmath.mpf(int(smoothness[0])) / 2
    for value, at in zip(values, angle, strict=True):
        z = mpmath.sqrt(2 * nu) * 2 * mpmath.sin(mpmath.mpf(float(at)) / 2) / mpmath.mpf("0.8")
        exact = 2 ** (1 - nu) / mpmath.gamma(nu) * z**nu * mpmath.besselk(nu, z) if z else mpmath.mpf(1)
        assert math.isclose(value, exact, rel_tol=1e-11)


def test_laplace_is_matern_of_smoothness_one_half():
    points = Sphere(2).uniform(np.random.default_rng(2), 9)
    assert np.array_equal(Laplace().matrix(Sphere(2), points), Matern("1/2").matrix(Sphere(2), points))


@pytest.mark.parametrize(
    ("order", "exact"),
    [
        (0, lambda a: math.pi - a),
        (1, lambda a: math.sin(a) + (math.pi - a) * math.cos(a)),
        (2, lambda a: (3 * math.sin(a) * math.cos(a) + (math.pi - a) * (1 + 2 * math.cos(a) ** 2)) / 3),
    ],
)
def test_arc_cosine_kernels_are_those_of_cho_and_saul(order, exact):
    angle = np.linspace(0, math.pi, 7)
    expected = np.array([exact(a) / math.pi for a in angle])
    assert np.allclose(ArcCosine(order).of_angle(angle), expected, rtol=0, atol=1e-14)


def test_arc_cosine_kernels_are_moments_of_gaussian_features():
    generator = np.random.default_rng(3)
    draws = generator.standard_normal((400_000, 2))
    u, v = draws[:, 0], draws @ np.array([math.cos(1.1), math.sin(1.1)])
    for order in (1, 2, 3):
        products = np.maximum(u, 0) ** order * np.maximum(v, 0) ** order
        scale = 0.5 * math.prod(range(1, 2 * order, 2))
        error = products.std() / math.sqrt(len(products)) / scale
        assert abs(products.mean() / scale - ArcCosine(order).of_angle(np.array([1.1]))[0]) < 4.5 * error


@pytest.mark.parametrize("angle", [1e-9, 1e-4, 0.049, 0.051, 1.0, 3.14159])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_deep_kernels_are_iterated_arc_cosine_kernels(depth, angle):
    with mpmath.workdps(60):
        covariance = tangent = mpmath.cos(mpmath.mpf(angle))
        for _ in range(depth):
            inner = mpmath.acos(covariance)
            after = (mpmath.sin(inner) + (mpmath.pi - inner) * covariance) / mpmath.pi
            tangent = after + tangent * (1 - inner / mpmath.pi)
            covariance = after
    found = ReLUNNGP(depth).of_angle(np.array([angle]))[0]
    assert math.isclose(found, covariance, rel_tol=1e-14, abs_tol=1e-15)
    found = ReLUNTK(depth).of_angle(np.array([angle]))[0]
    assert math.isclose(found, tangent / (depth + 1), rel_tol=1e-14, abs_tol=1e-15)


def test_circle_takes_its_points_as_angles_for_kernels_of_an_inner_product():
    t = np.array([0.0, 0.2, 0.75])
    points = np.stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)], axis=1)
    for kernel in ZONAL:
        assert np.allclose(kernel.matrix(Circle(), t), kernel.matrix(Sphere(1), points), rtol=0, atol=1e-14)


def test_torus_has_period_one_in_each_coordinate():
    points = np.array([[0.2, 0.7, 0.4]])
    moved = points + np.array([[3, -2, 1]])
    for kernel in (Laplace("1/10"), Gaussian("1/3")):
        found = kernel.matrix(Torus(3), points, np.zeros((1, 3)))
        assert np.allclose(found, kernel.matrix(Torus(3), moved, np.zeros((1, 3))), rtol=1e-12)


@pytest.mark.parametrize("kernel", [Laplace("1/8"), Laplace("2/5"), Matern("0.7", "1/5")], ids=repr)
def test_many_pairs_on_the_torus_have_the_values_of_single_ones(kernel):
    # far images are interpolated for many pairs, and added one by one for few
    torus = Torus(2)
    left, right = (torus.uniform(np.random.default_rng(seed), 80) for seed in (5, 6))
    left[0], right[0], right[1] = 0, 0, 0.5
    many = kernel.matrix(torus, left, right)
    for i, j in [(0, 0), (0, 1), *((i, (7 * i) % 80) for i in range(1, 12))]:
        one = kernel.matrix(torus, left[i : i + 1], right[j : j + 1])[0, 0]
        assert math.isclose(many[i, j], one, rel_tol=2e-14)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Torus(0), "`dimension` = 0 must be an integer"),
        (lambda: Sphere("3/2"), "`dimension` = '3/2' must be an integer"),
        (lambda: Sphere(101), "`dimension` = 101 must be an integer from 1 to 100"),
        (lambda: Matern(0), "`smoothness` = 0 must be a positive number"),
        (lambda: Matern(101), "`smoothness` = 101 must be a positive number up to 100"),
        (lambda: Laplace(-1), "`length` = -1 must be a positive number"),
        (lambda: Gaussian("1e7"), "`length` = 10000000 must be a number from 1e-6 to 1e6"),
        (lambda: CircleSobolev(0), "`order` = 0 must be an integer"),
        (lambda: ArcCosine(21), "`order` = 21 must be an integer from 0 to 20"),
        (lambda: ReLUNTK(0), "`depth` = 0 must be an integer"),
        (lambda: ReLUNTK(1).matrix(Torus(2), [[0, 0]]), "is not positive definite there"),
        (lambda: CircleSobolev().matrix(Sphere(1), [[1, 0]]), "must be Circle()"),
        (lambda: Laplace().matrix(Sphere(1), [[1, 1]]), "length is not 1"),
        (lambda: Laplace().matrix(Sphere(2), [[1, 0]]), r"shape \(1, 2\) and must have shape \(count, 3\)"),
        (lambda: Laplace().matrix(Torus(2), [[math.nan, 0]]), "holds nan or inf"),
        (lambda: Laplace().matrix(Torus(2), np.zeros((0, 2))), "one point a row"),
        (lambda: Laplace(100).matrix(Torus(3), [[0, 0, 0]]), "`length` = 100 needs more than"),
        (lambda: Torus(3).lattice(10**4), "makes a lattice of more than"),
    ],
)
def test_bad_values_are_named(make, words):
    with pytest.raises(ValueError, match=words.replace("()", r"\(\)")) as error:
        make()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Laplace().matrix("sphere", [[1, 0]]), "`manifold` is a str"),
        (lambda: ReLUNTK().matrix(2, [[1, 0]]), "`manifold` is a int"),
        (lambda: Laplace().matrix(Sphere(1), [["a", "b"]]), "`left` is no array of real numbers"),
        (lambda: Torus(None), "`dimension` = None"),
    ],
)
def test_bad_types_are_named(make, words):
    with pytest.raises(TypeError, match=words):
        make()
