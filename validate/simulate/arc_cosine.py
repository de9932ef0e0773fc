r"""Gaussian averages of rectified linear features, in closed form.

For :math:`\phi=\max(0,Fx)` and :math:`x\sim\mathcal N(0,\Lambda)` the second moments over the test point are
known exactly, so that no simulation needs a test set.
"""

from __future__ import annotations

import numpy as np

from .arguments import FloatArray


def relu_second_moment(covariance: FloatArray) -> FloatArray:
    r"""Return :math:`\mathbb E[\max(0,u)\max(0,u)^T]` for :math:`u\sim\mathcal N(0,\Sigma)`.

    Parameters
    ----------
    covariance
        Symmetric positive matrix with positive diagonal.

    Notes
    -----
    The arc-cosine kernel of order one [1]_: with :math:`\cos\vartheta_{ij}=\Sigma_{ij}/(s_is_j)`,
    :math:`s_i^2=\Sigma_{ii}`, the moment is
    :math:`s_is_j[\sin\vartheta+(\pi-\vartheta)\cos\vartheta]/(2\pi)`.

    References
    ----------
    .. [1] Y. Cho, L. K. Saul, Kernel methods for deep learning, NIPS 2009, eq. (6).

    Examples
    --------
    >>> relu_second_moment(np.eye(2)).round(12).tolist()
    [[0.5, 0.159154943092], [0.159154943092, 0.5]]
    """
    scale = np.sqrt(np.diagonal(covariance))
    outer = np.outer(scale, scale)
    cosine = np.clip(covariance / outer, -1.0, 1.0)
    angle = np.arccos(cosine)
    moment: FloatArray = outer * (np.sqrt(1 - cosine**2) + (np.pi - angle) * cosine) / (2 * np.pi)
    # The diagonal is known without rounding of the angle.
    np.fill_diagonal(moment, scale**2 / 2)
    return moment


def relu_linear_moment(feature_map: FloatArray) -> FloatArray:
    r"""Return :math:`\mathbb E[\max(0,Gz)z^T]=G/2` for standard normal :math:`z` (Stein's lemma).

    Examples
    --------
    >>> relu_linear_moment(np.array([[2.0, 4.0]])).tolist()
    [[1.0, 2.0]]
    """
    return feature_map / 2
