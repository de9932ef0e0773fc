"""Rates derived step by step: every step passes its check, and the result is that of the engine."""

from __future__ import annotations

from random import Random

import pytest
from sympy import Rational, Symbol, oo

from scalinglaws.theory import Notation, PowerLaw, RandomFeatureRidge, Rigour, derivation, spot_check
from scalinglaws.theory import symbols as S
from scalinglaws.theory.phase_models import MODELS, features_exponent, ridge_exponent
from scalinglaws.theory.rate_derivation import PARTS, rate_derivation
from scalinglaws.theory.ridge_balance import rho_value
from scalinglaws.theory.scaling import SCALINGS, Scaling

a, b, q, l = S.decay, S.source, features_exponent, ridge_exponent  # noqa: E741
N, T = S.features, S.samples
HALF = Rational(1, 2)
# one point in every regime of the fixed point, and on surfaces between
POINTS = (
    ("ridge", {a: 2, b: 5 * HALF, q: Rational(3, 4), l: 0}),
    ("ridge", {a: 2, b: 5 * HALF, q: Rational(1, 4), l: 0}),
    ("ridge", {a: 2, b: 5 * HALF, q: HALF, l: 0}),
    ("ridge", {a: 2, b: 5 * HALF, q: 3 * HALF, l: 3}),
    ("ridge", {a: 2, b: 5 * HALF, q: 1, l: 3}),
    ("ridge", {a: 3 * HALF, b: 2, q: 1, l: -1}),
    ("ridge", {a: 3 * HALF, b: 2, q: 1, l: -2}),
    ("kernel", {a: 2, b: 5 * HALF, l: 0}),
    ("kernel", {a: 2, b: 6, l: 0}),
    ("kernel", {a: 2, b: 5, l: 0}),
    ("ridgeless", {a: 2, b: 5 * HALF, q: HALF}),
    ("ridgeless", {a: 2, b: 5 * HALF, q: 2}),
    ("sketch", {a: 2, b: 5 * HALF}),
    ("sketch", {a: 2, b: 3}),
)
every_point = pytest.mark.parametrize(("model", "point"), POINTS)
every_part = pytest.mark.parametrize("part", PARTS)


def engine(model, part, point):
    """The rate at a point, by the engine with numbers for all exponents."""
    scaling = SCALINGS[model]
    sizes = {
        name: value if value == oo else value.subs(point)
        for name, value in (("features", scaling.features), ("ridge", scaling.ridge))
    }
    spectrum = PowerLaw(decay=Rational(point[a]), source=Rational(point[b]))
    rates = RandomFeatureRidge(spectrum=spectrum).rates(**sizes, samples=scaling.samples)
    return getattr(rates, part).at({})


@every_point
@every_part
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_every_step_passes_its_check(model, point, part, seed):
    found = rate_derivation(SCALINGS[model], part, at=point)
    for step, check in zip(found.steps, found.check(seed=seed), strict=True):
        if check is None:
            assert step.unchecked
        else:
            assert check.passed, (step.rule, check.remark())


@pytest.mark.slow
@every_point
@every_part
def test_the_result_is_that_of_the_engine(model, point, part):
    found = rate_derivation(SCALINGS[model], part, at=point)
    rate = engine(model, part, point)
    if rate.vanishes:
        assert found.results["rate"].rhs == 0
        return
    assert found.results["exponent"].rhs.subs(point) == rate.exponent()
    numbers = {S.noise: Rational(1, 3), Symbol("x", positive=True): Rational(2, 7)}
    variable = SCALINGS[model].variable
    ratio = (found.results["rate"].rhs.subs(point) / rate.leading).subs(numbers).subs(variable, 7)
    rho = Symbol("rho", positive=True)
    assert abs(ratio.subs(rho, rho_value(Rational(point[a]))).evalf(30) - 1) < 1e-20


@pytest.mark.slow
def test_random_points_of_the_whole_domain():
    random = Random(7)
    for _ in range(12):
        point = {
            a: Rational(random.randint(120, 320), 100),
            b: Rational(random.randint(120, 700), 100),
            q: Rational(random.randint(20, 250), 100),
            l: Rational(random.randint(-250, 400), 100),
        }
        part = random.choice(PARTS)
        found = rate_derivation(SCALINGS["ridge"], part, at=point)
        for step, check in zip(found.steps, found.check(seed=2), strict=True):
            assert check is None or check.passed, (point, part, step.rule, check.remark())


def test_a_ridge_that_nearly_sets_kappa_moves_the_root():
    """The degrees of freedom hardly fill the features: what is missing is the largest error of kappa."""
    for share in (Rational(1, 20), Rational(1, 10)):
        found = rate_derivation(SCALINGS["ridge"], "bias", at={a: 2, b: 5 * HALF, q: HALF, l: share})
        (root,) = (step for step in found.steps if step.name == S.kappa)
        errors = {bound.subs({a: 2, q: HALF, l: share}) for bound in root.statement.ordered_errors()}
        variable = SCALINGS["ridge"].variable
        assert variable ** (-1 - share) in errors
        for seed in range(3):
            assert all(check is None or check.passed for check in found.check(seed=seed))


def test_the_way_leads_from_the_fixed_point_to_the_leading_term():
    found = derivation("ridge.bias", at={a: 2, b: 5 * HALF, q: HALF, l: 1})
    kinds = [step.rigour for step in found.steps]
    assert kinds[:4] == [Rigour.HEURISTIC] * 2 + [Rigour.DEFINITION] * 2
    assert set(kinds[4:]) == {Rigour.LEADING}
    words = " ".join(step.rule for step in found.steps)
    for word in ("deterministic equivalent", "fill the features", r"$\kappa$", "Mellin", "Substitution"):
        assert word in words
    assert found.results["exponent"].rhs.equals(q * (1 - b))


def test_the_region_is_named_in_the_regime():
    found = derivation("kernel.bias", at={a: 2, b: 6, l: 0})
    assert "b > 2 a + 1" in found.regime
    boundary = derivation("kernel.bias", at={a: 2, b: 5, l: 0})
    assert "= 2 a + 1" in boundary.regime
    assert boundary.results["rate"].rhs.has(T)


def test_a_falsified_rate_is_caught():
    for model, point in POINTS[:4]:
        step = rate_derivation(SCALINGS[model], "bias", at=point).steps[-1]
        left, right, errors = step.sides()
        assert spot_check(left, right, errors, step.sampler).passed
        for wrong in (-right, right * Rational(101, 100), right * T ** Rational(1, 50), right / a):
            assert not spot_check(left, wrong, errors, step.sampler).passed


def test_scalings_are_those_of_the_phase_models():
    # one pass of SGD has steps of its own
    assert set(MODELS) - set(SCALINGS) == {"sgd", "sgd-unsketched"}
    for name, scaling in SCALINGS.items():
        assert set(scaling.parameters) == set(MODELS[name].parameters)


def test_every_format_prints_a_rate():
    found = derivation("sketch.bias", at={a: 2, b: 3})
    letters = Notation.named("project")
    for write in (found.text, found.markdown, found.latex):
        assert "Mellin" in write(letters, found.check())


@pytest.mark.parametrize(
    ("model", "part", "at", "naming"),
    [
        ("ridge", "risk", {}, "`part` is 'risk'; use 'bias', 'variance', 'excess'"),
        ("kernel", "bias", {a: 2, b: 3}, "`at` lacks l"),
        ("kernel", "bias", {a: 2, b: 3, l: 0, q: 1}, "`at` names q, which is not a parameter"),
        ("kernel", "bias", {a: HALF, b: 3, l: 0}, "violates a > 1"),
        ("ridgeless", "bias", {a: 2, b: 3, q: 1}, "`ridge` is 0 where features and samples are equal"),
    ],
)
def test_points_that_lead_nowhere_are_refused(model, part, at, naming):
    with pytest.raises(ValueError, match=naming) as caught:
        rate_derivation(SCALINGS[model], part, at=at)
    assert "\n" not in str(caught.value)


def test_a_scaling_of_ones_own():
    """Features and samples in a fixed ratio, and a constant before the ridge."""
    scaling = Scaling(features=T / 3, ridge=2 * T**-l)
    found = derivation(scaling, of="bias", at={a: 2, b: 5 * HALF, l: 3})
    for step, check in zip(found.steps, found.check(), strict=True):
        assert check.passed, (step.rule, check.remark())
