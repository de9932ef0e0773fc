"""What SymPy asks of every special function of a spectrum that the floor below evaluates."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import mpmath
from sympy import Expr, Float, Function, sympify


class SpectralFunction(Function):
    """A sum of positive terms over a power law, with its numbers from `numerics`."""

    @classmethod
    @abstractmethod
    def number(cls, digits: int, *arguments: Any) -> mpmath.mpf:
        """Return the value at exact arguments to a number of digits."""

    def _eval_is_positive(self) -> bool | None:
        return True if all(argument.is_extended_real for argument in self.args) else None

    def _eval_is_real(self) -> bool | None:
        return self._eval_is_positive()

    def _eval_evalf(self, prec: int) -> Expr | None:
        if not all(argument.is_number for argument in self.args):
            return None
        return Float._new(self._evaluate(prec, *self.args)._mpf_, prec)

    @classmethod
    def _imp_(cls, *arguments: Any) -> mpmath.mpf:
        return cls._evaluate(mpmath.mp.prec, *arguments)

    @classmethod
    def _evaluate(cls, precision: int, *arguments: Any) -> mpmath.mpf:
        """Evaluate to `precision` bits through the floor below."""
        digits = max(15, int(precision * 0.30103) + 2)
        return cls.number(digits, *(_exact(argument, digits) for argument in arguments))


def _exact(argument: Any, digits: int) -> Any:
    """Pass rationals exactly; other numbers are rounded far beyond the digits asked for."""
    number = sympify(argument)
    if number.is_Rational or number.is_Float or number.is_infinite:
        return number
    return number.evalf(2 * digits + 20)
