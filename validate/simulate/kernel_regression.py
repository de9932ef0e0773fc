r"""Kernel regression on random points: its expected risk on a Gaussian process, draw by draw.

Only the points are drawn.  Given them, the mean over the Gaussian process, the label noise and, on the circle
with Sobolev kernels, the test point too is exact; elsewhere test points are drawn as well.
"""

from __future__ import annotations

import functools
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.linalg

from ...numerics import CircleSobolev, Kernel, Manifold
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, count, nonnegative
from .circle_regression import MOST_POINTS, circle_risk
from .cost import MEMORY_LIMIT
from .replicates import Progress, run_replicates, seed_sequence

#: Condition number of the kernel matrix above which doubles are not trusted.
CONDITION_LIMIT: Final = 1e13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KernelRegressionSimulation:
    """Risks of kernel regression on independent sets of points.

    `draws` holds one risk for each set. Where the student is smoother than the teacher, few sets in which
    points come close may dominate their mean: beside it stand the mean logarithm and the median.
    """

    draws: FloatArray
    student: Kernel
    teacher: Kernel
    manifold: Manifold
    samples: int
    ridge: float
    noise: float
    replicates: int
    seed: np.random.SeedSequence

    @property
    def risk(self) -> float:
        """Mean risk over the sets of points."""
        return self.estimate().value

    @property
    def standard_error(self) -> float:
        """Standard error of the mean risk."""
        return self.estimate().standard_error

    def estimate(self) -> Estimate:
        """Return the mean risk with its standard error."""
        return mean_estimate(self.draws)

    def excess(self) -> Estimate:
        """Return the mean risk without the label noise of the test point."""
        return mean_estimate(self.draws - self.noise)

    def log_excess(self) -> Estimate:
        """Return the mean logarithm of the risk without the label noise of the test point."""
        return mean_estimate(np.log(self.draws - self.noise))

    @property
    def median(self) -> float:
        """Median risk."""
        return float(np.median(self.draws))

    @property
    def heaviness(self) -> float:
        """Mean over median of the risk without the label noise of the test point; near 1 for light tails."""
        excess = self.draws - self.noise
        return float(excess.mean() / np.median(excess))


def simulate_kernel_regression(
    student: Kernel,
    teacher: Kernel | None = None,
    *,
    manifold: Manifold,
    samples: Any,
    ridge: Any = 0,
    noise: Any = 0,
    test_points: Any = 1000,
    replicates: Any = 100,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> KernelRegressionSimulation:
    r"""Simulate kernel regression on independent uniform points of a manifold.

    Parameters
    ----------
    student, teacher
        Kernels of the regression and of the Gaussian process that is learned; None for the same.
    manifold
        `Circle()`, `Torus(d)` or `Sphere(d)`.
    samples
        Number of points, an integer >= 1; at most 512 with Sobolev kernels.
    ridge
        Penalty :math:`\delta` beside the sum of squared errors, >= 0.
    noise
        Variance :math:`\sigma^2` of the label noise, >= 0; it is part of the risk.
    test_points
        Points at which the risk is averaged in each replicate; not used for Sobolev kernels, whose average is
        exact.
    replicates
        Number of independent sets of points, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, a kernel is not positive definite on the manifold, a replicate
        needs too much memory, or a kernel matrix is so ill-conditioned that doubles would decide the risk.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    At a test point z, with :math:`w=(K_S+\delta)^{-1}k_S(z)`,

    .. math:: R(z)=k_T(z,z)-2w\cdot k_T(z)+w^TK_Tw+\sigma^2(1+|w|^2).

    Sobolev kernels on the circle are solved in balls, whatever the condition; elsewhere a condition number
    above 1e13 is refused. No ridge is added to help.

    Examples
    --------
    >>> from scalinglaws.numerics import Circle, CircleSobolev
    >>> kernel = CircleSobolev(1)
    >>> found = simulate_kernel_regression(kernel, manifold=Circle(), samples=16, replicates=50, seed=1)
    >>> theory = 4 * np.pi**2 / 3 / 17  # the mean square gap between 16 uniform points
    >>> bool(abs(found.risk - theory) < 4 * found.standard_error)
    True
    """
    signal = student if teacher is None else teacher
    for name, kernel in (("student", student), ("teacher", signal)):
        if not isinstance(kernel, Kernel):
            raise TypeError(f"`{name}` is {kernel!r} and must be a kernel such as Matern; make one")
        kernel.check_manifold(manifold)
    number, tests = count("samples", samples), count("test_points", test_points)
    penalty, variance = nonnegative("ridge", ridge), nonnegative("noise", noise)
    draws, root = count("replicates", replicates, least=2), seed_sequence(seed)
    exact = isinstance(student, CircleSobolev) and isinstance(signal, CircleSobolev)
    if exact and number > MOST_POINTS:
        raise ValueError(
            f"`samples` = {number} must be at most {MOST_POINTS} for Sobolev kernels, solved to proven "
            "digits; choose fewer"
        )
    memory = 8 * (4 * number**2 + 4 * number * tests)
    if not exact and memory > MEMORY_LIMIT:
        raise ValueError(
            f"`samples` = {number} with {tests} test points needs about {memory / 2**30:.1f} GiB for a draw, "
            f"more than {MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer"
        )
    task = functools.partial(
        _risk_on_circle if exact else _risk,
        student=student,
        teacher=signal,
        manifold=manifold,
        samples=number,
        ridge=penalty,
        noise=variance,
        test_points=tests,
    )
    values = run_replicates(
        task,
        replicates=draws,
        seed=root,
        seconds=4e-7 * number**3 if exact else 1e-3 + 1e-7 * number * (number + tests) + 1e-10 * number**3,
        executor=executor,
        progress=progress,
    )
    return KernelRegressionSimulation(
        draws=values[:, 0],
        student=student,
        teacher=signal,
        manifold=manifold,
        samples=number,
        ridge=penalty,
        noise=variance,
        replicates=draws,
        seed=root,
    )


def _risk_on_circle(
    seed: np.random.SeedSequence,
    *,
    student: Kernel,
    teacher: Kernel,
    manifold: Manifold,
    samples: int,
    ridge: float,
    noise: float,
    test_points: int,
) -> FloatArray:
    del test_points  # the average over them is exact
    points = manifold.uniform(np.random.default_rng(seed), samples)
    return np.array([circle_risk(points, student, teacher, ridge=ridge, noise=noise)])


def _risk(
    seed: np.random.SeedSequence,
    *,
    student: Kernel,
    teacher: Kernel,
    manifold: Manifold,
    samples: int,
    ridge: float,
    noise: float,
    test_points: int,
) -> FloatArray:
    generator = np.random.default_rng(seed)
    points = manifold.uniform(generator, samples)
    tests = manifold.uniform(generator, test_points)
    matrix = student.matrix(manifold, points)
    factor = _factor(matrix + ridge * np.eye(samples), student, samples)
    cross = student.matrix(manifold, points, tests)
    weights = scipy.linalg.cho_solve(factor, cross, check_finite=False)
    same = teacher == student
    covariance = matrix if same else teacher.matrix(manifold, points)
    signal = cross if same else teacher.matrix(manifold, points, tests)
    at_zero = teacher.matrix(manifold, points[:1])[0, 0]
    # w.(K w - 2 k), so that what cancels in the mean is k(0) alone
    values = at_zero + (weights * (covariance @ weights - 2 * signal)).sum(axis=0)
    return np.array([values.mean() + noise * (1 + (weights**2).sum() / test_points)])


def _factor(matrix: FloatArray, student: Kernel, samples: int) -> tuple[FloatArray, bool]:
    """Return the Cholesky factor of a matrix that doubles can tell from a singular one."""
    remedy = "choose fewer samples, a rougher kernel or a positive `ridge`"
    norm = float(abs(matrix).sum(axis=0).max())
    try:
        factor, lower = scipy.linalg.cho_factor(matrix, lower=True, check_finite=False)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"`samples` = {samples} make the matrix of {student!r} singular in doubles; {remedy}"
        ) from None
    reciprocal, _ = scipy.linalg.lapack.dpocon(factor, norm, uplo="L")
    if reciprocal * CONDITION_LIMIT < 1:
        raise ValueError(
            f"`samples` = {samples} give the matrix of {student!r} a condition number above "
            f"{CONDITION_LIMIT:.0e}, where doubles decide the risk; {remedy}"
        )
    return factor, lower
