"""Laws of the optimal ridge: each formula is written here and derived there."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Integer, Rational, Symbol, cancel, lambdify, pi, simplify, sqrt, together

from scalinglaws import numerics
from scalinglaws.theory import AnySpectrum, DegreesOfFreedom, RandomFeatureRidge, laws
from scalinglaws.theory import symbols as S

a, kappa, N, T, M, delta, sigma2 = S.decay, S.kappa, S.features, S.samples, S.size, S.ridge, S.noise
z, q, s = (DegreesOfFreedom(order, kappa) for order in (1, 2, 3))
rho, best = Symbol("rho", positive=True), S.df1
DECAYS = ["5/4", "3/2", "2", "5/2", "3", "4"]


def same(first, second) -> bool:
    return simplify(cancel(together(first - second))) == 0


def law(name: str, result: str):
    return laws.derive(name).results[result].rhs


def explicit(name: str, result: str):
    return laws.derive(name).explicit(result).rhs


def test_optimal_ridge_of_any_spectrum():
    """(O1), with gamma M/sigma_u^2 = delta N."""
    condition = laws.derive("optimal-ridge").results["condition"]
    assert same(condition.lhs - condition.rhs, (z - q) ** 3 - (q - s) * (N - z) * (T - z))
    assert same(law("optimal-ridge", "ridge") * N, kappa * (z - q) ** 3 / (q - s))
    assert same(law("optimal-ridge", "risk"), kappa * N * T / ((z - q) ** 2 / (q - s) + N + T - 2 * z))


def test_optimal_ridge_with_noise():
    """(O2)"""
    condition = laws.derive("optimal-ridge-with-noise").results["condition"]
    left = kappa * N * ((q - s) * (N - z) * (T - z) - (z - q) ** 3)
    right = sigma2 * ((q - s) * (N - z) ** 2 + (z - q) ** 2 * (N - z) + (z - q) ** 3)
    assert same(condition.lhs - condition.rhs, left - right)


def values_at(found, features, samples, noise=0):
    point = found.point
    return {
        N: features, T: samples, sigma2: noise, kappa: point.kappa, z: point.df1, q: point.df2, s: point.df3,
    }  # fmt: skip


@pytest.mark.parametrize(("features", "samples"), [(100, 300), (300, 100), (200, 200)])
@pytest.mark.parametrize(
    "spectrum",
    [numerics.PowerLaw("3/2", size=3000), numerics.Eigenvalues([1 / (k * k + k) for k in range(1, 700)])],
)
def test_optimal_ridge_against_the_minimum_found_by_numbers(number, spectrum, features, samples):
    found = numerics.optimal_ridge(spectrum, features=features, samples=samples, digits=40)
    values = values_at(found, features, samples)
    condition = laws.derive("optimal-ridge").results["condition"]
    with mpmath.workdps(40):
        assert abs(number(condition.lhs, values) / number(condition.rhs, values) - 1) < mpmath.mpf("1e-30")
        assert abs(number(law("optimal-ridge", "ridge"), values) / found.ridge - 1) < mpmath.mpf("1e-30")
        assert abs(number(law("optimal-ridge", "risk"), values) / found.risk - 1) < mpmath.mpf("1e-30")


@pytest.mark.parametrize("noise", ["1/1000", "1", "100"])
def test_optimal_ridge_with_noise_against_the_minimum_found_by_numbers(number, noise):
    spectrum = numerics.PowerLaw(2, size=3000)
    found = numerics.optimal_ridge(spectrum, features=100, samples=300, noise=noise, digits=40)
    values = values_at(found, 100, 300, Rational(noise))
    condition = laws.derive("optimal-ridge-with-noise").results["condition"]
    with mpmath.workdps(40):
        assert abs(number(condition.lhs, values) / number(condition.rhs, values) - 1) < mpmath.mpf("1e-30")


def test_optimal_ridge_on_a_power_law():
    """(O3)"""
    alpha = a - 1
    level = 2 * N * T / (N + T + sqrt((N - T) ** 2 + 8 * N * T / (alpha * (1 + alpha))))
    assert simplify(law("optimal-ridge-power-law", "df1") / level) == 1
    ridge = 2 * rho**a / (alpha * (1 + alpha)) * best ** (1 - alpha) / N
    assert simplify(law("optimal-ridge-power-law", "ridge") / ridge) == 1
    risk = rho**a * N * T * best ** -(1 + alpha) / (N + T - 2 * (1 - 1 / alpha) * best)
    assert simplify(law("optimal-ridge-power-law", "risk") / risk) == 1


def test_optimal_degrees_of_freedom_solve_their_condition():
    """(N-z)(T-z) = 2z^2/(a(a-1)), below both resources."""
    level = law("optimal-ridge-power-law", "df1")
    for decay, features, samples in (
        (Rational(5, 4), 10, 1000),
        (Rational(3), 50, 50),
        (Rational(7), 300, 2),
    ):
        values = {a: decay, N: features, T: samples}
        root = level.subs(values).evalf(40)
        assert abs((features - root) * (samples - root) / (2 * root**2 / (decay * (decay - 1))) - 1) < 1e-35
        assert 0 < root < min(features, samples)


def test_at_decay_two_the_ridge_does_not_depend_on_the_sizes():
    """(O4): z = NT/(N+T), gamma = (pi^2/4) sigma_u^2/M, L = (pi^2/4)(1/N + 1/T)."""
    assert same(law("optimal-ridge-power-law", "df1_at_two"), N * T / (N + T))
    constant = laws.derive("optimal-ridge-power-law").constants[rho].subs(a, 2)
    assert constant == pi / 2
    assert same(law("optimal-ridge-power-law", "ridge_at_two") * N, rho**2)
    assert same(law("optimal-ridge-power-law", "risk_at_two"), rho**2 * (1 / N + 1 / T))
    for result in ("df1", "ridge", "risk"):
        general = law("optimal-ridge-power-law", result).subs(best, law("optimal-ridge-power-law", "df1"))
        special = law("optimal-ridge-power-law", f"{result}_at_two")
        values = {a: 2, N: 30, T: 70, rho: Rational(8, 5)}
        assert abs((general.subs(values) / special.subs(values)).evalf(30) - 1) < 1e-25


def test_at_equal_resources_and_far_from_them():
    """(O5)"""
    share = 1 / (1 + sqrt(2 / (a * (a - 1))))
    assert simplify(law("optimal-ridge-power-law", "df1_at_equal_resources") / share) == 1
    assert same(law("optimal-ridge-power-law", "wide"), 1 + T / N)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize(("wide", "deep"), [(1, 1), (2, 7), (7, 2)])
def test_optimal_ridge_on_a_power_law_against_numbers(number, decay, wide, deep):
    """Level, ridge and risk approach the law with relative error of order 1/N."""
    for size in (10**9, 10**40):
        features, samples = wide * size, deep * size
        found = numerics.optimal_ridge(
            numerics.PowerLaw(decay), features=features, samples=samples, digits=60
        )
        values = {a: Rational(decay), N: features, T: samples}
        with mpmath.workdps(60):
            level = number(law("optimal-ridge-power-law", "df1"), values)
            assert abs(found.point.df1 / level - 1) * size < 10
            values[best] = level
            for result, exact in (("ridge", found.ridge), ("risk", found.risk)):
                claimed = number(explicit("optimal-ridge-power-law", result), values)
                assert abs(exact / claimed - 1) * size < 20
        with mpmath.workdps(60):
            # the next term is there: the law is not exact at these sizes
            assert abs(found.risk / claimed - 1) * size > mpmath.mpf("1e-3")


@pytest.mark.parametrize("decay", ["3/2", "2", "3"])
def test_approach_to_the_plateau_of_wide_models(number, decay):
    samples = 10**20
    plateau = numerics.solve_ridge(numerics.PowerLaw(decay), features="inf", samples=samples, digits=50).risk
    for ratio in (10**3, 10**5):
        found = numerics.optimal_ridge(
            numerics.PowerLaw(decay), features=ratio * samples, samples=samples, digits=50
        )
        claimed = number(law("optimal-ridge-power-law", "wide"), {N: ratio * samples, T: samples})
        with mpmath.workdps(50):
            assert abs(found.risk / plateau - claimed) < 20 * mpmath.mpf(ratio) ** -2
            # the phenomenological form would give 1 + (a - 1) T/N
            wrong = 1 + (mpmath.mpf(Fraction(decay).numerator) / Fraction(decay).denominator - 1) / ratio
            if decay != "2":
                assert abs(found.risk / plateau - wrong) > mpmath.mpf("0.1") / ratio


@pytest.mark.parametrize(
    ("alpha", "quotient"),
    [
        (".1", 1.0700), (".25", 1.0997), (".3", 1.1026), (".5", 1.0947), (".75", 1.0565),
        ("1", 1.0), ("1.5", 0.8623), ("2", 0.7182), ("3", 0.4668), (".341", 1.1033),
    ],
)  # fmt: skip
def test_phenomenological_form_at_equal_resources(number, alpha, quotient):
    """(O6): the quotient of the optimal risk and L0(1/N+1/T)^alpha."""
    decay = 1 + Rational(alpha)
    derived = number(explicit("phenomenological-form", "quotient_at_equal_resources"), {a: decay})
    assert float(derived) == pytest.approx(quotient, abs=6e-5)
    # both sides from the risk itself
    level = law("optimal-ridge-power-law", "df1")
    risk = law("optimal-ridge-power-law", "risk").subs(best, level)
    form = rho**a * (1 / N + 1 / T) ** (a - 1)
    values = {a: decay, N: 50, T: 50, rho: Rational(3, 2)}
    assert float(number(risk / form, values)) == pytest.approx(quotient, abs=6e-5)


def test_phenomenological_form_is_worst_at_equal_resources_and_at_its_printed_exponent():
    """Its largest excess for a < 2 is 1.10334 at alpha = 0.341."""
    quotient = explicit("phenomenological-form", "quotient_at_equal_resources")
    at = lambdify(a, quotient, "math")
    around = [at(1 + alpha / 1000) for alpha in range(321, 362)]
    assert max(around) == pytest.approx(1.10334, abs=5e-6)
    assert abs(int(np.argmax(around)) - 20) <= 1
    risk = law("optimal-ridge-power-law", "risk").subs(best, law("optimal-ridge-power-law", "df1"))
    form = rho**a * (1 / N + 1 / T) ** (a - 1)
    quotient = lambdify((a, T), (risk / form).subs({N: 100, rho: 1}), "math")
    for alpha in (0.3, 1.5):
        defects = [abs(quotient(1 + alpha, t) - 1) for t in (10, 50, 100, 200, 1000)]
        assert defects == sorted(defects[:3]) + sorted(defects[3:], reverse=True)


def test_phenomenological_form_is_exact_at_decay_two():
    assert law("phenomenological-form", "quotient_at_two") == 1


def test_equiparameterization_is_optimal_at_fixed_product():
    """(O7): at given kappa the noiseless risk depends on p = NT and u = N+T and increases with u."""
    assert law("equiparameterization", "exponent") == (1 - a) / 2
    p, u = Symbol("p", positive=True), Symbol("u", positive=True)
    risk = kappa * p * (z - q) / (p - u * q + 2 * z * q - z**2)
    noiseless = RandomFeatureRidge(spectrum=AnySpectrum(), noise=Integer(0)).risk
    assert same(noiseless, risk.subs({p: N * T, u: N + T}))
    derivation = laws.derive("equiparameterization")
    slope = derivation.results["slope"].rhs
    assert same(slope, risk.diff(u) / risk)


@pytest.mark.parametrize(
    "spectrum",
    [numerics.PowerLaw("3/2", size=4000), numerics.Eigenvalues(list(np.exp(-np.arange(300) / 40)))],
)
def test_equiparameterization_in_numbers(spectrum):
    risks = [
        numerics.optimal_ridge(spectrum, features=n, samples=Fraction(10_000, n)).risk
        for n in (25, 50, 80, 100, 125, 200, 400)
    ]
    assert min(risks) == risks[3]
    assert risks == sorted(risks[:4], reverse=True) + sorted(risks[4:])
    # and symmetric under exchange
    for there, back in zip(risks, reversed(risks), strict=True):
        assert abs(there / back - 1) < 1e-12


@pytest.mark.parametrize(("multiple", "features"), [(1, 167), (10, 103)])
def test_noise_moves_the_optimum_to_more_samples(multiple, features):
    """a = 2, NT = 4e4, sigma^2 a multiple of Delta_200: the optimum is at N = 167 and 103."""
    spectrum = numerics.PowerLaw(2)
    noise = numerics.solve_ridge(spectrum, features=200, samples="inf").risk * multiple
    sizes = list(range(features - 9, features + 10, 3))
    risks = [
        numerics.optimal_ridge(spectrum, features=n, samples=Fraction(40_000, n), noise=noise).risk
        for n in sizes
    ]
    place = sizes[int(np.argmin([float(risk) for risk in risks]))]
    assert abs(place - features) <= 3
    assert place < 40_000 / place


def test_equiparameterization_without_ridge_is_worst():
    spectrum = numerics.PowerLaw(2)
    near = numerics.solve_ridge(spectrum, features=99, samples=Fraction(10_000, 99)).risk
    far = numerics.solve_ridge(spectrum, features=50, samples=200).risk
    assert near > 10 * far


@pytest.mark.parametrize("decay", DECAYS)
def test_exponent_along_equal_resources(decay):
    risks = [
        numerics.optimal_ridge(numerics.PowerLaw(decay), features=n, samples=n, digits=50).risk
        for n in (10**9, 10**40)
    ]
    with mpmath.workdps(50):
        slope = mpmath.log(risks[1] / risks[0]) / (31 * mpmath.log(10))
        exponent = law("equiparameterization", "exponent").subs(a, Rational(decay)) * 2
        assert abs(slope - mpmath.mpf(exponent.p) / exponent.q) < 1e-9


@pytest.mark.parametrize(
    ("decay", "slope"), [("1.25", -0.2785), ("1.5", -0.5021), ("2", -0.9910), ("3", -1.9871)]
)
def test_fitted_slopes_as_tabulated(decay, slope):
    """Fits over N = T = 50..800 at M = 2e5 with the optimal ridge."""
    sizes = [50, 100, 200, 400, 800]
    spectrum = numerics.PowerLaw(decay, size=200_000)
    risks = [float(numerics.optimal_ridge(spectrum, features=n, samples=n).risk) for n in sizes]
    assert np.polyfit(np.log(sizes), np.log(risks), 1)[0] == pytest.approx(slope, abs=6e-5)


@pytest.mark.parametrize(
    ("features", "samples", "ridge", "loss", "at_small", "at_large"),
    [
        (100, 400, 3.978720e-4, 2.51127389e-6, 2.57819731e-6, 2.58365087e-6),
        (400, 400, 3.778749e-4, 9.89172615e-7, 1.10167170e-6, 1.04844615e-6),
        (400, 1600, 3.583487e-4, 6.08197390e-7, 6.22109857e-7, 6.29945625e-7),
        (200, 6000, 3.792906e-4, 1.02828896e-6, 1.02886017e-6, 1.03042519e-6),
    ],
)
def test_reference_table_as_tabulated(number, features, samples, ridge, loss, at_small, at_large):
    """M = 6000, a = 2, gamma = delta N/M, L = R/(2M); swapping N and T changes nothing."""
    spectrum = numerics.PowerLaw(2, size=6000)
    for n, t in ((features, samples), (samples, features)):
        found = numerics.optimal_ridge(spectrum, features=n, samples=t, digits=20)
        values = values_at(found, n, t)
        assert float(number(law("optimal-ridge", "ridge"), values) * n / 6000) == pytest.approx(
            ridge, rel=1e-6
        )
        assert float(number(law("optimal-ridge", "risk"), values) / 12000) == pytest.approx(loss, rel=3e-9)
        for gamma, expected in (("1e-4", at_small), ("1e-3", at_large)):
            penalty = Rational(gamma) * 6000 / n
            risk = numerics.solve_ridge(spectrum, features=n, samples=t, ridge=penalty).risk
            assert float(risk / 12000) == pytest.approx(expected, rel=3e-9)


def test_where_the_closed_form_fails(number):
    """At a = 1.3, M = 300, N = 200, T = 250 it is 3.6 times the risk and 25 times the ridge."""
    found = numerics.optimal_ridge(numerics.PowerLaw("1.3", size=300), features=200, samples=250)
    values = {a: Rational(13, 10), N: 200, T: 250}
    values[best] = number(law("optimal-ridge-power-law", "df1"), values)
    risk = number(explicit("optimal-ridge-power-law", "risk"), values)
    ridge = number(explicit("optimal-ridge-power-law", "ridge"), values)
    assert float(risk / found.risk) == pytest.approx(3.6, abs=0.05)
    assert float(ridge / found.ridge) == pytest.approx(25, abs=0.5)


@pytest.mark.parametrize(
    ("decay", "features", "samples", "closed", "exact"),
    [
        ("2", 100, 100, 8.225e-6, 7.964e-6), ("2", 100, 300, 5.483e-6, 5.292e-6),
        ("3", 60, 60, 2.352e-7, 2.274e-7), ("3/2", 100, 100, 9.704e-5, 8.537e-5),
    ],
)  # fmt: skip
def test_closed_form_beside_the_finite_size(number, decay, features, samples, closed, exact):
    """The closed form is 3% to 14% high at M = 3000."""
    values = {a: Rational(decay), N: features, T: samples}
    values[best] = number(law("optimal-ridge-power-law", "df1"), values)
    risk = number(explicit("optimal-ridge-power-law", "risk"), values)
    assert float(risk / 6000) == pytest.approx(closed, rel=2.2e-4)
    found = numerics.optimal_ridge(numerics.PowerLaw(decay, size=3000), features=features, samples=samples)
    assert float(found.risk / 6000) == pytest.approx(exact, rel=2.2e-4)


def test_kernel_with_noise():
    """(O8): delta = sigma^2, excess = sigma^2 z/(T-z), the rate and its constant."""
    assert law("noisy-kernel-rate", "ridge") == sigma2
    assert same(law("noisy-kernel-rate", "excess"), sigma2 * z / (T - z))
    alpha = a - 1
    written = sigma2 * rho * sigma2 ** (-1 / (1 + alpha)) * T ** (-alpha / (1 + alpha))
    assert simplify(law("noisy-kernel-rate", "rate") / written) == 1
    assert same(law("noisy-kernel-rate", "exponent"), -alpha / (1 + alpha))


@pytest.mark.parametrize("decay", DECAYS)
def test_kernel_with_noise_in_numbers(number, decay):
    """The next term of the rate is of relative order z/T, as T^(-(a-1)/a), and 1/z."""
    exponent = Rational(decay)
    risks = []
    for samples in (10**30, 10**40):
        found = numerics.optimal_ridge(
            numerics.PowerLaw(decay), features="inf", samples=samples, noise="1/3", digits=40
        )
        values = {a: exponent, T: samples, sigma2: Rational(1, 3), z: found.point.df1}
        with mpmath.workdps(40):
            assert abs(found.ridge * 3 - 1) < mpmath.mpf("1e-38")
            exact = number(law("noisy-kernel-rate", "excess"), values)
            assert abs(exact / found.point.excess - 1) < mpmath.mpf("1e-35")
            claimed = number(explicit("noisy-kernel-rate", "rate"), values)
            small = found.point.df1 / samples + 1 / found.point.df1
            assert abs(found.point.excess / claimed - 1) < 3 * small
            risks.append(found.point.excess)
    slope = mpmath.log(risks[1] / risks[0]) / mpmath.log(mpmath.mpf(10) ** 10)
    claimed = law("noisy-kernel-rate", "exponent").subs(a, exponent)
    assert float(slope) == pytest.approx(float(claimed), abs=2e-5)
    assert abs(float(claimed) - float(1 - exponent)) > 0.04  # not the exponent without noise
