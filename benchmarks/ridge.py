"""Measure `solve_ridge`: its cost does not grow with the size, and how long the sums take term by term.

Run as ``python benchmarks/ridge.py``, after installing the project; the last part takes minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from fractions import Fraction

import mpmath
from measure import row, seconds

from scalinglaws.numerics import PowerLaw, RidgePoint, optimal_ridge, solve_ridge, trace_sum

DIGITS = 50
FEATURES, SAMPLES, RIDGE, NOISE, SOURCE = 200, 300, Fraction(1, 1000), Fraction(1, 10), Fraction(17, 10)
DECAY = Fraction(3, 2)


def solve(size: int | float, digits: int = DIGITS) -> RidgePoint:
    """Solve the benchmark's problem."""
    return solve_ridge(
        PowerLaw(DECAY, size=size),
        features=FEATURES,
        samples=SAMPLES,
        ridge=RIDGE,
        noise=NOISE,
        source=SOURCE,
        digits=digits,
    )


def calls() -> dict[str, Callable[[bool], object]]:
    """Return the calls that can be asked for a proof, each a function of whether it is."""
    resources = {"features": FEATURES, "samples": SAMPLES, "noise": NOISE, "source": SOURCE, "digits": DIGITS}
    return {
        "trace_sum": lambda rigorous: trace_sum(DECAY, "1e-6", size=10**15, digits=DIGITS, rigorous=rigorous),
        "solve_ridge": lambda rigorous: solve_ridge(
            PowerLaw(DECAY), ridge=RIDGE, rigorous=rigorous, **resources
        ),
        "solve_ridge with gradient": lambda rigorous: solve_ridge(
            PowerLaw(DECAY), ridge=RIDGE, gradient=True, rigorous=rigorous, **resources
        ),
        "optimal_ridge": lambda rigorous: optimal_ridge(PowerLaw(DECAY), rigorous=rigorous, **resources),
    }


def seconds_apart(one: Callable[[], object], other: Callable[[], object], repetitions: int = 15) -> float:
    """Return the ratio of the median times of two calls that take turns on the machine."""
    times = [(seconds(one, 1), seconds(other, 1)) for _ in range(repetitions)]
    first, second = (statistics.median(column) for column in zip(*times, strict=True))
    return first / second


def term_by_term(size: int) -> mpmath.mpf:
    """Return the risk by the textbook's way: mpmath's root finder on sums over all eigenvalues."""
    with mpmath.workdps(DIGITS + 5):
        modes = [mpmath.mpf(k) for k in range(1, size + 1)]
        eigenvalues = [k ** -mpmath.mpf("1.5") for k in modes]
        signal = [k ** -mpmath.mpf("1.7") for k in modes]
        ridge, noise = mpmath.mpf("0.001"), mpmath.mpf("0.1")

        def equation(x: mpmath.mpf) -> mpmath.mpf:
            kappa = mpmath.exp(x)
            z = mpmath.fsum(value / (value + kappa) for value in eigenvalues)
            return ridge * FEATURES - kappa * (FEATURES - z) * (SAMPLES - z)

        # a lower bracket finds a root beyond z = min(N, T); what is measured is the cost of the sums
        bracket = (mpmath.log(mpmath.mpf("0.0012")), mpmath.log(mpmath.mpf("0.002")))
        kappa = mpmath.exp(mpmath.findroot(equation, bracket, solver="anderson", tol=1e-100, verify=False))
        z = mpmath.fsum(value / (value + kappa) for value in eigenvalues)
        q = mpmath.fsum((value / (value + kappa)) ** 2 for value in eigenvalues)
        pairs = list(zip(eigenvalues, signal, strict=True))
        first = mpmath.fsum(kappa * v / (value + kappa) for value, v in pairs)
        second = mpmath.fsum(kappa * value * v / (value + kappa) ** 2 for value, v in pairs)
        d = FEATURES * SAMPLES - (FEATURES + SAMPLES) * q + 2 * z * q - z * z
        return SAMPLES / d * ((FEATURES - q) * (first + noise) - (FEATURES - z) * second)


def by_nsum() -> tuple[float, float]:
    """Return the time of mpmath's summation to infinity at 15 digits, and its relative error."""
    start = time.process_time()
    value = mpmath.nsum(lambda k: 1 / (1 + mpmath.mpf("1e-5") * k**1.5), [1, mpmath.inf])
    elapsed = time.process_time() - start
    return elapsed, float(abs(value / trace_sum(DECAY, "1e-5") - 1))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10**6, help="modes to sum one by one")
    size = parser.parse_args().size
    solve(10**3)
    sizes = (10**3, 10**4, 10**6, 10**9, 10**12, 10**15, 10**18)
    times = {modes: seconds(lambda modes=modes: solve(modes), 15) for modes in sizes}
    for modes, measured in times.items():
        row(f"solve_ridge, {DIGITS} digits, size {modes:.0e}", f"{measured * 1e3:.2f} ms")
    row("    size 1e18 over size 1e4", f"{times[10**18] / times[10**4]:.2f}", "at most 2")
    for digits in (15, 50, 100, 200, 500, 1000):
        measured = seconds(lambda digits=digits: solve(10**6, digits), 5)
        row(f"solve_ridge, {digits} digits, size 1e6", f"{measured * 1e3:.2f} ms")
    measured = seconds(lambda: trace_sum(DECAY, "1e-6", size=10**15, digits=DIGITS), 15)
    row(f"trace_sum, {DIGITS} digits, size 1e15", f"{measured * 1e3:.2f} ms")
    measured = seconds(
        lambda: optimal_ridge(
            PowerLaw(DECAY), features=FEATURES, samples=SAMPLES, noise=NOISE, source=SOURCE, digits=DIGITS
        ),
        5,
    )
    row(f"optimal_ridge, {DIGITS} digits, infinite size", f"{measured * 1e3:.2f} ms")
    for name, call in calls().items():
        ratio = seconds_apart(lambda call=call: call(True), lambda call=call: call(False))
        row(f"{name}, {DIGITS} digits: rigorous over plain", f"{ratio:.2f}", "at most 3")
    theirs, error = by_nsum()
    ours = seconds(lambda: trace_sum(DECAY, "1e-5", digits=15), 15)
    row("nsum over trace_sum, 15 digits, infinite size, kappa 1e-5", f"{theirs / ours:.0f}")
    row("    relative error of nsum", f"{error:.1e}")
    ours = seconds(lambda: solve(size), 15)
    start = time.process_time()
    risk = term_by_term(size)
    theirs = time.process_time() - start
    with mpmath.workdps(DIGITS):
        agreement = abs(risk / solve(size).risk - 1)
    row(f"term by term with mpmath, {DIGITS} digits, size {size:.0e}", f"{theirs:.1f} s")
    row(f"    over solve_ridge at size {size:.0e}", f"{theirs / ours:.0f}", "at least 2000")
    row("    relative difference of the two risks", mpmath.nstr(agreement, 2))


if __name__ == "__main__":
    main()
