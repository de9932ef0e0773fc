"""Options that several commands share; their values stay strings, and are so taken exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def stack(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return several options as one decorator, in the order in which help shows them."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON with decimal strings.")

digits = click.option(
    "--digits", type=int, default=15, show_default=True, help="Significant digits, all of them right."
)

rigorous = click.option(
    "--rigorous",
    is_flag=True,
    help="Print centre +/- radius of intervals that are proven to hold the result.",
)


def spectrum(function: F) -> F:
    """Add the options of a power-law spectrum and of its signal."""
    return stack(
        click.option("--decay", required=True, help="Exponent a of the eigenvalues k^-a, positive."),
        click.option("--size", default="inf", show_default=True, help="Number of eigenvalues, or inf."),
        click.option(
            "--source", help="Exponent b of the signal k^-b; by default the isotropic prior, b = a."
        ),
    )(function)


def resources(function: F) -> F:
    """Add the options of what the model has at its disposal."""
    return stack(
        click.option("--features", required=True, help="Number of features N, positive, or inf."),
        click.option("--samples", required=True, help="Number of samples T, positive, or inf."),
        click.option("--noise", default="0", show_default=True, help="Variance of the label noise."),
    )(function)


ridge = click.option(
    "--ridge",
    default="0",
    show_default=True,
    help="Penalty on the squared weights, beside a sum over samples.",
)


def number(name: str, text: str) -> float:
    """Read a number or inf that goes into double precision."""
    from ...numerics import exact

    stripped = text.strip()
    if stripped == "inf":
        return float("inf")
    try:
        return float(exact.rational(f"--{name}", stripped, "a real number"))
    except OverflowError:
        raise ValueError(
            f"`--{name}` = {stripped} must fit a double-precision number; choose it smaller"
        ) from None
