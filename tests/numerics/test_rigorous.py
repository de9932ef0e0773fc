"""Rigorous results: against an independent evaluation, against more digits, and the root proven again."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    Enclosure,
    InterpolationThresholdError,
    OptimalRidge,
    PowerLaw,
    PrecisionError,
    RidgePoint,
    RigorousOptimalRidge,
    RigorousRidgePoint,
    optimal_ridge,
    solve_ridge,
    trace_sum,
)
from scalinglaws.numerics.arithmetic import number, to_mpf, working_precision
from scalinglaws.numerics.fixed_point import Regression, smaller_root
from tests.numerics.independent_trace_sum import independent_trace_sum, random_arguments

FIGURES = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")


def exact(value):
    """Return an mpf as a rational."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def check_trace_sum(arguments):
    """Compare 20 and 60 digits with each other and with the independent value, up to its own error."""
    decay, kappa, shift, power, size = arguments
    coarse, fine = (
        trace_sum(decay, kappa, shift=shift, power=power, size=size, digits=digits, rigorous=True)
        for digits in (20, 60)
    )
    value, error = independent_trace_sum(decay, kappa, shift, power, size)
    assert coarse.digits >= 20
    assert fine.digits >= 60
    assert coarse.contains(fine)
    with mpmath.workdps(90):
        assert error < abs(value) * mpmath.mpf(10) ** -34, "the comparison itself has lost its digits"
        for found in (coarse, fine):
            assert abs(value - found.centre) <= found.radius + error


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_enclosures_hold_independent_values(seed):
    for arguments in random_arguments(50, seed):
        check_trace_sum(arguments)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_enclosures_hold_thousands_of_independent_values(seed):
    for arguments in random_arguments(250, seed):
        check_trace_sum(arguments)


def test_the_random_arguments_reach_the_ends_of_the_domain():
    drawn = random_arguments(150, 0)
    decays, kappas, shifts, powers, sizes = zip(*drawn, strict=True)
    assert min(d for d in decays if d > 1) == Fraction("1.0001")
    assert max(decays) == 50
    assert min(k for k in kappas if k) < Fraction(1, 10**298)
    assert max(kappas) > 10**298
    assert 0 in kappas
    assert set(powers) == {1, 2, 3, 4, 5}
    assert {1, 10**18, math.inf} <= set(sizes)
    poles = [(1 - s) / a for a, s in zip(decays, shifts, strict=True)]
    assert sum(pole.denominator == 1 for pole in poles) > 20
    near = [abs(pole - round(pole)) for pole in poles if pole.denominator > 1]
    assert sum(distance < Fraction(1, 10**9) for distance in near) > 10
    edges = [
        s + a * m - 1 for a, s, m, size in zip(decays, shifts, powers, sizes, strict=True) if size == math.inf
    ]
    assert min(edges) < Fraction(1, 10**9)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    decay=st.fractions(Fraction(1, 20), 60, max_denominator=10**6),
    exponent=st.integers(-400, 400),
    shift=st.fractions(-20, 20, max_denominator=10**6),
    power=st.integers(1, 6),
    size=st.integers(1, 10**30),
    digits=st.integers(1, 120),
)
def test_more_digits_lie_inside_fewer(decay, exponent, shift, power, size, digits):
    arguments = {"shift": shift, "power": power, "size": size}
    kappa = Fraction(10) ** exponent
    coarse = trace_sum(decay, kappa, digits=digits, rigorous=True, **arguments)
    fine = trace_sum(decay, kappa, digits=digits + 40, rigorous=True, **arguments)
    assert coarse.contains(fine)
    assert digits <= coarse.digits
    assert digits + 40 <= fine.digits


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    decay=st.sampled_from(["1.0001", "1.5", "2", "7"]),
    kappa=st.sampled_from(["1e-3", "0.5", "1e5"]),
    size=st.integers(1, 60),
    power=st.integers(1, 4),
)
def test_exact_sums_lie_inside(decay, kappa, size, power):
    """With an integer decay every term is rational, and the sum is known exactly."""
    a = math.ceil(Fraction(decay))
    expected = sum(k**2 * (1 + Fraction(kappa) * k**a) ** -power for k in range(1, size + 1))
    found = trace_sum(a, kappa, shift=-2, power=power, size=size, digits=25, rigorous=True)
    assert found.contains(expected)
    assert not found.contains(expected * (1 + Fraction(1, 10**25)))


SPECTRA = {
    "infinite": PowerLaw("1.5"),
    "steep": PowerLaw(12, scale="1e-4"),
    "slow": PowerLaw("1.0001", size=10**18),
    "finite": PowerLaw(2, size=600),
    "measured": Eigenvalues([3] * 30 + [1] * 60 + ["0.3"] * 30 + ["1e-5"] * 30, signal=[2, 0, "0.1"] * 50),
}
PROBLEMS = [
    {"features": 40, "samples": 90},
    {"features": 90, "samples": 40, "noise": "0.1"},
    {"features": 40, "samples": 40, "ridge": "1e-12", "noise": "0.1"},
    {"features": "inf", "samples": "60.5", "ridge": "1e10"},
    {"features": 70, "samples": "inf", "ridge": 1},
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: "-".join(problem))
@pytest.mark.parametrize("name", SPECTRA)
def test_ridge_enclosures_hold_those_of_more_digits(name, problem):
    spectrum = SPECTRA[name]
    plain = solve_ridge(spectrum, digits=20, **problem)
    coarse, fine = (solve_ridge(spectrum, digits=digits, rigorous=True, **problem) for digits in (20, 60))
    assert isinstance(plain, RidgePoint)
    assert isinstance(coarse, RigorousRidgePoint)
    for word in FIGURES:
        one, other = getattr(coarse, word), getattr(fine, word)
        assert one.contains(other), word
        assert one.digits >= 20, word
        assert other.digits >= 60, word
        assert getattr(plain, word) == one.centre, word
    assert coarse.gradient is None


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    decay=st.fractions(Fraction(11, 10), 20, max_denominator=1000),
    size=st.one_of(st.integers(1, 10**18), st.just(math.inf)),
    features=st.integers(1, 10**6),
    samples=st.integers(1, 10**6),
    ridge=st.integers(-60, 30),
    source=st.one_of(st.none(), st.fractions(Fraction(11, 10), 6, max_denominator=100)),
)
def test_every_ridge_enclosure_holds_that_of_more_digits(decay, size, features, samples, ridge, source):
    arguments = {"features": features, "samples": samples, "source": source, "noise": "0.1"}
    coarse, fine = (
        solve_ridge(
            PowerLaw(decay, size=size), ridge=Fraction(10) ** ridge, digits=digits, rigorous=True, **arguments
        )
        for digits in (12, 45)
    )
    for word in FIGURES:
        assert getattr(coarse, word).contains(getattr(fine, word)), word
        assert getattr(coarse, word).digits >= 12, word
        assert getattr(fine, word).digits >= 45, word


def independent_gap(problem, kappa, decay, size):
    """Return z - z_* at an exact kappa, z by the independent sum, and its error."""
    z, error = independent_trace_sum(Fraction(decay), exact(kappa), Fraction(0), 1, size)
    with working_precision(400):
        target, _ = smaller_root(problem, number(exact(kappa)))
        target = to_mpf(target, 300)
    return z - target, error


@pytest.mark.parametrize("size", [600, 10**12, math.inf])
@pytest.mark.parametrize(("features", "samples", "ridge"), [(40, 90, "0"), (90, 40, "1e-9"), (40, 40, "0.5")])
def test_an_independent_sum_changes_sign_between_the_ends_of_kappa(features, samples, ridge, size):
    arguments = {"features": Fraction(features), "samples": Fraction(samples), "ridge": Fraction(ridge)}
    spectrum = PowerLaw("1.7", size=size)
    kappa = solve_ridge(spectrum, digits=25, rigorous=True, **arguments).kappa
    problem = Regression(spectrum=spectrum, **arguments)
    with mpmath.workdps(80):
        # the root may lie at an end, where the independent sum has too few digits to see the sign
        margin = kappa.radius / 10**5
        below, error_below = independent_gap(problem, kappa.lower - margin, "1.7", size)
        above, error_above = independent_gap(problem, kappa.upper + margin, "1.7", size)
        assert below > error_below
        assert above < -error_above


@pytest.mark.parametrize("name", ["infinite", "finite", "measured"])
def test_gradients_are_enclosed(name):
    problem = {"features": 40, "samples": 90, "ridge": "1e-3", "noise": "0.2", "gradient": True}
    coarse, fine = (
        solve_ridge(SPECTRA[name], digits=digits, rigorous=True, **problem) for digits in (20, 60)
    )
    plain = solve_ridge(SPECTRA[name], digits=20, **problem).gradient
    for kind in ("kappa", "risk"):
        one, other = getattr(coarse.gradient, kind), getattr(fine.gradient, kind)
        assert list(one) == list(other) == list(getattr(plain, kind))
        for parameter, value in one.items():
            assert value.contains(other[parameter])
            assert value.digits >= 20
            assert value.centre == getattr(plain, kind)[parameter]
    for word in ("kappa_condition", "risk_condition"):
        assert getattr(coarse.gradient, word).contains(getattr(fine.gradient, word))


def test_a_negligible_derivative_is_enclosed_without_digits():
    arguments = {"features": 10, "samples": 20, "ridge": "1e-300", "noise": 1, "gradient": True}
    plain = solve_ridge(PowerLaw(2, size=100), digits=5, **arguments).gradient
    proven = solve_ridge(PowerLaw(2, size=100), digits=5, rigorous=True, **arguments).gradient
    fine = solve_ridge(PowerLaw(2, size=100), digits=200, rigorous=True, **arguments).gradient
    negligible = [name for name, value in plain.kappa.items() if value == 0]
    assert "samples" in negligible
    for name in negligible:
        assert proven.kappa[name].contains(fine.kappa[name])
    assert fine.kappa["samples"].digits >= 200


@pytest.mark.parametrize(
    ("arguments", "risk"),
    [
        ({"features": 40, "samples": 90, "noise": "0.5"}, Fraction(3, 4)),
        ({"features": "inf", "samples": 90, "noise": "1/3"}, Fraction(1, 2)),
        ({"features": 40, "samples": "inf", "noise": "1/7"}, Fraction(1, 7)),
    ],
)
def test_rational_results_lie_inside(arguments, risk):
    point = solve_ridge(PowerLaw(2, size=30), rigorous=True, **arguments)
    assert point.risk.contains(risk)
    assert point.kappa == Enclosure(centre=mpmath.mpf(0), radius=mpmath.mpf(0))
    assert point.df1.contains(30)
    assert point.df1.digits == math.inf


def test_an_infinite_number_of_learned_modes_is_exact():
    point = solve_ridge(PowerLaw(2), features="inf", samples="inf", rigorous=True)
    assert str(point.df1) == "inf +/- 0"
    assert solve_ridge(PowerLaw(2), features="inf", samples="inf").df1 == mpmath.inf


@pytest.mark.parametrize("source", [None, "2.5"])
@pytest.mark.parametrize(
    ("features", "samples", "noise"), [(100, 400, "0"), (400, 100, "0.1"), (100, 100, "1e-3"), ("inf", 50, 1)]
)
def test_optimal_ridges_are_enclosed(features, samples, noise, source):
    arguments = {"features": features, "samples": samples, "noise": noise, "source": source}
    spectrum = PowerLaw("1.5", size=10**6)
    plain = optimal_ridge(spectrum, digits=20, **arguments)
    coarse, fine = (optimal_ridge(spectrum, digits=digits, rigorous=True, **arguments) for digits in (20, 60))
    assert isinstance(plain, OptimalRidge)
    assert isinstance(coarse, RigorousOptimalRidge)
    assert plain.ridge == coarse.ridge.centre
    assert coarse.ridge.contains(fine.ridge)
    assert coarse.ridge.digits >= 20
    assert fine.ridge.digits >= 60
    assert coarse.risk == coarse.point.risk
    for word in FIGURES:
        one, other = getattr(coarse.point, word), getattr(fine.point, word)
        assert one.contains(other), word
        assert one.digits >= 20
        assert getattr(plain.point, word) == one.centre


@pytest.mark.parametrize("source", [None, "2.5"])
def test_the_derivative_of_the_risk_changes_sign_between_the_ends_of_the_ridge(source):
    """Proven with the gradient of the solver, which shares no formula with the search."""
    arguments = {"features": 100, "samples": 400, "noise": "0.1", "source": source}
    spectrum = PowerLaw("1.5", size=10**6)
    ridge = optimal_ridge(spectrum, digits=20, rigorous=True, **arguments).ridge
    slopes = [
        solve_ridge(spectrum, ridge=end, gradient=True, digits=20, rigorous=True, **arguments).gradient.risk[
            "ridge"
        ]
        for end in (ridge.lower, ridge.upper)
    ]
    assert slopes[0].upper < 0 < slopes[1].lower


def test_no_ridge_is_best_is_an_exact_zero():
    best = optimal_ridge(PowerLaw(2, size=50), features=80, samples=90, rigorous=True)
    assert best.ridge == Enclosure(centre=mpmath.mpf(0), radius=mpmath.mpf(0))
    assert str(best.ridge) == "0.0 +/- 0"
    everywhere = optimal_ridge(PowerLaw(2), features=80, samples="inf", rigorous=True)
    assert everywhere.ridge.digits == math.inf


def test_errors_are_those_without_proof():
    with pytest.raises(DivergentSumError, match="`shift`"):
        trace_sum("0.5", 1, rigorous=True)
    with pytest.raises(PrecisionError, match="`decay`"):
        trace_sum(10**8, 1, shift=-(10**8), size=10**9, rigorous=True)
    with pytest.raises(InterpolationThresholdError, match="`features`"):
        solve_ridge(PowerLaw(2), features=5, samples=5, rigorous=True)
    with pytest.raises(ValueError, match="`signal`"):
        optimal_ridge(Eigenvalues([2, 1], signal=[0, 0]), features=1, samples=1, noise=1, rigorous=True)


def test_a_thousand_digits_are_proven():
    found = trace_sum("1.5", "1e-5", size=10**18, digits=1000, rigorous=True)
    assert found.digits >= 1000
    assert trace_sum("1.5", "1e-5", size=10**18, digits=50, rigorous=True).contains(found)
