"""Allocation problems that are refused, each with one line that says what to do."""

from __future__ import annotations

import pytest
from sympy import Max, Min, exp, oo, pi, sqrt, symbols

from scalinglaws.theory import optimal_allocation

N, T, K, M, C = symbols("N T K M C", positive=True)
A, B, E, gamma, alpha = symbols("A B E gamma alpha", positive=True)
a, b, q = symbols("a b q", real=True)


def run(risk, cost=N * T, over=(N, T), where=(), budget=C):
    return optimal_allocation(risk, cost=cost, budget=budget, over=list(over), where=where)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(risk=1 / N - 1 / T), "coefficient `-1` in `-1/T` is not positive"),
        (dict(risk=A / N - B / T), "coefficient `-B` in `-B/T` is not positive"),
        (dict(risk=(a - 2) / N + 1 / T + N**-a, where=[a > 1]), "is not positive on the whole domain"),
        (dict(risk=N ** -sqrt(a) + 1 / T, where=[a > 1]), r"`-sqrt\(a\)` contains `sqrt\(a\)`, which is not"),
        (dict(risk=N**-pi + 1 / T), "contains `pi`, which is not a rational function of the parameters"),
        (dict(risk=exp(-N) + 1 / T), r"`exp\(-N\)` is no sum of products of real powers"),
        (dict(risk=N**-a + 1 / T, where=[a > 1, a < 0]), "`where` is contradictory"),
        (dict(risk=N ** (1 / (2 - a)) + 1 / T, where=[a > 1]), "has a pole in the domain; exclude"),
        (dict(risk=1 / T, cost=N, over=(N, T)), "falls without bound at no cost along T = s"),
        (
            dict(risk=N**-a * T ** (a - b) + 1 / (N * T), cost=N, where=[a > 0, b > 0]),
            r"without bound at no cost along .*T = s.* \(where .*\)",
        ),
        (dict(risk=1 / N + 1 / T, where=[q > 1]), "q is not defined: it occurs neither in `risk`"),
        (dict(risk=1 / N + 1 / T, where=[N > T]), "names N; relate parameters only"),
        (dict(risk=1 / N + 1 / T, over=()), "`over` is empty"),
        (dict(risk=1 / N + 1 / T, over=(N, N)), "`over` contains N more than once"),
        (dict(risk=1 / N + 1 / T, over=(N, C)), "`over` contains the budget C"),
        (dict(risk=1 / N, cost=N), "`over` contains T, which occurs neither"),
        (dict(risk=E), "depends on none of N, T; nothing can be allocated"),
        (dict(risk=1 / N + 1 / T, cost=6), "`cost` = 6 depends on none of N, T"),
        (dict(risk=1 / N + 1 / T, cost=Min(N, T)), r"`cost` contains Min\(N, T\), an alternative"),
        (dict(risk=1 / N + 1 / T, cost=N - T), "coefficient `-1` in `-T` is not positive"),
        (dict(risk=1 / N + 1 / gamma, cost=N, over=(N, (gamma, C, 1))), "the bounds in `over` and the cost"),
        (
            dict(risk=1 / N + K * M + 1 / (K * M), cost=N, over=(N, (K, 0, oo), (M, 0, oo))),
            "K, M can vary without any effect",
        ),
        (dict(risk=1 / N + 1 / T, over=(N, (T, -1, 1))), "T lies between -1 and 1; it is positive"),
        (dict(risk=1 / N + 1 / T, over=(N, (T, 1, Max(N, 2)))), "is an alternative; use Min of monomials"),
        (dict(risk=(N + T) ** -a), "the exponent `-a` of a sum has no sign on the domain"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        run(**arguments)
    assert "\n" not in str(caught.value)


def test_bad_types_are_refused():
    with pytest.raises(TypeError, match="`budget` is 10"):
        run(1 / N + 1 / T, budget=10)
    with pytest.raises(TypeError, match="give symbols, or triples"):
        run(1 / N + 1 / T, over=(N, (T, 1)))
    with pytest.raises(TypeError, match="which is not a symbol"):
        run(1 / N + 1 / T, over=(N, (2, 1, 3)))


def test_points_outside_are_refused():
    sketch = optimal_allocation(
        N ** (1 - b) + T ** (-a), cost=N * T, budget=C, over=[N, T], where=[a > 1, b > 1, b < a + 1]
    )
    for values, message in (
        ({a: 2, b: 4}, "violates"),
        ({a: 2, q: 1}, "names q, which is not a parameter; there is a, b"),
        ({a: 2}, "lacks b"),
        ({a: "two", b: 2}, "give a real number"),
    ):
        with pytest.raises(ValueError, match=message):
            sketch.at(values)
    best = optimal_allocation(1 / N**alpha + 1 / T, cost=N * T, budget=C, over=[N, T])
    with pytest.raises(ValueError, match="alpha is declared positive"):
        best.at({alpha: -1})
