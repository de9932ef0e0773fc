"""Kernels on the digits, what they need, and the claims on them."""

from __future__ import annotations

import functools
import importlib.util
import json
import math
import sys

import numpy as np
import pytest

from scalinglaws.numerics import ReLUNNGP, Sphere
from scalinglaws.validate import Context, Outcome
from scalinglaws.validate.claims.bahri2021 import digits as claims
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.measure import (
    DIGITS_KERNELS,
    MissingExtraError,
    digits_kernel,
    draw_relu_features,
    measure_feature_curve,
    measure_spectrum,
    measured_modes,
    predict_risk,
    study_digits,
)
from scalinglaws.validate.measure import load_digits as load

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
installed = pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="needs scikit-learn")


@functools.cache
def digits():
    return load()


def context(seed=0):
    return Context(seed=np.random.SeedSequence(seed), executor=InlineExecutor())


@installed
def test_images_have_length_one_and_targets_have_no_mean():
    found = digits()
    assert found.images.shape == (1797, 64)
    assert np.linalg.norm(found.images, axis=1) == pytest.approx(1)
    assert found.targets.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert (found.targets.argmax(axis=1)[:10] == np.arange(10)).all()


@installed
@pytest.mark.parametrize("name", ["relu", "relu-ntk", "relu-ntk-3", "laplace"])
def test_kernels_of_wide_networks_are_one_on_the_diagonal(name):
    found = digits_kernel(name, images=50, seed=1, digits=digits())
    assert np.diag(found.matrix) == pytest.approx(1)
    assert np.linalg.eigvalsh(found.matrix)[0] > 0
    assert found.targets.shape == (50, 10)


@installed
def test_random_features_tend_to_their_kernel():
    wide = digits_kernel("random-features", features=20_000, images=40, seed=3, digits=digits())
    limit = digits_kernel("relu", images=40, seed=3, digits=digits())
    assert np.array_equal(wide.targets, limit.targets)
    assert wide.matrix == pytest.approx(limit.matrix, abs=0.06)
    again = digits_kernel("random-features", features=20_000, images=40, seed=3, digits=digits())
    assert np.array_equal(wide.matrix, again.matrix)


@installed
def test_a_trained_network_leaves_the_images_it_was_trained_on():
    found = digits_kernel("network", features=20, images=200, seed=0, digits=digits())
    assert found.matrix.shape == (100, 100)
    modes = measured_modes(found.matrix, targets=found.targets)
    assert modes.eigenvalues.size <= 20
    # a trained network has the labels in its first modes
    assert modes.signal[:10].sum() > 0.6 * (modes.signal.sum() + modes.unlearned)


@installed
def test_features_leave_the_error_that_the_spectrum_predicts():
    images = digits().images[::4]
    kernel = ReLUNNGP(1).matrix(Sphere(63), images)
    draw = functools.partial(draw_relu_features, images=images)
    counts = [20, 60, 180]
    curve = measure_feature_curve(draw, kernel, features=counts, replicates=4, seed=2)
    predicted = predict_risk(measured_modes(kernel), samples=math.inf, features=np.array(counts, float)).risk
    assert [risk.value for risk in curve.risk] == pytest.approx(predicted, rel=0.05)


def test_features_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"`draw` returned values of shape \(3, 2\)"):
        measure_feature_curve(lambda g, p: np.ones((3, 2)), np.eye(9), features=[4], replicates=2, seed=0)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"name": "cnn"}, ValueError, "`name` = 'cnn' must be one of relu"),
        ({"features": 5}, ValueError, "`features` = 5 does not go with relu"),
        ({"name": "network", "features": 0}, ValueError, "`features` = 0"),
        ({"name": "random-features", "features": 10**9}, ValueError, "GiB"),
        ({"images": 1}, ValueError, "`images` = 1 must be an integer from 2 to the 1797"),
        ({"images": 5000}, ValueError, "`images` = 5000"),
        ({"seed": "x"}, TypeError, "`seed` is 'x'"),
    ],
)
@installed
def test_bad_arguments_are_refused(words, error, message):
    with pytest.raises(error, match=message):
        digits_kernel(**{"name": "relu"} | words)


def test_the_command_line_knows_all_kernels():
    from scalinglaws.validate.command_line import measure_digits

    assert measure_digits._KERNELS == DIGITS_KERNELS


@installed
def test_too_few_images_make_no_study():
    with pytest.raises(ValueError, match="`images` = 60 leave too few samples"):
        study_digits("relu", images=60, digits=digits())


def test_without_scikit_learn_the_images_are_missed_in_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'scalinglaws\[digits\]'"):
        load()


def test_the_command_without_scikit_learn_is_one_line_and_status_two(monkeypatch):
    from click.testing import CliRunner

    from scalinglaws.validate.command_line import main

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["measure", "digits"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: the digits need scikit-learn")
    assert len(result.stderr.splitlines()) == 1


@installed
def test_the_command_prints_what_the_study_found(tmp_path):
    from click.testing import CliRunner

    from scalinglaws.validate.command_line import main

    words = ["measure", "digits", "--images", "320", "--replicates", "2"]
    found = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    study = study_digits("relu-ntk", images=320, replicates=2, digits=digits())
    assert float(found["labels"]["exponent"]) == study.labels.measured.exponent.value
    assert [row["samples"] for row in found["prior"]["curve"]] == [20, 40, 80, 160]
    assert float(found["power_law"]["decay"]["value"]) == study.power_law.decay.value
    text = CliRunner().invoke(main, [*words, "--plot", str(tmp_path / "a.svg")]).stdout
    assert f"exponent {study.prior.measured.exponent.value:.4g}" in text
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")


def test_without_scikit_learn_there_are_no_claims_on_images(monkeypatch):
    # a copy, so that the module that others hold keeps its claims
    spec = importlib.util.spec_from_file_location(f"{claims.__package__}.digits_copy", claims.__file__)
    copy = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, copy)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    spec.loader.exec_module(copy)
    assert copy.CLAIMS == ()


@installed
@pytest.mark.slow
@pytest.mark.parametrize(
    ("leg", "outcome"),
    [
        (claims.prior_numeric, S),
        (claims.prior_samples, S),
        (claims.prior_features, S),
        (claims.labels_spectrum_numeric, C),
        (claims.labels_spectrum_samples, C),
        (claims.labels_signal_numeric, S),
        (claims.labels_signal_samples, S),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_leg_comes_out_as_the_images_are(leg, outcome):
    found = leg(context(3))
    assert found.outcome is outcome, found.summary
    if outcome is S:
        assert leg(context(3), factor=1.3).outcome is C


@installed
@pytest.mark.parametrize("leg", [claims.prior_samples, claims.prior_features, claims.labels_signal_samples])
def test_leg_contradicts_a_wrong_exponent(leg, monkeypatch):
    monkeypatch.setattr(claims, "KERNELS", ("relu",))
    monkeypatch.setattr(claims, "_IMAGES", 360)
    monkeypatch.setattr(claims, "_SIZES", (20, 40, 80))
    assert leg(context(), factor=1.5).outcome is C


@installed
@pytest.mark.slow
@pytest.mark.parametrize(("name", "decay"), [("relu", 1.6), ("relu-ntk", 1.4), ("relu-ntk-3", 1.1)])
def test_all_images_show_a_power_law_over_a_decade(name, decay):
    found = measure_spectrum(measured_modes(digits_kernel(name).matrix))
    assert found.fair
    assert found.last == 179
    assert found.decay.value == pytest.approx(decay, abs=0.02)


@installed
@pytest.mark.slow
@pytest.mark.parametrize("name", DIGITS_KERNELS)
def test_the_exponent_on_labels_is_that_of_eigenvalues_and_signal(name):
    study = study_digits(name, replicates=6, seed=1)
    for curve, allowance in ((study.prior, 0.05), (study.labels, 0.1)):
        exponent = curve.measured.exponent
        gap = abs(exponent.value - curve.predicted_exponent)
        assert gap < allowance * curve.predicted_exponent + 4 * exponent.standard_error
    if name in ("relu-ntk-3", "laplace"):
        assert study.labels.measured.exponent.value > 2 * (study.power_law.decay.value - 1)
