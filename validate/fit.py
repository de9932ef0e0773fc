r"""A law of the risk fitted to measured runs: an irreducible part and a power of each resource.

.. math::

   R(N,T)=\sigma^2+c_1N^{-a_1}+c_2T^{-a_2},

with features N and samples T, by the Huber loss of the logarithm of the risk, as in Hoffmann et al., Training
compute-optimal large language models (2022), arXiv:2203.15556, section 3.3.  The loss is summed over the
runs: an optimiser that stops by the size of an improvement stops too early on their mean, which makes
intervals too narrow (Besiroglu, Erdil, Barnett, You, Chinchilla scaling: a replication attempt (2024),
arXiv:2404.10102).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares, minimize

from ..numerics import ConvergenceError, exact
from .simulate.replicates import single_blas_thread

FloatArray = NDArray[np.float64]

HUBER_WIDTH: Final = 1e-3
"""Deviation of a logarithm up to which it counts by its square, and from which it counts by its size."""

PARAMETERS: Final = (
    "irreducible",
    "features_constant",
    "features_exponent",
    "samples_constant",
    "samples_exponent",
)

# The grid of Hoffmann et al. in logarithms of constants, for a risk with a geometric mean of 1.
_LOG_IRREDUCIBLE: Final = (-1.0, -0.5, 0.0, 0.5, 1.0)
_LOG_CONSTANT: Final = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)
_EXPONENT: Final = (0.0, 0.5, 1.0, 1.5, 2.0)

_FIRST_ITERATIONS: Final = 10
_FINALISTS: Final = 60
_REDRAWS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted number with the ends of its bootstrap interval, equal to it where it was given."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskFit:
    r"""The fitted law :math:`\sigma^2+c_1N^{-a_1}+c_2T^{-a_2}`.

    `objective` is the summed Huber loss, `points` the number of runs, `draws` holds the parameters (columns,
    in the order of `PARAMETERS`) fitted to each bootstrap sample.
    """

    irreducible: Fitted
    features_constant: Fitted
    features_exponent: Fitted
    samples_constant: Fitted
    samples_exponent: Fitted
    objective: float
    points: int
    confidence: float
    draws: FloatArray
    seed: int

    def risk(self, features: float, samples: float) -> float:
        """Return the law at some size."""
        return float(
            self.irreducible.value
            + self.features_constant.value * features**-self.features_exponent.value
            + self.samples_constant.value * samples**-self.samples_exponent.value
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Runs:
    """Logarithms of the runs, and those of the three terms of the law as linear functions of its parameters.

    Parameters
    ----------
    sizes
        Of features and samples, shape (2, runs).
    risk
        Shape (runs,).
    offset, design
        The terms are `offset + design @ parameters`; shapes (3, runs) and (3, runs, parameters).
    """

    sizes: FloatArray
    risk: FloatArray
    offset: FloatArray
    design: FloatArray

    @property
    def free(self) -> int:
        """Number of parameters."""
        return int(self.design.shape[2])

    def deviations(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return how far the logarithm of the law lies above the runs, and the share of each term in it."""
        terms = self.offset + self.design @ parameters
        top = terms.max(axis=0)
        parts = np.exp(terms - top)
        whole = parts.sum(axis=0)
        return top + np.log(whole) - self.risk, parts / whole

    def residuals(self, parameters: FloatArray) -> FloatArray:
        """Return the deviations."""
        return self.deviations(parameters)[0]

    def jacobian(self, parameters: FloatArray) -> FloatArray:
        """Return their derivatives, one column for each parameter."""
        shares = self.deviations(parameters)[1]
        return np.asarray(np.einsum("kr,krp->rp", shares, self.design), dtype=np.float64)

    def objective(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the summed Huber loss and its gradient."""
        deviations, shares = self.deviations(parameters)
        # the slope of the loss is the deviation as far as the width, and keeps its size from there on
        slope = deviations.clip(-HUBER_WIDTH, HUBER_WIDTH)
        loss = slope @ (deviations - slope / 2)
        return float(loss), (slope * shares).ravel() @ self.design.reshape(-1, self.free)

    def chosen(self, rows: NDArray[np.intp]) -> _Runs:
        """Return some of the runs."""
        return _Runs(
            sizes=self.sizes[:, rows],
            risk=self.risk[rows],
            offset=self.offset[:, rows],
            design=self.design[:, rows],
        )

    def complaint(self) -> str | None:
        """Say why the runs do not determine the law, None if they do."""
        points = np.unique(self.sizes, axis=1).shape[1]
        if points < self.free:
            return f"`risk` is known at {points} sizes, too few to fit {self.free} parameters; add runs"
        different = dict(zip(("features", "samples"), (len(set(row)) for row in self.sizes), strict=True))
        # the two that a power has, and one for what is constant
        least = self.free - 2
        for name, values in different.items():
            if values < least:
                return f"`{name}` has {values} different values; at least {least} determine a power of it"
        if max(different.values()) < 3:
            return "`features` and `samples` have 2 different values each; at least 3 of one are needed"
        return None


def fit_risk(
    features: ArrayLike,
    samples: ArrayLike,
    risk: ArrayLike,
    *,
    irreducible: Any = None,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> RiskFit:
    r"""Fit a law with an irreducible part and a power of each resource to measured runs.

    Parameters
    ----------
    features, samples
        Sizes of the runs: positive numbers, one for each run.
    risk
        Their risks, positive numbers.
    irreducible
        :math:`\sigma^2` where it is known, a number >= 0; None to fit it too.
    resamples
        Bootstrap samples of the runs, at least 20.
    confidence
        Probability content of the percentile intervals, in (0, 1).
    seed
        Of the bootstrap, an integer >= 0.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or the runs do not determine the parameters: five different
        sizes with three values each of features and samples (four and two, one of them three, where
        `irreducible` is given).
    ConvergenceError
        If no starting point leads to a minimum.

    Notes
    -----
    The Huber loss with :math:`\delta=10^{-3}` of :math:`\log R` is summed over the runs.  Each of the 4,500
    starting points of Hoffmann et al. (900 where `irreducible` is given) descends by L-BFGS; the best 60 go
    on to the minimum.  Risks are divided by their geometric mean first, so that the fit does not depend on
    their unit.  A bootstrap sample is fitted from the minimum of all runs.

    Examples
    --------
    >>> features, samples = np.meshgrid([8.0, 16, 32, 64], [100.0, 400, 1600])
    >>> risk = 1 + 2 / features + samples**-0.5
    >>> found = fit_risk(features.ravel(), samples.ravel(), risk.ravel(), irreducible=1, resamples=20)
    >>> f"{found.features_exponent.value:.6f} {found.samples_exponent.value:.6f}"
    '1.000000 0.500000'
    """
    sizes = _positive("features", features), _positive("samples", samples)
    values = _positive("risk", risk)
    for name, column in zip(("features", "samples"), sizes, strict=True):
        if column.size != values.size:
            raise ValueError(
                f"`{name}` has {column.size} values; expected as many as `risk` has ({values.size})"
            )
    known = None if irreducible is None else float(exact.nonnegative("irreducible", irreducible))
    number, start = exact.count("resamples", resamples), exact.rational("seed", seed, "an integer >= 0")
    if number < 20:
        raise ValueError(f"`resamples` = {number} must be at least 20 for an interval; choose more")
    if start < 0 or start.denominator != 1:
        raise ValueError(f"`seed` = {seed} must be an integer >= 0; choose one")
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` = {confidence} must be a probability in (0, 1); choose 0.95")
    unit = float(np.mean(np.log(values)))
    runs = _logarithms(*sizes, values, unit, known)
    complaint = runs.complaint()
    if complaint is not None:
        raise ValueError(complaint)
    samples_of_runs = _bootstrap(runs, number, int(start))
    # threads only get in each other's way at this size
    with single_blas_thread():
        best = _from_grid(runs)
        draws = np.stack([_natural(_refined(sample, best), unit, known) for sample in samples_of_runs])
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    found = {
        name: Fitted(value=value, low=lower, high=upper)
        for name, value, lower, upper in zip(
            PARAMETERS, _natural(best, unit, known).tolist(), low.tolist(), high.tolist(), strict=True
        )
    }
    return RiskFit(
        objective=runs.objective(best)[0],
        points=values.size,
        confidence=confidence,
        draws=draws,
        seed=int(start),
        **found,
    )


def _positive(name: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"`{name}` has shape {array.shape}; expected one dimension, a value for each run")
    wrong = array[~(np.isfinite(array) & (array > 0))]
    if wrong.size:
        raise ValueError(f"`{name}` has the value {wrong[0]}; expected positive numbers: remove the run")
    return array


def _logarithms(
    features: FloatArray, samples: FloatArray, risk: FloatArray, unit: float, irreducible: float | None
) -> _Runs:
    """Return the runs with risks in a unit of which the logarithm is given."""
    sizes = np.log(np.stack([features, samples]))
    offset, design = np.zeros((3, risk.size)), np.zeros((3, risk.size, 5))
    design[0, :, 0] = design[1, :, 1] = design[2, :, 3] = 1
    design[1, :, 2], design[2, :, 4] = -sizes
    if irreducible is not None:
        offset[0] = math.log(irreducible) - unit if irreducible else -math.inf
        design = np.ascontiguousarray(design[:, :, 1:])
    return _Runs(sizes=sizes, risk=np.log(risk) - unit, offset=offset, design=design)


def _from_grid(runs: _Runs) -> FloatArray:
    """Return the lowest minimum that the grid of starting points leads to."""
    powers = tuple(product(_LOG_CONSTANT, _EXPONENT))
    constants = [(value,) for value in _LOG_IRREDUCIBLE] if runs.free == 5 else [()]
    reached = []
    for constant, first, second in product(constants, powers, powers):
        found = minimize(
            runs.objective,
            np.array([*constant, *first, *second]),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _FIRST_ITERATIONS},
        )
        reached.append((float(found.fun), found.x))
    reached.sort(key=lambda pair: pair[0])
    minima = [_refined(runs, place) for _, place in reached[:_FINALISTS]]
    best = min(minima, key=lambda place: runs.objective(place)[0])
    if not math.isfinite(runs.objective(best)[0]):
        raise ConvergenceError("`risk` is fitted by no law from any starting point; check the runs")
    return best


def _refined(runs: _Runs, place: FloatArray) -> FloatArray:
    """Return the minimum near a place."""
    found = minimize(runs.objective, place, jac=True, method="L-BFGS-B")
    # half the sum of this loss, at this width, is the objective itself
    polished = least_squares(
        runs.residuals,
        found.x,
        jac=runs.jacobian,
        loss="huber",
        f_scale=HUBER_WIDTH,
        x_scale="jac",
        xtol=1e-12,
        ftol=1e-12,
        gtol=1e-12,
    )
    return np.asarray(polished.x if polished.cost < found.fun else found.x)


def _bootstrap(runs: _Runs, number: int, seed: int) -> list[_Runs]:
    """Return samples of the runs with replacement; one that does not determine the law is drawn again."""
    generator = np.random.default_rng(seed)
    drawn: list[_Runs] = []
    for _ in range(_REDRAWS * number):
        sample = runs.chosen(generator.integers(0, runs.risk.size, runs.risk.size))
        if sample.complaint() is None:
            drawn.append(sample)
            if len(drawn) == number:
                return drawn
    raise ValueError(
        f"`risk` has {runs.risk.size} runs, whose bootstrap samples hardly ever determine the law; add runs"
    )


def _natural(parameters: FloatArray, unit: float, irreducible: float | None) -> FloatArray:
    """Return the parameters in the order of `PARAMETERS`, in the unit of the risk."""
    powers = parameters[-4:]
    with np.errstate(over="ignore"):
        constants = np.exp(powers[[0, 2]] + unit)
        first = np.exp(parameters[0] + unit) if irreducible is None else irreducible
    return np.array([first, constants[0], powers[1], constants[1], powers[3]])
