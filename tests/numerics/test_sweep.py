"""Sweeps in double precision: right to rounding times the condition number, and shaped like a ufunc."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    InterpolationThresholdError,
    PowerLaw,
    PowerLaws,
    PrecisionError,
    solve_ridge,
    sweep_ridge,
)
from scalinglaws.numerics.arithmetic import number, working_precision
from scalinglaws.numerics.integrals import Moment
from scalinglaws.numerics.nodes import WeightedSum
from scalinglaws.numerics.power_law_nodes import PowerLawNodes, layouts
from scalinglaws.numerics.spectrum import ModeSum
from scalinglaws.numerics.trace_family import TraceFamily

NAMES = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")
ROUNDING = 2.0**-53
UNITS = 64  # fixed error allowed, in roundings times one plus the condition number


def wild_points(seed, count):
    """Return parameters all over the domain, its corners included."""
    rng = np.random.default_rng(seed)

    def some(share, chosen, others):
        return np.where(rng.random(count) < share, chosen, others)

    decay = some(0.5, rng.uniform(1.0001, 4, count), 1 + 10 ** rng.uniform(-4, math.log10(49), count))
    size = some(0.35, np.inf, np.floor(10 ** rng.uniform(0, some(0.4, 2, 18), count)))
    decay = np.where(np.isfinite(size), some(0.2, 10 ** rng.uniform(-1, 0, count), decay), decay)
    source = some(0.3, decay + 1, np.where(np.isinf(size), 1 + 10 ** rng.uniform(-2, 1, count), 0))
    source = np.where(np.isfinite(size), some(0.5, rng.uniform(-2, 9, count), source), source)
    features, samples = 10 ** rng.uniform(0, 15, count), 10 ** rng.uniform(0, 15, count)
    samples = some(0.1, features, samples)
    samples = np.where(np.isfinite(size), some(0.1, size + rng.integers(0, 2, count), samples), samples)
    return {
        "decay": decay,
        "size": size,
        "scale": some(0.5, 1, 10 ** rng.uniform(-3, 3, count)),
        "source": source,
        "features": some(0.1, np.inf, some(0.3, np.round(features), features)),
        "samples": some(0.1, np.inf, samples),
        "ridge": some(0.3, 0, 10 ** some(0.5, rng.uniform(-12, 3, count), rng.uniform(-100, 60, count))),
        "noise": some(0.3, 0, 10 ** rng.uniform(-6, 2, count)),
    }


def sweep(points, *, isotropic=False, **options):
    """Sweep over points as `wild_points` returns them."""
    given = dict(points)
    spectrum = PowerLaws(given.pop("decay"), given.pop("size"), given.pop("scale"))
    source = given.pop("source")
    return sweep_ridge(spectrum, source=None if isotropic else source, **given, **options)


def solve(points, index, *, isotropic=False, **options):
    """Solve one of the points with proven digits."""
    one = {name: float(values[index]) for name, values in points.items()}
    spectrum = PowerLaw(one.pop("decay"), one.pop("size"), one.pop("scale"))
    source = one.pop("source")
    return solve_ridge(spectrum, source=None if isotropic else source, **one, **options)


def relative_error(value, exact):
    if exact == 0 or math.isinf(float(exact)):
        return 0.0 if value == float(exact) else math.inf
    return abs(float((value - exact) / exact))


@pytest.mark.parametrize("isotropic", [False, True])
def test_errors_are_rounding_times_the_condition_number(isotropic):
    points = wild_points(20 + isotropic, 200)
    swept = sweep(points, isotropic=isotropic, gradient=True, invalid="mask")
    solved = 0
    for index in np.flatnonzero(~swept.kappa.mask):
        exact = solve(points, index, isotropic=isotropic, digits=18)
        conditions = swept.gradient.kappa_condition[index], swept.gradient.risk_condition[index]
        for name, condition in zip(("kappa", "risk"), conditions, strict=True):
            error = relative_error(getattr(swept, name)[index], getattr(exact, name))
            assert error <= UNITS * ROUNDING * (1 + condition), (name, index)
        for name in ("df1", "df2", "df3", "bias", "variance"):
            value, reference = getattr(swept, name)[index], getattr(exact, name)
            if abs(float(reference)) > 1e-290:
                bound = 4 * UNITS * ROUNDING * (1 + conditions[0])
                assert relative_error(value, reference) <= bound, (name, index)
        solved += 1
    assert solved > 180


def test_masked_points_are_those_without_an_answer():
    points = wild_points(7, 400)
    swept = sweep(points, invalid="mask")
    assert 0 < swept.kappa.mask.sum() < 40
    for index in np.flatnonzero(swept.kappa.mask):
        try:
            exact = solve(points, index)
        except InterpolationThresholdError:
            continue
        assert not 1e-245 < exact.kappa / points["scale"][index] < 1e245


def test_moderate_points_reach_the_promised_digits():
    """1e-12 in kappa and 1e-11 in risk, at any size."""
    rng = np.random.default_rng(3)
    count = 120
    points = {
        "decay": rng.uniform(1.1, 3, count),
        "size": np.where(rng.random(count) < 0.5, np.inf, np.floor(10 ** rng.uniform(3, 18, count))),
        "scale": np.ones(count),
        "source": rng.uniform(1.1, 4, count),
        "features": 10 ** rng.uniform(1, 9, count),
        "samples": 10 ** rng.uniform(1, 9, count),
        "ridge": 10 ** rng.uniform(-9, 2, count),
        "noise": 10 ** rng.uniform(-3, 0, count),
    }
    swept = sweep(points)
    for index in range(count):
        exact = solve(points, index, digits=18)
        assert relative_error(swept.kappa[index], exact.kappa) < 1e-12
        assert relative_error(swept.risk[index], exact.risk) < 1e-11


@pytest.mark.parametrize("offset", [-(2.0**-20), 0.0, 2.0**-20])
@pytest.mark.parametrize("ridge", [0.0, 1e-60, 1e-20, 1e-3])
def test_next_to_the_size_of_the_spectrum_nothing_cancels(offset, ridge):
    """More digits than the condition numbers promise: the differences to the size are exact in doubles."""
    size = 1000
    samples = size + offset
    if ridge == 0 and offset >= 0:
        return
    for features in (np.inf, 1e7, samples + 1):
        swept = sweep_ridge(PowerLaw(1.5, size), features=features, samples=samples, ridge=ridge, noise=0.1)
        exact = solve_ridge(PowerLaw(1.5, size), features=features, samples=samples, ridge=ridge, noise=0.1)
        for name in ("kappa", "risk", "bias", "variance"):
            assert relative_error(getattr(swept, name), getattr(exact, name)) < 1e-13, (name, features)


def test_sums_over_the_nodes_are_those_over_the_modes():
    """Each kind of sum, to a few hundred roundings, at poles of the antiderivative and next to them."""
    kinds = [(0, 1), (0, 3), (1, 1), (1, 2)]
    signals = [(1, 0), (2, 0), (2, 1), (1, 1)]
    wanted = [WeightedSum(ModeSum(unlearned=j, learned=m)) for j, m in kinds]
    wanted += [WeightedSum(ModeSum(unlearned=j, learned=m, signal=True)) for j, m in signals]
    # where source - decay is 1, the antiderivative of the unlearned signal has a pole
    decay = np.array([1.5, 1.5, 1.5, 1.0001, 3.0, 12.0, 50.0, 0.3])
    source = np.array([2.5, 2.5 + 1e-9, 4.0, 2.0, -2.0, 13.0, 2.0, 1.3])
    size = np.array([np.inf, 1e18, 1e5, np.inf, 1e9, np.inf, 1e4, 1e6])
    log_kappa = np.array([-30.0, -12.0, 3.0, -20.0, -50.0, -60.0, -200.0, -2.0])
    for layout, members in layouts(decay, source, size):
        columns = np.resize(members, 8)
        nodes = PowerLawNodes(layout, decay[columns], source[columns], size[columns])
        nodes.place(log_kappa[columns])
        kappa = np.exp(log_kappa[columns])
        found = nodes.sums(kappa, wanted)
        for column in range(len(members)):
            index = members[column]
            terms = size[index] if np.isinf(size[index]) else int(size[index])
            moments = tuple(
                Moment(
                    shift=Fraction(source[index]) if sought.what.signal else Fraction(0),
                    unlearned=sought.what.unlearned,
                    learned=sought.what.learned,
                )
                for sought in wanted
            )
            with working_precision(400):
                family = TraceFamily(Fraction(decay[index]), terms, moments, 200)
                exact = [float(ball.mid()) for ball in family.evaluate(number(Fraction(kappa[column])))]
            np.testing.assert_allclose([values[column] for values in found], exact, rtol=5e-14)


def test_parameters_broadcast_like_those_of_a_ufunc():
    spectrum = PowerLaws(np.array([1.5, 2.0, 3.0])[:, None, None], size=[[100.0], [np.inf]])
    samples = np.array([10, 20, 30, 40])
    swept = sweep_ridge(spectrum, features=15.5, samples=samples, ridge=0.1, noise=np.float32(0.25))
    for name in NAMES:
        assert getattr(swept, name).shape == (3, 2, 4)
        assert getattr(swept, name).dtype == np.float64
    exact = solve_ridge(PowerLaw(2, 100), features="15.5", samples=30, ridge=0.1, noise="0.25")
    for name in NAMES:
        assert getattr(swept, name)[1, 0, 2] == pytest.approx(float(getattr(exact, name)), rel=1e-13)


def test_scalars_give_arrays_without_dimensions_and_empty_arrays_empty_ones():
    swept = sweep_ridge(PowerLaw(2), features=20, samples=30, gradient=True)
    assert swept.risk.shape == swept.gradient.risk["decay"].shape == ()
    masked = sweep_ridge(PowerLaw(2), features=20, samples=20, invalid="mask")
    assert masked.risk.shape == ()
    assert masked.risk.mask
    empty = sweep_ridge(PowerLaw(2), features=np.ones((0, 3)), samples=30, gradient=True)
    assert empty.risk.shape == empty.gradient.kappa_condition.shape == (0, 3)


@pytest.mark.parametrize("chunk", [1, 7, 64, 301])
def test_the_size_of_the_chunks_does_not_change_a_bit(chunk):
    count = 60 if chunk == 1 else 600
    points = wild_points(11, count)
    whole, parts = (sweep(points, gradient=True, invalid="mask", chunk=size) for size in (count, chunk))
    for name in NAMES:
        np.testing.assert_array_equal(getattr(whole, name).filled(-1), getattr(parts, name).filled(-1))
    for which in ("kappa", "risk"):
        one, other = getattr(whole.gradient, which), getattr(parts.gradient, which)
        for name, values in one.items():
            np.testing.assert_array_equal(values.filled(-1), other[name].filled(-1))


def test_a_point_alone_is_the_point_among_others():
    points = wild_points(12, 200)
    swept = sweep(points, invalid="mask")
    for index in np.flatnonzero(~swept.kappa.mask)[::20]:
        alone = sweep({name: values[index] for name, values in points.items()})
        assert alone.kappa == swept.kappa[index]
        assert alone.risk == swept.risk[index]


def test_progress_counts_all_points():
    seen = []
    sweep_ridge(
        PowerLaw(2),
        features=10,
        samples=np.arange(20.0, 55.0),
        chunk=10,
        progress=lambda *at: seen.append(at),
    )
    assert seen == [(10, 35), (20, 35), (30, 35), (35, 35)]


@pytest.mark.parametrize("signal", [None, "own"])
def test_measured_eigenvalues_give_what_the_solver_gives(signal):
    rng = np.random.default_rng(5)
    values = np.sort(rng.lognormal(0, 3, 150))[::-1] * 1e-8
    spectrum = Eigenvalues(values, None if signal is None else rng.random(150))
    samples = np.array([3.0, 40.0, 149.0, 151.0, 1e6, np.inf])
    features = np.array([[20.0], [200.0], [np.inf]])
    swept = sweep_ridge(spectrum, features=features, samples=samples, ridge=1e-9, noise=0.1, gradient=True)
    for row, column in np.ndindex(3, 6):
        arguments = {"features": features[row, 0], "samples": samples[column]}
        exact = solve_ridge(spectrum, **arguments, ridge=1e-9, noise=0.1, gradient=True)
        for name in NAMES:
            bound = UNITS * ROUNDING * (1 + float(exact.gradient.kappa_condition))
            error = relative_error(getattr(swept, name)[row, column], getattr(exact, name))
            assert error <= 4 * bound, (name, row, column)
        names = {"scale", "features", "samples", "ridge", "noise"}
        assert set(swept.gradient.risk) == set(exact.gradient.risk) == names


def test_a_long_measured_spectrum_is_the_power_law_it_was_taken_from():
    values = np.arange(1, 20_001.0) ** -2
    arguments = {"features": [50, 5000], "samples": 300, "ridge": 1e-6, "noise": 0.01}
    one = sweep_ridge(Eigenvalues(values), **arguments)
    other = sweep_ridge(PowerLaw(2, 20_000), **arguments)
    for name in NAMES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


def test_kappa_is_zero_where_all_modes_fit_without_ridge():
    swept = sweep_ridge(
        PowerLaws(2, size=[30, 30, 30, np.inf]),
        features=[40, 30, np.inf, np.inf],
        samples=[90, 60, np.inf, np.inf],
        ridge=[0, 0, 5, 2],
        noise=0.5,
    )
    np.testing.assert_array_equal(swept.kappa, 0)
    np.testing.assert_array_equal(swept.df2, [30, 30, 30, np.inf])
    np.testing.assert_array_equal(swept.risk, [0.75, 1, 0.5, 0.5])


IMPOSSIBLE = [
    ({"samples": 20.0}, InterpolationThresholdError, "`features` = `samples` = 20.0"),
    ({"spectrum": PowerLaws(2, size=15), "samples": 15.0}, InterpolationThresholdError, "`samples` = 15.0"),
    ({"spectrum": PowerLaws(1.0)}, DivergentSumError, "`decay` = 1.0 .* `size` is inf"),
    ({"source": 0.5}, DivergentSumError, "`source` = 0.5 .* `size` is inf"),
    ({"spectrum": PowerLaws(-1.0)}, ValueError, "`decay` = -1.0 "),
    ({"spectrum": PowerLaws(2e3)}, ValueError, "`decay` = 2000.0 .* solve_ridge"),
    ({"spectrum": PowerLaws(np.nan)}, ValueError, "`decay` = nan "),
    ({"spectrum": PowerLaws(2, size=2.5)}, ValueError, "`size` = 2.5 .* round it"),
    ({"spectrum": PowerLaws(2, size=0)}, ValueError, "`size` = 0.0 "),
    ({"spectrum": PowerLaws(2, scale=0)}, ValueError, "`scale` = 0.0 "),
    ({"source": np.inf}, ValueError, "`source` = inf "),
    ({"features": 0.0}, ValueError, "`features` = 0.0 "),
    ({"samples": -3.0}, ValueError, "`samples` = -3.0 "),
    ({"samples": np.nan}, ValueError, "`samples` = nan "),
    ({"ridge": -1.0}, ValueError, "`ridge` = -1.0 "),
    ({"ridge": np.inf}, ValueError, "`ridge` = inf "),
    ({"noise": -1.0}, ValueError, "`noise` = -1.0 "),
    ({"ridge": 1e-300}, PrecisionError, "`ridge` = 1e-300 .* solve_ridge"),
    ({"spectrum": PowerLaws(60), "features": 1e9, "samples": 1e8}, PrecisionError, "kappa .* solve_ridge"),
]


@pytest.mark.parametrize(("changed", "error", "match"), IMPOSSIBLE, ids=lambda value: str(value)[:40])
def test_an_impossible_point_raises_in_one_line_or_is_masked(changed, error, match):
    possible = {"spectrum": PowerLaws(2), "features": 20.0, "samples": 30.0, "noise": 0.1}
    arguments = possible | changed
    with pytest.raises(error, match=match) as caught:
        sweep_ridge(**arguments)
    assert "\n" not in str(caught.value)
    # among possible points it is found by its index, and masked alone
    spectrum = arguments.pop("spectrum")
    neighbours = {
        name: np.array(
            [possible.get(name, 2.0 if name == "source" else 0.0), value, 50.0 if name == "samples" else 9.0]
        )
        for name, value in arguments.items()
    }
    spectrum = PowerLaws(
        [2.0, float(spectrum.decay), 3.0], [np.inf, float(spectrum.size), 90.0], [1, float(spectrum.scale), 2]
    )
    with pytest.raises(error, match=match + r".* \(at index \(1,\)\)"):
        sweep_ridge(spectrum, **neighbours)
    masked = sweep_ridge(spectrum, **neighbours, invalid="mask", gradient=True)
    np.testing.assert_array_equal(masked.risk.mask, [False, True, False])
    np.testing.assert_array_equal(masked.gradient.risk["samples"].mask, [False, True, False])
    for name in NAMES:
        assert np.isfinite(getattr(masked, name).data).all()


BAD_ARRAYS = [
    ({"features": [1 + 2j]}, TypeError, "`features` has complex numbers"),
    ({"samples": True}, TypeError, "`samples` has truth values"),
    ({"ridge": ["0.1"]}, TypeError, "`ridge` has <U3 entries"),
    ({"noise": [None]}, TypeError, "`noise` has object entries"),
    ({"noise": np.ma.MaskedArray([1.0], mask=[True])}, TypeError, "`noise` is a masked array"),
    ({"samples": [[1, 2], [3]]}, ValueError, "`samples` .* its rows differ in length"),
    ({"samples": 10**400}, ValueError, "`samples` .* exceeds the doubles"),
    (
        {"samples": [1, 2, 3], "ridge": [1, 2]},
        ValueError,
        r"`samples` \(3,\), `ridge` \(2,\) do not broadcast",
    ),
    ({"source": [2j]}, TypeError, "`source` has complex numbers"),
    ({"invalid": "skip"}, ValueError, "`invalid` = 'skip'"),
    ({"invalid": np.array([1, 2])}, ValueError, r"`invalid` = array\(\[1, 2\]\)"),
    ({"progress": 5}, TypeError, "`progress` = 5 must be a function"),
    ({"chunk": 0}, ValueError, "`chunk` = 0 "),
    ({"chunk": 2.0}, TypeError, "`chunk` = 2.0 "),
    ({"spectrum": [1, 2]}, TypeError, "`spectrum` is a list"),
    ({"spectrum": Eigenvalues([1]), "source": 2.0}, ValueError, "`source` must be None"),
    ({"spectrum": Eigenvalues([1, "1e-400"])}, PrecisionError, "`values` exceed the doubles"),
    ({"spectrum": Eigenvalues([1.7e308, 1])}, PrecisionError, "`values` exceed the doubles"),
    ({"spectrum": Eigenvalues(["1e500", 1])}, PrecisionError, "`values` exceed the doubles"),
]


@pytest.mark.parametrize(("changed", "error", "match"), BAD_ARRAYS, ids=lambda value: str(value)[:40])
def test_what_is_no_array_of_real_numbers_is_refused_in_one_line(changed, error, match):
    arguments = {"spectrum": PowerLaw(2), "features": 20.0, "samples": 30.0} | changed
    with pytest.raises(error, match=match) as caught:
        sweep_ridge(**arguments, **({} if "invalid" in changed else {"invalid": "mask"}))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_power_laws_that_do_not_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"`decay` \(2,\), `size` \(3,\) do not broadcast"):
        PowerLaws([1, 2], size=[1, 2, 3])
    with pytest.raises(TypeError, match="`decay` has object entries"):
        PowerLaws([None])


def test_integers_beyond_64_bits_are_read():
    big = sweep_ridge(PowerLaws(2, size=10**25), features=10**22, samples=50, ridge=1)
    assert big.risk == pytest.approx(
        float(solve_ridge(PowerLaw(2, 10**25), features=10**22, samples=50, ridge=1).risk), rel=1e-14
    )
