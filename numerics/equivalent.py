r"""The deterministic equivalent of random-feature ridge regression, for balls and for arrays of doubles.

Everything here is plain arithmetic on the sums over the spectrum, so that it stands once for every number
system; a square root is passed along. With :math:`n=1/N`, :math:`t=1/T`, :math:`d=\delta/(T\kappa)` and

.. math::

   z=\sum_ky_k,\quad q=\sum_ky_k^2,\quad c=\sum_kw_ky_k,\quad S_1=\sum_kv_kw_k,\quad P=\sum_kv_kw_k^2,

the vacancies :math:`\alpha=1-zn` and :math:`\beta=1-zt` obey :math:`\alpha\beta=d`, and

.. math::

   E=\alpha\beta+c(\alpha t+\beta n),\qquad \text{bias}=\frac{cnS_1+\alpha P}E,\qquad
   \text{variance}=\sigma^2t\,\frac{\alpha q+czn}E .

No leading terms cancel in these forms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from .arithmetic import Ball

BoolArray: TypeAlias = npt.NDArray[np.bool_]
FloatArray: TypeAlias = npt.NDArray[np.float64]
Quantity = TypeVar("Quantity", Ball, FloatArray)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources(Generic[Quantity]):
    """The inverses of features and samples, and the `gap` between the two inverses, not negative.

    The gap is a field of its own because it cancels in doubles unless it comes from N and T themselves.
    """

    features: Quantity
    samples: Quantity
    gap: Quantity


def smaller_root(
    resources: Resources[Quantity], ratio: Quantity, sqrt: Callable[[Quantity], Quantity]
) -> tuple[Quantity, Quantity]:
    r"""Return the smaller root z of :math:`(1-zn)(1-zt)=d` and its derivative with respect to log(kappa).

    Parameters
    ----------
    resources : not both infinite
    ratio : d, positive, or 0 where the gap is not 0
    sqrt : the square root
    """
    n, t = resources.features, resources.samples
    product = n * t
    root = sqrt(resources.gap * resources.gap + 4 * product * ratio)
    total = n + t + root
    slope = 2 * ratio / total + 4 * ratio * (1 - ratio) * product / (total * total * root)
    return 2 * (1 - ratio) / total, slope


def vacancies(
    gap: Quantity, ratio: Quantity, z: Quantity, sqrt: Callable[[Quantity], Quantity]
) -> tuple[Quantity, Quantity]:
    r"""Return the larger and the smaller of alpha and beta, from their product d and difference z * gap."""
    difference = z * gap
    larger = (difference + sqrt(difference * difference + 4 * ratio)) / 2
    return larger, ratio / larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent(Generic[Quantity]):
    """The sums at the root, with what follows from them.

    Parameters
    ----------
    inverse_features, inverse_samples : n and t
    signed_gap : t - n
    kappa : the root
    z, q, c, first, second : the sums; `first` is S_1 and `second` P
    alpha, beta : the vacancies
    """

    inverse_features: Quantity
    inverse_samples: Quantity
    signed_gap: Quantity
    kappa: Quantity
    z: Quantity
    q: Quantity
    c: Quantity
    first: Quantity
    second: Quantity
    alpha: Quantity
    beta: Quantity

    @property
    def crowding(self) -> Quantity:
        r"""Return :math:`\alpha t+\beta n`."""
        return self.alpha * self.inverse_samples + self.beta * self.inverse_features

    @property
    def denominator(self) -> Quantity:
        """Return E."""
        return self.alpha * self.beta + self.c * self.crowding

    @property
    def bias(self) -> Quantity:
        """Return the excess without label noise."""
        return (self.c * self.inverse_features * self.first + self.alpha * self.second) / self.denominator

    @property
    def spread(self) -> Quantity:
        r"""Return :math:`(\alpha q+czn)/E`; the variance is this times noise over samples."""
        return (self.alpha * self.q + self.c * self.z * self.inverse_features) / self.denominator
