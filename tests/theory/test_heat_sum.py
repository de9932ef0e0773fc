from __future__ import annotations

import mpmath
import pytest
from sympy import Rational, Sum, Symbol, lambdify, log, oo, zeta

from scalinglaws.theory import HeatSum, spectral_sum
from scalinglaws.theory import symbols as S
from scalinglaws.theory.mellin import Kernel, averaged_noise_kernel, averaged_signal_kernel, p, u

tau = Symbol("tau", positive=True)
a, b, kappa = S.decay, S.source, S.kappa


def test_pole_is_the_sum_up_to_less_than_any_power():
    for decay, shift in ((2, 2), (Rational(3, 2), Rational(5, 2)), (3, Rational(3, 2))):
        total = HeatSum(shift, decay, tau).large_time(where=[a > 1])
        with mpmath.workdps(40):
            exact = HeatSum(shift, decay, 10**9).evalf(40)
            assert abs(total.as_expr().subs(tau, 10**9).evalf(40) / exact - 1) < Rational(1, 10**36)


def test_multiples_of_the_time_are_put_into_the_pole():
    whole = HeatSum(b, a, tau).large_time(where=[a > 1, b > 1]).as_expr().subs(tau, 4 * tau)
    part = HeatSum(b, a, 4 * tau).large_time(where=[a > 1, b > 1]).as_expr()
    assert abs((whole / part).subs({a: 3, b: Rational(7, 3), tau: 5}).evalf(30) - 1) < 1e-28


def test_functions_of_sympy_work_on_it(number):
    value = HeatSum(2, 2, tau)
    assert value.diff(tau) == -HeatSum(4, 2, tau)
    assert isinstance(value.rewrite(Sum), Sum)
    assert HeatSum(b, a, 0) == zeta(b)
    assert value.is_positive
    with mpmath.workdps(30):
        assert abs(lambdify(tau, value, "mpmath")(mpmath.mpf(1)) - number(HeatSum(2, 2, 1), {}, 30)) < 1e-28


def test_latex_names_shift_time_and_decay():
    from scalinglaws.theory.printing import law_latex

    assert law_latex(HeatSum(b, a, tau)) == r"\mathcal{H}_{b}\left(\tau;a\right)"
    assert law_latex(HeatSum(b, a, tau) ** 2) == r"\mathcal{H}_{b}^{2}\left(\tau;a\right)"


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [((1, 2, 1), "`shift` is 1"), ((2, 0, 1), "`decay` is 0"), ((2, 2, -1), "`time` is -1")],
)
def test_numbers_outside_of_the_domain_are_refused(arguments, naming):
    with pytest.raises(ValueError, match=naming):
        HeatSum(*arguments)


def test_an_expansion_needs_a_symbol():
    with pytest.raises(ValueError, match="`time` is tau\\*\\*2"):
        HeatSum(2, 2, tau**2).large_time()


@pytest.mark.parametrize(
    ("kernel", "argument"), [(averaged_signal_kernel(), "-4/5"), (averaged_noise_kernel(), "4/5")]
)
def test_transforms_of_the_mean_iterate_are_their_integrals(kernel, argument):
    place = Rational(argument)
    function = lambdify(u, kernel.function, "mpmath")
    with mpmath.workdps(90):  # the kernel of the noise falls by cancellation
        q = mpmath.mpf(place.p) / place.q
        step = mpmath.mpf("0.03125")
        integral = step * mpmath.fsum(
            function(mpmath.exp(step * i)) * mpmath.exp(q * step * i) for i in range(-1500, 1500)
        )
        exact = mpmath.mpmathify(str(kernel.transform.subs(p, place).evalf(25)))
    assert abs(integral / exact - 1) < 1e-9


def test_poles_of_the_mean_iterate_meet_in_a_logarithm():
    total = spectral_sum(
        averaged_signal_kernel(), shift=2 * a + 1, decay=a, kappa=kappa, order=3, where=[a > 1]
    )
    assert any(term.has(log(kappa)) for term in total.terms)
    left_out = spectral_sum(
        averaged_signal_kernel(), shift=2 * a + 1, decay=a, kappa=kappa, order=1, where=[a > 1]
    )
    assert left_out.errors == (kappa**2 * log(kappa),)


def test_a_pole_beyond_the_order_is_the_error():
    total = spectral_sum(
        averaged_signal_kernel(), shift=b, decay=a, kappa=kappa, order=1, where=[a > 1, b > 1, b < 2 * a]
    )
    assert len(total.terms) == 1
    assert total.errors == (kappa**2,)
    beyond = spectral_sum(
        averaged_signal_kernel(), shift=b, decay=a, kappa=kappa, order=1, where=[a > 1, b > 2 * a + 1]
    )
    assert beyond.terms == ()


def test_a_kernel_knows_its_poles():
    assert [j for j in range(5) if averaged_noise_kernel().has_pole(j)] == [0, 1]
    assert Kernel(u, p).has_pole(7)
    assert averaged_signal_kernel().tail(0) == 1
    assert oo not in [averaged_signal_kernel().taylor(j) for j in range(4)]
