"""Derivatives by the parameters of every spectrum: against differences of many digits, and identities."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PowerLawFit,
    solve_ridge,
)

MEASURED = [Fraction(30 + k, (k + 3) ** 3) for k in range(1, 13)]
OWN = [Fraction(k % 3 + 1, k * k) for k in range(1, 13)]
FORMULAS = [
    (LogPowerLaw, {"decay": "1.3", "log_power": "0.7", "scale": "0.5"}),
    (LogPowerLaw, {"decay": 1, "log_power": 2}),
    (LogPowerLaw, {"decay": 1, "log_power": "1.5", "size": 900}),
    (LogPowerLaw, {"decay": "1.2", "log_power": "-0.5", "size": 10**6}),
    (Exponential, {"rate": "0.3", "scale": 3}),
    (Exponential, {"rate": "0.01", "size": 5000}),
    (Exponential, {"rate": 3, "size": 70}),
    (BrokenPowerLaw, {"decays": ["0.8", "1.1", 2], "breaks": [20, 90], "spikes": [4, 3], "scale": 2}),
    (BrokenPowerLaw, {"decays": ["0.8", 2], "breaks": [1], "size": 10**9}),
    (BrokenPowerLaw, {"decays": ["0.8", 1, 2], "breaks": [5, 60], "size": 10**5, "scales": [2, 2, 50]}),
]
LISTS = [
    Eigenvalues(MEASURED),
    Eigenvalues(MEASURED, OWN),
    Degenerate(MEASURED[:3], [4, 40, 200], OWN[:3]),
    Eigenvalues(MEASURED).extended(),
    Eigenvalues(MEASURED, OWN).extended(10**7),
]
PROBLEMS = [
    {"features": 9, "samples": 13, "ridge": "0.02", "noise": "0.1"},
    {"features": 14, "samples": 10, "ridge": 0, "noise": 0},
]
STEP = Fraction(1, 10**9)


def changed(spectrum, name, factor):
    """Return a listed spectrum with one of its parameters multiplied."""
    if name == "scale":
        own = replace_fit(spectrum, "fit", scale=factor) if hasattr(spectrum, "fit") else spectrum
        values = tuple(value * factor for value in own.values)
        if hasattr(spectrum, "fit"):
            return replace(own, values=values)
        if isinstance(own, Degenerate):
            return Degenerate(values, own.multiplicities, own.signal)
        return Eigenvalues(values, own.signal)
    which, field = name.split(".")
    return replace_fit(spectrum, which, **{field: factor})


def replace_fit(spectrum, which, **factors):
    fit = getattr(spectrum, which)
    return replace(spectrum, **{which: replace(fit, **{k: getattr(fit, k) * f for k, f in factors.items()})})


def moved(kind, arguments, name, factor):
    """Return a spectrum by a formula with one of its parameters multiplied."""
    found = re.fullmatch(r"(\w+)\[(\d+)\]", name)
    given = {key: list(value) if isinstance(value, list) else value for key, value in arguments.items()}
    if found:
        given[found[1]][int(found[2])] = Fraction(given[found[1]][int(found[2])]) * factor
    else:
        given[name] = Fraction(given.get(name, 1)) * factor
    return kind(**given)


def check_difference(at, value, gradient, name):
    """Compare derivatives of kappa and risk with central differences; `at` takes the factor."""
    above, below = at(1 + STEP), at(1 - STEP)
    for which in ("kappa", "risk"):
        with mpmath.workdps(50):
            width = mpmath.mpf(value.numerator) / value.denominator * 2 * mpmath.mpf("1e-9")
            reference = (getattr(above, which) - getattr(below, which)) / width
            entry = getattr(gradient, which)[name]
            # the difference is right to the square of its step, in units of what is natural
            natural = abs(getattr(above, which) / width) * mpmath.mpf("1e-9")
            assert abs(entry - reference) <= mpmath.mpf("1e-13") * (abs(reference) + natural), (name, which)


@pytest.mark.parametrize("source", [None, "1.4"])
@pytest.mark.parametrize(("kind", "arguments"), FORMULAS, ids=lambda value: str(value)[:50])
def test_derivatives_by_formulas_are_those_of_differences(kind, arguments, source):
    spectrum = kind(**arguments)
    problem = {**PROBLEMS[source is None], "source": source}
    if spectrum.size == 900:
        problem["ridge"] = "1e-6"
    gradient = solve_ridge(spectrum, **problem, digits=16, gradient=True).gradient
    directions = spectrum.directions(None if source is None else Fraction(source))
    assert set(gradient.kappa) == set(directions) | {"features", "samples", "ridge", "noise"}
    for name, direction in directions.items():
        if name == "source":
            assert gradient.kappa[name] == 0

            def at(factor):
                given = {**problem, "source": Fraction(source) * factor}
                return solve_ridge(spectrum, **given, digits=40)
        else:

            def at(factor, name=name):
                return solve_ridge(moved(kind, arguments, name, factor), **problem, digits=40)

        check_difference(at, direction.value, gradient, name)


@pytest.mark.parametrize("spectrum", LISTS, ids=repr)
@pytest.mark.parametrize("problem", PROBLEMS, ids=range(2))
def test_derivatives_by_lists_and_fits_are_those_of_differences(spectrum, problem):
    problem = problem if spectrum.size > 12 else {**problem, "ridge": "0.01"}
    gradient = solve_ridge(spectrum, **problem, digits=16, gradient=True).gradient
    directions = spectrum.directions(None)
    assert set(gradient.kappa) == set(directions) | {"features", "samples", "ridge", "noise"}
    for name, direction in directions.items():

        def at(factor, name=name):
            return solve_ridge(changed(spectrum, name, factor), **problem, digits=40)

        check_difference(at, direction.value, gradient, name)


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (LogPowerLaw("1.5", 0, 500), PowerLaw("1.5", 500), {"decay": "decay", "source": "source"}),
        (BrokenPowerLaw(["1.5"], []), PowerLaw("1.5"), {"decays[0]": "decay", "source": "source"}),
        (BrokenPowerLaw([2], [], 40, "0.3"), PowerLaw(2, 40, "0.3"), {"decays[0]": "decay"}),
    ],
)
@pytest.mark.parametrize("digits", [15, 40])
def test_special_cases_have_the_derivatives_of_the_power_law(one, other, names, digits):
    arguments = {"features": 50, "samples": 90, "ridge": "0.003", "noise": "0.1", "source": "1.7"}
    mine, theirs = (solve_ridge(s, **arguments, digits=digits, gradient=True).gradient for s in (one, other))
    for name, same in {**names, "scale": "scale", "ridge": "ridge"}.items():
        for which in ("kappa", "risk"):
            value, reference = getattr(mine, which)[name], getattr(theirs, which)[same]
            with mpmath.workdps(60):
                assert abs(value - reference) <= abs(reference) * mpmath.mpf(10) ** -(digits - 1)


def test_derivatives_of_pieces_add_up_to_that_of_all():
    """Equal decays moved together are one power law's, and the spikes' scales with the pieces' are all."""
    arguments = {"features": 50, "samples": 90, "ridge": "0.003", "noise": "0.1", "gradient": True}
    whole = solve_ridge(PowerLaw("1.5"), **arguments).gradient
    pieces = solve_ridge(BrokenPowerLaw(["1.5"] * 3, [10, 10**4]), **arguments).gradient
    for which in ("kappa", "risk"):
        total = sum(getattr(pieces, which)[f"decays[{i}]"] for i in range(3))
        assert mpmath.almosteq(total, getattr(whole, which)["decay"], 1e-13)
    spectrum = BrokenPowerLaw(["1.5"], [], spikes=[3, "1.5"], scale=2)
    point = solve_ridge(spectrum, **arguments)
    weights = {"scale": 2, "spikes[0]": 3, "spikes[1]": 1.5, "ridge": mpmath.mpf("0.003")}
    total = mpmath.fsum(weight * point.gradient.kappa[name] for name, weight in weights.items())
    assert mpmath.almosteq(total, point.kappa, 1e-14)


def test_the_error_of_a_fit_becomes_an_error_of_the_risk():
    spectrum = Eigenvalues(MEASURED).extended()
    assert isinstance(spectrum.fit, PowerLawFit)
    gradient = solve_ridge(spectrum, features=30, samples=50, gradient=True).gradient
    assert abs(gradient.risk["fit.decay"]) * spectrum.fit.decay_error > 0


def test_the_edge_of_convergence_has_no_derivative_by_the_decay():
    arguments = {"features": 9, "samples": 13, "ridge": "0.02", "gradient": True}
    assert "decay" not in solve_ridge(LogPowerLaw(1, 2), **arguments).gradient.risk
    assert "decay" in solve_ridge(LogPowerLaw(1, 2, 10**6), **arguments).gradient.risk
    assert "log_power" in solve_ridge(LogPowerLaw(1, "1.001"), **arguments).gradient.risk


@pytest.mark.slow
def test_proven_derivatives_hold_those_of_more_digits():
    arguments = {"features": 20, "samples": 33, "ridge": "0.01", "noise": "0.1", "source": "1.7"}
    for spectrum in (LogPowerLaw("1.3", "0.7"), Exponential("0.3"), BrokenPowerLaw([1, 2], [50], spikes=[3])):
        proven = solve_ridge(spectrum, **arguments, digits=10, gradient=True, rigorous=True).gradient
        fine = solve_ridge(spectrum, **arguments, digits=30, gradient=True).gradient
        for which in ("kappa", "risk"):
            for name, enclosure in getattr(proven, which).items():
                with mpmath.workdps(40):
                    distance = abs(enclosure.centre - getattr(fine, which)[name])
                    assert distance <= enclosure.radius * (1 + mpmath.mpf(10) ** -15)
