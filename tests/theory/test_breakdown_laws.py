"""Laws beyond the latent dimension: each formula is written here and derived there."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Rational, cancel, harmonic, simplify, together

from scalinglaws import numerics
from scalinglaws.theory import laws
from scalinglaws.theory import symbols as S

a, kappa, N, T, M, sigma2 = S.decay, S.kappa, S.features, S.samples, S.size, S.noise


def same(first, second) -> bool:
    return simplify(cancel(together(first - second))) == 0


def law(name: str, result: str):
    return laws.derive(name).results[result].rhs


def test_breakdown_without_and_with_noise():
    """No risk without noise; sigma^2 T/(T-M) with it, whatever N."""
    assert law("breakdown", "bias") == 0
    assert same(law("breakdown", "risk"), sigma2 * T / (T - M))
    assert same(law("breakdown", "variance"), sigma2 * M / (T - M))
    assert same(law("breakdown", "leading"), sigma2 * M / T)
    assert law("breakdown", "exponent") == -1


@pytest.mark.parametrize("decay", ["1/2", "3/2", "3"])
@pytest.mark.parametrize(("features", "samples"), [(70, 90), (90, 70), (10**6, 10**9), (61, 10**12)])
def test_breakdown_in_numbers(number, decay, features, samples):
    """A tiny ridge approaches what the law says without one, for every spectrum of that size."""
    spectrum = numerics.PowerLaw(decay, size=60)
    values = {T: samples, M: 60, sigma2: Rational(1, 2)}
    exact = numerics.solve_ridge(spectrum, features=features, samples=samples, noise="1/2", digits=40)
    near = numerics.solve_ridge(
        spectrum, features=features, samples=samples, noise="1/2", ridge="1e-30", digits=40
    )
    with mpmath.workdps(40):
        for point, accuracy in ((exact, "1e-38"), (near, "1e-18")):
            assert abs(point.risk / number(law("breakdown", "risk"), values) - 1) < mpmath.mpf(accuracy)
        assert near.bias < mpmath.mpf("1e-18")


@pytest.mark.parametrize("decay", ["3/2", "2", "3"])
def test_breakdown_with_the_optimal_ridge(number, decay):
    """E = M sigma^2/T + (M^2 sigma^2 - sigma^4 H)/T^2 + O(T^-3), H the sum of the inverse eigenvalues."""
    name = "breakdown-with-optimal-ridge"
    assert same(law(name, "leading"), M * sigma2 / T)
    assert law(name, "exponent") == -1
    assert same(law(name, "next"), sigma2 * M**2 - sigma2**2 * harmonic(M, -a))
    latent, noise = 40, Rational(3, 2)
    with mpmath.workdps(60):
        exponent = Rational(decay)
        inverse = mpmath.fsum(
            mpmath.mpf(k) ** (mpmath.mpf(exponent.p) / exponent.q) for k in range(1, latent + 1)
        )
        defects = []
        for samples in (10**9, 10**12):
            found = numerics.optimal_ridge(
                numerics.PowerLaw(decay, size=latent), features="inf", samples=samples, noise="3/2", digits=60
            )
            values = {M: latent, sigma2: noise, T: samples, harmonic(latent, -exponent): inverse}
            two_terms = law(name, "leading") + law(name, "next").subs({M: latent, a: exponent}) / T**2
            defects.append(abs(found.point.excess - number(two_terms, values)) * mpmath.mpf(samples) ** 3)
            assert found.point.excess < number(law("breakdown", "variance"), values)
        # the third order has a constant
        assert defects[1] > 1
        assert float(defects[0] / defects[1]) == pytest.approx(1, abs=0.01)


def test_breakdown_helps_small_decays_and_hurts_large_ones():
    """Against the power law T^(1-a) the universal 1/T is faster for alpha < 1 and slower for alpha > 1."""
    universal = law("breakdown", "exponent")
    power = law("one-exponent", "exponent_in_samples")
    assert universal < power.subs(a, Rational(3, 2))
    assert universal > power.subs(a, 3)
    assert universal == power.subs(a, 2)


def test_resources_beyond_the_latent_size_are_nothing_special():
    """min(N,T) < M: the law below holds unchanged while the larger resource passes M."""
    spectrum = numerics.PowerLaw(2, size=1000)
    for samples in (900, 1000, 1100, 10**6):
        point = numerics.solve_ridge(spectrum, features=100, samples=samples, digits=30)
        written = law("ridgeless-underparameterized", "risk").subs({sigma2: 0, N: 100, T: samples})
        assert abs(float(written.subs(kappa, 1)) * float(point.kappa) / float(point.risk) - 1) < 1e-14
