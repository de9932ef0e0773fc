"""One chunk of a sweep: the sums at the root of every point, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, Equivalent, FloatArray, Resources, smaller_root, vacancies
from .fixed_point import HALF_LEARNED, LEARNED
from .gradient import (
    SignalSums,
    Slopes,
    WeightedSums,
    condition,
    derivatives,
    of_common_factor,
    without_ridge,
)
from .nodes import NEGLIGIBLE, Nodes, WeightedSum
from .power_law_nodes import LOG_INDEX, PowerLawNodes, layouts
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
from .table_nodes import TableNodes
from .table_parts import SOURCE
from .tabulated import Tabulated

Indices: TypeAlias = npt.NDArray[np.intp]

_TABLE: Final = 2**16
"""Entries of a table of nodes: what stays in the cache."""

_LEAST_WIDTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """The fields of a sweep over some points, with its derivatives, and where there are numbers for them."""

    found: BoolArray
    fields: dict[str, FloatArray]
    kappa_gradient: dict[str, FloatArray]
    risk_gradient: dict[str, FloatArray]
    conditions: tuple[FloatArray, FloatArray] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """A parameter of the spectra: its values, and the factor it puts into sums, None for ``-1/value``."""

    values: FloatArray
    factor: str | None
    of_signal: bool = False

    def sums(self, *, structured: bool) -> dict[str, ModeSum]:
        """Return the sums that its factor goes into, under the letters of the equivalent."""
        if self.factor is None:
            return {}
        if self.of_signal:
            return {"first": UNLEARNED_SIGNAL, "second": SQUARED_UNLEARNED_SIGNAL}
        found = {"half": HALF_LEARNED, "half_learned": HALF_LEARNED_TWICE}
        if structured:
            found |= {"first_learned": HALF_LEARNED_SIGNAL, "second_learned": SECOND_LEARNED}
        return found


def _moved(points: Points, tabulated: Tabulated | None) -> dict[str, _Moved]:
    """Return the parameters of the spectra under their names."""
    if tabulated is None:
        assert points.decay is not None
        found = {
            "decay": _Moved(values=points.decay, factor=LOG_INDEX),
            "scale": _Moved(values=points.scale, factor=None),
        }
    else:
        found = {
            name: _Moved(
                values=np.full_like(points.size, direction.value),
                factor=direction.factor,
                of_signal=direction.of_signal,
            )
            for name, direction in tabulated.directions.items()
        }
    if points.source is not None:
        factor = LOG_INDEX if tabulated is None else SOURCE
        found["source"] = _Moved(values=points.source, factor=factor, of_signal=True)
    return found


def parameters(points: Points, tabulated: Tabulated | None) -> dict[str, FloatArray]:
    """Return the real parameters under their names."""
    found = {name: moved.values for name, moved in _moved(points, tabulated).items()}
    return found | {name: getattr(points, name) for name in ("features", "samples", "ridge", "noise")}


def _is_structured(points: Points, tabulated: Tabulated | None) -> bool:
    """Return whether the signal powers are not the eigenvalues."""
    return points.source is not None or (tabulated is not None and tabulated.has_signal)


def solve_points(points: Points, tabulated: Tabulated | None, *, gradient: bool) -> Solved:
    """Solve points that have an answer; those outside of the range of doubles are not found."""
    full = points.is_interpolating
    at_root = _at_roots(points.select(np.flatnonzero(~full)), tabulated, gradient=gradient)
    at_zero = _without_fixed_point(points.select(np.flatnonzero(full)), tabulated, gradient=gradient)
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
    return _with_conditions(points, tabulated, solved) if gradient else solved


def _at_roots(points: Points, tabulated: Tabulated | None, *, gradient: bool) -> Solved:
    """Solve points with a positive kappa."""
    wanted = _wanted(points, tabulated, gradient=gradient)
    sums = {key: np.ones_like(points.size) for key in wanted}
    kappa, found = np.ones_like(points.size), np.zeros(points.size.shape, dtype=np.bool_)
    problems = _problems(points, tabulated)
    structured = _is_structured(points, tabulated)
    # below delta/T there is no root
    expected = np.maximum(problems.start, np.log(problems.ridge))
    for indices, nodes in _blocks(points, tabulated, expected):
        kappa[indices], found[indices] = solve_roots(nodes, problems.select(indices))
        for columns, final in nodes.at_roots(np.log(kappa[indices]), structured=structured):
            chosen = indices[columns]
            values = final.sums(kappa[chosen], list(wanted.values()))
            for key, value in zip(wanted, values, strict=True):
                sums[key][chosen] = value
    point, slopes = _equivalent(points, problems, kappa, sums)
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
        moved = _moved_sums(_moved(points, tabulated), point, slopes, sums)
        for name, (of_kappa, of_risk) in derivatives(point, slopes, moved, points.noise).items():
            kappas[name], risks[name] = of_kappa, of_risk
    found &= point.kappa >= np.finfo(np.float64).tiny
    found &= _all_finite(kappa, [*fields.values(), *kappas.values(), *risks.values()])
    return Solved(found=found, fields=fields, kappa_gradient=kappas, risk_gradient=risks, conditions=None)


def _wanted(points: Points, tabulated: Tabulated | None, *, gradient: bool) -> dict[str, WeightedSum]:
    """Return the sums to take at the root, under the letters of the equivalent."""
    wanted = {
        "z": LEARNED,
        "q": ModeSum(unlearned=0, learned=2),
        "s": ModeSum(unlearned=0, learned=3),
        "c": HALF_LEARNED,
    }
    structured = _is_structured(points, tabulated)
    if structured:
        wanted |= {"first": UNLEARNED_SIGNAL, "second": SQUARED_UNLEARNED_SIGNAL}
    if gradient:
        wanted["half_learned"] = HALF_LEARNED_TWICE
        if structured:
            wanted["second_learned"] = SECOND_LEARNED
    found = {key: WeightedSum(what) for key, what in wanted.items()}
    if gradient:
        for name, moved in _moved(points, tabulated).items():
            for letter, what in moved.sums(structured=structured).items():
                found[f"{name} {letter}"] = WeightedSum(what, moved.factor)
    return found


def _problems(points: Points, tabulated: Tabulated | None) -> Problems:
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
    if tabulated is None:
        assert points.decay is not None
        start = _guess(points.decay, last, size, resources, ridge)
    else:
        start = tabulated.log_eigenvalues(last)
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


def _blocks(
    points: Points, tabulated: Tabulated | None, start: FloatArray
) -> Iterator[tuple[Indices, Nodes]]:
    """Yield the indices of points that are solved together, with their nodes; `start` is about log(kappa)."""
    if tabulated is not None:
        # neighbours share the sums outside of their window
        for indices in _split(np.argsort(start, kind="stable"), tabulated.nodes):
            source = None if points.source is None else points.source[indices]
            yield indices, TableNodes(tabulated, source, len(indices), tabulated.size)
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
    points: Points, problems: Problems, reduced_kappa: FloatArray, sums: dict[str, FloatArray]
) -> tuple[Equivalent[FloatArray], Slopes[FloatArray] | None]:
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
        return point, None
    half_learned = sums["half_learned"]
    second_learned = sums["second_learned"] if structured else kappa * half_learned
    return point, Slopes(half_learned=half_learned, second_learned=second_learned)


def _moved_sums(
    parameters_of: dict[str, _Moved],
    point: Equivalent[FloatArray],
    slopes: Slopes[FloatArray],
    sums: dict[str, FloatArray],
) -> dict[str, WeightedSums[FloatArray] | SignalSums[FloatArray]]:
    """Return the sums with the factors of the parameters of the spectra."""
    found: dict[str, WeightedSums[FloatArray] | SignalSums[FloatArray]] = {}
    isotropic = "first" not in sums
    for name, moved in parameters_of.items():
        if moved.factor is None:
            found[name] = of_common_factor(point, slopes, moved.values, isotropic=isotropic)
        elif moved.of_signal:
            found[name] = SignalSums(unlearned=sums[f"{name} first"], squared=sums[f"{name} second"])
        else:
            found[name] = WeightedSums(
                half=sums[f"{name} half"],
                half_learned=sums[f"{name} half_learned"],
                signal=None if isotropic else (sums[f"{name} first_learned"], sums[f"{name} second_learned"]),
            )
    return found


def _without_fixed_point(points: Points, tabulated: Tabulated | None, *, gradient: bool) -> Solved:
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
        kappas = {name: zero for name in parameters(points, tabulated)}
        risks = dict(kappas)
        inverses = _inverse_sums(points, tabulated, modes)
        kappas["ridge"], risks["ridge"] = without_ridge(1 / samples, alpha, beta, noise, inverses)
        risks["noise"] = 1 + modes / spare
        risks["samples"] = -variance / spare
    found = _all_finite(size, [*kappas.values(), *risks.values(), variance])
    return Solved(found=found, fields=fields, kappa_gradient=kappas, risk_gradient=risks, conditions=None)


def _inverse_sums(points: Points, tabulated: Tabulated | None, modes: FloatArray) -> FloatArray:
    """Return the sums of the inverse eigenvalues, 0 for no modes."""
    total = np.zeros_like(modes)
    chosen = points.select(np.flatnonzero(modes > 0))
    found = np.zeros_like(chosen.size)
    if tabulated is None:
        assert chosen.decay is not None
        last = -chosen.decay * np.log(chosen.size)
    else:
        last = tabulated.log_eigenvalues(chosen.size)
    # where all modes are learned, the unlearned parts are kappa over the eigenvalues
    log_kappa = last - NEGLIGIBLE
    for indices, nodes in _blocks(chosen, tabulated, log_kappa):
        nodes.place(log_kappa[indices])
        kappa = np.exp(log_kappa[indices])
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


def _with_conditions(points: Points, tabulated: Tabulated | None, solved: Solved) -> Solved:
    """Add the condition numbers."""
    values = {
        name: np.where(np.isinf(value), 0.0, value) for name, value in parameters(points, tabulated).items()
    }

    def of(name: str, gradient: dict[str, FloatArray]) -> FloatArray:
        result = solved.fields[name]
        return np.where(result > 0, condition(gradient, values, np.where(result > 0, result, 1.0)), 0.0)

    conditions = of("kappa", solved.kappa_gradient), of("risk", solved.risk_gradient)
    return replace(solved, conditions=conditions)
