r"""A loss that is unbounded below on some samples: how long gradient flow may run on it."""

from __future__ import annotations

from math import comb
from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Eq, Integer, Rational, Symbol

from ..derivation import Derivation, Rigour, Step
from ..spot_check import Sample
from ..variance_limited import growth_rate, largest_time_per_sample, runaway_expansion, runaway_loss
from ..variance_limited.runaway import share, start, time, time_per_sample
from .registry import law
from .sample_numbers import T, mpf_at
from .samples import decimal, sample
from .variance_limited import PAPER

#: The expected loss, and its relative excess over that of infinite samples.
loss, correction = Symbol("L", positive=True), Symbol("C", real=True)
#: What each sample adds to the logarithm of the loss, and the time per sample at which that is 0.
rate, threshold = Symbol("r", real=True), Symbol("beta_0", positive=True)


@law
def runaway_example() -> Derivation:
    r"""Derive the loss of the first worked example, its variance-limited form and where that ends."""
    exact = runaway_loss(T)
    first = runaway_expansion().coefficient(Integer(-1)) / T
    return Derivation(
        name="runaway-example",
        title="A loss that is unbounded below on some samples",
        regime=r"samples $s=+1$ of probability $\alpha>1/2$, else $-1$, with the loss $s\theta^2/2$; "
        r"gradient flow over $T$ of them for a time $t$ from $\theta_0$",
        source=f"{PAPER}, SM C.3, reconstructed; the end of training is derived here",
        steps=(
            Step(
                statement=Eq(loss, exact),
                rule=r"Gradient flow multiplies $\theta_0$ by $e^{-\bar st}$ for the mean sign $\bar s$, "
                r"whose exponential is a product over samples",
                sampler=few_samples,
            ),
            Step(
                statement=Eq(correction, first),
                rule=r"At a fixed time the mean sign varies little: the second cumulant gives the excess $C$ "
                r"over infinite samples, relative to their loss",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=many_samples,
            ),
            Step(
                statement=Eq(rate, growth_rate()),
                rule=r"At a time $t=\beta T$ each sample multiplies the loss by $e^r$",
                sampler=few_samples,
            ),
            Step(
                statement=Eq(threshold, largest_time_per_sample()),
                rule=r"In $e^{2\beta}$ the condition $r=0$ is quadratic, with the roots 1 and "
                r"$\alpha/(1-\alpha)$: the loss vanishes for $\beta$ between 0 and $\beta_0$ alone",
                sampler=few_samples,
            ),
        ),
        results={
            "loss": Eq(loss, exact),
            "relative_excess": Eq(correction, first),
            "rate": Eq(rate, growth_rate()),
            "threshold": Eq(threshold, largest_time_per_sample()),
        },
        constants={},
    )


def few_samples(random: Random, _scale: Integer) -> Sample:
    """Draw a few samples, and sum over the number of positive ones."""
    chance, long = decimal(random, "0.55", "0.95"), decimal(random, "0.2", "3")
    begun, count = decimal(random, "0.5", "2"), random.randint(2, 9)

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 15):
            p, t, theta = (mpf_at(value, digits + 15) for value in (chance, long, begun))
            mean = mpmath.fsum(
                comb(count, k) * p**k * (1 - p) ** (count - k) * mpmath.exp(-2 * t * (mpf(2 * k) / count - 1))
                for k in range(count + 1)
            )
            roots = mpmath.polyroots([1 - p, -1, p], maxsteps=200, extraprec=4 * digits)
            return {
                share: p,
                time: t,
                start: theta,
                T: mpf(count),
                time_per_sample: t / count,
                loss: (p - mpf(1) / 2) * theta**2 * mean,
                rate: mpmath.log(mean) / count,
                threshold: mpmath.log(max(mpmath.re(root) for root in roots)) / 2,
            }

    return sample(numbers, {share: chance, time: long, start: begun, T: Integer(count)})


def many_samples(random: Random, scale: Integer) -> Sample:
    """Draw a time and many samples; the sum over them is a power."""
    chance, long = decimal(random, "0.55", "0.95"), decimal(random, "0.2", "3")

    def numbers(digits: int) -> dict[Basic, mpf]:
        # The correction is of order 1/T beside 1, and the logarithms lose as much again.
        with mpmath.workdps(digits + 3 * len(str(scale)) + 15):
            p, t = (mpmath.mpf(value.p) / value.q for value in (Rational(chance), Rational(long)))
            samples = mpf(int(scale))
            step = 2 * t / samples
            base = mpmath.log(p * mpmath.exp(-step) + (1 - p) * mpmath.exp(step))
            return {
                share: p,
                time: t,
                T: samples,
                correction: mpmath.expm1(samples * base + 2 * t * (2 * p - 1)),
            }

    return sample(numbers, {share: chance, time: long}, (T, scale))
