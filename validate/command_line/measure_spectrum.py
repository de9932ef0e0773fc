"""`scalinglaws measure spectrum`: the power law in measured eigenvalues, or why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .measured_files import read_modes, target_files
from .output import print_json

if TYPE_CHECKING:
    from ..fit import Fitted
    from ..measure import MeasuredModes, PowerLawRange


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@target_files
@click.option(
    "--samples", help="Data points behind the eigenvalues.  [default: rows of a kernel matrix; else exact]"
)
@click.option("--first", help="First index of the range.  [default: looked for]")
@click.option("--last", help="Last index of the range.  [default: looked for]")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Content of the intervals.")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw eigenvalues and law to an SVG, PNG or PDF file."
)
@options.json_flag
def spectrum(
    path: Path,
    signal: Path | None,
    targets: Path | None,
    samples: str | None,
    first: str | None,
    last: str | None,
    confidence: float,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Find decay and source of measured eigenvalues, where a power law describes them.

    FILE (.npy, .csv or .txt) holds eigenvalues in any order, or a symmetric kernel matrix. The range of
    indices is the longest one, of a decade at least, that a power law describes fairly; eigenvalues from n
    samples count up to index n/10. Where there is no such range this is said; --first and --last fit one all
    the same.
    """
    from ..measure import measure_spectrum

    if plot is not None:
        from ..report.files import check_path

        check_path(plot, "--plot")
    modes = read_modes(path, signal, targets, samples)
    found = measure_spectrum(modes, first=first, last=last, confidence=confidence)
    if plot is not None:
        _draw(modes, found, plot)
    if as_json:
        print_json(as_values(modes, found))
    else:
        _print(modes, found)


def as_values(modes: MeasuredModes, found: PowerLawRange) -> dict[str, Any]:
    """Return what was found for JSON."""
    return {
        "eigenvalues": modes.eigenvalues.size,
        "dropped": modes.dropped,
        "samples": modes.samples,
        "first": found.first,
        "last": found.last,
        "decay": _ends(found.decay),
        "source": None if found.source is None else _ends(found.source),
        "early": repr(found.early),
        "late": repr(found.late),
        "deviation": repr(found.deviation),
        "bias": None if found.bias is None else repr(found.bias),
        "fair": found.fair,
        "objections": list(found.objections),
        "confidence": repr(found.confidence),
    }


def _ends(number: Fitted) -> dict[str, str]:
    return {end: repr(getattr(number, end)) for end in ("value", "low", "high")}


def _print(modes: MeasuredModes, found: PowerLawRange) -> None:
    kept = f"{modes.eigenvalues.size}"
    if modes.dropped:
        kept += f", and {modes.dropped} that are zero up to rounding"
    rows = [("eigenvalues", kept), ("range", f"{found.first} to {found.last}")]
    for name, number in (("decay", found.decay), ("source", found.source)):
        if number is not None:
            rows.append((name, f"{number.value:<10.5g}[{number.low:.5g}, {number.high:.5g}]"))
    rows.append(("halves", f"decay {found.early:.4g} and {found.late:.4g}"))
    rows.append(("fair", "yes" if found.fair else f"no: {'; '.join(found.objections)}"))
    if found.bias is not None:
        rows.append(
            (
                "bias",
                f"about {found.bias:+.2g} of eigenvalue {found.last}, estimated from {found.samples} samples",
            )
        )
    for name, text in rows:
        click.echo(f"{name:<11}  {text}")


def _draw(modes: MeasuredModes, found: PowerLawRange, path: Path) -> None:
    from ..report.figures import ON_WHITE, draw
    from ..report.files import save_figure
    from ..report.measured import spectrum_figure

    save_figure(draw(spectrum_figure(modes, found), ON_WHITE), path, ON_WHITE)
