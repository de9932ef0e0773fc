r"""What an estimator by maximum likelihood, or another minimum of an empirical loss, costs in expected loss.

Let $\theta^*$ minimise $L(\theta)=\mathbb E\,\ell(\theta;y)$, with $H=L''(\theta^*)$ and $\Sigma$ the
covariance of the gradient of one sample.  The minimum $\hat\theta$ over $n$ samples is at
$\hat\theta-\theta^*=-H^{-1}\bar g+O(n^{-1})$, where $\bar g$ is the mean gradient at $\theta^*$, of
covariance $\Sigma/n$.  The loss is flat at its minimum, so that the shift of $\hat\theta$ counts in the next
order only, and
$$\mathbb E\,L(\hat\theta)-L(\theta^*)=\frac1{2n}\operatorname{tr}H^{-1}\Sigma+O(n^{-2}),$$
which is $p/2n$ for $p$ parameters where the model is well specified, since then $\Sigma=H$.

Whether the expectation exists is another matter: with labels of two classes that a plane separates the
likelihood has no maximum, which happens with a probability that falls exponentially with the samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Integer, Matrix, Symbol, cancel, hessian, sympify

from .. import symbols
from ..expansion import Expansion
from .estimator import Estimator, covariances
from .expected_loss import excess_over_limit


def curvature_and_fluctuation(
    loss: Expr, parameters: Sequence[Symbol], outcomes: Mapping[Expr, Expr], outcome: Symbol
) -> tuple[Matrix, Matrix]:
    r"""Return $H=\mathbb E\,\ell''$ and $\Sigma=\mathbb E\,\ell'\ell'^T$ over outcomes with probabilities.

    Parameters
    ----------
    loss :
        the loss of one sample, an expression in `parameters` and `outcome`.
    parameters :
        the parameters.
    outcomes :
        the probability of each value of `outcome`.
    outcome :
        the symbol of the outcome.

    Notes
    -----
    $\Sigma$ is the second moment of the gradient; its mean over the covariates too vanishes at $\theta^*$.
    For $\ell=-\log p$ and the probabilities $p$ of the model itself,
    $H-\Sigma=-\sum p''=0$.

    Examples
    --------
    >>> from sympy import exp, log, simplify
    >>> from sympy.abc import t, x, y
    >>> p = 1 / (1 + exp(-t * x))
    >>> h, sigma = curvature_and_fluctuation(log(1 + exp(t * x)) - y * t * x, [t], {0: 1 - p, 1: p}, y)
    >>> simplify(h - sigma)
    Matrix([[0]])
    """
    loss = sympify(loss)
    size = len(parameters)
    mean, square = Matrix.zeros(size, size), Matrix.zeros(size, size)
    for value, probability in outcomes.items():
        term = loss.subs(outcome, value)
        gradient = Matrix([term.diff(parameter) for parameter in parameters])
        mean += probability * hessian(term, list(parameters))
        square += probability * gradient * gradient.T
    return mean, square


def excess_of_minimum(
    curvature: Matrix, fluctuation: Matrix, *, resource: Symbol = symbols.samples
) -> Expansion:
    r"""Expand $\mathbb E\,L(\hat\theta)-L(\theta^*)$ of the minimum of an empirical loss.

    Parameters
    ----------
    curvature :
        $H$, symmetric and positive definite.
    fluctuation :
        $\Sigma$, symmetric, of the same shape.
    resource :
        the samples.

    Raises
    ------
    ValueError
        If the matrices are not square, symmetric and of one shape, or the curvature is singular.

    Examples
    --------
    >>> from sympy.abc import h, s
    >>> print(excess_of_minimum(Matrix([[h]]), Matrix([[s]])))
    s/(2*T*h) + O(T**(-2))
    """
    for name, matrix in (("curvature", curvature), ("fluctuation", fluctuation)):
        if not matrix.is_square or not matrix.is_symmetric():
            raise ValueError(
                f"`{name}` has shape {matrix.shape} and must be a symmetric matrix; symmetrise it"
            )
    if curvature.shape != fluctuation.shape:
        raise ValueError(
            f"`fluctuation` has shape {fluctuation.shape}; expected that of `curvature`, {curvature.shape}"
        )
    if cancel(curvature.det()) == 0:
        raise ValueError("`curvature` is singular: the minimum is not unique; remove flat directions")
    size = curvature.rows
    inverse = curvature.inv()
    covariance = (inverse * fluctuation * inverse).applyfunc(cancel)
    # The parameters are counted from the minimum.
    errors = [Symbol(f"theta_{place}") for place in range(1, size + 1)]
    point = Matrix(errors)
    estimator = Estimator(
        outputs=tuple(errors),
        cumulants=covariances(covariance, resource),
        resource=resource,
        exact=False,
    )
    # At the minimum the gradient vanishes: the shift, of order 1/n, counts by its square only.
    return excess_over_limit(
        (point.T * curvature * point)[0] / 2, estimator, at=dict.fromkeys(errors, Integer(0))
    )
