from __future__ import annotations

import json
import pickle
from pathlib import Path

import mpmath
import pytest
from sympy import Float, Integer, Rational, Sum, Symbol, harmonic, lambdify, latex, oo, simplify

from scalinglaws import numerics
from scalinglaws.theory import TraceSum
from scalinglaws.theory import symbols as S

REFERENCE = Path(__file__).parents[1] / "reference" / "trace_sums.json"
kappa, decay, size = S.kappa, S.decay, S.size
s = Symbol("s", real=True)


def rows(file: Path) -> list[dict]:
    content = json.loads(file.read_text(encoding="utf-8"))
    return content["rows"] if isinstance(content, dict) else content


def of_row(row: dict) -> TraceSum:
    shift, exponent, point = (Rational(row[name]) for name in ("shift", "decay", "kappa"))
    return TraceSum(shift, row["power"], exponent, point, int(row["size"]))


def test_reference_rows_to_fifty_digits():
    for row in rows(REFERENCE):
        value, reference = of_row(row).evalf(50), Float(row["value"], 50)
        assert abs(value / reference - 1) < Float("2e-49", 50), row


@pytest.mark.parametrize("digits", [15, 50, 200])
def test_evaluation_to_any_number_of_digits(digits):
    value = TraceSum(Rational(1, 3), 2, Rational(9, 5), Rational(1, 7), 10**9).evalf(digits)
    exact = numerics.trace_sum("9/5", "1/7", shift="1/3", power=2, size=10**9, digits=digits + 30)
    with mpmath.workdps(digits + 30):
        assert abs(mpmath.mpf(value._mpf_) / exact - 1) < mpmath.mpf(10) ** (1 - digits)
        assert abs(mpmath.mpf(value._mpf_) / exact - 1) > mpmath.mpf(10) ** (-digits - 20)


def test_evaluation_of_irrational_arguments():
    value = TraceSum(0, 1, 1 + 1 / Integer(3) ** Rational(1, 2), 2 ** Rational(-1, 2), 40).evalf(40)
    with mpmath.workdps(60):
        exponent, point = 1 + 1 / mpmath.sqrt(3), 1 / mpmath.sqrt(2)
        exact = mpmath.fsum(1 / (1 + point * mpmath.mpf(k) ** exponent) for k in range(1, 41))
        assert abs(mpmath.mpf(value._mpf_) / exact - 1) < mpmath.mpf("1e-39")


def test_evaluation_inside_of_expressions():
    trace = TraceSum(0, 1, 2, Rational(1, 3), oo)
    exact = numerics.trace_sum(2, "1/3", digits=40)
    with mpmath.workdps(40):
        assert abs(mpmath.mpf((trace**2 + 1).evalf(30)._mpf_) - (exact**2 + 1)) < mpmath.mpf("1e-27")
    assert (trace > 2) == (exact > 2)
    assert trace.is_positive


@pytest.mark.parametrize("digits", [20, 90])
def test_lambdified_function_follows_the_precision_of_mpmath(digits):
    function = lambdify((kappa, decay), kappa * TraceSum(0, 2, decay, kappa, oo) + decay, "mpmath")
    with mpmath.workdps(digits):
        value = function(mpmath.mpf(1) / 8, mpmath.mpf(3) / 2)
    exact = numerics.trace_sum("3/2", "1/8", power=2, digits=digits + 20)
    with mpmath.workdps(digits + 20):
        error = abs(value - exact / 8 - mpmath.mpf(3) / 2)
        assert mpmath.mpf(10) ** (-digits - 15) < error < mpmath.mpf(10) ** (1 - digits)


@pytest.mark.parametrize("number_of_terms", [1, 2, 7])
@pytest.mark.parametrize("power", [1, 2, 3])
def test_definition_at_small_sizes(power, number_of_terms):
    trace = TraceSum(s, power, decay, kappa, number_of_terms)
    values = {s: Rational(1, 3), decay: Rational(5, 2), kappa: Rational(1, 5)}
    written = sum(
        k**-s / (1 + kappa * k**decay) ** power for k in map(Integer, range(1, number_of_terms + 1))
    )
    rewritten = trace.rewrite(Sum)
    assert simplify(rewritten.doit() - written) == 0
    assert abs(trace.subs(values).evalf(40) - written.subs(values).evalf(40)) < 1e-38


def test_sum_of_one_term_is_elementary():
    assert TraceSum(s, 3, decay, kappa, 1) == (1 + kappa) ** -3


def test_derivative_is_in_the_family():
    trace = TraceSum(s, 3, decay, kappa, size)
    assert trace.diff(kappa) == -3 * TraceSum(s - decay, 4, decay, kappa, size)
    assert trace.diff(kappa, 2) == 12 * TraceSum(s - 2 * decay, 5, decay, kappa, size)


@pytest.mark.parametrize("count", [30, 10**12, oo])
def test_derivative_against_a_numeric_difference(count):
    arguments = (Rational(1, 2), 2, Rational(8, 5))
    derivative = TraceSum(*arguments, kappa, count).diff(kappa).subs(kappa, Rational(1, 50)).evalf(40)
    step = Rational(1, 10**15)
    above, below = (TraceSum(*arguments, Rational(1, 50) + h, count).evalf(60) for h in (step, -step))
    assert abs((above - below) / (2 * step) / derivative - 1) < 1e-20


def test_derivatives_of_degrees_of_freedom_as_for_every_spectrum():
    """kappa z' = -(z - q): with the family's rule this is TraceSum(-a, 2) kappa = z - q."""
    z, q = (TraceSum(0, order, decay, kappa, size) for order in (1, 2))
    defect = (kappa * z.diff(kappa) + z - q).subs({decay: Rational(3, 2), kappa: Rational(1, 9), size: 1000})
    assert abs(defect.evalf(40)) < 1e-35
    assert abs((z - q).subs({decay: Rational(3, 2), kappa: Rational(1, 9), size: 1000}).evalf(20)) > 1


def test_other_derivatives_stay_unevaluated():
    assert TraceSum(s, 1, decay, kappa, size).diff(decay).has(TraceSum)


@pytest.mark.parametrize("point", ["1e-10", "1e-20", "1e-40"])
@pytest.mark.parametrize(
    ("shift", "power", "exponent"), [("0", 1, "3/2"), ("1/2", 2, "2"), ("1", 1, "2"), ("5/2", 2, "3/2")]
)
def test_small_kappa_at_infinite_size(number, shift, power, exponent, point):
    trace = TraceSum(Rational(shift), power, Rational(exponent), kappa, oo)
    exact = numerics.trace_sum(exponent, point, shift=shift, power=power, digits=200)
    for order in (1, 2, 3):
        expansion = trace.small_kappa(order=order)
        with mpmath.workdps(200):
            left_out = abs(exact - number(expansion.as_expr(), {kappa: point}, 200))
            allowed = abs(number(expansion.errors[0], {kappa: point}, 200))
            assert left_out < 10 * allowed
            assert allowed < mpmath.mpf(point) ** order * 100


@pytest.mark.parametrize(("shift", "power", "exponent"), [("0", 1, "3/2"), ("0", 2, "2"), ("1/2", 3, "5/4")])
@pytest.mark.parametrize(("order", "corrections"), [(1, 0), (2, 1), (3, 2)])
def test_small_kappa_at_finite_size(number, shift, power, exponent, order, corrections):
    """Between the ends: the upper end is far above kappa**(-1/a)."""
    trace = TraceSum(Rational(shift), power, Rational(exponent), kappa, size)
    expansion = trace.small_kappa(order=order, corrections=corrections)
    for point, count in (("1e-8", 10**15), ("1e-20", 10**40)):
        exact = numerics.trace_sum(exponent, point, shift=shift, power=power, size=count, digits=250)
        with mpmath.workdps(250):
            values = {kappa: point, size: count}
            left_out = abs(exact - number(expansion.as_expr(), values, 250))
            allowed = mpmath.fsum(abs(number(error, values, 250)) for error in expansion.errors)
            assert left_out < 10 * allowed
            assert allowed < exact / 100


@pytest.mark.parametrize("power", [1, 2, 3])
def test_below_the_smallest_eigenvalue(number, power):
    count, exponent = 50, Rational(3, 2)
    expansion = TraceSum(0, power, decay, kappa, size).below_spectrum(order=3)
    for point in ("1e-10", "1e-20"):
        exact = numerics.trace_sum("3/2", point, power=power, size=count, digits=120)
        terms = expansion.as_expr().subs({decay: exponent, size: count})
        with mpmath.workdps(120):
            powers = {
                j: mpmath.fsum(mpmath.mpf(k) ** (3 * j / mpmath.mpf(2)) for k in range(1, 51)) for j in (1, 2)
            }
            values = {harmonic(count, -j * exponent): powers[j] for j in (1, 2)} | {kappa: point}
            left_out = abs(exact - number(terms, values, 120))
            error = number(expansion.errors[0], {kappa: point, size: count, decay: exponent}, 120)
            # the first term left out is C(m+2, 3) kappa**3 sum k**(3a), and the error has M**(3a + 1)
            assert mpmath.mpf("0.01") * error < left_out < 10 * error


def test_expansions_refuse_what_they_cannot_expand():
    with pytest.raises(ValueError, match="`kappa` is 1/2; an expansion needs a symbol there"):
        TraceSum(0, 1, 2, Rational(1, 2), oo).small_kappa()
    with pytest.raises(ValueError, match="`power` is m; an expansion needs a number there"):
        TraceSum(0, Symbol("m", integer=True, positive=True), 2, kappa, oo).small_kappa()
    with pytest.raises(ValueError, match="`size` is oo; there is no smallest eigenvalue"):
        TraceSum(0, 1, 2, kappa, oo).below_spectrum()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, 0, 2, kappa, oo), "power"),
        ((0, Rational(1, 2), 2, kappa, oo), "power"),
        ((0, -1, 2, kappa, oo), "power"),
        ((0, 1, 0, kappa, oo), "decay"),
        ((0, 1, -2, kappa, oo), "decay"),
        ((0, 1, 2, -1, oo), "kappa"),
        ((0, 1, 2, kappa, 0), "size"),
        ((0, 1, 2, kappa, Rational(5, 2)), "size"),
        ((0, 1, 2, kappa, -oo), "size"),
    ],
)
def test_arguments_outside_of_the_domain_are_refused(arguments, name):
    with pytest.raises(ValueError, match=rf"`{name}` is .*; the "):
        TraceSum(*arguments)


def test_divergent_sum_is_said():
    with pytest.raises(numerics.DivergentSumError):
        TraceSum(0, 1, Rational(1, 2), 1, oo).evalf()


def test_latex_of_the_function_and_its_powers():
    trace = TraceSum(0, 1, decay, kappa, size)
    assert latex(trace) == r"\mathcal{T}_{0,1}\left(\kappa;a,M\right)"
    assert latex(trace**2) == r"\mathcal{T}_{0,1}^{2}\left(\kappa;a,M\right)"


@pytest.mark.tex
def test_latex_compiles(compile_latex):
    trace = TraceSum(s - decay / 2, 2, 1 + decay, kappa, oo)
    pieces = [latex(e) for e in (trace, trace**2, trace.diff(kappa), trace.rewrite(Sum), trace.diff(decay))]
    pieces.append(trace.subs(decay, 1).subs(s, Rational(1, 4)).small_kappa(order=2).latex())
    compile_latex(rf"\[{piece}\]" for piece in pieces)


def test_pickles():
    trace = TraceSum(s, 2, decay, kappa, oo)
    again = pickle.loads(pickle.dumps(trace))
    assert again == trace
    assert again.diff(kappa) == trace.diff(kappa)
