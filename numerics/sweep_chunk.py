"""One chunk of a sweep: the sums at the root of every point, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, Equivalent, FloatArray, Resources, smaller_root, vacancies
from .fixed_point import HALF_LEARNED, LEARNED
from .gradient import LogSums, Slopes, condition, derivatives, without_ridge
from .nodes import NEGLIGIBLE, EigenvalueNodes, Nodes, PowerLawNodes, WeightedSum, layouts
from .spectrum import (
    HALF_LEARNED_SIGNAL,
    HALF_LEARNED_TWICE,
    SECOND_LEARNED,
    SQUARED_UNLEARNED_SIGNAL,
    UNLEARNED_SIGNAL,
    ModeSum,
)
from .sweep_arguments import Points
from .sweep_roots import UNLEARNED, Problems, solve_roots

Indices: TypeAlias = npt.NDArray[np.intp]

_TABLE: Final = 2**16
"""Entries of a table of nodes: what stays in the cache."""

_LEAST_WIDTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Measured eigenvalues in units of a scale, with their signal, None for the isotropic prior."""

    eigenvalues: FloatArray
    signal: FloatArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """The fields of a sweep over some points, with its derivatives, and where there are numbers for them."""

    found: BoolArray
    fields: dict[str, FloatArray]
    kappa_gradient: dict[str, FloatArray]
    risk_gradient: dict[str, FloatArray]
    conditions: tuple[FloatArray, FloatArray] | None


def parameters(points: Points) -> dict[str, FloatArray]:
    """Return the real parameters under their names."""
    own = {"decay": points.decay, "scale": points.scale, "source": points.source}
    found = {} if points.decay is None else {name: value for name, value in own.items() if value is not None}
    return found | {name: getattr(points, name) for name in ("features", "samples", "ridge", "noise")}


def solve_points(points: Points, measured: Measured | None, *, gradient: bool) -> Solved:
    """Solve points that have an answer; those outside of the range of doubles are not found."""
    full = points.is_interpolating
    at_root = _at_roots(points.select(np.flatnonzero(~full)), measured, gradient=gradient)
    at_zero = _without_fixed_point(points.select(np.flatnonzero(full)), measured, gradient=gradient)
    order = np.argsort(np.concatenate([np.flatnonzero(~full), np.flatnonzero(full)]), kind="stable")

    def joined(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.concatenate([one, other])[order]

    def merged(one: dict[str, FloatArray], other: dict[str, FloatArray]) -> dict[str, FloatArray]:
        return {name: joined(value, other[name]) for name, value in one.items()}

    solved = Solved(
        found=np.concatenate([at_root.found, at_zero.found])[order],
        fields=merged(at_root.fields, at_zero.fields),
        kappa_gradient=merged(at_root.kappa_gradient, at_zero.kappa_gradient),
        risk_gradient=merged(at_root.risk_gradient, at_zero.risk_gradient),
        conditions=None,
    )
    return _with_conditions(points, solved) if gradient else solved


def _at_roots(points: Points, measured: Measured | None, *, gradient: bool) -> Solved:
    """Solve points with a positive kappa."""
    wanted = _wanted(points, measured, gradient=gradient)
    sums = {key: np.ones_like(points.size) for key in wanted}
    kappa, found = np.ones_like(points.size), np.zeros(points.size.shape, dtype=np.bool_)
    problems = _problems(points, measured)
    for indices, nodes in _blocks(points, measured):
        kappa[indices], found[indices] = solve_roots(nodes, problems.select(indices))
        nodes.place(np.log(kappa[indices]))
        values = nodes.sums(kappa[indices], list(wanted.values()))
        for key, value in zip(wanted, values, strict=True):
            sums[key][indices] = value
    point, slopes, logs = _equivalent(points, measured, problems, kappa, sums)
    bias = point.bias
    variance = points.noise * point.inverse_samples * point.spread
    fields = {
        "kappa": point.kappa,
        "df1": point.z,
        "df2": point.q,
        "df3": sums["s"],
        "risk": bias + variance + points.noise,
        "excess": bias + variance,
        "bias": bias,
        "variance": variance,
    }
    kappas: dict[str, FloatArray] = {}
    risks: dict[str, FloatArray] = {}
    if slopes is not None:
        for name, (of_kappa, of_risk) in derivatives(point, slopes, logs, points.noise, points.scale).items():
            kappas[name], risks[name] = of_kappa, of_risk
    found &= point.kappa >= np.finfo(np.float64).tiny
    found &= _all_finite(kappa, [*fields.values(), *kappas.values(), *risks.values()])
    return Solved(found=found, fields=fields, kappa_gradient=kappas, risk_gradient=risks, conditions=None)


def _wanted(points: Points, measured: Measured | None, *, gradient: bool) -> dict[str, WeightedSum]:
    """Return the sums to take at the root, under the letters of the equivalent."""
    wanted = {
        "z": LEARNED,
        "q": ModeSum(unlearned=0, learned=2),
        "s": ModeSum(unlearned=0, learned=3),
        "c": HALF_LEARNED,
    }
    structured = points.source is not None or (measured is not None and measured.signal is not None)
    if structured:
        wanted |= {"first": UNLEARNED_SIGNAL, "second": SQUARED_UNLEARNED_SIGNAL}
    if gradient:
        wanted["half_learned"] = HALF_LEARNED_TWICE
        if structured:
            wanted["second_learned"] = SECOND_LEARNED
    found = {key: WeightedSum(what) for key, what in wanted.items()}
    if gradient and measured is None:
        logarithmic = {"log_half": HALF_LEARNED, "log_half_learned": HALF_LEARNED_TWICE}
        if structured:
            logarithmic |= {
                "log_first_learned": HALF_LEARNED_SIGNAL,
                "log_second_learned": SECOND_LEARNED,
                "log_first": UNLEARNED_SIGNAL,
                "log_second": SQUARED_UNLEARNED_SIGNAL,
            }
        found |= {key: WeightedSum(what, logarithmic=True) for key, what in logarithmic.items()}
    return found


def _problems(points: Points, measured: Measured | None) -> Problems:
    """Return the fixed-point problems in units of the scale."""
    n, t = 1 / points.features, 1 / points.samples
    difference = np.where(np.isinf(points.features + points.samples), 1.0, points.features - points.samples)
    gap = np.where(np.isinf(points.features + points.samples), n + t, abs(difference) * n * t)
    narrowest, size = points.narrowest, points.size
    ridge = np.where(points.is_ridgeless, 0.0, points.ridge_per_sample)
    fits = size < narrowest
    modes = np.where(fits, size, 0.0)
    resources = Resources(features=n, samples=t, gap=gap)
    last = np.maximum(1.0, np.minimum(narrowest, size))
    if measured is None:
        assert points.decay is not None
        start = _guess(points.decay, last, size, resources, ridge)
    else:
        start = np.log(measured.eigenvalues[np.ceil(last).astype(np.intp) - 1])
    return Problems(
        resources=resources,
        narrowest=narrowest,
        size=size,
        ridge=ridge,
        fits=fits,
        features_room=_vacancy(points.features, modes),
        samples_room=_vacancy(points.samples, modes),
        start=start,
    )


def _guess(
    decay: FloatArray, last: FloatArray, size: FloatArray, resources: Resources[FloatArray], ridge: FloatArray
) -> FloatArray:
    r"""Return roughly log(kappa): the root for :math:`z\approx\rho\kappa^{-1/a}-\tfrac12`."""
    level = -decay * np.log(last)
    angle = np.pi / decay
    log_rho = np.log(angle / np.sin(angle))
    x = decay * (log_rho - np.log(last + 0.5))
    for _ in range(4):
        target, slope = smaller_root(resources, np.minimum(ridge / np.exp(x), 0.9), np.sqrt)
        change = (log_rho - x / decay - np.log(target + 0.5)) / (1 / decay + slope / (target + 0.5))
        x = np.where(ridge > 0, x + change, x)
    # the leading term knows neither the end of the spectrum nor slow decays
    return np.where((decay > 1.05) & (last < size / 8) & np.isfinite(x), x, level)


def _blocks(points: Points, measured: Measured | None) -> Iterator[tuple[Indices, Nodes]]:
    """Yield the indices of points that are solved together, with their nodes."""
    if measured is not None:
        values = measured.eigenvalues
        signal = values if measured.signal is None else measured.signal
        for indices in _split(np.arange(len(points.size)), len(values)):
            yield indices, EigenvalueNodes(values, signal, len(indices))
        return
    assert points.decay is not None
    for layout, members in layouts(points.decay, points.source, points.size):
        for indices in _split(members, layout.nodes):
            source = None if points.source is None else points.source[indices]
            yield indices, PowerLawNodes(layout, points.decay[indices], source, points.size[indices])


def _split(indices: Indices, nodes: int) -> Iterator[Indices]:
    """Yield the indices in pieces whose tables stay in the cache."""
    width = max(_LEAST_WIDTH, _TABLE // nodes)
    for begin in range(0, len(indices), width):
        yield indices[begin : begin + width]


def _equivalent(
    points: Points,
    measured: Measured | None,
    problems: Problems,
    reduced_kappa: FloatArray,
    sums: dict[str, FloatArray],
) -> tuple[Equivalent[FloatArray], Slopes[FloatArray] | None, LogSums[FloatArray] | None]:
    """Return the equivalent at the roots, in the units of the arguments, with what derivatives need."""
    kappa = reduced_kappa * points.scale
    z = np.where(points.is_ridgeless, points.narrowest, sums["z"])
    larger, smaller = vacancies(problems.resources.gap, problems.ridge / reduced_kappa, z, np.sqrt)
    fewer_samples = points.samples <= points.features
    structured = "first" in sums
    point = Equivalent(
        inverse_features=problems.resources.features,
        inverse_samples=problems.resources.samples,
        signed_gap=np.where(fewer_samples, problems.resources.gap, -problems.resources.gap),
        kappa=kappa,
        z=z,
        q=sums["q"],
        c=sums["c"],
        first=sums["first"] if structured else kappa * z,
        second=sums["second"] if structured else kappa * sums["c"],
        alpha=np.where(fewer_samples, larger, smaller),
        beta=np.where(fewer_samples, smaller, larger),
    )
    if "half_learned" not in sums:
        return point, None, None
    half_learned = sums["half_learned"]
    second_learned = sums["second_learned"] if structured else kappa * half_learned
    slopes = Slopes(half_learned=half_learned, second_learned=second_learned)
    if measured is not None:
        return point, slopes, None
    signal = None
    if structured:
        signal = (
            sums["log_first_learned"], sums["log_second_learned"], sums["log_first"], sums["log_second"]
        )  # fmt: skip
    logs = LogSums(half=sums["log_half"], half_learned=sums["log_half_learned"], signal=signal)
    return point, slopes, logs


def _without_fixed_point(points: Points, measured: Measured | None, *, gradient: bool) -> Solved:
    """Return the points where kappa is exactly 0; derivatives by the ridge are one-sided there."""
    size, samples, noise = points.size, points.samples, points.noise
    zero = np.zeros_like(size)
    # an infinite spectrum is here only where features and samples are infinite
    modes = np.where(np.isinf(size), 0.0, size)
    spare = np.where(np.isfinite(samples) & (samples > size), samples - size, np.inf)
    variance = noise * (modes / spare)
    fields = {
        "kappa": zero,
        "df1": size,
        "df2": size,
        "df3": size,
        "risk": noise + variance,
        "excess": variance,
        "bias": zero,
        "variance": variance,
    }
    kappas: dict[str, FloatArray] = {}
    risks: dict[str, FloatArray] = {}
    if gradient:
        alpha, beta = _vacancy(points.features, modes), _vacancy(samples, modes)
        kappas = {name: zero for name in parameters(points)}
        risks = dict(kappas)
        inverses = _inverse_sums(points, measured, modes)
        kappas["ridge"], risks["ridge"] = without_ridge(1 / samples, alpha, beta, noise, inverses)
        risks["noise"] = 1 + modes / spare
        risks["samples"] = -variance / spare
    found = _all_finite(size, [*kappas.values(), *risks.values(), variance])
    return Solved(found=found, fields=fields, kappa_gradient=kappas, risk_gradient=risks, conditions=None)


def _inverse_sums(points: Points, measured: Measured | None, modes: FloatArray) -> FloatArray:
    """Return the sums of the inverse eigenvalues, 0 for no modes."""
    if measured is not None:
        return np.sum(1 / measured.eigenvalues) / points.scale
    assert points.decay is not None
    total = np.zeros_like(modes)
    chosen = points.select(np.flatnonzero(modes > 0))
    found = np.zeros_like(chosen.size)
    assert chosen.decay is not None
    for indices, nodes in _blocks(chosen, None):
        # where all modes are learned, the unlearned parts are kappa over the eigenvalues
        log_kappa = -NEGLIGIBLE - chosen.decay[indices] * np.log(chosen.size[indices])
        nodes.place(log_kappa)
        kappa = np.exp(log_kappa)
        (unlearned,) = nodes.sums(kappa, [WeightedSum(UNLEARNED)])
        found[indices] = unlearned / kappa
    total[modes > 0] = found / chosen.scale
    return total


def _vacancy(resource: FloatArray, modes: FloatArray) -> FloatArray:
    """Return 1 - modes/resource, for an infinite resource 1."""
    return np.where(np.isinf(resource), 1.0, (resource - modes) / resource)


def _all_finite(like: FloatArray, arrays: Iterable[FloatArray]) -> BoolArray:
    """Return where all arrays are finite."""
    found = np.ones(like.shape, dtype=np.bool_)
    for values in arrays:
        found &= np.isfinite(values)
    return found


def _with_conditions(points: Points, solved: Solved) -> Solved:
    """Add the condition numbers."""
    values = {name: np.where(np.isinf(value), 0.0, value) for name, value in parameters(points).items()}

    def of(name: str, gradient: dict[str, FloatArray]) -> FloatArray:
        result = solved.fields[name]
        return np.where(result > 0, condition(gradient, values, np.where(result > 0, result, 1.0)), 0.0)

    conditions = of("kappa", solved.kappa_gradient), of("risk", solved.risk_gradient)
    return replace(solved, conditions=conditions)
