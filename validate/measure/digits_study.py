r"""Spectrum and learning curves of one kernel on the digits, measured beside what the spectrum predicts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ..simulate.replicates import Progress, child_seed, seed_sequence
from .digits import Digits, DigitsKernel, digits_kernel
from .learning_curve import MeasuredCurve, measure_learning_curve, predict_unseen_risk
from .modes import FloatArray, MeasuredModes, measured_modes
from .spectrum import PowerLawRange, measure_spectrum

#: Samples of the learning curves, where there are images enough.
DIGITS_SAMPLES: Final = (20, 40, 80, 160, 320)

_FEWEST: Final = 320  # a network leaves half of them, and three sizes make a curve


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveComparison:
    """A measured learning curve beside the predicted risks at the same samples."""

    measured: MeasuredCurve
    predicted: FloatArray

    @property
    def predicted_exponent(self) -> float:
        """The exponent of the samples over the predicted curve, fitted as that of the measured one."""
        return -float(np.polyfit(np.log(self.measured.sizes), np.log(self.predicted), 1)[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DigitsStudy:
    r"""What one kernel shows on the digits.

    Parameters
    ----------
    kernel, modes :
        The kernel matrix and its modes, with the powers of the labels.
    power_law :
        Where a power law is a fair description of the eigenvalues; None where it is nowhere.
    reason :
        Why there is no power law.
    labels :
        The learning curve on the labels, and that of the modes with the powers of the labels.
    prior :
        The same for targets drawn with the kernel, the isotropic prior; the mean over all of them.
    """

    kernel: DigitsKernel
    modes: MeasuredModes
    power_law: PowerLawRange | None
    reason: str
    labels: CurveComparison
    prior: CurveComparison


def study_digits(
    name: str,
    *,
    features: Any = None,
    samples: Sequence[Any] | None = None,
    replicates: Any = 8,
    images: Any = None,
    seed: Any = 0,
    digits: Digits | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> DigitsStudy:
    """Measure a kernel on the digits.

    Parameters
    ----------
    name, features, digits :
        As in :func:`digits_kernel`.
    samples :
        As in :func:`measure_learning_curve`; None for those of `DIGITS_SAMPLES` up to half of the images.
    replicates, executor, progress :
        As in :func:`measure_learning_curve`.
    images :
        How many of the images, an integer not smaller than 2; None for all.
    seed :
        Root of all randomness, an integer >= 0 or a SeedSequence.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    TypeError, ValueError
        If an argument is outside its domain.
    """
    root = seed_sequence(seed)
    kernel = digits_kernel(name, features=features, images=images, seed=child_seed(root, 0), digits=digits)
    sizes = samples
    if sizes is None:
        half = len(kernel.matrix) / 2
        sizes = [size for size in DIGITS_SAMPLES if size <= half]
        if len(sizes) < 3:
            raise ValueError(
                f"`images` = {len(kernel.matrix)} leave too few samples for a curve; take {_FEWEST} at least"
            )
    modes = measured_modes(kernel.matrix, targets=kernel.targets)
    found, reason = None, ""
    try:
        found = measure_spectrum(modes)
    except ValueError as error:
        reason = str(error)
    curves = []
    for place, (targets, known) in enumerate(
        ((kernel.targets, modes), (None, replace(modes, signal=None, unlearned=0.0)))
    ):
        measured = measure_learning_curve(
            kernel.matrix,
            targets,
            samples=sizes,
            replicates=replicates,
            seed=child_seed(root, 1 + place),
            executor=executor,
            progress=progress,
        )
        predicted = predict_unseen_risk(known, samples=sizes)
        curves.append(CurveComparison(measured=measured, predicted=predicted))
    labels, prior = curves
    return DigitsStudy(kernel=kernel, modes=modes, power_law=found, reason=reason, labels=labels, prior=prior)
