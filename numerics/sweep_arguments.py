"""Reading the arguments of a sweep: arrays of real numbers, and which of their points have no answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, FloatArray
from .errors import DivergentSumError, InterpolationThresholdError, PrecisionError
from .exact import _show as show

Invalid: TypeAlias = Literal["raise", "mask"]

_LARGEST: Final = 1e100
_LARGEST_EXPONENT: Final = 1000.0
_RIDGES: Final = (1e-290, 1e240)


@dataclass(frozen=True, slots=True, init=False, eq=False)
class PowerLaws:
    r"""The spectra :math:`\lambda_k=c\,k^{-a}`, :math:`k=1,\dots,M`, of a sweep: arrays that broadcast.

    Parameters
    ----------
    decay : a, positive numbers up to 1000
    size : M, integers not smaller than 1 and up to 1e100, or inf
    scale : c, numbers between 1e-100 and 1e100

    Raises
    ------
    TypeError, ValueError
        If an argument is no array of real numbers, or the shapes do not fit. What lies outside of its domain
        is found by the sweep, which can mask it.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaws
    >>> PowerLaws([[1.5], [2.0]], size=[100, float("inf")]).shape
    (2, 2)
    """

    decay: FloatArray
    size: FloatArray
    scale: FloatArray

    def __init__(
        self, decay: npt.ArrayLike, size: npt.ArrayLike = math.inf, scale: npt.ArrayLike = 1.0
    ) -> None:
        for name, value in (("decay", decay), ("size", size), ("scale", scale)):
            object.__setattr__(self, name, real_array(name, value))
        broadcast_shape({"decay": self.decay, "size": self.size, "scale": self.scale})

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the arrays broadcast to."""
        return np.broadcast_shapes(self.decay.shape, self.size.shape, self.scale.shape)


def real_array(name: str, value: Any) -> FloatArray:
    """Return an argument as an array of doubles, or raise what is wrong with its type."""
    domain = "a real number or an array of real numbers"
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"`{name}` is a masked array and must be {domain}; leave its masked points out")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"`{name}` = {show(value)} must be {domain}; its rows differ in length") from None
    if array.dtype.kind == "O" and all(type(entry) is int for entry in array.flat):
        try:
            return array.astype(np.float64)
        except OverflowError:
            raise ValueError(f"`{name}` = {show(value)} must be {domain}; it exceeds the doubles") from None
    if array.dtype.kind not in "iuf":
        kind = {"c": "complex numbers", "b": "truth values"}.get(array.dtype.kind, f"{array.dtype} entries")
        raise TypeError(
            f"`{name}` has {kind} and must be {domain}; convert it with numpy.asarray(..., float)"
        )
    return array.astype(np.float64)


def broadcast_shape(arrays: Mapping[str, FloatArray]) -> tuple[int, ...]:
    """Return the shape that named arrays broadcast to, or raise in one line."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"`{name}` {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(f"the shapes {shapes} do not broadcast; reshape them as NumPy's rules ask") from None


def positive_integer(name: str, value: Any) -> int:
    """Return a count of points as an int."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"`{name}` = {show(value)} must be an integer not smaller than 1; give an int")
    if value < 1:
        raise ValueError(f"`{name}` = {value} must be an integer not smaller than 1; choose 1 or larger")
    return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Some points of a sweep, every array of shape (points,).

    Parameters
    ----------
    decay : None for measured eigenvalues
    source : None for the isotropic prior or the spectrum's own signal
    """

    decay: FloatArray | None
    source: FloatArray | None
    size: FloatArray
    scale: FloatArray
    features: FloatArray
    samples: FloatArray
    ridge: FloatArray
    noise: FloatArray

    def select(self, indices: npt.NDArray[np.intp] | slice) -> Points:
        """Return some of the points."""

        def chosen(values: FloatArray | None) -> FloatArray | None:
            return None if values is None else values[indices]

        return Points(
            decay=chosen(self.decay),
            source=chosen(self.source),
            size=self.size[indices],
            scale=self.scale[indices],
            features=self.features[indices],
            samples=self.samples[indices],
            ridge=self.ridge[indices],
            noise=self.noise[indices],
        )

    @property
    def ridge_per_sample(self) -> FloatArray:
        """Return delta/T in units of the scale."""
        return self.ridge / self.samples / self.scale

    @property
    def narrowest(self) -> FloatArray:
        """Return min(N, T)."""
        return np.minimum(self.features, self.samples)

    @property
    def is_interpolating(self) -> BoolArray:
        """Return where kappa is exactly 0."""
        full: BoolArray = self.size <= self.narrowest
        return self.is_ridgeless & full

    @property
    def is_ridgeless(self) -> BoolArray:
        """Return where delta/T is exactly 0."""
        unregularized: BoolArray = self.ridge == 0
        return unregularized | np.isinf(self.samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Where points have no answer, and the error that says why, given the position of one of them."""

    where: BoolArray
    error: type[Exception]
    message: Callable[[int], str]


def refusals(points: Points, *, gradient: bool, least_source: float = 1.0) -> Iterator[Refusal]:
    """Yield the reasons for which points have no answer, each with all its points.

    An infinite spectrum needs sources larger than `least_source`.
    """
    yield from _out_of_domain(points)
    infinite = np.isinf(points.size)
    exponents = ("decay", points.decay, 1.0), ("source", points.source, least_source)
    for name, exponent, least in exponents:
        if exponent is not None:
            yield Refusal(
                where=infinite & (exponent <= least),
                error=DivergentSumError,
                # defaults bind the values of this turn of the loop, and mypy infers no lambda with defaults
                message=lambda i, name=name, exponent=exponent, least=least: (  # type: ignore[misc]
                    f"`{name}` = {exponent[i]} must be larger than {least:g} where `size` is inf: the sum "
                    "over the modes diverges; choose it larger or give a finite size"
                ),
            )
    yield from _thresholds(points, gradient=gradient)
    ridge = points.ridge_per_sample
    yield Refusal(
        where=~points.is_ridgeless & ~((_RIDGES[0] <= ridge) & (ridge <= _RIDGES[1])),
        error=PrecisionError,
        message=lambda i: (
            f"`ridge` = {points.ridge[i]} over `samples` and the scale is outside of "
            f"{_RIDGES[0]:g} .. {_RIDGES[1]:g}, what doubles can hold here; use solve_ridge"
        ),
    )


def _out_of_domain(points: Points) -> Iterator[Refusal]:
    """Yield where single parameters are outside of their domains."""

    def outside(name: str, values: FloatArray, inside: BoolArray, domain: str, remedy: str) -> Refusal:
        return Refusal(
            where=~inside,
            error=ValueError,
            message=lambda i: f"`{name}` = {values[i]} must be {domain}; {remedy}",
        )

    if points.decay is not None:
        decay, size, scale = points.decay, points.size, points.scale
        inside = (decay > 0) & (decay <= _LARGEST_EXPONENT)
        domain = f"a positive number up to {_LARGEST_EXPONENT:g}"
        yield outside("decay", decay, inside, domain, "use solve_ridge for larger ones")
        inside = (size >= 1) & ((size <= _LARGEST) & (size == np.floor(size)) | (size == np.inf))
        domain = f"an integer from 1 to {_LARGEST:g}, or inf"
        yield outside("size", size, inside, domain, "round it")
        inside = (scale >= 1 / _LARGEST) & (scale <= _LARGEST)
        domain = f"a number between {1 / _LARGEST:g} and {_LARGEST:g}"
        yield outside("scale", scale, inside, domain, "rescale the problem")
    if points.source is not None:
        inside = abs(points.source) <= _LARGEST_EXPONENT
        domain = f"a number between -{_LARGEST_EXPONENT:g} and {_LARGEST_EXPONENT:g}"
        yield outside("source", points.source, inside, domain, "use solve_ridge for larger ones")
    for name, values in (("features", points.features), ("samples", points.samples)):
        inside = (values >= 1 / _LARGEST) & ((values <= _LARGEST) | (values == np.inf))
        domain = f"a number between {1 / _LARGEST:g} and {_LARGEST:g}, or inf"
        yield outside(name, values, inside, domain, "choose it in that range")
    for name, values in (("ridge", points.ridge), ("noise", points.noise)):
        inside = (values >= 0) & np.isfinite(values)
        yield outside(name, values, inside, "a number not smaller than 0", "choose 0 or larger")


def _thresholds(points: Points, *, gradient: bool) -> Iterator[Refusal]:
    """Yield where the risk is infinite, or has no derivative although one is asked for."""
    full = points.is_interpolating
    yield Refusal(
        where=points.is_ridgeless & ~full & (points.features == points.samples),
        error=InterpolationThresholdError,
        message=lambda i: (
            f"`features` = `samples` = {points.samples[i]} with `ridge` = 0 is the interpolation threshold, "
            "where the risk is infinite; choose ridge > 0 or other sizes"
        ),
    )
    finite = np.isfinite(points.size)
    yield Refusal(
        where=full & finite & (points.samples == points.size) & (points.noise > 0),
        error=InterpolationThresholdError,
        message=lambda i: (
            f"`samples` = {points.samples[i]} equal to the size of the spectrum with `ridge` = 0 and "
            "`noise` > 0 has infinite risk; choose ridge > 0 or more samples"
        ),
    )
    if gradient:
        yield Refusal(
            where=full & finite & (points.narrowest == points.size),
            error=InterpolationThresholdError,
            message=lambda i: (
                f"`features` or `samples` = {points.narrowest[i]} equal to the size of the spectrum with "
                "`ridge` = 0 has no derivatives; choose ridge > 0 or other sizes"
            ),
        )
