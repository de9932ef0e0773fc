r"""Ridge regressions by the million: :func:`sweep_ridge`, in double precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, FloatArray
from .errors import DivergentSumError, PrecisionError
from .exact import _show as show
from .exact import check_choice
from .gradient import RidgeGradient
from .spectrum import Spectrum
from .sweep_arguments import (
    Invalid,
    Points,
    PowerLaws,
    broadcast_shape,
    positive_integer,
    real_array,
    refusals,
)
from .sweep_chunk import Solved, parameters, solve_points
from .sweep_spectra import Group, read_spectra

Indices: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RidgeSweep:
    """Solved ridge regressions; every field is an array of the shape that the arguments broadcast to.

    Parameters
    ----------
    kappa : the renormalised ridge
    df1, df2, df3 : the degrees of freedom z, q, s
    risk : the expected squared error on a new point, its label noise included
    excess : ``risk - noise``
    bias : the part of the excess that is there without label noise
    variance : the part of the excess that is proportional to the label noise
    gradient : the derivatives of kappa and risk with the condition numbers, None if not asked for
    """

    kappa: FloatArray
    df1: FloatArray
    df2: FloatArray
    df3: FloatArray
    risk: FloatArray
    excess: FloatArray
    bias: FloatArray
    variance: FloatArray
    gradient: RidgeGradient[FloatArray] | None


def sweep_ridge(
    spectrum: Spectrum | PowerLaws | npt.ArrayLike | Sequence[Any],
    *,
    features: npt.ArrayLike,
    samples: npt.ArrayLike,
    ridge: npt.ArrayLike = 0.0,
    noise: npt.ArrayLike = 0.0,
    source: npt.ArrayLike | None = None,
    gradient: bool = False,
    invalid: Invalid = "raise",
    chunk: int = 16384,
    progress: Callable[[int, int], object] | None = None,
) -> RidgeSweep:
    r"""Return what :func:`solve_ridge` returns, in double precision, for arrays of parameters.

    Parameters
    ----------
    spectrum : any spectrum, an array or nested list of spectra, or a :class:`PowerLaws` with arrays, which is
        the fast way to many power laws; all arrays broadcast as those of a NumPy ufunc
    features, samples : N and T, numbers between 1e-100 and 1e100, or inf
    ridge : delta, numbers not smaller than 0
    noise : the variance of the label noise, numbers not smaller than 0
    source : exponents b of the signal powers ``k**-b`` (of :class:`Exponential` ``exp(-b*k)``), from -1000
        to 1000; None for the isotropic prior or the spectrum's own signal
    gradient : whether to return derivatives and condition numbers
    invalid : what to do with points that have no answer: "raise" the error of the first one, or "mask" them
        and return masked arrays
    chunk : the number of points solved at once, which bounds the memory and does not change the results
    progress : called with the number of points done and that of all points after each chunk

    Returns
    -------
    RidgeSweep
        kappa, df1, df2, df3, risk, excess, bias, variance, gradient.

    Raises
    ------
    InterpolationThresholdError
        At a point where the risk is infinite, or where derivatives are asked for and do not exist.
    DivergentSumError
        At a point whose data or signal has infinite power.
    PrecisionError
        At a point with a kappa outside of 1e-249 .. 1e249 scales, or other numbers that no double holds.
    TypeError, ValueError
        If an argument is no array of real numbers, outside its domain, or the shapes do not broadcast.

    Notes
    -----
    The relative errors of kappa and risk are a few units of rounding times their condition numbers: in
    general below 1e-12 and 1e-11. Numbers below 1e-308 are 0, as everywhere in double precision. The cost
    of a point does not depend on the size of a spectrum given by a formula, and grows with the decay of a
    power law beyond 3. Of measured eigenvalues only those within 7 decades of kappa on both sides count,
    once the table for the spectrum is made; that table is also why many points should share few spectra
    that are no power laws. In an array of spectra, a derivative by what a spectrum does not have is 0.

    See Also
    --------
    solve_ridge : one point to any number of digits, proven.

    Examples
    --------
    >>> import numpy as np
    >>> from scalinglaws.numerics import PowerLaw, sweep_ridge
    >>> sweep = sweep_ridge(PowerLaw(2, size=30), features=[40, 60], samples=[[90], [150]], noise=0.5)
    >>> print(sweep.risk)
    [[0.75  0.75 ]
     [0.625 0.625]]
    >>> samples = np.geomspace(1e2, 1e12, 6)
    >>> sweep = sweep_ridge(PowerLaw(1.5), features=np.inf, samples=samples, gradient=True)
    >>> print(np.round(samples * sweep.gradient.risk["samples"] / sweep.risk, 8))
    [-0.49254085 -0.499925   -0.49999925 -0.49999999 -0.5        -0.5       ]
    """
    spectra = read_spectra(spectrum)
    named = dict(spectra.named)
    for name, value in (("features", features), ("samples", samples), ("ridge", ridge), ("noise", noise)):
        named[name] = real_array(name, value)
    if source is not None:
        if not all(group.takes_source for group in spectra.groups):
            raise ValueError("`source` must be None for a measured spectrum; give `signal` to it")
        named["source"] = real_array("source", source)
    check_choice("invalid", invalid, "raise", "mask")
    if progress is not None and not callable(progress):
        raise TypeError(f"`progress` = {show(progress)} must be a function of two counts, or None; give one")
    shape = broadcast_shape(named)
    total, step = math.prod(shape), positive_integer("chunk", chunk)
    views = {name: np.broadcast_to(array, shape) for name, array in named.items()}

    def points(indices: Indices | slice, group: Group) -> Points:
        rows = {name: view.flat[indices] for name, view in views.items()}
        decay, size, scale = spectra.parameters(rows, group)
        return Points(
            decay=decay,
            source=rows.get("source"),
            size=size,
            scale=scale,
            features=rows["features"],
            samples=rows["samples"],
            ridge=rows["ridge"],
            noise=rows["noise"],
        )

    def chunks() -> Iterator[tuple[Group, Indices | slice]]:
        if "spectrum" not in views:
            for begin in range(0, max(total, 1), step):
                yield spectra.groups[0], slice(begin, min(begin + step, total))
            return
        group_of = spectra.group_of(views["spectrum"].ravel())
        for index, group in enumerate(spectra.groups):
            members = np.flatnonzero(group_of == index)
            for begin in range(0, len(members), step):
                yield group, members[begin : begin + step]

    with np.errstate(all="ignore"):
        refused = np.zeros(total, dtype=np.bool_)
        for group, indices in chunks():
            where = np.arange(total)[indices]
            refused[indices] = _refused(points(indices, group), group, gradient, invalid, where, shape)
        collected, done = _Collector(total), 0
        for group, indices in chunks():
            where = np.arange(total)[indices]
            kept = np.flatnonzero(~refused[indices])
            chosen = points(where[kept], group)
            solved = solve_points(chosen, group.tabulated, gradient=gradient)
            if invalid == "raise" and not solved.found.all():
                lost = int(np.flatnonzero(~solved.found)[0])
                given = parameters(chosen, group.tabulated)
                _raise_outside(given, lost, _position(int(where[kept[lost]]), shape))
            refused[where[kept[~solved.found]]] = True
            collected.put(where[kept], solved)
            done += len(where)
            if progress is not None:
                progress(done, total)
    return collected.sweep(shape, refused if invalid == "mask" else None)


def _position(index: int, shape: tuple[int, ...]) -> str:
    """Return where a point is, for a message."""
    place = tuple(int(i) for i in np.unravel_index(index, shape)) if shape else ()
    return f" (at index {place})" if place else ""


def _refused(
    points: Points, group: Group, gradient: bool, invalid: Invalid, where: Indices, shape: tuple[int, ...]
) -> BoolArray:
    """Return the points without an answer, or raise the error of the first of them."""
    refused = np.zeros(points.size.shape, dtype=np.bool_)
    divergence = group.divergence()
    if divergence is not None:
        if invalid == "raise" and len(where):
            raise DivergentSumError(divergence + _position(int(where[0]), shape))
        refused |= True
    for refusal in refusals(points, gradient=gradient, least_source=group.least_source):
        if invalid == "raise" and refusal.where.any():
            first = int(np.flatnonzero(refusal.where)[0])
            raise refusal.error(refusal.message(first) + _position(int(where[first]), shape))
        refused |= refusal.where
    return refused


def _raise_outside(given: dict[str, FloatArray], index: int, position: str) -> None:
    """Raise the error of a point whose results no double holds."""
    shown = ", ".join(f"`{name}` = {value[index]:g}" for name, value in given.items())
    raise PrecisionError(f"kappa or risk at {shown} is outside of the doubles; use solve_ridge{position}")


class _Collector:
    """The results of all chunks, in arrays of one dimension that are made on first use."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._parts: dict[tuple[str, str], FloatArray] = {}

    def put(self, indices: npt.NDArray[np.intp], solved: Solved) -> None:
        """Store the results of some points."""
        groups = {"field": solved.fields, "kappa": solved.kappa_gradient, "risk": solved.risk_gradient}
        if solved.conditions is not None:
            groups["condition"] = dict(zip(("kappa", "risk"), solved.conditions, strict=True))
        for group, named in groups.items():
            for name, values in named.items():
                if (group, name) not in self._parts:
                    self._parts[group, name] = np.zeros(self.total)
                self._parts[group, name][indices] = np.where(solved.found, values, 0.0)

    def sweep(self, shape: tuple[int, ...], mask: BoolArray | None) -> RidgeSweep:
        """Return the result, masked if asked."""

        def finished(array: FloatArray) -> FloatArray:
            shaped = array.reshape(shape)
            return shaped if mask is None else np.ma.MaskedArray(shaped, mask=mask.reshape(shape))

        groups: dict[str, dict[str, FloatArray]] = {"field": {}, "kappa": {}, "risk": {}, "condition": {}}
        for (group, name), array in self._parts.items():
            groups[group][name] = finished(array)
        gradient = None
        if groups["condition"]:
            gradient = RidgeGradient(
                kappa=groups["kappa"],
                risk=groups["risk"],
                kappa_condition=groups["condition"]["kappa"],
                risk_condition=groups["condition"]["risk"],
            )
        return RidgeSweep(**groups["field"], gradient=gradient)
