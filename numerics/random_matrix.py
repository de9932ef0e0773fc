r"""The fixed point of the empirical kernel matrix at complex ridge, and what singles out its root.

For :math:`K=\Phi\Phi^T/T` (samples by samples), :math:`\phi=Fx`, :math:`F_{nk}\sim\mathcal N(0,1/N)`,
:math:`x\sim\mathcal N(0,\mathrm{diag}\,\lambda)`, the ridge per sample of :mod:`.fixed_point` is
:math:`\delta/T=-\zeta`:

.. math:: -\zeta=G(\kappa)=\kappa\Bigl(1-\frac zN\Bigr)\Bigl(1-\frac zT\Bigr),\qquad
   z=\sum_k\frac{\lambda_k}{\lambda_k+\kappa}.

The unlearned part of the samples is :math:`1-z/T=-\zeta\,\frac1T\mathrm{tr}(K-\zeta)^{-1}`, hence

.. math:: m(\zeta)=\frac1T\mathrm{tr}(K-\zeta)^{-1}=\frac1\mu,\qquad \mu=\kappa\Bigl(1-\frac zN\Bigr).

*Which root.* The equation is the deformation of :math:`\Lambda` by two Wishart matrices, one after the other.
The features' covariance :math:`F\Lambda F^T` has :math:`\mu=\kappa(1-z/N)` and the same z at :math:`\mu`, the
samples add :math:`-\zeta=\mu(1-z/T)`. For each of the two steps alone [1]_ [2]_

* in the upper half-plane :math:`-\mu` has exactly one :math:`-\kappa` there, and :math:`\zeta` one
  :math:`-\mu`;
* a real place other than 0 is outside the support if and only if it is the image of a real one outside the
  support before the step, at which the map is increasing.

Therefore, for :math:`\mathrm{Im}\,\zeta>0`, **every** solution with :math:`\mathrm{Im}\,\kappa<0` and
:math:`\mathrm{Im}\,\mu<0` is the right one. So it is for real :math:`\zeta`, as the limit from above: a
solution in that open set extends to solutions for :math:`\mathrm{Im}\,\zeta>0`, hence is simple and the only
one. It exists exactly where the density is positive. Outside the support :math:`\kappa` is the real solution
with :math:`\mu'=1-q/N>0` and :math:`G'>0`,

.. math:: q=\sum_k\Bigl(\frac{\lambda_k}{\lambda_k+\kappa}\Bigr)^2,\quad \alpha=1-\frac zN,\quad
   \beta=1-\frac zT,\qquad G'=\alpha\beta+(z-q)\Bigl(\frac\alpha T+\frac\beta N\Bigr).

The conditions are inequalities, and balls prove them. The N x N matrix :math:`\Phi^T\Phi/T` has the same
eigenvalues up to zeros: N and T, and with them the steps, change places, :math:`m=1/\mu` with
:math:`\mu=\kappa(1-z/T)`.

References
----------
.. [1] Silverstein, Bai, On the empirical distribution of eigenvalues of a class of large dimensional random
   matrices, J. Multivariate Anal. 54 (1995), eq. (1.4).
.. [2] Silverstein, Choi, Analysis of the limiting spectral distribution of large dimensional random matrices,
   J. Multivariate Anal. 54 (1995), theorems 4.1 and 4.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from .arithmetic import number
from .complex_arithmetic import ComplexBall
from .complex_sums import Degrees
from .exact import Exact, Number, check_choice, positive_or_infinite
from .exact import _show as show
from .fixed_point import inverse
from .spectrum import Spectrum, check_spectrum

_LEAST: Final = Fraction(1, 10**30)

Matrix: TypeAlias = Literal["kernel", "covariance"]
"""The T x T matrix of the samples, or the N x N matrix of the features."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """The exact arguments of a random matrix; N or T is finite.

    Parameters
    ----------
    spectrum : the data, of finite power
    features, samples : N and T, positive, at most one of them ``math.inf``
    matrix : which of the two matrices
    """

    spectrum: Spectrum
    features: Exact
    samples: Exact
    matrix: Matrix

    @property
    def inverse_features(self) -> Fraction:
        """Return 1/N, 0 for infinite N."""
        return inverse(self.features)

    @property
    def inverse_samples(self) -> Fraction:
        """Return 1/T, 0 for infinite T."""
        return inverse(self.samples)

    @property
    def narrowest(self) -> Fraction:
        """Return min(N, T)."""
        return Fraction(min(self.features, self.samples))

    @property
    def dimension(self) -> Fraction:
        """Return the number of rows of the matrix."""
        return Fraction(self.samples if self.matrix == "kernel" else self.features)

    @property
    def rank(self) -> Fraction:
        """Return min(N, T, M), the eigenvalues that are not zero."""
        return Fraction(min(self.narrowest, self.spectrum.size))

    @property
    def mass_at_zero(self) -> Fraction:
        """Return the share of eigenvalues that are zero."""
        return 1 - self.rank / self.dimension


def read_ensemble(spectrum: Spectrum, features: Number, samples: Number, matrix: Matrix) -> Ensemble:
    """Return the exact ensemble, or raise what is wrong with its arguments."""
    check_spectrum(spectrum)
    check_choice("matrix", matrix, "kernel", "covariance")
    ensemble = Ensemble(
        spectrum=spectrum,
        features=_resource("features", features),
        samples=_resource("samples", samples),
        matrix=matrix,
    )
    name = "samples" if matrix == "kernel" else "features"
    if getattr(ensemble, name) == math.inf:
        raise ValueError(
            f"`{name}` = inf leaves the {matrix} matrix without a size; choose it finite or the other matrix"
        )
    spectrum.check_finite(None)
    return ensemble


def _resource(name: str, value: Number) -> Exact:
    resource = positive_or_infinite(name, value)
    if isinstance(resource, Fraction) and not _LEAST <= resource <= 1 / _LEAST:
        raise ValueError(f"`{name}` = {show(value)} must be a number from 1e-30 to 1e30, or inf; rescale it")
    return resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Everything at one kappa.

    Parameters
    ----------
    kappa, z, q : the place and its degrees of freedom
    mu : what is between the two steps, one over the Stieltjes transform at a root
    value, slope : G and its derivative
    increase : the derivative of mu
    """

    kappa: ComplexBall
    z: ComplexBall
    q: ComplexBall
    mu: ComplexBall
    value: ComplexBall
    slope: ComplexBall
    increase: ComplexBall

    @property
    def is_inside(self) -> bool:
        """Whether this is proven to be the root off the real axis, if it is a root."""
        return bool(self.kappa.imag < 0 and self.mu.imag < 0)

    @property
    def is_outside(self) -> bool:
        """Whether a real place is proven to be the root outside the support, if it is a root."""
        return bool(self.increase.real > 0 and self.slope.real > 0)


def place(ensemble: Ensemble, kappa: ComplexBall, degrees: Degrees) -> Place:
    """Return everything at one kappa from its degrees of freedom."""
    z, q = degrees
    n, t = number(ensemble.inverse_features), number(ensemble.inverse_samples)
    alpha, beta = 1 - z * n, 1 - z * t
    # the matrix of the samples has the step by the features first, and the other way round
    first, rate = (alpha, n) if ensemble.matrix == "kernel" else (beta, t)
    return Place(
        kappa=kappa,
        z=z,
        q=q,
        mu=kappa * first,
        value=kappa * alpha * beta,
        slope=alpha * beta + (z - q) * (alpha * t + beta * n),
        increase=1 - q * rate,
    )
