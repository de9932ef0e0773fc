"""`scalinglaws measure digits`: spectra and learning curves of kernels on real images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .measure_spectrum import as_values
from .output import print_json

if TYPE_CHECKING:
    from ..measure import DigitsStudy

_KERNELS = ("relu", "relu-ntk", "relu-ntk-3", "laplace", "random-features", "network")


@click.command()
@click.option("--kernel", type=click.Choice(_KERNELS), default="relu-ntk", show_default=True)
@click.option("--features", help="Features of random-features and network.  [default: 4096, 512]")
@click.option("--images", help="How many of the images.  [default: all 1797]")
@click.option("--replicates", default="8", show_default=True, help="Draws of the samples, at least 2.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw spectrum and curves to an SVG, PNG or PDF file."
)
@options.json_flag
def digits(
    kernel: str,
    features: str | None,
    images: str | None,
    replicates: str,
    seed: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Compare spectrum and learning curves on the handwritten digits.

    The images come with scikit-learn (pip install 'scalinglaws[digits]'). Prints the decay of the kernel's
    eigenvalues, and the exponents of kernel regression on the labels and on targets drawn with the kernel,
    measured and as the eigenvalues (with the powers of the labels) predict them at the same sizes.
    """
    from ..measure import study_digits

    if plot is not None:
        from ..report.files import check_path

        check_path(plot, "--plot")
    study = study_digits(kernel, features=features, images=images, replicates=replicates, seed=seed)
    if plot is not None:
        _draw(study, plot)
    if as_json:
        print_json(_as_json(study))
    else:
        _print(study)


def _as_json(study: DigitsStudy) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "kernel": study.kernel.name,
        "power_law": None if study.power_law is None else as_values(study.modes, study.power_law),
        "reason": study.reason,
    }
    for name, curve in (("labels", study.labels), ("prior", study.prior)):
        exponent = curve.measured.exponent
        shown[name] = {
            "exponent": repr(exponent.value),
            "standard_error": repr(exponent.standard_error),
            "predicted_exponent": repr(curve.predicted_exponent),
            "curve": [
                {
                    "samples": size,
                    "risk": repr(risk.value),
                    "standard_error": repr(risk.standard_error),
                    "predicted": repr(float(predicted)),
                }
                for size, risk, predicted in zip(
                    curve.measured.sizes, curve.measured.risk, curve.predicted, strict=True
                )
            ],
        }
    return shown


def _print(study: DigitsStudy) -> None:
    law = study.power_law
    rows = [("images", str(len(study.kernel.matrix)))]
    if law is None:
        rows.append(("decay", f"none: {study.reason}"))
    else:
        interval = f"[{law.decay.low:.4g}, {law.decay.high:.4g}]"
        rows.append(("decay", f"{law.decay.value:.4g} {interval} from {law.first} to {law.last}"))
    for name, curve in (("labels", study.labels), ("prior", study.prior)):
        exponent = curve.measured.exponent
        rows.append(
            (
                name,
                f"exponent {exponent.value:.4g} +/- {exponent.standard_error:.2g}, "
                f"predicted {curve.predicted_exponent:.4g}",
            )
        )
    for name, text in rows:
        click.echo(f"{name:<8}  {text}")
    click.echo()
    click.echo(f"{'samples':<8}  {'labels':<10}  {'predicted':<10}  {'prior':<10}  predicted")
    for place, size in enumerate(study.labels.measured.sizes):
        figures = [
            value
            for curve in (study.labels, study.prior)
            for value in (curve.measured.risk[place].value, float(curve.predicted[place]))
        ]
        click.echo("  ".join([f"{size:<8}", *(f"{value:<10.5g}" for value in figures)]).rstrip())


def _draw(study: DigitsStudy, path: Path) -> None:
    from ..report.figures import ON_WHITE, draw
    from ..report.files import save_figure
    from ..report.measured import digits_figure

    save_figure(draw(digits_figure(study), ON_WHITE), path, ON_WHITE)
