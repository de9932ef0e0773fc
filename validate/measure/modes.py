r"""Measured eigenvalues, and the power of a target in each of their modes, checked and put in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

from ...numerics import exact
from ..simulate.replicates import single_blas_thread

FloatArray = NDArray[np.float64]

LARGEST_MATRIX: Final = 20_000
"""A kernel matrix of more rows, of 3 GB, is refused."""

_EPSILON: Final = float(np.finfo(np.float64).eps)
_ASYMMETRY: Final = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredModes:
    r"""Eigenvalues that were measured, largest first, and what is known of their modes.

    Parameters
    ----------
    eigenvalues :
        :math:`\lambda_1\ge\lambda_2\ge\dots>0`.
    signal :
        The powers :math:`v_k\ge0` of the target in these modes; None where they are not known.
    samples :
        The number of data points that the eigenvalues were estimated from; None for exact ones.
    dropped :
        The number of eigenvalues left out: they were zero, or as small as rounding.
    unlearned :
        The power of the target in the modes left out, which no sample teaches.
    """

    eigenvalues: FloatArray
    signal: FloatArray | None
    samples: int | None
    dropped: int
    unlearned: float


def measured_modes(
    values: ArrayLike,
    *,
    signal: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    samples: Any = None,
) -> MeasuredModes:
    r"""Return the modes of measured eigenvalues, or of a kernel matrix.

    Parameters
    ----------
    values :
        Eigenvalues, shape (n,), in any order; or the kernel (Gram) matrix :math:`K` of n data points, shape
        (n, n), symmetric, of which the eigenvalues of :math:`K/n` are taken. Not negative beyond rounding.
    signal :
        With eigenvalues: powers :math:`v_k\ge0` of the target, shape (n,), in the order of `values`.
    targets :
        With a kernel matrix: what is to be learned, shape (n,) or (n, outputs), from which
        :math:`v_k=|u_k^Ty|^2/n` with the eigenvectors :math:`u_k`; the powers add up to the mean of
        :math:`|y|^2`.
    samples :
        The number of data points behind the eigenvalues, an integer not smaller than 1; None for exact
        eigenvalues, or for the rows of a kernel matrix.

    Raises
    ------
    TypeError, ValueError
        If an argument holds no real finite numbers, or has another shape, an eigenvalue is negative, all are
        zero, or the matrix is not symmetric.

    Notes
    -----
    Of a matrix, eigenvalues up to the largest one times the rounding of a double times n are left out, since
    their modes are known to no digit. Given eigenvalues are taken at their word if all are positive; where
    some are zero or negative, within that rounding, those as small are left out too.

    Examples
    --------
    >>> modes = measured_modes([[2.0, 1.0], [1.0, 2.0]], targets=[1.0, 1.0])
    >>> modes.eigenvalues.round(12).tolist(), modes.signal.round(12).tolist(), modes.samples
    ([1.5, 0.5], [1.0, 0.0], 2)
    """
    entries = real_array("values", values)
    points = None if samples is None else exact.count("samples", samples)
    if entries.ndim == 2:
        if signal is not None:
            raise ValueError("`signal` goes with eigenvalues; give `targets` with a kernel matrix")
        found, powers = _of_matrix(entries, targets)
        points = len(entries) if points is None else points
    elif entries.ndim == 1:
        if targets is not None:
            raise ValueError("`targets` go with a kernel matrix; give `signal` with eigenvalues")
        found, powers = entries, None if signal is None else _powers(signal, entries.size)
    else:
        raise ValueError(
            f"`values` has shape {entries.shape} and must be eigenvalues in one dimension, or a kernel "
            "matrix; give one of them"
        )
    order = np.argsort(-found, kind="stable")
    found = found[order]
    powers = None if powers is None else powers[order]
    floor = found.size * _EPSILON * float(max(abs(found[0]), abs(found[-1])))
    if found[-1] < -floor:
        raise ValueError(
            f"`values` have the eigenvalue {found[-1]:.6g}, which must not be negative; give those of a "
            "kernel or covariance matrix"
        )
    # positive numbers may be known to more than rounding, as squared singular values are
    exact_ones = entries.ndim == 1 and found[-1] > 0
    kept = found.size if exact_ones else int(np.count_nonzero(found > floor))
    if not kept:
        raise ValueError("`values` are all zero; give a spectrum with positive eigenvalues")
    return MeasuredModes(
        eigenvalues=found[:kept],
        signal=None if powers is None else powers[:kept],
        samples=points,
        dropped=found.size - kept,
        unlearned=0.0 if powers is None else float(powers[kept:].sum()),
    )


def real_array(name: str, values: ArrayLike) -> FloatArray:
    """Return finite real numbers as doubles.

    Raises
    ------
    TypeError
        If the array holds something else: text, objects, complex numbers, truth values, rows of different
        lengths.
    ValueError
        If it is empty, or a number is not finite.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise TypeError(f"`{name}` has rows of different lengths; give an array of numbers") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(
            f"`{name}` has entries of type {array.dtype} and must have real numbers; convert them to float64"
        )
    if not array.size:
        raise ValueError(f"`{name}` is empty, of shape {array.shape}; give at least one number")
    with np.errstate(over="ignore"):
        numbers = array.astype(np.float64)
    wrong = np.argwhere(~np.isfinite(numbers))
    if wrong.size:
        place = ", ".join(map(str, wrong[0]))
        raise ValueError(f"`{name}`[{place}] = {array[tuple(wrong[0])]} must be finite; correct or remove it")
    return numbers


def check_kernel(name: str, matrix: ArrayLike) -> FloatArray:
    """Return a symmetric matrix of real numbers, or say what is wrong with it."""
    kernel = real_array(name, matrix)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1]:
        raise ValueError(
            f"`{name}` has shape {kernel.shape} and must be a square kernel matrix; form X X^T from data X"
        )
    if len(kernel) > LARGEST_MATRIX:
        raise ValueError(
            f"`{name}` has {len(kernel)} rows, more than {LARGEST_MATRIX}; take fewer data points"
        )
    unequal = float(np.abs(kernel - kernel.T).max())
    if unequal > _ASYMMETRY * float(np.abs(kernel).max()):
        raise ValueError(
            f"`{name}` differs from its transpose by {unequal:.3g} and must be symmetric; form X X^T"
        )
    return (kernel + kernel.T) / 2


def check_targets(targets: ArrayLike, rows: int) -> FloatArray:
    """Return targets as a matrix with a row for each data point."""
    outputs = real_array("targets", targets)
    if outputs.ndim not in (1, 2) or outputs.shape[0] != rows:
        raise ValueError(
            f"`targets` has shape {outputs.shape} and must have {rows} rows, one for a data point; match them"
        )
    return outputs.reshape(rows, -1)


def _powers(signal: ArrayLike, size: int) -> FloatArray:
    powers = real_array("signal", signal)
    if powers.shape != (size,):
        raise ValueError(
            f"`signal` has shape {powers.shape} and must have {size} powers, one an eigenvalue; match them"
        )
    if (powers < 0).any():
        place = int(np.argmax(powers < 0))
        raise ValueError(
            f"`signal`[{place}] = {powers[place]:.6g} must be a power, not smaller than 0; square it"
        )
    return powers


def _of_matrix(matrix: FloatArray, targets: ArrayLike | None) -> tuple[FloatArray, FloatArray | None]:
    """Return the eigenvalues of the kernel over its data points, and the powers of the targets."""
    kernel = check_kernel("values", matrix)
    rows = len(kernel)
    if targets is None:
        with single_blas_thread():
            return np.asarray(scipy.linalg.eigvalsh(kernel / rows, check_finite=False)), None
    outputs = check_targets(targets, rows)
    with single_blas_thread():
        values, vectors = scipy.linalg.eigh(kernel / rows, check_finite=False)
        powers = np.sum((vectors.T @ outputs) ** 2, axis=1) / rows
    return np.asarray(values), powers
