"""Moments of the distance to the nearest point: closed forms, quadrature, limits, refusals."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    Enclosure,
    PrecisionError,
    nearest_distance_constant,
    nearest_distance_moment,
)


def closed(digits=40):
    return mpmath.workdps(digits)


@pytest.mark.parametrize("power", [1, "5/2"])
@pytest.mark.parametrize("samples", [1, 7, 10**6])
def test_the_circle_has_a_beta_function(power, samples):
    with closed():
        q = mpmath.mpf(Fraction(power).numerator) / Fraction(power).denominator
        moment = mpmath.gamma(1 + q) * mpmath.gammaprod([samples + 1], [samples + 1 + q])
        torus = nearest_distance_moment(power, samples=samples, dimension=1, digits=30)
        sphere = nearest_distance_moment(power, samples=samples, dimension=1, manifold="sphere", digits=30)
        assert abs(torus / (moment * mpmath.mpf(2) ** -q) - 1) < mpmath.mpf("1e-30")
        assert abs(sphere / (moment * mpmath.pi**q) - 1) < mpmath.mpf("1e-30")


@pytest.mark.parametrize("samples", [1, 10, 10**15])
def test_mean_distance_on_the_sphere_of_two_dimensions(samples):
    """With u = sin^2(r/2) uniform, the integral of cos(r/2)^(2T) is again a Beta function."""
    with closed():
        exact = mpmath.sqrt(mpmath.pi) * mpmath.gammaprod([samples + mpmath.mpf(1) / 2], [samples + 1])
        found = nearest_distance_moment(1, samples=samples, dimension=2, manifold="sphere", digits=30)
        assert abs(found / exact - 1) < mpmath.mpf("1e-30")


@pytest.mark.parametrize(("dimension", "samples", "power"), [(3, 12, "3/2"), (4, 40, "5/2"), (7, 3, 2)])
def test_the_sphere_agrees_with_quadrature(dimension, samples, power):
    with mpmath.workdps(20):
        half = mpmath.mpf(dimension) / 2
        q = mpmath.mpf(Fraction(power).numerator) / Fraction(power).denominator

        def farther(r):
            share = mpmath.betainc(half, half, 0, mpmath.sin(r / 2) ** 2, regularized=True)
            return q * r ** (q - 1) * (1 - share) ** samples

        exact = mpmath.quad(farther, [0, 0.1, 0.5, 1, 2, mpmath.pi])
        found = nearest_distance_moment(
            power, samples=samples, dimension=dimension, manifold="sphere", digits=17
        )
        assert abs(found / exact - 1) < mpmath.mpf("1e-13")


def test_one_point_on_the_sphere_is_a_right_angle_away():
    found = nearest_distance_moment(1, samples=1, dimension=5, manifold="sphere", digits=25)
    with closed():
        assert abs(found - mpmath.pi / 2) < mpmath.mpf("1e-24")


@settings(max_examples=12, deadline=None)
@given(
    manifold=st.sampled_from(["torus", "sphere"]),
    dimension=st.integers(1, 6),
    samples=st.integers(3000, 10**12),
    power=st.fractions(Fraction(1, 4), 4, max_denominator=8),
)
def test_fewer_digits_are_the_first_of_more(manifold, dimension, samples, power):
    settings_ = {"samples": samples, "dimension": dimension, "manifold": manifold}
    few, many = (nearest_distance_moment(power, digits=digits, **settings_) for digits in (12, 25))
    proven = nearest_distance_moment(power, digits=12, rigorous=True, **settings_)
    assert isinstance(proven, Enclosure)
    with closed():
        assert abs(few / many - 1) < mpmath.mpf("1e-12")
    assert proven.contains(many)
    assert proven.digits >= 12


@pytest.mark.parametrize("manifold", ["torus", "sphere"])
@pytest.mark.parametrize("dimension", [1, 2, 3, 8])
def test_many_points_follow_the_constant(manifold, dimension):
    samples = 10**40
    found = nearest_distance_moment("3/2", samples=samples, dimension=dimension, manifold=manifold, digits=50)
    constant = nearest_distance_constant("3/2", dimension=dimension, manifold=manifold, digits=50)
    with closed(50):
        ratio = found / (constant * mpmath.mpf(samples) ** (-mpmath.mpf(3) / (2 * dimension)))
        # curvature is of relative order T^(-2/d)
        assert abs(ratio - 1) < 10 * mpmath.mpf(samples) ** (-mpmath.mpf(2) / max(dimension, 2))


def test_moments_fall_with_the_samples_and_grow_with_the_dimension():
    by_samples = [nearest_distance_moment(1, samples=n, dimension=3, manifold="sphere") for n in (5, 6, 60)]
    assert by_samples == sorted(by_samples, reverse=True)
    by_dimension = [nearest_distance_moment(1, samples=10**4, dimension=d) for d in (1, 2, 3, 4)]
    assert by_dimension == sorted(by_dimension)


def test_the_proven_end_of_the_torus_is_above_the_flat_ball():
    """At few points the enclosure has to hold what lies beyond half a side."""
    found = nearest_distance_moment(1, samples=12, dimension=2, digits=3, rigorous=True)

    def within(r):
        if r <= 0.5:
            return mpmath.pi * r**2
        return mpmath.sqrt(4 * r**2 - 1) + r**2 * (mpmath.pi - 4 * mpmath.acos(1 / (2 * r)))

    exact = mpmath.quad(lambda r: (1 - within(r)) ** 12, [0, 0.25, 0.5, mpmath.sqrt(0.5)])
    assert found.contains(float(exact))


@pytest.mark.parametrize(
    ("arguments", "error", "naming"),
    [
        ({"power": 0}, ValueError, "`power` = 0 must be a positive number"),
        ({"samples": 0}, ValueError, "`samples` = 0 must be an integer not smaller than 1"),
        ({"dimension": 0}, ValueError, "`dimension` = 0 must be an integer not smaller than 1"),
        ({"dimension": 1001}, ValueError, "`dimension` = 1001 must be an integer from 1 to 1000"),
        ({"dimension": "3/2"}, ValueError, "`dimension` = '3/2' must be an integer"),
        ({"manifold": "plane"}, ValueError, "`manifold` = 'plane' must be 'torus' or 'sphere'"),
        ({"digits": 0}, ValueError, "`digits` = 0"),
        ({"power": None}, TypeError, "`power` = None"),
        ({"samples": 5, "dimension": 3}, PrecisionError, "`samples` = 5 on a torus of 3 dimensions"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(arguments, error, naming):
    given_ = {"power": 1, "samples": 100, "dimension": 2, **arguments}
    with pytest.raises(error, match=naming) as caught:
        nearest_distance_moment(given_.pop("power"), **given_)
    assert "\n" not in str(caught.value)
