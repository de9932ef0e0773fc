"""Draws of the teacher-student model: forms of one draw, means over draws, refused arguments."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Matrix, Rational

from scalinglaws.numerics import Eigenvalues, InterpolationThresholdError, PowerLaw
from scalinglaws.theory import teacher_student as theory
from scalinglaws.validate.simulate import (
    Covariates,
    TeacherStudentDraw,
    draw_teacher_student,
    predict_teacher_student,
    simulate_teacher_student,
    variance_limited_coefficient,
)

SPECTRUM = PowerLaw(2, 60)


def same(first, second, tolerance=1e-10):
    return abs(first / second - 1) < tolerance


@pytest.mark.parametrize("sizes", [(20, 12), (12, 20), (12, 90), (70, 20)])
@pytest.mark.parametrize("law", ["gaussian", "rademacher", "laplace"])
def test_forms_of_one_draw_are_equal(sizes, law):
    features, samples = sizes
    draw = draw_teacher_student(
        SPECTRUM, features=features, samples=samples, covariates=Covariates(law=law), seed=1
    )
    loss = draw.least_squares()
    assert same(draw.covariance_form(), loss)
    assert same(draw.kernel_form(), loss)
    assert same(draw.exchanged().least_squares(), loss)
    if samples < 60:
        assert same(draw.all_features(), draw.eigenvector_form())


def test_forms_of_a_draw_are_those_of_exact_arithmetic():
    rng = np.random.default_rng(0)
    data, rows = rng.integers(-5, 6, (4, 3)), rng.integers(-5, 6, (2, 4))
    values = [Rational(1, k) for k in range(1, 5)]
    draw = TeacherStudentDraw(
        eigenvalues=np.array(values, dtype=float), data=data.astype(float), projection=rows.astype(float)
    )
    exact = (Matrix.diag(*values), Matrix(data.tolist()), Matrix(rows.tolist()))
    assert same(draw.least_squares(), float(theory.least_squares_loss(*exact)))
    assert same(draw.covariance_form(), float(theory.covariance_form(*exact)))
    assert same(draw.kernel_form(), float(theory.kernel_form(*exact)))
    assert same(draw.infinite_samples(), float(theory.infinite_samples_loss(exact[0], exact[2])))
    assert same(draw.all_features(), float(theory.all_features_loss(*exact[:2])))
    coefficient = variance_limited_coefficient(draw.eigenvalues, draw.projection, kurtosis=6)
    assert same(coefficient, float(theory.independent_coefficient(values, exact[2], 6)))


def test_orthonormal_rows_change_the_loss_only_where_features_are_more_than_samples():
    for features, samples in ((10, 25), (25, 10)):
        draw = draw_teacher_student(SPECTRUM, features=features, samples=samples, seed=2)
        assert same(draw.with_orthonormal_rows().least_squares(), draw.least_squares()) == (
            features < samples
        )


def test_all_orthonormal_features_are_the_kernel_of_the_teacher():
    draw = draw_teacher_student(SPECTRUM, features=60, samples=20, projection="orthonormal", seed=3)
    assert same(draw.least_squares(), draw.all_features())
    found = simulate_teacher_student(
        SPECTRUM, features=60, samples=20, projection="orthonormal", replicates=5, seed=3
    )
    assert np.allclose(found.loss_draws, found.limit_draws, rtol=1e-10)
    gaussian = simulate_teacher_student(SPECTRUM, features=60, samples=20, replicates=100, seed=3)
    excess = gaussian.estimate("excess")
    factor = float(theory.exact_factor(20, 60)) - 1
    assert abs(excess.value - factor * gaussian.estimate("limit").value) < 4 * excess.standard_error


@pytest.mark.parametrize(("features", "samples"), [(10, 30), (30, 10), (10, 100), (100, 10)])
def test_the_exact_factor_is_that_of_the_draws(features, samples):
    found = simulate_teacher_student(
        SPECTRUM, features=features, samples=samples, replicates=200, seed=features + samples
    )
    ratio = found.loss_draws - float(theory.exact_factor(10, max(features, samples))) * found.limit_draws
    assert abs(ratio.mean()) < 4 * ratio.std(ddof=1) / math.sqrt(200)


@pytest.mark.parametrize("resource", ["features", "samples"])
def test_infinite_resources_are_limits(resource):
    sizes = {"features": 12, "samples": 12, resource: math.inf}
    found = simulate_teacher_student(SPECTRUM, replicates=60, seed=5, **sizes)
    assert np.array_equal(found.loss_draws, found.limit_draws)
    estimate, predicted = found.estimate(), found.prediction()
    # the equivalent is right to order 1/n
    assert abs(estimate.value / predicted - 1) < 4 * estimate.standard_error / predicted + 2 / 12
    assert predicted == found.prediction("limit") == predict_teacher_student(SPECTRUM, **sizes)
    assert found.prediction("excess") == 0


def test_excess_falls_as_one_over_the_samples_with_the_coefficient_of_the_fourth_moment():
    rows = np.random.default_rng(4).standard_normal((3, 12))
    values = np.arange(1.0, 13.0) ** -2
    coefficients = {}
    for law in ("rademacher", "laplace"):
        covariates = Covariates(law=law)
        found = simulate_teacher_student(
            Eigenvalues(values),
            features=3,
            samples=400,
            projection=rows,
            covariates=covariates,
            replicates=400,
            seed=6,
        )
        assert np.ptp(found.limit_draws) == 0
        excess = found.estimate("excess")
        coefficient = variance_limited_coefficient(values, rows, kurtosis=covariates.kurtosis)
        coefficients[law] = coefficient / (3 * found.limit_draws[0])
        # the next term is of relative order N/T
        allowed = 4 * 400 * excess.standard_error + 3 * 3 / 400 * coefficient
        assert abs(400 * excess.value - coefficient) < allowed
    assert coefficients["rademacher"] < 0.95 < 1.05 < coefficients["laplace"]


def test_same_seed_same_numbers():
    sizes = {"features": 5, "samples": 20, "replicates": 6}
    first, same_seed, other = (simulate_teacher_student(SPECTRUM, seed=seed, **sizes) for seed in (1, 1, 2))
    assert np.array_equal(first.loss_draws, same_seed.loss_draws)
    assert not np.array_equal(first.loss_draws, other.loss_draws)


VALID = {"features": 5, "samples": 20, "seed": 0}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"samples": 7}, InterpolationThresholdError, "`samples` = 7 is 2 from `features`"),
        ({"features": math.inf, "samples": math.inf}, ValueError, "`features` and `samples` are both inf"),
        ({"projection": "haar"}, ValueError, "`projection` is 'haar'; expected one of gaussian, orthonormal"),
        ({"projection": np.ones((2, 3))}, ValueError, r"`projection` has shape \(2, 3\); expected"),
        ({"projection": np.ones((5, 60))}, ValueError, "`projection` has a rank below 5"),
        ({"projection": np.full((5, 60), np.nan)}, ValueError, "`projection` has entries that are"),
        ({"features": 80, "projection": "orthonormal"}, ValueError, "`features` = 80 must not exceed"),
        ({"covariates": "laplace"}, TypeError, "`covariates` is a str; expected a Covariates"),
        ({"covariates": Covariates(rotated=True)}, ValueError, "`covariates` is rotated"),
        ({"features": 0}, ValueError, "`features`"),
        ({"replicates": 1}, ValueError, "`replicates`"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        simulate_teacher_student(SPECTRUM, **{**VALID, **changes})


def test_unknown_quantities_and_thresholds_are_named():
    found = simulate_teacher_student(SPECTRUM, replicates=2, **VALID)
    with pytest.raises(ValueError, match="`quantity` is 'risk'; expected loss, limit or excess"):
        found.estimate("risk")
    with pytest.raises(ValueError, match="`quantity` is 'risk'; expected loss, limit or excess"):
        found.prediction("risk")
    with pytest.raises(ValueError, match="so close that the mean loss is infinite"):
        predict_teacher_student(SPECTRUM, features=5, samples=6)
    with pytest.raises(ValueError, match="`features` = 61 must not exceed the size 60"):
        draw_teacher_student(SPECTRUM, features=61, samples=5, projection="orthonormal", seed=0)


def test_laplace_covariates_have_unit_variance_and_their_fourth_moment():
    law = Covariates(law="laplace")
    draws = law.sample((400_000,), np.random.default_rng(0))
    assert abs(draws.mean()) < 0.01
    assert abs(draws.var() - 1) < 0.02
    assert abs((draws**4).mean() - law.kurtosis) < 0.3
