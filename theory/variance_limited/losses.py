r"""Losses of a prediction, their curvature, and which of the conditions of Theorem 1 they meet.

Bahri, Dyer, Kaplan, Lee and Sharma ask of the loss that it is a polynomial, or has a bounded second
derivative, or is 2-Hölder.  A polynomial takes finitely many moments.  With $|\ell''|\le B$ Taylor's theorem
with its integral remainder gives
$$\left|\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)\right|\le\tfrac B2\operatorname{Var}\hat f .$$
The third condition is met by constants alone: see `hoelder_slope`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import (
    Abs,
    Expr,
    Integer,
    Matrix,
    S,
    Symbol,
    exp,
    hessian,
    limit,
    log,
    nan,
    oo,
    simplify,
    solveset,
    sympify,
)
from sympy.calculus.util import continuous_domain


def squared_loss(output: Symbol, target: Expr) -> Expr:
    """Return half the squared error.

    >>> from sympy.abc import f, y
    >>> squared_loss(f, y)
    (f - y)**2/2
    """
    return (output - target) ** 2 / 2


def logistic_loss(output: Symbol, probability: Expr) -> Expr:
    r"""Return $\log(1+e^f)-qf$, the cross-entropy of a sigmoid; labels are 1 with probability $q$, else 0.

    >>> from sympy.abc import f, q
    >>> logistic_loss(f, q).diff(f, 2).equals(exp(f) / (1 + exp(f)) ** 2)
    True
    """
    return log(1 + exp(output)) - probability * output


def softmax_loss(outputs: Sequence[Symbol], probabilities: Sequence[Expr]) -> Expr:
    r"""Return $\log\sum_ce^{f_c}-\sum_cq_cf_c$, the cross-entropy of a softmax for labels $c$.

    Parameters
    ----------
    outputs :
        at least two symbols.
    probabilities :
        as many, $q_c$ of sum 1.

    Raises
    ------
    ValueError
        If there are fewer than two classes, or the numbers of outputs and probabilities differ.

    >>> from sympy.abc import f, g
    >>> softmax_loss((f, g), (1, 0)).subs({f: 0, g: 0})
    log(2)
    """
    if len(outputs) < 2 or len(outputs) != len(probabilities):
        raise ValueError(
            f"`probabilities` has {len(probabilities)} values for {len(outputs)} outputs; give one for each "
            "of at least 2"
        )
    total = sum((exp(output) for output in outputs), Integer(0))
    return log(total) - sum(
        (weight * output for weight, output in zip(probabilities, outputs, strict=True)), Integer(0)
    )


def softmax(outputs: Sequence[Symbol]) -> Matrix:
    r"""Return the probabilities $e^{f_c}/\sum_de^{f_d}$ as a column."""
    total = sum((exp(output) for output in outputs), Integer(0))
    return Matrix([exp(output) / total for output in outputs])


def curvature(loss: Expr, outputs: Sequence[Symbol]) -> Matrix:
    r"""Return the second derivatives of a loss.

    >>> from sympy.abc import f, g
    >>> from sympy import diag
    >>> p = softmax((f, g))
    >>> simplify(curvature(softmax_loss((f, g), (1, 0)), (f, g)) - diag(*p) + p * p.T)
    Matrix([
    [0, 0],
    [0, 0]])
    """
    return hessian(sympify(loss), list(outputs))


def curvature_bound(loss: Expr, output: Symbol) -> Expr:
    r"""Return $\sup_f|\ell''(f)|$ over the real line, infinite where the second derivative is unbounded.

    Parameters
    ----------
    loss :
        an expression in `output` alone, twice differentiable on the real line.
    output :
        the output.

    Raises
    ------
    ValueError
        If the loss contains other symbols or has points without a second derivative, or its third derivative
        has zeros that cannot be listed.

    Notes
    -----
    The largest of the limits of $|\ell''|$ at both ends and its values where $\ell'''$ vanishes.

    Examples
    --------
    >>> from sympy.abc import f
    >>> curvature_bound(logistic_loss(f, 1), f), curvature_bound(f**4, f)
    (1/4, oo)
    """
    real = Symbol("f", real=True)
    second = simplify(sympify(loss).diff(output, 2).subs(output, real))
    others = second.free_symbols - {real}
    if others:
        raise ValueError(f"`loss` contains {min(map(str, others))} besides {output}; give it a number")
    if not _continuous(second, real):
        raise ValueError(
            f"`loss` = {loss} must have a second derivative at every real {output}; give another"
        )
    ends = [limit(Abs(second), real, end) for end in (oo, -oo)]
    turns = solveset(second.diff(real), real, S.Reals)
    if second.diff(real) == 0:
        turns = S.EmptySet
    if not (turns.is_FiniteSet or turns is S.EmptySet) or nan in ends:
        raise ValueError(f"`loss` = {loss} has turning points of its curvature that cannot be listed")
    return max([*ends, *(simplify(Abs(second.subs(real, place))) for place in turns)])


def _continuous(function: Expr, real: Symbol) -> bool:
    try:
        return bool(continuous_domain(function, real, S.Reals) == S.Reals)
    except NotImplementedError:
        # moduli and maxima
        return False


def gap_bound(loss: Expr, output: Symbol, variance: Expr) -> Expr:
    r"""Return the bound $\frac12\sup|\ell''|\operatorname{Var}\hat f$ of Theorem 1 on the size of the gap.

    >>> from sympy.abc import f, v
    >>> gap_bound(logistic_loss(f, 1), f, v)
    v/8
    """
    return curvature_bound(loss, output) * variance / 2


def hoelder_slope(order: Expr, constant: Expr) -> Expr:
    r"""Return how large $|\ell'|$ is at most if $|\ell(x)-\ell(y)|\le K|x-y|^s$: $Kh^s/h$ at $h\to0$.

    Parameters
    ----------
    order :
        $s>0$.
    constant :
        $K>0$.

    Raises
    ------
    ValueError
        If the order is not positive.

    Notes
    -----
    For $s>1$ it is 0 at every point, so that $\ell$ is constant: a condition of this kind with $s=2$ is
    met by no loss that says anything, half the squared error included.

    Examples
    --------
    >>> from sympy.abc import K
    >>> hoelder_slope(1, K), hoelder_slope(2, K)
    (K, 0)
    """
    distance = Symbol("h", positive=True)
    order = sympify(order)
    if order.is_positive is not True:
        raise ValueError(f"`order` = {order} must be positive; give the power of the distance")
    return limit(constant * distance**order / distance, distance, 0, "+")
