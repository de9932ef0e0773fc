r"""The experiments behind the figures: the model in theory and in simulation at the sizes a reader expects.

All figures have isotropic prior, eigenvalues $k^{-(1+\alpha)}$, and a risk without a factor 1/2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor

import numpy as np

from ...numerics import PowerLaw, optimal_ridge, solve_ridge
from ..simulate import feature_spectrum, simulate_ridge
from .curves import Curve, FigureData, Panel, around, law, logarithmic, simulation, theory
from .interpolation import exponents_by_dimension
from .kernel_spectra import kernel_spectra
from .sgd import averaged_iterates, last_iterate
from .teacher_student import four_regimes

_DIGITS = 8


class Laboratory:
    r"""A model of one size, ready to be evaluated and simulated.

    Parameters
    ----------
    alpha, size :
        The eigenvalues are $k^{-(1+\alpha)}$ for $k$ up to `size`.
    noise :
        Variance of the label noise, as a decimal string.
    replicates :
        Number of draws of each simulated point.
    seed :
        Root of all randomness.
    executor :
        Where the draws are made.
    """

    def __init__(
        self, *, alpha: str, size: int, noise: str = "0", replicates: int, seed: int, executor: Executor
    ) -> None:
        self.spectrum = PowerLaw(f"{1 + float(alpha):g}", size)
        self.noise = noise
        self.replicates = replicates
        self.seed = np.random.SeedSequence((seed, size, round(1000 * float(alpha))))
        self.executor = executor

    def excess(self, features: float, samples: float, ridge: object = 0) -> float:
        """Return the predicted excess risk."""
        point = solve_ridge(
            self.spectrum,
            features=features,
            samples=samples,
            ridge=ridge,
            noise=self.noise,
            digits=_DIGITS,
        )
        return float(point.excess)

    def optimal_excess(self, features: float, samples: float) -> float:
        """Return the predicted excess risk at the optimal ridge."""
        best = optimal_ridge(
            self.spectrum, features=features, samples=samples, noise=self.noise, digits=_DIGITS
        )
        return float(best.point.excess)

    def optimal_excess_along(self, both: float) -> float:
        """Return the predicted excess risk at the optimal ridge for equal features and samples."""
        return self.optimal_excess(both, both)

    def simulated(
        self, places: Sequence[tuple[int, int]], along: int, *, optimal: bool = False, ridge: object = 0
    ) -> list[tuple[float, float, float]]:
        """Return place, mean and standard error of the excess at pairs of features and samples.

        Parameters
        ----------
        places :
            Pairs of features and samples.
        along :
            Which of both is the place on the axis, 0 or 1.
        optimal :
            Whether the ridge is the optimal one.
        ridge :
            The ridge otherwise.
        """
        points = []
        for index, (features, samples) in enumerate(places):
            if optimal:
                ridge = optimal_ridge(
                    self.spectrum, features=features, samples=samples, noise=self.noise, digits=_DIGITS
                ).ridge
            found = simulate_ridge(
                self.spectrum,
                features=features,
                samples=samples,
                ridge=ridge,
                noise=self.noise,
                replicates=self.replicates,
                seed=np.random.SeedSequence(self.seed.entropy, spawn_key=(index, int(optimal))),
                executor=self.executor,
            )
            points.append((float((features, samples)[along]), found.excess, found.standard_error))
        return points


def power_law(constant: float, exponent: float) -> Callable[[float], float]:
    """Return a power law."""
    return lambda place: float(constant * place**exponent)


def double_descent(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the loss against the number of features at a fixed number of samples."""
    size, samples = 600, 100
    laboratory = Laboratory(alpha="1", size=size, replicates=replicates, seed=seed, executor=executor)
    apart = [(features, samples) for features in (10, 20, 35, 50, 70, 84, 92, 109, 120, 145, 200, 350, 600)]
    through = [(features, samples) for features in (10, 20, 40, 70, 100, 145, 250, 600)]
    wide = logarithmic(8, 1000, 25)
    plateau = laboratory.excess(math.inf, samples)
    panel = Panel(
        title="",
        x_label="features $N$",
        y_label="risk",
        curves=(
            theory(lambda n: laboratory.excess(n, samples), around(samples, 8, 1000, 40), label="ridgeless"),
            simulation(laboratory.simulated(apart, 0)),
            theory(
                lambda n: laboratory.optimal_excess(n, samples), wide, label="optimally regularized", family=1
            ),
            simulation(laboratory.simulated(through, 0, optimal=True), family=1),
            law(lambda _: plateau, [8, 1000], label=r"ridgeless, $N=\infty$"),
        ),
        marks=((samples / 2, r"$\frac{\alpha T}{1+\alpha}$"), (samples, "$T$")),
        y_range=(0.5 * plateau, 100 * plateau),
    )
    return FigureData(
        name="double-descent",
        title="Double descent and its absence",
        caption=(
            rf"Risk against the number of features at $T={samples}$ samples, $\alpha=1$, $M={size}$, no "
            r"label noise. Without a ridge it has a minimum near $N=\alpha T/(1+\alpha)$, diverges at $N=T$ "
            r"and falls to the plateau of $N=\infty$, which lies below the minimum. With the optimal ridge "
            f"it falls all the way. Lines: deterministic equivalent. Points: mean of {replicates} draws with "
            "standard error."
        ),
        panels=(panel,),
    )


def equal_resources(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the loss along equal numbers of features and samples."""
    size = 1000
    grid = logarithmic(8, 800, 16)
    places = [(count, count) for count in (10, 20, 40, 80, 160)]
    curves: list[Curve] = []
    for family, alpha in enumerate(("0.5", "1", "2")):
        laboratory = Laboratory(alpha=alpha, size=size, replicates=replicates, seed=seed, executor=executor)
        constant = equal_resources_constant(float(alpha))
        curves += [
            theory(laboratory.optimal_excess_along, grid, label=rf"$\alpha={alpha}$", family=family),
            simulation(laboratory.simulated(places, 0, optimal=True), family=family),
            law(power_law(constant, -float(alpha)), [8, 800], family=family),
        ]
    tiny = Laboratory(alpha="1", size=size, replicates=replicates, seed=seed, executor=executor)
    curves.append(
        theory(lambda n: tiny.excess(n, n, "1e-6"), grid, label=r"$\alpha=1$, $\delta=10^{-6}$", family=3)
    )
    panel = Panel(title="", x_label="$N=T$", y_label="risk", curves=tuple(curves))
    return FigureData(
        name="equal-resources",
        title="One exponent along equal resources",
        caption=(
            f"Risk along $N=T$ at the optimal ridge, $M={size}$, no label noise. Dashed: the leading law "
            r"$c_\alpha N^{-\alpha}$ of an infinite spectrum; at small $\alpha$ the finite $M$ and the next "
            r"terms show. A ridge far below the optimal one ($\delta=10^{-6}$) leaves the divergence at "
            f"$N=T$ in sight. Points: mean of {replicates} draws with standard error."
        ),
        panels=(panel,),
    )


def equal_resources_constant(alpha: float) -> float:
    r"""Return the constant of the risk $c_\alpha N^{-\alpha}$ along $N=T$ at the optimal ridge, $M=\infty$.

    Notes
    -----
    With $z=N/(1+\sqrt{2/(\alpha(1+\alpha))})$ and $\rho=\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}$ the risk
    is $\rho^{1+\alpha}N^2z^{-(1+\alpha)}/(2N-2(1-1/\alpha)z)$.
    """
    angle = math.pi / (1 + alpha)
    part = 1 / (1 + math.sqrt(2 / (alpha * (1 + alpha))))
    rho = angle / math.sin(angle)
    return float(rho ** (1 + alpha) * part ** -(1 + alpha) / (2 - 2 * (1 - 1 / alpha) * part))


def breakdown(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return what happens when the resources pass the size of the spectrum, without and with noise."""
    size, features = 60, 120
    quiet = Laboratory(alpha="1", size=size, replicates=replicates, seed=seed, executor=executor)
    few, many = (10, 20, 30, 40, 50, 55), (10, 20, 40, 80, 160, 300)
    scarce = 40
    left = Panel(
        title="no label noise",
        x_label="samples $T$",
        y_label="risk",
        curves=(
            theory(
                lambda t: quiet.excess(features, t),
                [size - gap for gap in logarithmic(1e-3, size - 8, 40)][::-1],
                label=f"$N={features}>M$",
            ),
            simulation(quiet.simulated([(features, samples) for samples in few], 1)),
            theory(
                lambda t: quiet.excess(scarce, t),
                around(scarce, 8, 400, 30),
                label=f"$N={scarce}<M$",
                family=1,
            ),
            simulation(
                quiet.simulated([(scarce, samples) for samples in (10, 20, 30, 60, 100, 200, 300)], 1),
                family=1,
            ),
        ),
        marks=((size, "$M$"),),
        y_range=(1e-5, 1.0),
    )
    noise = "0.01"
    noisy = Laboratory(alpha="1", size=size, noise=noise, replicates=replicates, seed=seed, executor=executor)
    apart = [(features, samples) for samples in (10, 20, 35, 48, 74, 100, 160, 300)]
    right = Panel(
        title=rf"label noise $\sigma^2={noise}$",
        x_label="samples $T$",
        y_label="excess risk",
        curves=(
            theory(lambda t: noisy.excess(features, t), around(size, 8, 400, 40), label="ridgeless"),
            simulation(noisy.simulated(apart, 1)),
            theory(
                lambda t: noisy.optimal_excess(features, t),
                logarithmic(8, 400, 20),
                label="optimally regularized",
                family=1,
            ),
            simulation(noisy.simulated([(features, samples) for samples in many], 1, optimal=True), family=1),
            law(power_law(float(noise) * size, -1.0), [70, 400], label=r"$\sigma^2M/T$", family=3),
        ),
        marks=((size, "$M$"),),
        y_range=(1e-3, 1.0),
    )
    return FigureData(
        name="breakdown",
        title="Breakdown at the size of the spectrum",
        caption=(
            rf"Risk against the number of samples for $M={size}$ eigenvalues, $\alpha=1$. Left: once "
            "features and samples both reach $M$ the risk is zero; with fewer features than $M$ it ends on a "
            "plateau. "
            rf"Right: with label noise and $N={features}$ the excess ends as $\sigma^2M/(T-M)$ without a "
            r"ridge, for any $N\ge M$, and as $\sigma^2M/T$ to leading order with the optimal one. "
            f"Points: mean of {replicates} draws with standard error."
        ),
        panels=(left, right),
    )


def feature_spectra(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the spectra of linear and rectified random features with more features than eigenvalues."""
    size, features, draws = 150, 700, max(2, replicates // 10)
    spectrum = PowerLaw("2", size)
    curves: list[Curve] = []
    for family, name in enumerate(("linear", "relu")):
        found = feature_spectrum(
            spectrum, features=features, feature_map=name, replicates=draws, seed=seed, executor=executor
        )
        chosen = sorted({round(index) for index in logarithmic(1, found.rank, 60)})
        values = tuple(float(found.eigenvalues[index - 1]) for index in chosen)
        errors = tuple(
            float(found.eigenvalues[index - 1] * found.relative_error[index - 1]) for index in chosen
        )
        points = list(zip(map(float, chosen), values, errors, strict=True))
        curves.append(simulation(points, label={"linear": "linear", "relu": "ReLU"}[name], family=family))
    curves.append(law(power_law(1.0, -2.0), [1, features], label="$k^{-2}$", family=3))
    panel = Panel(
        title="",
        x_label="index $k$",
        y_label="eigenvalue",
        curves=tuple(curves),
        marks=((size, "$M$"),),
        y_range=(5e-7, 2.0),
    )
    return FigureData(
        name="feature-spectra",
        title="Spectra of random features",
        caption=(
            f"Eigenvalues of the second moment of $N={features}$ random features of data with $M={size}$ "
            f"eigenvalues $k^{{-2}}$; geometric mean of {draws} draws. The linear map ends at $M$. The "
            "rectified map goes on to $N$ without a cut, but more slowly than $k^{-2}$ at these sizes."
        ),
        panels=(panel,),
    )


Experiment = Callable[..., FigureData]
EXPERIMENTS: tuple[Experiment, ...] = (
    double_descent,
    equal_resources,
    breakdown,
    feature_spectra,
    last_iterate,
    averaged_iterates,
    four_regimes,
    exponents_by_dimension,
    kernel_spectra,
)


def run_experiments(*, replicates: int, seed: int, executor: Executor) -> Iterator[FigureData]:
    """Yield the data of every figure of the report, in its order."""
    for experiment in EXPERIMENTS:
        yield experiment(replicates=replicates, seed=seed, executor=executor)
