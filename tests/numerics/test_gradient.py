"""Derivatives of kappa and risk: against differences of many digits, identities, and where there are none."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from scalinglaws.numerics import (
    Eigenvalues,
    InterpolationThresholdError,
    PowerLaw,
    optimal_ridge,
    solve_ridge,
    sweep_ridge,
)
from scalinglaws.numerics.arithmetic import accuracy, number, working_precision
from scalinglaws.numerics.integrals import Moment
from scalinglaws.numerics.shift_derivatives import log_evaluator

SPECTRA = [
    {"decay": "1.5", "size": "inf", "scale": 1},
    {"decay": 2, "size": 60, "scale": "0.3"},
    {"decay": "0.7", "size": 10**9, "scale": 2},
]
PROBLEMS = [
    {"features": 20, "samples": 33, "ridge": "0.01", "noise": "0.1", "source": "2.5"},
    {"features": 20, "samples": 33, "ridge": 0, "noise": "0.1", "source": "1.3"},
    {"features": 40, "samples": 33, "ridge": 0, "noise": "0.1", "source": None},
    {"features": "inf", "samples": 33, "ridge": "0.2", "noise": 0, "source": None},
    {"features": 44, "samples": "inf", "ridge": 0, "noise": 0, "source": 3},
    {"features": 33, "samples": 33, "ridge": "1e-9", "noise": 1, "source": None},
    {"features": 80, "samples": 90, "ridge": 0, "noise": 2, "source": None},
    {"features": 80, "samples": 90, "ridge": "0.001", "noise": 2, "source": 4},
]
SMALL = Fraction(1, 10**14)
DIGITS = 15


def quotient(value):
    return mpmath.mpf(value.numerator) / value.denominator


def differences(spectrum, problem, name):
    """Return the differences of kappa and risk along one parameter, at 60 digits."""

    def at(value):
        owner = dict(spectrum), dict(problem)
        owner[name in problem][name] = value
        return solve_ridge(PowerLaw(**owner[0]), **owner[1], digits=60)

    value = Fraction({**spectrum, **problem}[name])
    if value:
        step = SMALL * value
        points = [at(value + j * step) for j in (-1, 1)]
        weights = [-1, 1]
        width = 2 * step
    else:
        # one-sided: forward differences of third order
        step = Fraction(1, 10**18)
        points = [at(j * step) for j in (0, 1, 2, 3)]
        weights = [-11, 18, -9, 2]
        width = 6 * step
    with mpmath.workdps(60):
        return [
            mpmath.fsum(w * getattr(p, result) for w, p in zip(weights, points, strict=True))
            / quotient(width)
            for result in ("kappa", "risk")
        ]


@pytest.mark.parametrize("spectrum", SPECTRA, ids=lambda spectrum: str(spectrum["decay"]))
@pytest.mark.parametrize("problem", PROBLEMS, ids=range(len(PROBLEMS)))
def test_derivatives_are_those_of_differences(spectrum, problem):
    gradient = solve_ridge(PowerLaw(**spectrum), **problem, digits=DIGITS, gradient=True).gradient
    given = {**spectrum, **problem}
    names = {"decay", "scale", "features", "samples", "ridge", "noise"}
    if problem["source"] is not None:
        names.add("source")
    assert set(gradient.kappa) == set(gradient.risk) == names
    compared = 0
    for name in gradient.kappa:
        pair = gradient.kappa[name], gradient.risk[name]
        if given[name] == "inf":
            assert pair == (0, 0)
            continue
        for value, reference in zip(pair, differences(spectrum, problem, name), strict=True):
            with mpmath.workdps(40):
                # central differences are right to the square of their step, and have noise of their own
                bound = abs(reference) * mpmath.mpf(10) ** (2 - DIGITS) + mpmath.mpf(10) ** -40
                assert abs(value - reference) <= bound
            compared += value != 0
    assert compared >= 3


def test_digits_of_derivatives_are_right_at_two_precisions():
    arguments = {"features": 200, "samples": 300, "ridge": "0.001", "noise": "0.1", "source": "2.5"}
    coarse, fine = (
        solve_ridge(PowerLaw("1.5"), **arguments, digits=digits, gradient=True) for digits in (15, 60)
    )
    for which in ("kappa", "risk"):
        for name, value in getattr(coarse.gradient, which).items():
            exact = getattr(fine.gradient, which)[name]
            with mpmath.workdps(70):
                assert abs(value - exact) <= abs(exact) * mpmath.mpf(10) ** -15
        condition = f"{which}_condition"
        assert mpmath.almosteq(getattr(coarse.gradient, condition), getattr(fine.gradient, condition), 1e-15)
    assert coarse.kappa == solve_ridge(PowerLaw("1.5"), **arguments, digits=15).kappa


@pytest.mark.parametrize("ridge", [0, "1e-8", 3])
def test_kappa_is_homogeneous_in_scale_and_ridge(ridge):
    """kappa(t scale, t ridge) = t kappa, and an isotropic risk needs the noise scaled, too."""
    point = solve_ridge(
        PowerLaw("1.7", 900, "0.4"), features=40, samples=70, ridge=ridge, noise=2, digits=30, gradient=True
    )
    with mpmath.workdps(40):
        weights = {"scale": mpmath.mpf("0.4"), "ridge": mpmath.mpf(ridge), "noise": 2}
        of_kappa, of_risk = (
            mpmath.fsum(weight * derivatives[name] for name, weight in weights.items())
            for derivatives in (point.gradient.kappa, point.gradient.risk)
        )
        assert abs(of_kappa / point.kappa - 1) < mpmath.mpf(10) ** -28
        assert abs(of_risk / point.risk - 1) < mpmath.mpf(10) ** -28


def test_the_risk_is_stationary_at_the_optimal_ridge():
    arguments = {"features": 60, "samples": 90, "noise": "0.3"}
    best = optimal_ridge(PowerLaw("1.6"), **arguments, digits=60)
    gradient = solve_ridge(PowerLaw("1.6"), **arguments, ridge=best.ridge, digits=20, gradient=True).gradient
    assert abs(gradient.risk["ridge"]) < 1e-50
    assert gradient.kappa["ridge"] > 0


def test_measured_eigenvalues_have_the_derivatives_of_the_power_law():
    values = [Fraction(1, k * k) for k in range(1, 301)]
    arguments = {"features": 50, "samples": 90, "ridge": "0.003", "noise": "0.1", "gradient": True}
    one = solve_ridge(PowerLaw(2, 300), **arguments).gradient
    other = solve_ridge(Eigenvalues(values), **arguments).gradient
    assert set(one.risk) - set(other.risk) == {"decay"}
    for name, value in other.risk.items():
        assert mpmath.almosteq(value, one.risk[name], 1e-15)
        assert mpmath.almosteq(other.kappa[name], one.kappa[name], 1e-15)


def test_a_gradient_is_there_only_if_asked_for():
    assert solve_ridge(PowerLaw(2), features=5, samples=9).gradient is None
    assert sweep_ridge(PowerLaw(2), features=5, samples=9).gradient is None


@pytest.mark.parametrize(("features", "samples"), [(30, 40), (40, 30), (30, "inf")])
def test_where_the_size_is_met_exactly_there_are_no_derivatives(features, samples):
    arguments = {"features": features, "samples": samples, "gradient": True}
    with pytest.raises(InterpolationThresholdError, match="has no derivatives"):
        solve_ridge(PowerLaw(2, 30), **arguments)
    arguments["samples"] = float(samples)
    with pytest.raises(InterpolationThresholdError, match="has no derivatives"):
        sweep_ridge(PowerLaw(2, 30), **arguments)


def test_both_resources_infinite_leave_the_derivative_by_the_noise():
    for risk in (
        solve_ridge(PowerLaw(2), features="inf", samples="inf", noise=2, gradient=True).gradient.risk,
        sweep_ridge(PowerLaw(2), features=np.inf, samples=np.inf, noise=2, gradient=True).gradient.risk,
    ):
        assert {name: float(value) for name, value in risk.items() if value} == {"noise": 1.0}


@pytest.mark.parametrize("goal", [40, 120])
@pytest.mark.parametrize("size", [1, 50, math.inf])
@pytest.mark.parametrize("shift", ["0", "2.5", "2.5000001", "4"])
def test_enclosures_of_logarithmic_sums_hold_them(goal, size, shift):
    """At a = 3/2 the shifts 5/2 and 4 are poles of the antiderivative."""
    moments = [Moment(shift=Fraction(shift), unlearned=1, learned=1)]
    with working_precision(goal + 40):
        (coarse,) = log_evaluator(Fraction(3, 2), size, moments, goal)(number(Fraction(1, 1000)))
    with working_precision(1000):
        (fine,) = log_evaluator(Fraction(3, 2), size, moments, 300)(number(Fraction(1, 1000)))
        if size == 50:
            kappa = number(Fraction(1, 1000))
            u = [kappa * number(k) * number(k).sqrt() for k in range(1, 51)]
            terms = [
                number(k).log() * number(k) ** -number(Fraction(shift)) * v / (1 + v) ** 2
                for k, v in enumerate(u, 1)
            ]
            assert fine.overlaps(sum(terms))
        assert coarse.overlaps(fine)
    assert accuracy(coarse) >= goal - 10


def test_a_sweep_has_the_derivatives_of_the_solver():
    """To rounding times the condition numbers, in units of what is natural for each parameter."""
    rng = np.random.default_rng(9)
    count = 60
    decay = rng.uniform(1.05, 5, count)
    given = {
        "features": np.where(rng.random(count) < 0.1, np.inf, 10 ** rng.uniform(0, 12, count)),
        "samples": np.where(rng.random(count) < 0.1, np.inf, 10 ** rng.uniform(0, 12, count)),
        "ridge": np.where(rng.random(count) < 0.3, 0, 10 ** rng.uniform(-20, 3, count)),
        "noise": np.where(rng.random(count) < 0.3, 0, 10 ** rng.uniform(-6, 2, count)),
        "source": np.where(rng.random(count) < 0.3, decay + 1, rng.uniform(1.1, 6, count)),
    }
    given["samples"][:8] = given["features"][:8]
    given["ridge"][:8] = 10 ** rng.uniform(-40, 0, 8)
    size = np.where(rng.random(count) < 0.5, np.inf, np.floor(10 ** rng.uniform(0, 18, count)))
    for index in range(count):
        one = {name: values[index] for name, values in given.items()}
        given_source = one.pop("source")
        source = given_source if index % 2 else None
        spectrum = PowerLaw(decay[index], size[index], scale="0.5")
        swept = sweep_ridge(spectrum, **one, source=source, gradient=True)
        exact = solve_ridge(spectrum, **one, source=source, gradient=True, digits=17)
        values = {"decay": decay[index], "scale": 0.5, "source": source, **one}
        condition = exact.gradient.kappa_condition + exact.gradient.risk_condition
        allowed = 100 * 2.0**-53 * (1 + condition)
        for name, reference in exact.gradient.kappa.items():
            error = abs(swept.gradient.kappa[name] - reference)
            assert error <= allowed * max(abs(reference), _natural(exact.kappa, values[name])), (name, index)
            # the risk follows kappa
            natural = abs(exact.risk * reference / exact.kappa) if exact.kappa else 0
            error = abs(swept.gradient.risk[name] - exact.gradient.risk[name])
            scale = max(natural, _natural(exact.risk, values[name]), abs(exact.gradient.risk[name]))
            assert error <= allowed * scale, (name, index)
        for name in ("kappa_condition", "risk_condition"):
            value, reference = getattr(swept.gradient, name), getattr(exact.gradient, name)
            assert value == pytest.approx(float(reference), rel=1e-9)


def _natural(result, value):
    return result / abs(value) if value and math.isfinite(value) else 0
