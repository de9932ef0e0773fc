r"""Gauss quadrature of a measure on the positive half line that is known by its Stieltjes transform alone.

From the values and slopes of

.. math:: A(x)=\int\frac{d\sigma(\mu)}{\mu+x}

at K points :math:`x_i>0` follow nodes :math:`\mu_q` and weights :math:`\sigma_q`, all positive, with
:math:`\sum_q\sigma_q/(\mu_q+x)` equal to A and its slope at each of the points: the nodes are the eigenvalues
of the pencil :math:`S-\mu L` of the two Loewner matrices

.. math::

   L_{ij}=\int\frac{d\sigma}{(\mu+x_i)(\mu+x_j)}=\frac{A(x_j)-A(x_i)}{x_i-x_j},\qquad
   S_{ij}=\int\frac{\mu\,d\sigma}{(\mu+x_i)(\mu+x_j)}=\frac{x_iA(x_i)-x_jA(x_j)}{x_i-x_j} .

It is a Gauss quadrature for rational functions: exact for products of two functions from the span of the
:math:`1/(\mu+x_i)`. With points in geometric progression the error for functions that are smooth in
:math:`\log\mu`, such as :math:`e^{-\tau\mu}`, falls exponentially with the density of the points. The
matrices are so ill-conditioned that about two digits are lost per point, which is why the values come as
balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from flint import acb_mat, arb_mat

from .arithmetic import Ball, number, working_precision
from .equivalent import FloatArray
from .errors import PrecisionError

_TOLERANCE: Final = 1e-12
_GHOST: Final = 1e-20


def stieltjes_quadrature(
    points: Sequence[Fraction], values: Sequence[Ball], slopes: Sequence[Ball], bits: int
) -> tuple[FloatArray, FloatArray]:
    """Return nodes in descending order and weights.

    Parameters
    ----------
    points : the points x_i > 0, in any order, all different
    values, slopes : A and its derivative there
    bits : the working precision

    Raises
    ------
    PrecisionError
        If a node or weight is not positive, or the slopes are not reproduced: more bits are needed, or fewer
        points where the measure itself has few atoms.
    """
    size = len(points)
    with working_precision(bits):
        x = [number(point) for point in points]
        a, slope = [value.mid() for value in values], [value.mid() for value in slopes]
        loewner, shifted = arb_mat(size, size), arb_mat(size, size)
        for i in range(size):
            loewner[i, i], shifted[i, i] = -slope[i], a[i] + x[i] * slope[i]
            for j in range(i):
                gap = x[i] - x[j]
                loewner[i, j] = loewner[j, i] = (a[j] - a[i]) / gap
                shifted[i, j] = shifted[j, i] = (x[i] * a[i] - x[j] * a[j]) / gap
        try:
            pencil = loewner.solve(shifted, algorithm="approx")
            roots = acb_mat(pencil).eig(algorithm="approx")
            nodes = sorted((root.real.mid() for root in roots), key=float, reverse=True)
            cauchy = arb_mat([[1 / (node + point) for node in nodes] for point in x])
            column = cauchy.solve(arb_mat([[value] for value in a]), algorithm="approx")
        except (ValueError, ZeroDivisionError):
            raise PrecisionError(f"the quadrature of {size} points needs more than {bits} bits") from None
        weights = [column[i, 0].mid() for i in range(size)]
        worst = max(
            abs(
                float(
                    sum((w / (node + p) ** 2 for node, w in zip(nodes, weights, strict=True)), number(0)) / s
                    + 1
                )
            )
            for p, s in zip(x, slope, strict=True)
        )
        if not (worst < _TOLERANCE and min(map(float, nodes)) > 0 and min(map(float, weights)) > 0):
            raise PrecisionError(f"the quadrature of {size} points needs more than {bits} bits")
        # a gap of the support may hold a node with next to no weight; beyond the ends it means nothing
        while len(weights) > 1 and weights[0] < _GHOST * weights[1]:
            del nodes[0], weights[0]
        return np.array([float(node) for node in nodes]), np.array([float(weight) for weight in weights])
