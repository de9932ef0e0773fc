"""`scalinglaws simulate`: one point, simulated beside its prediction."""

from __future__ import annotations

import click

from . import options
from .output import print_values


@click.group()
def simulate() -> None:
    """Simulate a model and compare with the theory."""


@simulate.command()
@options.spectrum
@options.resources
@options.ridge
@click.option("--replicates", type=int, default=100, show_default=True, help="Number of independent draws.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option("--jobs", type=int, help="Number of processes; by default one for each processor.")
@options.json_flag
def ridge(
    decay: str,
    size: str,
    source: str | None,
    features: str,
    samples: str,
    noise: str,
    ridge: str,
    replicates: int,
    seed: int,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Simulate random-feature ridge regression at one point.

    Data and features are drawn; test point, teacher and label noise are averaged exactly. Prints the mean
    risk and its standard error over the draws, the predicted risk, and the distance between both in standard
    errors: z as it is, and z beyond an allowance of 2/min(N, T) for what the prediction neglects.
    """
    from ...numerics import PowerLaw, solve_ridge
    from ..executors import process_pool
    from ..simulate import simulate_ridge
    from ..statistics import compare

    spectrum = PowerLaw(decay, size)
    point = solve_ridge(
        spectrum, features=features, samples=samples, ridge=ridge, noise=noise, source=source, digits=17
    )
    with process_pool(jobs) as pool:
        (found,) = simulate_ridge(
            spectrum,
            features=features,
            samples=samples,
            ridge=[ridge],
            noise=noise,
            source=source,
            replicates=replicates,
            seed=seed,
            executor=pool,
        )
    allowance = 2 / min(found.features, found.samples)
    predicted = float(point.risk)
    plain = compare(found.estimate(), predicted)
    allowed = compare(found.estimate(), predicted, allowance=allowance)
    values = {
        "risk": repr(found.risk),
        "standard_error": repr(found.standard_error),
        "predicted_risk": repr(predicted),
        "ratio": repr(plain.ratio),
        "z": repr(plain.z),
        "allowance": repr(allowance),
        "z_beyond_allowance": repr(allowed.z),
        "replicates": str(found.replicates),
        "seed": str(seed),
    }
    print_values(values, as_json=as_json)
