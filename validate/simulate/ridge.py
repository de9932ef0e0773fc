r"""Monte Carlo simulation of random-feature ridge regression.

The model: :math:`x\sim\mathcal N(0,\mathrm{diag}\,\lambda)`, :math:`y=\theta\cdot x+\epsilon`,
:math:`\phi=Fx` with :math:`F_{nk}\sim\mathcal N(0,1/N)`, and
:math:`\hat w=\arg\min\sum_{t\le T}(y_t-w\cdot\phi_t)^2+\delta|w|^2` (ridge on the sum, not on the mean).
Data and features are drawn; test point, teacher and label noise are averaged exactly.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np

from ...numerics import InterpolationThresholdError
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, SampledSpectrum, count, count_or_infinity, nonnegative, sampled_spectrum
from .cost import Workload
from .draws import sample_data, sample_feature_map
from .estimator import linear_form, relu_form, relu_population_bias
from .literal import sample_and_solve
from .replicates import Progress, run_replicates, seed_sequence

FEATURE_MAPS = ("linear", "relu")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RidgeSimulation:
    r"""Simulated test risk, split into bias and variance, with standard errors over the draws.

    `risk` contains the label noise, `bias` is the part of the excess without label noise, `variance` the part
    due to it.  `bias_draws`, `variance_draws` and `risk_draws` hold one value for each replicate, in order;
    in a literal simulation a cross term of mean zero makes `risk` differ from `noise + bias + variance`.
    """

    risk: float
    standard_error: float
    bias: float
    bias_standard_error: float
    variance: float
    variance_standard_error: float
    risk_draws: FloatArray
    bias_draws: FloatArray
    variance_draws: FloatArray
    features: float
    samples: float
    size: int
    ridge: float
    noise: float
    feature_map: str
    literal: bool
    replicates: int
    seed: np.random.SeedSequence

    @property
    def excess(self) -> float:
        """Risk without the label noise of the test point."""
        return self.risk - self.noise

    def estimate(self, quantity: str = "risk") -> Estimate:
        """Return `risk`, `excess`, `bias` or `variance` as an estimate with its standard error.

        Raises
        ------
        ValueError
            If `quantity` is none of these.
        """
        match quantity:
            case "risk":
                value, error = self.risk, self.standard_error
            case "excess":
                value, error = self.excess, self.standard_error
            case "bias":
                value, error = self.bias, self.bias_standard_error
            case "variance":
                value, error = self.variance, self.variance_standard_error
            case _:
                raise ValueError(f"`quantity` is {quantity!r}; expected risk, excess, bias or variance")
        return Estimate(value=value, standard_error=error, count=self.replicates)

    def with_noise(self, noise: Any) -> RidgeSimulation:
        """Return the same draws at another label noise > 0, to which the variance is proportional.

        Raises
        ------
        ValueError
            If this simulation is literal or has no label noise to scale, or `noise` is negative or not
            finite.
        """
        level = nonnegative("noise", noise)
        if self.literal or self.noise == 0:
            raise ValueError(
                f"`noise` is {noise!r} but these draws hold no noise to scale; simulate with it instead"
            )
        scaled = np.stack([self.bias_draws, self.variance_draws / self.noise], axis=-1)
        return _summary(replace(self, noise=level), _with_excess(scaled, level))


@overload
def simulate_ridge(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    ridge: Sequence[Any] | FloatArray,
    noise: Any = 0,
    source: Any = None,
    replicates: int = 40,
    seed: Any,
    executor: Executor | None = None,
    feature_map: str = "linear",
    progress: Progress | None = None,
    literal: bool = False,
) -> tuple[RidgeSimulation, ...]: ...


@overload
def simulate_ridge(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    ridge: Any = 0,
    noise: Any = 0,
    source: Any = None,
    replicates: int = 40,
    seed: Any,
    executor: Executor | None = None,
    feature_map: str = "linear",
    progress: Progress | None = None,
    literal: bool = False,
) -> RidgeSimulation: ...


def simulate_ridge(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    ridge: Any = 0,
    noise: Any = 0,
    source: Any = None,
    replicates: int = 40,
    seed: Any,
    executor: Executor | None = None,
    feature_map: str = "linear",
    progress: Progress | None = None,
    literal: bool = False,
) -> RidgeSimulation | tuple[RidgeSimulation, ...]:
    r"""Simulate random-feature ridge regression and return its mean test risk with a standard error.

    Parameters
    ----------
    spectrum
        `PowerLaw` of finite size, `Eigenvalues`, or an array of positive numbers in decreasing order.
    features, samples
        Integers >= 1 or inf.  `features=inf` is ridge regression on the inputs themselves, `samples=inf` the
        projection on the features.
    ridge
        Penalty on the sum, in [0, oo), or a sequence of penalties that share all draws; 0 is the solution of
        least norm.  With `samples=inf` a finite penalty has no effect.
    noise
        Variance of the label noise, in [0, oo).
    source
        Exponent of the signal powers of a `PowerLaw`; None is the isotropic prior.
    replicates
        Number of independent draws, at least 2.
    seed
        Integer >= 0 or `SeedSequence`.  The result depends on it and not on workers or chunks, to the last
        bit.
    executor
        Any `concurrent.futures.Executor`.  None starts a pool of processes when the work is worth it (of
        threads, in a script without `if __name__ == "__main__":`), otherwise runs here.
    feature_map
        `"linear"`, or `"relu"` for :math:`\phi=\max(0,Fx)`, with finite `features`.
    progress
        Called as `progress(done, total)` with numbers of replicates.
    literal
        Draw teacher and label noise too and solve each estimator by least squares; slower and noisier,
        independent of the formulas of the exact average.

    Returns
    -------
    RidgeSimulation or tuple of RidgeSimulation
        One result for a number, a tuple for a sequence of ridges.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the spectrum is infinite, a replicate needs more memory than
        2 GiB, or double precision cannot hold the result.
    InterpolationThresholdError
        Without a ridge, if the risk or its fluctuation has no finite mean.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    In whitened coordinates :math:`x=\Lambda^{1/2}z` the learned map is :math:`B`, and the average is exact:
    :math:`R=\sigma^2+\lVert(1-B)V^{1/2}\rVert_F^2+\sigma^2\lVert G^T(\Phi\Phi^T+\delta)^{-1}\Phi\rVert_F^2`.
    Linear features or samples beyond the size are drawn as Bartlett factors, which has the same law.

    Without a ridge the risk contains inverse Wishart matrices with :math:`\nu=|N-T|` degrees of freedom more
    than their size (:math:`|T-\min(N,M)|` in the label noise): its mean is finite for :math:`\nu\ge2`, its
    second moment, and so the standard error, for :math:`\nu\ge4`; less is refused.  A tiny ridge at
    :math:`N=T` makes all moments finite, but rare draws carry the mean: use many replicates.

    Examples
    --------
    A breakdown: with more features and samples than eigenvalues nothing is left but the label noise, and the
    mean of its variance is exactly :math:`\sigma^2M/(T-M-1)`.

    >>> point = simulate_ridge([3, 2, 1], features=5, samples=24, noise="0.2", replicates=400, seed=7)
    >>> point.bias < 1e-25, abs(point.variance - 0.03) < 4 * point.variance_standard_error
    (True, True)
    """
    sampled = sampled_spectrum(spectrum, source)
    number_of_features = count_or_infinity("features", features)
    number_of_samples = count_or_infinity("samples", samples)
    level = nonnegative("noise", noise)
    several = isinstance(ridge, Sequence | np.ndarray) and not isinstance(ridge, str)
    ridges = tuple(nonnegative("ridge", value) for value in (ridge if several else (ridge,)))
    if not ridges:
        raise ValueError("`ridge` is empty; expected a number >= 0 or a sequence of them")
    draws = count("replicates", replicates, least=2)
    root = seed_sequence(seed)
    if feature_map not in FEATURE_MAPS:
        raise ValueError(f"`feature_map` is {feature_map!r}; expected one of {', '.join(FEATURE_MAPS)}")
    relu = feature_map == "relu"
    if relu and math.isinf(number_of_features):
        raise ValueError(
            "`features` is inf, for which the relu map has no exact test average; choose a finite number"
        )
    if min(ridges) == 0:
        _check_moments(number_of_features, number_of_samples, sampled.size, level, relu)
    if max(number_of_features, number_of_samples) == math.inf and number_of_features == number_of_samples:
        raise ValueError(
            "`features` and `samples` are both inf: nothing is random and the excess is 0; choose one"
        )
    workload = Workload(
        features=number_of_features,
        samples=number_of_samples,
        size=sampled.size,
        ridges=len(ridges),
        relu=relu,
        literal=literal,
    )
    workload.check_memory()
    parts = run_replicates(
        functools.partial(
            _replicate,
            sampled=sampled,
            features=number_of_features,
            samples=number_of_samples,
            ridges=ridges,
            noise=level,
            relu=relu,
            literal=literal,
        ),
        replicates=draws,
        seed=root,
        seconds=workload.seconds,
        executor=executor,
        progress=progress,
    )
    results = []
    for index, penalty in enumerate(ridges):
        empty = np.empty(0)
        blank = RidgeSimulation(
            risk=0.0,
            standard_error=0.0,
            bias=0.0,
            bias_standard_error=0.0,
            variance=0.0,
            variance_standard_error=0.0,
            risk_draws=empty,
            bias_draws=empty,
            variance_draws=empty,
            features=number_of_features,
            samples=number_of_samples,
            size=sampled.size,
            ridge=penalty,
            noise=level,
            feature_map=feature_map,
            literal=literal,
            replicates=draws,
            seed=root,
        )
        results.append(_summary(blank, parts[:, index] if literal else _with_excess(parts[:, index], level)))
    return tuple(results) if several else results[0]


def _replicate(
    seed: np.random.SeedSequence,
    *,
    sampled: SampledSpectrum,
    features: float,
    samples: float,
    ridges: tuple[float, ...],
    noise: float,
    relu: bool,
    literal: bool,
) -> FloatArray:
    """Return bias and unit variance (and the excess, if literal) of one draw for every ridge."""
    generator = np.random.default_rng(seed)
    amplitudes, root_signal = np.sqrt(sampled.eigenvalues), np.sqrt(sampled.signal)
    if literal:
        return sample_and_solve(
            amplitudes,
            root_signal,
            features=features,
            samples=samples,
            ridges=ridges,
            noise=noise,
            relu=relu,
            generator=generator,
        )
    reduced = not relu
    mapped = (
        None
        if math.isinf(features)
        else sample_feature_map(amplitudes, int(features), generator, reduced=reduced)
    )
    data = (
        None if math.isinf(samples) else sample_data(sampled.size, int(samples), generator, reduced=reduced)
    )
    if relu:
        assert mapped is not None
        if data is None:
            return np.array([[relu_population_bias(mapped, root_signal), 0.0]] * len(ridges))
        form = relu_form(mapped, data, root_signal)
    else:
        form = linear_form(mapped, data, amplitudes, root_signal)
    if data is None:
        return np.array([[form.bias_and_variance(0.0, noise)[0], 0.0]] * len(ridges))
    return np.array([form.bias_and_variance(ridge, noise) for ridge in ridges])


def _with_excess(parts: FloatArray, noise: float) -> FloatArray:
    """Return bias, variance and excess from bias and unit variance."""
    bias, variance = parts[:, 0], noise * parts[:, 1]
    return np.stack([bias, variance, bias + variance], axis=1)


def _summary(blank: RidgeSimulation, parts: FloatArray) -> RidgeSimulation:
    bias, variance, excess = (mean_estimate(column) for column in parts.T)
    return replace(
        blank,
        risk=blank.noise + excess.value,
        standard_error=excess.standard_error,
        bias=bias.value,
        bias_standard_error=bias.standard_error,
        variance=variance.value,
        variance_standard_error=variance.standard_error,
        risk_draws=blank.noise + parts[:, 2],
        bias_draws=parts[:, 0].copy(),
        variance_draws=parts[:, 1].copy(),
    )


def _check_moments(features: float, samples: float, size: int, noise: float, relu: bool) -> None:
    """Refuse ridgeless sizes at which the standard error, or the risk itself, would be infinite."""
    if math.isinf(samples):
        return
    latent = math.inf if relu else size
    gaps = []
    if min(features, samples) < latent:
        gaps.append(("features", abs(features - samples)))
    if noise > 0:
        gaps.append(("size" if latent < features else "features", abs(samples - min(features, latent))))
    for name, gap in gaps:
        if gap < 4:
            what = "risk" if gap < 2 else "fluctuation of the risk"
            raise InterpolationThresholdError(
                f"`samples` = {samples} is {gap:.0f} from `{name}`, where the {what} is infinite without "
                "a ridge; choose `ridge` > 0 or a distance of at least 4"
            )
