"""Laws of the traces and of the risk without ridge: each formula is written here and derived there."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from sympy import Rational, Symbol, cancel, gamma, harmonic, pi, simplify, sin, together

from scalinglaws import numerics
from scalinglaws.theory import DegreesOfFreedom, Rigour, laws
from scalinglaws.theory import symbols as S

a, kappa, N, T, M, delta, sigma2 = S.decay, S.kappa, S.features, S.samples, S.size, S.ridge, S.noise
z, q, s = (DegreesOfFreedom(order, kappa) for order in (1, 2, 3))
rho = Symbol("rho", positive=True)
DECAYS = ["5/4", "3/2", "2", "5/2", "3", "4"]


def same(first, second) -> bool:
    return simplify(cancel(together(first - second))) == 0


def law(name: str, result: str):
    return laws.derive(name).results[result].rhs


def explicit(name: str, result: str):
    return laws.derive(name).explicit(result).rhs


@pytest.mark.parametrize("name", laws.names())
def test_every_law_derives(name):
    derivation = laws.derive(name)
    assert derivation.name == name
    assert derivation.steps
    assert derivation.results
    assert laws.derive(name) is derivation  # derived once


def test_unknown_law_suggests_the_nearest():
    with pytest.raises(ValueError, match="`law` is 'dualty', which is not known; did you mean 'duality'"):
        laws.derive("dualty")


@pytest.mark.parametrize(
    ("alpha", "value"),
    [
        ("1/4", "6.148603"), ("1/2", "3.760902"), ("1", "2.467401"),
        ("3/2", "2.006822"), ("2", "1.768048"), ("3", "1.522017"),
    ],
)  # fmt: skip
def test_constant_of_the_degrees_of_freedom(alpha, value):
    """The continuum constant rho = (pi/a)/sin(pi/a) and its power, to the printed digits."""
    constant = laws.derive("ridgeless-kappa").constants[rho]
    exponent = 1 + Rational(alpha)
    assert abs((constant**a).subs(a, exponent).evalf(20) - Rational(value)) < Rational(6, 10**7)
    for form in (pi / a / sin(pi / a), gamma(1 + 1 / a) * gamma(1 - 1 / a)):
        assert abs((constant / form).subs(a, exponent).evalf(30) - 1) < 1e-28


def test_traces_of_a_power_law():
    """(F4): q = alpha z/(1+alpha), s = alpha(1+2 alpha) z/(2(1+alpha)^2)."""
    alpha = a - 1
    assert same(law("degrees-of-freedom-power-law", "df1"), rho * kappa ** (-1 / a))
    assert same(law("degrees-of-freedom-power-law", "df2"), alpha * S.df1 / (1 + alpha))
    assert same(
        law("degrees-of-freedom-power-law", "df3"), alpha * (1 + 2 * alpha) * S.df1 / (2 * (1 + alpha) ** 2)
    )


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("point", ["1e-20", "1e-40"])
def test_traces_of_a_power_law_against_numbers(number, decay, point):
    """All three are short of their leading terms by zeta(0) = -1/2, the next pole."""
    leading = number(explicit("degrees-of-freedom-power-law", "df1"), {a: Rational(decay), kappa: point}, 120)
    ratios = {2: "df2", 3: "df3"}
    for order in (1, 2, 3):
        exact = numerics.trace_sum(decay, point, power=order, digits=120)
        with mpmath.workdps(120):
            claimed = leading
            if order > 1:
                result = law("degrees-of-freedom-power-law", ratios[order])
                claimed = number(result, {a: Rational(decay), S.df1: leading}, 120)
            assert abs(exact - claimed + mpmath.mpf(1) / 2) < mpmath.mpf(point) * 100


@pytest.mark.parametrize("decay", DECAYS)
def test_ridgeless_root_with_its_corrections(number, decay):
    """(F5), (F7): each further correction gains the order it promises at N = 1e9 ... 1e40."""
    exponent = Rational(decay)
    value = explicit("ridgeless-kappa", "kappa")
    leading = (laws.derive("ridgeless-kappa").constants[rho] / N) ** a
    for size in (10**9, 10**20, 10**40):
        exact = numerics.solve_ridge(numerics.PowerLaw(decay), features=size, samples="inf", digits=220).kappa
        values = {a: exponent, N: size}
        with mpmath.workdps(220):
            inverse = 1 / mpmath.mpf(size)
            order = mpmath.mpf(exponent.p) / exponent.q
            assert abs(
                exact / number(leading, values, 220) - 1 + order * inverse / 2
            ) < 10 * inverse**2 + 10 * (inverse ** (order + 1))
            # beyond 1/N**2 and N**(-a-1) the next are products of these with 1/N
            rest = abs(exact / number(value, values, 220) - 1)
            assert rest < 20 * (inverse**3 + inverse ** (order + 2))


@pytest.mark.parametrize("decay", DECAYS)
def test_first_correction_at_finite_size(number, decay):
    """(F7): kappa = (rho/m)^a {1 - a[1/(2m) + (m/M)^(a-1)/((a-1) rho^a)]}."""
    written = (rho / N) ** a * (1 - a * (1 / (2 * N) + (N / M) ** (a - 1) / ((a - 1) * rho**a)))
    derived = law("ridgeless-kappa-finite-size", "kappa")
    ratio = (derived / written).subs({a: Rational(decay), N: 7, M: 1000, rho: Rational(13, 10)}).evalf(30)
    assert abs(ratio - 1) < 1e-25
    exponent = Rational(decay)
    value = explicit("ridgeless-kappa-finite-size", "kappa")
    for size, latent in ((10**9, 10**20), (10**20, 10**44)):
        exact = numerics.solve_ridge(
            numerics.PowerLaw(decay, size=latent), features=size, samples="inf", digits=100
        ).kappa
        with mpmath.workdps(100):
            values = {a: exponent, N: size, M: latent}
            order = mpmath.mpf(exponent.p) / exponent.q
            small = 1 / mpmath.mpf(size) + (mpmath.mpf(size) / latent) ** (order - 1)
            defect = abs(exact / number(value, values, 100) - 1)
            # of second order in both, and the Taylor term kappa and the next term of the tail
            assert defect < 10 * (
                small**2 + mpmath.mpf(size) ** (-order - 1) + small * (size / mpmath.mpf(latent))
            )


@pytest.mark.parametrize(("decay", "excess"), [("1.3", 0.27), ("1.5", 0.10), ("2", 0.02)])
def test_leading_root_converges_slowly(number, decay, excess):
    """(F5) is 27%, 10%, 2% high at m = 100, M = 1e4."""
    exact = numerics.solve_ridge(numerics.PowerLaw(decay, size=10**4), features=100, samples="inf").kappa
    leading = (laws.derive("ridgeless-kappa").constants[rho] / N) ** a
    ratio = number(leading, {a: Rational(decay), N: 100}) / exact
    assert float(ratio) - 1 == pytest.approx(excess, abs=0.006)


def test_root_near_the_latent_size(number):
    """(F8): kappa -> (2+alpha) lambda_M (1 - m/M); at alpha = 1, m/M = 0.99 the ratio is 1.018."""
    written = (1 + a) * M**-a * (1 - N / M)
    assert same(law("ridgeless-kappa-near-size", "kappa_large_size"), written)
    assert law("ridgeless-kappa-near-size", "kappa") == (M - N) / harmonic(M, -a)

    def exact(features, size):
        return numerics.solve_ridge(
            numerics.PowerLaw(2, size=size), features=features, samples="inf", digits=50
        ).kappa

    ratio = exact(9900, 10**4) / number(written, {a: 2, M: 10**4, N: 9900})
    assert float(ratio) == pytest.approx(1.018, abs=6e-4)
    # the limit at fixed size: harmonic numbers instead of their large-size form
    size = 30
    for gap in (Rational(1, 10**6), Rational(1, 10**12)):
        with mpmath.workdps(50):
            powers = mpmath.mpf(size * (size + 1) * (2 * size + 1)) / 6
            slope = mpmath.mpf(gap.p) / gap.q / powers
            assert abs(exact(size - gap, size) / slope - 1) < 10 * mpmath.mpf(gap.p) / gap.q


def test_reduction_below_the_samples():
    """(L2)"""
    written = (N * kappa + sigma2) / (1 - N / T)
    assert same(law("ridgeless-underparameterized", "risk"), written)


def test_reduction_above_the_samples():
    """(L3), and the factor alpha + 1/(1-T/N) of the noise."""
    assert same(law("ridgeless-overparameterized", "bias"), T * kappa / (1 - T / N))
    general = (1 - q / N) / ((1 - q / T) * (1 - T / N))
    assert same(law("ridgeless-overparameterized", "noise_factor"), general)
    alpha = a - 1
    assert same(law("ridgeless-overparameterized", "noise_factor_power_law"), alpha + 1 / (1 - T / N))


@pytest.mark.parametrize(("features", "samples"), [(100, 400), (350, 400), (400, 100), (2000, 90)])
def test_reductions_against_numbers(number, features, samples):
    point = numerics.solve_ridge(
        numerics.PowerLaw("3/2", size=6000), features=features, samples=samples, noise="1/3", digits=40
    )
    values = {N: features, T: samples, kappa: point.kappa, sigma2: Rational(1, 3), z: point.df1, q: point.df2}
    with mpmath.workdps(40):
        if features < samples:
            assert mpmath.almosteq(
                number(law("ridgeless-underparameterized", "risk"), values), point.risk, 1e-30
            )
            return
        bias = number(law("ridgeless-overparameterized", "bias"), values)
        factor = number(law("ridgeless-overparameterized", "noise_factor"), values)
        assert mpmath.almosteq(bias, point.bias, mpmath.mpf("1e-30"))
        assert mpmath.almosteq(factor / 3, point.variance + mpmath.mpf(1) / 3, mpmath.mpf("1e-30"))


@pytest.mark.parametrize("decay", DECAYS)
def test_noise_factor_of_a_power_law_is_approached_at_its_rate(number, decay):
    """q = (a-1)z/a - 1/(2a) + ...: the next term is of relative order 1/T."""
    for samples in (10**9, 10**40):
        point = numerics.solve_ridge(
            numerics.PowerLaw(decay), features=3 * samples, samples=samples, noise=1, digits=120
        )
        values = {a: Rational(decay), N: 3 * samples, T: samples}
        with mpmath.workdps(120):
            claimed = number(law("ridgeless-overparameterized", "noise_factor_power_law"), values, 120)
            defect = abs((1 + point.variance) / claimed - 1) * samples
            assert mpmath.mpf("0.01") < defect < 10


def test_signal_part_on_a_power_law():
    """(L4)"""
    alpha = a - 1
    written = rho**a * z**-alpha * N * T / ((1 + alpha) * N * T - alpha * (N + T) * z + (alpha - 1) * z**2)
    assert same(law("power-law-risk", "bias").subs((rho / z) ** a, rho**a * z**-a), written)


@pytest.mark.parametrize("decay", DECAYS)
def test_signal_part_on_a_power_law_against_numbers(number, decay):
    for size in (10**9, 10**30):
        ridge = mpmath.mpf(size) ** -2
        point = numerics.solve_ridge(
            numerics.PowerLaw(decay), features=2 * size, samples=3 * size, ridge=ridge, digits=80
        )
        values = {a: Rational(decay), N: 2 * size, T: 3 * size, z: point.df1}
        with mpmath.workdps(80):
            ratio = point.bias / number(explicit("power-law-risk", "bias"), values, 80)
            assert abs(ratio - 1) < 10 / point.df1
            assert point.df1 > 1000


def test_duality_of_the_signal():
    """(L7) at the level of the deterministic equivalent: with ridge*N fixed the signal is symmetric."""
    assert law("duality", "defect") == 0
    assert law("duality", "fixed_point_defect") == 0
    denominator = N * T - (N + T) * q + 2 * z * q - z**2
    swapped = denominator.subs({N: T, T: N}, simultaneous=True)
    noise = sigma2 * ((q * (N - 2 * z) + z**2) / denominator - (q * (T - 2 * z) + z**2) / swapped)
    assert same(law("duality", "noise_defect"), noise)


def test_duality_in_numbers():
    spectrum = numerics.PowerLaw("3/2", size=5000)
    there = numerics.solve_ridge(spectrum, features=150, samples=400, ridge="1/150", digits=40)
    back = numerics.solve_ridge(spectrum, features=400, samples=150, ridge="1/400", digits=40)
    assert abs(there.bias / back.bias - 1) < mpmath.mpf("1e-38")
    noisy = [
        numerics.solve_ridge(spectrum, features=n, samples=t, ridge=f"1/{n}", noise=1).variance
        for n, t in ((150, 400), (400, 150))
    ]
    assert abs(noisy[0] / noisy[1] - 1) > 0.1


def test_minimum_of_the_double_descent():
    """(L8): N = alpha T/(1+alpha), (1+alpha)^(1+alpha) alpha^(-alpha) above the plateau."""
    alpha = a - 1
    assert same(law("double-descent", "minimum"), alpha * T / (1 + alpha))
    ratio = (1 + alpha) ** (1 + alpha) * alpha**-alpha
    assert simplify(law("double-descent", "ratio") / ratio) == 1
    for value, printed in ((2, 4), (3, 6.75), (Rational(3, 2), 2.598)):
        assert float(law("double-descent", "ratio").subs(a, value)) == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize("decay", ["3/2", "2", "3"])
def test_minimum_of_the_double_descent_in_numbers(decay):
    samples = 10**12
    spectrum = numerics.PowerLaw(decay)

    def loss(features):
        return numerics.solve_ridge(spectrum, features=features, samples=samples, digits=60).risk

    place = law("double-descent", "minimum").subs({a: Rational(decay), T: samples})
    below, at, above = (loss(place * (1 + shift)) for shift in (-Rational(1, 10**4), 0, Rational(1, 10**4)))
    assert below > at < above
    plateau = numerics.solve_ridge(spectrum, features="inf", samples=samples, digits=60).risk
    ratio = law("double-descent", "ratio").subs(a, Rational(decay)).evalf(30)
    assert abs(float(at / plateau / mpmath.mpf(str(ratio)) - 1)) < 1e-11


def test_peak_has_exponent_and_constant():
    """(L5): R -> N kappa (N/2) sqrt(kappa/(delta N)), without noise."""
    written = N * kappa * N / 2 * (kappa / (delta * N)) ** Rational(1, 2)
    derived = law("interpolation-peak", "risk")
    assert same(derived.subs(sigma2, 0), written)
    assert law("interpolation-peak", "exponent") == -Rational(1, 2)
    assert same(derived, written * (1 + sigma2 / (N * kappa)))


@pytest.mark.parametrize("noise", ["0", "1/100"])
def test_peak_in_numbers(number, noise):
    spectrum = numerics.PowerLaw(2, size=6000)
    root = numerics.solve_ridge(spectrum, features=200, samples=10**4, digits=50).kappa
    defects = []
    for ridge in ("1e-16", "1e-24", "1e-32"):
        exact = numerics.solve_ridge(
            spectrum, features=200, samples=200, ridge=ridge, noise=noise, digits=50
        ).risk
        values = {N: 200, kappa: root, delta: Rational(ridge), sigma2: Rational(noise)}
        with mpmath.workdps(50):
            defects.append(abs(exact / number(law("interpolation-peak", "risk"), values) - 1))
    # the next term is of relative order sqrt(delta)
    for larger, smaller in pairwise(defects):
        assert float(larger / smaller) == pytest.approx(1e4, rel=0.01)
    assert defects[0] < 1e-5


@pytest.mark.parametrize(("gamma_ridge", "ratio"), [("1e-10", 1.001), ("1e-8", 1.010), ("1e-6", 1.107)])
def test_peak_at_the_ridges_as_tabulated(number, gamma_ridge, ratio):
    """M = 6000, N = T = 400, sigma_u = 1: the approach to (L5), with gamma = delta N/M."""
    spectrum = numerics.PowerLaw(2, size=6000)
    ridge = Rational(gamma_ridge) * 6000 / 400
    exact = numerics.solve_ridge(spectrum, features=400, samples=400, ridge=ridge).risk
    root = numerics.solve_ridge(spectrum, features=400, samples="inf").kappa
    values = {N: 400, kappa: root, delta: ridge, sigma2: 0}
    assert float(exact / number(law("interpolation-peak", "risk"), values)) == pytest.approx(ratio, abs=6e-4)


def test_one_exponent_for_both_resources():
    for resource, name in ((N, "features"), (T, "samples")):
        assert law("one-exponent", f"exponent_in_{name}") == 1 - a
        assert simplify(law("one-exponent", f"risk_in_{name}") / (rho**a * resource ** (1 - a))) == 1


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("name", ["features", "samples"])
def test_one_exponent_in_numbers(number, decay, name):
    """Slope between 1e9 and 1e40 and the constant, with the rate 1/N of the next term."""
    other = {"features": "samples", "samples": "features"}[name]
    symbol = {"features": N, "samples": T}[name]
    sizes = (10**9, 10**40)
    risks = [
        numerics.solve_ridge(numerics.PowerLaw(decay), **{name: size, other: "inf"}, digits=90).risk
        for size in sizes
    ]
    with mpmath.workdps(90):
        slope = mpmath.log(risks[1] / risks[0]) / mpmath.log(mpmath.mpf(sizes[1]) / sizes[0])
        exponent = law("one-exponent", f"exponent_in_{name}").subs(a, Rational(decay))
        assert abs(slope - mpmath.mpf(exponent.p) / exponent.q) < 1e-10
        for size, risk in zip(sizes, risks, strict=True):
            claimed = number(
                explicit("one-exponent", f"risk_in_{name}"), {a: Rational(decay), symbol: size}, 90
            )
            assert mpmath.mpf("0.1") < abs(risk / claimed - 1) * size < 10


@pytest.mark.parametrize(
    ("decay", "slope"), [("1.25", -0.2911), ("1.5", -0.5092), ("2", -0.9946), ("3", -1.9903)]
)
def test_fitted_slopes_as_tabulated(decay, slope):
    """Fits over N = 50..800 at M = 2e5 and T = infinity: near the exponents and not on them."""
    sizes = [50, 100, 200, 400, 800]
    risks = [
        float(numerics.solve_ridge(numerics.PowerLaw(decay, size=200_000), features=n, samples="inf").risk)
        for n in sizes
    ]
    assert np.polyfit(np.log(sizes), np.log(risks), 1)[0] == pytest.approx(slope, abs=6e-5)
    assert float(law("one-exponent", "exponent_in_features").subs(a, Rational(decay))) == pytest.approx(
        slope, abs=0.05
    )


@pytest.mark.parametrize(
    ("features", "samples", "root", "loss"),
    [
        (100, 400, 2.40963335e-4, 2.67737039e-6),
        (400, 1600, 1.45391876e-5, 6.46186116e-7),
        (200, 6000, 5.97040730e-5, 1.02938057e-6),
        (1600, 400, 1.45391876e-5, 6.46186116e-7),
    ],
)
def test_reference_table_as_tabulated_without_ridge(number, features, samples, root, loss):
    """M = 6000, a = 2, L = R/(2M): the derived law at the numeric root gives the printed loss."""
    point = numerics.solve_ridge(numerics.PowerLaw(2, size=6000), features=features, samples=samples)
    assert float(point.kappa) == pytest.approx(root, rel=3e-9)
    if features < samples:
        derived = law("ridgeless-underparameterized", "risk").subs(sigma2, 0)
    else:
        derived = law("ridgeless-overparameterized", "bias")
    risk = number(derived, {N: features, T: samples, kappa: point.kappa})
    assert float(risk / 12000) == pytest.approx(loss, rel=3e-9)


def test_leading_steps_are_marked_so():
    for name in ("ridgeless-kappa", "one-exponent", "power-law-risk", "double-descent"):
        assert any(step.rigour is Rigour.LEADING for step in laws.derive(name).steps)
    for name in ("duality", "ridgeless-underparameterized", "optimal-ridge", "optimal-ridge-with-noise"):
        assert all(step.rigour is not Rigour.LEADING for step in laws.derive(name).steps)
