"""Fitting powers to runs: what is known comes out, the loss is the one stated, and bad runs are named."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from scalinglaws.validate import fit
from scalinglaws.validate.fit import HUBER_WIDTH, PARAMETERS, Fitted, RiskFit, fit_risk
from scalinglaws.validate.runs_table import read_runs

FEATURES, SAMPLES = (values.ravel() for values in np.meshgrid([8, 16, 32, 64, 128], 2.0 ** np.arange(7, 14)))
TRUTH = (1.0, 2.0, 1.1, 3.0, 0.45)


def law(parameters, features=FEATURES, samples=SAMPLES):
    constant, first, first_exponent, second, second_exponent = parameters
    return constant + first * features**-first_exponent + second * samples**-second_exponent


def noisy(seed, size=1e-3):
    return law(TRUTH) * np.exp(size * np.random.default_rng(seed).standard_normal(FEATURES.size))


def values(found):
    return [getattr(found, name).value for name in PARAMETERS]


@pytest.fixture
def few_starts(monkeypatch):
    """Leave only starting points near the truth, where the grid is not what is tested."""
    monkeypatch.setattr(fit, "_LOG_CONSTANT", (0.0,))
    monkeypatch.setattr(fit, "_EXPONENT", (0.5, 1.0))


@pytest.mark.parametrize("irreducible", [1, pytest.param(None, marks=pytest.mark.slow)])
def test_exact_runs_give_their_parameters_back(irreducible):
    if irreducible is None:
        # a law far from where the grid is centred
        truth, options = (40.0, 3e3, 1.4, 9e2, 0.3), {"resamples": 20}
    else:
        truth, options = TRUTH, {"irreducible": irreducible, "resamples": 20}
    found = fit_risk(FEATURES, SAMPLES, law(truth), **options)
    assert values(found) == pytest.approx(truth, rel=1e-4)
    assert found.objective < 1e-12
    assert found.risk(1e3, 1e6) == pytest.approx(law(truth, 1e3, 1e6), rel=1e-4)


def test_intervals_are_as_wide_as_the_fits_scatter(few_starts):
    fits = [
        [
            (one.value, (one.high - one.low) / 3.29)
            for one in intervals(np.random.default_rng(seed).integers(2**31), resamples=40)
        ]
        for seed in range(14)
    ]
    values, errors = np.moveaxis(np.array(fits), 2, 0)
    # 3.29 standard errors hold 90%; a standard deviation of 14 values is known to about a fifth
    ratio = np.std(values[:, 1:], axis=0, ddof=1) / errors[:, 1:].mean(axis=0)
    assert (ratio > 0.5).all()
    assert (ratio < 1.8).all()
    np.testing.assert_array_less(abs(values.mean(axis=0) - TRUTH)[1:], errors[:, 1:].mean(axis=0))


def intervals(seed, resamples):
    runs = noisy(seed)
    found = fit_risk(FEATURES, SAMPLES, runs, irreducible=1, resamples=resamples, confidence=0.9, seed=1)
    return [getattr(found, name) for name in PARAMETERS]


def test_the_unit_of_the_risk_does_not_matter(few_starts):
    plain = fit_risk(FEATURES, SAMPLES, noisy(0), resamples=20)
    scaled = fit_risk(FEATURES, SAMPLES, 1e-6 * noisy(0), resamples=20)
    factors = [1e-6 if name.endswith("constant") or name == "irreducible" else 1 for name in PARAMETERS]
    assert values(scaled) == pytest.approx(np.array(values(plain)) * factors, rel=1e-4)
    assert scaled.objective == pytest.approx(plain.objective, rel=1e-6)


def test_features_and_samples_may_be_exchanged(few_starts):
    plain = fit_risk(FEATURES, SAMPLES, noisy(1), irreducible=1, resamples=20)
    swapped = fit_risk(SAMPLES, FEATURES, noisy(1), irreducible=1, resamples=20)
    assert swapped.samples_exponent.value == pytest.approx(plain.features_exponent.value, rel=1e-5)
    assert swapped.features_constant.value == pytest.approx(plain.samples_constant.value, rel=1e-5)


def test_one_wild_run_moves_the_fit_little(few_starts):
    runs = noisy(2, 1e-4)
    runs[17] *= 1.5
    found = fit_risk(FEATURES, SAMPLES, runs, irreducible=1, resamples=20)
    assert values(found) == pytest.approx(TRUTH, rel=0.02)


def test_equal_seeds_give_equal_intervals(few_starts):
    one, same, other = (
        fit_risk(FEATURES, SAMPLES, noisy(3), irreducible=1, resamples=20, seed=seed) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one.draws, same.draws)
    assert values(one) == values(other)
    assert not np.array_equal(one.draws, other.draws)
    assert one.irreducible == Fitted(value=1.0, low=1.0, high=1.0)


def test_an_irreducible_risk_of_zero_leaves_two_powers(few_starts):
    truth = (0.0, *TRUTH[1:])
    found = fit_risk(FEATURES, SAMPLES, law(truth), irreducible=0, resamples=20)
    assert values(found) == pytest.approx(truth, rel=1e-4)


@pytest.mark.parametrize("irreducible", [None, 0.9])
def test_the_objective_is_the_summed_huber_loss(irreducible):
    runs = fit._logarithms(FEATURES, SAMPLES, noisy(4), 0.0, irreducible)
    place = np.array([math.log(0.9), 0.8, 1.0, 1.2, 0.4])[0 if irreducible is None else 1 :]
    ratio = np.log(law((0.9, math.exp(0.8), 1.0, math.exp(1.2), 0.4)) / noisy(4))
    size = abs(ratio)
    huber = np.where(size <= HUBER_WIDTH, ratio**2 / 2, HUBER_WIDTH * (size - HUBER_WIDTH / 2))
    assert runs.objective(place)[0] == pytest.approx(huber.sum(), rel=1e-12)
    error = check_grad(lambda p: runs.objective(p)[0], lambda p: runs.objective(p)[1], place)
    assert error < 1e-5 * np.linalg.norm(runs.objective(place)[1])
    slopes = (runs.residuals(place + 1e-6) - runs.residuals(place - 1e-6)) / 2e-6
    np.testing.assert_allclose(runs.jacobian(place).sum(axis=1), slopes, atol=1e-8)


@pytest.mark.slow
def test_no_starting_point_of_the_grid_leads_lower_when_all_of_them_go_to_the_end():
    for seed in range(2):
        risk = noisy(seed, 5e-3)
        runs = fit._logarithms(FEATURES, SAMPLES, risk, float(np.mean(np.log(risk))), 1.0)
        found = fit_risk(FEATURES, SAMPLES, risk, irreducible=1, resamples=20)
        powers = [(c, a) for c in fit._LOG_CONSTANT for a in fit._EXPONENT]
        lowest = min(
            minimize(runs.objective, np.array([*one, *other]), jac=True, method="L-BFGS-B").fun
            for one in powers
            for other in powers
        )
        assert found.objective <= lowest * (1 + 1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"risk": [1.0, -2.0] * 8}, "`risk` has the value -2.0"),
        ({"risk": [1.0, math.nan] * 8}, "`risk` has the value nan"),
        ({"samples": np.zeros(16)}, "`samples` has the value 0.0"),
        ({"features": [1.0, 2.0]}, "`features` has 2 values; expected as many"),
        ({"features": np.ones((16, 1))}, "`features` has shape"),
        ({"features": np.full(16, 8.0)}, "`risk` is known at 4 sizes, too few to fit 5"),
        ({"features": [8.0, 16.0] * 8}, "`features` has 2 different values; at least 3"),
        ({"irreducible": -1}, "`irreducible` = -1"),
        ({"resamples": 5}, "`resamples` = 5"),
        ({"confidence": 1}, "`confidence` = 1"),
        ({"seed": -1}, "`seed` = -1"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(change, message):
    features, samples = (one.ravel() for one in np.meshgrid([8.0, 16, 32, 64], [1e2, 1e3, 1e4, 1e5]))
    arguments = {"features": features, "samples": samples, "risk": law(TRUTH, features, samples), **change}
    with pytest.raises(ValueError, match=message) as caught:
        fit_risk(arguments.pop("features"), arguments.pop("samples"), arguments.pop("risk"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("features", "samples", "message"),
    [
        ([8, 16, 8], [10, 10, 100], "3 sizes, too few to fit 4"),
        ([8, 16, 8, 16], [10, 10, 100, 100], "2 different values each; at least 3 of one"),
        ([8, 8, 8, 8], [10, 100, 1000, 10000], "`features` has 1 different values; at least 2"),
    ],
)
def test_runs_that_do_not_determine_the_law_are_refused(features, samples, message):
    risk = law(TRUTH, np.array(features, float), np.array(samples, float))
    with pytest.raises(ValueError, match=message):
        fit_risk(features, samples, risk, irreducible=1)


def test_samples_of_the_runs_that_do_not_determine_the_law_are_drawn_again(few_starts):
    # all 5 different runs are in one of 26 samples of 5
    features = np.array([8.0, 16, 32, 8, 8])
    samples = np.array([1e2, 1e2, 1e2, 1e3, 1e4])
    found = fit_risk(features, samples, law(TRUTH, features, samples), resamples=20)
    assert isinstance(found, RiskFit)
    assert len(found.draws) == 20


def write(tmp_path, text):
    path = tmp_path / "runs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_are_found_by_name_whatever_their_order(tmp_path):
    path = write(tmp_path, "\ufeffrun, Risk ,samples,features\na,1.5,100,8\n\nb,1e0,200,16\n")
    table = read_runs(path)
    np.testing.assert_array_equal(table.risk, [1.5, 1.0])
    np.testing.assert_array_equal(table.samples, [100, 200])
    np.testing.assert_array_equal(table.features, [8, 16])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'features'"),
        ("8,100,1.5\n", "has no column 'features'"),
        ("features,samples,loss\n8,100,1\n", "has no column 'risk'"),
        ("features,samples,risk,risk\n8,100,1,1\n", "more than one column 'risk'"),
        ("features,samples,risk\n", "holds no runs"),
        ("features,samples,risk\n8,100,1\n8,many,1\n", "line 3: `samples` = 'many'"),
        ("features,samples,risk\n8,100,1\n\n8,200,-1\n", "line 4: `risk` = '-1'"),
        ("features,samples,risk\n0,100,1\n", "line 2: `features` = '0'"),
        ("features,samples,risk\n8,inf,1\n", "line 2: `samples` = 'inf'"),
        ("features,samples,risk\n8,100,nan\n", "line 2: `risk` = 'nan'"),
        ("features,samples,risk\n8,100\n", "line 2: 2 entries under 3 columns"),
        ('features,samples,risk\n8,"100\n', "line 2: "),
        (b"features,samples,risk\n\xff\xfe,100,1\n", "is not text in UTF-8"),
        (b"features,samples,risk\n8,100,1\x00\n", "line 2: "),
    ],
)
def test_a_bad_table_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_runs(write(tmp_path, text))
    assert "\n" not in str(caught.value)
