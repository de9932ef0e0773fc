"""Measure `sweep_ridge`: points a second on one core, and how long root finders take on sums over all modes.

Run as ``python benchmarks/sweep.py``, after installing the project; it takes about a minute.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

import mpmath
import numpy as np
import numpy.typing as npt
from measure import row, seconds
from scipy.optimize import brentq

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PowerLaws,
    Spectrum,
    solve_ridge,
    sweep_ridge,
)

FloatArray = npt.NDArray[np.float64]
POINTS_OF_ALTERNATIVES = 5


def parameters(count: int, seed: int = 0) -> dict[str, FloatArray]:
    """Return points that differ in every parameter."""
    rng = np.random.default_rng(seed)
    return {
        "decay": rng.uniform(1.1, 3, count),
        "source": rng.uniform(1.1, 4, count),
        "features": 10 ** rng.uniform(1, 8, count),
        "samples": 10 ** rng.uniform(1, 8, count),
        "ridge": np.where(rng.random(count) < 0.3, 0, 10 ** rng.uniform(-9, 1, count)),
        "noise": 10 ** rng.uniform(-3, 0, count),
    }


def sweep(points: dict[str, FloatArray], size: float, *, gradient: bool = False) -> FloatArray:
    """Return the risk of all points."""
    given = dict(points)
    return sweep_ridge(PowerLaws(given.pop("decay"), size=size), **given, gradient=gradient).risk


def small(size: int) -> dict[str, FloatArray]:
    """Return the points of the alternatives: features and samples below the size, and a ridge."""
    points = parameters(POINTS_OF_ALTERNATIVES, seed=1)
    top = math.log10(size) - 0.5
    rng = np.random.default_rng(2)
    for name in ("features", "samples"):
        points[name] = 10 ** rng.uniform(1, top, POINTS_OF_ALTERNATIVES)
    points["ridge"] = 10 ** rng.uniform(-6, -1, POINTS_OF_ALTERNATIVES)
    return points


def _excess_level(x: float, eigenvalues: FloatArray, n: float, t: float, ridge: float) -> float:
    """Return what vanishes at the logarithm of kappa: degrees of freedom less what the ridge allows."""
    kappa = math.exp(x)
    z = np.sum(eigenvalues / (eigenvalues + kappa))
    d = ridge / (t * kappa)
    root = math.sqrt((1 / n - 1 / t) ** 2 + 4 * d / (n * t))
    return float(z - 2 * (1 - d) / (1 / n + 1 / t + root))


def by_brentq(points: dict[str, FloatArray], size: int) -> FloatArray:
    """Return the risk by SciPy's root finder on double-precision sums over all modes."""
    modes = np.arange(1, size + 1.0)
    risks = []
    for a, b, n, t, ridge, noise in zip(*points.values(), strict=True):
        eigenvalues, signal = modes**-a, modes**-b

        kappa = math.exp(
            brentq(_excess_level, math.log(ridge / t), 5.0, (eigenvalues, n, t, ridge), 1e-14, 1e-14)
        )
        y = eigenvalues / (eigenvalues + kappa)
        z, q = y.sum(), (y * y).sum()
        first, second = (signal * (1 - y)).sum(), (signal * y * (1 - y)).sum()
        d = n * t - (n + t) * q + 2 * z * q - z * z
        risks.append(t / d * ((n - q) * (first + noise) - (n - z) * second))
    return np.array(risks)


def ratio_to_brentq(points: dict[str, FloatArray], few: dict[str, FloatArray], size: int) -> float:
    """Return the time of brentq over that of the sweep, per point, the two taking turns on the machine."""
    ratios = []
    for _ in range(5):
        ours = seconds(lambda: sweep(points, size), 1) / len(points["features"])
        theirs = seconds(lambda: by_brentq(few, size), 1) / POINTS_OF_ALTERNATIVES
        ratios.append(theirs / ours)
    return statistics.median(ratios)


def by_findroot(points: dict[str, FloatArray], size: int) -> mpmath.mpf:
    """Return kappa of the first point by mpmath's root finder on sums over all modes, at 15 digits."""
    a, _, n, t, ridge, _ = (float(values[0]) for values in points.values())
    eigenvalues = [mpmath.mpf(k) ** -a for k in range(1, size + 1)]

    def equation(x: mpmath.mpf) -> mpmath.mpf:
        kappa = mpmath.exp(x)
        z = mpmath.fsum(value / (value + kappa) for value in eigenvalues)
        return mpmath.log(ridge) - x - mpmath.log(t - z) - mpmath.log1p(-z / n)

    exact = solve_ridge(PowerLaw(a, size), features=n, samples=t, ridge=ridge)
    start = mpmath.log(exact.kappa)
    return mpmath.exp(mpmath.findroot(equation, (start + 0.1, start + 0.2), tol=1e-20, verify=False))


def other_spectra() -> list[Spectrum]:
    """Return a spectrum of each kind but one power law alone."""
    return [
        LogPowerLaw(1, 2),
        LogPowerLaw("1.5", 1),
        BrokenPowerLaw(["1.2", 2], [1000], spikes=[4, 3]),
        Exponential("0.3"),
        Exponential("1e-3"),
        Degenerate([2.0**-k for k in range(60)], [3**k for k in range(60)]),
        Eigenvalues(np.arange(1, 301.0) ** -1.5),
        Eigenvalues(np.arange(1, 301.0) ** -1.5).extended(),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40_000)
    count = parser.parse_args().points
    points = parameters(count)
    sweep(parameters(100), math.inf)
    rates = {}
    for size in (1e2, 1e4, 1e6, 1e18, math.inf):
        rates[size] = count / seconds(lambda size=size: sweep(points, size), 3)
        row(f"sweep_ridge, size {size:.0e}, points per second", f"{rates[size]:.0f}", "at least 20000")
    rate = count / seconds(lambda: sweep(points, math.inf, gradient=True), 3)
    row("    with derivatives and condition numbers, size inf", f"{rate:.0f}", "at least 20000")
    row("    time at size 1e18 over that at 1e4", f"{rates[1e4] / rates[1e18]:.2f}", "at most 2")
    for few in (1, 100, 10_000, 1_000_000):
        given = parameters(few)
        elapsed = seconds(lambda given=given: sweep(given, math.inf), 1 if few > count else 3)
        row(f"    {few:.0e} points at once, points per second", f"{few / elapsed:.0f}")
    for decay in (8.0, 50.0):
        steep = {**parameters(2000), "decay": np.full(2000, decay)}
        steep["features"], steep["samples"] = steep["features"] ** 0.5, steep["samples"] ** 0.5
        rate = 2000 / seconds(lambda steep=steep: sweep(steep, math.inf), 3)
        row(f"    decay {decay:g}, size inf", f"{rate:.0f}")
    shared = {name: points[name] for name in ("features", "samples", "ridge", "noise")}
    for spectrum in other_spectra():
        elapsed = seconds(lambda spectrum=spectrum: sweep_ridge(spectrum, **shared, invalid="mask"), 3)
        row(f"    {spectrum!r}"[:72], f"{count / elapsed:.0f}", "at least 20000")
    one = {name: values[0] for name, values in points.items()}
    spectrum = PowerLaw(one.pop("decay"))
    solver = seconds(lambda: solve_ridge(spectrum, **one), 15)
    row("solve_ridge, 15 proven digits, over a point of sweep_ridge", f"{solver * rates[math.inf]:.0f}")
    for size in (10**4, 10**6):
        few = small(size)
        theirs = by_brentq(few, size)
        ratio = ratio_to_brentq(points, few, size)
        target = "at least 2000" if size == 10**6 else ""
        row(f"brentq on sums over {size:.0e} modes, over a point of sweep_ridge", f"{ratio:.0f}", target)
        row(
            "    largest relative difference of the risks",
            f"{np.max(abs(theirs / sweep(few, size) - 1)):.1e}",
        )
    few = small(10**4)
    start = time.perf_counter()
    by_findroot(few, 10**4)
    each = time.perf_counter() - start
    row("findroot on sums over 1e4 modes, over a point of sweep_ridge", f"{each * rates[1e4]:.0f}")


if __name__ == "__main__":
    main()
