"""Answers to random questions from the whole domain, against independent evaluations in plain mpmath."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from mpmath import mp

from scalinglaws.numerics import (
    Degenerate,
    Eigenvalues,
    Exponential,
    InterpolationThresholdError,
    PowerLaw,
    optimal_ridge,
    solve_ridge,
    sweep_ridge,
    trace_sum,
)
from tests.numerics.fuzz_arguments import (
    PRECISION,
    decimals,
    exact,
    examples,
    listed_spectra,
    lists,
    magnitudes,
    run,
    spectra,
)
from tests.numerics.independent_ridge import independent_kappa, independent_risk
from tests.numerics.independent_trace_sum import independent_trace_sum

kappas = st.one_of(st.just(Fraction(0)), magnitudes(-30, 30), magnitudes(-300, 300))
digits_asked = st.integers(1, 35)
resources = st.one_of(st.integers(1, 30).map(Fraction), decimals(0.01, 30, 2), magnitudes(-4, 9))
ridges = st.one_of(st.just(Fraction(0)), magnitudes(-12, 6))
noises = st.one_of(st.just(Fraction(0)), magnitudes(-8, 4))


def right(value, expected, digits, slack=1):
    """Whether a value has the digits asked for, at the precision of the independent evaluation."""
    return abs(value - expected) <= slack * abs(expected) * mp.mpf(10) ** -digits


@st.composite
def trace_sums(draw):
    """Draw the arguments of a convergent trace sum."""
    decay = draw(st.one_of(decimals(0.05, 12, 2), st.sampled_from([Fraction("1.0001"), Fraction(50)])))
    power = draw(st.integers(1, 4))
    kappa = draw(kappas)
    poles = st.integers(-2, 4).map(lambda j: 1 - decay * j)
    shift = draw(st.one_of(decimals(-4, 6, 2), poles, st.just(1 - decay * power + Fraction(1, 10**9))))
    size = draw(st.one_of(st.just(math.inf), st.integers(1, 300), st.integers(1, 10**18)))
    if size == math.inf:
        assume(shift > 1 if kappa == 0 else shift + decay * power > 1)
    return decay, kappa, shift, power, size


@examples(40, 80)
def test_trace_sums_have_the_digits_asked_for(number):
    @run(number, trace_sums(), st.integers(1, 30))
    def holds(arguments, digits):
        decay, kappa, shift, power, size = arguments
        options = {"shift": shift, "power": power, "size": size, "digits": digits}
        value = trace_sum(decay, kappa, **options)
        expected, doubt = independent_trace_sum(*arguments)
        assume(doubt < abs(expected) * mpmath.mpf(10) ** -33)
        with mp.workdps(PRECISION):
            assert right(value, expected, digits)
        assert trace_sum(decay, kappa, **options, rigorous=True).centre == value


@examples(60, 80)
def test_sums_over_any_finite_spectrum_have_the_digits_asked_for(number):
    @run(number, spectra, kappas, st.integers(0, 4), st.integers(0, 4), digits_asked)
    def holds(case, kappa, unlearned, learned, digits):
        spectrum, source, values, powers = case
        assume(unlearned + learned)
        with mp.workdps(PRECISION):
            k = exact(kappa)
            assert spectrum.size == len(values)
            assert right(spectrum.total(digits), mp.fsum(values), digits)
            assert right(spectrum.signal_total(source=source, digits=digits), mp.fsum(powers), digits)
            if learned:
                expected = mp.fsum((value / (value + k)) ** learned for value in values)
                assert right(spectrum.df(learned, kappa, digits), expected, digits)
            expected = mp.fsum(
                v * k**unlearned * value**learned / (value + k) ** (unlearned + learned)
                for value, v in zip(values, powers, strict=True)
            )
            options = {"unlearned": unlearned, "learned": learned, "source": source, "digits": digits}
            assert right(spectrum.signal_sum(kappa, **options), expected, digits)


@examples(30, 80)
def test_sums_over_lists_are_exact_rationals(number):
    @run(number, lists(1, 10), magnitudes(-9, 9), st.integers(1, 5), digits_asked)
    def holds(values, kappa, j, digits):
        exact_sum = sum((value / (value + kappa)) ** j for value in values)
        found = Eigenvalues(values).df(j, kappa, digits)
        with mp.workdps(PRECISION):
            assert right(found, exact(exact_sum), digits)


@examples(15, 80)
def test_sums_over_infinite_spectra_have_the_digits_asked_for(number):
    @run(number, decimals(0.1, 5, 2), magnitudes(-12, 12), st.integers(1, 3), st.integers(1, 30))
    def holds(rate, kappa, j, digits):
        with mp.workdps(PRECISION):
            r, k = exact(rate), exact(kappa)
            last = math.ceil((100 + 2.5 * 13) / float(rate))
            expected = mp.fsum((1 / (1 + k * mp.exp(r * i))) ** j for i in range(1, last))
            assert right(Exponential(rate).df(j, kappa, digits), expected, digits)
        if rate * j > 1:
            expected, _ = independent_trace_sum(rate, kappa / 7, Fraction(0), j, math.inf)
            with mp.workdps(PRECISION):
                assert right(PowerLaw(rate, scale=7).df(j, kappa, digits), expected, digits)


def check_point(point, case, features, samples, ridge, noise, digits):
    """Compare a solved regression with a root by other means and with the risk as papers write it."""
    spectrum, _, values, powers = case
    # the papers' form cancels next to the ridgeless end
    with mp.workdps(2 * PRECISION):
        n, t, delta, sigma2 = (exact(x) for x in (features, samples, ridge, noise))
        if ridge == 0 and spectrum.size <= min(features, samples):
            assert point.kappa == 0
            variance = sigma2 * len(values) / (t - len(values)) if noise else 0
            assert right(point.risk, sigma2 + variance, digits)
            return
        kappa = independent_kappa(values, n, t, delta)
        risk = independent_risk(values, powers, n, t, sigma2, kappa)
        assert right(point.kappa, kappa, digits)
        assert right(point.risk, risk, digits)
        for j, found in enumerate((point.df1, point.df2, point.df3), start=1):
            assert right(found, mp.fsum((value / (value + kappa)) ** j for value in values), digits)


@examples(12, 80)
def test_fixed_points_and_risks_have_the_digits_asked_for(number):
    @run(number, spectra, resources, resources, ridges, noises, st.integers(1, 30))
    def holds(case, features, samples, ridge, noise, digits):
        options = {"features": features, "samples": samples, "ridge": ridge, "noise": noise}
        try:
            point = solve_ridge(case[0], source=case[1], digits=digits, **options)
        except InterpolationThresholdError:
            assert ridge == 0
            assert samples in (features, case[0].size)
            return
        check_point(point, case, digits=digits, **options)
        enclosed = solve_ridge(case[0], source=case[1], digits=digits, rigorous=True, **options)
        assert enclosed.risk.centre == point.risk
        assert enclosed.risk.digits >= digits


def test_a_bracket_is_not_taken_for_a_root_where_z_is_next_to_the_size():
    """The search starts at an eigenvalue next to delta/T, where its step is short though the root is far."""
    level = Fraction(101, 100)
    point = solve_ridge(Degenerate([level], [2]), features=3, samples=5, ridge=level, digits=40)
    with mp.workdps(PRECISION):
        z = 2 * exact(level) / (exact(level) + point.kappa)
        assert right(point.kappa * (3 - z) * (5 - z), 3 * exact(level), 39)


@examples(8, 80)
def test_no_other_ridge_has_a_smaller_risk(number):
    trials = st.lists(magnitudes(-9, 9), min_size=3, max_size=3)

    @run(number, listed_spectra(), resources, resources, noises, trials)
    def holds(case, features, samples, noise, factors):
        spectrum, source, _, powers = case
        assume(any(powers))
        options = {"features": features, "samples": samples, "noise": noise, "source": source, "digits": 25}
        best = optimal_ridge(spectrum, **options)
        nearby = [best.ridge * factor for factor in (0.999, 1.001, 0.5, 2)] if best.ridge else []
        for ridge in [*factors, *nearby, "1e-30", 0]:
            try:
                other = solve_ridge(spectrum, ridge=ridge, **options)
            except InterpolationThresholdError:
                continue
            with mp.workdps(40):
                assert other.risk >= best.risk * (1 - mp.mpf(10) ** -24)
        at_best = solve_ridge(spectrum, ridge=best.ridge, **options) if best.ridge else best.point
        with mp.workdps(40):
            assert right(at_best.risk, best.risk, 23)


@examples(40, 80)
def test_sweeps_agree_with_single_solutions(number):
    floats = st.floats(1e-3, 1e6)
    some_ridge = st.one_of(st.just(0.0), st.floats(1e-9, 10))

    @run(
        number,
        lists(1, 8),
        st.lists(floats, min_size=2, max_size=2),
        floats,
        some_ridge,
        st.floats(0, 1),
    )
    def holds(values, features, samples, ridge, noise):
        spectrum = Eigenvalues([float(value) for value in values])
        options = {"samples": samples, "ridge": ridge, "noise": noise}
        try:
            found = sweep_ridge(spectrum, features=features, gradient=True, **options)
        except InterpolationThresholdError:
            assert ridge == 0
            return
        for i, count in enumerate(features):
            point = solve_ridge(spectrum, features=count, **options)
            conditions = found.gradient.kappa_condition[i], found.gradient.risk_condition[i]
            for name, condition in zip(("kappa", "risk"), conditions, strict=True):
                expected, one = float(getattr(point, name)), getattr(found, name)[i]
                assert abs(one - expected) <= 1e-13 * (1 + condition) * abs(expected) + 1e-300
        assert np.isfinite(found.risk).all()
