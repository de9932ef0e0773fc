r"""The expected loss of an estimator that concentrates, by the delta method.

With $\xi=\hat f-f$ and a loss that is smooth near the limit $f$,
$$\mathbb E\,\ell(\hat f)-\ell(f)=\sum_{|\alpha|\ge1}\frac{\partial^\alpha\ell(f)}{\alpha!}\,
\mathbb E\,\xi^\alpha ,\qquad
\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)=\sum_{|\alpha|\ge2}\frac{\partial^\alpha\ell(f)}{\alpha!}
\left(\mathbb E\,\xi^\alpha-(\mathbb E\,\xi)^\alpha\right).$$

For cumulants of order $n^{1-k}$ the first begins with
$\frac1n\left(\ell'b+\frac12\operatorname{tr}\ell''\Sigma\right)$ for the shift $b/n$ and the covariance
$\Sigma/n$, the second with $\frac1{2n}\operatorname{tr}\ell''\Sigma$: the exponent is 1 where the
coefficient is not zero, and larger where it vanishes.

The second is what Theorem 1 of Bahri, Dyer, Kaplan, Lee and Sharma bounds.  The first, the distance to the
loss of infinite data or width, needs the shift to be of order $1/n$ besides, which does not follow from
concentration: see `half_normal`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sympy import Expr, Integer, Matrix, Mul, Symbol, factor, factorial, nan, oo, simplify, sympify, zoo

from .. import symbols
from ..expansion import Expansion
from ..smooth_at import rough_part
from .estimator import Estimator, Powers, covariances, powers_of_degree, unit


def excess_over_limit(
    loss: Expr, estimator: Estimator, *, order: Expr = 1, at: Mapping[Symbol, Expr] | None = None
) -> Expansion:
    r"""Expand $\mathbb E\,\ell(\hat f)-\ell(f)$ in samples or width.

    Parameters
    ----------
    loss :
        the loss as an expression in the outputs of the estimator, smooth at $f$.
    estimator :
        its outputs and their cumulants.
    order :
        the power of $1/n$ that is kept, a positive rational number.
    at :
        values of the limits of outputs, which stay symbols where none is given.

    Raises
    ------
    ValueError
        If the loss contains no output or is not smooth at the limit, if `order` is not a positive rational
        number, or if infinitely many moments contribute: in a loss that is no polynomial, where the
        cumulants of all degrees are of one order (`gap_bound` is what can be said then).

    Notes
    -----
    Exact for polynomials.  Otherwise the remainder is that of moments; that it is the remainder of the
    expected loss too needs derivatives that grow at most like a polynomial.

    Examples
    --------
    >>> from sympy import exp
    >>> from sympy.abc import b, f, v
    >>> n = Estimator(outputs=(f,)).resource
    >>> biased = Estimator(outputs=(f,), cumulants={(1,): b / n, (2,): v / n})
    >>> print(excess_over_limit((f - 1) ** 2 / 2, biased))
    (b*f - b + v/2)/T + O(T**(-2))
    """
    return _taylor(loss, estimator, order, at, estimator.moment, smallest=1)


def gap_over_mean(
    loss: Expr, estimator: Estimator, *, order: Expr = 1, at: Mapping[Symbol, Expr] | None = None
) -> Expansion:
    r"""Expand the gap $\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)$ of Jensen's inequality.

    The arguments are those of `excess_over_limit`, and so is the expansion about the limit $f$.

    Examples
    --------
    >>> from sympy.abc import b, f, v
    >>> n = Estimator(outputs=(f,)).resource
    >>> biased = Estimator(outputs=(f,), cumulants={(1,): b / n, (2,): v / n})
    >>> print(gap_over_mean((f - 1) ** 2 / 2, biased))
    v/(2*T)
    """
    return _taylor(
        loss,
        estimator,
        order,
        at,
        lambda powers: estimator.moment(powers) - estimator.moment_of_mean(powers),
        smallest=2,
    )


def first_coefficient(
    loss: Expr, outputs: Sequence[Symbol], *, shift: Sequence[Expr] | None = None, covariance: Matrix
) -> Expr:
    r"""Return $\ell'\cdot b+\frac12\operatorname{tr}\ell''\Sigma$, the coefficient of $1/n$ in the excess.

    Parameters
    ----------
    loss :
        a smooth expression in the outputs.
    outputs :
        at least one symbol.
    shift :
        $b$, an expression for each output; 0 where the estimator is unbiased, or for the gap over the mean.
    covariance :
        $\Sigma$, symmetric.

    Returns
    -------
    Expr
        the rate is $1/n$ exactly where this is not 0; it is positive at a minimum of the loss.

    Raises
    ------
    ValueError
        If shift or covariance do not fit the outputs.

    Examples
    --------
    Half the squared error, the cross-entropy of a sigmoid and that of a softmax:

    >>> from sympy import Matrix, Rational
    >>> from sympy.abc import f, g, v, y
    >>> from .losses import logistic_loss, softmax_loss, squared_loss
    >>> variance = Matrix([[v]])
    >>> first_coefficient(squared_loss(f, y), [f], covariance=variance)
    v/2
    >>> first_coefficient(logistic_loss(f, y), [f], covariance=variance)
    v/(4*(cosh(f) + 1))
    >>> softmax = softmax_loss((f, g), (y, 1 - y))
    >>> first_coefficient(softmax, (f, g), covariance=Matrix([[v, 0], [0, v]])).subs({f: 0, g: 0})
    v/4
    """
    size = len(outputs)
    shifts = [Integer(0)] * size if shift is None else list(shift)
    if len(shifts) != size:
        raise ValueError(f"`shift` has {len(shifts)} values for {size} outputs; give one for each")
    if covariance.shape != (size, size) or not covariance.is_symmetric():
        raise ValueError(f"`covariance` has shape {covariance.shape}; give a symmetric matrix of {size} rows")
    n = symbols.samples
    cumulants: dict[Powers, Expr] = {unit(k, size): value / n for k, value in enumerate(shifts) if value != 0}
    cumulants |= covariances(covariance, n)
    estimator = Estimator(outputs=tuple(outputs), cumulants=cumulants)
    return excess_over_limit(loss, estimator).coefficient(Integer(-1))


def _taylor(
    loss: Expr,
    estimator: Estimator,
    order: Expr,
    at: Mapping[Symbol, Expr] | None,
    moment: Callable[[Powers], Expansion],
    *,
    smallest: int,
) -> Expansion:
    loss, order = sympify(loss), sympify(order)
    outputs, n = estimator.outputs, estimator.resource
    if not loss.has(*outputs):
        raise ValueError(f"`loss` = {loss} contains none of the outputs {outputs}; write it in their symbols")
    if not (order.is_Rational and order.is_positive):
        raise ValueError(f"`order` = {order} must be a positive rational number; give a power of 1/{n}")
    rough = rough_part(loss, outputs, at)
    if rough is not None:
        raise ValueError(
            f"`loss` = {loss} must be smooth at the limit, and {rough} is not; give another limit in `at`"
        )
    last = estimator.degrees(order)
    degree = polynomial_degree(loss, outputs)
    stop = degree if degree is not None and (last == 0 or degree <= last) else last
    if stop == 0:
        raise ValueError(
            f"`loss` = {loss} is no polynomial, and the cumulants of all degrees are of one order in 1/{n}: "
            "every moment contributes; use `gap_bound`, or state how the cumulants fall with the degree"
        )
    # What is beyond the last moment that counts is beyond the order.
    error = () if stop == degree else tuple(_next_error(estimator, moment, stop))
    total = Expansion.of(Integer(0), n, error=error)
    for k in range(smallest, stop + 1):
        for powers in powers_of_degree(k, len(outputs)):
            coefficient = _short(_derivative(loss, outputs, powers).subs(dict(at or {})))
            if coefficient.has(oo, -oo, zoo, nan):
                raise ValueError(
                    f"`loss` = {loss} has no finite derivatives at the limit; give another limit in `at`"
                )
            if coefficient != 0:
                total = total + moment(powers) * coefficient
    kept = Expansion.of(
        total.as_expr(), n, error=[*(bound.of(n) for bound in total.error), *_beyond(total, order, n)]
    )
    return kept.map_coefficients(_short)


def _short(expression: Expr) -> Expr:
    """Return the shorter of an expression and what it simplifies to, its factors where it is rational."""
    other = factor(expression) if expression.is_rational_function() else simplify(expression)
    return min(expression, other, key=lambda form: form.count_ops())


def _beyond(total: Expansion, order: Expr, n: Symbol) -> list[Expr]:
    """Return the largest power beyond the order, if terms of such powers were found."""
    beyond = [m.exponent for m in total.coefficients if m.exponent < -order]
    return [n ** max(beyond)] if beyond else []


def _next_error(estimator: Estimator, moment: Callable[[Powers], Expansion], degree: int) -> list[Expr]:
    """Return the powers of the moments of the next two degrees, since the odd one may be the smaller."""
    n = estimator.resource
    found = []
    for k in (degree + 1, degree + 2):
        for powers in powers_of_degree(k, len(estimator.outputs)):
            expansion = moment(powers)
            found += [m.of(n) for m in (*expansion.coefficients, *expansion.error)]
    return found


def _derivative(loss: Expr, outputs: tuple[Symbol, ...], powers: Powers) -> Expr:
    for output, power in zip(outputs, powers, strict=True):
        loss = loss.diff(output, power) if power else loss
    return loss / Mul(*(factorial(power) for power in powers))


def polynomial_degree(loss: Expr, outputs: tuple[Symbol, ...]) -> int | None:
    """Return the total degree of a loss in the outputs, None where it is no polynomial.

    Examples
    --------
    >>> from sympy import log
    >>> from sympy.abc import f
    >>> polynomial_degree(f**4 - f, (f,)), polynomial_degree(log(1 + f**2), (f,))
    (4, None)
    """
    loss = sympify(loss)
    return int(loss.as_poly(*outputs).total_degree()) if loss.is_polynomial(*outputs) else None
