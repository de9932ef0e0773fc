r"""Spectra as SymPy objects: what a model needs of its covariates and its teacher.

A spectrum answers with its degrees of freedom $\mathrm{df}_j(\kappa)$ and its signal sums
$S_j(\kappa)$ (see `traces`).  `PowerLaw` answers in `TraceSum`s; `AnySpectrum` in symbols
that know only their derivatives, so that what follows from it holds for every spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sympy import Expr, oo, sympify

from . import symbols
from .trace_sum import TraceSum
from .traces import DegreesOfFreedom, SignalSum


class Spectrum(Protocol):
    """The interface of a spectrum."""

    def df(self, order: int, kappa: Expr) -> Expr:
        """Return the degrees of freedom of an order."""

    def signal(self, order: int, kappa: Expr) -> Expr:
        """Return the signal sum of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnySpectrum:
    r"""An unspecified spectrum.

    Parameters
    ----------
    isotropic :
        whether the teacher's prior is isotropic, $v_k = \lambda_k$; then $S_j = \kappa\,\mathrm{df}_j$.

    >>> AnySpectrum().signal(2, symbols.kappa)
    kappa*q
    """

    isotropic: bool = True

    def df(self, order: int, kappa: Expr) -> Expr:
        r"""Return $\mathrm{df}_j(\kappa)$."""
        return DegreesOfFreedom(order, kappa)

    def signal(self, order: int, kappa: Expr) -> Expr:
        r"""Return $S_j(\kappa)$."""
        return kappa * DegreesOfFreedom(order, kappa) if self.isotropic else SignalSum(order, kappa)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    r"""The spectrum $\lambda_k = k^{-a}$, $k \le M$, with signal $v_k = k^{-b}$.

    Parameters
    ----------
    decay :
        $a > 0$.
    source :
        $b$; `None` is the isotropic prior, $b = a$.
    size :
        $M$, a symbol, a positive integer, or `oo` where $a > 1$ and $b > 1$.

    >>> PowerLaw().df(1, symbols.kappa)
    TraceSum(0, 1, a, kappa, oo)
    """

    decay: Expr = symbols.decay
    source: Expr | None = None
    size: Expr = oo

    def df(self, order: int, kappa: Expr) -> Expr:
        r"""Return $\mathrm{df}_j(\kappa) = \mathrm{TraceSum}(0, j)$."""
        return TraceSum(0, order, self.decay, kappa, self.size)

    def signal(self, order: int, kappa: Expr) -> Expr:
        r"""Return $S_j(\kappa) = \kappa\,\mathrm{TraceSum}(b-a, j)$."""
        source = self.decay if self.source is None else sympify(self.source)
        return kappa * TraceSum(source - self.decay, order, self.decay, kappa, self.size)
