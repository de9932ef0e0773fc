r"""The spectrum of a kernel on a manifold, for deterministic learning curves of kernel regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import mpmath
import numpy as np
import numpy.typing as npt

from ..arithmetic import current_precision, log, number, working_precision
from ..errors import DivergentSumError
from ..exact import Exact, Number
from ..exact import _show as show
from ..listing import listed_count
from ..spectrum import Direction, Evaluator, ModeSum, Spectrum
from .eigenvalues import kernel_levels
from .kernel import Kernel, check_is_kernel
from .level_sums import level_sums
from .levels import Levels
from .manifold import Manifold
from .torus_levels import TorusLevels

_BITS_OF_LOGARITHMS: Final = (64, 256, 1024, 4096)
"""Precisions that are tried in turn: at high degree eigenvalues are differences that cancel."""


@dataclass(frozen=True, slots=True, init=False, repr=False)
class ManifoldSpectrum(Spectrum):
    r"""The eigenvalues of a kernel on a manifold, with a target drawn from a Gaussian process.

    Parameters
    ----------
    kernel : the kernel of the regression, such as :class:`Matern`
    manifold : :class:`Circle`, :class:`Torus` or :class:`Sphere`
    teacher : the covariance of the target, a kernel on the same manifold; None for `kernel` itself

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or a kernel is not positive definite on the manifold.

    Notes
    -----
    A mode is an eigenfunction; its eigenvalue is that of `kernel`, its signal power that of `teacher` at the
    same degree. There are infinitely many. Modes whose eigenvalue vanishes are never learned: their signal is
    part of every risk. With :func:`solve_ridge`, ``features=inf`` and T samples, the risk is that of the
    deterministic equivalent of kernel regression, for which the eigenfunctions count as independent and
    Gaussian; for real ones it has the right exponent, but its constant can be off.

    Where the eigenvalues follow a formula (all kernels on the circle but Gaussian ones, Matérn and ReLU
    kernels of one hidden layer on the sphere), and for Matérn kernels and teachers on a torus, sums over all
    degrees are found at a cost that does not grow with the number of samples. Elsewhere degrees are added one
    by one as far as needed, and the rest is known from the trace and the mean square of the kernel, which
    allows few digits for ReLU kernels of several layers. On a torus frequencies are added up, too, if learned
    ones reach less far than some hundred, which high dimensions or a teacher of very different `length` make
    too many. Digits that cannot be proven are refused.

    References
    ----------
    .. [1] Bordelon, Canatar, Pehlevan, Spectrum Dependent Learning Curves in Kernel Regression and Wide
       Neural Networks, arXiv:2002.02561.

    Examples
    --------
    >>> from scalinglaws.numerics import Circle, CircleSobolev, ManifoldSpectrum, solve_ridge
    >>> spectrum = ManifoldSpectrum(CircleSobolev(1), Circle())
    >>> spectrum.eigenvalues(5).tolist()
    [1.0, 1.0, 1.0, 0.25, 0.25]
    >>> print(solve_ridge(spectrum, features="inf", samples=10**6).risk)
    9.86960440108936e-6
    """

    kernel: Kernel
    manifold: Manifold
    teacher: Kernel | None
    size: float

    def __init__(self, kernel: Kernel, manifold: Manifold, teacher: Kernel | None = None) -> None:
        kernel_levels(kernel, manifold)
        if teacher is not None:
            check_is_kernel("teacher", teacher)
            kernel_levels(teacher, manifold)
        object.__setattr__(self, "kernel", kernel)
        object.__setattr__(self, "manifold", manifold)
        object.__setattr__(self, "teacher", None if teacher == kernel else teacher)
        object.__setattr__(self, "size", math.inf)

    def __repr__(self) -> str:
        teacher = "" if self.teacher is None else f", teacher={self.teacher!r}"
        return f"ManifoldSpectrum({self.kernel!r}, {self.manifold!r}{teacher})"

    @property
    def decay(self) -> Fraction | None:
        r"""The exponent a of the eigenvalues :math:`\lambda_k\sim k^{-a}`; None beyond any power."""
        return self._levels.decay

    @property
    def signal_decay(self) -> Fraction | None:
        """The exponent of the signal powers likewise, the `source` of a power law."""
        return self._teacher_levels.decay

    def check_source(self, source: Number | None) -> Fraction | None:
        """Return None: the signal is that of the teacher."""
        if source is not None:
            raise ValueError(
                f"`source` = {show(source)} must be None for the spectrum of a kernel; give `teacher` to "
                "ManifoldSpectrum"
            )
        return None

    def check_convergence(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        kappa: Fraction,
    ) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        for what in sums:
            if what.signal or (kappa == 0 and what.unlearned) or (kappa and what.learned):
                continue
            raise DivergentSumError(
                "a kernel has infinitely many modes: the sum over them diverges; choose kappa > 0"
            )

    def check_finite(self, source: Fraction | None) -> None:
        """Do nothing: kernels are bounded, so that data and signal have finite power."""

    def is_isotropic(self, source: Fraction | None) -> bool:
        """Whether the signal powers are the eigenvalues."""
        return source is None and self.teacher is None

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return 1 where the signal powers are the eigenvalues, else None."""
        return Fraction(1) if self.is_isotropic(source) else None

    def has_signal(self, source: Fraction | None) -> bool:  # noqa: ARG002 -- of the interface
        """Whether some signal power is positive, which holds for every kernel."""
        return True

    def directions(
        self,
        source: Fraction | None,  # noqa: ARG002 -- of the interface
    ) -> Mapping[str, Direction]:
        """Return the common factor of all eigenvalues, which is 1; the teacher's do not move."""
        return {"scale": Direction(value=Fraction(1))}

    def evaluator(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        goal: int,
    ) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        return _evaluator(self._levels, self._teacher_levels, tuple(sums), goal, current_precision())

    def signal_total(self, *, source: Number | None = None, digits: int = 15) -> mpmath.mpf:
        """Return the power of the signal, the teacher at coinciding points, unlearned modes included."""
        self.check_source(source)
        if self.teacher is None:
            return self.total(digits)
        return ManifoldSpectrum(self.teacher, self.manifold).total(digits)

    def log_eigenvalue(self, index: Exact) -> float:
        """Return roughly the logarithm of the eigenvalue at an index."""
        levels, d = self._levels, self.manifold.dimension
        if isinstance(levels, TorusLevels) and d > 1:
            # the volume of the ball of radius |n|
            radius = (float(index) * math.gamma(d / 2 + 1)) ** (1 / d) / math.sqrt(math.pi)
            degree = math.floor(radius**2)
        else:
            degree = _degree_at(math.ceil(index), levels)
        for trial in range(degree, degree + 100):
            if levels.multiplicity_is_positive(trial):
                for bits in _BITS_OF_LOGARITHMS:
                    with working_precision(bits):
                        ball = levels.eigenvalue(trial)
                        if ball.is_zero():
                            break
                        if ball > 0 and ball.rel_accuracy_bits() > 20:
                            return float(log(ball).mid())
        return -math.inf

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, in descending order by level."""
        return self._listed(count)[0]

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the signal powers of the first `count` modes in double precision."""
        self.check_source(source)
        return self._listed(count)[1]

    @property
    def _levels(self) -> Levels:
        return kernel_levels(self.kernel, self.manifold)

    @property
    def _teacher_levels(self) -> Levels:
        return self._levels if self.teacher is None else kernel_levels(self.teacher, self.manifold)

    def _listed(self, count: int | None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        terms = listed_count(count, self.size)
        levels, teacher = self._levels, self._teacher_levels
        rows: list[tuple[float, float, int]] = []
        listed, degree = 0, 0
        with working_precision(80):
            own, other = _in_doubles(levels), _in_doubles(teacher)
            while listed < terms:
                many = levels.multiplicity(degree)
                value = own(degree) if many else None
                if value is not None:
                    rows.append((value, other(degree) or 0.0, many))
                    # below the doubles all others are 0, too
                    listed += many if value else terms
                    if not value:
                        rows.append((0.0, 0.0, terms))
                degree += 1
        rows.sort(key=lambda row: -row[0])
        repeats = np.array([min(many, terms) for *_, many in rows])
        columns = [np.repeat(np.array([row[i] for row in rows]), repeats)[:terms] for i in (0, 1)]
        return columns[0], columns[1]

    def _isotropic(self) -> ManifoldSpectrum:
        return self if self.teacher is None else ManifoldSpectrum(self.kernel, self.manifold)


@lru_cache(maxsize=128)
def _evaluator(
    levels: Levels, teacher: Levels, sums: tuple[ModeSum, ...], goal: int, precision: int
) -> Evaluator:
    assert precision == current_precision()
    return level_sums(levels, teacher, sums, goal)


def _in_doubles(levels: Levels) -> Callable[[int], float | None]:
    """Return the function from a degree to its eigenvalue in double precision, None where it vanishes."""
    branch = levels.branch(60)

    def at(degree: int) -> float | None:
        if branch is None or degree < branch.first:
            ball = levels.eigenvalue(degree)
        elif (degree - branch.residue) % branch.step:
            return None
        else:
            ball = branch.value(number(degree))
        return None if ball.is_zero() else float(ball.mid())

    return at


def _degree_at(index: int, levels: Levels) -> int:
    """Return the degree that holds the mode of an index, by bisection over the number of lower ones."""
    high = 1
    while levels.modes_below(high) < index:
        high *= 2
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if levels.modes_below(middle) < index else (low, middle)
    return low
