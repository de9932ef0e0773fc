"""`scalinglaws measure dimension`: the dimension of the manifold that data lie on."""

from __future__ import annotations

from pathlib import Path

import click

from . import options
from .output import print_values


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--neighbours",
    default="10",
    show_default=True,
    help="Neighbours whose distances are compared: 2, or 4 and more.",
)
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Content of the interval.")
@options.json_flag
def dimension(path: Path, neighbours: str, confidence: float, as_json: bool) -> None:
    """Estimate the intrinsic dimension of points from the distances to their neighbours.

    FILE (.npy, .csv or .txt) holds a row of coordinates for each point. The estimator is that of Sharma and
    Kaplan, for 2 neighbours that of Facco et al.; the interval covers the scatter of random points, and no
    bias by noise, edges or curvature: compare several numbers of neighbours. The departure, from 0 to 1, says
    how far the ratios of distances are from their law.
    """
    from ..measure import measure_dimension
    from ..measure.files import read_array

    found = measure_dimension(read_array(path), neighbours=neighbours, confidence=confidence)
    numbers = {name: getattr(found, name) for name in ("value", "standard_error", "low", "high", "departure")}
    values = {"dimension": numbers.pop("value"), **numbers}
    texts = {name: repr(number) if as_json else f"{number:.6g}" for name, number in values.items()}
    counts = {name: str(getattr(found, name)) for name in ("neighbours", "points", "coordinates")}
    print_values({**texts, **counts, "confidence": repr(found.confidence)}, as_json=as_json)
