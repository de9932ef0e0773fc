"""Measure the expected risk of SGD by stages, and how long simulations and step-by-step recursions take.

Run as ``python benchmarks/sgd.py``, after installing the project; it takes about a minute.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
from measure import row, seconds

from scalinglaws.numerics import (
    PowerLaw,
    Schedule,
    SketchedSpectrum,
    sample_sketch,
    sgd_risk,
    solve_sgd,
)
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.simulate import simulate_sgd
from scalinglaws.validate.simulate.replicates import single_blas_thread

FEATURES, SAMPLES, LATENT = 64, 4096, 2000
STEP_SIZE, NOISE = "0.1", 1
GOAL = 1e-3


def step_by_step(sketch: SketchedSpectrum, schedule: Schedule) -> float:
    """Return the excess over the best predictor by the recursion as it stands, one step after the other."""
    eigenvalues, excess = sketch.eigenvalues, sketch.alignment.copy()
    noise = NOISE + sketch.approximation
    for step_size, steps in schedule.stages:
        x = float(step_size) * eigenvalues
        kept, drive = 1 - 2 * x + 2 * x * x, x * x
        for _ in range(steps):
            excess = kept * excess + drive * (excess.sum() + noise)
    return float(excess.sum())


def measure_simulation(sketch: SketchedSpectrum, runs: int) -> None:
    """Time the exact risk beside as many runs as its relative error takes, from a few of them."""
    schedule = Schedule.geometric(STEP_SIZE, SAMPLES)
    point = sgd_risk(sketch, schedule, noise=NOISE)
    exact = seconds(lambda: sgd_risk(sketch, schedule, noise=NOISE), 5)
    row(f"sgd_risk, {FEATURES} features, {SAMPLES} samples", f"{exact * 1e3:.1f} ms")
    start = time.process_time()
    # in this process, whose time is taken
    found = simulate_sgd(
        sketch,
        schedule,
        noise=NOISE,
        signal="drawn",
        replicates=runs,
        seed=0,
        executor=InlineExecutor(),
    )
    each = (time.process_time() - start) / runs
    row("    one run of SGD, many at once", f"{each * 1e3:.2f} ms")
    for name, value, target in (("excess", point.excess, "at least 1000"), ("risk", point.risk, "")):
        needed = runs * (found.standard_error / (GOAL * value)) ** 2
        row(f"    runs for a relative standard error of {GOAL:g} of the {name}", f"{needed:.0f}")
        row("    their time over that of sgd_risk", f"{needed * each / exact:.0f}", target)
    row("    distance of both in standard errors", f"{found.comparison().z:.1f}")


def measure_recursion(sketch: SketchedSpectrum) -> None:
    """Time the exact risk at many samples, beside the recursion of all steps at a million."""
    for exponent in (3, 6, 12, 18):
        schedule = Schedule.geometric(STEP_SIZE, 10**exponent)
        taken = seconds(lambda schedule=schedule: sgd_risk(sketch, schedule, noise=NOISE), 5)
        row(f"sgd_risk, {FEATURES} features, 1e{exponent} samples", f"{taken * 1e3:.1f} ms")
        averaged = seconds(lambda schedule=schedule: sgd_risk(sketch, schedule, noise=NOISE, average=True), 3)
        row("    averaged iterates", f"{averaged * 1e3:.1f} ms")
        if exponent == 6:
            start = time.process_time()
            theirs = step_by_step(sketch, schedule)
            ratio = (time.process_time() - start) / taken
            point = sgd_risk(sketch, schedule, noise=NOISE)
            row("    step by step, over sgd_risk", f"{ratio:.0f}", "at least 100")
            difference = abs(theirs / (point.bias + point.variance) - 1)
            row("    relative difference of the two", f"{difference:.1e}")


def measure(runs: int) -> None:
    """Print all rows."""
    sketch = sample_sketch(PowerLaw(2, LATENT), FEATURES, seed=np.random.SeedSequence(1))
    measure_simulation(sketch, runs)
    measure_recursion(sketch)
    for features, samples in ((1e3, 1e6), (1e6, 1e12), (math.inf, 1e12)):
        taken = seconds(
            lambda features=features, samples=samples: solve_sgd(
                PowerLaw(2), features=features, samples=int(samples), step_size=STEP_SIZE, noise=NOISE
            ),
            3,
        )
        target = "below 2 s" if features == 1e6 else ""
        row(f"solve_sgd, {features:g} features, {samples:g} samples", f"{taken:.2f} s", target)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1024, help="simulated runs to measure with")
    runs = parser.parse_args().runs
    # one core for everything that is compared
    with single_blas_thread():
        measure(runs)


if __name__ == "__main__":
    main()
