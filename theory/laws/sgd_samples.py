r"""Random points in the domains of the laws of one-pass SGD.

The number of samples is $T=2^p$ with $p$ a power of 2, so that $n=T/p$ is an integer and stages are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Integer, Rational, Symbol

from .. import symbols
from ..sgd import parts
from ..spot_check import Sample
from . import sgd_numbers
from .sample_numbers import mpf_at, mpf_of
from .samples import decimal, draw_decay, sample

a, b, gamma = symbols.decay, symbols.source, symbols.step_size
T, n, sigma2 = symbols.samples, symbols.effective_samples, symbols.noise
#: What small steps leave of signal and noise without a sketch: the risk's leading terms.
B0, V0 = Symbol("B_0", positive=True), Symbol("V_0", positive=True)
#: The noise that is left of one stage, and the step size of that stage.
Vl, gamma_l = Symbol("V_l", positive=True), Symbol("gamma_l", positive=True)
#: Excess at rest under steps of one size, and the sum on which it depends.
rest, load = Symbol("U", positive=True), Symbol("X", positive=True)
#: The determinant of one minus the recursion, and the product of what the modes lose in a step.
determinant, losses = Symbol("Delta", real=True), Symbol("P", positive=True)
#: Mean and relative first harmonic, in the logarithm of its eigenvalue, of what noise leaves of a mode.
mean, harmonic = Symbol("m", positive=True), Symbol("h", positive=True)


def _exact(value: Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def halvings(scale: Integer) -> int:
    """Return the power of 2 nearest to the binary logarithm of a scale."""
    return 1 << round(float(mpmath.log(mpmath.log(int(scale), 2), 2)))


def _source(random: Random, decay: Rational, *, isotropic: bool) -> Rational:
    """Draw $b$ below a+1, at a distance from the places where constants vanish or diverge."""
    share = decimal(random, "0.2", "0.8")
    return decay if isotropic else 1 + share * (decay if random.random() < 0.5 else 1)


def _one_pass(random: Random, scale: Integer, *, of: frozenset[Symbol], averaged: bool = False) -> Sample:
    """Draw one pass, and compute what is wanted of signal and noise; for both the prior is isotropic."""
    isotropic = of == {B0, V0}
    decay = draw_decay(random)
    source = _source(random, decay, isotropic=isotropic)
    step, noise = decimal(random, "0.05", "0.4"), decimal(random, "0.1", "2")
    power = halvings(scale)
    samples = Integer(2) ** power
    effective = samples if averaged else samples / power
    drawn: dict[Expr, Expr] = {a: decay, b: source, gamma: step, sigma2: noise}
    run = _Run(
        decay=_exact(decay),
        source=_exact(source),
        step_size=_exact(step),
        effective=int(effective),
        halvings=power,
        averaged=averaged,
    )

    def numbers(digits: int) -> dict[Basic, mpf]:
        found: dict[Basic, mpf] = {
            symbol: mpf_at(value, digits) for symbol, value in {**drawn, T: samples, n: effective}.items()
        }
        with mpmath.workdps(digits + 10):
            found[parts.time] = sgd_numbers.number(run.time)
            if B0 in of:
                found[B0] = run.signal(digits)
            if V0 in of:
                found[V0] = found[sigma2] * run.noise(digits)
            if Vl in of:
                # the second stage stands for all
                found[gamma_l] = found[gamma] / 2
                found[Vl] = found[sigma2] * run.noise_of_second_stage(digits)
        return found

    hidden = ({b} if isotropic or B0 not in of else set()) | ({sigma2} if of == {B0} else set())
    return sample(numbers, {k: v for k, v in drawn.items() if k not in hidden}, (T, samples))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One pass without a sketch, and what it leaves."""

    decay: Fraction
    source: Fraction
    step_size: Fraction
    effective: int
    halvings: int
    averaged: bool

    @property
    def stages(self) -> sgd_numbers.Stages:
        """Step sizes and how many steps have them."""
        if self.averaged:
            return ((self.step_size, self.effective),)
        return sgd_numbers.geometric_stages(self.step_size, self.halvings)

    @property
    def time(self) -> Fraction:
        """The sum of all step sizes."""
        return sgd_numbers.time_of(self.stages)

    def signal(self, digits: int) -> mpf:
        """Return what descent leaves of the signal."""
        if self.averaged:
            return sgd_numbers.averaged_signal(self.decay, self.source, self.time, digits)
        return sgd_numbers.left_by_steps(self.decay, self.source, self.stages, digits)

    def noise(self, digits: int) -> mpf:
        """Return what small steps leave of noise of variance 1."""
        reach = self.step_size * self.effective
        if self.averaged:
            return sgd_numbers.averaged_noise(self.decay, reach, digits) / self.effective
        stages = sgd_numbers.noise_of_stages(self.decay, reach, digits)
        return sgd_numbers.number(self.step_size / 2) * stages

    def noise_of_second_stage(self, digits: int) -> mpf:
        """Return the part of it that the second stage made."""
        level = self.step_size / 2
        stage = sgd_numbers.noise_of_stage(self.decay, level * self.effective, digits)
        return sgd_numbers.number(level / 2) * stage


def signal_of_last(random: Random, scale: Integer) -> Sample:
    """Draw a power law, a source below a+1, and one pass with the geometric schedule."""
    return _one_pass(random, scale, of=frozenset({B0}))


def noise_of_last(random: Random, scale: Integer) -> Sample:
    """Draw a power law, noise, and one pass with the geometric schedule."""
    return _one_pass(random, scale, of=frozenset({V0}))


def noise_of_stage(random: Random, scale: Integer) -> Sample:
    """Draw a power law, noise, and one stage of the geometric schedule."""
    return _one_pass(random, scale, of=frozenset({Vl}))


def both_of_last(random: Random, scale: Integer) -> Sample:
    """Draw a power law with the isotropic prior, noise, and one pass with the geometric schedule."""
    return _one_pass(random, scale, of=frozenset({B0, V0}))


def signal_of_mean(random: Random, scale: Integer) -> Sample:
    """Draw a power law, a source below a+1, and one pass with a constant step size."""
    return _one_pass(random, scale, of=frozenset({B0}), averaged=True)


def noise_of_mean(random: Random, scale: Integer) -> Sample:
    """Draw a power law, noise, and one pass with a constant step size."""
    return _one_pass(random, scale, of=frozenset({V0}), averaged=True)


def both_of_mean(random: Random, scale: Integer) -> Sample:
    """Draw a power law with the isotropic prior, noise, and one pass with a constant step size."""
    return _one_pass(random, scale, of=frozenset({B0, V0}), averaged=True)


def constant_step(random: Random, _scale: Integer) -> Sample:
    """Draw a few eigenvalues that follow no law, a stable step size, and solve for the excess at rest."""
    eigenvalues = [decimal(random, "0.1", "0.99") for _ in range(random.randint(5, 9))]
    step, noise = decimal(random, "0.05", "0.2"), decimal(random, "0.1", "2")

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 10):
            x = [mpf_of(step * value) for value in eigenvalues]
            count = len(x)
            # one minus the recursion, whose solution with the noise is the second moment at rest
            matrix = mpmath.matrix(count)
            for i in range(count):
                for j in range(count):
                    matrix[i, j] = -(x[i] ** 2) + ((2 * x[i] - 2 * x[i] ** 2) if i == j else 0)
            at_rest = mpmath.lu_solve(matrix, mpmath.matrix([y**2 * mpf_of(noise) for y in x]))
            return {
                sigma2: mpf_of(noise),
                gamma: mpf_of(step),
                rest: mpmath.fsum(at_rest),
                load: mpmath.fsum(y / (2 * (1 - y)) for y in x),
                determinant: mpmath.det(matrix),
                losses: mpmath.fprod(2 * y * (1 - y) for y in x),
            }

    return sample(numbers, {gamma: step, sigma2: noise})


def single_mode(random: Random, _scale: Integer) -> Sample:
    """Sum over the stages what the noise leaves of a mode, at points of a period of its logarithm."""
    features, noise = Integer(random.randint(5, 500)), decimal(random, "0.1", "2")
    effective = Integer(random.randint(10**5, 10**6))

    def numbers(digits: int) -> dict[Basic, mpf]:
        centre, height = sgd_numbers.harmonics(digits)
        with mpmath.workdps(digits + 10):
            drawn = {symbols.features: features, n: effective, sigma2: noise}
            found: dict[Basic, mpf] = {symbol: mpf_of(value) for symbol, value in drawn.items()}
            total = mpf_of(noise) * mpf_of(features) / mpf_of(effective) * centre
            return found | {mean: centre, harmonic: height, symbols.variance: total}

    return sample(numbers, {symbols.features: features, n: effective, sigma2: noise})
