"""`scalinglaws simulate`: one point, simulated beside its prediction."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from . import kernel_options, options, sgd_options
from .output import print_values
from .simulate_interpolation import interpolation

if TYPE_CHECKING:
    from ...numerics import SketchedSpectrum, Spectrum
    from ..simulate import SGDSimulation


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


@simulate.command()
@options.spectrum
@options.resources
@sgd_options.steps
@click.option("--passes", type=int, default=1, show_default=True, help="Passes over the samples.")
@click.option(
    "--covariates",
    default="gaussian",
    show_default=True,
    help="Their law: gaussian, rademacher, laplace, or student:5 for five degrees of freedom.",
)
@click.option("--rotated", is_flag=True, help="Rotate the independent coordinates of the covariates.")
@click.option("--on-data", is_flag=True, help="Draw the data and the sketch; otherwise what is equal in law.")
@click.option(
    "--signal",
    type=click.Choice(["fixed", "drawn"]),
    default="fixed",
    show_default=True,
    help="One signal for all runs, or a normal one for each.",
)
@click.option("--replicates", type=int, default=200, show_default=True, help="Number of independent runs.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option("--jobs", type=int, help="Number of processes; by default one for each processor.")
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
    passes: int,
    covariates: str,
    rotated: bool,
    on_data: bool,
    signal: str,
    replicates: int,
    seed: int,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Simulate SGD on sketched covariates at one point.

    One sketch is drawn, and runs on it. Prints their mean risk with its standard error, the risk that is
    expected given this sketch, and the distance between both in standard errors. Covariates that are not
    Gaussian, or rotated, are drawn in the space of the data; their expected risk follows from their fourth
    moment, and stands beside that of Gaussian ones. With several passes there is no prediction, but the risk
    on the samples learned from.
    """
    from ...numerics import PowerLaw
    from ..executors import process_pool
    from ..simulate import simulate_sgd, simulate_sgd_on_data

    law = sgd_options.read_covariates(covariates, rotated=rotated)
    plan = sgd_options.make_schedule(
        schedule, step_size=step_size, samples=samples, batch_size=batch_size, passes=passes
    )
    spectrum = PowerLaw(decay, size)
    settings: dict[str, Any] = {
        "noise": noise,
        "batch_size": batch_size,
        "average": average,
        "samples": samples if passes > 1 else None,
        "signal": signal,
        "replicates": replicates,
        "seed": seed,
    }
    # a pool of one's own is started where the work is worth it, if none is asked for
    with nullcontext() if jobs is None else process_pool(jobs) as pool:
        if on_data or rotated or law.law != "gaussian":
            found = simulate_sgd_on_data(
                spectrum,
                plan,
                features=features,
                source=source,
                covariates=law,
                executor=pool,
                **settings,
            )
        else:
            sketch = _sketch(spectrum, features, source, seed)
            found = simulate_sgd(sketch, plan, executor=pool, **settings)
    values = {"risk": repr(found.risk), "standard_error": repr(found.standard_error)}
    if passes == 1:
        values |= _beside(found)
    else:
        assert found.training_risk is not None
        values["training_risk"] = repr(found.training_risk.value)
    for part in ("approximation", "bias", "variance"):
        values[part] = repr(getattr(found, part))
    values |= {"replicates": str(found.replicates), "seed": str(seed)}
    print_values(values, as_json=as_json)


@simulate.command()
@kernel_options.kernel
@click.option("--samples", required=True, help="Number of points.")
@options.ridge
@click.option("--noise", default="0", show_default=True, help="Variance of the label noise.")
@click.option(
    "--points",
    type=click.Choice(["random", "lattice"]),
    default="random",
    show_default=True,
    help="Random points, or a lattice on circle or torus, where the risk is exact.",
)
@click.option(
    "--prediction/--no-prediction", default=True, show_default=True, help="Add the deterministic equivalent."
)
@click.option("--test-points", type=int, default=1000, show_default=True, help="Points of each risk.")
@click.option("--replicates", type=int, default=20, show_default=True, help="Number of sets of points.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option("--jobs", type=int, help="Number of processes; by default one for each processor.")
@options.json_flag
def kernel(
    name: str,
    manifold: str,
    dimension: str | None,
    teacher: str | None,
    samples: str,
    ridge: str,
    noise: str,
    points: str,
    prediction: bool,
    test_points: int,
    replicates: int,
    seed: int,
    jobs: int | None,
    as_json: bool,
    **parameters: str | None,
) -> None:
    """Simulate kernel regression on a Gaussian process, on a circle, torus or sphere.

    Only points are drawn: process and label noise are averaged exactly. Prints the mean risk and its standard
    error over the sets of points, the risk of the deterministic equivalent, whose constant need not be that
    of a real kernel (it takes long for deep networks), the median, and the geometric mean of the risk without
    the noise of the test label, which few sets with close points do not dominate.
    """
    from ...numerics import ManifoldSpectrum, Torus, solve_ridge
    from ...numerics.exact import count
    from ..executors import process_pool
    from ..simulate import lattice_risk, simulate_kernel_regression

    place = kernel_options.read_manifold(manifold, dimension)
    student, process = kernel_options.read_kernels(name, teacher, parameters)

    def expected() -> dict[str, str]:
        if not prediction:
            return {}
        spectrum = ManifoldSpectrum(student, place, teacher=process)
        point = solve_ridge(spectrum, features="inf", samples=samples, ridge=ridge, noise=noise, digits=8)
        return {"predicted_risk": repr(float(point.risk))}

    if points == "lattice":
        if not isinstance(place, Torus):
            raise ValueError(f"`points` is lattice, which {place} does not have; use random")
        number = count("samples", samples)
        side = round(number ** (1 / place.dimension))
        if side**place.dimension != number:
            raise ValueError(
                f"`samples` = {number} is no power {place.dimension} of an integer; a lattice has {side}^"
                f"{place.dimension} = {side**place.dimension} points"
            )
        risk = lattice_risk(student, process, manifold=place, side=side, ridge=ridge, noise=noise)
        values = {"risk": repr(risk), **expected()}
        print_values(values | {"samples": str(number), "side": str(side)}, as_json=as_json)
        return
    # a pool of one's own is started where the work is worth it, if none is asked for
    with nullcontext() if jobs is None else process_pool(jobs) as pool:
        found = simulate_kernel_regression(
            student,
            process,
            manifold=place,
            samples=samples,
            ridge=ridge,
            noise=noise,
            test_points=test_points,
            replicates=replicates,
            seed=seed,
            executor=pool,
        )
    values = {
        "risk": repr(found.risk),
        "standard_error": repr(found.standard_error),
        **expected(),
        "median": repr(found.median),
        "geometric_mean": repr(math.exp(found.log_excess().value)),
        "mean_over_median": repr(found.heaviness),
        "replicates": str(found.replicates),
        "seed": str(seed),
    }
    print_values(values, as_json=as_json)


def _sketch(spectrum: Spectrum, features: str, source: str | None, seed: int) -> SketchedSpectrum:
    """Draw the sketch, from a seed that the runs do not share."""
    from ...numerics import sample_sketch
    from ...numerics.exact import count_or_infinite
    from ..simulate import unsketched
    from ..simulate.replicates import child_seed, seed_sequence

    root = seed_sequence(seed)
    if math.isinf(count_or_infinite("features", features)):
        return unsketched(spectrum, source=source)
    return sample_sketch(spectrum, features, source=source, seed=child_seed(child_seed(root, 0), 0))


def _beside(found: SGDSimulation) -> dict[str, str]:
    """Return the exact expectation and the distance to it, where there are such."""
    import numpy as np

    values = {"predicted_risk": repr(found.prediction().risk)}
    if found.covariates.has_moment(8):
        comparison = found.comparison()
        values |= {"ratio": repr(comparison.ratio), "z": repr(comparison.z)}
    else:
        # without an eighth moment the mean has no standard error, but a median has a limit
        values["median_risk"] = repr(float(np.median(found.risk_draws)))
    if found.covariates.law != "gaussian" or found.covariates.rotated:
        values["gaussian_risk"] = repr(found.gaussian_prediction().risk)
    return values


simulate.add_command(interpolation)
