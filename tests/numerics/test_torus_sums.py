"""Sums over the frequencies of a torus: against lattice sums, their own remainders, and power laws."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import Laplace, ManifoldSpectrum, Matern, Torus, solve_ridge
from scalinglaws.numerics.arithmetic import accuracy, gamma, magnitude, number, pi, power, working_precision
from scalinglaws.numerics.kernels.eigenvalues import kernel_levels
from scalinglaws.numerics.kernels.epstein import _by_images, _by_theta, epstein, image_sums
from scalinglaws.numerics.kernels.lattice_series import LatticeSeries, binomial
from scalinglaws.numerics.kernels.moment_sums import MomentSums
from scalinglaws.numerics.kernels.torus_sums import TorusSums
from scalinglaws.numerics.spectrum import ModeSum

SLOW = pytest.mark.slow
SUMS = (
    ModeSum(unlearned=0, learned=1),
    ModeSum(unlearned=1, learned=2),
    ModeSum(unlearned=1, learned=0, signal=True),
    ModeSum(unlearned=2, learned=0, signal=True),
    ModeSum(unlearned=1, learned=1, signal=True),
)


def spectrum_levels(dimension, kernel, teacher=None):
    own = kernel_levels(kernel, Torus(dimension))
    return own, own if teacher is None else kernel_levels(teacher, Torus(dimension))


def kappa_at(levels, radius):
    """Return the eigenvalue at a radius of frequencies, roughly."""
    return levels.scale() * power(number(radius), -2 * levels.exponent)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(
    dimension=st.integers(1, 2),
    square=st.fractions(Fraction(1, 2), 3, max_denominator=8),
    exponent=st.fractions(-8, 8, max_denominator=6),
)
def test_both_series_of_the_images_agree(dimension, square, exponent):
    with working_precision(70):
        by_theta = _by_theta(dimension, number(square), exponent, 1)[0]
        assert by_theta.overlaps(_by_images(dimension, number(square), exponent))
        assert accuracy(by_theta) > 10


@pytest.mark.parametrize("square", [Fraction(1, 40), Fraction(2)])
def test_images_of_consecutive_exponents_are_those_of_each(square):
    with working_precision(80):
        first = Fraction(-11, 3)
        row = image_sums(2, number(square), first, 3)
        for k, entry in enumerate(row):
            assert entry.overlaps(image_sums(2, number(square), first + k, 1)[0])


def test_images_are_the_lattice_sum_less_the_integral():
    with working_precision(90):
        square, exponent = number(Fraction(1, 5)), Fraction(7, 2)
        space = pi() * gamma(number(exponent - 1)) / gamma(number(exponent)) * power(square, 1 - exponent)
        images = pi() / gamma(number(exponent)) * image_sums(2, square, exponent, 1)[0]
        assert epstein(2, square, exponent).overlaps(space + images)
        # another way: the lattice sum itself, its rest below an integral
        points = [(x, y) for x in range(-60, 61) for y in range(-60, 61)]
        plain = math.fsum((0.2 + x * x + y * y) ** -3.5 for x, y in points)
        assert abs(float((space + images).mid()) - plain) < 1e-8 * plain


@pytest.mark.parametrize(
    ("dimension", "kernel", "teacher", "radius", "goal"),
    [
        pytest.param(2, Laplace(), None, 72, 50, marks=SLOW),
        (2, Matern("3/2", "1/4"), None, 80, 44),
        pytest.param(2, Laplace(), None, 110, 110, marks=SLOW),
        pytest.param(2, Matern("1/3", "1/2"), None, 150, 60, marks=SLOW),
        pytest.param(3, Laplace(), None, 48, 44, marks=SLOW),
        pytest.param(2, Laplace(), Matern("3/2", "1/4"), 220, 50, marks=SLOW),
        pytest.param(2, Matern("3/2", "1/3"), Laplace("4/5"), 150, 44, marks=SLOW),
    ],
)
def test_sums_agree_with_the_lattice(dimension, kernel, teacher, radius, goal):
    with working_precision(goal + 40):
        levels, other = spectrum_levels(dimension, kernel, teacher)
        kappa = kappa_at(levels, radius)
        sums = TorusSums(levels, other, SUMS, goal)
        assert sums._at_small(kappa) is not None
        found = sums.evaluate(kappa)
        direct = MomentSums(levels, other, SUMS, goal).evaluate(kappa)
        for value, expected in zip(found, direct, strict=True):
            assert value.overlaps(expected)
            assert accuracy(value) > goal - 4


@pytest.mark.parametrize(
    ("kernel", "teacher"), [(Laplace(), Matern("3/2")), (Matern("3/2", "1/3"), Laplace()), (Laplace(), None)]
)
def test_signal_less_its_integral_outside_the_ball_does_not_depend_on_the_kernel(kernel, teacher):
    start = 8
    with working_precision(100):
        levels, other = spectrum_levels(2, kernel, teacher)
        found = LatticeSeries(levels, other, start, 60).coefficient(0)
        assert found.overlaps(LatticeSeries(other, other, start, 60).coefficient(0))
        # the total, and the integral of 2 pi r (b**2 + r**2)**-q in closed form
        beyond = pi() * power(other.square() + start**2, 1 - other.exponent) / number(other.exponent - 1)
        assert found.overlaps(other.total() - other.scale() * beyond)
        assert accuracy(found) > 50


@pytest.mark.parametrize(
    ("kernel", "teacher"),
    [
        (Laplace(), None),
        (Matern(2), Laplace("1/2")),
        pytest.param(Laplace(), Matern("3/2", "1/2"), marks=SLOW),
    ],
)
def test_two_precisions_agree_where_no_lattice_sum_is_affordable(kernel, teacher):
    spectrum = ManifoldSpectrum(kernel, Torus(2), teacher)
    coarse, fine = (spectrum.signal_sum("1e-22", digits=digits) for digits in (8, 18))
    assert abs(coarse - fine) < 1e-8 * fine


@pytest.mark.parametrize(
    ("kernel", "teacher"),
    [
        (Laplace(), None),
        pytest.param(Matern("5/2"), None, marks=SLOW),
        pytest.param(Laplace(), Matern("3/2", "1/2"), marks=SLOW),
    ],
)
@pytest.mark.parametrize(("unlearned", "learned"), [(1, 0), (1, 2)])
def test_remainder_bounds_what_further_terms_add(kernel, teacher, unlearned, learned):
    m, start = unlearned + learned, 8
    with working_precision(120):
        levels, other = spectrum_levels(2, kernel, teacher)
        series = LatticeSeries(levels, other, start, 70)
        small = kappa_at(levels, 40) / levels.scale()
        terms = [
            (-1) ** i * binomial(m, i) * series.coefficient(unlearned + i) * small ** (unlearned + i)
            for i in range(6)
        ]
        for length in (1, 2, 3):
            missing = abs(sum(terms[length:], number(0)))
            bound = series.remainder(unlearned, learned, length, small)
            assert missing < bound
            # and it is not far above
            assert magnitude(bound) < magnitude(missing) + 20


@pytest.mark.parametrize(
    ("dimension", "kernel"), [(2, Laplace()), pytest.param(3, Matern("3/2"), marks=SLOW)]
)
def test_learning_curve_ends_in_the_power_law_of_the_density(dimension, kernel):
    spectrum = ManifoldSpectrum(kernel, Torus(dimension))
    alpha = 2 * float(kernel.smoothness) / dimension
    samples = 10**12
    risks = [float(solve_ridge(spectrum, features="inf", samples=n).risk) for n in (samples, 2 * samples)]
    assert math.log2(risks[0] / risks[1]) == pytest.approx(alpha, rel=1e-8)
    # eigenvalues A |n|**-2s with volume V |n|**d below: A V**(1 + alpha) k**-(1 + alpha)
    with working_precision(60):
        scale = float(spectrum._levels.scale().mid())
    volume = math.pi ** (dimension / 2) / math.gamma(dimension / 2 + 1)
    angle = math.pi / (1 + alpha)
    constant = scale * (volume * angle / math.sin(angle)) ** (1 + alpha)
    assert risks[0] == pytest.approx(constant * samples**-alpha, rel=1e-7)


@SLOW
@pytest.mark.parametrize("teacher", [None, Matern("3/2")])
def test_risk_is_the_same_by_either_way_of_summing(teacher, monkeypatch):
    samples = 20_000
    spectrum = ManifoldSpectrum(Laplace(), Torus(2), teacher)
    risk = solve_ridge(spectrum, features="inf", samples=samples, digits=10).risk
    monkeypatch.setattr(TorusSums, "_at_small", lambda *_: None)
    # another length of the same kernel would be another spectrum: only the digits part the caches
    direct = solve_ridge(spectrum, features="inf", samples=samples, digits=11).risk
    assert abs(risk - direct) < 1e-9 * direct
