r"""What gradient descent leaves of a power-law spectrum after a time: the heat sum as a SymPy function.

$$\mathrm{HeatSum}(s;a,\tau) = \sum_{k\ge1} k^{-s} e^{-\tau k^{-a}}$$
With $\lambda_k=k^{-a}$ and $v_k=k^{-b}$, descent over a time $t$ leaves $\mathrm{HeatSum}(b;a,2t)$ of the
signal.  The family is closed under differentiation in $\tau$ (derived here, term by term).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mpmath
from sympy import Expr, Sum, Symbol, exp, oo, zeta
from sympy.core.function import ArgumentIndexError
from sympy.core.relational import Relational

from .. import numerics
from . import symbols
from .asymptotic_sum import AsymptoticSum
from .mellin import heat_kernel, spectral_sum
from .spectral_function import SpectralFunction

_TIME = 3


class HeatSum(SpectralFunction):
    r"""$\mathrm{HeatSum}(s,a,\tau) = \sum_{k\ge1} k^{-s}e^{-\tau k^{-a}}$ as a SymPy function.

    Parameters
    ----------
    shift :
        $s > 1$.
    decay :
        $a > 0$.
    time :
        $\tau \ge 0$.

    Raises
    ------
    ValueError
        If a numeric argument lies outside its domain.

    Notes
    -----
    Supports `diff` in $\tau$, `rewrite(Sum)`, `evalf` to any number of digits through `numerics.heat_sum`,
    `lambdify` to mpmath, LaTeX, and `large_time`.

    >>> tau = Symbol("tau", positive=True)
    >>> HeatSum(2, 2, tau).diff(tau)
    -HeatSum(4, 2, tau)
    >>> HeatSum(2, 2, 0)
    pi**2/6
    >>> HeatSum(2, 2, 1).evalf(30)
    0.938521717970249503735763127014
    """

    nargs = 3

    @classmethod
    def eval(cls, shift: Expr, decay: Expr, time: Expr) -> Expr | None:
        """Check the domain; at time 0 the sum is a zeta function."""
        if shift.is_number and not (shift.is_real and shift > 1):
            raise ValueError(f"`shift` is {shift}; the sum converges for a real exponent > 1")
        if decay.is_number and not decay.is_positive:
            raise ValueError(f"`decay` is {decay}; the exponent of the eigenvalues is a real number > 0")
        if time.is_number and not time.is_nonnegative:
            raise ValueError(f"`time` is {time}; it is a real number >= 0")
        return zeta(shift) if time == 0 else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative in the time: minus the sum with $s+a$."""
        if argindex != _TIME:
            raise ArgumentIndexError(self, argindex)
        shift, decay, time = self.args
        return -HeatSum(shift + decay, decay, time)

    def _eval_rewrite_as_Sum(self, *arguments: Expr, **_: Any) -> Expr:
        shift, decay, time = arguments
        k = symbols.index
        return Sum(k**-shift * exp(-time * k**-decay), (k, 1, oo))

    @classmethod
    def number(cls, digits: int, *arguments: Any) -> mpmath.mpf:
        """Return the value at exact arguments to a number of digits."""
        shift, decay, time = arguments
        return numerics.heat_sum(decay, time, shift=shift, digits=digits)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shift, decay, time = (printer._print(argument) for argument in self.args)
        name = rf"\mathcal{{H}}_{{{shift}}}"
        if exp is not None:
            name += f"^{{{exp}}}"
        return rf"{name}\left({time};{decay}\right)"

    def large_time(self, *, order: int = 1, where: Iterable[Relational] = ()) -> AsymptoticSum:
        r"""Expand for $\tau \to \infty$ by the poles of the Mellin transform.

        Parameters
        ----------
        order :
            what is left out is smaller than any power; the error stated is $\tau^{-\mathrm{order}}$ of the
            sum.
        where :
            relations between the parameters in `shift` and `decay`.

        Returns
        -------
        AsymptoticSum
            $\frac1a\Gamma(p)\,\tau^{-p}$, $p=(s-1)/a$, the only pole.

        Raises
        ------
        ValueError
            If `time` is not a positive multiple of a symbol.

        >>> from scalinglaws.theory.symbols import decay
        >>> tau = Symbol("tau", positive=True)
        >>> HeatSum(decay + 1, decay, 4 * tau).large_time(where=[decay > 1]).as_expr()
        1/(4*a*tau)
        """
        shift, decay, time = self.args
        scale, symbol = time.as_coeff_Mul()
        if not isinstance(symbol, Symbol):
            raise ValueError(f"`time` is {time}; an expansion needs a symbol there, or a multiple of one")
        kappa = symbols.kappa
        total = spectral_sum(heat_kernel(), shift=shift, decay=decay, kappa=kappa, order=order, where=where)

        def in_time(term: Expr) -> Expr:
            coefficient, power = term.as_independent(kappa, as_Add=False)
            exponent = power.as_base_exp()[1]
            return coefficient * scale**-exponent * symbol**-exponent

        errors = tuple(symbol ** -error.as_base_exp()[1] for error in total.errors)
        return AsymptoticSum(tuple(map(in_time, total.terms)), errors, total.where)
