"""The delta method against exact expectations, and what of Theorem 1 needs which assumption."""

from __future__ import annotations

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Integer,
    Matrix,
    Max,
    Piecewise,
    Rational,
    Symbol,
    binomial,
    cos,
    diag,
    exp,
    log,
    pi,
    simplify,
    sqrt,
    tan,
)

from scalinglaws.theory import symbols
from scalinglaws.theory.variance_limited import (
    Estimator,
    concentrating,
    curvature,
    curvature_and_fluctuation,
    curvature_bound,
    excess_of_minimum,
    excess_over_limit,
    first_coefficient,
    gap_bound,
    gap_over_mean,
    half_normal,
    hoelder_slope,
    logistic_loss,
    polynomial_degree,
    softmax,
    softmax_loss,
    squared_loss,
)
from scalinglaws.theory.variance_limited.estimator import powers_of_degree

n = symbols.samples
f, g = Symbol("f", real=True), Symbol("g", real=True)
v, c, b = Symbol("v", positive=True), Symbol("c", real=True), Symbol("b", real=True)


def coin(share):
    """Mean of tosses that are 1 with a probability, by its cumulants up to the fourth."""
    v = share * (1 - share)
    cumulants = {
        (2,): v / n,
        (3,): v * (1 - 2 * share) / n**2,
        (4,): v * (1 - 6 * v) / n**3,
    }
    return Estimator(outputs=(f,), cumulants=cumulants)


def expectation(loss, share, samples, digits):
    """Return the exact mean over the binomial distribution."""
    with mpmath.workdps(digits):
        p = mpmath.mpf(share.p) / share.q
        total = mpmath.mpf(0)
        for heads in range(samples + 1):
            weight = mpmath.mpf(int(binomial(samples, heads))) * p**heads * (1 - p) ** (samples - heads)
            total += weight * loss(mpmath.mpf(heads) / samples)
        return total - loss(p)


@pytest.mark.parametrize(
    ("symbolic", "numeric"),
    [
        (exp(f), mpmath.exp),
        (log(1 + exp(f)) - f / 3, lambda x: mpmath.log(1 + mpmath.exp(x)) - x / 3),
        (cos(3 * f), lambda x: mpmath.cos(3 * x)),
    ],
)
@pytest.mark.parametrize("digits", [20, 40])
def test_expansion_agrees_with_exact_means_to_its_order(symbolic, numeric, digits):
    share = Rational(1, 3)
    expansion = excess_over_limit(symbolic, coin(share), order=2, at={f: share})
    misses = []
    for samples in (32, 64):
        value = mpmath.mpf(str(expansion.as_expr().subs(n, samples).evalf(digits)))
        misses.append(expectation(numeric, share, samples, digits) - value)
    # What is left falls by 8 for each factor 2.
    assert 7 < misses[0] / misses[1] < 9


def test_first_coefficient_is_slope_times_shift_and_half_the_trace():
    loss = exp(f) + f * g**2 + cos(g)
    covariance = Matrix([[v, c], [c, 2 * v]])
    found = first_coefficient(loss, (f, g), shift=(b, 1), covariance=covariance)
    slopes = b * loss.diff(f) + loss.diff(g)
    assert simplify(found - slopes - (curvature(loss, (f, g)) * covariance).trace() / 2) == 0
    # Concave losses have the gap of the other sign, linear ones none.
    assert first_coefficient(cos(f), [f], covariance=Matrix([[v]])).subs(f, 0) == -v / 2
    assert first_coefficient(f, [f], covariance=Matrix([[v]])) == 0


def test_normal_outputs_expand_to_their_exact_exponential():
    exact = {powers: Integer(0) for k in (3, 4) for powers in powers_of_degree(k, 2)}
    normal = Estimator(outputs=(f, g), cumulants={(2, 0): v / n, (1, 1): c / n, (0, 2): 2 * v / n, **exact})
    found = excess_over_limit(exp(f + g), normal, order=2, at={f: Integer(0), g: Integer(0)})
    half = (3 * v + 2 * c) / 2
    assert simplify(found.as_expr() - half / n - half**2 / (2 * n**2)) == 0


def test_orders_that_grow_slowly_take_more_moments():
    slow = Estimator(outputs=(f,), order=lambda degree: Rational(degree, 10))
    # Pairs of second cumulants: n^(-2/10) for each two powers.
    assert slow.degrees(Integer(1)) == 10
    assert Estimator(outputs=(f,), order=concentrating).degrees(Integer(1)) == 0


def test_moments_are_those_of_sums():
    mean = coin(Rational(1, 2))
    assert mean.moment((3,)).as_expr() == 0
    assert simplify(mean.moment((4,)).as_expr() - (3 / (16 * n**2) - 1 / (8 * n**3))) == 0
    two = Estimator(outputs=(f, g), cumulants={(2, 0): v / n, (1, 1): c / n, (0, 2): v / n})
    # Isserlis: E x^2 y^2 = E x^2 E y^2 + 2 (E x y)^2.
    assert simplify(two.moment((2, 2)).coefficient(-2) - v**2 - 2 * c**2) == 0


@given(
    shift=st.fractions(-2, 2, max_denominator=5),
    variance=st.fractions(Rational(1, 5), 3, max_denominator=5),
    place=st.fractions(-2, 2, max_denominator=5),
)
@settings(max_examples=5, deadline=None)
def test_quadratic_losses_leave_half_the_variance_about_the_mean(shift, variance, place):
    estimator = Estimator(outputs=(f,), cumulants={(1,): Rational(shift) / n, (2,): Rational(variance) / n})
    loss = squared_loss(f, Rational(place))
    gap = gap_over_mean(loss, estimator, order=3)
    assert gap.as_expr() == Rational(variance) / (2 * n)
    assert gap.error == ()
    excess = excess_over_limit(loss, estimator, order=3)
    both = Rational(variance) / (2 * n) + Rational(shift) * (f - Rational(place)) / n
    assert simplify(excess.as_expr() - both - Rational(shift) ** 2 / (2 * n**2)) == 0


def test_shift_counts_by_the_slope_of_the_loss_and_scatter_by_half_its_curvature():
    estimator = Estimator(outputs=(f,), cumulants={(1,): b / n, (2,): v / n})
    loss = exp(f)
    assert simplify(excess_over_limit(loss, estimator).coefficient(-1) - (b + v / 2) * exp(f)) == 0
    assert simplify(gap_over_mean(loss, estimator).coefficient(-1) - v / 2 * exp(f)) == 0


def test_coefficient_may_be_negative_or_vanish():
    estimator = Estimator(outputs=(f,), cumulants={(1,): b / n, (2,): v / n})
    assert excess_over_limit(cos(f), estimator, at={f: Integer(0)}).coefficient(-1) == -v / 2
    cancelled = excess_over_limit(exp(f), estimator).coefficient(-1).subs(b, -v / 2)
    assert cancelled == 0


@pytest.mark.parametrize("degree", [2, 3, 5])
def test_polynomials_need_concentration_only(degree):
    gap = gap_over_mean(f**degree - f, Estimator(outputs=(f,), order=concentrating))
    assert gap.coefficients == {}
    assert [bound.exponent for bound in gap.error] == [-1]


def test_other_losses_are_refused_where_all_moments_count():
    with pytest.raises(ValueError, match="every moment contributes; use `gap_bound`"):
        gap_over_mean(exp(f), Estimator(outputs=(f,), order=concentrating))


@pytest.mark.parametrize(
    "loss",
    [
        abs(f),
        f * abs(f),
        sqrt(f),
        log(f),
        1 / f,
        Max(f, 2 * f),
        Piecewise((f**2, f > 0), (0, True)),
        tan(f + pi / 2),
    ],
)
@pytest.mark.parametrize("expand", [excess_over_limit, gap_over_mean])
def test_losses_are_refused_where_they_are_not_smooth(loss, expand):
    with pytest.raises(ValueError, match=r"`loss` = .* at the limit"):
        expand(loss, coin(Rational(1, 3)), at={f: Integer(0)})


@pytest.mark.parametrize(
    ("loss", "smooth"), [(abs(f), f), (f * abs(f), f**2), (Max(f, -f), f), (log(f), log(f)), (1 / f, 1 / f)]
)
def test_kinks_elsewhere_do_no_harm(loss, smooth):
    found, expected = (
        excess_over_limit(each, coin(Rational(1, 3)), at={f: Rational(1, 3)}) for each in (loss, smooth)
    )
    assert found.coefficients == expected.coefficients


@pytest.mark.parametrize(
    ("loss", "bound"),
    [
        (squared_loss(f, 3), 1),
        (logistic_loss(f, 1), Rational(1, 4)),
        (log(1 + f**2), 2),
        (f**4, None),
        (exp(f), None),
    ],
)
def test_curvature_bound_is_the_largest_second_derivative(loss, bound):
    found = curvature_bound(loss, f)
    assert found.is_infinite if bound is None else found == bound
    if bound is not None:
        second = loss.diff(f, 2)
        grid = [abs(second.subs(f, Rational(k, 10)).evalf()) for k in range(-60, 61)]
        assert max(grid) <= bound + 1e-12
        assert max(grid) > 0.98 * bound
        assert gap_bound(loss, f, v) == bound * v / 2


@pytest.mark.parametrize("classes", [2, 3])
def test_curvature_of_the_softmax_is_the_covariance_of_its_classes(classes):
    outputs = [Symbol(f"f{k}", real=True) for k in range(classes)]
    probabilities = [Symbol(f"q{k}", positive=True) for k in range(classes)]
    p = softmax(outputs)
    found = curvature(softmax_loss(outputs, probabilities), outputs)
    assert (found - diag(*p) + p * p.T).applyfunc(simplify) == Matrix.zeros(classes, classes)


def test_softmax_of_two_classes_is_the_logistic_loss_of_their_difference():
    q = Symbol("q", positive=True)
    difference = softmax_loss((f, g), (q, 1 - q)) - logistic_loss(f - g, q)
    assert simplify(difference.subs({f: 2, g: Rational(1, 3)})).equals(0)


@pytest.mark.parametrize("size", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
def test_well_specified_likelihood_costs_half_a_parameter_each(size):
    curved = Matrix(size, size, lambda i, j: Symbol(f"h{min(i, j)}{max(i, j)}"))
    found = excess_of_minimum(curved, curved)
    assert found.as_expr() == Rational(size, 2) / n
    assert [bound.exponent for bound in found.error] == [-2]


def test_other_minima_cost_the_trace():
    curved = Matrix([[2, 1], [1, 3]])
    noisy = Matrix(2, 2, lambda i, j: Symbol(f"s{min(i, j)}{max(i, j)}"))
    found = excess_of_minimum(curved, noisy).coefficient(-1)
    assert simplify(found - (curved.inv() * noisy).trace() / 2) == 0


@pytest.mark.slow
def test_information_of_softmax_regression_is_its_curvature():
    label, x = Symbol("k"), Symbol("x")
    weights = [Symbol("t1"), Symbol("t2")]
    outputs = [weights[0] * x, weights[1] * x, Integer(0)]
    p = softmax(outputs)
    loss = log(sum(exp(o) for o in outputs)) - sum(
        o * (label - 1) * (label - 2) / 2 if k == 0 else -o * label * (label - 2)
        for k, o in enumerate(outputs[:2])
    )
    curved, noisy = curvature_and_fluctuation(loss, weights, {Integer(k): p[k] for k in range(3)}, label)
    assert (curved - noisy).applyfunc(simplify) == Matrix.zeros(2, 2)


def test_modulus_of_a_mean_concentrates_and_is_shifted():
    modulus = half_normal(f)
    assert modulus.moment((2,)).as_expr() == 1 / n
    loss = squared_loss(f, -1)
    far = excess_over_limit(loss, modulus, at={f: Integer(0)})
    assert far.leading == sqrt(2 / pi) / sqrt(n)
    assert simplify(far.as_expr() - sqrt(2 / pi) / sqrt(n) - 1 / (2 * n)) == 0
    assert simplify(gap_over_mean(loss, modulus).as_expr() - (1 - 2 / pi) / (2 * n)) == 0


def test_condition_of_hoelder_with_an_order_above_one_leaves_no_slope():
    bound = Symbol("K", positive=True)
    assert hoelder_slope(1, bound) == bound
    assert hoelder_slope(2, bound) == 0
    assert hoelder_slope(Rational(11, 10), bound) == 0
    assert hoelder_slope(Rational(1, 2), bound).is_infinite


def test_degree_of_a_polynomial_loss():
    assert polynomial_degree(f**2 * g + f, (f, g)) == 3
    assert polynomial_degree(exp(f), (f,)) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Estimator(outputs=()), "`outputs`"),
        (lambda: Estimator(outputs=(f, f)), "`outputs`"),
        (lambda: Estimator(outputs=(f,), cumulants={(1, 1): v / n}), "`cumulants` has powers"),
        (lambda: Estimator(outputs=(f,), cumulants={(2,): v}), "`cumulants` has v"),
        (lambda: excess_over_limit(b**2, coin(Rational(1, 3))), "`loss`"),
        (lambda: excess_over_limit(f**2, coin(Rational(1, 3)), order=0), "`order`"),
        (lambda: softmax_loss((f,), (1,)), "`probabilities`"),
        (lambda: softmax_loss((f, g), (1,)), "`probabilities`"),
        (lambda: first_coefficient(f, [f], shift=(1, 2), covariance=Matrix([[v]])), "`shift`"),
        (lambda: first_coefficient(f, [f], covariance=Matrix.eye(2)), "`covariance`"),
        (lambda: curvature_bound(b * f**2, f), "`loss` contains b"),
        (lambda: curvature_bound(log(f), f), "`loss` = log\\(f\\) must have a second derivative"),
        (lambda: curvature_bound(abs(f), f), "must have a second derivative"),
        (lambda: hoelder_slope(0, 1), "`order`"),
        (lambda: excess_of_minimum(Matrix([[1, 2]]), Matrix([[1]])), "`curvature`"),
        (lambda: excess_of_minimum(Matrix([[0]]), Matrix([[1]])), "`curvature` is singular"),
        (lambda: excess_of_minimum(Matrix([[1]]), Matrix.eye(2)), "`fluctuation`"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
