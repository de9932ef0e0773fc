r"""Traces of an unspecified spectrum, closed under differentiation in kappa.

With $r_k = \lambda_k/(\lambda_k+\kappa)$ and the signal power $v_k = \lambda_k E\theta_k^2$,
$$\mathrm{df}_j(\kappa) = \sum_k r_k^j,\qquad S_j(\kappa) = \sum_k v_k (1-r_k) r_k^{j-1},$$
and since $\kappa\,dr_k/d\kappa = -r_k(1-r_k)$,
$$\kappa\,\mathrm{df}_j' = -j(\mathrm{df}_j - \mathrm{df}_{j+1}),\qquad \kappa S_j' = jS_{j+1} - (j-1)S_j .$$
What is derived from these rules alone holds for every spectrum.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Symbol
from sympy.core.function import ArgumentIndexError

_KAPPA = 2


class _Trace(Function):
    nargs = 2
    letters: tuple[str, ...] = ()

    @classmethod
    def eval(cls, order: Expr, kappa: Expr) -> None:  # noqa: ARG003 -- SymPy passes every argument
        """Check that the order is a positive integer."""
        if not (order.is_Integer and order > 0):
            raise ValueError(f"`order` is {order}; the order of a trace is an integer >= 1")

    def _eval_is_positive(self) -> bool:
        return True

    @property
    def letter(self) -> str:
        """The letter in print; an index where the letters end."""
        order = int(self.args[0])
        return self.letters[order - 1] if order <= len(self.letters) else f"{self.letters[0]}_{{{order}}}"

    def _latex(self, _printer: Any, exp: str | None = None) -> str:
        return self.letter if exp is None else f"{self.letter}^{{{exp}}}"

    def _sympystr(self, _printer: Any) -> str:
        return self.letter.replace("{", "").replace("}", "")

    def _pretty(self, printer: Any) -> Any:
        return printer._print(Symbol(self._sympystr(printer)))


class DegreesOfFreedom(_Trace):
    r"""$\mathrm{df}_j(\kappa) = \sum_k r_k^j$, $r_k=\lambda_k/(\lambda_k+\kappa)$; $z, q, s$ for $j=1,2,3$.

    Parameters
    ----------
    order :
        $j$, a positive integer.
    kappa :
        $\kappa > 0$.

    Raises
    ------
    ValueError
        If the order is no positive integer.

    >>> from scalinglaws.theory.symbols import kappa
    >>> DegreesOfFreedom(1, kappa).diff(kappa)
    -(z - q)/kappa
    """

    letters = ("z", "q", "s")

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative in kappa."""
        if argindex != _KAPPA:
            raise ArgumentIndexError(self, argindex)
        order, kappa = self.args
        return -order / kappa * (self - DegreesOfFreedom(order + 1, kappa))


class SignalSum(_Trace):
    r"""$S_j(\kappa) = \sum_k v_k (1-r_k) r_k^{j-1}$, $r_k=\lambda_k/(\lambda_k+\kappa)$, of any spectrum.

    Parameters
    ----------
    order :
        $j$, a positive integer.
    kappa :
        $\kappa > 0$.

    Raises
    ------
    ValueError
        If the order is no positive integer.

    >>> from scalinglaws.theory.symbols import kappa
    >>> SignalSum(1, kappa).diff(kappa)
    S_2/kappa
    """

    letters = ("S_1", "S_2", "S_3", "S_4", "S_5")

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative in kappa."""
        if argindex != _KAPPA:
            raise ArgumentIndexError(self, argindex)
        order, kappa = self.args
        return (order * SignalSum(order + 1, kappa) - (order - 1) * self) / kappa
