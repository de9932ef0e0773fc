"""`scalinglaws density`: the limiting spectrum of a random-feature kernel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .output import decimal, print_json

if TYPE_CHECKING:
    from ...numerics import SpectralSupport

_MOMENTS = 4


@click.command()
@click.option("--decay", required=True, help="Exponent a of the eigenvalues k^-a, positive.")
@click.option("--size", default="inf", show_default=True, help="Number of eigenvalues, or inf.")
@click.option("--features", required=True, help="Number of features N, positive, or inf.")
@click.option("--samples", required=True, help="Number of samples T, positive, or inf.")
@click.option(
    "--matrix",
    type=click.Choice(["kernel", "covariance"]),
    default="kernel",
    show_default=True,
    help="The T x T matrix of the samples, or the N x N one of the features.",
)
@click.option("--at", "places", multiple=True, metavar="X", help="Print the density at X; may be repeated.")
@click.option(
    "--limit", type=int, default=100, show_default=True, help="How many gaps between bands to look for."
)
@options.digits
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the density to an SVG, PNG or PDF file.")
@click.option(
    "--replicates",
    type=int,
    default=32,
    show_default=True,
    help="Matrices drawn for the plot's histogram; 0 for none.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@options.json_flag
def density(
    decay: str,
    size: str,
    features: str,
    samples: str,
    matrix: Any,
    places: tuple[str, ...],
    limit: int,
    digits: int,
    plot: Path | None,
    replicates: int,
    seed: int,
    as_json: bool,
) -> None:
    """Find the limiting spectrum of the kernel of random features.

    Prints the share of eigenvalues that are zero, the bands of the others from the largest down with their
    edges and how many eigenvalues each holds, and the first moments.
    """
    from ...numerics import PowerLaw, spectral_density, spectral_edges, spectral_moments

    if plot is not None:
        from ..report.files import check_path

        check_path(plot, "--plot")
    spectrum = PowerLaw(decay, size)
    arguments: dict[str, Any] = {"features": features, "samples": samples, "matrix": matrix}
    if replicates < 0:
        raise ValueError(f"`--replicates` = {replicates} must be an integer not smaller than 0; choose one")
    if plot is not None and replicates and spectrum.size == float("inf"):
        raise ValueError("`--size` = inf cannot be simulated; choose a finite size or --replicates 0")
    heights = {
        text: decimal(spectral_density(spectrum, text, **arguments, digits=digits), digits) for text in places
    }
    support = spectral_edges(spectrum, **arguments, digits=digits, limit=limit)
    moments = [
        decimal(value, digits) for value in spectral_moments(spectrum, _MOMENTS, **arguments, digits=digits)
    ]
    if plot is not None:
        _draw(spectrum, support, arguments, replicates, seed, plot)
    values = {
        "mass_at_zero": str(support.mass_at_zero),
        "complete": support.complete,
        "bands": [
            {
                "lower": decimal(band.lower, digits),
                "upper": decimal(band.upper, digits),
                "modes": str(band.modes),
                "mass": str(band.mass),
            }
            for band in support.bands
        ],
        "moments": moments,
        "density": heights,
    }
    if as_json:
        print_json(values)
    else:
        _print(support, values, digits)


def _print(support: SpectralSupport, values: dict[str, Any], digits: int) -> None:
    """Print the spectrum as text."""
    click.echo(f"mass_at_zero  {values['mass_at_zero']}")
    width = digits + 8
    click.echo(f"{'band':<12}  {'lower':<{width}}{'upper':<{width}}eigenvalues")
    for number, band in enumerate(values["bands"], start=1):
        click.echo(f"{number:<12}  {band['lower']:<{width}}{band['upper']:<{width}}{band['modes']}")
    if not support.complete:
        click.echo("more gaps may lie in the last band; raise --limit to look for them")
    for order, value in enumerate(values["moments"], start=1):
        click.echo(f"{f'moment {order}':<12}  {value}")
    for place, value in values["density"].items():
        click.echo(f"{f'density {place}':<12}  {value}")


def _draw(
    spectrum: Any, support: SpectralSupport, arguments: dict[str, Any], replicates: int, seed: int, path: Path
) -> None:
    """Draw the density over a histogram of drawn eigenvalues."""
    from ..report.density import density_figure
    from ..report.figures import ON_WHITE, draw
    from ..report.files import save_figure
    from ..simulate import kernel_spectrum

    drawn = None
    if replicates:
        drawn = kernel_spectrum(spectrum, **arguments, replicates=max(2, replicates), seed=seed)
    figure = density_figure(spectrum, support, **arguments, drawn=drawn)
    save_figure(draw(figure, ON_WHITE), path, ON_WHITE)
