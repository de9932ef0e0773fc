"""Reference values of the solvable model: its units are delta = gamma M / N and L = R / (2 M)."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from scalinglaws.numerics import PowerLaw, optimal_ridge, solve_ridge

SIZE = 6000
SPECTRUM = PowerLaw(2, size=SIZE)
# features, samples, kappa, ridgeless loss, loss at 1e-4 and 1e-3, optimal ridge, optimal loss
TABLE = [
    (
        *(100, 400, "2.40963335e-4", "2.67737039e-6"),
        *("2.57819731e-6", "2.58365087e-6", "3.978720e-4", "2.51127389e-6"),
    ),
    (
        *(400, 400, "1.45391876e-5", None),
        *("1.10167170e-6", "1.04844615e-6", "3.778749e-4", "9.89172615e-7"),
    ),
    (
        *(400, 1600, "1.45391876e-5", "6.46186116e-7"),
        *("6.22109857e-7", "6.29945625e-7", "3.583487e-4", "6.08197390e-7"),
    ),
    (
        *(200, 6000, "5.97040730e-5", "1.02938057e-6"),
        *("1.02886017e-6", "1.03042519e-6", "3.792906e-4", "1.02828896e-6"),
    ),
]


def loss(features, samples, gamma):
    """The loss per output with unit variances of weights and features, by its own conventions."""
    point = solve_ridge(
        SPECTRUM, features=features, samples=samples, ridge=Fraction(gamma) * SIZE / features, digits=20
    )
    return point.risk / (2 * SIZE)


def rounds_to(value, text):
    digits = len(text.split("e")[0].replace(".", ""))
    return mpmath.nstr(value, digits, strip_zeros=False) == mpmath.nstr(
        mpmath.mpf(text), digits, strip_zeros=False
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}")
@pytest.mark.parametrize("swap", [False, True])
def test_the_table_of_losses(row, swap):
    features, samples, kappa, ridgeless, first, second, gamma, best = row
    if swap:
        features, samples = samples, features
    if ridgeless is not None:
        assert rounds_to(solve_ridge(SPECTRUM, features=features, samples=samples).kappa, kappa)
        assert rounds_to(loss(features, samples, 0), ridgeless)
    assert rounds_to(loss(features, samples, "1e-4"), first)
    assert rounds_to(loss(features, samples, "1e-3"), second)
    optimum = optimal_ridge(SPECTRUM, features=features, samples=samples)
    # the table's ridge was found by minimising, which is blind to second order
    assert float(optimum.ridge * features / SIZE) == pytest.approx(float(gamma), rel=1e-6)
    assert rounds_to(optimum.risk / (2 * SIZE), best)


def test_the_peak_at_equal_resources():
    assert rounds_to(loss(400, 400, "1e-6"), "5.28226690e-6")
    assert rounds_to(solve_ridge(SPECTRUM, features=400, samples=401).kappa, "1.45391876e-5")


@pytest.mark.parametrize(
    ("alpha", "constant"),
    [
        ("1/4", "6.148603"),
        ("1/2", "3.760902"),
        ("1", "2.467401"),
        ("3/2", "2.006822"),
        ("2", "1.768048"),
        ("3", "1.522017"),
    ],
)
def test_the_ridgeless_kappa_approaches_its_power_law(alpha, constant):
    r"""m^(1+alpha) kappa -> rho^(1+alpha), with the first correction -(1+alpha)/(2m) at infinite size."""
    decay = 1 + Fraction(alpha)
    for features in (10**6, 10**12):
        point = solve_ridge(PowerLaw(decay), features=features, samples="inf", digits=40)
        with mpmath.workdps(40):
            a = mpmath.mpf(decay.numerator) / decay.denominator
            rho = mpmath.pi / a / mpmath.sin(mpmath.pi / a)
            assert rounds_to(rho**a, constant)
            ratio = point.kappa * mpmath.mpf(features) ** a / rho**a
            assert abs((1 - ratio) / (a / (2 * mpmath.mpf(features))) - 1) < mpmath.mpf(
                100
            ) / features ** min(1, float(a) - 1)


def test_kappa_vanishes_linearly_towards_the_size():
    r"""kappa -> (2 + alpha) lambda_M (1 - m/M); the ratio is 1.018 at m/M = 0.99, alpha = 1."""
    size = 10**4
    point = solve_ridge(PowerLaw(2, size=size), features=size * 99 // 100, samples="inf")
    assert float(point.kappa * size**2 / (3 * 0.01)) == pytest.approx(1.018, abs=1e-3)


@pytest.mark.parametrize(("decay", "ratio"), [("2", 4), ("3", 6.75), ("1.5", 2.598)])
def test_the_ridgeless_minimum_lies_at_its_share_of_the_samples(decay, ratio):
    r"""At N = alpha T/(1+alpha) the loss over its plateau is (1+alpha)^(1+alpha) alpha^(-alpha)."""
    alpha = Fraction(decay) - 1
    spectrum, samples = PowerLaw(decay), 10**10
    best = alpha / (1 + alpha) * samples
    at, left, right = (
        solve_ridge(spectrum, features=best * (1 + shift), samples=samples, digits=30).risk
        for shift in (0, Fraction(-1, 1000), Fraction(1, 1000))
    )
    assert at < left
    assert at < right
    plateau = solve_ridge(spectrum, features="inf", samples=samples, digits=30).risk
    assert float(at / plateau) == pytest.approx(ratio, rel=2e-3 if decay == "1.5" else 1e-6)


def test_the_noise_factor_of_the_overparameterised_side():
    r"""Ridgeless T < N, power law: the noise is multiplied by alpha + 1/(1 - T/N)."""
    for alpha in (Fraction(1), Fraction(2)):
        point = solve_ridge(PowerLaw(1 + alpha), features=4 * 10**9, samples=10**9, noise=1, digits=20)
        assert float(1 + point.variance) == pytest.approx(float(alpha) + 4 / 3, rel=1e-7)
