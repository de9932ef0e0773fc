"""Interpolation between random points: laws against exact numbers, constants against other routes to them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol, cos, cosh, gamma, limit, oo, pi, simplify, sqrt

from scalinglaws.numerics import nearest_distance_constant, nearest_distance_moment
from scalinglaws.theory import laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.interpolation import (
    LipschitzBound,
    LocalPieces,
    NearestDistance,
    analytic_exponent,
    cell_exponent,
    delaunay_constant,
    delaunay_constants,
    direction_moment,
    error_degree,
    estimator_denominator,
    estimator_moment,
    gap_error,
    local_error,
    loss_order,
    nearest_neighbour_error,
    product_exponent,
    ratio_distribution,
    side_of_cells,
    spline_constant,
    spline_error,
    unit_ball,
)
from scalinglaws.theory.interpolation.letters import dimension as d
from scalinglaws.theory.interpolation.letters import order as k
from scalinglaws.theory.interpolation.letters import power as p

T, N = S.samples, S.features
x = Symbol("x", real=True)


@pytest.mark.parametrize(("dimension", "volume"), [(1, 2), (2, pi), (3, 4 * pi / 3), (4, pi**2 / 2)])
def test_volumes_of_unit_balls(dimension, volume):
    assert simplify(unit_ball(Integer(dimension)) - volume) == 0


@pytest.mark.parametrize(("dimension", "volume"), [(1, 2 * pi), (2, 4 * pi), (3, 2 * pi**2)])
def test_volumes_of_unit_spheres(dimension, volume):
    assert simplify(NearestDistance(manifold="sphere", dimension=dimension).volume - volume) == 0


@pytest.mark.parametrize(
    ("manifold", "dimension"), [("torus", 1), ("torus", 3), ("sphere", 2), ("sphere", 3), ("sphere", 6)]
)
@pytest.mark.parametrize("power", [Integer(1), Rational(5, 2)])
def test_the_law_of_the_distance_and_its_next_terms_follow_the_exact_moments(
    number, manifold, dimension, power
):
    law = NearestDistance(manifold=manifold, dimension=dimension).moment(power)
    assert law.exponent() == -power / dimension
    constant = nearest_distance_constant(power, dimension=dimension, manifold=manifold, digits=40)
    assert abs(number(law.leading, {T: 1}) / constant - 1) < mpmath.mpf("1e-38")
    misses, errors = [], []
    for samples in (10**12, 10**18):
        exact = nearest_distance_moment(
            power, samples=samples, dimension=dimension, manifold=manifold, digits=60
        )
        misses.append(abs(number(law.as_expr(), {T: samples}) - exact))
        errors.append(sum(number(error, {T: samples}) for error in law.ordered_errors()))
    # what is left out falls as stated
    assert misses[1] / misses[0] < 3 * errors[1] / errors[0]


def test_the_exact_moment_on_the_circle_is_that_of_the_numbers(number):
    exact = NearestDistance(dimension=1).exact(Rational(3, 2))
    found = nearest_distance_moment("3/2", samples=17, dimension=1, digits=40)
    assert abs(number(exact, {T: 17}) / found - 1) < mpmath.mpf("1e-38")
    with pytest.raises(ValueError, match="`manifold` is a sphere of 2 dimensions"):
        NearestDistance(manifold="sphere", dimension=2).exact()


def test_exponents_of_pieces_and_their_cases():
    assert simplify(LocalPieces().exponent - (k + 1) * p / d) == 0
    found = [LocalPieces(order=order, power=power).exponent for order, power in product((0, 1), (1, 2))]
    assert found == [1 / d, 2 / d, 2 / d, 4 / d]
    assert LocalPieces(order=2, power=3, dimension=4).exponent == Rational(9, 4)
    assert cell_exponent(order=2, power=3, dimension=4) == Rational(9, 4)
    assert side_of_cells(3) == N ** Rational(-1, 3)


@pytest.mark.parametrize("order", range(5))
def test_an_interpolation_misses_the_first_monomial_by_its_nodes(order):
    error, h, y = local_error(order), Symbol("h", positive=True), Symbol("y", real=True)
    assert error_degree(order) == order + 1
    assert all(error.subs(y, node) == 0 for node in range(order + 1))
    assert simplify(error.subs(y, -1)) == h ** (order + 1) * (-1) ** (order + 1) * gamma(order + 2)


def test_analytic_losses_start_at_their_first_term():
    assert loss_order(1 - cos(x), x) == 2
    assert [analytic_exponent(x**4 + x**6, x, order=order) for order in (0, 1)] == [4 / d, 8 / d]
    assert analytic_exponent(cosh(x) - 1, x, order=1) == LocalPieces(order=1, power=2).exponent


@pytest.mark.parametrize(
    ("loss", "naming"),
    [
        (cosh(x), "must vanish at x = 0"),
        (x**3 + x**4, "must be minimal at x = 0 and begins with 1 x\\^3"),
        (-(x**2), "must be minimal"),
        (abs(x) ** 3, "must be analytic at x = 0, and Abs"),
        ((x**2) ** Rational(3, 2), "must be analytic at x = 0"),
        (Integer(0) * x, "must have a term up to order 24"),
    ],
)
def test_a_loss_that_is_not_minimal_at_agreement_is_refused(loss, naming):
    with pytest.raises(ValueError, match=naming):
        loss_order(loss, x)


@pytest.mark.parametrize("power", [1, 2])
def test_the_bound_is_attained_and_bounds_the_exponent_from_below(power):
    bound = LipschitzBound(power=power, dimension=3)
    assert bound.least_exponent == Rational(power, 3)
    symbols = {str(symbol): symbol for symbol in bound.factor.free_symbols}
    attained = bound.expected.leading.subs({symbols["K_L"]: 1, symbols["K_F"]: 0})
    assert simplify(bound.sharp_example.leading - attained) == 0
    for order in (0, 1, 2):
        exponent = LocalPieces(order=order, power=power, dimension=3).exponent
        assert exponent >= bound.least_exponent
        assert (exponent == bound.least_exponent) == (order == 0)


@settings(max_examples=10, deadline=None)
@given(
    order=st.integers(0, 4),
    power=st.fractions(Fraction(1, 2), 3, max_denominator=6),
    dimension=st.integers(1, 7),
    manifold=st.sampled_from(["torus", "sphere"]),
)
def test_exponents_are_the_slopes_of_exact_moments(order, power, dimension, manifold):
    ends = [
        nearest_distance_moment(
            (order + 1) * power, samples=samples, dimension=dimension, manifold=manifold, digits=20
        )
        for samples in (10**30, 10**33)
    ]
    claimed = LocalPieces(order=order, power=power, dimension=dimension, manifold=manifold).exponent
    with mpmath.workdps(20):
        slope = -mpmath.log10(ends[1] / ends[0]) / 3
    # curvature is of relative order T^(-2/d)
    assert float(slope) == pytest.approx(float(claimed), rel=1e-6)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_on_the_circle_the_nearest_value_is_a_piece_of_order_zero(power):
    """Two independent ways: direction and distance, and half of each gap."""
    found = nearest_neighbour_error(power, 1).leading
    # T E[2 (h/2)^(p+1)/(p+1)] with exponential gaps
    gaps = gamma(power + 2) * 2 * Rational(1, 2) ** (power + 1) / (power + 1) / T**power
    assert simplify(found - gaps) == 0


def test_directions_of_unit_vectors():
    assert simplify(direction_moment(2) - 1 / d) == 0
    assert simplify(direction_moment(1, 2) - 2 / pi) == 0
    assert simplify(direction_moment(4, 3) - Rational(1, 5)) == 0
    assert simplify(direction_moment(p, 1)) == 1


def test_constants_of_lines_on_the_circle():
    assert [spline_constant(power) for power in (1, 2)] == [Rational(1, 2), 1]
    assert [spline_constant(power, grid=True) for power in (1, 2)] == [Rational(1, 12), Rational(1, 120)]
    for power in (1, 2, Rational(1, 2)):
        exact = spline_error(power)
        assert simplify(limit(exact * T ** (2 * power), T, oo) - spline_constant(power)) == 0
    h = Symbol("h", positive=True)
    assert simplify(gap_error(1) - h**3 / 12) == 0


def test_three_points_on_the_circle_have_the_gaps_of_broken_sticks():
    """E h^5 = 5! Gamma(T)/Gamma(T+5) for T = 3, by hand 1/21."""
    assert spline_error(2).subs(T, 3) == 3 * Rational(1, 21) * Rational(1, 120)


def test_constants_of_delaunay_triangles_agree_with_quadrature_over_angles():
    nodes, weights = np.polynomial.legendre.leggauss(60)
    first = np.pi * (nodes[:, None] + 1) / 2
    second = (np.pi - first) * (nodes[None, :] + 1) / 2
    weight = weights[:, None] * weights[None, :] * np.pi * (np.pi - first) / 4
    angles = [first, second, np.pi - first - second]
    squares = [4 * np.sin(angle) ** 2 for angle in angles]
    area = 2 * np.sin(angles[0]) * np.sin(angles[1]) * np.sin(angles[2])
    # mean squares of half the sum of l_i l_j Q_ij, for |x|^2/2 and for (x^2-y^2)/2 in all directions
    pairs = [(0, 1), (0, 2), (1, 2)]
    isotropic = sum(s**2 for s in squares) + sum(squares[i] * squares[j] for i, j in pairs)
    traceless = sum(s**2 for s in squares) + sum(
        squares[i] * squares[j] * np.cos(2 * angles[3 - i - j]) for i, j in pairs
    )
    scale = 48 / np.pi**3 / (weight * area).sum()
    whole, part = (
        scale * (weight * area**2 * mean / number_).sum()
        for mean, number_ in ((isotropic, 360), (traceless, 720))
    )
    c1, c2 = (float(value) for value in delaunay_constants())
    assert 4 * c1 + 2 * c2 == pytest.approx(whole, rel=1e-10)
    assert 2 * c2 == pytest.approx(part, rel=1e-10)
    assert delaunay_constant() == 15 / (32 * pi**2)


def test_the_estimator_of_the_dimension_has_no_bias_and_the_stated_variance():
    assert estimator_moment() == d
    assert simplify(estimator_moment(7, power=2, dimension=3) - 9 - Rational(9, 4)) == 0
    for count in (3, 5):
        printed, symmetric = estimator_denominator(count)
        assert (printed - symmetric).expand() == 0
    ratio = Symbol("mu", positive=True)
    assert ratio_distribution(2, 3).subs(ratio, 2) == Rational(7, 8)


@pytest.mark.parametrize("dimensions", [(2, 3), (1, 1, 8), (6,)])
def test_the_largest_factor_of_a_product_decides(dimensions):
    assert product_exponent(dimensions) == Rational(4, max(dimensions))
    assert product_exponent(dimensions, order=0) == Rational(2, max(dimensions))


@pytest.mark.parametrize(
    ("call", "error", "naming"),
    [
        (lambda: NearestDistance(dimension=0), ValueError, "`dimension` = 0 must be an integer"),
        (lambda: NearestDistance(dimension=1.5), ValueError, "`dimension` = 3/2 must be an integer"),
        (lambda: NearestDistance(manifold="plane"), ValueError, "`manifold` is 'plane'"),
        (lambda: NearestDistance().moment(-1), ValueError, "`power` = -1 must be a positive number"),
        (lambda: LocalPieces(order=-1), ValueError, "`order` = -1 must be an integer not smaller than 0"),
        (lambda: LocalPieces(power=0), ValueError, "`power` = 0 must be a positive number"),
        (lambda: spline_error("wide"), ValueError, "`power` = 'wide'"),
        (lambda: spline_error([2]), TypeError, "`power` = \\[2\\]"),
        (lambda: product_exponent(()), ValueError, "`dimensions` is empty"),
        (lambda: estimator_moment(2), ValueError, "`count` = 2 must be an integer not smaller than 3"),
        (lambda: ratio_distribution(1), ValueError, "`count` = 1"),
        (lambda: LipschitzBound(dimension=sqrt(2)), ValueError, "`dimension` = sqrt\\(2\\)"),
    ],
)
def test_numbers_outside_their_domain_are_refused_in_one_line(call, error, naming):
    with pytest.raises(error, match=naming) as caught:
        call()
    assert "\n" not in str(caught.value)


NAMES = (
    "nearest-neighbour-distance",
    "nearest-neighbour-regression",
    "linear-splines",
    "local-pieces",
    "neighbour-ratios",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_is_confirmed_by_numbers(name, seed):
    assert all(found is not None and found.passed for found in laws.derive(name).check(seed=seed))


@pytest.mark.slow
def test_laws_are_those_of_the_functions():
    assert laws.derive("local-pieces").results["exponent"].rhs == -LocalPieces().exponent
    assert laws.derive("linear-splines").results["squared"].rhs == T**-4
    assert laws.derive("neighbour-ratios").results["mean"].rhs == d
    assert laws.derive("nearest-neighbour-distance").results["exponent"].rhs == NearestDistance().exponent()
