r"""The paper's letters.

There are $P$ features (parameters) and $D$ samples; the loss is half the squared error, $d$ the dimension of
the data manifold, $S$ the number of the teacher's features and $1+\alpha_K$ the decay of the spectrum.
"""

from __future__ import annotations

from typing import Final

from sympy import Expr, Symbol, sympify

from ....theory import Notation
from ....theory.symbols import dimension as dimension

PAPER_ID: Final = "bahri2021"
NOTATION = Notation.named(PAPER_ID)
SOURCE: Final = "Bahri, Dyer, Kaplan, Lee, Sharma, arXiv:2102.06701"
#: The source of what is said of the paper and does not stand in it.
CIRCULATING: Final = "in circulation, not in the paper"

P, D, S = (Symbol(name, positive=True) for name in ("P", "D", "S"))
alpha_K = Symbol("alpha_K", positive=True)


def in_letters(expression: Expr) -> Expr:
    """Return an expression of the engine in the letters of the paper.

    >>> from scalinglaws.theory import symbols
    >>> print(in_letters(symbols.features + symbols.samples))
    D + P
    """
    return NOTATION.apply(sympify(expression))
