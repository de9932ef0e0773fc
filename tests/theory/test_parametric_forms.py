"""Published forms against direct numerical minimisation, and laws as production functions."""

from __future__ import annotations

import mpmath
import pytest
from scipy.optimize import minimize_scalar
from sympy import Max, Rational, cos, diff, lambdify, log, simplify, symbols

from scalinglaws.theory import ProductionFunction, hoffmann2022, kaplan2020
from scalinglaws.theory.parametric_forms import parameters, tokens

FITS = [(form, fit.name) for form in (hoffmann2022, kaplan2020) for fit in form().fits]
alpha, beta, A, B, E = symbols("alpha beta A B E", positive=True)
alpha_n, alpha_d, n_c, d_c = symbols("alpha_N alpha_D N_c D_c", positive=True)


@pytest.mark.parametrize(("form", "fit"), FITS)
@pytest.mark.parametrize("budget", [1e19, 5.76e23])
def test_allocation_is_where_a_numerical_minimiser_finds_it(form, fit, budget):
    form = form()
    best = form.at(fit)
    loss = lambdify([parameters, tokens], form.loss.subs(form.fit(fit).values), "math")
    found = minimize_scalar(
        lambda x: log_loss(loss, x, budget), bounds=(10, 40), method="bounded", options={"xatol": 1e-10}
    )
    amounts = best.amounts_at(budget)
    # a minimum is flat: its place is found to the square root of the precision
    assert float(mpmath.log(amounts[parameters])) == pytest.approx(found.x, abs=1e-5)
    assert float(6 * amounts[parameters] * amounts[tokens] / budget) == pytest.approx(1, rel=1e-13)
    irreducible = float(form.allocation().irreducible.subs(form.fit(fit).values))
    lowest = float(best.reducible_risk_at(budget)) + irreducible
    assert lowest == pytest.approx(float(mpmath.exp(found.fun)), rel=1e-12)


def log_loss(loss, x, budget):
    size = mpmath.exp(x)
    return float(mpmath.log(loss(float(size), float(budget / (6 * size)))))


def test_exponents_of_hoffmann():
    best = hoffmann2022().at("approach 3, unrounded")
    # the paper prints 0.46 and 0.54, and 40 billion parameters for the budget of Gopher
    assert round(float(best.exponents[parameters]), 2) == 0.46
    assert round(float(best.exponents[tokens]), 2) == 0.54
    assert float(best.amounts_at("5.76e23")[parameters]) == pytest.approx(40e9, rel=0.02)
    # rounding the fit moves the optimum by a fifth
    rounded = hoffmann2022().at("approach 3").amounts_at("5.76e23")[parameters]
    assert float(rounded) == pytest.approx(32.2e9, rel=0.01)
    replicated = hoffmann2022().at("replication")
    assert round(float(replicated.exponents[parameters]), 4) == 0.5126


def test_coupling_of_parameters_and_tokens_of_kaplan():
    form = kaplan2020()
    coupling = form.coupling()
    assert simplify(parameters * diff(log(coupling.rhs), parameters) - alpha_n / alpha_d) == 0
    values = form.fit("joint").values
    # arXiv:2001.08361, section 4.2, prints D > 5e3 N^0.74 for 2% more loss than with unlimited data
    tolerated = Rational("0.02")
    size = 10**9
    balanced = coupling.rhs.subs(values).subs(parameters, size).evalf()
    share = (1 + tolerated) ** (1 / values[alpha_d]) - 1
    assert float(balanced / share) == pytest.approx(5e3 * size**0.74, rel=0.1)
    assert round(float(values[alpha_n] / values[alpha_d]), 2) == 0.74


def test_the_expansion_path_runs_along_the_coupling():
    """Both fix the ratio of the two terms, so they differ by a constant."""
    for form in (kaplan2020(), hoffmann2022()):
        path = form.production().expansion_path(tokens, parameters).rhs
        slope = simplify(parameters * diff(log(path), parameters))
        assert simplify(slope - parameters * diff(log(form.coupling().rhs), parameters)) == 0


@pytest.mark.parametrize("form", [hoffmann2022, kaplan2020])
def test_best_allocations_lie_on_the_expansion_path(form):
    form = form()
    fit = form.fits[0]
    path = form.production().expansion_path(tokens, parameters).rhs.subs(fit.values)
    amounts = form.at(fit.name).amounts_at(10**22, 20)
    with mpmath.workdps(20):
        along = lambdify(parameters, path, "mpmath")(amounts[parameters])
        assert abs(along / amounts[tokens] - 1) < 1e-15


def test_unknown_fits_are_refused():
    with pytest.raises(ValueError, match="`name` is 'third'; hoffmann2022 has the fits 'approach 3'"):
        hoffmann2022().at("third")
    best = hoffmann2022().at("approach 3")
    for budget in (1, 0, -5):
        with pytest.raises(ValueError, match=r"`budget` is .*; give a number larger than 1"):
            best.amounts_at(budget)
    with pytest.raises(ValueError, match="no number is given to A, B"):
        hoffmann2022().allocation().at({alpha: 1, beta: 2}).amounts_at(100)


def test_digits_are_right_at_two_precisions():
    best = kaplan2020().at("joint")
    few, many = best.amounts_at(10**20, 15)[parameters], best.amounts_at(10**20, 50)[parameters]
    with mpmath.workdps(60):
        assert abs(few / many - 1) < mpmath.mpf(10) ** -15


x, y, z, q, s = symbols("x y z q s", positive=True)


@pytest.fixture(scope="module")
def hoffmann():
    return hoffmann2022().production()


def test_elasticities_are_logarithmic_slopes(hoffmann):
    loss = hoffmann.loss
    for resource in (parameters, tokens):
        slope = -resource * diff(log(loss - E), resource)
        assert simplify(hoffmann.elasticity(resource, above=E) - slope) == 0
        assert simplify(hoffmann.marginal_return(resource) + diff(loss, resource)) == 0
    total = sum(hoffmann.elasticity(resource) for resource in (parameters, tokens))
    assert simplify(hoffmann.returns_to_scale() - total) == 0


def test_an_isoquant_has_one_loss_and_the_slope_of_the_rate_of_substitution(hoffmann):
    curve = hoffmann.isoquant(tokens, q).rhs
    point = {A: 2, B: 3, E: 1, alpha: Rational(1, 3), beta: Rational(1, 2), q: 3, parameters: 64}
    assert abs((hoffmann.loss.subs(tokens, curve).subs(point) - 3).evalf(30)) < 1e-25
    slope = diff(curve, parameters).subs(point)
    rate = hoffmann.rate_of_substitution(parameters, tokens).subs(tokens, curve).subs(point)
    assert abs((slope + rate).evalf(30)) < 1e-25


def test_elasticity_of_substitution_is_the_bend_of_the_isoquant(hoffmann):
    """d log(D/N) / d log(L_N/L_D) along the curve itself, by its parametrisation."""
    curve = hoffmann.isoquant(tokens, q).rhs
    rate = hoffmann.rate_of_substitution(parameters, tokens).subs(tokens, curve)
    bend = diff(log(curve / parameters), parameters) / diff(log(rate), parameters)
    formula = hoffmann.elasticity_of_substitution(parameters, tokens).subs(tokens, curve)
    point = {A: 2, B: 3, E: 1, alpha: Rational(1, 3), beta: Rational(1, 2), q: 3, parameters: 100}
    assert abs((bend - formula).subs(point).evalf(30)) < 1e-25


def test_known_elasticities_of_substitution():
    cobb_douglas = ProductionFunction(loss=x**-alpha * y**-beta, cost=x + y, resources=(x, y))
    assert cobb_douglas.elasticity_of_substitution(x, y) == 1
    ces = ProductionFunction(loss=(A * x**-alpha + B * y**-alpha) ** beta, cost=x + y, resources=(x, y))
    assert simplify(ces.elasticity_of_substitution(x, y) - 1 / (1 + alpha)) == 0
    assert simplify(ces.expansion_path(y, x).rhs / x - (B / A) ** (1 / (1 + alpha))) == 0


def test_no_monotone_function_of_the_loss_changes_substitution():
    loss = A / x**alpha + B / y**beta
    plain = ProductionFunction(loss=loss, cost=x * y, resources=(x, y))
    bent = ProductionFunction(loss=log(loss), cost=x * y, resources=(x, y))
    difference = plain.elasticity_of_substitution(x, y) - bent.elasticity_of_substitution(x, y)
    assert simplify(difference) == 0
    assert simplify(plain.expansion_path(y, x).rhs - bent.expansion_path(y, x).rhs) == 0


def test_three_resources():
    law = ProductionFunction(loss=1 / x + 1 / y**2 + 1 / z, cost=x + y + z, resources=(x, y, z))
    assert law.expansion_path(z, x).rhs == x
    assert simplify(law.isoquant(z, q).rhs - 1 / (q - 1 / x - 1 / y**2)) == 0


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda law: law.elasticity(z), "`resource` is z; the resources are x, y"),
        (lambda law: law.isoquant(x, q), "stands in several terms"),
        (lambda law: ProductionFunction(loss=1 / x, cost=x, resources=(x,)), "give at least two"),
        (lambda law: ProductionFunction(loss=1 / x, cost=x, resources=(x, y)), "contains y, on which `loss`"),
        (
            lambda law: ProductionFunction(loss=cos(x) + 1 / y, cost=x, resources=(x, y)).isoquant(x, q),
            "cannot be solved for x in closed form",
        ),
        (
            lambda law: ProductionFunction(loss=Max(1 / x, 2) + 1 / y, cost=x, resources=(x, y)).isoquant(
                x, q
            ),
            "cannot be solved for x in closed form",
        ),
    ],
)
def test_bad_input_is_refused(act, message):
    law = ProductionFunction(loss=1 / x + x / y, cost=x * y, resources=(x, y))
    with pytest.raises(ValueError, match=message):
        act(law)
