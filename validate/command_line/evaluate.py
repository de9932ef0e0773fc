"""`scalinglaws evaluate`: numbers of the theory with as many digits as asked for."""

from __future__ import annotations

import click

from . import options, sgd_options
from .evaluate_kernel import kernel
from .output import decimal, figure, print_values

WORDS = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")
SGD_WORDS = ("risk", "excess", "approximation", "bias", "variance", "descent")
SGD_DIGITS = 10


@click.group()
def evaluate() -> None:
    """Evaluate the theory to any number of digits."""


evaluate.add_command(kernel)


@evaluate.command()
@options.spectrum
@options.resources
@options.ridge
@options.digits
@options.rigorous
@options.json_flag
def ridge(
    decay: str,
    size: str,
    source: str | None,
    features: str,
    samples: str,
    noise: str,
    ridge: str,
    digits: int,
    rigorous: bool,
    as_json: bool,
) -> None:
    """Solve random-feature ridge regression on a power-law spectrum.

    Prints the renormalised ridge kappa, the degrees of freedom df1, df2, df3, the risk (label noise included,
    no 1/2), the excess over the noise, and its split into bias and variance.
    """
    from ...numerics import PowerLaw, solve_ridge

    point = solve_ridge(
        PowerLaw(decay, size),
        features=features,
        samples=samples,
        ridge=ridge,
        noise=noise,
        source=source,
        digits=digits,
        rigorous=rigorous,
    )
    print_values({word: figure(getattr(point, word), digits) for word in WORDS}, as_json=as_json)


@evaluate.command("optimal-ridge")
@options.spectrum
@options.resources
@options.digits
@options.rigorous
@options.json_flag
def optimal_ridge_command(
    decay: str,
    size: str,
    source: str | None,
    features: str,
    samples: str,
    noise: str,
    digits: int,
    rigorous: bool,
    as_json: bool,
) -> None:
    """Find the ridge that minimises the risk, and the solution there."""
    from ...numerics import PowerLaw, optimal_ridge

    best = optimal_ridge(
        PowerLaw(decay, size),
        features=features,
        samples=samples,
        noise=noise,
        source=source,
        digits=digits,
        rigorous=rigorous,
    )
    values = {"ridge": figure(best.ridge, digits)}
    values |= {word: figure(getattr(best.point, word), digits) for word in WORDS}
    print_values(values, as_json=as_json)


@evaluate.command("trace-sum")
@click.option("--decay", required=True, help="Exponent a, positive.")
@click.option("--kappa", required=True, help="Renormalised ridge, not negative.")
@click.option("--shift", default="0", show_default=True, help="Exponent s, any real number.")
@click.option(
    "--power", type=int, default=1, show_default=True, help="Exponent m, a whole number, at least 1."
)
@click.option("--size", default="inf", show_default=True, help="Number of terms M, or inf.")
@options.digits
@options.rigorous
@options.json_flag
def trace_sum_command(
    decay: str,
    kappa: str,
    shift: str,
    power: int,
    size: str,
    digits: int,
    rigorous: bool,
    as_json: bool,
) -> None:
    """Evaluate the sum over k from 1 to M of k^-s / (1 + kappa k^a)^m."""
    from ...numerics import trace_sum

    value = trace_sum(decay, kappa, shift=shift, power=power, size=size, digits=digits, rigorous=rigorous)
    print_values({"value": figure(value, digits)}, as_json=as_json)


@evaluate.command()
@options.spectrum
@options.resources
@sgd_options.steps
@click.option("--equivalent", is_flag=True, help="Use the deterministic equivalent of the sketch.  [default]")
@click.option("--sketches", type=int, metavar="K", help="Average over K sketches drawn instead.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sketches.")
@options.json_flag
def sgd(
    decay: str,
    size: str,
    source: str | None,
    features: str,
    samples: str,
    noise: str,
    step_size: str,
    schedule: str,
    batch_size: str,
    average: bool,
    equivalent: bool,
    sketches: int | None,
    seed: int,
    as_json: bool,
) -> None:
    """Find the expected risk of one pass of SGD on a sketched power-law spectrum.

    Prints the risk (label noise included, no 1/2), the excess over the noise, and its split into what no
    predictor on the features explains, bias and variance; of the bias, descent is what gradient descent on
    infinitely many samples would leave. The expectation over data, noise and signal is exact. The one over
    sketches is that of an equivalent, right to order 1/features, or with --sketches a mean with its standard
    error.
    """
    from mpmath import mpf

    from ...numerics import PowerLaw

    spectrum = PowerLaw(decay, size)
    if sketches is None:
        from ...numerics import solve_sgd

        point = solve_sgd(
            spectrum,
            features=features,
            samples=samples,
            step_size=step_size,
            schedule=schedule,  # type: ignore[arg-type]
            noise=noise,
            source=source,
            batch_size=batch_size,
            average=average,
        )
        values = {word: decimal(mpf(getattr(point, word)), SGD_DIGITS) for word in SGD_WORDS}
        print_values(values, as_json=as_json)
        return
    if equivalent:
        raise ValueError("`--sketches` and `--equivalent` exclude each other; choose one")
    from ..simulate import average_over_sketches

    plan = sgd_options.make_schedule(schedule, step_size=step_size, samples=samples, batch_size=batch_size)
    found = average_over_sketches(
        spectrum,
        plan,
        features=features,
        noise=noise,
        source=source,
        batch_size=batch_size,
        average=average,
        sketches=sketches,
        seed=seed,
    )
    values = {}
    for word in SGD_WORDS:
        mean = getattr(found, word)
        values[word] = decimal(mpf(mean.value), SGD_DIGITS)
        values[f"{word}_standard_error"] = decimal(mpf(mean.standard_error), 3)
    print_values({**values, "sketches": str(sketches), "seed": str(seed)}, as_json=as_json)
