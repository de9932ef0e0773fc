"""`scalinglaws predict`: the learning curve that measured eigenvalues lead to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .measure_spectrum import as_values
from .measured_files import read_modes, target_files
from .output import print_json

if TYPE_CHECKING:
    from ...numerics import RidgeSweep

_WORDS = ("kappa", "risk", "excess", "bias", "variance")
_DIGITS = 10
_LONGEST = 10_000


@click.command()
@click.option(
    "--spectrum",
    "path",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Eigenvalues or a kernel matrix, as of `measure spectrum`.",
)
@target_files
@click.option(
    "--samples",
    required=True,
    help="Numbers of samples T: a list 10,100,inf or a range FROM:TO:COUNT in about equal ratios.",
)
@click.option("--features", default="inf", show_default=True, help="Numbers of features N, in the same way.")
@options.ridge
@click.option("--noise", default="0", show_default=True, help="Variance of the label noise.")
@click.option(
    "--extend", is_flag=True, help="Continue the eigenvalues by the power law that they follow, to infinity."
)
@click.option(
    "--first", help="With --extend: first index of the range that is fitted.  [default: looked for]"
)
@click.option("--last", help="With --extend: last index of the range.  [default: looked for]")
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Draw the learning curves to an SVG, PNG or PDF file."
)
@options.json_flag
def predict(
    path: Path,
    signal: Path | None,
    targets: Path | None,
    samples: str,
    features: str,
    ridge: str,
    noise: str,
    extend: bool,
    first: str | None,
    last: str | None,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Predict learning curves from measured eigenvalues.

    The model is ridge regression on random features of data with these eigenvalues, and kernel ridge
    regression at infinitely many features. The target is that of --signal or --targets, else random with the
    isotropic prior. Prints the risk (label noise included, no 1/2) at every pair of features and samples.
    """
    import numpy as np

    from ..measure import measure_spectrum, predict_risk

    if plot is not None:
        from ..report.files import check_path

        check_path(plot, "--plot")
    if not extend and (first is not None or last is not None):
        raise ValueError("`--first` and `--last` say which power law continues the spectrum; add --extend")
    many, wide = _numbers("samples", samples), _numbers("features", features)
    modes = read_modes(path, signal, targets)
    found = measure_spectrum(modes, first=first, last=last) if extend else None
    penalty = options.number("ridge", ridge)
    curves = predict_risk(
        modes,
        samples=np.array(many)[None, :],
        features=np.array(wide)[:, None],
        ridge=penalty,
        noise=noise,
        extend=found,
    )
    if plot is not None:
        _draw(curves, many, wide, plot)
    rows = [
        {
            "features": _count(width),
            "samples": _count(points),
            **{word: _figure(getattr(curves, word)[row, column]) for word in _WORDS},
        }
        for row, width in enumerate(wide)
        for column, points in enumerate(many)
    ]
    if as_json:
        continued = None if found is None else as_values(modes, found)
        print_json(
            {
                "eigenvalues": modes.eigenvalues.size,
                "samples": modes.samples,
                "extended": continued,
                "risks": rows,
            }
        )
        return
    widths = {word: max(len(word), *(len(row[word]) for row in rows)) for word in rows[0]}
    for row in [{word: word for word in widths}, *rows]:
        click.echo("  ".join(f"{row[word]:<{width}}" for word, width in widths.items()).rstrip())
    if found is None and modes.samples is not None and max(many) > modes.samples / 10:
        click.echo(
            f"{modes.samples} data points know little of more than {modes.samples // 10} samples: beyond, "
            "the risk is that on these points themselves; --extend goes on by their power law"
        )
    if found is not None:
        click.echo(
            f"continued beyond {found.last} with decay {found.decay.value:.5g}"
            + ("" if found.source is None else f" and source {found.source.value:.5g}")
            + ("" if found.fair else f"; no fair description: {'; '.join(found.objections)}")
        )


def _numbers(name: str, text: str) -> list[float]:
    """Read a list of numbers, or a range in equal ratios."""
    import numpy as np

    ends = text.split(":")
    if len(ends) == 3:
        low, high = (options.number(name, end) for end in ends[:2])
        count = options.number(name, ends[2])
        if not (1 <= low < high < float("inf") and 2 <= count <= _LONGEST and count == int(count)):
            raise ValueError(
                f"`--{name}` = {text!r} must be FROM:TO:COUNT with 1 <= FROM < TO and from 2 to {_LONGEST} "
                "places; correct it"
            )
        return sorted({float(round(place)) for place in np.geomspace(low, high, int(count))})
    if len(ends) != 1:
        raise ValueError(f"`--{name}` = {text!r} must be a list 10,100 or FROM:TO:COUNT; write one of them")
    return [options.number(name, entry) for entry in text.split(",")]


def _count(value: float) -> str:
    return str(int(value)) if value == value // 1 and value < 1e15 else f"{value:.{_DIGITS}g}"


def _figure(value: Any) -> str:
    return f"{float(value):.{_DIGITS}g}"


def _draw(curves: RidgeSweep, samples: list[float], features: list[float], path: Path) -> None:
    from ..report.figures import ON_WHITE, draw
    from ..report.files import save_figure
    from ..report.measured import curves_figure

    save_figure(draw(curves_figure(curves.risk, samples, features), ON_WHITE), path, ON_WHITE)
