from __future__ import annotations

from functools import cache

import mpmath
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol, log, oo, simplify

from scalinglaws.theory import Expansion, IncomparableTermsError
from scalinglaws.theory.monomial import Monomial

a, b = Symbol("a", real=True), Symbol("b", real=True)
x, y = Symbol("x", positive=True), Symbol("y", positive=True)
DOMAIN = (a > 1, a < 2)
#: A failure is shown as found: shrinking it would take minutes of arithmetic at many digits.
UNSHRUNK = (Phase.explicit, Phase.generate)
#: Parameters inside of DOMAIN at which the order of an error is measured.
PARAMETERS = (Rational(5, 4), Rational(7, 4))
#: log10 of the sizes at which it is measured: a wrong order by 1/4 shows as 10**15 at the second.
SIZES = (30, 60)
#: Working digits per unit of log10(x).
DIGITS = 32
#: Bound of |exact - terms| / error for coefficients up to 3 and three corrections.
BOUND = 10**8


@cache
def value(expression, at, exponent10, parameter):
    """Evaluate at x = 10**(+-exponent10), at a working precision that survives every cancellation here."""
    with mpmath.workdps(DIGITS * exponent10):
        point = mpmath.mpf(10) ** (exponent10 if at == oo else -exponent10)
        total = mpmath.mpf(0)
        for term in expression.subs(a, parameter).expand().as_ordered_terms():
            coefficient, dependent = term.as_independent(x, as_Add=False)
            powers = dependent.as_powers_dict()
            size = point ** (mpmath.mpf(powers[x].p) / powers[x].q) if x in powers else mpmath.mpf(1)
            if log(x) in powers:
                size *= mpmath.log(point) ** int(powers[log(x)])
            total += size * coefficient._to_mpmath(mpmath.mp.prec)
        return total


def assert_error_bounds(expansion: Expansion, exact, *, bound=BOUND):
    """Check |exact - terms| <= bound * error at two sizes; `exact` maps (size, parameter) to a number."""
    for parameter in PARAMETERS:
        for size in SIZES:
            with mpmath.workdps(DIGITS * size):
                left_out = abs(
                    exact(size, parameter) - value(expansion.as_expr(), expansion.at, size, parameter)
                )
                if not expansion.error:
                    # an exact result agrees to the digits that the inputs leave
                    assert left_out <= mpmath.mpf(10) ** (-20 * size)
                    continue
                allowed = abs(value(expansion.error_expr(), expansion.at, size, parameter))
                assert left_out <= bound * allowed, (expansion, size, parameter)


#: Relative corrections of exponent -(i + j a): several are incomparable on DOMAIN, as 2a and 3 are.
corrections = st.sampled_from([(1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (3, 0), (0, 3), (2, 1)])
coefficients = st.integers(-3, 3).filter(bool)
leads = st.sampled_from([Integer(0), Integer(1), -a, a - 2, 1 / a])
points = st.sampled_from([Integer(0), oo])


@st.composite
def truncated(draw, at=None):
    """Draw an expansion with one leading term and the exact function that it truncates."""
    at = draw(points) if at is None else at
    sign = -1 if at == oo else 1
    chosen = draw(st.dictionaries(corrections, coefficients, min_size=2, max_size=4))
    terms = [c * x ** (sign * (i + j * a)) for (i, j), c in chosen.items()]
    kept = draw(st.integers(1, len(terms)))
    lead = draw(st.integers(1, 3)) * x ** draw(leads)
    exact = (lead * (1 + sum(terms))).expand()
    errors = [(lead * term).as_coeff_Mul()[1] for term in terms[kept:]]
    approximate = Expansion.of(lead * (1 + sum(terms[:kept])), x, at=at, error=errors, where=DOMAIN)
    return approximate, exact


pairs = points.flatmap(lambda at: st.tuples(truncated(at=at), truncated(at=at)))


@settings(max_examples=9, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(pairs)
def test_sums_and_products_keep_their_error(pair):
    (first, exact_first), (second, exact_second) = pair
    at = first.at

    def operate(operation):
        return lambda size, parameter: operation(
            value(exact_first, at, size, parameter), value(exact_second, at, size, parameter)
        )

    assert_error_bounds(first + second, operate(lambda f, g: f + g))
    assert_error_bounds(first - second, operate(lambda f, g: f - g))
    assert_error_bounds(first * second, operate(lambda f, g: f * g))
    assert_error_bounds(2 - first * 3, operate(lambda f, _: 2 - 3 * f))


@settings(max_examples=9, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(pairs, st.integers(0, 3))
def test_quotients_keep_their_error(pair, order):
    (first, exact_first), (second, exact_second) = pair
    assert_error_bounds(
        first * second.power(-1, corrections=order),
        lambda size, parameter: (
            value(exact_first, first.at, size, parameter) / value(exact_second, first.at, size, parameter)
        ),
    )


@settings(max_examples=9, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(
    truncated(), st.sampled_from([-1, 2, 3, Rational(1, 2), Rational(-5, 3), a, -1 / a]), st.integers(0, 3)
)
def test_powers_keep_their_error(case, power, order):
    expansion, exact = case

    def real_power(size, parameter):
        exponent = Rational(power if not hasattr(power, "subs") else power.subs(a, parameter))
        return value(exact, expansion.at, size, parameter) ** (mpmath.mpf(exponent.p) / exponent.q)

    result = expansion.power(power, corrections=order)
    # coefficients c**r are no rationals: evaluate them at the parameter
    for parameter in PARAMETERS:
        for size in SIZES:
            with mpmath.workdps(DIGITS * size):
                left_out = abs(
                    real_power(size, parameter) - value(result.as_expr(), expansion.at, size, parameter)
                )
                if result.error:
                    allowed = abs(value(result.error_expr(), expansion.at, size, parameter))
                    assert left_out <= BOUND * allowed
                else:
                    assert left_out <= mpmath.mpf(10) ** (-20 * size)


@settings(max_examples=9, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(truncated(), st.integers(0, 3))
def test_logarithms_keep_their_error(case, order):
    expansion, exact = case
    assert_error_bounds(
        expansion.logarithm(corrections=order),
        lambda size, parameter: mpmath.log(value(exact, expansion.at, size, parameter)),
    )


finite_sums = st.lists(
    st.tuples(
        coefficients, st.sampled_from([Integer(0), a, -a, 1 - a, Integer(2), 1 / a]), st.integers(0, 2)
    ),
    min_size=1,
    max_size=3,
).map(lambda terms: Expansion.of(sum(c * x**e * log(x) ** k for c, e, k in terms), x, where=DOMAIN))


@settings(max_examples=30, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(finite_sums, finite_sums, finite_sums)
def test_finite_sums_form_a_commutative_ring(f, g, h):
    assert (f + g).coefficients == (g + f).coefficients
    assert (f * g).coefficients == (g * f).coefficients
    assert ((f + g) * h).coefficients == (f * h + g * h).coefficients
    assert ((f * g) * h).coefficients == (f * (g * h)).coefficients
    assert (f - f).coefficients == {}
    assert (f * 1).coefficients == f.coefficients
    assert f.power(2).coefficients == (f * f).coefficients
    assert simplify((f * g).as_expr() - (f.as_expr() * g.as_expr()).expand()) == 0


@settings(max_examples=10, deadline=None, derandomize=True, phases=UNSHRUNK)
@given(truncated(), st.integers(1, 3))
def test_a_root_squared_is_the_expansion_up_to_its_error(case, order):
    expansion, _ = case
    root = expansion.power(Rational(1, 2), corrections=order)
    defect = root.power(2) - expansion
    assert defect.coefficients == {}
    assert defect.error or (not expansion.error and len(expansion.coefficients) == 1)


def test_known_coefficients_of_a_power():
    f = Expansion.of(1 + y * x**-a + x ** (-2 * a), x, error=[x ** (-3 * a)], where=[a > 0])
    root = f.power(Rational(-1, 2), corrections=2)
    assert root.coefficient(-a) == -y / 2
    assert simplify(root.coefficient(-2 * a) - (Rational(3, 8) * y**2 - Rational(1, 2))) == 0
    assert root.error_expr() == x ** (-3 * a)


def test_symbolic_power_and_symbolic_coefficients():
    f = Expansion.of(2 * x * (1 + y * x**-a), x, where=[a > 0]).power(b, corrections=2)
    assert f.exponent(x) == b
    assert simplify(f.coefficient(b) - 2**b) == 0
    assert simplify(f.coefficient(b - 2 * a) / 2**b - b * (b - 1) * y**2 / 2) == 0
    assert [m.exponent for m in f.error] == [b - 3 * a]


def test_truncated_series_names_the_order_of_the_next_term():
    f = Expansion.of(1 + 1 / x, x)
    for order in range(4):
        assert f.power(-1, corrections=order).error_expr() == x ** -(order + 1)
        assert f.logarithm(corrections=order).error_expr() == x ** -(order + 1)
    assert f.power(2).error == ()
    assert f.power(0).as_expr() == 1


def test_an_error_is_never_dropped():
    f = Expansion.of(x**2, x, error=[x])
    exact = Expansion.of(x**3, x)
    assert (f + exact).error_expr() == x
    assert (f - f).error_expr() == x
    assert (f * exact).error_expr() == x**4
    assert (f * f).error_expr() == x**3
    assert f.power(-1, corrections=3).error_expr() == x**-3
    assert f.power(Rational(1, 2), corrections=0).error_expr() == 1
    assert f.logarithm(corrections=5).error_expr() == 1 / x
    assert (-f).error == f.error
    assert f.map_coefficients(simplify).error == f.error


def test_a_term_leaves_only_when_an_error_bounds_it_on_the_whole_domain():
    where = [a > 1, b > 1]
    kept = Expansion.of(x**-a + x**-b, x, error=[x ** (-2 * a)], where=where)
    assert kept.coefficient(-b) == 1
    bounded = Expansion.of(x**-a + x**-b, x, error=[x ** (-2 * a)], where=[*where, b > 2 * a])
    assert bounded.as_expr() == x**-a
    touching = Expansion.of(x**-a + x**-2, x, error=[x**-2], where=[a > 1])
    assert touching.as_expr() == x**-a


def test_incomparable_errors_are_all_kept():
    f = Expansion.of(1 / x, x, error=[x ** (-2 * a), x**-3, x**-4], where=DOMAIN)
    assert f.error_expr() == x ** (-2 * a) + x**-3


def test_a_logarithm_belongs_to_the_order_of_the_error():
    f = Expansion.of(1 + x, x, at=0, error=[x * log(x)])
    assert f.as_expr() == 1
    assert (f * f).error_expr() == x * log(x)


def test_leading_term_needs_one_that_exceeds_all_others():
    f = Expansion.of(x**-a + x**-b, x, where=[a > 1, b > 1])
    with pytest.raises(IncomparableTermsError, match=r"no single term leads on the domain .*narrow `where`"):
        _ = f.leading
    with pytest.raises(IncomparableTermsError, match="of one order on a part of the domain"):
        _ = Expansion.of(x**-a + 1 / x, x, where=[a >= 1]).leading
    with pytest.raises(IncomparableTermsError, match="no single term leads"):
        _ = Expansion.of(x**-2, x, error=[1 / x]).leading
    with pytest.raises(IncomparableTermsError, match="no single term leads"):
        _ = Expansion.of(Integer(0), x).leading
    assert Expansion.of(x**-a + x**-b, x, where=[a > 1, b > a]).leading == x**-a


def test_powers_and_logarithms_need_a_leading_term():
    f = Expansion.of(x**-a + x**-b, x, where=[a > 1, b > 1])
    for operation in (lambda: f.power(-1), lambda: f.logarithm(), lambda: 1 / f):
        with pytest.raises(IncomparableTermsError):
            operation()
    with pytest.raises(ValueError, match="carries a logarithm; iterated logarithms"):
        Expansion.of(x * log(x), x).logarithm()
    with pytest.raises(IncomparableTermsError, match="is not small on the whole domain"):
        Expansion.of(x**-a, x).analytic([Integer(1), Integer(1)])


@pytest.mark.parametrize("at", [0, oo])
@pytest.mark.parametrize(
    ("inside", "power"),
    [(log(x) ** 2 / 4, Rational(1, 2)), (log(x) ** 2, Rational(3, 2)), (log(x) ** 2, Rational(-1, 2))],
)
def test_real_powers_of_logarithms_have_the_right_sign(number, at, inside, power):
    """log(x) is negative near 0, where (log(x)**2)**(1/2) is not log(x); a refusal is right too."""
    point = {x: Rational(1, 10**9) if at == 0 else Rational(10**9)}
    with mpmath.workdps(30):
        base = number(inside, point)
    try:
        result = Expansion.of(inside, x, at=at).power(power).as_expr()
    except ValueError:
        return
    with mpmath.workdps(30):
        assert mpmath.almosteq(number(result, point), base ** (mpmath.mpf(power.p) / power.q))


def test_root_of_a_positive_logarithm_near_zero(number):
    """-log(x) > 0 near 0, as in the sum of 1/k: its root is positive or refused."""
    try:
        root = Expansion.of(-log(x), x, at=0).power(Rational(1, 2)).as_expr()
    except ValueError:
        return
    assert mpmath.almosteq(number(root, {x: Rational(1, 10**9)}, 15), mpmath.sqrt(9 * mpmath.log(10)))


def test_logarithmic_lead_has_integer_powers(number):
    f = Expansion.of(-2 * log(x) + 1, x, at=0)
    inverse = f.power(-1, corrections=4)
    point = {x: Rational(1, 10**4000)}
    with mpmath.workdps(30):
        exact = 1 / number(f.as_expr(), point)
        size = abs(number(inverse.error_expr(), point))
        assert abs(exact - number(inverse.as_expr(), point)) < size


def test_reading_refuses_what_is_no_sum_of_monomials():
    for expression in (1 / (1 + x), log(1 + x), x**x, log(log(x))):
        with pytest.raises(ValueError, match="is not of the form"):
            Expansion.of(expression, x)
    read = Expansion.of((2 + x**a) * x**a / y, x, where=[a > 0])
    assert read.coefficients == {Monomial(a): 2 / y, Monomial(2 * a): 1 / y}


def test_points_other_than_zero_and_infinity_are_refused():
    with pytest.raises(ValueError, match="`at` is 1; an expansion is taken at 0 or oo"):
        Expansion.of(x, x, at=1)


def test_expansions_in_different_variables_or_points_do_not_combine():
    f = Expansion.of(x, x)
    for other in (Expansion.of(y, y), Expansion.of(x, x, at=0)):
        with pytest.raises(ValueError, match="cannot combine"):
            _ = f + other
    with pytest.raises(ValueError, match="`variable` is y; this is an expansion in x"):
        f.exponent(y)


def test_domains_join_when_expansions_combine():
    f = Expansion.of(x**-a, x, where=[a > 1]) * Expansion.of(x**-b, x, where=[b > a])
    assert f.where == {a > 1, b > a}


def test_terms_are_shown_from_the_largest():
    f = Expansion.of(x**-3 + 2 * x**-a + 5, x, error=[x**-4], where=DOMAIN)
    assert f.ordered_terms() == [5, 2 * x**-a, x**-3]
    assert f.factored().expand() == f.as_expr()
    assert f.latex() == r"5 + 2 x^{- a} + \frac{1}{x^{3}} + O\left(\frac{1}{x^{4}}\right)"
    assert str(Expansion.of(1 / x, x)) == "1/x"
    assert Expansion.of(Integer(0), x, error=[1 / x]).latex() == r"O\left(\frac{1}{x}\right)"


def test_cancelled_terms_vanish():
    f = Expansion.of(x**-a * (y + 1) - x**-a, x, where=[a > 1])
    assert (f - Expansion.of(y * x**-a, x)).coefficients == {}
