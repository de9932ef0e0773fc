r"""The risk of one pass of SGD against samples and features: simulated, exact, and as fitted powers.

The setting is that of the experiments of Lin, Wu, Kakade, Bartlett, Lee, Scaling laws in linear regression
(2024), section 5: covariates of trace 1, label noise of variance 1, a step size of 0.1, and in every run a
new sketch and a new signal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from ...numerics import PowerLaw, Schedule, sgd_risk, sketch_equivalent
from ..fit import RiskFit, fit_risk
from ..simulate import simulate_sgd_over_sketches
from .curves import Curve, FigureData, Panel, law, logarithmic, simulation, theory

FEATURES = (8, 16, 32, 64)
SAMPLES = (128, 256, 512, 1024, 2048, 4096, 8192)
_STEP_SIZE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class SGDExperiment:
    r"""Runs of SGD on data of trace 1 with label noise of variance 1, and their exact expectation.

    Eigenvalues :math:`k^{-a}` up to `size` of trace Z with a step size of 0.1/Z and label noise of variance Z
    are the same model, in which all risks are larger by Z.

    Parameters
    ----------
    decay, size
        Of the eigenvalues.
    average
        Whether to average the iterates at a constant step size; otherwise the last one of a step size that is
        halved every :math:`T/\log_2T` steps.
    """

    decay: str
    size: int
    average: bool

    @property
    def spectrum(self) -> PowerLaw:
        """The eigenvalues that are not normalised."""
        return PowerLaw(self.decay, self.size)

    @property
    def trace(self) -> float:
        """Their sum."""
        return float(self.spectrum.total())

    def schedule(self, samples: int) -> Schedule:
        """Return the step sizes."""
        make = Schedule.constant if self.average else Schedule.geometric
        return make(_STEP_SIZE / self.trace, samples)

    def effective(self, samples: float) -> float:
        """Return the number of samples that takes part in the law."""
        return samples if self.average else samples / math.log2(samples)

    def simulated(
        self, features: int, samples: int, *, replicates: int, seed: int, executor: Executor
    ) -> tuple[float, float]:
        """Return the mean excess risk of runs and its standard error."""
        found = simulate_sgd_over_sketches(
            self.spectrum,
            self.schedule(samples),
            features=features,
            noise=self.trace,
            average=self.average,
            replicates=replicates,
            seed=np.random.SeedSequence((seed, self.size, features, samples, int(self.average))),
            executor=executor,
        )
        return found.excess / self.trace, found.standard_error / self.trace

    def expected(self, features: Sequence[float], samples: Sequence[float]) -> list[list[float]]:
        """Return the expected excess risk at all pairs, a row for each number of features."""
        rows = []
        for wide in features:
            sketch = sketch_equivalent(self.spectrum, wide)
            rows.append(
                [
                    sgd_risk(
                        sketch, self.schedule(round(long)), noise=self.trace, average=self.average
                    ).excess
                    / self.trace
                    for long in samples
                ]
            )
        return rows


def sgd_figure(
    experiment: SGDExperiment,
    *,
    features: Sequence[int] = FEATURES,
    samples: Sequence[int] = SAMPLES,
    replicates: int,
    resamples: int = 200,
    seed: int,
    executor: Executor,
    name: str,
) -> FigureData:
    """Show simulated excess risks on a grid, the exact curves through them, and the law fitted to them.

    Parameters
    ----------
    experiment
        The model.
    features, samples
        The grid, both growing; four curves are drawn in each panel, evenly among them.
    replicates
        Runs at each point.
    resamples
        Bootstrap samples behind the intervals of the exponents.
    seed
        Root of all randomness.
    executor
        Where the runs are made.
    name
        Identifier of the figure.
    """
    points = {
        (wide, long): experiment.simulated(wide, long, replicates=replicates, seed=seed, executor=executor)
        for wide in features
        for long in samples
    }
    fitted = fit_risk(
        [wide for wide, _ in points],
        [experiment.effective(long) for _, long in points],
        [1 + excess for excess, _ in points.values()],
        irreducible=1,
        resamples=resamples,
        seed=seed,
    )
    some_features, some_samples = _spread(features), _spread(samples)
    along_samples = logarithmic(samples[0], samples[-1], 12)
    along_features = [round(value) for value in logarithmic(features[0], features[-1], 8)]
    left: list[Curve] = []
    for family, (wide, row) in enumerate(
        zip(some_features, experiment.expected(some_features, along_samples), strict=True)
    ):
        measured = [(experiment.effective(long), *points[wide, long]) for long in samples]
        places = [experiment.effective(round(long)) for long in along_samples]
        left += _family(places, row, measured, f"$N={wide}$", family)
        left.append(law(_along_samples(fitted, wide), places, family=family))
    right: list[Curve] = []
    table = experiment.expected(along_features, some_samples)
    for family, long in enumerate(some_samples):
        measured = [(float(wide), *points[wide, long]) for wide in features]
        column = [row[family] for row in table]
        right += _family(list(map(float, along_features)), column, measured, f"$T={long}$", family)
        effective = experiment.effective(long)
        right.append(law(_along_features(fitted, effective), map(float, along_features), family=family))
    low = 0.8 * min(excess for excess, _ in points.values())
    window = (low, 1.25 * max(excess for excess, _ in points.values()))
    panels = tuple(
        Panel(title=title, x_label=label, y_label=r"$R-\sigma^2$", curves=tuple(curves), y_range=window)
        for title, label, curves in (
            (_exponent("a_2", fitted, "samples_exponent"), _samples_label(experiment), left),
            (_exponent("a_1", fitted, "features_exponent"), "features $N$", right),
        )
    )
    return FigureData(
        name=name, title=_title(experiment), caption=_caption(experiment, fitted, replicates), panels=panels
    )


def _along_samples(fitted: RiskFit, features: float) -> Callable[[float], float]:
    """Return the fitted excess as a function of the samples."""
    return lambda samples: fitted.risk(features, samples) - 1


def _along_features(fitted: RiskFit, samples: float) -> Callable[[float], float]:
    """Return the fitted excess as a function of the features."""
    return lambda features: fitted.risk(features, samples) - 1


def _family(
    places: Sequence[float],
    exact: Sequence[float],
    measured: Sequence[tuple[float, float, float]],
    label: str,
    family: int,
) -> list[Curve]:
    """Return an exact curve and the simulated points on it."""
    values = dict(zip(places, exact, strict=True))
    return [
        theory(values.__getitem__, places, label=label, family=family),
        simulation(measured, family=family),
    ]


def _spread(values: Sequence[int], most: int = 4) -> list[int]:
    """Return a few of several values, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    return [values[round(index * (len(values) - 1) / (most - 1))] for index in range(most)]


def _exponent(symbol: str, fitted: RiskFit, name: str) -> str:
    found = getattr(fitted, name)
    return f"fitted ${symbol}={found.value:.3f}$  [{found.low:.3f}, {found.high:.3f}]"


def _samples_label(experiment: SGDExperiment) -> str:
    return "samples $T$" if experiment.average else r"effective samples $T/\log_2T$"


def _title(experiment: SGDExperiment) -> str:
    which = "averaged" if experiment.average else "last iterate"
    return f"One pass of SGD, {which}, a = {experiment.decay}"


def _caption(experiment: SGDExperiment, fitted: RiskFit, replicates: int) -> str:
    time = "T" if experiment.average else r"T_{\mathrm{eff}}"
    return (
        f"Risk above the label noise for $M={experiment.size}$ eigenvalues proportional to "
        f"$k^{{-{experiment.decay}}}$ of trace 1, $\\sigma=1$, step size {_STEP_SIZE}. Solid: expected "
        f"risk of the deterministic equivalent, right to order $1/N$. Points: mean of {replicates} runs, "
        "each with its own sketch and signal, with standard error. Dashed: "
        f"$\\sigma^2+c_1N^{{-a_1}}+c_2{time}^{{-a_2}}$ fitted to all {fitted.points} points, with "
        f"{100 * fitted.confidence:g}% bootstrap intervals."
    )


def last_iterate(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the risk of the last iterate against effective samples and features."""
    experiment = SGDExperiment(decay="2", size=2000, average=False)
    return sgd_figure(
        experiment, replicates=replicates, seed=seed, executor=executor, name="sgd-last-iterate"
    )


def averaged_iterates(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the risk of the average over the iterates against samples and features."""
    experiment = SGDExperiment(decay="2", size=2000, average=True)
    return sgd_figure(experiment, replicates=replicates, seed=seed, executor=executor, name="sgd-averaged")
