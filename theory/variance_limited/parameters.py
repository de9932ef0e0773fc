r"""What an exponent in the width is in the number of parameters.

The weights of a dense network of fixed depth are a polynomial in its width: of degree 2 from two hidden
layers on, since each pair of neighbours has a square matrix between them, but of degree 1 with a single one.
A linear model, or random features, has as many parameters as features.  A law $cw^{-a}$ in the width is
$c'P^{-a/\deg}$ in the parameters.
"""

from __future__ import annotations

from itertools import pairwise

from sympy import Expr, Integer, Symbol, expand, sympify

from ...numerics import exact
from ..asymptotic_sum import compose, revert
from ..expansion import Expansion

#: Width $w$ of the hidden layers.
width = Symbol("w", positive=True)
#: Number $P$ of parameters.
parameters = Symbol("P", positive=True)


def dense_parameters(hidden_layers: int, *, inputs: Expr = 1, outputs: Expr = 1, biases: bool = True) -> Expr:
    r"""Return the number of weights and biases of a dense network as a polynomial in its `width`.

    Parameters
    ----------
    hidden_layers :
        how many hidden layers of one width there are, an integer >= 1.
    inputs, outputs :
        positive numbers or symbols.
    biases :
        whether each hidden unit and each output has a bias.

    Raises
    ------
    ValueError, TypeError
        If `hidden_layers` is no integer >= 1.

    Examples
    --------
    >>> dense_parameters(2, inputs=10)
    w**2 + 13*w + 1
    """
    layers = exact.count("hidden_layers", hidden_layers)
    sizes = [sympify(inputs), *[width] * layers, sympify(outputs)]
    extra = 1 if biases else 0
    return expand(sum(((before + extra) * after for before, after in pairwise(sizes)), Integer(0)))


def in_parameters(law: Expansion, count: Expr, *, corrections: int = 1) -> Expansion:
    r"""Turn a law in the width into one in the number of parameters.

    Parameters
    ----------
    law :
        an expansion in `width` as it grows.
    count :
        the parameters as a polynomial in `width` with a positive leading coefficient.
    corrections :
        relative corrections of the inverse that are carried.

    Raises
    ------
    ValueError
        If the law is none in `width`, or `count` does not grow with it.

    Examples
    --------
    >>> law = Expansion.of(1 / width, width, error=[width**-2])
    >>> print(in_parameters(law, dense_parameters(3, biases=False)))
    sqrt(2)/sqrt(P) + O(1/P)
    >>> print(in_parameters(law, dense_parameters(1, biases=False)))
    2/P + O(P**(-2))
    """
    if law.variable != width:
        raise ValueError(f"`law` is an expansion in {law.variable}; give one in the width {width}")
    grown = Expansion.of(expand(count), width)
    if grown.exponent(width).is_positive is not True:
        raise ValueError(f"`count` = {count} does not grow with the width; give a polynomial in {width}")
    return compose(law, revert(grown, parameters, corrections=corrections), corrections=corrections)


def exponent_in_parameters(exponent: Expr, count: Expr) -> Expr:
    r"""Return $a/\deg$ for a law $w^{-a}$ and parameters that are a polynomial in the width.

    Examples
    --------
    >>> [exponent_in_parameters(1, dense_parameters(layers)) for layers in (1, 2, 8)]
    [1, 1/2, 1/2]
    >>> exponent_in_parameters(1, width)
    1
    """
    law = Expansion.of(width ** -sympify(exponent), width)
    return -in_parameters(law, count).exponent(parameters)
