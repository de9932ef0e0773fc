"""Same seed, same numbers, whatever runs them; and bad arguments say what is wrong."""

from __future__ import annotations

import math
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import threadpoolctl

from scalinglaws.numerics import Eigenvalues, InterpolationThresholdError, PowerLaw
from scalinglaws.validate.simulate import duality_defect, feature_spectrum, simulate_ridge
from scalinglaws.validate.simulate.replicates import child_seed, run_replicates, single_blas_thread

SETTING = {"features": 90, "samples": 130, "ridge": "1e-3", "noise": "0.1", "replicates": 17, "seed": 99}


def draw(seed):
    """One replicate, at module level so that it pickles."""
    return np.random.default_rng(seed).standard_normal(3)


def fail(seed):
    raise ArithmeticError(f"replicate {seed.spawn_key} failed")


def test_any_number_of_workers_gives_the_same_bits():
    spectrum = PowerLaw("1.7", 300)
    here = simulate_ridge(spectrum, **SETTING)
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
            there = simulate_ridge(spectrum, **SETTING, executor=executor)
        np.testing.assert_array_equal(there.risk_draws, here.risk_draws)
    with ThreadPoolExecutor(2) as executor:
        there = simulate_ridge(spectrum, **SETTING, executor=executor)
    np.testing.assert_array_equal(there.risk_draws, here.risk_draws)
    assert there.risk == here.risk


def test_default_pool_gives_the_same_bits():
    seed = np.random.SeedSequence(5)
    pooled = run_replicates(draw, replicates=9, seed=seed, seconds=1.0)
    np.testing.assert_array_equal(pooled, run_replicates(draw, replicates=9, seed=seed, seconds=0.0))


@pytest.mark.parametrize("guard", ["", "if __name__ == '__main__':\n    "])
def test_script_with_and_without_guard_runs_once(tmp_path, guard):
    script = tmp_path / "script.py"
    lines = [
        "import numpy as np, functools",
        "from scalinglaws.validate.simulate.replicates import run_replicates",
        "task = functools.partial(np.random.SeedSequence.generate_state, n_words=2)",
        "seed = np.random.SeedSequence(1)",
        f"{guard}print(run_replicates(task, replicates=4, seed=seed, seconds=1.0).tolist())",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    expected = [child.generate_state(2).tolist() for child in np.random.SeedSequence(1).spawn(4)]
    assert done.stdout == f"{expected}\n"
    assert done.stderr == ""


@pytest.mark.parametrize("seconds", [1e-6, 0.05, 0.1, 10.0])
def test_chunks_do_not_change_the_numbers(seconds):
    seed = np.random.SeedSequence(5, spawn_key=(2,))
    with ThreadPoolExecutor(2) as executor:
        found = run_replicates(draw, replicates=40, seed=seed, seconds=seconds, executor=executor)
    expected = [draw(child) for child in np.random.SeedSequence(5, spawn_key=(2,)).spawn(40)]
    np.testing.assert_array_equal(found, expected)


def test_more_replicates_extend_the_same_draws():
    few = simulate_ridge(PowerLaw(2, 30), features=5, samples=12, replicates=3, seed=1)
    many = simulate_ridge(PowerLaw(2, 30), features=5, samples=12, replicates=8, seed=1)
    np.testing.assert_array_equal(many.risk_draws[:3], few.risk_draws)


def test_seed_sequence_is_left_as_it_was_and_can_be_used_again():
    seed = np.random.SeedSequence(3)
    one = simulate_ridge([2, 1], features=1, samples=9, replicates=3, seed=seed)
    two = simulate_ridge([2, 1], features=1, samples=9, replicates=3, seed=seed)
    assert seed.n_children_spawned == 0
    np.testing.assert_array_equal(one.risk_draws, two.risk_draws)
    assert child_seed(seed, 4).spawn_key == (4,)


def test_different_seeds_give_different_draws():
    one = simulate_ridge([2, 1], features=1, samples=9, replicates=3, seed=0)
    two = simulate_ridge([2, 1], features=1, samples=9, replicates=3, seed=1)
    assert not np.intersect1d(one.risk_draws, two.risk_draws).size


@pytest.mark.parametrize("threads", [None, 2])
def test_progress_counts_every_replicate(threads):
    seen = []
    executor = None if threads is None else ThreadPoolExecutor(threads)
    simulate_ridge(
        [2, 1],
        features=1,
        samples=9,
        replicates=30,
        seed=0,
        executor=executor,
        progress=lambda done, total: seen.append((done, total)),
    )
    if executor is not None:
        executor.shutdown()
    done = [step for step, _ in seen]
    assert done == sorted(set(done))
    assert seen[-1] == (30, 30)
    assert len(seen) > 3


def test_failure_of_a_replicate_is_raised():
    with ThreadPoolExecutor(2) as executor, pytest.raises(ArithmeticError, match="failed"):
        run_replicates(fail, replicates=6, seed=np.random.SeedSequence(0), seconds=1.0, executor=executor)


def test_blas_threads_are_given_back():
    def threads():
        return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with single_blas_thread(), single_blas_thread():
        assert set(threads()) <= {1}
    assert threads() == before
    simulate_ridge([2, 1], features=1, samples=9, replicates=2, seed=0)
    assert threads() == before


def test_every_kind_of_spectrum_gives_the_same_numbers():
    eigenvalues = np.arange(1, 21.0) ** -2.0
    setting = {"features": 5, "samples": 12, "replicates": 3, "seed": 1}
    expected = simulate_ridge(eigenvalues, **setting).risk_draws
    for spectrum in (PowerLaw(2, 20), Eigenvalues(eigenvalues), list(eigenvalues)):
        np.testing.assert_allclose(simulate_ridge(spectrum, **setting).risk_draws, expected, rtol=1e-12)
    signal = np.arange(1, 21.0) ** -3.0
    measured = simulate_ridge(Eigenvalues(eigenvalues, signal), **setting)
    np.testing.assert_allclose(
        measured.risk_draws, simulate_ridge(PowerLaw("2", 20), source="3", **setting).risk_draws, rtol=1e-12
    )


GOOD = {"features": 5, "samples": 12, "replicates": 3, "seed": 1}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"spectrum": PowerLaw(2)}, "`size`"),
        ({"spectrum": []}, "`values`"),
        ({"spectrum": [1.0, 2.0]}, "`values`"),
        ({"spectrum": [1.0, 0.0]}, "`values`"),
        ({"spectrum": [1.0, math.nan]}, "nan"),
        ({"spectrum": PowerLaw(200, 1000)}, "`spectrum`"),
        ({"spectrum": [2.0, 1.0], "source": 2}, "`source`"),
        ({"noise": "1e400"}, "`noise`"),
        ({"features": 0}, "`features`"),
        ({"features": 2.5}, "`features`"),
        ({"features": "many"}, "`features`"),
        ({"samples": -3}, "`samples`"),
        ({"samples": math.nan}, "`samples`"),
        ({"samples": math.inf, "features": math.inf}, "`features`"),
        ({"ridge": -1}, "`ridge`"),
        ({"ridge": math.inf}, "`ridge`"),
        ({"ridge": []}, "`ridge`"),
        ({"ridge": [0.1, "x"]}, "`ridge`"),
        ({"noise": -0.1}, "`noise`"),
        ({"replicates": 1}, "`replicates`"),
        ({"seed": -1}, "`seed`"),
        ({"feature_map": "tanh"}, "`feature_map`"),
        ({"feature_map": "relu", "features": math.inf}, "`features`"),
        ({"spectrum": PowerLaw(2, 10**7), "features": 50}, "`size`"),
        ({"spectrum": PowerLaw(2, 10**4), "features": 10**5, "samples": 10**4, "ridge": 1}, "GiB"),
        ({"features": 10**5, "ridge": 1, "literal": True, "samples": 10**5}, "`features`"),
        ({"spectrum": PowerLaw(16, 400), "features": 100, "samples": 200}, "`spectrum`"),
    ],
)
def test_bad_arguments_are_named_in_one_line(change, name):
    setting = {"spectrum": PowerLaw(2, 50), **GOOD, **change}
    with pytest.raises(ValueError, match=name) as caught:
        simulate_ridge(setting.pop("spectrum"), **setting)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_inputs_themselves_and_the_population_need_no_square_matrix():
    wide = simulate_ridge(PowerLaw(2, 60_000), features=math.inf, samples=20, replicates=2, seed=1)
    long = simulate_ridge(PowerLaw(2, 60_000), features=20, samples=math.inf, replicates=2, seed=1)
    assert wide.risk < 1
    assert long.risk < 1


@pytest.mark.parametrize(
    "change", [{"seed": None}, {"features": None}, {"features": True}, {"samples": 3j}, {"ridge": None}]
)
def test_wrong_types_are_named(change):
    name = next(iter(change))
    with pytest.raises(TypeError, match=f"`{name}`"):
        simulate_ridge(PowerLaw(2, 50), **{**GOOD, **change})


@pytest.mark.parametrize(
    ("features", "samples", "noise"),
    [(8, 8, 0), (8, 9, 0), (11, 8, 0), (30, 21, 1), (math.inf, 20, 1), (21, 23, 1)],
)
def test_sizes_without_a_finite_standard_error_are_refused(features, samples, noise):
    with pytest.raises(InterpolationThresholdError, match="`ridge` > 0"):
        simulate_ridge(PowerLaw(2, 20), features=features, samples=samples, noise=noise, replicates=3, seed=1)
    simulate_ridge(
        PowerLaw(2, 20), features=features, samples=samples, noise=noise, ridge=1, replicates=3, seed=1
    )


def test_noiseless_breakdown_has_no_threshold():
    assert simulate_ridge(PowerLaw(2, 20), features=25, samples=25, replicates=3, seed=1).risk < 1e-25


def test_noise_of_draws_without_noise_cannot_be_changed():
    result = simulate_ridge([2, 1], features=1, samples=9, replicates=3, seed=0)
    with pytest.raises(ValueError, match="`noise`"):
        result.with_noise(1)
    with pytest.raises(ValueError, match="`quantity`"):
        result.estimate("loss")


def test_features_and_duality_check_their_arguments_too():
    with pytest.raises(ValueError, match="`features`"):
        feature_spectrum([2, 1], features=math.inf, seed=0)
    with pytest.raises(ValueError, match="`feature_map`"):
        feature_spectrum([2, 1], features=3, feature_map="erf", seed=0)
    with pytest.raises(ValueError, match="`features`"):
        feature_spectrum([2, 1], features=10**5, feature_map="relu", seed=0)
    with pytest.raises(ValueError, match="`spectrum`"):
        feature_spectrum(PowerLaw(40, 60), features=50, seed=0)
    with pytest.raises(ValueError, match="`samples`"):
        duality_defect([2, 1], features=2, samples=math.inf, seed=0)
