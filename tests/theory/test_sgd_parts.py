"""The constants of one-pass SGD against the exact recursion, at sizes of up to 2^24 samples."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
from sympy import Float, Rational, gamma, pi, simplify, sin, zeta

from scalinglaws import numerics
from scalinglaws.theory import symbols as S
from scalinglaws.theory.laws import sgd_numbers
from scalinglaws.theory.sgd import parts

a, b = S.decay, S.source


@cache
def point(decay, source, step, power, features=float("inf"), schedule="geometric", average=False):
    return numerics.solve_sgd(
        numerics.PowerLaw(decay),
        source=source,
        features=features,
        samples=2**power,
        step_size=step,
        noise=1,
        schedule=schedule,
        average=average,
    )


def value(expression, **numbers):
    """Put numbers in by their words; n is that of a geometric schedule unless given."""
    power = numbers.pop("power")
    numbers.setdefault("effective_samples", Rational(2**power, power))
    put = {S.BY_WORD[word]: Rational(str(number)) for word, number in numbers.items()}
    return float(expression.subs({**put, S.noise: 1}).evalf(20))


def load(step, decay):
    """Sum x/(2(1-x)) as a series of zetas."""
    return float(mpmath.nsum(lambda j: step**j * mpmath.zeta(decay * j) / 2, [1, mpmath.inf]))


@pytest.mark.parametrize(("decay", "source"), [("2", "2"), ("1.5", "1.5"), ("2", "1.5"), ("2", "2.5")])
def test_signal_left_by_descent(decay, source):
    run = point(decay, source, "0.1", 24)
    law = value(parts.descent(), decay=decay, source=source, step_size="0.1", power=24)
    assert abs(run.descent / law - 1) < 3e-6  # steps of finite size: 1/n
    assert 0 < run.bias / law - 1 < 6e-3  # the answers to noise


@pytest.mark.parametrize(("decay", "step"), [("2", "0.5"), ("1.5", "0.1")])
def test_noise_at_steps_of_order_one_is_amplified_stage_by_stage(decay, step):
    """What exceeds the constant of small steps is multiplicative noise, and is in the constant here."""
    run = point(decay, "2", step, 24)
    small = value(parts.noise(), decay=decay, step_size=step, power=24)
    stages = sum(
        2 ** (-level / float(decay)) / (1 - load(float(step) / 2**level, float(decay))) for level in range(60)
    )
    exact = value(
        parts.noise(amplified=True).subs(parts.STAGES, Float(stages, 20)),
        decay=decay,
        step_size=step,
        power=24,
    )
    assert abs(run.variance / exact - 1) < 2.5e-3  # (gamma n)^(-1/a)
    assert run.variance / small - 1 > 0.07


def test_noise_has_the_constant_of_the_literature():
    constant = gamma(1 - 1 / a) * (2 ** (1 / a - 1) - 4 ** (1 / a - 1)) / (2 * a * (1 - 2 ** (-1 / a)))
    for decay in (Rational(3, 2), 2, 3):
        ratio = parts.noise() / (constant * S.noise * (S.step_size * parts.n) ** (1 / a) / parts.n)
        assert abs(ratio.subs({a: decay, S.step_size: 2, parts.n: 3, S.noise: 1}).evalf(30) - 1) < 1e-28


@pytest.mark.parametrize(("decay", "expected"), [("1.5", "0.3512"), ("2", "0.7071"), ("3", "1.4237")])
def test_noise_over_signal_is_a_constant(decay, expected):
    for averaged in (False, True):
        ratio = parts.noise_over_signal(averaged=averaged) / (S.step_size * S.noise)
        assert abs(float(ratio.subs(a, Rational(decay))) - float(expected)) < 5e-5


def test_noise_does_not_vanish_beside_the_signal():
    ratios = [point("2", "2", "0.1", power) for power in (12, 18, 24)]
    found = [run.variance / run.bias for run in ratios]
    assert found == sorted(found)
    assert found[0] > 0.068
    assert abs(found[-1] / 0.0707 - 1) < 0.06  # 4% of it are the amplification


@pytest.mark.parametrize(("decay", "source", "step"), [("1.5", "4", "0.1"), ("2", "3.5", "0.3")])
def test_response_to_the_signal_at_the_start(decay, source, step):
    run = point(decay, source, step, 20)
    with mpmath.workdps(20):
        difference = mpmath.mpf(source) - mpmath.mpf(decay)
        start = mpmath.fsum(
            mpmath.mpf(step) ** j * mpmath.zeta(difference + j * mpmath.mpf(decay)) for j in range(60)
        )
    amplification = 1 / (1 - load(float(step), float(decay)))
    law = parts.response(amplified=True).subs(
        {parts.AMPLIFICATION: Float(amplification, 20), parts.START: Float(str(start), 20)}
    )
    found = (run.bias - run.descent) / value(law, decay=decay, source=source, step_size=step, power=20)
    assert abs(found - 1) < 1.2e-2
    # beyond b = 2a it is the larger part of the bias
    assert (run.bias - run.descent > run.descent) == (float(source) > 2 * float(decay))


def test_signal_leaks_through_a_sketch():
    run = point("2", "4", "0.05", 24, features=10**6)
    unsketched = value(parts.descent(), decay="2", source="4", step_size="0.05", power=24)
    law = value(parts.leakage(), decay="2", source="4", step_size="0.05", features=10**6, power=24)
    assert abs((run.descent - unsketched) / law - 1) < 1e-3
    written = zeta(b - a) * gamma(1 - 1 / a) / (a * parts.N) * (4 * S.step_size * parts.n) ** (1 / a - 1)
    numbers = {a: Rational(7, 3), b: 5, parts.N: 11, S.step_size: 2, parts.n: 13}
    assert abs((parts.leakage() / written).subs(numbers).evalf(30) - 1) < 1e-28


def test_time_of_a_power_is_that_of_the_heat_sum():
    """The power of the transform of the signal itself leads back to the pole of the heat sum."""
    exponent = (b - 1) / a
    coefficient = pi / a / sin(pi * (b - 1) / a)  # of x^((b-1)/a) in the sum of v/(1+x/lambda), b < a+1
    found = parts.after_time(-coefficient, exponent, parts.time)
    for numbers in ({a: 2, b: Rational(3, 2)}, {a: Rational(3, 2), b: 2}):
        left = (found / parts.pole(b, 2 * parts.time)).subs({**numbers, parts.time: 7}).evalf(30)
        assert abs(abs(left) - 1) < 1e-28


@pytest.mark.parametrize("decay", ["1.5", "2"])
def test_all_modes_learned(decay):
    run = point(decay, "1.5", "0.2", 32, features=20)
    law = value(parts.learned(), features=20, power=32)
    assert abs(run.variance / law - 1) < 4e-3  # 4 gamma tr / (N log2 T), the schedule ends
    assert abs(run.bias / (law * run.approximation) - 1) < 4e-3


def test_ripple_of_the_learned_modes():
    mean, height = sgd_numbers.harmonics(40)
    with mpmath.workdps(40):
        assert abs(mean - mpmath.mpf(str(parts.mode_mean().evalf(35)))) < 1e-30
        assert abs(height / mpmath.mpf(str(parts.ripple().evalf(35))) - 1) < 1e-30
    assert 9.8e-6 < height < 9.9e-6


def test_mean_iterate():
    run = point("2", "2", "0.1", 20, schedule="constant", average=True)
    numbers = {"decay": "2", "step_size": "0.1", "effective_samples": 2**20, "power": 20}
    assert abs(run.descent / value(parts.averaged_signal(), source="2", **numbers) - 1) < 1e-5
    amplified = value(parts.averaged_noise(), **numbers) / (1 - load(0.1, 2))
    assert abs(run.variance / amplified - 1) < 3e-3


def test_numbers_of_the_checks_are_those_of_the_recursion():
    stages = sgd_numbers.geometric_stages(Fraction(1, 10), 32)
    assert stages == numerics.Schedule.geometric("0.1", 2**32).stages
    signal = sgd_numbers.left_by_steps(Fraction(2), Fraction(3, 2), stages, 15)
    assert abs(float(signal) / point("2", "1.5", "0.1", 32).descent - 1) < 1e-8


def test_load_is_one_at_the_critical_step_size():
    ones = np.ones(20)
    sketch = numerics.SketchedSpectrum(
        eigenvalues=np.arange(1, 21) ** -2.0, modes=ones, alignment=ones, approximation=0.0
    )
    critical = Rational(numerics.critical_step_size(sketch))
    total = parts.load(critical, size=20).subs(a, 2).doit()
    assert abs(float(total) - 1) < 1e-9
    assert simplify(parts.amplification() * (1 - parts.load())) == 1
