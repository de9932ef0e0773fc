"""Spectra of kernels: sums over all degrees, and learning curves of kernel regression."""

from __future__ import annotations

import math

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    ArcCosine,
    Circle,
    CircleSobolev,
    DivergentSumError,
    Gaussian,
    Laplace,
    ManifoldSpectrum,
    Matern,
    PrecisionError,
    ReLUNTK,
    Sphere,
    Torus,
    solve_ridge,
    sweep_ridge,
)
from scalinglaws.numerics.arithmetic import number, working_precision
from scalinglaws.numerics.fixed_point import HALF_LEARNED, LEARNED
from scalinglaws.numerics.kernels.eigenvalues import kernel_levels
from scalinglaws.numerics.kernels.level_sums import level_sums
from scalinglaws.numerics.kernels.moment_sums import MomentSums
from scalinglaws.numerics.spectrum import SQUARED_UNLEARNED_SIGNAL, UNLEARNED_SIGNAL

SLOW = pytest.mark.slow
CASES = [
    (Laplace(), Circle(), None),
    (CircleSobolev(1), Circle(), Matern("3/2")),
    pytest.param(Matern("0.7", "1/3"), Sphere(2), None, marks=SLOW),
    pytest.param(Laplace(), Sphere(3), Matern("3/2"), marks=SLOW),
    pytest.param(ReLUNTK(1), Sphere(2), None, marks=SLOW),
    (ArcCosine(1), Sphere(1), Laplace()),
    (Laplace(), Sphere(2), ArcCosine(0)),
    pytest.param(ArcCosine(0), Sphere(2), ArcCosine(1), marks=SLOW),
    pytest.param(ReLUNTK(1), Circle(), ArcCosine(1), marks=SLOW),
    pytest.param(Laplace(), Torus(2), None, marks=SLOW),
    (Matern("3/2", "1/4"), Torus(2), Laplace("1/2")),
    (Gaussian("1/3"), Circle(), Laplace()),
    pytest.param(Gaussian("1/2"), Sphere(2), None, marks=SLOW),
    (Gaussian("1/4"), Torus(2), None),
    (CircleSobolev(1), Circle(), Gaussian("1/5")),
    (Laplace(), Torus(2), Gaussian("1/4")),
    (ArcCosine(1), Sphere(2), Gaussian("1/2")),
]


@pytest.mark.parametrize(("kernel", "manifold", "teacher"), CASES, ids=repr)
def test_sums_lie_between_a_long_head_and_what_the_traces_leave(kernel, manifold, teacher):
    spectrum = ManifoldSpectrum(kernel, manifold, teacher)
    levels = kernel_levels(kernel, manifold)
    other = kernel_levels(teacher or kernel, manifold)
    kappa = mpmath.mpf("0.02")
    head = signal = trace = power = mpmath.mpf(0)
    with working_precision(70):
        for degree in range(120):
            many = levels.multiplicity(degree)
            value, v = (mpmath.mpf(float(each.eigenvalue(degree).mid())) for each in (levels, other))
            head += many * value / (value + kappa)
            signal += many * v * kappa / (value + kappa)
            trace += many * value
            power += many * v
    tiny = mpmath.mpf(10) ** -13
    rest = spectrum.total() - trace
    assert head - tiny <= spectrum.df(1, "0.02") <= head + rest / kappa + tiny
    left = spectrum.signal_total() - power
    assert signal - tiny <= spectrum.signal_sum("0.02") <= signal + left + tiny
    # of the rest, whose eigenvalues are below kappa, less than half is learned
    assert spectrum.signal_sum("0.02") >= signal + left / 2 - tiny


@pytest.mark.parametrize("kappa", ["0.3", "1e-3", "1e-9", "1e-40"])
def test_degrees_of_freedom_of_the_sobolev_kernel_are_a_hyperbolic_cotangent(kappa):
    with mpmath.workdps(60):
        root = mpmath.pi / mpmath.sqrt(mpmath.mpf(kappa))
        exact = 1 / (1 + mpmath.mpf(kappa)) + root * mpmath.coth(root) - 1
        found = ManifoldSpectrum(CircleSobolev(1), Circle()).df(1, kappa, digits=30)
        assert abs(found - exact) < mpmath.mpf(10) ** -30 * exact


@settings(max_examples=5, deadline=None)
@given(
    order=st.fractions("1/4", 3, max_denominator=6),
    length=st.fractions("1/5", 2, max_denominator=10),
    exponent=st.integers(1, 12),
)
def test_sums_on_the_circle_do_not_depend_on_the_precision(order, length, exponent):
    spectrum = ManifoldSpectrum(Matern(order, length), Circle())
    kappa = mpmath.mpf(10) ** -exponent
    coarse, fine = (spectrum.signal_sum(kappa, digits=digits) for digits in (10, 22))
    assert abs(coarse - fine) <= mpmath.mpf(10) ** -10 * fine


@pytest.mark.parametrize(
    ("kernel", "manifold"),
    [(Matern("3/2"), Sphere(2)), (ArcCosine(1), Sphere(2)), (ArcCosine(2), Circle())],
    ids=repr,
)
def test_formula_and_moments_give_the_same_sums(kernel, manifold):
    levels = kernel_levels(kernel, manifold)
    sums = (LEARNED, HALF_LEARNED, UNLEARNED_SIGNAL, SQUARED_UNLEARNED_SIGNAL)
    with working_precision(80):
        formula = level_sums(levels, levels, sums, 40)(number(1) / 100)
        if kernel == Matern("3/2"):
            moments = MomentSums(levels, levels, sums, 20).evaluate(number(1) / 100)
            for one, two in zip(formula, moments, strict=True):
                assert one.overlaps(two)
                assert two.rel_accuracy_bits() > 18
        finer = level_sums(levels, levels, sums, 70)(number(1) / 100)
        for one, two in zip(formula, finer, strict=True):
            assert one.overlaps(two)
            assert one.rel_accuracy_bits() > 36


def test_risk_of_the_sobolev_kernel_is_its_renormalised_ridge_times_samples():
    spectrum = ManifoldSpectrum(CircleSobolev(1), Circle())
    for samples in (10, 10**6, 10**30):
        point = solve_ridge(spectrum, features="inf", samples=samples, digits=25)
        with mpmath.workdps(40):
            assert abs(point.risk / (samples * point.kappa) - 1) < mpmath.mpf(10) ** -24
            root = mpmath.pi / mpmath.sqrt(point.kappa)
            left = 1 / (1 + point.kappa) + root * mpmath.coth(root) - 1
            assert abs(left / samples - 1) < mpmath.mpf(10) ** -23


@pytest.mark.parametrize(
    ("kernel", "manifold", "alpha"),
    [
        pytest.param(Laplace(), Sphere(1), 1, marks=SLOW),
        (Laplace(), Sphere(2), 1 / 2),
        pytest.param(Laplace(), Sphere(3), 1 / 3, marks=SLOW),
        pytest.param(Matern("3/2"), Sphere(2), 3 / 2, marks=SLOW),
        (ReLUNTK(1), Sphere(3), 1 / 3),
        pytest.param(ArcCosine(1), Sphere(2), 3 / 2, marks=SLOW),
        pytest.param(CircleSobolev(2), Circle(), 3, marks=SLOW),
    ],
    ids=repr,
)
def test_learning_curve_of_a_matched_kernel_falls_with_its_decay(kernel, manifold, alpha):
    spectrum = ManifoldSpectrum(kernel, manifold)
    assert float(spectrum.decay) == pytest.approx(1 + alpha)
    risks = [
        solve_ridge(spectrum, features="inf", samples=samples, digits=12).risk for samples in (10**12, 10**13)
    ]
    assert math.log10(risks[0] / risks[1]) == pytest.approx(alpha, abs=2e-4)


@pytest.mark.parametrize(
    ("teacher", "student"),
    [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2)],
)
def test_mismatched_sobolev_kernels_follow_the_smaller_of_two_exponents(teacher, student):
    spectrum = ManifoldSpectrum(CircleSobolev(student), Circle(), CircleSobolev(teacher))
    assert spectrum.signal_decay == 2 * teacher
    risks = [
        solve_ridge(spectrum, features="inf", samples=samples, digits=12).risk for samples in (10**8, 10**9)
    ]
    assert math.log10(risks[0] / risks[1]) == pytest.approx(min(2 * teacher - 1, 4 * student), abs=1e-5)


def test_an_analytic_teacher_is_learned_at_twice_the_decay_of_the_kernel():
    spectrum = ManifoldSpectrum(Laplace("1/4"), Sphere(2), Gaussian())
    assert spectrum.signal_decay is None
    risks = [
        solve_ridge(spectrum, features="inf", samples=samples, digits=10).risk for samples in (10**9, 10**10)
    ]
    assert math.log10(risks[0] / risks[1]) == pytest.approx(2 * float(spectrum.decay), abs=1e-5)


def test_modes_without_an_eigenvalue_are_never_learned():
    spectrum = ManifoldSpectrum(ArcCosine(1), Sphere(2), Laplace())
    # the odd part of the teacher, (1 - exp(-2)) / 2 in all, but for degree 1
    odd = (1 - mpmath.exp(-2)) / 2 - 3 * ManifoldSpectrum(Laplace(), Sphere(2)).signal_powers(4)[1]
    # they act as noise, whose excess is a factor 1 / (1 - df2 / samples), and all else is learned
    point = solve_ridge(spectrum, features="inf", samples=10**20, digits=10)
    assert float(point.risk / odd) == pytest.approx(1 / (1 - float(point.df2) * 1e-20), rel=1e-9)
    # as they do without any noise
    limit = solve_ridge(spectrum, features="inf", samples="inf")
    assert limit.risk == limit.bias
    assert float(limit.risk / odd) == pytest.approx(1, rel=1e-14)
    assert abs(spectrum.signal_total() - 1) < mpmath.mpf(10) ** -14


@settings(max_examples=3, deadline=None)
@given(samples=st.integers(2, 200), ridge=st.fractions("1/1000", 10, max_denominator=1000))
def test_a_teacher_that_is_the_kernel_changes_nothing(samples, ridge):
    for manifold in (Circle(), Sphere(2)):
        alone = ManifoldSpectrum(Laplace(), manifold)
        # of the same eigenvalues, but another kernel
        taught = ManifoldSpectrum(Laplace(), manifold, Matern("1/2"))
        assert alone == ManifoldSpectrum(Laplace(), manifold, Laplace())
        one, two = (
            solve_ridge(each, features="inf", samples=samples, ridge=ridge, noise="1/10", digits=10).risk
            for each in (alone, taught)
        )
        assert abs(one - two) <= mpmath.mpf(10) ** -9 * one


def test_rigorous_risk_contains_that_at_another_precision():
    for spectrum in (
        ManifoldSpectrum(ReLUNTK(1), Sphere(2)),
        ManifoldSpectrum(Laplace(), Torus(2), Matern("3/2")),
    ):
        coarse = solve_ridge(spectrum, features="inf", samples=50, ridge="1/10", digits=8, rigorous=True)
        fine = solve_ridge(spectrum, features="inf", samples=50, ridge="1/10", digits=20)
        for word in ("kappa", "df1", "df2", "risk"):
            assert getattr(coarse, word).contains(getattr(fine, word)), word


def test_learning_curves_can_have_few_features():
    spectrum = ManifoldSpectrum(Laplace(), Sphere(2))
    wide, narrow = (
        solve_ridge(spectrum, features=features, samples=samples, digits=10).risk
        for features, samples in ((300, 100), (100, 300))
    )
    # both are interpolating: the joint risk is symmetric for an isotropic prior
    assert abs(wide - narrow) <= mpmath.mpf(10) ** -9 * wide


def test_gradient_with_respect_to_the_ridge_is_a_quotient_of_differences():
    spectrum = ManifoldSpectrum(Laplace(), Sphere(2))
    near, here, far = (
        solve_ridge(spectrum, features="inf", samples=80, ridge=ridge, digits=20, gradient=True)
        for ridge in ("0.999999", "1", "1.000001")
    )
    slope = (far.risk - near.risk) / mpmath.mpf("2e-6")
    assert abs(here.gradient.risk["ridge"] / slope - 1) < mpmath.mpf(10) ** -9


def test_eigenvalues_and_signal_powers_are_listed_in_descending_order():
    spectrum = ManifoldSpectrum(ReLUNTK(1), Sphere(2), Laplace())
    values, signal = spectrum.eigenvalues(60), spectrum.signal_powers(60)
    assert len(values) == len(signal) == 60
    assert (values[:-1] >= values[1:]).all()
    # 1, 3 and 5 modes of degrees 0, 1, 2, and 9 of degree 4
    assert len(set(values[:9])) == 3
    assert values[9] == values[17] > values[18]
    assert spectrum.size == math.inf
    assert repr(spectrum) == (
        "ManifoldSpectrum(ReLUNTK(depth=1), Sphere(dimension=2), teacher=Laplace(length=1))"
    )


def test_eigenvalues_below_the_doubles_are_zero():
    values = ManifoldSpectrum(Gaussian(1), Circle()).eigenvalues(80)
    assert len(values) == 80
    assert values[0] > 1
    assert values[-1] == 0


@pytest.mark.slow
def test_learning_curve_of_a_deep_kernel_is_found_to_some_digits():
    spectrum = ManifoldSpectrum(ReLUNTK(2), Sphere(2))
    coarse, fine = (
        solve_ridge(spectrum, features="inf", samples=100, digits=digits).risk for digits in (4, 8)
    )
    assert abs(coarse - fine) < mpmath.mpf(10) ** -4 * fine
    with pytest.raises(PrecisionError, match="several layers is summed up to degree 512"):
        solve_ridge(spectrum, features="inf", samples=100, digits=80)


@pytest.mark.slow
def test_lattices_that_are_too_large_are_refused():
    spectrum = ManifoldSpectrum(Laplace(), Torus(2), Laplace("1/500"))
    with pytest.raises(PrecisionError, match="lengths of kernel and teacher differ too much"):
        solve_ridge(spectrum, features="inf", samples=10**7, digits=3)


def test_bad_arguments_are_named():
    with pytest.raises(TypeError, match="`kernel` is a str"):
        ManifoldSpectrum("laplace", Circle())
    with pytest.raises(TypeError, match="`manifold` is a int"):
        ManifoldSpectrum(Laplace(), 2)
    with pytest.raises(TypeError, match="`teacher` is a str"):
        ManifoldSpectrum(Laplace(), Circle(), "laplace")
    with pytest.raises(ValueError, match="not positive definite there"):
        ManifoldSpectrum(Laplace(), Torus(2), ReLUNTK(1))
    spectrum = ManifoldSpectrum(Laplace(), Circle())
    with pytest.raises(ValueError, match="give `teacher` to ManifoldSpectrum"):
        spectrum.signal_sum(1, source=2)
    with pytest.raises(ValueError, match="`count` = None must be an integer"):
        spectrum.eigenvalues()
    with pytest.raises(DivergentSumError, match="infinitely many modes"):
        spectrum.df(1, 0)
    with pytest.raises(PrecisionError, match="choose a longer `length`"):
        ManifoldSpectrum(Laplace("1e-5"), Sphere(2)).total()
    with pytest.raises(PrecisionError, match="`dimension` = 30 is too large"):
        ManifoldSpectrum(Laplace(), Torus(30)).total()
    with pytest.raises(TypeError, match="must be a spectrum"):
        sweep_ridge(spectrum, features="inf", samples=[10, 20])


def test_logarithms_of_eigenvalues_hold_at_any_index():
    spectrum = ManifoldSpectrum(Laplace(), Sphere(2))
    logs = [spectrum.log_eigenvalue(10**power) / math.log(10) for power in (20, 40, 60)]
    assert logs[1] - logs[0] == pytest.approx(-30, abs=1e-6)
    assert logs[2] - logs[1] == pytest.approx(-30, abs=1e-6)
    risks = [solve_ridge(spectrum, features="inf", samples=10**power).risk for power in (20, 50)]
    assert float(risks[0] / risks[1]) == pytest.approx(1e15, rel=1e-6)
