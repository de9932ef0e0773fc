r"""The special function of the subject: traces of resolvents of a power-law spectrum.

$$\mathrm{TraceSum}(s,m;a,\kappa,M) = \sum_{k=1}^{M} \frac{k^{-s}}{(1+\kappa k^a)^m}$$
With $\lambda_k = k^{-a}$: degrees of freedom are $z=(0,1)$, $q=(0,2)$, $s=(0,3)$, and signal sums with
$v_k=k^{-b}$ are $S_1=\kappa\,(b-a,1)$, $S_1-S_2=\kappa^2\,(b-2a,2)$.  The family is closed under
differentiation in $\kappa$ (derived here, term by term).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mpmath
from sympy import Expr, Integer, Sum, Symbol, harmonic, oo, zeta
from sympy.core.function import ArgumentIndexError
from sympy.core.relational import Relational

from .. import numerics
from . import symbols
from .asymptotic_sum import AsymptoticSum
from .mellin import resolvent_kernel, spectral_sum, tail_sum
from .spectral_function import SpectralFunction

_KAPPA = 4


class TraceSum(SpectralFunction):
    r"""$\mathrm{TraceSum}(s,m,a,\kappa,M) = \sum_{k=1}^{M} k^{-s}(1+\kappa k^a)^{-m}$ as a SymPy function.

    Parameters
    ----------
    shift :
        $s$, real.
    power :
        $m$, a positive integer.
    decay :
        $a > 0$.
    kappa :
        $\kappa \ge 0$.
    size :
        $M$, a positive integer or `oo`; with `oo` the sum converges for $s + am > 1$.

    Raises
    ------
    ValueError
        If a numeric argument lies outside its domain.

    Notes
    -----
    Supports `diff` in $\kappa$, `rewrite(Sum)`, `evalf` to any number of digits through
    `numerics.trace_sum`, `lambdify` to mpmath, LaTeX, and `small_kappa`.

    >>> from sympy import oo
    >>> from scalinglaws.theory.symbols import kappa
    >>> TraceSum(0, 1, 2, kappa, oo).diff(kappa)
    -TraceSum(-2, 2, 2, kappa, oo)
    >>> TraceSum(0, 1, 2, 1, oo).evalf(30)
    1.07667404746858117413405079475
    """

    nargs = 5

    @classmethod
    def eval(cls, shift: Expr, power: Expr, decay: Expr, kappa: Expr, size: Expr) -> Expr | None:
        """Check the domain; the sums of one term and of no resolvent are elementary."""
        if shift.is_number and not shift.is_real:
            raise ValueError(f"`shift` is {shift}; the exponent of the weights is a real number")
        if power.is_number and not (power.is_Integer and power >= 1):
            raise ValueError(f"`power` is {power}; the power of the resolvent is an integer >= 1")
        if decay.is_number and not decay.is_positive:
            raise ValueError(f"`decay` is {decay}; the exponent of the eigenvalues is a real number > 0")
        if kappa.is_number and not kappa.is_nonnegative:
            raise ValueError(f"`kappa` is {kappa}; the renormalised ridge is a real number >= 0")
        if size.is_number and size != oo and not (size.is_Integer and size > 0):
            raise ValueError(f"`size` is {size}; the number of eigenvalues is an integer >= 1 or oo")
        return (1 + kappa) ** -power if size == 1 else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative in kappa: $-m$ TraceSum$(s-a, m+1)$."""
        if argindex != _KAPPA:
            raise ArgumentIndexError(self, argindex)
        shift, power, decay, kappa, size = self.args
        return -power * TraceSum(shift - decay, power + 1, decay, kappa, size)

    def _eval_rewrite_as_Sum(self, *arguments: Expr, **_: Any) -> Expr:
        shift, power, decay, kappa, size = arguments
        k = symbols.index
        return Sum(k**-shift / (1 + kappa * k**decay) ** power, (k, 1, size))

    @classmethod
    def number(cls, digits: int, *arguments: Any) -> mpmath.mpf:
        """Return the value at exact arguments to a number of digits."""
        shift, power, decay, kappa, size = arguments
        terms = float("inf") if size == oo else int(size)
        return numerics.trace_sum(decay, kappa, shift=shift, power=int(power), size=terms, digits=digits)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shift, power, decay, kappa, size = (printer._print(argument) for argument in self.args)
        name = rf"\mathcal{{T}}_{{{shift},{power}}}"
        if exp is not None:
            name += f"^{{{exp}}}"
        return rf"{name}\left({kappa};{decay},{size}\right)"

    def small_kappa(
        self, *, order: int = 2, where: Iterable[Relational] = (), corrections: int = 1
    ) -> AsymptoticSum:
        r"""Expand for $\kappa \to 0^+$ by the poles of the Mellin transform.

        Parameters
        ----------
        order :
            the Taylor terms up to $\kappa^{\mathrm{order}-1}$ are kept.
        where :
            relations between the parameters in `shift` and `decay`.
        corrections :
            Euler-Maclaurin corrections at the upper end, for a symbolic size.

        Returns
        -------
        AsymptoticSum
            $\frac1a B(p_0, m-p_0)\kappa^{-p_0} + \sum_j \binom{-m}{j}\zeta(s-aj)\kappa^j$, $p_0=(1-s)/a$.
            For a finite size the regime is $M^{-a} \ll \kappa \ll 1$ and the tail is subtracted.

        Raises
        ------
        ValueError
            If `kappa` is not a symbol or the power is not a number.

        >>> from sympy import oo
        >>> from scalinglaws.theory.symbols import decay, kappa
        >>> TraceSum(1, 1, decay, kappa, oo).small_kappa(order=1, where=[decay > 0]).as_expr()
        EulerGamma - log(kappa)/a
        """
        shift, power, decay, kappa, size = self._expandable()
        kernel = resolvent_kernel(power)
        head = spectral_sum(kernel, shift=shift, decay=decay, kappa=kappa, order=order, where=where)
        if size == oo:
            return head
        tail = tail_sum(
            kernel, shift=shift, decay=decay, kappa=kappa, size=size, order=order, corrections=corrections
        )
        return head + tail.times(Integer(-1))

    def below_spectrum(self, *, order: int = 2) -> AsymptoticSum:
        r"""Expand for $\kappa \ll M^{-a}$, below the smallest eigenvalue of a finite spectrum.

        Parameters
        ----------
        order :
            the Taylor terms up to $\kappa^{\mathrm{order}-1}$ are kept.

        Returns
        -------
        AsymptoticSum
            $\sum_j \binom{-m}{j} H_M^{(s-aj)} \kappa^j$ with the generalised harmonic numbers $H$; the
            error is uniform in the size where $s < 1$.

        Raises
        ------
        ValueError
            If the size is infinite, `kappa` no symbol, or the power no number.

        >>> from scalinglaws.theory.symbols import decay, kappa, size
        >>> TraceSum(0, 1, decay, kappa, size).below_spectrum(order=2).as_expr()
        M - kappa*harmonic(M, -a)
        """
        shift, power, decay, kappa, size = self._expandable()
        if size == oo:
            raise ValueError("`size` is oo; there is no smallest eigenvalue to go below: use `small_kappa`")
        kernel = resolvent_kernel(power)
        terms = tuple(kernel.taylor(j) * harmonic(size, shift - decay * j) * kappa**j for j in range(order))
        error = kappa**order * size ** (1 - shift + decay * order)
        return AsymptoticSum(terms, (error,))

    def large_kappa(self, *, order: int = 2) -> AsymptoticSum:
        r"""Expand for $\kappa\to\infty$, above the largest eigenvalue.

        Parameters
        ----------
        order :
            the terms up to $\kappa^{-m-\mathrm{order}+1}$ are kept.

        Returns
        -------
        AsymptoticSum
            $\sum_j \binom{-m}{j}\zeta(s+a(m+j))\,\kappa^{-m-j}$, convergent for $\kappa>1$; harmonic
            numbers replace $\zeta$ for a finite size.

        Raises
        ------
        ValueError
            If `kappa` is no symbol or the power no number.

        >>> from sympy import oo
        >>> from scalinglaws.theory.symbols import kappa
        >>> TraceSum(0, 1, 2, kappa, oo).large_kappa(order=2).as_expr()
        pi**2/(6*kappa) - pi**4/(90*kappa**2)
        """
        shift, power, decay, kappa, size = self._expandable()
        kernel = resolvent_kernel(power)
        terms = []
        for j in range(order):
            exponent = shift + decay * (power + j)
            total = zeta(exponent) if size == oo else harmonic(size, exponent)
            terms.append(kernel.tail(j) * total * kappa ** -(power + j))
        return AsymptoticSum(tuple(terms), (kappa ** -(power + order),))

    def _expandable(self) -> tuple[Expr, ...]:
        if not isinstance(self.args[_KAPPA - 1], Symbol):
            raise ValueError(f"`kappa` is {self.args[_KAPPA - 1]}; an expansion needs a symbol there")
        if not self.args[1].is_Integer:
            raise ValueError(f"`power` is {self.args[1]}; an expansion needs a number there")
        arguments: tuple[Expr, ...] = self.args
        return arguments
