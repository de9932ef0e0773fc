"""Properties of the eigensystem of a diagonal matrix less one of rank one."""

from __future__ import annotations

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scalinglaws.numerics.rank_one import rank_one_system

poles_and_weights = st.lists(st.tuples(st.floats(-12, 0), st.floats(-30, 1)), min_size=1, max_size=12).map(
    lambda pairs: (np.array([10**p for p, _ in pairs]), np.array([10 ** ((p + w) / 2) for p, w in pairs]))
)


@given(poles_and_weights)
def test_vectors_are_orthonormal_and_restore_the_matrix(given):
    poles, weights = given
    system = rank_one_system(poles, weights)
    matrix = np.diag(poles) - np.outer(weights, weights)
    size = np.max(poles) + np.sum(weights**2)
    assert np.max(abs(system.vectors.T @ system.vectors - np.eye(len(poles)))) < 1e-13
    assert np.max(abs(system.vectors * system.values @ system.vectors.T - matrix)) < 1e-13 * size


@given(poles_and_weights)
def test_each_eigenvalue_has_high_relative_accuracy_however_graded_the_matrix(given):
    poles, weights = given
    # where the sum of the ratios is below 1/2, no eigenvalue is lost to cancellation
    weights = weights * min(1.0, float(np.sqrt(0.5 / np.sum(weights**2 / poles))))
    system = rank_one_system(poles, weights)
    with mpmath.workdps(80):
        exact = mpmath.diag([mpmath.mpf(pole) for pole in poles])
        column = mpmath.matrix([mpmath.mpf(weight) for weight in weights])
        values = sorted(mpmath.eigsy(exact - column * column.T, eigvals_only=True))
    for value, found in zip(values, system.values, strict=True):
        assert abs(float(value / mpmath.mpf(found)) - 1) < 1e-13


def test_equal_poles_and_vanishing_weights_are_admitted():
    poles = np.array([0.3, 0.1, 0.3, 0.1, 0.3])
    system = rank_one_system(poles, np.array([0.1, 0.0, 0.2, 0.0, 0.0]))
    assert np.allclose(np.sort(system.values)[[0, 1, 3, 4]], [0.1, 0.1, 0.3, 0.3], rtol=1e-13)
    assert np.isclose(np.sort(system.values)[2], 0.25, rtol=1e-13)


def test_a_negative_eigenvalue_is_found():
    system = rank_one_system(np.array([0.5, 0.2]), np.array([1.0, 1.0]))
    assert system.values[0] < 0
    assert np.isclose(system.values.sum(), 0.7 - 2.0)
