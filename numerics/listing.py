"""Exact numbers that leave as an array of doubles: how many there may be, and that a double holds each."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from .errors import PrecisionError
from .exact import Number, exact_text
from .exact import count as read_count

LONGEST_LIST: Final = 10**8
"""A longer list of doubles, of 0.8 GB, is refused."""


def listed_count(count: Number | None, size: int | float) -> int:
    """Return how many of `size` entries to list, all of them for None.

    Raises
    ------
    TypeError, ValueError
        If `count` is no integer not smaller than 1, None where `size` is inf, or more than a list may have.
    """
    if count is None and isinstance(size, float):
        raise ValueError(
            "`count` = None must be an integer where `size` is inf; say how many eigenvalues to list"
        )
    terms = size if count is None else min(read_count("count", count), size)
    if terms > LONGEST_LIST:
        raise ValueError(
            f"`count` must be at most {LONGEST_LIST}, not {exact_text(int(terms))}; list fewer eigenvalues"
        )
    return int(terms)


def doubles(entries: Iterable[Fraction]) -> npt.NDArray[np.float64]:
    """Return exact numbers as doubles, or raise PrecisionError where one exceeds them."""
    try:
        return np.array([float(entry) for entry in entries])
    except OverflowError:
        raise _beyond() from None


def held(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return values computed in doubles, or raise PrecisionError where one exceeds them."""
    if not np.isfinite(values).all():
        raise _beyond()
    return values


def power_law(scale: Fraction, decay: Fraction, terms: int) -> npt.NDArray[np.float64]:
    """Return ``scale * k**-decay`` for the first k as doubles."""
    with np.errstate(over="ignore"):
        return scaled(scale, np.arange(1, terms + 1, dtype=np.float64) ** -float(decay))


def scaled(scale: Fraction, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return doubles times an exact factor."""
    (factor,) = doubles([scale])
    with np.errstate(over="ignore", invalid="ignore"):
        return held(factor * values)


def _beyond() -> PrecisionError:
    return PrecisionError(
        "`count` includes an entry that exceeds the doubles, 1.8e308; choose a smaller scale or exponent"
    )
