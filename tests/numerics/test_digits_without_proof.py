"""Without `rigorous` digits are as right: a number leaves its ball once the ball is seen to be narrow."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from scalinglaws.numerics import (
    LogPowerLaw,
    PowerLaw,
    PrecisionError,
    optimal_ridge,
    solve_ridge,
    trace_sum,
)
from scalinglaws.numerics.arithmetic import accuracy, number, parts, proven, spread, to_mpf, working_precision
from scalinglaws.numerics.exact import bits_for
from scalinglaws.numerics.trace_family import TraceFamily

REGRESSION = {"features": 12, "samples": 30, "noise": "0.3", "source": "1.5"}
FIGURES = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")


def ball_of(midpoint, radius):
    """Return the ball with an exact midpoint, and at least an exact radius, of numbers of few bits."""
    with working_precision(4000):
        return spread(number(midpoint), number(radius))


def rational(pair):
    mantissa, exponent = pair
    return mantissa * Fraction(2) ** exponent


dyadic = st.builds(
    lambda digits, exponent: digits * Fraction(2) ** exponent,
    st.integers(1, 2**200),
    st.integers(-400, 400),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(dyadic, dyadic, st.booleans())
def test_the_accuracy_of_a_ball_bounds_its_relative_radius(midpoint, radius, negative):
    ball = ball_of(-midpoint if negative else midpoint, radius)
    center, reach = (rational(pair) for pair in parts(ball))
    assert reach <= Fraction(2) ** -accuracy(ball) * abs(center)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(dyadic, st.integers(0, 2**30), st.sampled_from([-1, 0, 1]), st.integers(1, 60))
def test_what_is_accepted_is_right_after_both_roundings(midpoint, digits_of_radius, side, digits):
    """The exact number may lie at the end of the ball, and its rounded midpoint on the other side."""
    bits = bits_for(digits)
    radius = midpoint * Fraction(digits_of_radius, 2**30) * Fraction(2) ** -(bits + 1)
    ball = ball_of(midpoint, radius)
    kept = proven(lambda _: [ball], list, bits, what="the ball")[0]
    center, reach = (rational(pair) for pair in parts(kept))
    truth = center + side * reach
    returned = to_mpf(kept, bits)
    sign, mantissa, exponent, _ = returned._mpf_
    error = abs(rational(((-1) ** sign * int(mantissa), exponent)) - truth)
    assert error <= Fraction(2) ** (1 - bits) / (1 - Fraction(1, 2**bits)) * truth
    assert error <= Fraction(1, 49 * 10**digits) * truth


@pytest.mark.parametrize("digits", [1, 15, 100, 1000])
def test_two_digits_are_to_spare(digits):
    assert 10 ** (digits + 2) <= 2 ** bits_for(digits) < 2 * 10 ** (digits + 2)


def test_a_ball_that_is_too_wide_is_refused_and_tried_again_at_more_bits():
    goals = []

    def attempt(goal):
        goals.append(goal)
        with working_precision(goal):
            # 100 bits are lost on the way
            return [spread(number(Fraction(1, 3)), number(Fraction(2) ** (100 - goal)))]

    (ball,) = proven(attempt, list, 50, what="a third")
    assert len(goals) > 1
    assert goals == sorted(set(goals))
    assert accuracy(ball) >= 50
    assert [goal for goal in goals if goal - 103 >= 50] == goals[-1:]


def test_one_wide_ball_among_narrow_ones_is_enough_to_refuse():
    with pytest.raises(PrecisionError, match=r"the pair is not proven to 50 bits .*; choose fewer `digits`"):
        proven(lambda _: [arb(1), arb(1, 2**-49)], list, 50, what="the pair")
    for hopeless in (arb("nan"), arb("inf"), arb(0, 1)):
        with pytest.raises(PrecisionError):
            proven(lambda _, ball=hopeless: [ball], list, 50, what="the ball")


def widened(evaluate, bits):
    """Return an evaluator whose balls are wider, by the same relative radius at every precision."""

    def wide(self, kappa):
        return [spread(ball, abs(ball) * number(2) ** -bits) for ball in evaluate(self, kappa)]

    return wide


def losing(evaluate, bits):
    """Return an evaluator that loses the same number of bits at every precision."""

    def wide(self, kappa):
        return [spread(ball, abs(ball) * number(2) ** (bits - self.goal)) for ball in evaluate(self, kappa)]

    return wide


CALLS = {
    "trace_sum": lambda: trace_sum("1.5", "1e-3", digits=20),
    "df": lambda: PowerLaw("1.5").df(2, "1e-3", 20),
    "solve_ridge": lambda: solve_ridge(PowerLaw(2), ridge="0.1", digits=20, **REGRESSION),
    "optimal_ridge": lambda: optimal_ridge(PowerLaw(2), digits=20, **REGRESSION),
}


@pytest.mark.parametrize("name", CALLS)
def test_sums_that_never_get_narrow_end_in_an_error_with_and_without_proof(name, monkeypatch):
    """No number is returned from balls that are right, but wider than the digits asked for."""
    CALLS[name]()
    monkeypatch.setattr(TraceFamily, "evaluate", widened(TraceFamily.evaluate, 60))
    with pytest.raises(PrecisionError) as caught:
        CALLS[name]()
    assert "\n" not in str(caught.value)
    with pytest.raises(PrecisionError):
        trace_sum("1.5", "1e-3", digits=20, rigorous=True)


@pytest.mark.parametrize("name", CALLS)
def test_sums_that_lose_bits_cost_time_but_no_digits(name, monkeypatch):
    def numbers(result):
        result = getattr(result, "point", result)
        return [getattr(result, figure) for figure in FIGURES] if hasattr(result, "risk") else [result]

    exact = numbers(CALLS[name]())
    monkeypatch.setattr(TraceFamily, "evaluate", losing(TraceFamily.evaluate, 30))
    for one, other in zip(numbers(CALLS[name]()), exact, strict=True):
        with mp.workdps(60):
            assert abs(one - other) <= 2 * abs(other) * mpmath.mpf(10) ** -20 / 49


@pytest.mark.parametrize("digits", [1, 15, 40])
@pytest.mark.parametrize("spectrum", [PowerLaw("1.7"), PowerLaw(3, 25), LogPowerLaw("1.5", 2)], ids=repr)
def test_plain_numbers_are_the_centres_of_the_enclosures(spectrum, digits):
    plain, proof = (
        solve_ridge(spectrum, ridge="1e-3", digits=digits, rigorous=rigorous, **REGRESSION)
        for rigorous in (False, True)
    )
    best, best_proof = (
        optimal_ridge(spectrum, digits=digits, rigorous=rigorous, **REGRESSION) for rigorous in (False, True)
    )
    pairs = [(getattr(plain, name), getattr(proof, name)) for name in FIGURES]
    pairs += [(getattr(best.point, name), getattr(best_proof.point, name)) for name in FIGURES]
    pairs.append((best.ridge, best_proof.ridge))
    for value, enclosed in pairs:
        assert value == enclosed.centre
        assert enclosed.contains(value)
        # the radius includes what the centre was rounded by
        assert enclosed.radius <= abs(value) * mpmath.mpf(10) ** -digits / 49


@pytest.mark.parametrize("digits", [1, 2, 15, 60, 300])
def test_a_plain_sum_lies_in_every_finer_enclosure_of_its_error(digits):
    arguments = {"decay": "1.3", "kappa": "1e-7", "shift": "0.4", "size": 10**9}
    value = trace_sum(**arguments, digits=digits)
    fine = trace_sum(**arguments, digits=digits + 40, rigorous=True)
    with mp.workdps(digits + 60):
        assert abs(value - fine.centre) + fine.radius <= fine.centre * mpmath.mpf(10) ** -digits / 49
