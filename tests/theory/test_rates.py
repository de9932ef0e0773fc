"""Rates of the ridge model against the exact fixed point at 10^40 samples."""

from __future__ import annotations

import random
from functools import cache

import mpmath
import pytest
from sympy import Eq, Float, Integer, Ne, Rational, Symbol, exp, oo, sqrt

from scalinglaws.numerics import PowerLaw as NumericPowerLaw
from scalinglaws.numerics import solve_ridge
from scalinglaws.theory import PowerLaw, RandomFeatureRidge, Rates, symbols
from scalinglaws.theory.ridge_balance import RHO, SHARE, rho_value

a, b, T, N = symbols.decay, symbols.source, symbols.samples, symbols.features
q = Symbol("q", positive=True)
ridge_exponent = Symbol("l", real=True)
MODEL = RandomFeatureRidge(spectrum=PowerLaw(source=b))
#: How far, in exponents, a point must be from where the leading term changes.
MARGIN = Rational(1, 8)
#: log10 of the samples at which slopes are taken.
FAR = 40


@cache
def kernel_rates() -> Rates:
    return MODEL.rates(features=oo, ridge=T**-ridge_exponent)


@cache
def sketch_rates() -> Rates:
    return MODEL.rates(features=N, samples=oo, ridge=0)


@cache
def all_rates() -> Rates:
    return MODEL.rates(features=T**q, ridge=T**-ridge_exponent)


def power(base: mpmath.mpf, exponent: Rational) -> mpmath.mpf:
    return mpmath.power(base, mpmath.mpf(int(exponent.p)) / int(exponent.q))


def number(expression) -> mpmath.mpf:
    return mpmath.mpf(str(expression.evalf(30)))


def share(rate, values) -> mpmath.mpf:
    """The root in (0, 1) of the equation that defines the share, by bisection."""
    (equation,) = rate.implicit
    rho = rho_value(values[a]).evalf(40)
    left = (equation.lhs - equation.rhs).evalf(40, subs={**values, RHO: rho})

    def sign(x: mpmath.mpf) -> bool:
        return number(left.subs(SHARE, Float(str(x), 40))) < 0

    low, high = mpmath.mpf(10) ** -30, 1 - mpmath.mpf(10) ** -30
    below = sign(low)
    assert sign(high) != below
    for _ in range(110):
        middle = (low + high) / 2
        low, high = (middle, high) if sign(middle) == below else (low, middle)
    return low


def predicted(rate, values, variable) -> mpmath.mpf:
    """The leading term at a size, with the noise put to 1 and implicit constants solved for."""
    lead = rate.expansion.leading_monomial
    others = {symbols.noise: Integer(1)}
    if rate.implicit:
        others[SHARE] = Float(str(share(rate, values)), 40)
    constant = number(rate.evaluate(others, digits=25))
    return constant * power(variable, lead.exponent) * mpmath.log(variable) ** int(lead.log_power)


def measured(values, size, *, features, samples, with_ridge=True):
    """The exact deterministic equivalent at a size, noise 1."""
    with_features = mpmath.inf if features is oo else power(size, features)
    with_samples = mpmath.inf if samples is oo else power(size, samples)
    ridge = power(size, -values[ridge_exponent]) if with_ridge else 0
    return solve_ridge(
        NumericPowerLaw(values[a]),
        features=with_features,
        samples=with_samples,
        ridge=ridge,
        noise=1,
        source=values[b],
        digits=25,
    )


def check(rates, values, *, features, samples, with_ridge=True, parts=("bias", "variance"), margin=MARGIN):
    """Slope and constant at 10^40 agree with the rates to what their own error terms predict."""
    found = {name: getattr(rates, name).at(values) for name in parts}
    # what is left out is below the leading term in every region, or next to it by a logarithm
    for rate in found.values():
        assert all(
            exponent < 0 or (exponent == 0 and rate.log_power > 0) for exponent in rate.error_exponents
        )
    if any(rate.log_power == 0 and max(rate.error_exponents) > -margin for rate in found.values()):
        return False
    with mpmath.workdps(40):
        sizes = [mpmath.mpf(10) ** exponent for exponent in (FAR, FAR + 1)]
        near, far = (
            measured(values, size, features=features, samples=samples, with_ridge=with_ridge)
            for size in sizes
        )
        for name, rate in found.items():
            exponent = number(rate.exponent())
            slope = mpmath.log10(getattr(far, name) / getattr(near, name))
            tolerance = mpmath.mpf("1e-3") if rate.log_power == 0 else mpmath.mpf("0.02")
            assert abs(slope - exponent) < tolerance, (name, values, rate.regime, slope, exponent)
            ratio = getattr(near, name) / predicted(rate, values, sizes[0])
            if rate.log_power == 0:
                allowed = 1000 * power(sizes[0], max(rate.error_exponents)) + mpmath.mpf("1e-15")
            else:
                allowed = mpmath.mpf("0.2")
            assert abs(ratio - 1) < allowed, (name, values, rate.regime, ratio)
    return True


def random_values(generator):
    def draw(low, high):
        return Rational(generator.randint(int(1000 * low), int(1000 * high)), 1000) + Rational(1, 9973)

    return {a: 1 + draw(0.1, 3), b: 1 + draw(0.1, 8), q: draw(0.2, 3), ridge_exponent: draw(-3, 6)}


@pytest.mark.slow
def test_kernel_rates_agree_with_the_fixed_point_at_random_parameters():
    generator = random.Random(2026)
    checked = sum(
        check(
            kernel_rates(),
            random_values(generator),
            features=oo,
            samples=Integer(1),
            parts=("bias", "variance", "excess"),
        )
        for _ in range(60)
    )
    assert checked >= 40


def test_sketch_rates_agree_with_the_fixed_point_at_random_parameters():
    generator = random.Random(7)
    checked = sum(
        check(
            sketch_rates(),
            random_values(generator),
            features=Integer(1),
            samples=oo,
            with_ridge=False,
            parts=("bias",),
        )
        for _ in range(40)
    )
    assert checked >= 30


@pytest.mark.slow
def test_rates_agree_with_the_fixed_point_at_300_random_parameters():
    generator = random.Random(40)
    checked = 0
    while checked < 300:
        values = random_values(generator)
        checked += check(
            all_rates(),
            values,
            features=values[q],
            samples=Integer(1),
            parts=("bias", "variance", "excess"),
        )


@pytest.mark.slow
def test_excess_is_the_larger_of_bias_and_variance_everywhere():
    generator = random.Random(12)
    rates = all_rates()
    for number in range(300):
        values = random_values(generator)
        if number % 3 == 0:
            # coarse values lie on boundaries
            values = {symbol: Rational(round(2 * value), 2) for symbol, value in values.items()}
            values = {**values, a: values[a] + 1, b: values[b] + 1, q: max(values[q], Rational(1, 2))}
        parts = {name: getattr(rates, name).at(values) for name in ("bias", "variance")}
        orders = {name: (rate.exponent(), rate.log_power) for name, rate in parts.items()}
        leading = [name for name, order in orders.items() if order == max(orders.values())]
        excess = rates.excess.at(values)
        assert (excess.exponent(), excess.log_power) == max(orders.values())
        assert excess.dominant == " and ".join(leading)
        constants = sum(parts[name].evaluate({symbols.noise: 1, SHARE: Rational(1, 3)}) for name in leading)
        assert abs(excess.evaluate({symbols.noise: 1, SHARE: Rational(1, 3)}) / constants - 1) < 1e-10


@pytest.mark.slow
@pytest.mark.parametrize(
    "fixed",
    [
        {q: Integer(1)},
        {b: None, a: None},
        {q: Integer(1), "critical": True},
        {"critical": True},
    ],
)
def test_rates_on_the_surfaces_between_regions_agree_with_the_fixed_point(fixed):
    generator = random.Random(11)
    checked = 0
    while checked < 8:
        values = random_values(generator)
        values.update({symbol: value for symbol, value in fixed.items() if isinstance(value, Integer)})
        if b in fixed:
            values[b] = values[a] + 1
        if "critical" in fixed:
            values[ridge_exponent] = values[a] * min(values[q], Integer(1)) - 1
        checked += check(all_rates(), values, features=values[q], samples=Integer(1))


def test_sketch_has_the_exponent_of_one_resolvent_and_a_logarithm_where_poles_meet():
    exponents = {
        piece.conditions: (piece.value.exponent(), piece.value.log_power) for piece in sketch_rates().bias
    }
    assert exponents[(b < a + 1,)] == (1 - b, 0)
    assert exponents[(Eq(b, a + 1),)] == (-a, 1)
    steep = sketch_rates().bias.at({a: 2, b: Rational(9, 2)})
    assert steep.exponent() == -2


def test_regression_saturates_later_than_projection():
    """A projection saturates at b = a+1, a regression at b = 2a+1."""
    values = {a: Integer(2), b: Rational(9, 2), ridge_exponent: Integer(5)}
    assert kernel_rates().bias.at(values).exponent() == -Rational(7, 2)
    assert sketch_rates().bias.at(values).exponent() == -2
    values[b] = Integer(7)
    assert kernel_rates().bias.at(values).exponent() == -4


def test_beside_infinitely_many_samples_no_ridge_matters():
    with_ridge = MODEL.rates(features=N, samples=oo, ridge=N**-ridge_exponent)
    values = {a: 2, b: Rational(5, 2), ridge_exponent: 1}
    assert with_ridge.bias.at(values).leading == sketch_rates().bias.at(values).leading


def test_sketch_has_no_variance():
    rate = sketch_rates().variance.at({a: 2, b: 2})
    assert rate.vanishes
    assert rate.leading == 0


def test_regions_that_say_the_same_are_united():
    """The variance knows nothing of the source."""
    for piece in kernel_rates().variance:
        assert not any(b in condition.free_symbols for condition in piece.conditions)
    assert len(kernel_rates().variance) == 5


@pytest.mark.parametrize(("decay", "source"), [(2, Integer(2)), (2, Rational(3, 2)), (3, Integer(6))])
def test_where_bias_and_variance_tie_their_constants_add_up(decay, source):
    values = {a: Integer(decay), b: source, ridge_exponent: (decay - source) / source}
    assert kernel_rates().excess.at(values).dominant == "bias and variance"
    assert check(kernel_rates(), values, features=oo, samples=Integer(1), parts=("excess",))


def test_some_parameters_may_be_put_in_and_others_left():
    """The order of what is left stays known on the domain."""
    checked = 0
    for piece in kernel_rates().bias:
        try:
            rate = piece.value.subs({a: Integer(2)})
        except ValueError:
            continue  # the piece is empty there
        assert rate.exponent() == piece.value.exponent().subs(a, 2)
        assert rate.leading != 0
        checked += 1
    assert checked > 10


def test_noise_leads_where_the_ridge_is_small():
    excess = kernel_rates().excess
    assert excess.at({a: 2, b: 2, ridge_exponent: 2}).dominant == "variance"
    assert excess.at({a: 2, b: 2, ridge_exponent: Rational(-1, 2)}).dominant == "bias"
    assert excess.at({a: 2, b: 2, ridge_exponent: 0}).dominant == "bias and variance"


@pytest.mark.parametrize("ratio", [Rational(1, 3), Integer(1), Integer(3)])
@pytest.mark.parametrize("source", [Rational(3, 2), Rational(7, 2)])
def test_scaling_functions_at_a_fixed_ratio(ratio, source):
    """One formula for every ratio, with the share of the samples as the root of its equation."""
    r, c = Symbol("r", positive=True), Symbol("c", positive=True)
    rates = MODEL.rates(features=r * T, ridge=c * T ** (1 - a))
    values = {a: Integer(2), b: source, r: ratio, c: Rational(1, 2), symbols.noise: Integer(1)}
    exponents = {a: values[a], b: source}
    size = mpmath.mpf(10) ** 12
    exact = solve_ridge(
        NumericPowerLaw(2),
        features=int(ratio * 3) * size / 3,
        samples=size,
        ridge=1 / (2 * size),
        noise=1,
        source=source,
        digits=25,
    )
    rho = rho_value(Integer(2)).evalf(30)
    (equation,) = rates.bias.at(exponents).implicit
    with mpmath.workdps(25):
        share_of_samples = exact.df1 / size
        put = {**values, SHARE: Float(str(share_of_samples), 25), RHO: rho}
        assert abs(number((equation.lhs - equation.rhs).subs(put))) < 1e-9
        for name in ("bias", "variance"):
            rate = getattr(rates, name).at(exponents)
            constant = number(rate.evaluate(put, digits=20))
            leading = constant * power(size, rate.exponent())
            assert abs(getattr(exact, name) / leading - 1) < 1e-5


def test_a_symbolic_ratio_needs_a_ridge_that_matters():
    r = Symbol("r", positive=True)
    with pytest.raises(ValueError, match="`features` over `samples` is r where they grow alike and one of"):
        MODEL.rates(features=r * T, ridge=T ** (-a))
    with pytest.raises(ValueError, match="give it as a number"):
        MODEL.rates(features=r * T, ridge=0)


def test_equal_resources_without_ridge_are_refused_unless_excluded():
    with pytest.raises(ValueError, match="`ridge`"):
        MODEL.rates(features=T**q, ridge=0, where=[b < a + 1])
    rates = MODEL.rates(features=T**q, ridge=0, where=[b < a + 1, Ne(q, 1)])
    assert rates.bias.at({a: 2, b: 2, q: Rational(1, 2)}).exponent() == -Rational(1, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": T**-1, "ridge": 0}, "`features`"),
        ({"features": Integer(3), "ridge": 0}, "`features`"),
        ({"features": oo, "samples": oo, "ridge": 0}, "`samples`"),
        ({"features": T**q, "ridge": 0, "where": [a < 1]}, "`where`"),
        ({"features": T**q, "ridge": T, "where": [q > 1, q < Rational(1, 2)]}, "`where` is contradictory"),
        (
            {"features": -(T**q), "ridge": 0},
            "`features` is -T[*][*]q; give a positive number",
        ),
        ({"features": T**q + T, "ridge": 0}, "`features` is .*; give a positive number times a power of T"),
        ({"features": T**q, "ridge": -T}, "`ridge` is -T; give a positive number times a power of T"),
        ({"features": Symbol("s") * T, "ridge": 0}, "`features` is .*; give a positive number times a power"),
        ({"features": T**-q, "ridge": 0}, r"`features` is T\*\*\(-q\), which does not grow with T"),
        ({"features": T ** exp(q), "ridge": 0}, "contains `exp\\(q\\)`, which is not a rational function"),
        ({"features": T ** sqrt(a), "ridge": 0}, "contains `sqrt\\(a\\)`, which is not a rational function"),
        ({"features": N**q, "samples": T**2, "ridge": 0}, "must be powers of one growing variable"),
    ],
)
def test_settings_without_rates_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MODEL.rates(**arguments)


def test_point_outside_the_domain_is_refused():
    with pytest.raises(ValueError, match="`values`"):
        sketch_rates().bias.at({a: Rational(1, 2), b: 2})
    with pytest.raises(ValueError, match="lacks b"):
        sketch_rates().bias.at({a: 2})


def test_resources_in_a_fixed_ratio_agree_with_the_fixed_point():
    """N = 2T without a binding ridge: both shares stay of order one, unlike at N = T."""
    rates = MODEL.rates(features=2 * T, ridge=T**-4, where=[a < 4, b < a + 1])
    values = {a: Rational(5, 2), b: Rational(2)}
    size = mpmath.mpf(10) ** FAR
    point = solve_ridge(
        NumericPowerLaw("2.5"),
        features=2 * size,
        samples=size,
        ridge=size**-4,
        noise=1,
        source=2,
        digits=25,
    )
    for name in ("bias", "variance"):
        rate = getattr(rates, name).at(values)
        assert abs(getattr(point, name) / predicted(rate, values, size) - 1) < mpmath.mpf("1e-12")


def test_resources_in_an_unknown_ratio_are_refused():
    ratio = Symbol("r", positive=True)
    with pytest.raises(ValueError, match="`features` over `samples` is r"):
        MODEL.rates(features=ratio * T, ridge=T**-4)


def test_models_and_rates_show_themselves_in_a_notebook():
    from latex2mathml.converter import convert

    for shown in (MODEL._repr_latex_(), sketch_rates().bias._repr_latex_()):
        assert convert(shown.strip("$").removeprefix("\\displaystyle ")).startswith("<math")
