r"""The figure of kernel spectra: exact ones with fitted and derived decay, and those of real images."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
from sympy import Integer, Rational

from ...numerics import Kernel, Laplace, Manifold, ReLUNNGP, Sphere
from ...numerics.kernels.eigenvalues import kernel_eigenvalues
from ...theory.kernels import KernelLaw, matern, relu_nngp
from ..measure import (
    MeasuredModes,
    digits_available,
    digits_kernel,
    measure_spectrum,
    measured_modes,
)
from ..measure.modes import FloatArray
from .curves import Curve, FigureData, Panel, law
from .measured import eigenvalue_points

_DIGITS = 10
_HALF = Rational(1, 2)
#: Label, kernel, law, dimension of the sphere, degrees.
_SHOWN: tuple[tuple[str, Kernel, KernelLaw, int, int], ...] = (
    *(
        (
            f"Laplace, $S^{dimension}$",
            Laplace(1),
            matern("sphere", smoothness=_HALF, dimension=Integer(dimension), length=Integer(1)),
            dimension,
            degrees,
        )
        for dimension, degrees in ((1, 600), (2, 60), (3, 24))
    ),
    ("ReLU, $S^2$", ReLUNNGP(1), relu_nngp(1, dimension=Integer(2)), 2, 90),
)
_IMAGES = (
    ("relu", "ReLU"),
    ("relu-ntk", "ReLU NTK"),
    ("relu-ntk-3", "NTK, 3 layers"),
    ("laplace", "Laplace"),
)


def kernel_spectra(*, replicates: int, seed: int, executor: Executor) -> FigureData:  # noqa: ARG001
    """Return spectra of kernels on spheres and, where scikit-learn is installed, on the digits."""
    curves: list[Curve] = []
    for family, (label, kernel, derived, dimension, degrees) in enumerate(_SHOWN):
        modes = measured_modes(ordered_eigenvalues(kernel, Sphere(dimension), degrees))
        curves += _with_decay(modes, label, family, derived)
    panels = [_panel("spheres, exact", curves)]
    words = ""
    if digits_available():
        curves = []
        for family, (name, label) in enumerate(_IMAGES):
            curves += _with_decay(measured_modes(digits_kernel(name).matrix), label, family, None)
        panels.append(_panel("handwritten digits", curves))
        words = (
            " Right: kernels on 1797 images of handwritten digits; dashed the fitted law where a power law "
            "is a fair description, up to a tenth of the images."
        )
    return FigureData(
        name="kernel-spectra",
        title="Spectra of kernels",
        caption=(
            "Left: exact eigenvalues on spheres, each as often as it occurs, with their fitted decays (in "
            "brackets the derived ones); "
            f"dashed the derived law $ck^{{-(1+\\alpha_K)}}$ with its constant.{words}"
        ),
        panels=tuple(panels),
    )


def ordered_eigenvalues(kernel: Kernel, manifold: Manifold, levels: int) -> FloatArray:
    """Return the positive eigenvalues of the first levels, each as often as it occurs, largest first."""
    values: list[float] = []
    for level in kernel_eigenvalues(kernel, manifold, levels, digits=_DIGITS):
        number: Any = level.eigenvalue
        values += [float(number)] * (level.multiplicity if number > 0 else 0)
    return np.sort(values)[::-1]


def _with_decay(modes: MeasuredModes, label: str, family: int, derived: KernelLaw | None) -> list[Curve]:
    """Return the eigenvalues, their fitted decay in the label, and the line of the derived or fitted law."""
    try:
        found = measure_spectrum(modes)
    except ValueError:  # no power law is a fair description
        return [eigenvalue_points(modes.eigenvalues, label=label, family=family)]
    shown = f"{label}: {found.decay.value:.2f}"
    decay, scale = float(found.fit.decay), float(found.fit.scale)
    ends = (float(found.first), float(found.last))
    if derived is not None:
        decay, scale = float(derived.decay), float(derived.constant)
        shown += f" ({decay:.2f})"
        ends = (1.0, float(modes.eigenvalues.size))
    points = eigenvalue_points(modes.eigenvalues, label=shown, family=family)
    return [points, law(lambda k: scale * k**-decay, ends, family=family)]


def _panel(title: str, curves: list[Curve]) -> Panel:
    return Panel(title=title, x_label="index $k$", y_label="eigenvalue", curves=tuple(curves))
