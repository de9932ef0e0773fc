"""`scalinglaws fit`: a law fitted to the runs of a CSV file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .output import print_json

if TYPE_CHECKING:
    from ..fit import RiskFit


@click.command()
@click.argument("path", metavar="RUNS.CSV", type=click.Path(path_type=Path))
@click.option(
    "--irreducible", help="The irreducible risk sigma^2, where it is known.  [default: fitted, too]"
)
@click.option("--resamples", type=int, default=200, show_default=True, help="Bootstrap samples of the runs.")
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="Content of the bootstrap intervals."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@options.json_flag
def fit(
    path: Path,
    irreducible: str | None,
    resamples: int,
    confidence: float,
    seed: int,
    as_json: bool,
) -> None:
    """Fit sigma^2 + c1 features^-a1 + c2 samples^-a2 to measured runs.

    RUNS.CSV has a header with the columns features, samples and risk. The Huber loss of the logarithms is
    summed over the runs and minimised from a full grid of starting points; intervals are percentiles over
    bootstrap samples of the runs.
    """
    from ..fit import fit_risk
    from ..runs_table import read_runs

    runs = read_runs(path)
    found = fit_risk(
        runs.features,
        runs.samples,
        runs.risk,
        irreducible=irreducible,
        resamples=resamples,
        confidence=confidence,
        seed=seed,
    )
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found, given=irreducible is not None)


def _as_json(found: RiskFit) -> dict[str, Any]:
    from ..fit import PARAMETERS

    numbers = {name: getattr(found, name) for name in PARAMETERS}
    return {
        **{
            name: {end: repr(getattr(number, end)) for end in ("value", "low", "high")}
            for name, number in numbers.items()
        },
        "objective": repr(found.objective),
        "points": found.points,
        "resamples": len(found.draws),
        "confidence": repr(found.confidence),
        "seed": str(found.seed),
    }


def _print(found: RiskFit, *, given: bool) -> None:
    from ..fit import PARAMETERS

    width = max(map(len, PARAMETERS))
    for name in PARAMETERS:
        number = getattr(found, name)
        interval = f"[{number.low:.6g}, {number.high:.6g}]"
        if given and name == "irreducible":
            interval = "given"
        click.echo(f"{name:<{width}}  {number.value:<12.6g}  {interval}")
    click.echo(
        f"{found.points} runs, summed Huber loss {found.objective:.3g}; intervals hold "
        f"{100 * found.confidence:g}% of {len(found.draws)} bootstrap samples (seed {found.seed})"
    )
