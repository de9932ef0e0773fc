r"""The model word for word: teacher and label noise are drawn, the estimator is solved as least squares.

Nothing of the spectral form is used here, so the two routes check each other; only the average over the test
point stays exact.  The per-draw duality lives here too, because it would be true by construction in the
spectral form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from .arc_cosine import relu_linear_moment, relu_second_moment
from .arguments import FloatArray, count, nonnegative, sampled_spectrum
from .draws import sample_data, sample_feature_map
from .replicates import seed_sequence, single_blas_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class DualityDefect:
    """Noiseless bias of one draw in both orientations, and their relative difference."""

    bias: float
    dual_bias: float
    relative: float


def ridge_weights(design: FloatArray, labels: FloatArray, ridge: float) -> FloatArray:
    r"""Return :math:`\arg\min_w\lVert y-\Phi^Tw\rVert^2+\delta\lVert w\rVert^2`.

    Parameters
    ----------
    design
        `Phi`, features by samples.
    labels
        `y`, samples, or samples by any number of columns.
    ridge
        Penalty on the sum, in [0, oo).

    Examples
    --------
    >>> ridge_weights(np.array([[1.0, 1.0]]), np.array([1.0, 3.0]), 2.0).round(12).tolist()
    [1.0]
    """
    features, samples = design.shape
    root = math.sqrt(ridge)
    if ridge == 0:
        system, right = design.T, labels
    elif features <= samples:
        system = np.vstack([design.T, root * np.eye(features)])
        right = np.concatenate([labels, np.zeros((features, *labels.shape[1:]))])
    else:
        # Of all (w, u) with Phi^T w + sqrt(ridge) u = y the one of least norm is the ridge solution.
        system, right = np.hstack([design.T, root * np.eye(samples)]), labels
    solution: FloatArray = scipy.linalg.lstsq(system, right, check_finite=False)[0]
    return solution[:features]


def literal_linear(
    feature_map: FloatArray | None,
    data: FloatArray | None,
    amplitudes: FloatArray,
    teacher: FloatArray,
    label_noise: FloatArray,
    ridge: float,
) -> FloatArray:
    """Return bias, variance and excess of one draw of everything but the test point.

    Parameters
    ----------
    feature_map
        `G`, features by size; None for ridge regression on the inputs.
    data
        `Z`, size by samples; None for the population, where the ridge has no effect.
    amplitudes
        Roots of the eigenvalues.
    teacher
        Teacher in whitened coordinates, the root of the eigenvalues times theta.
    label_noise
        One number for each sample.
    ridge
        Penalty, in [0, oo).

    Notes
    -----
    The predictor is linear in the labels: `bias` is its error on noiseless labels, `variance` the square of
    its response to the noise, and `excess` contains their cross term too.
    """
    embedding = np.diag(amplitudes) if feature_map is None else feature_map
    if data is None:
        error = teacher - embedding.T @ ridge_weights(embedding, teacher, 0.0)
        bias = float(error @ error)
        return np.array([bias, 0.0, bias])
    design = embedding @ data
    weights = ridge_weights(design, np.stack([data.T @ teacher, label_noise], axis=1), ridge)
    error, response = (embedding.T @ weights).T
    error = teacher - error
    return np.array([error @ error, response @ response, (error - response) @ (error - response)])


def literal_relu(
    feature_map: FloatArray,
    data: FloatArray | None,
    teacher: FloatArray,
    label_noise: FloatArray,
    ridge: float,
) -> FloatArray:
    """Return bias, variance and excess of one draw with rectified features; see `literal_linear`."""
    moment = relu_second_moment(feature_map @ feature_map.T)
    linear = relu_linear_moment(feature_map)
    power = float(teacher @ teacher)
    target = linear @ teacher
    if data is None:
        weights = scipy.linalg.solve(moment, target, assume_a="pos", check_finite=False)
        bias = power - float(target @ weights)
        return np.array([bias, 0.0, bias])
    design = np.maximum(feature_map @ data, 0.0)
    weights = ridge_weights(design, np.stack([data.T @ teacher, label_noise], axis=1), ridge)
    signal, response = weights.T
    both = signal + response
    return np.array(
        [
            power - 2 * (signal @ target) + signal @ moment @ signal,
            response @ moment @ response,
            power - 2 * (both @ target) + both @ moment @ both,
        ]
    )


def map_bias(feature_map: FloatArray, data: FloatArray, root_signal: FloatArray, ridge: float) -> float:
    """Return the bias of a linear model from its learned map, column by column, by least squares.

    Examples
    --------
    >>> round(map_bias(np.eye(2), np.eye(2), np.array([3.0, 4.0]), 1.0), 12)
    6.25
    """
    weights = ridge_weights(feature_map @ data, data.T * root_signal, ridge)
    residual = np.diag(root_signal) - feature_map.T @ weights
    return float(np.vdot(residual, residual))


def duality_defect(spectrum: Any, *, features: Any, samples: Any, ridge: Any = 0, seed: Any) -> DualityDefect:
    r"""Return how far one draw is from the exact exchange of features and samples.

    Parameters
    ----------
    spectrum
        As in `simulate_ridge`; the teacher has the isotropic prior and there is no label noise.
    features, samples
        Finite integers >= 1.
    ridge
        Penalty of the first orientation, in [0, oo); the dual one has `ridge * features / samples`, so that
        the product of features and ridge stays.
    seed
        Integer >= 0 or `SeedSequence`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or the spectrum is infinite.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    With the matrices :math:`A` (size by features) and :math:`Z` (size by samples) of standard normal numbers
    the model has :math:`G=A^T\Lambda^{1/2}/\sqrt N`.  Its error map
    :math:`\Lambda^{1/2}-\Lambda^{1/2}A(CC^T+\delta N)^{-1}CZ^T\Lambda^{1/2}`, :math:`C=A^T\Lambda^{1/2}Z`, is
    transposed by the exchange of :math:`A` and :math:`Z`, so the average over teacher and test point is the
    same, draw by draw.  Both sides are solved by least squares from the matrices.

    Examples
    --------
    >>> duality_defect([4, 2, 1], features=1, samples=2, ridge="0.5", seed=1).relative < 1e-12
    True
    """
    sampled = sampled_spectrum(spectrum)
    wide, long = count("features", features), count("samples", samples)
    penalty = nonnegative("ridge", ridge)
    amplitudes = np.sqrt(sampled.eigenvalues)
    generator = np.random.default_rng(seed_sequence(seed))
    first = sample_data(sampled.size, wide, generator, reduced=False)
    second = sample_data(sampled.size, long, generator, reduced=False)

    def bias(maps: FloatArray, data: FloatArray, penalty: float) -> float:
        columns = maps.shape[1]
        return map_bias(maps.T * (amplitudes / math.sqrt(columns)), data, amplitudes, penalty)

    with single_blas_thread():
        one, other = bias(first, second, penalty), bias(second, first, penalty * wide / long)
    return DualityDefect(bias=one, dual_bias=other, relative=abs(one - other) / max(one, other))


def sample_and_solve(
    amplitudes: FloatArray,
    root_signal: FloatArray,
    *,
    features: float,
    samples: float,
    ridges: tuple[float, ...],
    noise: float,
    relu: bool,
    generator: np.random.Generator,
) -> FloatArray:
    """Return bias, variance and excess (columns) of one full draw for every ridge (rows)."""
    size = amplitudes.size
    feature_map = (
        None
        if math.isinf(features)
        else sample_feature_map(amplitudes, int(features), generator, reduced=False)
    )
    data = None if math.isinf(samples) else sample_data(size, int(samples), generator, reduced=False)
    teacher = root_signal * generator.standard_normal(size)
    label_noise = math.sqrt(noise) * generator.standard_normal(0 if data is None else int(samples))
    rows = []
    for ridge in ridges:
        if relu:
            assert feature_map is not None
            rows.append(literal_relu(feature_map, data, teacher, label_noise, ridge))
        else:
            rows.append(literal_linear(feature_map, data, amplitudes, teacher, label_noise, ridge))
    return np.stack(rows)
