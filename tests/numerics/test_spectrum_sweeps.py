"""Sweeps over every spectrum: right to rounding times the condition number, or refused in one line."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    DivergentSumError,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PowerLaws,
    PrecisionError,
    solve_ridge,
    sweep_ridge,
)

NAMES = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")
ROUNDING = 2.0**-53
UNITS = 64  # fixed error allowed, in roundings times one plus the condition number
MEASURED = [Fraction(30 + k, (k + 3) ** 3) for k in range(1, 31)]
OWN = [Fraction(k % 3 + 1, k * k) for k in range(1, 31)]
LEVELS = Degenerate([3, 1, "1e-5", "1e-18"], [4, 40, 10**6, 10**18], [1, 2, "1e-3", "1e-17"])
SPECTRA = [
    LogPowerLaw("1.3", "0.7"),
    LogPowerLaw(1, 2),
    LogPowerLaw("1.2", "-0.5", 10**6, "0.2"),
    Exponential("0.3"),
    Exponential("0.01", 5000, 2),
    Exponential("1e-3", scale="1e-30"),
    Exponential("0.125", 10**9),
    Exponential("0.126", 10**9),
    Exponential(7, 200),
    BrokenPowerLaw(["0.8", 2], [50], spikes=[4, 3]),
    BrokenPowerLaw(["0.8", 1, 2], [5, 60], 10**5, 2, [2, 2, 50]),
    BrokenPowerLaw(["0.3", "1.5", "0.7"], [1000, 10**8], 10**15),
    BrokenPowerLaw([90, "1.00001"], [2]),
    LEVELS,
    Degenerate([2], [7]),
    Eigenvalues(MEASURED),
    Eigenvalues(MEASURED, OWN),
    Eigenvalues(MEASURED).extended(),
    Eigenvalues(MEASURED, OWN).extended(10**6, first=2),
]
# the solver takes a second and more for each derivative of these
HARD = [LogPowerLaw("1.0001", 30, scale="1e20"), LogPowerLaw(6, -3, 10**20)]


def points(seed, count, *, infinite, exponential, largest=9.0):
    """Return parameters all over the domain, with sources that suit the spectrum."""
    rng = np.random.default_rng(seed)

    def some(share, chosen, others):
        return np.where(rng.random(count) < share, chosen, others)

    source = (0 if exponential else 1) + 10 ** rng.uniform(-3, 1, count)
    if not infinite:
        source = some(0.4, rng.uniform(-1.5, 1, count), source)
    features, samples = 10 ** rng.uniform(0, largest, (2, count))
    return {
        "features": some(0.1, np.inf, features),
        "samples": some(0.1, np.inf, some(0.1, features, samples)),
        "ridge": some(0.3, 0, 10 ** some(0.7, rng.uniform(-12, 3, count), rng.uniform(-90, 60, count))),
        "noise": some(0.3, 0, 10 ** rng.uniform(-6, 2, count)),
        "source": source,
    }


def relative_error(value, exact):
    if exact == 0 or math.isinf(float(exact)):
        return 0.0 if value == float(exact) else math.inf
    return abs(float((value - exact) / exact))


def check_against_solver(spectrum, swept, given, indices, digits=17):
    """Compare points of a sweep with the solver, derivatives and condition numbers included."""
    compared = 0
    for index in indices:
        if np.ma.getmaskarray(swept.kappa)[index]:
            continue
        one = {name: None if values is None else float(values[index]) for name, values in given.items()}
        exact = solve_ridge(spectrum, **one, digits=digits, gradient=True)
        conditions = [float(exact.gradient.kappa_condition), float(exact.gradient.risk_condition)]
        for name, condition in zip(("kappa", "risk"), conditions, strict=True):
            error = relative_error(getattr(swept, name)[index], getattr(exact, name))
            assert error <= UNITS * ROUNDING * (1 + condition), (name, index)
            found = getattr(swept.gradient, f"{name}_condition")[index]
            assert found == pytest.approx(condition, rel=1e-8, abs=1e-280)
        for name in ("df1", "df2", "df3", "bias", "variance"):
            value, reference = getattr(swept, name)[index], getattr(exact, name)
            if abs(float(reference)) > 1e-290:
                bound = 4 * UNITS * ROUNDING * (1 + sum(conditions))
                assert relative_error(value, reference) <= bound, (name, index)
        assert set(swept.gradient.risk) == set(exact.gradient.risk)
        compared += 1
    return compared


@pytest.mark.parametrize("sourced", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("spectrum", SPECTRA, ids=repr)
def test_errors_are_rounding_times_the_condition_number(spectrum, sourced):
    is_listed = hasattr(spectrum, "values")
    if sourced and is_listed:
        return
    exponential = isinstance(spectrum, Exponential)
    given = points(3, 40, infinite=math.isinf(spectrum.size), exponential=exponential)
    if not sourced:
        given["source"] = None
    swept = sweep_ridge(spectrum, **given, gradient=True, invalid="mask")
    count = 2 if isinstance(spectrum, LogPowerLaw) else 6
    indices = np.flatnonzero(~swept.kappa.mask)[:count]
    assert check_against_solver(spectrum, swept, given, indices) >= min(count, 2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("spectrum", [*SPECTRA, *HARD], ids=repr)
def test_errors_are_rounding_times_the_condition_number_at_many_points(spectrum, seed):
    exponential = isinstance(spectrum, Exponential)
    given = points(seed, 20, infinite=math.isinf(spectrum.size), exponential=exponential, largest=14.0)
    # a source costs the solver a second to minutes a point where there are logarithms
    if seed % 2 or hasattr(spectrum, "values") or isinstance(spectrum, LogPowerLaw):
        given["source"] = None
    swept = sweep_ridge(spectrum, **given, gradient=True, invalid="mask")
    indices = np.flatnonzero(~swept.kappa.mask)[: 1 if isinstance(spectrum, LogPowerLaw) else 12]
    assert check_against_solver(spectrum, swept, given, indices) >= 1


@st.composite
def any_spectrum(draw):
    """Return a spectrum of any kind with moderate parameters, and whether it takes a source."""
    kind = draw(st.sampled_from(["exponential", "broken", "degenerate"]))
    size = draw(st.one_of(st.just(math.inf), st.integers(1000, 10**12)))
    real = st.floats(0.25, 4)
    if kind == "exponential":
        return Exponential(draw(real), size)
    if kind == "broken":
        decays = [draw(real) for _ in range(draw(st.integers(1, 3)))]
        decays[-1] += 1.01 if math.isinf(size) else 0
        return BrokenPowerLaw(
            decays,
            sorted(draw(st.sets(st.integers(1, 999), min_size=2, max_size=2)))[: len(decays) - 1],
            size,
        )
    levels = sorted(draw(st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=9)), reverse=True)
    return Degenerate(levels, [draw(st.integers(1, 10**9)) for _ in levels])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    spectrum=any_spectrum(),
    features=st.floats(1, 1e8),
    samples=st.floats(1, 1e8),
    ridge=st.one_of(st.just(0.0), st.floats(1e-12, 1e3)),
    source=st.one_of(st.none(), st.floats(1.01, 30)),
)
def test_any_spectrum_is_swept_to_rounding_or_refused(spectrum, features, samples, ridge, source):
    one = {"features": features, "samples": samples, "ridge": ridge, "noise": 0.25}
    one["source"] = None if isinstance(spectrum, Degenerate) else source
    try:
        swept = sweep_ridge(spectrum, **one, gradient=True)
    except PrecisionError:
        return
    except ValueError as refusal:
        with pytest.raises(type(refusal)):
            solve_ridge(spectrum, **one, gradient=True)
        return
    arrays = {name: None if value is None else np.array([value]) for name, value in one.items()}
    assert check_against_solver(spectrum, _reshaped(swept), arrays, [0]) == 1


def _reshaped(swept):
    """Return a sweep of one point with an axis."""

    class Fields:
        pass

    fields, gradient = Fields(), Fields()
    for name in NAMES:
        setattr(fields, name, getattr(swept, name).reshape(1))
    gradient.risk = swept.gradient.risk
    for name in ("kappa_condition", "risk_condition"):
        setattr(gradient, name, getattr(swept.gradient, name).reshape(1))
    fields.gradient = gradient
    return fields


def test_a_sweep_of_a_formula_is_that_of_its_power_law():
    given = points(5, 200, infinite=False, exponential=False)
    for one, other in (
        (LogPowerLaw("1.5", 0, 10**6), PowerLaw("1.5", 10**6)),
        (BrokenPowerLaw(["1.5"] * 3, [7, 9000], 10**6), PowerLaw("1.5", 10**6)),
        (BrokenPowerLaw(["1.5"], [], 10**6, spikes=[1, 2.0**-1.5]), PowerLaw("1.5", 10**6)),
    ):
        mine, theirs = (sweep_ridge(s, **given, gradient=True, invalid="mask") for s in (one, other))
        np.testing.assert_array_equal(mine.risk.mask, theirs.risk.mask)
        for name in ("kappa", "risk"):
            condition = getattr(theirs.gradient, f"{name}_condition")
            error = abs(getattr(mine, name) / getattr(theirs, name) - 1)
            assert (error.filled(0) <= UNITS * ROUNDING * (1 + condition.filled(0))).all()


def test_arrays_of_spectra_broadcast_and_are_solved_one_by_one():
    spectra = [[PowerLaw(2), Exponential("0.3")], [LEVELS, PowerLaw("1.5", 900)]]
    swept = sweep_ridge(
        spectra, features=20.0, samples=np.array([[[30.0]], [[50.0]]]), ridge=0.1, gradient=True
    )
    assert swept.risk.shape == (2, 2, 2)
    for place in np.ndindex(2, 2, 2):
        samples, spectrum = (30, 50)[place[0]], spectra[place[1]][place[2]]
        alone = sweep_ridge(spectrum, features=20.0, samples=samples, ridge=0.1, gradient=True)
        for name in NAMES:
            assert getattr(swept, name)[place] == getattr(alone, name)
        for name, values in swept.gradient.risk.items():
            # what a spectrum does not have does not move it
            assert values[place] == alone.gradient.risk.get(name, 0)
    assert {"decay", "rate", "scale", "ridge"} <= set(swept.gradient.risk)


def test_an_array_of_power_laws_is_that_of_their_parameters():
    decay, size = np.array([1.5, 2.0, 3.0]), np.array([100.0, np.inf, 1e9])
    objects = [PowerLaw(a, m) for a, m in zip(decay, size, strict=True)]
    arguments = {"features": 20.0, "samples": [[30.0], [4e7]], "source": 1.7, "gradient": True}
    one, other = sweep_ridge(np.array(objects), **arguments), sweep_ridge(PowerLaws(decay, size), **arguments)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.gradient.risk["decay"], other.gradient.risk["decay"])


@pytest.mark.parametrize("chunk", [1, 7, 101])
def test_the_size_of_the_chunks_does_not_change_a_bit(chunk):
    spectra = np.array([SPECTRA[0], SPECTRA[3], SPECTRA[9], LEVELS, PowerLaw(2)], dtype=object)
    given = points(11, 25, infinite=True, exponential=False)
    given["source"] = None
    seen = []
    whole, parts = (
        sweep_ridge(
            spectra[:, None], **given, invalid="mask", chunk=size, progress=lambda *at: seen.append(at)
        )
        for size in (10**6, chunk)
    )
    assert seen[4] == seen[-1] == (125, 125)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(whole, name).filled(-1), getattr(parts, name).filled(-1))


REFUSED = [
    ({"spectrum": LogPowerLaw(1, "0.5")}, DivergentSumError, "`decay` = 1 "),
    ({"spectrum": BrokenPowerLaw([2, "0.9"], [9])}, DivergentSumError, "`decay` = 9/10 "),
    ({"spectrum": Exponential(1), "source": 0.0}, DivergentSumError, "`source` = 0.0 must be larger than 0 "),
    (
        {"spectrum": LogPowerLaw(2, 1), "source": 1.0},
        DivergentSumError,
        "`source` = 1.0 must be larger than 1",
    ),
    ({"spectrum": Exponential(1), "features": 1e5, "samples": 1e6}, PrecisionError, "`rate` = 1, .* doubles"),
]


@pytest.mark.parametrize(("changed", "error", "match"), REFUSED, ids=lambda value: str(value)[:40])
def test_an_impossible_point_raises_in_one_line_or_is_masked(changed, error, match):
    arguments = {"features": 20.0, "samples": 30.0, "noise": 0.1} | changed
    with pytest.raises(error, match=match) as caught:
        sweep_ridge(**arguments)
    assert "\n" not in str(caught.value)
    spectrum = arguments.pop("spectrum")
    with pytest.raises(error, match=match + r".*\(at index \(1,\)\)"):
        sweep_ridge([PowerLaw(3), spectrum], **arguments) if "source" not in changed else sweep_ridge(
            spectrum, **{**arguments, "source": [3.0, arguments["source"]]}
        )
    masked = sweep_ridge(spectrum, **arguments, invalid="mask", gradient=True)
    assert masked.risk.mask
    assert np.isfinite(masked.risk.data)


BAD = [
    ([1, 2], TypeError, "`spectrum` is a list with an entry of type int"),
    ([PowerLaw(2), None], TypeError, "entry of type NoneType"),
    (7, TypeError, "`spectrum` is a int"),
    (Eigenvalues([1, "1e-400"]), PrecisionError, "`values` exceed the doubles"),
    (Degenerate(["1e500", 1], [1, 1]), PrecisionError, "`values` exceed the doubles"),
    (Exponential(2000), PrecisionError, "`rate` = 2000 must be at most 1000"),
    (LogPowerLaw(2, 1, 10**200), PrecisionError, "`size` must be at most 1e[+]100"),
    (Exponential(1, scale="1e300"), PrecisionError, "`scale` .* 1e-100 .. 1e100"),
]


@pytest.mark.parametrize(("spectrum", "error", "match"), BAD, ids=lambda value: str(value)[:40])
def test_what_is_no_spectrum_for_a_sweep_is_refused_in_one_line(spectrum, error, match):
    with pytest.raises(error, match=match) as caught:
        sweep_ridge(spectrum, features=20.0, samples=30.0)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_source_for_measured_spectra_is_refused():
    for spectrum in (LEVELS, [PowerLaw(2), Eigenvalues(MEASURED)], Eigenvalues(MEASURED).extended()):
        with pytest.raises(ValueError, match="`source` must be None"):
            sweep_ridge(spectrum, features=20.0, samples=30.0, source=2.0)
