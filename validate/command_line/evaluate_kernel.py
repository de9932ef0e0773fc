"""`scalinglaws evaluate kernel`: exact eigenvalues of a kernel on a manifold, and its learning curve."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import click

from . import kernel_options, options
from .output import figure, print_json

WORDS = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")


@click.command("kernel")
@kernel_options.kernel
@click.option(
    "--count",
    default="8",
    show_default=True,
    help="How many different eigenvalues to print, by the degree; on a torus by |n|^2.",
)
@click.option("--samples", help="Number of samples T; solves the regression with so many.")
@options.ridge
@click.option("--noise", default="0", show_default=True, help="Variance of the label noise.")
@options.digits
@options.rigorous
@options.json_flag
def kernel(
    name: str,
    manifold: str,
    dimension: str | None,
    teacher: str | None,
    count: str,
    samples: str | None,
    ridge: str,
    noise: str,
    digits: int,
    rigorous: bool,
    as_json: bool,
    **parameters: str | None,
) -> None:
    """Find the eigenvalues of a kernel on a circle, torus or sphere, and the risk of regression with it.

    Prints the exponent of the ordered eigenvalues (decay), alpha_K = decay - 1, which is that of the learning
    curve of a target drawn from the kernel itself, the sum of all eigenvalues, and the first of them with
    their multiplicities. With --samples also the deterministic equivalent of regression on a Gaussian process
    of the teacher kernel, as `evaluate ridge` does. What the teacher has in modes in which the kernel has no
    eigenvalue is never learned.
    """
    from ...numerics import ManifoldSpectrum, kernel_eigenvalues, solve_ridge

    place = kernel_options.read_manifold(manifold, dimension)
    student, process = kernel_options.read_kernels(name, teacher, parameters)
    spectrum = ManifoldSpectrum(student, place, process)
    if samples is None:
        for option, value in (("--ridge", ridge), ("--noise", noise)):
            if value != "0":
                raise ValueError(f"`{option}` = {value} needs a number of samples; give --samples")
    values: dict[str, Any] = {"decay": _exponent(spectrum.decay)}
    values["alpha_K"] = _exponent(None if spectrum.decay is None else spectrum.decay - 1)
    if process is not None:
        values["source"] = _exponent(spectrum.signal_decay)
    values["total"] = figure(spectrum.total(digits), digits)
    if samples is not None:
        point = solve_ridge(
            spectrum,
            features="inf",
            samples=samples,
            ridge=ridge,
            noise=noise,
            digits=digits,
            rigorous=rigorous,
        )
        values |= {word: figure(getattr(point, word), digits) for word in WORDS}
    levels = kernel_eigenvalues(student, place, count, digits=digits, rigorous=rigorous)
    rows = [
        {
            "degree": str(level.degree),
            "multiplicity": str(level.multiplicity),
            "eigenvalue": figure(level.eigenvalue, digits),
        }
        for level in levels
    ]
    if as_json:
        print_json({**values, "eigenvalues": rows})
        return
    width = max(map(len, values))
    for word, value in values.items():
        click.echo(f"{word:<{width}}  {value}")
    click.echo()
    _print_table(rows)


def _exponent(value: Fraction | None) -> str:
    """Return an exponent as it is, one that is larger than any as inf."""
    return "inf" if value is None else str(value)


def _print_table(rows: list[dict[str, str]]) -> None:
    widths = {word: max(len(word), *(len(row[word]) for row in rows)) for word in rows[0]}

    def line(row: Mapping[str, str]) -> str:
        *counts, last = row
        return "  ".join([*(f"{row[word]:>{widths[word]}}" for word in counts), row[last]])

    click.echo(line({word: word for word in rows[0]}))
    for row in rows:
        click.echo(line(row))
