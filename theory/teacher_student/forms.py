r"""The loss of one draw in the paper's forms, in exact arithmetic.

A draw is a matrix $F$ of the teacher's features on the samples, $S\times T$, and a projection
$\mathcal P$, $N\times S$.  With $\mathcal C=\mathbb E_xFF^T$ the loss is averaged exactly over test point and
teacher, whose weights have variance $1/S$:
$L=\frac1{2S}\operatorname{Tr}E^T\mathcal CE$ for the error map $E$ of the least squares of minimum norm.
Source: Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701, eqs. (1), (2) and supplement E, (S37), (S38);
where their inverses do not exist, pseudo-inverses stand for them.
"""

from __future__ import annotations

from sympy import Expr, Matrix, Rational, cancel, eye


def least_squares_loss(covariance: Matrix, data: Matrix, projection: Matrix) -> Expr:
    r"""Return the loss of the least squares of minimum norm, from the definition.

    Parameters
    ----------
    covariance :
        $\mathcal C$, symmetric and positive, $S\times S$.
    data :
        $F$, $S\times T$.
    projection :
        $\mathcal P$, $N\times S$.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    >>> least_squares_loss(eye(2), Matrix([1, 1]), Matrix([[1, 0]]))
    1/2
    """
    size = _size(covariance, data, projection)
    # F^T w = y has the student's weights w = pinv(f^T) y, one column for each weight of the teacher
    learned = projection.T * (projection * data).T.pinv() * data.T
    error = eye(size) - learned
    return _half_mean(error.T * covariance * error, size)


def covariance_form(covariance: Matrix, data: Matrix, projection: Matrix) -> Expr:
    r"""Return the loss by (S37), through the empirical covariance $\bar{\mathcal C}$.

    Parameters
    ----------
    covariance, data, projection :
        as in `least_squares_loss`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    $\frac1{2S}\operatorname{Tr}(\mathcal C+\bar{\mathcal C}\mathcal P^T\bar C^{-1}C\bar C^{-1}\mathcal
    P\bar{\mathcal C}-2\bar{\mathcal C}\mathcal P^T\bar C^{-1}\mathcal P\mathcal C)$, given for $N<T$.

    >>> covariance_form(eye(2), Matrix([1, 1]), Matrix([[1, 0]]))
    1/2
    """
    size = _size(covariance, data, projection)
    empirical = data * data.T / data.cols
    inverse = (projection * empirical * projection.T).pinv()
    student = projection * covariance * projection.T
    response = inverse * projection * empirical
    total = covariance + response.T * student * response - 2 * response.T * projection * covariance
    return _half_mean(total, size)


def kernel_form(covariance: Matrix, data: Matrix, projection: Matrix) -> Expr:
    r"""Return the loss by (S38), through the kernels of student and teacher on the samples.

    Parameters
    ----------
    covariance, data, projection :
        as in `least_squares_loss`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    $\frac12\mathbb E_x[\mathcal K(x,x)+\vec K^T\bar K^{-1}\bar{\mathcal K}\bar K^{-1}\vec K-2\vec K^T\bar
    K^{-1}\vec{\mathcal K}]$, given for $N>T$; the test point enters through $\mathcal C$ only.

    >>> kernel_form(eye(2), Matrix([1, 1]), Matrix([[1, 0]]))
    1/2
    """
    size = _size(covariance, data, projection)
    # both kernels between the samples and the test point are linear in its features
    student = data.T * projection.T * projection / projection.rows
    teacher = data.T / size
    inverse = (student * data).pinv()
    response = inverse * student
    total = covariance / size + response.T * teacher * data * response * covariance
    return _half_mean(total - 2 * response.T * teacher * covariance, 1)


def infinite_samples_loss(covariance: Matrix, projection: Matrix) -> Expr:
    r"""Return the loss (1) of the best predictor on the features, the limit $T\to\infty$.

    Parameters
    ----------
    covariance, projection :
        as in `least_squares_loss`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    $\frac1{2S}\operatorname{Tr}[\mathcal C-\mathcal C\mathcal P^T(\mathcal P\mathcal C\mathcal
    P^T)^{-1}\mathcal P\mathcal C]$.

    >>> infinite_samples_loss(Matrix([[2, 0], [0, 1]]), Matrix([[1, 1]]))
    1/3
    """
    size = _size(covariance, covariance, projection)
    seen = projection * covariance
    return _half_mean(covariance - seen.T * (seen * projection.T).pinv() * seen, size)


def all_features_loss(covariance: Matrix, data: Matrix) -> Expr:
    r"""Return the loss (2) of regression with the teacher's own kernel, the limit $N\to S$.

    Parameters
    ----------
    covariance, data :
        as in `least_squares_loss`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    $\frac12\mathbb E_x[\mathcal K(x,x)-\vec{\mathcal K}^T\bar{\mathcal K}^{-1}\vec{\mathcal K}]$.

    >>> all_features_loss(Matrix([[2, 0], [0, 1]]), Matrix([1, 1]))
    3/8
    """
    size = _size(covariance, data, eye(covariance.rows))
    gram = data.T * data / size
    return _half_mean(covariance / size - data * gram.pinv() * data.T * covariance / size**2, 1)


def _size(covariance: Matrix, data: Matrix, projection: Matrix) -> int:
    size = int(covariance.rows)
    if covariance.shape != (size, size):
        raise ValueError(f"`covariance` has shape {covariance.shape}; give a square matrix")
    for name, shape, place in (("data", data.shape, 0), ("projection", projection.shape, 1)):
        if shape[place] != size:
            what = ("rows", "columns")[place]
            raise ValueError(f"`{name}` has shape {shape}; give one with {size} {what}, as `covariance` has")
    return size


def _half_mean(matrix: Matrix, size: int) -> Expr:
    return cancel(matrix.trace() * Rational(1, 2 * size))
