from __future__ import annotations

from random import Random

import pytest
from sympy import Integer, Lt, Rational, Sum, Symbol, log, oo

from scalinglaws import numerics
from scalinglaws.theory import AnySpectrum, HeatSum, Notation, OnePassSGD, PowerLaw, laws
from scalinglaws.theory import symbols as S
from scalinglaws.theory.sgd.model import EIGENVALUE, MOMENT

a, b, n = S.decay, S.source, S.effective_samples


def test_recursion_is_that_of_gaussian_data():
    """The fourth moment by Isserlis' theorem, mode by mode, for three modes and a diagonal error."""
    random = Random(0)
    mu = [Rational(random.randint(1, 9), 10) for _ in range(3)]
    energy = [Rational(random.randint(1, 9), 5) for _ in range(3)]
    step, noise = Rational(1, 7), Rational(3, 4)
    recursion = OnePassSGD(features=Integer(3), step_size=step, noise=noise).recursion
    index, time = Symbol("k", integer=True, positive=True), Symbol("t", integer=True, nonnegative=True)
    for k in range(3):
        rhs = recursion.rhs.subs(S.approximation, 0).subs(index, k + 1).doit().subs(time, 0)
        for j in range(3):
            rhs = rhs.subs(MOMENT(j + 1, 0), energy[j]).subs(EIGENVALUE[j + 1], mu[j])
        # second moments d of the error, E = mu d; E[z_k^2 (z.e)^2] = 2 mu_k^2 d_k + mu_k sum mu_j d_j
        d = [e / m for e, m in zip(energy, mu, strict=True)]
        fourth = 2 * mu[k] ** 2 * d[k] + mu[k] * sum(m * x for m, x in zip(mu, d, strict=True))
        after = d[k] - 2 * step * mu[k] * d[k] + step**2 * (fourth + noise * mu[k])
        assert rhs == mu[k] * after


def test_parts_in_the_limits():
    model = OnePassSGD(features=oo)
    assert model.approximation == 0
    assert model.irreducible == S.noise
    assert not model.recursion.rhs.has(S.approximation)
    assert OnePassSGD().recursion.rhs.has(S.approximation)
    assert OnePassSGD().sketch.samples == oo
    assert model.descent == HeatSum(b, a, 4 * S.step_size * n)
    assert OnePassSGD(spectrum=PowerLaw()).source == a


@pytest.mark.parametrize(
    ("options", "value"), [({"schedule": "constant"}, S.samples), ({}, S.samples * log(2) / log(S.samples))]
)
def test_steps_that_count(options, value):
    assert OnePassSGD(**options).effective_samples.rhs == value


def test_constant_steps_leave_a_floor_of_noise():
    model = OnePassSGD(features=oo, schedule="constant", step_size=Rational(1, 1000))
    floor = model.variance.subs({a: 2, S.noise: 1, n: 2**20}).evalf(15)
    run = numerics.solve_sgd(
        numerics.PowerLaw(2), source=2, samples=2**20, step_size="0.001", noise=1, schedule="constant"
    )
    assert abs(run.variance / float(floor) - 1) < 2e-3


def test_stability_is_the_condition_of_the_load():
    condition = OnePassSGD(features=Integer(2)).stability
    assert isinstance(condition, Lt)
    assert isinstance(condition.lhs, Sum)
    at_rest = condition.lhs.doit().subs(
        {EIGENVALUE[1]: 1, EIGENVALUE[2]: Rational(1, 2), S.step_size: Rational(1, 2)}
    )
    assert at_rest == Rational(1, 2) + Rational(1, 6)


def test_evaluation_is_that_of_the_floor_below():
    model = OnePassSGD(samples=2**16, step_size=Rational(1, 10), features=Integer(50))
    found = model.evaluate({a: 2, b: "5/2", S.noise: 1} | {b: Rational(5, 2)})
    exact = numerics.solve_sgd(
        numerics.PowerLaw(2), source="2.5", features=50, samples=2**16, step_size="0.1", noise=1
    )
    assert found == exact
    with pytest.raises(ValueError, match="`values` lacks \\['a'\\], needed for `decay`"):
        model.evaluate({b: 2})


@pytest.mark.parametrize(
    ("options", "naming"),
    [
        ({"spectrum": AnySpectrum()}, "`spectrum` is AnySpectrum"),
        ({"spectrum": PowerLaw(size=Integer(9))}, "infinite size"),
        ({"features": 0}, "`features` is 0; it must be a positive number or oo"),
        ({"samples": oo}, "`samples` is oo; it must be a positive number"),
        ({"step_size": -1}, "`step_size` is -1"),
        ({"noise": -1}, "`noise` is -1"),
        ({"schedule": "cosine"}, "`schedule` is 'cosine'; use 'geometric' or 'constant'"),
        ({"average": True}, "`average` is for a constant step size"),
    ],
)
def test_arguments_outside_of_the_domain_are_refused(options, naming):
    with pytest.raises(ValueError, match=naming):
        OnePassSGD(**options)


def test_laws_print_in_the_letters_of_the_paper():
    paper = Notation.named("lin2024")
    formula = paper.latex(laws.derive("sgd-learned-modes").results["variance"])
    assert "M" in formula
    assert "N_{eff}" in formula
    assert not paper.apply(laws.derive("sgd-signal").results["signal"]).free_symbols & {n, S.samples}
    assert Symbol("eta", positive=True) in Notation.named("maloney2022").apply(S.step_size).free_symbols


def test_notebooks_show_recursion_and_stability():
    shown = OnePassSGD()._repr_latex_()
    assert shown.startswith(r"$\begin{gathered}")
    assert r"\gamma" in shown
