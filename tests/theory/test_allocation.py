"""Best allocations: exponents by region, constants, ranges where the optimum is not unique, and refusals."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import linprog
from sympy import (
    Eq,
    Interval,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    log,
    oo,
    simplify,
    sqrt,
    symbols,
)

from scalinglaws.theory import AsymptoticSum, optimal_allocation

N, T, K, M, C = symbols("N T K M C", positive=True)
A, B, E, gamma = symbols("A B E gamma", positive=True)
alpha, beta, u, v = symbols("alpha beta u v", positive=True)
a, b, q = symbols("a b q", real=True)

LIN_DOMAIN = [a > 1, b > 1, b < a + 1]
LIN_RISK = M ** (1 - b) + (N * gamma) ** ((1 - b) / a) + Min(M, (N * gamma) ** (1 / a)) / N


@pytest.fixture(scope="module")
def lin2024():
    return optimal_allocation(LIN_RISK, cost=M * N, budget=C, over=[M, N, (gamma, 0, 1)], where=LIN_DOMAIN)


def test_two_terms_balance():
    best = optimal_allocation(A / N**alpha + B / T**beta, cost=N * T, budget=C, over=[N, T])
    (piece,) = best
    assert piece.conditions == ()
    assert simplify(piece.value.exponents[N] - beta / (alpha + beta)) == 0
    assert simplify(piece.value.exponents[T] - alpha / (alpha + beta)) == 0
    assert simplify(piece.value.risk + alpha * beta / (alpha + beta)) == 0


def test_constants_of_two_terms_are_those_of_lagrange():
    c = Symbol("c", positive=True)
    best = optimal_allocation(E + A / N**alpha + B / T**beta, cost=c * N**u * T**v, budget=C, over=[N, T])
    (piece,) = best
    assert best.irreducible == E
    amounts = piece.value.amounts
    values = dict(
        zip(
            (A, B, alpha, beta, u, v, c, C),
            map(Rational, (3, 5, "1/3", "2/5", 2, "3/2", 7, 10**9)),
            strict=True,
        )
    )
    n, t = (amounts[symbol].subs(values).evalf(40) for symbol in (N, T))
    # the whole budget is spent, and both terms gain equally per unit of log cost
    assert abs((c * n**u * t**v).subs(values).evalf(40) / values[C] - 1) < 1e-35
    gains = [(alpha * A / n**alpha / u).subs(values), (beta * B / t**beta / v).subs(values)]
    assert abs((gains[0] / gains[1]).evalf(40) - 1) < 1e-35
    risk = (A / n**alpha + B / t**beta).subs(values).evalf(40)
    assert abs(piece.value.reducible_risk.subs(values).evalf(40) / risk - 1) < 1e-35


def test_shares_of_the_risk_are_the_multipliers():
    best = optimal_allocation(A / N**alpha + B / T**beta, cost=N * T, budget=C, over=[N, T])
    shares = best.pieces[0].value.shares
    assert simplify(sum(shares.values()) - 1) == 0
    assert simplify(shares[str(A / N**alpha)] - beta / (alpha + beta)) == 0


def test_sgd_on_a_sketch_has_an_interval_of_step_sizes(lin2024):
    """arXiv:2406.08466, corollary to theorem 4.2, and the interval of step sizes that it leaves out."""
    easy = lin2024.at({a: 2, b: Rational(3, 2)})
    assert (easy.exponents[M], easy.exponents[N], easy.exponents[gamma]) == (
        Rational(1, 3),
        Rational(2, 3),
        0,
    )
    assert easy.risk == Rational(-1, 6)
    hard = lin2024.at({a: 2, b: Rational(5, 2)})
    assert (hard.exponents[M], hard.exponents[N]) == (Rational(2, 7), Rational(5, 7))
    assert hard.exponents[gamma] == Interval(Rational(-1, 7), 0)
    assert not hard.is_unique
    assert hard.risk == Rational(-3, 7)
    assert len(lin2024) == 2


def test_exponents_of_the_sketch_are_one_formula(lin2024):
    draw = random.Random(11)
    for _ in range(40):
        decay = Rational(draw.randint(5, 16), 4)
        source = Rational(draw.randint(9, int(8 * (decay + 1)) - 1), 8)
        found = lin2024.at({a: decay, b: source})
        assert found.exponents[M] == 1 / (max(decay, source) + 1)
        assert found.risk == (1 - source) / (max(decay, source) + 1)


def test_effective_dimension_as_a_knob_gives_the_same_allocation(lin2024):
    risk = K ** (1 - b) + K / N
    bound = Min(M, (N * gamma) ** (1 / a))
    best = optimal_allocation(
        risk, cost=M * N, budget=C, over=[M, N, (gamma, 0, 1), (K, 1, bound)], where=LIN_DOMAIN
    )
    for decay, source in ((2, "3/2"), (2, 2), (2, "5/2"), ("3/2", "9/4")):
        point = {a: decay, b: source}
        mine, theirs = best.at(point), lin2024.at(point)
        assert mine.risk == theirs.risk
        assert all(mine.exponents[symbol] == theirs.exponents[symbol] for symbol in (M, N, gamma))


def term_exponents(point):
    x, y = point
    return [[-x, 0, 0], [0, -y, 0], [1, -1, 0], [0, 0, -1], [-1, 0, -y]]


@pytest.fixture(scope="module")
def five_terms():
    risk = N**-a + T**-b + N / T + 1 / K + N**-1 * K**-b
    return optimal_allocation(risk, cost=N * T * K, budget=C, over=[N, T, K], where=[a > 0, b > 0])


def linprog_risk(terms, cost, fixed=()):
    count = len(cost)
    rows = [[*term, -1] for term in terms] + [[*cost, 0]]
    return linprog(
        [0] * count + [1],
        A_ub=np.array(rows, float),
        b_ub=[0] * len(terms) + [1],
        bounds=[(0, None)] * count + [(None, None)],
        A_eq=np.array([[*row, 0] if len(row) == count else row for row, _ in fixed], float)
        if fixed
        else None,
        b_eq=[bound for _, bound in fixed] if fixed else None,
    )


@pytest.mark.slow
def test_three_resources_and_five_terms_agree_with_scipy(five_terms):
    draw = random.Random(3)
    for number in range(100):
        point = [Fraction(draw.randint(1, 12), 4) for _ in range(2)]
        if number % 3 == 0:
            point = [x + Fraction(draw.choice([-1, 1]), 10**6) for x in point]
        found = five_terms.at({a: point[0], b: point[1]})
        terms = [[float(e) for e in term] for term in term_exponents(point)]
        result = linprog_risk(terms, [1, 1, 1])
        assert float(found.risk) == pytest.approx(result.fun, abs=1e-9)
        for j, symbol in enumerate((N, T, K)):
            exponent = found.exponents[symbol]
            for sign, end in ((1, "inf"), (-1, "sup")):
                expected = linprog(
                    [sign * (i == j) for i in range(3)],
                    A_ub=np.array([*terms, [1, 1, 1]], float),
                    b_ub=[result.fun + 1e-11] * 5 + [1],
                    bounds=[(0, None)] * 3,
                )
                value = getattr(exponent, end) if isinstance(exponent, Interval) else exponent
                assert float(value) == pytest.approx(sign * expected.fun, abs=1e-5)


def problems():
    yield "two costs", A * N**-a + B * T**-b, N * T + K * 0 + N**2, [N, T], [a > 0, b > 0]
    yield "three", A * N**-a + B / T + (N * K) ** -b + K**-1, 2 * N * T * K, [N, T, K], [a > 0, b > 0]
    yield "step", N**-a + (gamma * T) ** -b + 3 * gamma, N * T, [N, T, (gamma, 1 / T, 5)], [a > 0, b > 0]
    yield "logs", log(N) * N**-a + B * log(T) ** 2 / T**b, N * T * log(N), [N, T], [a > 0, b > 0]
    yield "variance", A * N**-a + T**-b + N / T, N * T, [N, T], [a > 0, b > 0]
    yield "power", (A * N**-a + B * T**-b) ** (a / 2), N * T, [N, T], [a > 0, b > 0]


@pytest.mark.parametrize(
    ("risk", "cost", "over", "where"), [p[1:] for p in problems()], ids=[p[0] for p in problems()]
)
def test_constants_satisfy_the_conditions_of_lagrange_at_huge_budgets(risk, cost, over, where):
    """Nothing of the geometric program is used: gradients of the formulas themselves are compared."""
    best = optimal_allocation(risk, cost=cost, budget=C, over=over, where=where)
    names = [o[0] if isinstance(o, tuple) else o for o in over]
    logs = risk.has(log)
    draw = random.Random(5)
    examined = 0
    with mpmath.workdps(60):
        for _ in range(12):
            point = {a: Rational(draw.randint(2, 30), 10), b: Rational(draw.randint(2, 30), 11)}
            found = best.at(point)
            if found.constants is None:
                continue
            numbers = {**point, A: Rational(3, 2), B: Rational(5, 7)}
            # logarithms of logarithms vanish slowly: an astronomical budget, and a tolerance to match
            budget = mpmath.mpf(10) ** (10**7 if logs else 2000)
            tolerance = 1e-5 if logs else 1e-20
            at = {s: evaluated(x.subs(numbers), {C: budget}) for s, x in found.amounts.items()}
            moving = [s for s in names if found.exponents[s] != 0]
            r, c = (evaluated(f.subs(numbers), at) for f in (risk, cost))
            assert abs(c / budget - 1) < tolerance
            predicted = evaluated(found.reducible_risk.subs(numbers), {C: budget})
            assert abs(r / predicted - 1) < tolerance
            gains = {s: at[s] * evaluated(risk.diff(s).subs(numbers), at) / r for s in names}
            costs = {s: at[s] * evaluated(cost.diff(s).subs(numbers), at) / c for s in names}
            priced = [s for s in moving if costs[s] > 1e-3]
            multipliers = [-gains[s] / costs[s] for s in priced]
            assert max(multipliers) - min(multipliers) < 10 * tolerance
            for s in set(moving) - set(priced):
                assert abs(gains[s]) < 10 * tolerance
            examined += 1
    assert examined >= 4


def evaluated(expression, values):
    from sympy import lambdify

    return mpmath.mpmathify(lambdify(list(values), expression, "mpmath")(*values.values()))


def test_a_boundary_has_no_constants_but_its_exponents():
    best = optimal_allocation(
        A / N**a + B / T**b + N / T, cost=N * T, budget=C, over=[N, T], where=[a > 0, b > 0]
    )
    boundary = best.at({a: 1, b: Rational(1, 2)})
    assert boundary.exponents == {N: Rational(1, 3), T: Rational(2, 3)}
    assert boundary.constants is None
    assert "more terms and limits meet" in boundary.remark
    with pytest.raises(ValueError, match="constants of this allocation are not known"):
        _ = boundary.amounts
    assert best.at({a: 1, b: Rational(1, 2) + Rational(1, 10**12)}).constants is not None


def test_where_every_split_is_equally_good_an_interval_is_the_answer():
    best = optimal_allocation(1 / (N * T), cost=N * T, budget=C, over=[N, T])
    (piece,) = best
    assert piece.value.exponents == {N: Interval(0, 1), T: Interval(0, 1)}
    assert piece.value.risk == -1
    assert piece.value.constants is None


def test_an_unlimited_resource_has_an_interval_without_end():
    best = optimal_allocation(1 / N + 1 / T, cost=N, budget=C, over=[N, T])
    assert best.pieces[0].value.exponents[T] == Interval(1, oo)
    small = optimal_allocation(1 / N + gamma / T, cost=N * T, budget=C, over=[N, T, (gamma, 0, 1)])
    assert small.pieces[0].value.exponents[gamma] == Interval(-oo, -1)


def test_an_equation_between_parameters_is_a_region_of_its_own():
    best = optimal_allocation(N**-a * T**-b, cost=N * T, budget=C, over=[N, T], where=[a > 0, b > 0])
    assert len(best) == 3
    (edge,) = [piece for piece in best if any(isinstance(c, Eq) for c in piece.conditions)]
    assert edge.conditions == (Eq(a, b),)
    assert best.at({a: 2, b: 2}).exponents[N] == Interval(0, 1)
    assert best.at({a: 2, b: Rational(199, 100)}).exponents[N] == 1


def test_logarithms_leave_exponents_alone_and_enter_constants():
    plain = optimal_allocation(1 / N**alpha + 1 / T**beta, cost=N * T, budget=C, over=[N, T])
    dressed = optimal_allocation(log(N) ** 3 / N**alpha + 1 / T**beta, cost=N * T, budget=C, over=[N, T])
    assert dressed.pieces[0].value.exponents == plain.pieces[0].value.exponents
    assert dressed.pieces[0].value.constants[N].has(log(C))
    assert any("Logarithms do not change the exponents" in sentence for sentence in dressed.assumptions)
    # T is cheap: from the square root of the budget on, more of it changes the logarithm only
    level = optimal_allocation(log(T) / N + 1 / T**2, cost=N + T, budget=C, over=[N, T])
    assert level.pieces[0].value.exponents == {N: 1, T: Interval(Rational(1, 2), 1)}
    assert "logarithms may single out a part" in level.pieces[0].value.remark


def test_a_logarithm_of_what_does_not_grow_has_no_constant():
    best = optimal_allocation(log(T) / N + 1 / N**2, cost=N * T, budget=C, over=[N, T])
    assert best.pieces[0].value.exponents == {N: 1, T: 0}
    assert "does not grow" in best.pieces[0].value.remark


def test_a_power_of_a_sum_is_minimised_with_the_sum():
    inner = A / N**alpha + B / T**beta
    plain = optimal_allocation(inner, cost=N * T, budget=C, over=[N, T]).pieces[0].value
    power = optimal_allocation(7 * inner ** (alpha / 3), cost=N * T, budget=C, over=[N, T]).pieces[0].value
    assert power.constants == plain.constants
    assert simplify(power.risk - plain.risk * alpha / 3) == 0
    point = {A: 2, B: 3, alpha: Rational(1, 2), beta: Rational(1, 3)}
    expected = 7 * plain.subs(point).risk_constant ** Rational(1, 6)
    assert abs((power.subs(point).risk_constant - expected).evalf(30)) < 1e-25


def test_a_bound_of_the_error_counts_as_a_term():
    exact = optimal_allocation(AsymptoticSum((1 / N, 1 / T)), cost=N * T, budget=C, over=[N, T])
    rough = optimal_allocation(
        AsymptoticSum((1 / N, 1 / T), (N**-q,), frozenset([q > 0])), cost=N * T, budget=C, over=[N, T]
    )
    assert exact.at({}).risk == rough.at({q: 2}).risk == Rational(-1, 2)
    assert rough.at({q: Rational(1, 2)}).risk == Rational(-1, 3)
    assert rough.at({q: 1}).constants is None
    assert any("error" in sentence for sentence in rough.assumptions)


def test_maxima_and_negative_powers_of_sums_are_orders_of_magnitude():
    largest = optimal_allocation(Max(1 / N, T**-2), cost=N * T, budget=C, over=[N, T])
    assert largest.at({}).exponents == {N: Rational(2, 3), T: Rational(1, 3)}
    harmonic = optimal_allocation((N + T) ** -1, cost=N * T, budget=C, over=[N, T])
    found = harmonic.at({})
    assert found.risk == -1
    assert set(found.exponents[N].boundary) | {found.exponents[N].inf} == {0, 1}


def test_two_alternatives_far_apart_leave_two_points():
    """Either resource alone does it, a mixture does not."""
    best = optimal_allocation(Min(1 / N, 1 / T), cost=N * T, budget=C, over=[N, T])
    exponent = best.at({}).exponents[N]
    assert exponent.contains(0) == True  # noqa: E712 -- SymPy's truth values
    assert exponent.contains(1) == True  # noqa: E712
    assert exponent.contains(Rational(1, 2)) == False  # noqa: E712


def test_symbols_without_declared_sign_are_taken_as_positive_and_said_to_be():
    from sympy import abc

    best = optimal_allocation(
        abc.A / abc.N + abc.B / abc.T, cost=abc.N * abc.T, budget=abc.C, over=[abc.N, abc.T]
    )
    assert "Taken as positive: A, B." in best.assumptions
    assert best.at({abc.A: 4, abc.B: 1}).constants[abc.N] == 2


def test_floats_are_the_binary_numbers_they_are():
    best = optimal_allocation(N**-0.1 + 1 / T, cost=N * T, budget=C, over=[N, T])
    assert best.at({}).exponents[T] == Rational(0.1) / (1 + Rational(0.1))
    general = optimal_allocation(N**-a + 1 / T, cost=N * T, budget=C, over=[N, T], where=[a > 0])
    assert general.at({a: 0.1}).exponents[T] == Rational(0.1) / (1 + Rational(0.1))


def test_irrational_parameters_are_taken_exactly():
    best = optimal_allocation(N**-a + T**-b, cost=N * T, budget=C, over=[N, T], where=[a > 0, b > 0])
    assert simplify(best.at({a: sqrt(2), b: 1}).exponents[N] - 1 / (1 + sqrt(2))) == 0


def test_piecewise_has_the_exponents(lin2024):
    size = lin2024.piecewise(M)
    assert isinstance(size, Piecewise)
    assert size.subs({a: 2, b: 3}) == Rational(1, 4)
    assert lin2024.piecewise(gamma, end="upper").subs({a: 2, b: Rational(5, 2)}) == 0
    assert lin2024.piecewise(gamma).subs({a: 2, b: Rational(5, 2)}) == Rational(-1, 7)
    assert lin2024.piecewise().subs({a: 2, b: 2}) == Rational(-1, 3)
    with pytest.raises(ValueError, match="`of` is T; the resources are M, N, gamma"):
        lin2024.piecewise(T)
    with pytest.raises(ValueError, match="`end` is 'middle'"):
        lin2024.piecewise(M, end="middle")


def test_latex_compiles(lin2024, compile_latex):
    best = optimal_allocation(E + A * log(N) / N**alpha + B / T**beta, cost=6 * N * T, budget=C, over=[N, T])
    either = optimal_allocation(Min(1 / N, 1 / T), cost=N * T, budget=C, over=[N, T])
    compile_latex([f"\\[{answer.latex()}\\]" for answer in (lin2024, best, either)])


def test_latex_says_order_or_equivalence(lin2024):
    assert r"x \in \left[\frac{a - b}{b + 1}, 0\right]" in lin2024.latex()
    assert r"\simeq" not in lin2024.latex()
    best = optimal_allocation(1 / N + 1 / T, cost=N * T, budget=C, over=[N, T])
    assert r"N \simeq" in best.latex()
