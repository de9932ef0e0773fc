"""Rates of one-pass SGD: exponents by region, and constants against the equivalent at $n\\approx2^{27}$."""

from __future__ import annotations

from functools import cache

import pytest
from sympy import Rational, log, oo, zeta

from scalinglaws import numerics
from scalinglaws.theory import OnePassSGD, derivation
from scalinglaws.theory import symbols as S
from scalinglaws.theory.phase_models import MODELS, features_exponent, step_size_exponent
from scalinglaws.theory.ridge_balance import RHO, rho_value
from scalinglaws.theory.sgd import parts, sgd_rates

a, b, n = S.decay, S.source, S.effective_samples
q, g = features_exponent, step_size_exponent
gamma = S.step_size


@cache
def sketched():
    return sgd_rates(features=n**q)


@cache
def unsketched():
    return sgd_rates(features=oo)


@pytest.mark.parametrize(
    ("decay", "source", "exponent", "leader"),
    [
        ("2", "3/2", "-1/4", "bias"),
        ("2", "2", "-1/2", "bias and variance"),
        ("2", "5/2", "-1/2", "variance"),
        ("2", "3", "-1/2", "variance"),
        ("2", "5", "-1/2", "variance"),
    ],
)
def test_excess_without_a_sketch(decay, source, exponent, leader):
    rate = unsketched().excess.at({a: decay, b: source})
    assert rate.exponent() == Rational(exponent)
    assert rate.dominant == leader


@pytest.mark.parametrize(
    ("source", "exponent"),
    [("3/2", "-1/4"), ("2", "-1/2"), ("3", "-1"), ("7/2", "-5/4"), ("4", "-3/2"), ("6", "-3/2")],
)
def test_bias_saturates_beyond_twice_the_decay(source, exponent):
    """Descent falls on with b; the answer to the noise of the first stage does not."""
    assert unsketched().bias.at({a: 2, b: source}).exponent() == Rational(exponent)


@pytest.mark.parametrize(
    ("source", "exponent", "log_power"), [("3/2", "-1/6", 0), ("3", "-2/3", 1), ("4", "-2/3", 0)]
)
def test_approximation_saturates_beyond_one_more_than_the_decay(source, exponent, log_power):
    rate = sketched().approximation.at({a: 2, b: source, q: "1/3"})
    assert (rate.exponent(), rate.log_power) == (Rational(exponent), log_power)


@pytest.mark.parametrize(
    ("at", "bias", "variance"),
    [
        ({a: 2, b: "3/2", q: "1/3"}, "-5/6", "-2/3"),  # all modes learned
        ({a: 2, b: 2, q: 1}, "-1/2", "-1/2"),  # the run ends before
        ({a: 2, b: 2, q: "1/2"}, "-1/2", "-1/2"),  # between
        ({a: 2, b: 4, q: "3/5"}, "-11/10", "-1/2"),  # leakage
        ({a: 2, b: "7/2", q: "9/10"}, "-5/4", "-1/2"),  # descent beside leakage
        ({a: 2, b: 6, q: 2}, "-3/2", "-1/2"),  # response
    ],
)
def test_regimes_of_the_sketch(at, bias, variance):
    rates = sketched()
    assert rates.bias.at(at).exponent() == Rational(bias)
    assert rates.variance.at(at).exponent() == Rational(variance)
    crossover = at[q] == "1/2"
    assert rates.bias.at(at).is_bound == crossover


def test_the_paper_upper_bound_on_the_bias_is_not_reached_without_a_sketch():
    """At b = a+1 the bound log(n)/n has a logarithm too many; beyond it 1/n is too large."""
    rate = unsketched().bias.at({a: 2, b: 3})
    assert (rate.exponent(), rate.log_power) == (-1, 0)
    assert unsketched().bias.at({a: 2, b: "7/2"}).exponent() < -1


def test_constants_are_those_of_the_equivalent():
    power, step = 32, Rational(1, 10)
    at = {a: 2, b: "5/2", q: 1}
    put = {gamma: step, S.noise: 1, RHO: rho_value(Rational(2)), n: Rational(2**power, power)}
    run = numerics.solve_sgd(
        numerics.PowerLaw(2),
        source="2.5",
        features=2**power // power,
        samples=2**power,
        step_size=step,
        noise=1,
    )
    # sum x/(2(1-x)) is a series of zetas; stages of half the size count 2^(-1/2) each
    stages = 0
    for level in range(40):
        load = sum((step / 2**level) ** j * zeta(2 * j).evalf(20) / 2 for j in range(1, 30))
        stages += 2 ** -(level / 2) / (1 - load)
    for part in ("approximation", "bias", "variance"):
        law = getattr(sketched(), part).at(at).leading.subs(parts.STAGES, stages).subs(put)
        assert abs(getattr(run, part) / float(law.evalf(20)) - 1) < 1e-3, part


def test_small_steps_need_no_amplification():
    rates = sgd_rates(features=oo, step_size=gamma * n ** -Rational(1, 4))
    at = {a: 2, b: 2}
    assert rates.variance.at(at).exponent() == Rational(-5, 8)
    assert rates.variance.at(at).equations == ()
    assert rates.bias.at(at).exponent() == Rational(-3, 8)


def test_best_step_size_without_a_sketch():
    """Where the signal is easy small steps are better, n^(a/b-1), and reach the rate (1-b)/b."""
    rates = sgd_rates(features=oo, step_size=gamma * n**-g, where=[b < 2 * a])
    best = rates.best(g)
    easy = best.at({a: 2, b: "5/2"})
    assert (easy.exponent, easy.choice.args) == (Rational(-3, 5), (Rational(1, 5),))
    assert best.at({a: 2, b: "3/2"}).exponent == Rational(-1, 4)


@pytest.mark.parametrize(
    ("options", "naming"),
    [
        ({"features": n**-1}, "`features` is 1/n; it must grow"),
        ({"features": n + 1}, "`features` is n [+] 1; give a positive number times a power"),
        ({"features": oo, "step_size": n}, "`step_size` is n; it must not grow"),
        ({"features": oo, "step_size": 1 / n}, "`step_size` is 1/n; it must not grow, and fall slower"),
        ({"features": n * log(n)}, "`features`"),
    ],
)
def test_sizes_that_do_not_grow_as_they_should_are_refused(options, naming):
    with pytest.raises(ValueError, match=naming):
        sgd_rates(**options)


def test_rates_are_those_of_the_model():
    model = OnePassSGD()
    assert model.rates(features=oo).bias.at({a: 2, b: 3}) == unsketched().bias.at({a: 2, b: 3})
    with pytest.raises(ValueError, match="`schedule` is 'constant'; rates are those of the geometric"):
        OnePassSGD(schedule="constant").rates(features=oo)


@pytest.mark.parametrize("part", MODELS["sgd-unsketched"].parts)
def test_derivations_agree_with_the_rates(part):
    at = {"a": 2, "b": "5/2", "g": 0}
    found = derivation(f"sgd-unsketched.{part}", at=at)
    rate = getattr(unsketched(), part).at({a: 2, b: "5/2"})
    assert found.steps
    assert found.check() == (None,) * len(found.steps)
    if part == "approximation":
        assert found.results["rate"].rhs == 0
        return
    exponent = found.results["exponent"].rhs.subs({a: 2, b: Rational(5, 2), g: 0})
    assert exponent == rate.exponent()
    assert all(step.unchecked for step in found.steps)


def test_a_derivation_names_what_leads_where():
    at = {"a": 2, "b": 4, "q": "3/5", "g": 0}
    found = derivation("sgd.bias", at=at)
    names = [str(step.name) for step in found.steps if step.name]
    assert names == ["B_descent", "B_response", "B_leakage", "B"]
    assert found.results["rate"].rhs.has(S.decay)


@pytest.mark.parametrize(("source", "beyond"), [("5/2", False), (3, True), (4, True)])
def test_a_derivation_says_where_the_theorem_of_the_paper_stops(source, beyond):
    found = derivation("sgd.approximation", at={"a": 2, "b": source, "q": "1/2", "g": 0})
    assert ("beyond Theorem 4.2" in found.regime) is beyond


@pytest.mark.parametrize(
    ("law", "at", "naming"),
    [
        ("sgd.bais", {}, "did you mean 'sgd.bias'"),
        ("sgd.bias", {"a": 2}, "`at` lacks b, q, g"),
        ("sgd.bias", {"a": 2, "l": 0}, "`at` names l, which is not a parameter"),
        ("sgd.bias", {"a": 2, "b": 1, "q": 1, "g": 0}, "`at` has b = 1, where Theorem 4.2"),
        ("sgd.bias", {"a": 1, "b": 2, "q": 1, "g": 0}, "`at` has a = 1, where Theorem 4.1"),
    ],
)
def test_what_cannot_be_derived_is_refused(law, at, naming):
    with pytest.raises(ValueError, match=naming):
        derivation(law, at=at)


def test_phases_know_the_parts():
    model = MODELS["sgd"]
    assert model.parts == ("excess", "approximation", "bias", "variance")
    with pytest.raises(ValueError, match="`part` is 'noise'; give one of excess, approximation"):
        model.regions("noise")
    regions = MODELS["sgd-unsketched"].regions("variance", {g: 0})
    assert regions.at({a: 2, b: 2}).exponent() == Rational(-1, 2)
