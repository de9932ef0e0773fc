"""`scalinglaws evaluate`: numbers of the theory with as many digits as asked for."""

from __future__ import annotations

import click

from . import options
from .output import figure, print_values

WORDS = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")


@click.group()
def evaluate() -> None:
    """Evaluate the theory to any number of digits."""


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
