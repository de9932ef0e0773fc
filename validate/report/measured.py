"""Figures of what was measured: eigenvalues with the power law that they follow, and learning curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..measure import DigitsStudy, MeasuredModes, PowerLawRange
from ..measure.modes import FloatArray
from .curves import Curve, CurveKind, FigureData, Panel, law, simulation

_PLACES = 80


def spectrum_figure(
    modes: MeasuredModes, found: PowerLawRange | None = None, *, name: str = "spectrum"
) -> FigureData:
    """Show measured eigenvalues, and the powers of a target, with their fitted laws.

    Parameters
    ----------
    modes :
        what was measured.
    found :
        the law; None for the eigenvalues alone.
    name :
        identifier of the figure.
    """
    curves = eigenvalue_curves(modes, found)
    marks = () if found is None else ((float(found.first), ""), (float(found.last), ""))
    what = "eigenvalue" if modes.signal is None else "eigenvalue, power of the target"
    words = "" if found is None else f" Dashed: the power law from {found.first} to {found.last}."
    return FigureData(
        name=name,
        title="A measured spectrum",
        caption=f"{modes.eigenvalues.size} eigenvalues.{words}",
        panels=(Panel(title="", x_label="index $k$", y_label=what, curves=curves, marks=marks),),
    )


def eigenvalue_curves(
    modes: MeasuredModes, found: PowerLawRange | None, *, label: str = "eigenvalues", family: int = 0
) -> tuple[Curve, ...]:
    """Return eigenvalues as points with their law, and the mean powers of the target with theirs."""
    curves = [eigenvalue_points(modes.eigenvalues, label=label, family=family)]
    if found is not None:
        fits = [(found.decay, found.fit, "decay", family)]
        if found.source is not None and found.signal_fit is not None:
            fits.append((found.source, found.signal_fit, "source", family + 1))
        for number, fit, word, colour in fits:
            decay, scale = float(fit.decay), float(fit.scale)
            curves.append(
                law(
                    lambda k, scale=scale, decay=decay: scale * k**-decay,  # type: ignore[misc]
                    [found.first, found.last],
                    label=f"{word} {number.value:.3g} [{number.low:.3g}, {number.high:.3g}]",
                    family=colour,
                )
            )
    if modes.signal is not None:
        curves.insert(1, eigenvalue_points(modes.signal, label="power of the target", family=family + 1))
    return tuple(curves)


def curves_figure(risk: FloatArray, samples: Sequence[float], features: Sequence[float]) -> FigureData:
    """Show predicted risks against samples, a curve for each number of features.

    Parameters
    ----------
    risk :
        shape (features, samples).
    samples, features :
        positive numbers.
    """
    order = np.argsort(samples)
    shown = [place for place in order if math.isfinite(samples[place])]
    if len(shown) < 2:
        raise ValueError("`--samples` has fewer than two finite numbers, which make no curve; add some")
    curves = tuple(
        Curve(
            kind=CurveKind.THEORY,
            x=tuple(samples[place] for place in shown),
            # a risk of zero, of more samples than modes, has no place on a logarithmic axis
            y=tuple(float(row[place]) or math.nan for place in shown),
            label=f"$N={_label(width)}$",
            family=family,
        )
        for family, (width, row) in enumerate(zip(features, risk, strict=True))
    )
    return FigureData(
        name="predicted",
        title="Predicted learning curves",
        caption="The risk that measured eigenvalues lead to.",
        panels=(Panel(title="", x_label="samples $T$", y_label="risk", curves=curves),),
    )


def _label(width: float) -> str:
    return r"\infty" if math.isinf(width) else f"{width:.4g}"


def eigenvalue_points(values: FloatArray, **words: Any) -> Curve:
    """Return means over blocks of equal width in the logarithm of the index; zeros leave the picture."""
    ends = np.unique(np.round(np.geomspace(1, values.size + 1, _PLACES)).astype(np.intp)) - 1
    counts = np.diff(ends)
    means = np.diff(np.concatenate([[0.0], np.cumsum(values)])[ends]) / counts
    places = np.sqrt((ends[:-1] + 1.0) * ends[1:])
    kept = means > 0
    return Curve(
        kind=CurveKind.SIMULATION,
        x=tuple(places[kept].tolist()),
        y=tuple(means[kept].tolist()),
        error=(0.0,) * int(kept.sum()),
        **words,
    )


def digits_figure(study: DigitsStudy) -> FigureData:
    """Show the spectrum of a kernel on the digits, and its learning curves beside their predictions."""
    law_found = study.power_law
    left = Panel(
        title="spectrum",
        x_label="index $k$",
        y_label="eigenvalue, power of the labels",
        curves=eigenvalue_curves(study.modes, law_found),
    )
    curves = []
    for family, (name, curve) in enumerate((("targets of the prior", study.prior), ("labels", study.labels))):
        points = [
            (float(size), risk.value, risk.standard_error)
            for size, risk in zip(curve.measured.sizes, curve.measured.risk, strict=True)
        ]
        curves += [
            simulation(points, label=name, family=family),
            Curve(
                kind=CurveKind.THEORY,
                x=tuple(map(float, curve.measured.sizes)),
                y=tuple(curve.predicted.tolist()),
                family=family,
            ),
        ]
    right = Panel(
        title="learning curves", x_label="samples $D$", y_label="error on unseen images", curves=tuple(curves)
    )
    return FigureData(
        name="digits",
        title="Kernel regression on the digits",
        caption=(
            f"The kernel {study.kernel.name} on {len(study.kernel.matrix)} images of handwritten digits. "
            "Left: eigenvalues and the powers of the labels in their modes. Right: errors on unseen images "
            "(points, mean of "
            f"{len(study.labels.measured.draws)} draws with standard error) and what the eigenvalues predict."
        ),
        panels=(left, right),
    )
