r"""Laws of the covariates, Gaussian and not.

Whitened covariates :math:`z` have independent coordinates of mean 0 and variance 1, all of one symmetric law;
covariates are :math:`x=H^{1/2}z`, or, rotated, :math:`x=H^{1/2}Qz` with an orthogonal :math:`Q`, whose
coordinates depend on each other.  All have the covariance :math:`H` of the Gaussian ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import scipy.stats

from .arguments import FloatArray

Law: TypeAlias = Literal["gaussian", "rademacher", "laplace", "student"]

LAWS: Final = ("gaussian", "rademacher", "laplace", "student")


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """A law of whitened covariates.

    Parameters
    ----------
    law
        `"gaussian"`, `"rademacher"` (a fair sign), `"laplace"` (exponential on both sides) or `"student"`
        (Student's t), each scaled to variance 1.
    degrees_of_freedom
        Of Student's t, larger than 2: moments of this order and above are infinite.  None for the others.
    rotated
        Whether an orthogonal matrix, drawn once from the Haar measure, stands before the scaling.

    Raises
    ------
    ValueError
        If the law is unknown, or its degrees of freedom are missing, too few or not its own.

    Examples
    --------
    >>> Covariates(law="student", degrees_of_freedom=6).kurtosis
    6.0
    """

    law: Law = "gaussian"
    degrees_of_freedom: float | None = None
    rotated: bool = False

    def __post_init__(self) -> None:
        if self.law not in LAWS:
            raise ValueError(f"`law` is {self.law!r}; expected one of {', '.join(LAWS)}")
        if self.law != "student":
            if self.degrees_of_freedom is not None:
                raise ValueError(
                    f"`degrees_of_freedom` = {self.degrees_of_freedom} is for law 'student', not for "
                    f"{self.law!r}; leave it out"
                )
            return
        degrees = self.degrees_of_freedom
        if degrees is None:
            raise ValueError("`degrees_of_freedom` is missing; law 'student' needs a number larger than 2")
        if not 2 < degrees < math.inf:
            raise ValueError(
                f"`degrees_of_freedom` = {degrees} must be a finite number larger than 2, so that the "
                "variance is finite; choose it larger"
            )

    @property
    def kurtosis(self) -> float:
        r"""The fourth moment :math:`\mathbb Ez^4`: 3 for Gaussian ones, infinite up to four degrees."""
        if self.law == "gaussian":
            return 3.0
        if self.law == "rademacher":
            return 1.0
        if self.law == "laplace":
            return 6.0
        assert self.degrees_of_freedom is not None
        excess = self.degrees_of_freedom - 4
        return 3 + 6 / excess if excess > 0 else math.inf

    def has_moment(self, order: int) -> bool:
        """Return whether the moment of this order is finite."""
        return self.degrees_of_freedom is None or order < self.degrees_of_freedom

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> FloatArray:
        """Return whitened covariates, not rotated."""
        if self.law == "gaussian":
            return generator.standard_normal(shape)
        if self.law == "rademacher":
            return np.asarray(2.0 * generator.integers(0, 2, shape) - 1.0, dtype=np.float64)
        if self.law == "laplace":
            return generator.laplace(scale=math.sqrt(0.5), size=shape)
        degrees = self.degrees_of_freedom
        assert degrees is not None
        return np.asarray(math.sqrt(1 - 2 / degrees) * generator.standard_t(degrees, shape), dtype=np.float64)

    def rotation(self, size: int, generator: np.random.Generator) -> FloatArray | None:
        """Return the orthogonal matrix, None for covariates that are not rotated."""
        if not self.rotated or size == 1:
            return None
        return np.asarray(scipy.stats.ortho_group.rvs(size, random_state=generator), dtype=np.float64)
