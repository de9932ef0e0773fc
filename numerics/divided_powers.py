r"""Divided differences of the power :math:`x^n`, without cancellation for any n.

The divided difference of :math:`x^n` over r + 1 nodes is the sum of all monomials of degree :math:`n-r` in
the nodes, so that for nodes not smaller than 0 nothing cancels; the differences of a geometric sum, of two of
them folded with each other, and so on, are of this form:

.. math::

   [x_0,x_1]x^n=\sum_{i+j=n-1}x_0^ix_1^j,\qquad [x,1]x^n=\sum_{i<n}x^i .

They are the entries of the n-th power of the matrix with the nodes on its diagonal and ones above it (Opitz
1964), taken here by repeated squaring of many such matrices at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .equivalent import FloatArray


def divided_powers(nodes: Sequence[FloatArray], count: int) -> dict[tuple[int, int], FloatArray]:
    r"""Return the divided differences of :math:`x^n` over all runs of consecutive nodes.

    Parameters
    ----------
    nodes : arrays that broadcast, each of 1 - x for a node x: near 1 that is what is known to all digits
    count : n, an integer not smaller than 0

    Returns
    -------
    dict
        Under (i, j), :math:`i\le j`, the divided difference :math:`[x_i,\dots,x_j]x^n`.

    Examples
    --------
    >>> import numpy as np
    >>> found = divided_powers([np.array(0.5), np.array(0.0)], 3)
    >>> print(found[0, 1])
    1.75
    """
    depths = np.broadcast_arrays(*nodes)
    runs = [(i, j) for i in range(len(depths)) for j in range(i, len(depths))]
    result: dict[tuple[int, int], FloatArray] | None = None
    done = 0
    for bit in bin(count)[2:]:
        if result is None:
            # the power 0
            result = {(i, j): np.full(depths[0].shape, float(i == j)) for i, j in runs}
        result = _product(result, result, depths, 2 * done)
        done *= 2
        if bit == "1":
            single = {(i, j): np.full(depths[0].shape, float(j - i == 1)) for i, j in runs}
            for i, depth in enumerate(depths):
                single[i, i] = 1 - depth
            result = _product(result, single, depths, done + 1)
            done += 1
    assert result is not None
    return result


def powers(depth: FloatArray, count: int) -> FloatArray:
    """Return ``(1 - depth)**count``, right to all digits for small depths; 1 - depth may be negative."""
    base = 1 - depth
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        size = np.where(base > 0, np.exp(count * np.log1p(-np.where(base > 0, depth, 0.0))), 0.0)
        return np.where(base > 0, size, base ** float(count) if count else 1.0)


def geometric_sums(depth: FloatArray, count: int) -> FloatArray:
    r"""Return :math:`\sum_{i<n}(1-x)^i=(1-(1-x)^n)/x` at x = `depth`, right to all digits for small x.

    Examples
    --------
    >>> import numpy as np
    >>> print(geometric_sums(np.array([0.5, 0.0, 2.0, 1e-30]), 3))
    [1.75 3.   1.   3.  ]
    """
    below = np.where(depth < 1, depth, 0.0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        lost = np.where(depth < 1, -np.expm1(count * np.log1p(-below)), 1 - powers(depth, count))
        return np.where(depth == 0, float(count), lost / np.where(depth == 0, 1.0, depth))


def _product(
    first: dict[tuple[int, int], FloatArray],
    second: dict[tuple[int, int], FloatArray],
    depths: Sequence[FloatArray],
    count: int,
) -> dict[tuple[int, int], FloatArray]:
    """Return the product of two triangular matrices, its diagonal the powers `count` of the nodes."""
    found = {}
    for i, j in first:
        if i == j:
            found[i, j] = powers(depths[i], count)
        else:
            found[i, j] = sum(
                (first[i, middle] * second[middle, j] for middle in range(i + 1, j + 1)),
                start=first[i, i] * second[i, j],
            )
    return found
