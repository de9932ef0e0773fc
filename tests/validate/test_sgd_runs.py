"""Runs of SGD: steps as they are defined, orders of finite sets, same seed same numbers, bad arguments."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.stats

from scalinglaws.numerics import PowerLaw, Schedule, SketchedSpectrum, sample_sketch, sketch_equivalent
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.simulate import (
    Covariates,
    average_over_sketches,
    simulate_sgd,
    simulate_sgd_on_data,
    simulate_sgd_over_sketches,
)
from scalinglaws.validate.simulate.descent import descend, fresh_batches, repeated_batches
from scalinglaws.validate.simulate.sgd_samples import DataSpace, SketchSpace

SKETCH = sample_sketch(PowerLaw(2, 60), 6, seed=0)
STEPS = Schedule.geometric("0.2", 32)
GOOD = {"noise": "0.1", "replicates": 70, "seed": 5}


@pytest.mark.parametrize("average", [False, True])
def test_steps_are_those_of_the_definition(average):
    generator = np.random.default_rng(0)
    batches = [(generator.standard_normal((3, 2, 4)), generator.standard_normal((2, 3, 2))) for _ in range(7)]
    schedule = Schedule([("0.3", 4), ("0.1", 3)])
    found = descend(iter(batches), schedule, shape=(2, 3, 4), batch_size=2, average=average)
    for run in range(3):
        for column in range(2):
            weights, visited = np.zeros(4), []
            for rate, (features, labels) in zip([0.3] * 4 + [0.1] * 3, batches, strict=True):
                visited.append(weights)
                gradient = sum(
                    (weights @ phi - y) * phi
                    for phi, y in zip(features[run], labels[column, run], strict=True)
                )
                weights = weights - rate * gradient / 2
            expected = np.mean(visited, axis=0) if average else weights
            np.testing.assert_allclose(found[column, run], expected, rtol=1e-12)


def test_a_batch_of_all_samples_is_gradient_descent():
    generator = np.random.default_rng(1)
    features, labels = generator.standard_normal((1, 9, 3)), generator.standard_normal((1, 1, 9))
    batches = repeated_batches(features, labels, 20, 9, generator)
    found = descend(batches, Schedule.constant("0.1", 20), shape=(1, 1, 3), batch_size=9, average=False)
    design = features[0]
    best = np.linalg.lstsq(design, labels[0, 0])[0]
    kept = np.linalg.matrix_power(np.eye(3) - 0.1 * design.T @ design / 9, 20)
    np.testing.assert_allclose(found[0, 0], best - kept @ best, rtol=1e-10)


@pytest.mark.parametrize(("count", "batch"), [(6, 1), (6, 2), (5, 2)])
def test_every_pass_holds_every_sample_once_in_an_order_of_its_own(count, batch):
    features = np.arange(count, dtype=float)[None, :, None] * np.ones((4, 1, 1))
    labels = np.broadcast_to(np.arange(count, dtype=float), (1, 4, count))
    steps = 3 * count // math.gcd(count, batch)
    drawn = list(repeated_batches(features, labels, steps, batch, np.random.default_rng(2)))
    seen = np.concatenate([phi[:, :, 0] for phi, _ in drawn], axis=1)
    np.testing.assert_array_equal(seen, np.concatenate([y[0] for _, y in drawn], axis=1))
    passes = seen.reshape(4, -1, count)
    np.testing.assert_array_equal(np.sort(passes, axis=2), np.broadcast_to(np.arange(count), passes.shape))
    assert len({tuple(order) for order in passes.reshape(-1, count)}) > 4


def test_fresh_batches_are_as_many_as_steps_and_drawn_in_blocks():
    asked = []

    def draw(steps):
        asked.append(steps)
        return np.zeros((steps, 1, 1, 1)), np.zeros((steps, 1, 1, 1))

    assert len(list(fresh_batches(draw, 10, 2**18))) == 10
    assert asked == [4, 4, 2]


@pytest.mark.parametrize("drawn", [False, True])
def test_drawn_labels_have_the_moments_of_the_model(drawn):
    generator = np.random.default_rng(3)
    amplitudes = np.array([[1.0, 0.5, 0.2], [0.3, 0.1, 0.4]])
    space = DataSpace(
        feature_map=amplitudes,
        teacher=np.diag([0.7, 0.2, 0.9]) if drawn else np.array([[0.7, 0.2, 0.9]]),
        covariates=Covariates(),
        drawn=drawn,
    )
    for one in (space, SketchSpace(sketch=space.sketch(), drawn=drawn)):
        source = one.runs(300, generator)
        features, labels = source.draw(1, 200, 2, generator)
        total = np.mean(labels[0, 0] ** 2)
        expected = np.trace(space.second_moment)
        assert total == pytest.approx(expected, rel=0.25 if drawn else 0.03)
        assert np.mean(labels[0, 1] ** 2) == pytest.approx(1, rel=0.03)
        second = np.einsum("rbn,rbm->nm", features[0], features[0]) / features[0].size * 2
        eigenvalues = np.linalg.eigvalsh(second)[::-1]
        np.testing.assert_allclose(eigenvalues, space.sketch().eigenvalues, rtol=0.05)
        # what a regression on the features of each run leaves is the approximation
        design, wanted = features[0], labels[0, 0][:, :, None]
        weights = np.linalg.solve(design.swapaxes(1, 2) @ design, design.swapaxes(1, 2) @ wanted)
        left = np.sum((wanted - design @ weights)[:, :, 0] ** 2, axis=1) / (200 - 2)
        assert np.mean(left / source.approximation) == pytest.approx(1, rel=0.02)
        # an iterate of zero leaves everything
        nothing = source.beyond(np.zeros((300, 2))) + source.approximation
        assert np.mean(nothing) == pytest.approx(expected, rel=0.25 if drawn else 1e-12)


def simulations(executor, seed=5):
    setting = {**GOOD, "seed": seed, "executor": executor}
    yield simulate_sgd(SKETCH, STEPS, **setting)
    yield simulate_sgd(SKETCH, STEPS, samples=16, **setting)
    yield simulate_sgd_on_data(PowerLaw(2, 300), STEPS, features=6, signal="drawn", **setting)
    yield simulate_sgd_over_sketches(PowerLaw(2, 30), STEPS, features=6, **setting)


def test_any_executor_gives_the_same_bits_and_another_seed_others():
    here = list(simulations(None))
    with ThreadPoolExecutor(2) as pool:
        for executor in (pool, InlineExecutor()):
            for one, other in zip(here, simulations(executor), strict=True):
                np.testing.assert_array_equal(one.risk_draws, other.risk_draws)
                assert one.risk == other.risk
    for one, other in zip(here, simulations(None, seed=6), strict=True):
        assert not np.intersect1d(one.risk_draws, other.risk_draws).size
        assert len(np.unique(one.risk_draws)) == 70


def test_the_sketch_and_the_runs_do_not_share_random_numbers():
    # the seeds of the space and of the groups are different children of the root
    found = simulate_sgd_on_data(PowerLaw(2, 30), STEPS, features=6, **GOOD)
    again = simulate_sgd_on_data(PowerLaw(2, 30), STEPS, features=6, **{**GOOD, "replicates": 2})
    np.testing.assert_array_equal(found.space.feature_map, again.space.feature_map)
    assert found.seed.spawn_key == (1,)


def test_estimates_are_the_means_of_the_draws():
    found = simulate_sgd(SKETCH, STEPS, **GOOD)
    assert found.estimate("bias").value == pytest.approx(found.bias_draws.mean())
    assert found.estimate("variance").standard_error == found.variance_standard_error
    assert found.estimate("excess").value == pytest.approx(found.risk - 0.1)
    assert found.training_risk is None
    with pytest.raises(ValueError, match="`quantity` is 'loss'"):
        found.estimate("loss")


def test_without_label_noise_there_is_no_variance():
    found = simulate_sgd(SKETCH, STEPS, replicates=20, seed=1)
    assert found.variance == 0.0
    np.testing.assert_allclose(found.risk_draws, SKETCH.approximation + found.bias_draws)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"noise": -1}, ValueError, "`noise` = -1"),
        ({"batch_size": 0}, ValueError, "`batch_size` = 0"),
        ({"samples": 3, "batch_size": 4}, ValueError, "`samples` = 3 must be at least `batch_size` = 4"),
        ({"samples": 10**9}, ValueError, "`samples` = 1000000000 makes a run need"),
        ({"batch_size": 10**9}, ValueError, "`batch_size` = 1000000000 makes a run need"),
        ({"replicates": 1}, ValueError, "`replicates` = 1"),
        ({"signal": "random"}, ValueError, "`signal` is 'random'"),
        ({"seed": None}, TypeError, "`seed`"),
        ({"sketch": PowerLaw(2, 5)}, TypeError, "`sketch` is a PowerLaw"),
        ({"sketch": sketch_equivalent(PowerLaw(2), 5)}, ValueError, "`sketch` has entries"),
        ({"schedule": 0.1}, TypeError, "`schedule` is a float"),
        ({"schedule": Schedule.constant(50, 400)}, ValueError, "`step_size` = 50 lets runs grow"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(change, error, message):
    arguments = {"sketch": SKETCH, "schedule": STEPS, **GOOD, **change}
    with pytest.raises(error, match=message) as caught:
        simulate_sgd(arguments.pop("sketch"), arguments.pop("schedule"), **arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"features": 31}, ValueError, "`features` = 31 must not exceed the size 30"),
        ({"features": 0}, ValueError, "`features` = 0"),
        ({"spectrum": PowerLaw(2)}, ValueError, "`spectrum` has `size` = inf"),
        ({"spectrum": PowerLaw(2, 20_000)}, ValueError, "`spectrum` has `size` = 20000, too many"),
        ({"covariates": "gaussian"}, TypeError, "`covariates` is a str"),
    ],
)
def test_bad_data_are_refused_in_one_line(change, error, message):
    arguments = {"spectrum": PowerLaw(2, 30), "features": 6, **GOOD, **change}
    with pytest.raises(error, match=message) as caught:
        simulate_sgd_on_data(arguments.pop("spectrum"), STEPS, **arguments)
    assert "\n" not in str(caught.value)


def test_bad_spectra_of_several_sketches_are_refused():
    for function, extra in ((simulate_sgd_over_sketches, {}), (average_over_sketches, {"sketches": 3})):
        with pytest.raises(TypeError, match="`spectrum` is a list"):
            function([1, 2], STEPS, features=2, seed=0, **extra)
    with pytest.raises(ValueError, match="`sketches` = 1"):
        average_over_sketches(PowerLaw(2), STEPS, features=2, sketches=1, seed=0)
    with pytest.raises(ValueError, match="`features` = 9 must not exceed the size 5"):
        average_over_sketches(PowerLaw(2, 5), STEPS, features=9, sketches=2, seed=0)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"law": "cauchy"}, "`law` is 'cauchy'"),
        ({"law": "student"}, "`degrees_of_freedom` is missing"),
        ({"law": "student", "degrees_of_freedom": 2}, "`degrees_of_freedom` = 2 must be"),
        ({"law": "student", "degrees_of_freedom": math.inf}, "`degrees_of_freedom` = inf must be"),
        ({"degrees_of_freedom": 5}, "`degrees_of_freedom` = 5 is for law 'student'"),
    ],
)
def test_bad_laws_of_covariates_are_refused(setting, message):
    with pytest.raises(ValueError, match=message):
        Covariates(**setting)


@pytest.mark.parametrize(
    "law", [Covariates(), Covariates(law="rademacher"), Covariates(law="student", degrees_of_freedom=12)]
)
def test_whitened_covariates_have_variance_one_and_their_kurtosis(law):
    draws = law.sample((200_000,), np.random.default_rng(4))
    assert np.mean(draws) == pytest.approx(0, abs=0.01)
    assert np.mean(draws**2) == pytest.approx(1, abs=0.02)
    assert np.mean(draws**4) == pytest.approx(law.kurtosis, rel=0.06)


@pytest.mark.parametrize("degrees", [4.25, 6, 30])
def test_the_kurtosis_of_student_is_that_of_scipy(degrees):
    excess = float(scipy.stats.t.stats(degrees, moments="k"))
    law = Covariates(law="student", degrees_of_freedom=degrees)
    assert law.kurtosis == pytest.approx(3 + excess, rel=1e-12)
    assert law.has_moment(4)
    assert law.has_moment(8) is (degrees > 8)


def test_a_rotation_turns_covariates_and_signal_alike():
    plain, turned = (
        simulate_sgd_on_data(
            PowerLaw(2, 5),
            STEPS,
            features=math.inf,
            source=3,
            covariates=law,
            signal="drawn",
            replicates=2,
            seed=0,
        )
        for law in (Covariates(), Covariates(rotated=True))
    )
    assert not np.allclose(plain.space.feature_map, turned.space.feature_map)
    np.testing.assert_allclose(turned.sketch.eigenvalues, plain.sketch.eigenvalues, rtol=1e-12)
    np.testing.assert_allclose(turned.sketch.alignment, plain.sketch.alignment, rtol=1e-12)


def test_fewer_samples_than_features_are_learned_by_heart():
    found = simulate_sgd(SKETCH, Schedule.constant("0.3", 6000), noise=1, samples=2, replicates=8, seed=2)
    assert found.training_risk.value < 1e-3 < found.variance


def test_rotations_are_orthogonal_and_kurtoses_below_one_impossible():
    law = Covariates(rotated=True)
    turned = law.rotation(5, np.random.default_rng(5))
    np.testing.assert_allclose(turned @ turned.T, np.eye(5), atol=1e-12)
    assert law.rotation(1, np.random.default_rng(5)) is None
    from scalinglaws.validate.simulate.fourth_moment import risk_from_fourth_moment

    with pytest.raises(ValueError, match=r"`kurtosis` = 0\.5"):
        risk_from_fourth_moment(np.eye(1), np.eye(1), STEPS, kurtosis=0.5)


def test_modes_without_signal_and_modes_without_power_are_simulated():
    sketch = SketchedSpectrum(
        eigenvalues=np.array([1.0, 0.5, 0.0]),
        modes=np.ones(3),
        alignment=np.array([0.0, 1.0, 0.0]),
        approximation=0.2,
    )
    found = simulate_sgd(sketch, STEPS, noise="0.1", replicates=400, seed=9)
    assert found.comparison().z < 4
