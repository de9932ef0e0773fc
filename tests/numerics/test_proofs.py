"""The bounds behind the proven digits: each is compared with what it bounds."""

from __future__ import annotations

import threading
from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import PowerLaw, PrecisionError, solve_ridge, trace_sum
from scalinglaws.numerics.arithmetic import (
    accuracy,
    binomial_series,
    coefficients,
    number,
    proven,
    series_length,
    to_mpf,
    working_precision,
)
from scalinglaws.numerics.euler_maclaurin import bernoulli_weights, cauchy_constant, plan, upper_end
from scalinglaws.numerics.fixed_point import LEARNED, Regression, smaller_root, solve_kappa
from scalinglaws.numerics.incomplete_beta import IncompleteBeta
from scalinglaws.numerics.integrals import Moment
from scalinglaws.numerics.trace_family import TraceFamily

decays = st.sampled_from([Fraction(x) for x in ("0.2", "1", "1.5", "3", "8")])
shifts = st.sampled_from([Fraction(x) for x in ("-3", "-0.5", "0", "1", "2.5", "7")])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(decay=decays, shift=shifts, power=st.integers(1, 4), w=st.fractions(0, 1, max_denominator=50))
def test_taylor_coefficients_obey_cauchys_estimate(decay, shift, power, w):
    """|f^(i)(x)| x^i / i! <= C f(x) eta^-i for all w = kappa x^a / (1 + kappa x^a)."""
    length = 40
    with working_precision(300):
        chosen = plan(decay, ((shift, power),), 100)
        constant = cauchy_constant(decay, shift, power, chosen.radius)
        growth = binomial_series(decay, length)
        series_length(length)
        learned = 1 / (1 + number(w) * (growth - 1))
        series = binomial_series(-shift, length)
        for _ in range(power):
            series = series * learned
        radius = number(chosen.radius)
        for i, coefficient in enumerate(coefficients(series, length)):
            assert abs(coefficient) * radius**i <= constant


@pytest.mark.parametrize("goal", [30, 100, 400])
@pytest.mark.parametrize("kappa", ["1e-8", "0.3"])
@pytest.mark.parametrize("size", [10**5, float("inf")])
def test_the_enclosure_of_a_truncated_sum_holds_the_sum(goal, kappa, size):
    """At low goals the radius is truncation, not rounding; the ball must hold the value all the same."""
    moments = (
        Moment(shift=Fraction(0), unlearned=0, learned=1),
        Moment(shift=Fraction(1, 2), unlearned=1, learned=1),
        Moment(shift=Fraction(3), unlearned=2, learned=1),
    )
    with working_precision(700):
        exact = TraceFamily(Fraction(3, 2), size, moments, 600).evaluate(number(Fraction(kappa)))
        rough = TraceFamily(Fraction(3, 2), size, moments, goal).evaluate(number(Fraction(kappa)))
        for fine, coarse in zip(exact, rough, strict=True):
            assert coarse.contains(fine)
            assert goal <= accuracy(coarse)
            assert accuracy(fine) > 590


def test_the_enclosure_of_a_sum_with_few_terms_at_its_upper_end_holds_the_sum(monkeypatch):
    from scalinglaws.numerics import trace_family

    moments = (Moment(shift=Fraction(-1, 2), unlearned=0, learned=1),)
    with working_precision(700):
        kappa = number(Fraction(1, 10**6))
        (exact,) = TraceFamily(Fraction(3, 2), 300, moments, 600).evaluate(kappa)
        monkeypatch.setattr(
            trace_family, "upper_end", lambda chosen, size, constant, _: upper_end(chosen, size, constant, 5)
        )
        (coarse,) = TraceFamily(Fraction(3, 2), 300, moments, 120).evaluate(kappa)
        assert coarse.contains(exact)
        assert 5 < accuracy(coarse) < 60


@pytest.mark.parametrize("kappa", ["1e-3", "1", "1e9"])
def test_the_enclosure_of_a_cut_tail_holds_the_sum(kappa):
    """At a large decay the terms beyond a dozen are bounded instead of summed."""
    moments = (
        Moment(shift=Fraction(0), unlearned=0, learned=1),
        Moment(shift=Fraction(-2), unlearned=1, learned=1),
    )
    with working_precision(700):
        point = number(Fraction(kappa))
        family = TraceFamily(Fraction(30), 10**12, moments, 60)
        assert family._negligible_from(point) < 20 < family.plan.start
        exact = TraceFamily(Fraction(30), 10**12, moments, 600).evaluate(point)
        for fine, coarse in zip(exact, family.evaluate(point), strict=True):
            assert coarse.contains(fine)
            assert 60 <= accuracy(coarse) < 400


@pytest.mark.parametrize("w", [Fraction(1, 100), Fraction(1, 2), Fraction(99, 100)])
def test_the_bernoulli_terms_left_out_are_below_their_bound(w):
    decay, shift, power, goal = Fraction(3, 2), Fraction(1, 2), 2, 90
    with working_precision(300):
        chosen = plan(decay, ((shift, power),), goal)
        length = 2 * chosen.order
        constant = cauchy_constant(decay, shift, power, chosen.radius)
        growth = binomial_series(decay, length)
        series_length(length)
        learned = 1 / (1 + number(w) * (growth - 1))
        series = coefficients(binomial_series(-shift, length) * learned * learned, length)
        for size in (3 * chosen.start, 10**3, 10**6):
            kept, bound = upper_end(chosen, size, constant, goal)
            weights = bernoulli_weights(size, chosen.order)
            left_out = [weights[j] * series[2 * j + 1] for j in range(kept, chosen.order)]
            assert sum(abs(term) for term in left_out) <= bound
        assert kept < chosen.order
        assert bound > 0


def test_the_bernoulli_terms_left_out_at_the_upper_end_are_bounded():
    with working_precision(200):
        chosen = plan(Fraction(2), ((Fraction(0), 1),), 160)
        constant = cauchy_constant(Fraction(2), Fraction(0), 1, chosen.radius)
        orders = [upper_end(chosen, size, constant, 160)[0] for size in (10**3, 10**6, 10**20, 10**60)]
        assert orders == sorted(orders, reverse=True)
        assert orders[0] > orders[-1]
        assert upper_end(chosen, 10**6, constant, 160)[1] < number(2) ** -160


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    p=st.one_of(
        st.integers(-6, 6).map(Fraction), st.fractions(-6, 6, max_denominator=60), st.just(Fraction(-100))
    ),
    m=st.integers(1, 6),
)
def test_the_antiderivative_gives_the_integral(p, m):
    """Between v = 1/10 and 1, against numerical integration; poles included."""
    with working_precision(300):
        function = IncompleteBeta.with_goal(p, m, 200)
        values = []
        for v in (number(Fraction(1, 10)), number(1)):
            t, complement = v / (1 + v), 1 / (1 + v)
            relative, absolute = function.parts(t, complement)
            lead = (v.log() * number(p)).exp() * complement**m
            values.append(lead * relative + absolute)
        integral = to_mpf(values[1] - values[0], 200)
    with mpmath.workdps(40):
        exponent = mpmath.mpf(p.numerator) / p.denominator - 1
        points = [mpmath.mpf(x) / 10 for x in (1, 2, 4, 10)]
        expected = mpmath.quad(lambda v: v**exponent * (1 + v) ** -m, points)
        assert abs(integral / expected - 1) < mpmath.mpf(10) ** -30


def test_a_large_negative_exponent_is_cut_where_nothing_is_left():
    """p = -10^6 would need a million steps to its pole; the rest is negligible after some dozens."""
    function = IncompleteBeta.with_goal(Fraction(-(10**6)), 2, 200)
    assert function.stop is not None
    assert function.stop < 100
    whole, fine = (
        trace_sum(Fraction(1, 10**6), 1, shift=2, size=10**9, power=2, digits=digits) for digits in (20, 50)
    )
    with mpmath.workdps(60):
        assert abs(whole / fine - 1) < mpmath.mpf(10) ** -20


@pytest.mark.parametrize("ridge", ["0", "1e-90", "0.01", "1e30"])
@pytest.mark.parametrize(("features", "samples"), [(100, 300), (300, 100), (100, 101)])
def test_the_ball_of_kappa_holds_a_change_of_sign(features, samples, ridge):
    problem = Regression(
        spectrum=PowerLaw("1.5"),
        features=Fraction(features),
        samples=Fraction(samples),
        ridge=Fraction(ridge),
    )
    with working_precision(500):
        kappa = solve_kappa(problem, 200)
        assert accuracy(kappa) > 195
        signs = []
        for end in (kappa.lower(), kappa.upper()):
            (z,) = problem.spectrum.evaluator([LEARNED], None, 400)(end)
            target, slope = smaller_root(problem, end)
            assert slope >= 0
            signs.append(bool(z - target > 0))
        assert signs == [True, False]


def test_the_working_precision_is_restored():
    before = ctx.prec, ctx.cap
    trace_sum("1.5", "1e-3", digits=100)
    with pytest.raises(PrecisionError):
        proven(lambda goal: [arb(0, 1)], list, 50, what="nothing")
    with pytest.raises(RuntimeError, match="inside"), working_precision(999):
        raise RuntimeError("inside")
    assert (ctx.prec, ctx.cap) == before


def test_precision_that_cannot_be_had_is_refused():
    goals = []

    def attempt(goal):
        goals.append(goal)
        return [arb(1, 1e-9)]

    with pytest.raises(PrecisionError, match="the answer is not proven to 50 bits"):
        proven(attempt, list, 50, what="the answer")
    assert goals == sorted(set(goals))
    assert goals[-1] < 60 * 50 + 40_000


def test_a_decay_beyond_the_bound_on_terms_is_refused():
    with pytest.raises(PrecisionError, match=r"`decay` = 1e\+08 .* needs more than 8[0-9]* terms"):
        trace_sum(10**8, 1, shift=-(10**8), size=10**9)


def test_threads_do_not_disturb_each_other():
    arguments = [(decay, digits) for decay in ("1.5", "1.7", "2.3") for digits in (15, 40, 90)]
    expected = [trace_sum(decay, "1e-4", digits=digits) for decay, digits in arguments]
    found = [None] * len(arguments)

    def work(index):
        decay, digits = arguments[index]
        for _ in range(3):
            found[index] = trace_sum(decay, "1e-4", digits=digits)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(arguments))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_repeated_calls_give_identical_numbers():
    arguments = {"features": 40, "samples": 70, "ridge": "1e-3", "noise": "0.1", "digits": 35}
    assert solve_ridge(PowerLaw("1.9"), **arguments) == solve_ridge(PowerLaw("1.9"), **arguments)
