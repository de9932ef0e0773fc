r"""Where SGD takes its samples from: the coordinates of a sketch, or data multiplied by it.

Both are linear models in whitened coordinates: features :math:`\phi=Gz`, labels :math:`\theta\cdot
z+\epsilon`, and excess risk :math:`\lVert G^\top v-\theta\rVert^2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...numerics import SketchedSpectrum, Spectrum, sample_sketch
from .arguments import FloatArray
from .covariates import Covariates


class Runs(Protocol):
    """Samples for a number of runs, each with a signal of its own, and what an iterate leaves of it."""

    @property
    def approximation(self) -> FloatArray:
        """The signal power that no predictor on the features explains, for each run."""

    def draw(
        self, steps: int, batch: int, columns: int, generator: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Return features and labels of fresh samples.

        Features have the shape (steps, runs, batch, width), labels (steps, columns, runs, batch): the first
        column is the signal, the second, if there is one, label noise of variance 1.
        """

    def power(self, iterate: FloatArray) -> FloatArray:
        """Return the mean square of the predictions of iterates (runs, width)."""

    def beyond(self, iterate: FloatArray) -> FloatArray:
        """Return the excess risk of iterates over the best predictor on the features."""


class Space(Protocol):
    """A linear model that runs can be made of."""

    @property
    def width(self) -> int:
        """Number of features."""

    @property
    def size(self) -> int:
        """Number of coordinates that a sample is drawn in."""

    def runs(self, count: int, generator: np.random.Generator) -> Runs:
        """Return samples for some runs; the generator draws their signals."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SketchSpace:
    """Gaussian features in the eigenbasis of their covariance; signals fixed, or drawn for each run."""

    sketch: SketchedSpectrum
    drawn: bool

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.sketch.eigenvalues)

    @property
    def size(self) -> int:
        """Number of coordinates that a sample is drawn in: one more for what is not explained."""
        return self.width + 1

    def runs(self, count: int, generator: np.random.Generator) -> Runs:
        """Return samples for some runs."""
        return _runs_on([self.sketch] * count, generator, drawn=self.drawn)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SketchesSpace:
    """The same with a new sketch for each run; the fields are those of `sample_sketch`."""

    spectrum: Spectrum
    width: int
    source: Any
    latent: Any
    drawn: bool

    @property
    def size(self) -> int:
        """Number of coordinates that a sample is drawn in."""
        return self.width + 1

    def runs(self, count: int, generator: np.random.Generator) -> Runs:
        """Return samples for some runs."""
        sketches = [
            sample_sketch(self.spectrum, self.width, source=self.source, latent=self.latent, seed=generator)
            for _ in range(count)
        ]
        return _runs_on(sketches, generator, drawn=self.drawn)


def _runs_on(sketches: Sequence[SketchedSpectrum], generator: np.random.Generator, *, drawn: bool) -> Runs:
    """Return samples for one run on each sketch."""
    teacher = np.sqrt([sketch.alignment for sketch in sketches])
    if drawn:
        teacher *= generator.standard_normal(teacher.shape)
    return _SketchRuns(
        amplitudes=np.sqrt([sketch.eigenvalues for sketch in sketches]),
        teacher=teacher,
        approximation=np.array([sketch.approximation for sketch in sketches]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _SketchRuns:
    amplitudes: FloatArray
    teacher: FloatArray
    approximation: FloatArray

    def draw(
        self, steps: int, batch: int, columns: int, generator: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        runs, width = self.teacher.shape
        whitened = generator.standard_normal((steps, runs, batch, width))
        # of the labels first what the features do not explain, and label noise
        labels = generator.standard_normal((steps, columns, runs, batch))
        labels[:, 0] *= np.sqrt(self.approximation)[:, None]
        labels[:, 0] += np.einsum("srbn,rn->srb", whitened, self.teacher, optimize=False)
        whitened *= self.amplitudes[:, None]
        return whitened, labels

    def power(self, iterate: FloatArray) -> FloatArray:
        return np.asarray(np.sum((self.amplitudes * iterate) ** 2, axis=1))

    def beyond(self, iterate: FloatArray) -> FloatArray:
        return np.asarray(np.sum((self.amplitudes * iterate - self.teacher) ** 2, axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataSpace:
    r"""Covariates of any law, multiplied by a fixed matrix.

    `feature_map` is :math:`G` (features by size); the rows of `teacher` are the directions in which a signal
    that is drawn has independent standard normal coordinates, or its only row is the signal itself.
    """

    feature_map: FloatArray
    teacher: FloatArray
    covariates: Covariates
    drawn: bool

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.feature_map.shape[0])

    @property
    def size(self) -> int:
        """Number of coordinates that a sample is drawn in."""
        return int(self.feature_map.shape[1])

    @property
    def second_moment(self) -> FloatArray:
        r"""Second moment of :math:`\theta`, size by size."""
        return self.teacher.T @ self.teacher

    def sketch(self) -> SketchedSpectrum:
        r"""Return :math:`\mu=D^2` and :math:`p_i=\mathbb E(w_i\cdot\theta)^2` from :math:`G=UDW^\top`."""
        _, values, directions = np.linalg.svd(self.feature_map, full_matrices=False)
        learned = self.teacher @ directions.T
        return SketchedSpectrum(
            eigenvalues=values**2,
            modes=np.ones(len(values)),
            alignment=np.sum(learned**2, axis=0),
            approximation=float(np.sum((self.teacher - learned @ directions) ** 2)),
        )

    def runs(self, count: int, generator: np.random.Generator) -> Runs:
        """Return samples for some runs."""
        weights = generator.standard_normal((count, len(self.teacher))) if self.drawn else np.ones((count, 1))
        teacher = weights @ self.teacher
        best = np.linalg.lstsq(self.feature_map.T, teacher.T)[0]
        return _DataRuns(
            space=self,
            teacher=teacher,
            approximation=np.sum((teacher - best.T @ self.feature_map) ** 2, axis=1),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _DataRuns:
    space: DataSpace
    teacher: FloatArray
    approximation: FloatArray

    def draw(
        self, steps: int, batch: int, columns: int, generator: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        runs, size = self.teacher.shape
        whitened = self.space.covariates.sample((steps, runs, batch, size), generator)
        labels = np.empty((steps, columns, runs, batch))
        np.einsum("srbn,rn->srb", whitened, self.teacher, optimize=False, out=labels[:, 0])
        if columns > 1:
            labels[:, 1] = generator.standard_normal((steps, runs, batch))
        return whitened @ self.space.feature_map.T, labels

    def power(self, iterate: FloatArray) -> FloatArray:
        return np.asarray(np.sum((iterate @ self.space.feature_map) ** 2, axis=1))

    def beyond(self, iterate: FloatArray) -> FloatArray:
        left = iterate @ self.space.feature_map - self.teacher
        return np.asarray(np.sum(left**2, axis=1) - self.approximation)
