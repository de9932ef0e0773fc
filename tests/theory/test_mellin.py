from __future__ import annotations

from functools import cache
from itertools import pairwise

import mpmath
import pytest
from sympy import EulerGamma, Integer, Rational, Symbol, gamma, log, pi, simplify, zeta

from scalinglaws import numerics
from scalinglaws.theory import heat_kernel, resolvent_kernel, spectral_sum
from scalinglaws.theory.mellin import Kernel, p, tail_sum, u
from scalinglaws.theory.power_sums import tail_of_powers

a, s = Symbol("a", positive=True), Symbol("s", real=True)
kappa = Symbol("kappa", positive=True)
M = Symbol("M", positive=True)
#: Enough for the third power of the smallest kappa beside sums of order one.
DIGITS = 320


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_transform_of_the_resolvent_is_its_integral(power):
    kernel = resolvent_kernel(power)
    for argument in (Rational(1, 3), Rational(4, 5)):
        with mpmath.workdps(20):
            q = mpmath.mpf(argument.p) / argument.q
            # u = exp(t) turns the integral into one that the trapezoidal rule does to all digits
            step = mpmath.mpf("0.0625")
            integral = step * mpmath.fsum(
                mpmath.exp(q * step * i) * (1 + mpmath.exp(step * i)) ** -power for i in range(-4000, 4000)
            )
            exact = kernel.transform.subs(p, argument).evalf(20)
            assert abs(integral / mpmath.mpmathify(str(exact)) - 1) < 1e-15


def test_transform_of_the_heat_kernel_is_its_integral():
    argument = Rational(-4, 5)
    with mpmath.workdps(20):
        step = mpmath.mpf("0.03125")
        integral = step * mpmath.fsum(
            mpmath.exp(-mpmath.mpf(4) / 5 * step * i - mpmath.exp(-step * i)) for i in range(-600, 3000)
        )
    assert abs(integral / mpmath.mpf(str(heat_kernel().transform.subs(p, argument).evalf(20))) - 1) < 1e-14


@pytest.mark.parametrize("power", [1, 2, 3, 5])
def test_residues_are_the_series_of_the_kernel_at_both_ends(power):
    kernel = resolvent_kernel(power)
    at_zero = kernel.function.series(u, 0, 5).removeO()
    v = Symbol("v", positive=True)
    at_infinity = simplify(kernel.function.subs(u, 1 / v)).series(v, 0, power + 4).removeO()
    for j in range(4):
        assert kernel.taylor(j) == at_zero.coeff(u, j)
        assert kernel.tail(j) == at_infinity.coeff(v, power + j)


def test_residues_of_the_heat_kernel_at_infinity():
    kernel = heat_kernel()
    assert [kernel.tail(j) for j in range(4)] == [1, -1, Rational(1, 2), Rational(-1, 6)]
    assert kernel.taylor(2) == 0


@cache
def expanded(power, shift, decay, order):
    return spectral_sum(
        resolvent_kernel(power), shift=Rational(shift), decay=Rational(decay), kappa=kappa, order=order
    )


def exact_sum(power, shift, decay, point):
    return numerics.trace_sum(decay, point, shift=shift, power=power, digits=DIGITS)


@pytest.mark.parametrize("point", ["1e-10", "1e-20", "1e-40"])
@pytest.mark.parametrize(
    ("power", "shift", "decay"),
    [
        (1, "0", "3/2"),
        (1, "0", "2"),
        (2, "0", "5/4"),
        (3, "0", "3"),
        (1, "7/10", "11/10"),
        (2, "-3/10", "9/5"),
        (1, "3", "3/2"),
        (2, "-13/10", "3/2"),
        (4, "1/2", "7/3"),
        # two poles meet at kappa**0, kappa**1, kappa**2 and twice beyond the last pole kept
        (1, "1", "2"),
        (3, "1", "7/5"),
        (1, "5/2", "3/2"),
        (2, "3", "2"),
        (3, "4", "3/2"),
        (1, "11/2", "3/2"),
        (2, "7", "3/2"),
    ],
)
def test_error_is_of_the_stated_order_with_the_next_coefficient(number, power, shift, decay, point):
    """(sum - terms)/kappa**n tends to the coefficient that the next order adds: values and orders at once."""
    exact = exact_sum(power, shift, decay, point)
    sums = [expanded(power, shift, decay, order) for order in (1, 2, 3, 4)]
    for shorter, longer in pairwise(sums):
        with mpmath.workdps(DIGITS):
            values = {kappa: point}
            size = abs(number(shorter.errors[0], values, DIGITS))
            defect = (exact - number(shorter.as_expr(), values, DIGITS)) / size
            following = number(longer.as_expr() - shorter.as_expr(), values, DIGITS) / size
            slack = abs(number(longer.errors[0], values, DIGITS)) / size
            assert abs(following) < 100
            assert abs(defect - following) < 100 * slack


def test_error_of_a_meeting_of_poles_just_beyond_the_terms_has_a_logarithm():
    total = spectral_sum(resolvent_kernel(1), shift=Integer(3), decay=Integer(2), kappa=kappa, order=1)
    assert total.errors == (kappa * log(kappa),)
    assert spectral_sum(
        resolvent_kernel(1), shift=Integer(3), decay=Integer(2), kappa=kappa, order=2
    ).errors == (kappa**2,)


def test_known_logarithm():
    total = spectral_sum(resolvent_kernel(1), shift=1, decay=a, kappa=kappa, order=1)
    assert simplify(total.as_expr() - (EulerGamma - log(kappa) / a)) == 0


def test_symbolic_exponents_exclude_the_parameters_at_which_poles_meet():
    total = spectral_sum(resolvent_kernel(2), shift=s, decay=a, kappa=kappa, order=2, where=[s < 1 + a])
    excluded = {relation.rhs for relation in total.where if relation.rel_op == "!="}
    assert excluded == {0}  # the meeting at kappa**1 lies outside of the domain, that at kappa**0 inside
    total = spectral_sum(resolvent_kernel(2), shift=s, decay=a, kappa=kappa, order=2)
    assert {relation.rhs for relation in total.where if relation.rel_op == "!="} == {0, -1, -2}


def test_symbolic_sum_at_numbers_is_the_sum_of_the_numbers(number):
    values = {a: Rational(9, 5), s: Rational(2, 5), kappa: Rational(1, 10**12)}
    symbolic = spectral_sum(resolvent_kernel(3), shift=s, decay=a, kappa=kappa, order=3)
    numeric = spectral_sum(resolvent_kernel(3), shift=values[s], decay=values[a], kappa=kappa, order=3)
    with mpmath.workdps(40):
        assert mpmath.almosteq(
            number(symbolic.as_expr(), values, 40), number(numeric.as_expr(), {kappa: values[kappa]}, 40)
        )


@pytest.mark.parametrize("decay", ["3/2", "2", "3"])
def test_heat_sum_against_its_definition(number, decay):
    """sum k**-s exp(-tau k**-a): with s = 2a the integral term alone, up to an exponentially small rest."""
    exponent = Rational(decay)
    total = spectral_sum(heat_kernel(), shift=2 * exponent, decay=exponent, kappa=kappa, order=1)
    for tau in (200, 2000):
        with mpmath.workdps(25):
            rate = mpmath.mpf(exponent.p) / exponent.q
            # direct terms, and the rest by the expansion of the exponential: Hurwitz zetas
            cut = 400 if exponent > Rational(3, 2) else 3000
            direct = mpmath.fsum(
                mpmath.mpf(k) ** (-2 * rate) * mpmath.exp(-tau * mpmath.mpf(k) ** -rate)
                for k in range(1, cut)
            )
            rest = mpmath.fsum(
                (-tau) ** j / mpmath.factorial(j) * mpmath.zeta((2 + j) * rate, cut) for j in range(24)
            )
            left_out = abs(direct + rest - number(total.as_expr(), {kappa: Rational(1, tau)}, 25))
            # smaller than any power: here already below kappa**3
            assert left_out < mpmath.mpf(tau) ** -3


def test_heat_sum_has_the_gamma_function_of_its_decay():
    total = spectral_sum(heat_kernel(), shift=2 * a, decay=a, kappa=kappa, order=1, where=[a > 1])
    expected = gamma(2 - 1 / a) / a * kappa ** (2 - 1 / a)
    ratio = total.as_expr() / expected
    for value in (Rational(3, 2), Integer(2), Rational(7, 2)):
        assert abs(ratio.subs({a: value, kappa: Rational(1, 7)}).evalf(30) - 1) < 1e-25


def test_heat_sum_states_an_error():
    """The rest is exponentially small, not absent: a sum without error would claim to be exact."""
    total = spectral_sum(heat_kernel(), shift=2 * a, decay=a, kappa=kappa, order=3, where=[a > 1])
    (error,) = total.errors
    assert simplify(error / (total.as_expr() * kappa**3)).free_symbols == {a}


@pytest.mark.parametrize(("power", "shift", "decay"), [(1, "0", "2"), (2, "1/2", "3/2"), (3, "0", "5/2")])
def test_tail_beyond_the_size(number, power, shift, decay):
    """sum over k > M: the sum to infinity less the sum to M, both from the floor below."""
    arguments = {"shift": Rational(shift), "decay": Rational(decay), "kappa": kappa, "size": M}
    for order, corrections in ((1, 1), (2, 2), (3, 3)):
        total = tail_sum(resolvent_kernel(power), order=order, corrections=corrections, **arguments)
        for size, point in ((10**12, "1e-6"), (10**20, "1e-10")):
            with mpmath.workdps(DIGITS):
                exact = exact_sum(power, shift, decay, point) - numerics.trace_sum(
                    decay, point, shift=shift, power=power, size=size, digits=DIGITS
                )
                values = {kappa: point, M: size}
                allowed = mpmath.fsum(abs(number(error, values, DIGITS)) for error in total.errors)
                left_out = abs(exact - number(total.as_expr(), values, DIGITS))
                assert left_out < 10 * allowed
                assert allowed < exact * mpmath.mpf("1e-5")


def test_a_kernel_without_tail_has_none():
    kernel = Kernel(u, gamma(p))
    assert kernel.tail(0) == 0
    total = tail_sum(kernel, shift=s, decay=a, kappa=kappa, size=M, order=2)
    assert total.terms == total.errors == ()


@pytest.mark.parametrize("order", [0, -1])
def test_number_of_terms_must_be_a_positive_integer(order):
    with pytest.raises(ValueError, match=r"`order` is .*; the number of Taylor terms is an integer >= 1"):
        spectral_sum(resolvent_kernel(1), shift=0, decay=2, kappa=kappa, order=order)


def test_basel_sum_by_its_tail(number):
    with mpmath.workdps(30):
        head = mpmath.fsum(mpmath.mpf(1) / k**2 for k in range(1, 1001))
        tail = number(tail_of_powers(Integer(2), M, corrections=4).as_expr(), {M: 1000}, 30)
        assert abs(head + tail - number(pi**2 / 6, {}, 30)) < mpmath.mpf("1e-25")
    assert zeta(2) == pi**2 / 6
