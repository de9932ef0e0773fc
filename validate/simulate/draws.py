r"""Random feature maps and data in whitened coordinates.

With :math:`x=\Lambda^{1/2}z`, data are a matrix :math:`Z` (size by samples) of standard normal numbers, and
features are :math:`\phi=Gz` with :math:`G=F\Lambda^{1/2}` (features by size).  A linear model depends on them
only through :math:`Z` up to a rotation of the samples and :math:`G` up to a rotation of the features: where
there are more samples (or features) than eigenvalues, the triangular Bartlett factor of the Wishart matrix
has exactly the law needed, and the cost stops growing.
"""

from __future__ import annotations

import math

import numpy as np

from .arguments import FloatArray


def bartlett_factor(size: int, degrees_of_freedom: int, generator: np.random.Generator) -> FloatArray:
    r"""Return a lower triangular :math:`L` with :math:`LL^T` Wishart of `degrees_of_freedom` >= `size`.

    Notes
    -----
    :math:`L_{ii}^2\sim\chi^2_{\nu-i+1}`, :math:`L_{ij}\sim\mathcal N(0,1)` for :math:`i>j`, all independent
    [1]_.

    References
    ----------
    .. [1] M. S. Bartlett, On the theory of statistical regression, Proc. R. Soc. Edinburgh 53 (1933).

    Examples
    --------
    >>> factor = bartlett_factor(3, 10**6, np.random.default_rng(0))
    >>> bool(np.allclose(factor @ factor.T / 10**6, np.eye(3), atol=0.01))
    True
    """
    factor = np.tril(generator.standard_normal((size, size)), -1)
    degrees = degrees_of_freedom - np.arange(size, dtype=np.float64)
    factor[np.diag_indices(size)] = np.sqrt(generator.chisquare(degrees))
    return factor


def sample_data(size: int, samples: int, generator: np.random.Generator, *, reduced: bool) -> FloatArray:
    """Return whitened data `Z`; `reduced` replaces more samples than `size` by a Bartlett factor."""
    if reduced and samples > size:
        return bartlett_factor(size, samples, generator)
    return generator.standard_normal((size, samples))


def sample_feature_map(
    amplitudes: FloatArray, features: int, generator: np.random.Generator, *, reduced: bool
) -> FloatArray:
    """Return `G`, the feature map in whitened coordinates; `amplitudes` are the roots of the eigenvalues."""
    size = amplitudes.size
    if reduced and features > size:
        whitened = bartlett_factor(size, features, generator).T
    else:
        whitened = generator.standard_normal((features, size))
    # In place: this is the largest array of a simulation.
    whitened *= amplitudes / math.sqrt(features)
    return whitened
