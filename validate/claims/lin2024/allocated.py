r"""Compute-optimal sizes by exact risks: the product at which $M$ features and $2M$ do equally well.

With $N$ samples for $M$ features and $N/2$ for $2M$ the product is the same; where both have one risk, the
optimum lies between them, at the same multiple of $M$ for every $M$ as far as the risk is a sum of powers.
The step size is of order one for $b\le a$ and $\propto N_{\rm eff}^{a/b-1}$ for $b>a$, as the theorem asks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

from scipy.optimize import brentq

from .predictions import effective, features, local_exponent, one_pass

#: Step sizes as far as they do not depend on the samples; stable ones.
_STEP: Final = 0.1
_LARGEST_STEP: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Where two sizes do equally well: the smaller one, its samples, and its excess."""

    width: int
    samples: float
    excess: float

    @property
    def cost(self) -> float:
        """The product of features and effective samples."""
        return self.width * effective(self.samples)


@cache
def tie(decay: Fraction, source: Fraction, width: int) -> Tie:
    """Return the tie of a size with its double."""
    pair = [features(decay, source, size) for size in (width, 2 * width)]
    log_width, steepness = math.log2(width), float(max(decay, source))

    def excess(place: int, samples: int) -> float:
        falling = min(0.0, float(decay / source) - 1)
        step = _STEP if falling == 0 else _LARGEST_STEP * effective(samples) ** falling
        return one_pass(pair[place], samples, step).excess

    def lead(log_samples: float) -> float:
        samples = round(2**log_samples)
        return math.log(excess(0, samples) / excess(1, samples // 2))

    # At few samples the small size does better, at many the large one.
    low, high = max(6.0, steepness * log_width - 3), steepness * log_width + 14
    root = float(brentq(lead, low, high, xtol=2e-3))
    return Tie(width=width, samples=2**root, excess=excess(0, round(2**root)))


def exponents(decay: Fraction, source: Fraction, widths: tuple[int, int]) -> tuple[float, float]:
    """Return the exponents in the product of the best number of features and of the excess there."""
    low, high = (tie(decay, source, width) for width in widths)
    return (
        float(local_exponent(low.width, high.width, low.cost, high.cost)),
        float(local_exponent(low.excess, high.excess, low.cost, high.cost)),
    )
