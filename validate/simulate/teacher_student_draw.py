r"""One draw of the random-feature teacher-student model, and its loss in every form that the paper gives.

The teacher's features are :math:`F=\mathcal C^{1/2}Z`, :math:`\mathcal C=\mathrm{diag}\,c`, the student's
:math:`f=\mathcal PF`.  Losses are averaged exactly over test point and teacher, whose weights have variance
:math:`1/S`, and have the factor 1/2.  The forms are evaluated as they are printed; ranks are known
beforehand, so no cut-off of singular values is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import scipy.linalg

from .arguments import FloatArray, count, sampled_spectrum
from .covariates import Covariates
from .literal import ridge_weights
from .replicates import seed_sequence, single_blas_thread

Projection: TypeAlias = Literal["gaussian", "orthonormal"]
PROJECTIONS = ("gaussian", "orthonormal")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeacherStudentDraw:
    r"""Data and projection of one draw, and its loss.

    Parameters
    ----------
    eigenvalues
        :math:`c_k` of :math:`\mathcal C`, shape (S,).
    data
        :math:`F`, S by T.
    projection
        :math:`\mathcal P`, N by S.
    """

    eigenvalues: FloatArray
    data: FloatArray
    projection: FloatArray

    @property
    def size(self) -> int:
        """Number S of the teacher's features."""
        return int(self.eigenvalues.size)

    @property
    def rank(self) -> int:
        """Rank of the student's features on the samples, min(N, T, S)."""
        return int(min(*self.projection.shape, self.data.shape[1]))

    @single_blas_thread()
    def least_squares(self) -> float:
        """Return the loss of the least squares of minimum norm, from the definition."""
        weights = ridge_weights(self.projection @ self.data, self.data.T, 0.0)
        error = -self.projection.T @ weights
        error[np.diag_indices(self.size)] += 1.0
        return float(np.sum(self.eigenvalues[:, None] * error**2)) / (2 * self.size)

    @single_blas_thread()
    def covariance_form(self) -> float:
        """Return the loss by (S37), through the empirical covariance."""
        empirical = self.data @ self.data.T / self.data.shape[1]
        student = (self.projection * self.eigenvalues) @ self.projection.T
        seen = self.projection @ empirical
        response = _pseudo_inverse(seen @ self.projection.T, self.rank) @ seen
        crossed = np.vdot(response, self.projection * self.eigenvalues)
        total = self.eigenvalues.sum() + np.vdot(response, student @ response) - 2 * crossed
        return float(total) / (2 * self.size)

    @single_blas_thread()
    def kernel_form(self) -> float:
        """Return the loss by (S38), through the kernels of student and teacher on the samples."""
        student = (self.projection @ self.data).T @ self.projection / self.projection.shape[0]
        teacher = self.data.T / self.size
        response = _pseudo_inverse(student @ self.data, self.rank) @ student
        total = self.eigenvalues.sum() / self.size
        total += np.vdot(response, (teacher @ self.data) @ (response * self.eigenvalues))
        total -= 2 * np.vdot(response, teacher * self.eigenvalues)
        return float(total) / 2

    @single_blas_thread()
    def infinite_samples(self) -> float:
        """Return (1), the loss of the best predictor on the same features."""
        seen = self.projection * self.eigenvalues
        rank = min(self.projection.shape)
        learned = np.vdot(seen, _pseudo_inverse(seen @ self.projection.T, rank) @ seen)
        return float(self.eigenvalues.sum() - learned) / (2 * self.size)

    @single_blas_thread()
    def all_features(self) -> float:
        """Return (2), the loss of regression with the teacher's own kernel on the same samples."""
        teacher = self.data.T / self.size
        rank = min(self.data.shape)
        learned = np.vdot(_pseudo_inverse(teacher @ self.data, rank) @ teacher, teacher * self.eigenvalues)
        return float(self.eigenvalues.sum() / self.size - learned) / 2

    @single_blas_thread()
    def eigenvector_form(self) -> float:
        r"""Return (4), :math:`\frac12\sum_i\lambda_i(1-\sum_j(e_i\cdot\bar e_j)^2)`.

        The :math:`\bar e_j` are the eigenvectors of the empirical covariance with eigenvalues that are not
        zero, the :math:`e_i` and :math:`\lambda_i` those of :math:`\mathcal C/S`.
        """
        empirical = self.data @ self.data.T / self.data.shape[1]
        _, vectors = scipy.linalg.eigh(empirical, check_finite=False)
        learned = np.sum(vectors[:, -min(self.data.shape) :] ** 2, axis=1)
        return float(self.eigenvalues @ (1 - learned)) / (2 * self.size)

    def exchanged(self) -> TeacherStudentDraw:
        r"""Return the draw in which data and projection have changed places, both whitened.

        >>> draw = draw_teacher_student([3, 2, 1], features=1, samples=2, seed=1)
        >>> abs(draw.exchanged().least_squares() / draw.least_squares() - 1) < 1e-12
        True
        """
        amplitudes = np.sqrt(self.eigenvalues)
        return TeacherStudentDraw(
            eigenvalues=self.eigenvalues,
            data=amplitudes[:, None] * self.projection.T,
            projection=(self.data / amplitudes[:, None]).T,
        )

    @single_blas_thread()
    def with_orthonormal_rows(self) -> TeacherStudentDraw:
        """Return the draw whose projection has orthonormal rows that span the same space."""
        rows = scipy.linalg.orth(self.projection.T).T
        return TeacherStudentDraw(eigenvalues=self.eigenvalues, data=self.data, projection=rows)


def draw_teacher_student(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    projection: Projection = "gaussian",
    covariates: Covariates | None = None,
    seed: Any,
) -> TeacherStudentDraw:
    r"""Draw data and projection once.

    Parameters
    ----------
    spectrum
        Eigenvalues of :math:`\mathcal C`: a `PowerLaw` of finite size, an `Eigenvalues` or an array of
        positive numbers, largest first.
    features, samples
        Integers >= 1; orthonormal rows are at most as many as eigenvalues.
    projection
        `"gaussian"` for independent Gaussian rows, `"orthonormal"` for the projector on a random subspace.
    covariates
        Law of the whitened coordinates, None for Gaussian ones.
    seed
        Integer >= 0 or `SeedSequence`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> draw = draw_teacher_student([4, 2, 1], features=2, samples=2, seed=0)
    >>> abs(draw.covariance_form() / draw.kernel_form() - 1) < 1e-10
    True
    """
    sampled = sampled_spectrum(spectrum)
    wide, long = count("features", features), count("samples", samples)
    law = check_covariates(covariates)
    generator = np.random.default_rng(seed_sequence(seed))
    with single_blas_thread():
        rows = draw_projection(projection, wide, sampled.size, generator)
        data = np.sqrt(sampled.eigenvalues)[:, None] * law.sample((sampled.size, long), generator)
    return TeacherStudentDraw(eigenvalues=sampled.eigenvalues, data=data, projection=rows)


def draw_projection(kind: str, features: int, size: int, generator: np.random.Generator) -> FloatArray:
    """Return the rows of a projection of the named law; only their Gram matrix matters.

    Raises
    ------
    ValueError
        If the law is unknown, or there are more orthonormal rows than dimensions.
    """
    if kind not in PROJECTIONS:
        raise ValueError(f"`projection` is {kind!r}; expected one of {', '.join(PROJECTIONS)}, or a matrix")
    if kind == "gaussian":
        return generator.standard_normal((features, size))
    if features > size:
        raise ValueError(
            f"`features` = {features} must not exceed the size {size} for orthonormal rows; choose fewer, or "
            "Gaussian rows"
        )
    columns = scipy.linalg.qr(generator.standard_normal((size, features)), mode="economic")[0]
    return np.asarray(columns.T, dtype=np.float64)


def check_covariates(covariates: Covariates | None) -> Covariates:
    """Return the law of the whitened coordinates; None is the Gaussian one.

    Raises
    ------
    TypeError
        If it is no `Covariates`.
    """
    law = Covariates() if covariates is None else covariates
    if not isinstance(law, Covariates):
        raise TypeError(f"`covariates` is a {type(law).__name__}; expected a Covariates")
    if law.rotated:
        raise ValueError("`covariates` is rotated, which is not drawn here; leave `rotated` out")
    return law


def variance_limited_coefficient(
    eigenvalues: FloatArray, projection: FloatArray, *, kurtosis: float
) -> float:
    r"""Return the limit of :math:`T\,[L(T,N)-L(\infty,N)]` for independent whitened coordinates.

    Parameters
    ----------
    eigenvalues
        :math:`c_k`, positive, shape (S,).
    projection
        :math:`\mathcal P`, N by S, of rank N < S.
    kurtosis
        Fourth moment of the whitened coordinates.

    Notes
    -----
    :math:`N\,L(\infty,N)+\frac{\mathbb Ez^4-3}{2S}\sum_kB_{kk}\Pi_{kk}` with the projector :math:`\Pi` on the
    rows of :math:`\mathcal P\mathcal C^{1/2}` and :math:`B=(1-\Pi)\mathcal C(1-\Pi)`; in exact arithmetic it
    is `theory.teacher_student.independent_coefficient`.

    Examples
    --------
    >>> coefficient = variance_limited_coefficient(np.array([2.0, 1.0]), np.array([[1.0, 1.0]]), kurtosis=9.0)
    >>> round(9 * coefficient, 12)
    11.0
    """
    rows = scipy.linalg.orth((projection * np.sqrt(eigenvalues)).T).T
    unseen = np.eye(eigenvalues.size) - rows.T @ rows
    left = (unseen * eigenvalues) @ unseen
    shared = float(np.diagonal(left) @ np.sum(rows**2, axis=0))
    gaussian = rows.shape[0] * float(np.trace(left))
    return float(gaussian + (kurtosis - 3) * shared) / (2 * eigenvalues.size)


def _pseudo_inverse(matrix: FloatArray, rank: int) -> FloatArray:
    """Return the pseudo-inverse of a symmetric matrix of known rank."""
    values, vectors = scipy.linalg.eigh(matrix, check_finite=False)
    kept = vectors[:, -rank:]
    return np.asarray((kept / values[-rank:]) @ kept.T, dtype=np.float64)
