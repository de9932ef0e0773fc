r"""Kernels of wide ReLU networks of any depth: their singularities at angles 0 and $\pi$.

With $\Sigma_0=\Theta_0=\cos\vartheta$,
$$\Sigma_{j+1}=\kappa_1(\Sigma_j),\qquad\Theta_{j+1}=\Sigma_{j+1}+\Theta_j\kappa_0(\Sigma_j),$$
where $\kappa_0,\kappa_1$ are the arc-cosine kernels of orders 0 and 1 as functions of a cosine.  At angle 0
all $\Sigma_j=1-\vartheta^2/2+\dots$ are at the singular end of $\kappa_0,\kappa_1$; at angle $\pi$ only
$\Sigma_0$ is, and what it brings in is carried on by the derivatives $\kappa_1'=\kappa_0$.
Source: Jacot, Gabriel, Hongler, arXiv 1806.07572; the recursion of the singularities is derived here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from sympy import Expr, Integer, acos, cos, simplify

from .zonal import angle, arc_cosine, odd_power


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    r"""Both kernels of a depth at one end of the angles: their values there, and the odd powers that lead.

    The covariance has $c\,\vartheta^3$, the tangent kernel $s\,\vartheta$ (0 where it has none).
    """

    covariance: Expr
    tangent: Expr
    cubic: Expr
    linear: Expr


@cache
def relu_network(depth: int) -> tuple[Layer, Layer]:
    r"""Return both kernels of a network at the angles 0 and $\pi$.

    Parameters
    ----------
    depth :
        number of hidden layers, an integer >= 1.

    Raises
    ------
    ValueError
        If `depth` is no integer >= 1.

    >>> near, far = relu_network(2)
    >>> near.cubic, near.linear, far.cubic, far.linear
    (2/(3*pi), -3/pi, 1/(6*pi), -1/(2*pi))
    """
    if not is_count(depth) or depth < 1:
        raise ValueError(f"`depth` is {depth!r}; give a number of hidden layers, an integer >= 1")
    one, minus_one = Integer(1), Integer(-1)
    zero = Integer(0)
    near = Layer(covariance=one, tangent=one, cubic=zero, linear=zero)
    far = Layer(covariance=minus_one, tangent=minus_one, cubic=zero, linear=zero)
    for _ in range(depth):
        near, far = _next(near), _next(far)
    return near, far


@cache
def of_cosine(order: int, cosine: Expr) -> Expr:
    r"""Return $\kappa_m$ at a number, a cosine.

    >>> of_cosine(1, Integer(0)), of_cosine(0, Integer(1))
    (1/pi, 1)
    """
    return simplify(arc_cosine(order).subs(angle, acos(cosine)))


def is_count(value: object) -> bool:
    """Whether something is an integer of Python, and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def _next(layer: Layer) -> Layer:
    """Return the kernels of one layer more."""
    slope = of_cosine(0, layer.covariance)
    covariance = of_cosine(1, layer.covariance)
    tangent = covariance + layer.tangent * slope
    carried = replace(
        layer,
        covariance=covariance,
        tangent=tangent,
        cubic=slope * layer.cubic,
        linear=slope * layer.linear,
    )
    if layer.covariance not in (1, -1):
        return carried
    # here 1 - |Sigma| = theta^2/2 + O(theta^3), so that the odd powers of the arc-cosine kernels are added
    at_end = angle if layer.covariance == 1 else -angle + acos(Integer(-1))
    cubic, linear = (odd_power(arc_cosine(order).subs(angle, at_end), 5) for order in (1, 0))
    assert cubic is not None
    assert linear is not None
    return replace(
        carried,
        cubic=simplify(carried.cubic + cubic.coefficient),
        linear=simplify(carried.linear + layer.tangent * linear.coefficient),
    )


def explicit_tangent_kernel() -> Expr:
    r"""Return the tangent kernel of one hidden layer, $\kappa_1+\cos\vartheta\,\kappa_0$, over 2.

    >>> explicit_tangent_kernel().subs(angle, 0)
    1
    """
    return (arc_cosine(1) + cos(angle) * arc_cosine(0)) / 2
