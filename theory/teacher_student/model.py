r"""The random-feature teacher-student model as a case of `RandomFeatureRidge`.

A teacher $F(x)=\sum_{k\le S}\omega_kF_k(x)$ with isotropic $\omega$ of variance $1/S$ and a student that is
linear in $N$ projections of the same $F_k$, trained on $T$ samples without label noise to the least squares
of minimum norm.  With $\lambda_k$ the eigenvalues of the kernel $\mathcal K=\frac1SF^TF'$, those of the
second moment of $F$ over $S$, this is random-feature ridge regression with ridge 0, noise 0 and the isotropic
prior; its loss $L$ is half the risk.
Source: Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701, section 2.2 and supplement E.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import mpmath
from sympy import Eq, Expr, Integer, Rational, Symbol, expand_power_base, lambdify, oo, powsimp, sympify

from .. import symbols
from ..asymptotic_sum import revert
from ..ridge import RandomFeatureRidge
from ..ridge_balance import with_rho
from ..spectra import PowerLaw, Spectrum
from .factor import exact_factor
from .next_order import next_order

Fewer: TypeAlias = Literal["features", "samples"]
kappa = symbols.kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherStudentPoint:
    r"""The model's numbers at given sizes.

    Parameters
    ----------
    kappa :
        $\kappa$ with $z(\kappa)=m=\min(N,T)$, over $S$ the paper's $\Delta_m$.
    overlap :
        $\gamma=q/m$.
    limit :
        $\frac12m\kappa$, the loss when the larger resource is infinite.
    correction :
        relative correction of order $1/m$ to `limit` for Gaussian draws, as `next_order` has it.
    planar :
        $\frac12m\kappa\,M/(M-m)$, the deterministic equivalent of the loss.
    loss :
        $\frac12m\kappa\,(M-1)/(M-m-1)$, with the factor of `exact_factor` in place of the planar one.
    """

    kappa: mpmath.mpf
    overlap: mpmath.mpf
    limit: mpmath.mpf
    correction: mpmath.mpf
    planar: mpmath.mpf
    loss: mpmath.mpf


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherStudent:
    r"""A student of $N$ random projections of a teacher's features, trained on $T$ samples.

    Parameters
    ----------
    spectrum :
        of the kernel $\mathcal K$, `PowerLaw()` or `AnySpectrum()`; its prior must be the isotropic one.
    features :
        $N > 0$; `oo` is the kernel $\mathcal K$ itself.
    samples :
        $T > 0$; `oo` is the best predictor on the features.

    Raises
    ------
    ValueError
        If a numeric argument lies outside its domain, or the prior is not isotropic.

    >>> from ..spectra import AnySpectrum
    >>> model = TeacherStudent(spectrum=AnySpectrum())
    >>> model.fixed_point
    Eq(z, Min(N, T))
    >>> model.loss(fewer="features")
    -N*T*kappa/(2*(N - T))
    """

    spectrum: Spectrum = field(default_factory=PowerLaw)
    features: Expr = symbols.features
    samples: Expr = symbols.samples

    def __post_init__(self) -> None:
        source = getattr(self.spectrum, "source", None)
        if source is not None and sympify(source - self.spectrum.decay) != 0:  # type: ignore[attr-defined]
            raise ValueError(f"`spectrum` is {self.spectrum}; the teacher is isotropic, leave out `source`")
        if not getattr(self.spectrum, "isotropic", True):
            raise ValueError(f"`spectrum` is {self.spectrum}; the teacher is isotropic, set `isotropic`")
        # the sizes are checked there
        model = self.ridge_model
        object.__setattr__(self, "features", model.features)
        object.__setattr__(self, "samples", model.samples)

    @property
    def ridge_model(self) -> RandomFeatureRidge:
        """The same model as ridge regression: no ridge, no label noise."""
        return RandomFeatureRidge(
            spectrum=self.spectrum,
            features=self.features,
            samples=self.samples,
            ridge=Integer(0),
            noise=Integer(0),
        )

    @property
    def fixed_point(self) -> Eq:
        r"""The equation that determines $\kappa$: $z=\min(N,T)$."""
        return self.ridge_model.fixed_point

    def loss(self, *, fewer: Fewer) -> Expr:
        r"""Return the deterministic equivalent of the mean loss, half the risk at $z=\min(N,T)$.

        Parameters
        ----------
        fewer :
            which resource is the smaller one.

        Raises
        ------
        ValueError
            If it is neither, or cannot be the smaller one.
        """
        model = self.ridge_model
        return model.at_degrees_of_freedom(model.risk, self._smaller(fewer)) / 2

    def exact_loss(self, *, fewer: Fewer) -> Expr:
        r"""Return the mean loss with its exact factor, in the symbol $\kappa$ of the equivalent of $L_1(m)$.

        Parameters
        ----------
        fewer :
            which resource is the smaller one.

        Notes
        -----
        $L=L_1(m)\,(M-1)/(M-m-1)$ is exact, $L_1(m)\simeq\frac12m\kappa$ the deterministic equivalent.

        >>> TeacherStudent().exact_loss(fewer="samples")
        T*kappa*(N - 1)/(2*(N - T - 1))
        """
        smaller = self._smaller(fewer)
        larger = self.samples if fewer == "features" else self.features
        alone = smaller * kappa / 2
        return alone if larger == oo else alone * exact_factor(smaller, larger)

    def evaluate(self, values: Mapping[Symbol, Any], *, digits: int = 15) -> TeacherStudentPoint:
        r"""Solve the fixed point and evaluate the loss at given numbers.

        Parameters
        ----------
        values :
            a number for every free symbol of the model.
        digits :
            significant digits, all of them right.

        Raises
        ------
        ValueError
            If a symbol has no value, the spectrum is unspecified, or features and samples are closer than 2
            below the size of the spectrum: the mean loss is infinite there.

        >>> model = TeacherStudent(spectrum=PowerLaw(decay=2), features=20, samples=10)
        >>> point = model.evaluate({})
        >>> print(point.limit, point.loss / point.limit)
        0.111900276656342 2.11111111111111
        """
        point = self.ridge_model.evaluate(values, digits=digits + 5)
        features, samples = (_exact(sympify(value).subs(values)) for value in (self.features, self.samples))
        smaller, larger = sorted((features, samples))
        with mpmath.workdps(digits + 5):
            if point.kappa == 0:
                share = mpmath.mpf(0) if smaller == oo else point.df2 / _mpf(smaller)
                nothing = dict.fromkeys(("kappa", "limit", "correction", "planar", "loss"), mpmath.mpf(0))
                return TeacherStudentPoint(overlap=share, **nothing)
            if larger - smaller <= 1:
                raise ValueError(
                    f"`features` = {features} and `samples` = {samples} are closer than 2: the mean loss is "
                    "infinite; choose sizes further apart"
                )
            limit = point.kappa * _mpf(smaller) / 2
            factor = mpmath.mpf(1) if larger == oo else _mpf(exact_factor(smaller, larger))
            traces = (symbols.df2, symbols.df3)
            correction = lambdify(traces, next_order(smaller), "mpmath")(point.df2, point.df3)
            found = {
                "kappa": point.kappa,
                "overlap": point.df2 / _mpf(smaller),
                "limit": limit,
                "correction": correction,
                "planar": point.risk / 2,
                "loss": limit * factor,
            }
        with mpmath.workdps(digits):
            return TeacherStudentPoint(**{name: +value for name, value in found.items()})

    def _smaller(self, fewer: str) -> Expr:
        if fewer not in ("features", "samples"):
            raise ValueError(f"`fewer` is {fewer!r}; choose 'features' or 'samples'")
        sizes = (self.features, self.samples)
        chosen, other = sizes if fewer == "features" else sizes[::-1]
        if chosen == oo or (chosen >= other) == True:  # noqa: E712 -- SymPy's true
            raise ValueError(
                f"`fewer` is {fewer!r}, but there are {chosen} against {other}; choose the other"
            )
        return chosen


def kernel_loss() -> Expr:
    r"""Return the leading loss of the kernel on $\lambda_k=k^{-a}$, $\frac12\rho^aT^{1-a}$.

    Notes
    -----
    For $T\to\infty$, $N=\infty$, $a>1$, infinite size, relative error $O(1/T)$; by reversion of the Mellin
    expansion of $z(\kappa)$, for half of $T\kappa$.  With the features in place of the samples it is
    the loss at $T=\infty$.

    >>> kernel_loss()
    T**(1 - a)*rho**a/2
    """
    a, samples = symbols.decay, symbols.samples
    degrees = with_rho(PowerLaw().df(1, kappa).small_kappa(order=1, where=(a > 1,))).in_one(kappa, at=0)
    root = revert(degrees, samples, corrections=0).leading
    return powsimp(expand_power_base(samples * root / 2, force=True), force=True)


def _exact(value: Expr) -> Expr:
    return Rational(str(value)) if value.is_Float else value


def _mpf(value: Expr) -> mpmath.mpf:
    return mpmath.mpf(int(value.p)) / int(value.q)
