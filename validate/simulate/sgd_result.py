"""What a simulation of SGD found, beside its exact expectation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ...numerics import Schedule, SGDPoint, SketchedSpectrum, sgd_risk
from ..statistics import Comparison, Estimate, compare, mean_estimate
from .arguments import FloatArray
from .covariates import Covariates
from .fourth_moment import risk_from_fourth_moment
from .sgd_samples import DataSpace

Signal: TypeAlias = Literal["fixed", "drawn"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SGDSimulation:
    r"""Simulated test risk of SGD given one sketch, with standard errors over the runs.

    `risk` contains the label noise; `bias` is what a run leaves of the signal beyond `approximation`, and
    `variance` the part due to label noise.  `risk_draws`, `bias_draws` and `variance_draws` hold one value
    for each run; a cross term of mean zero makes the risk differ from `noise + approximation + bias +
    variance`. `training_draws` holds the mean squared error on a finite set of `samples`; without one both
    are None. `sketch` is the spectrum that the expected risk of Gaussian covariates follows from.
    """

    risk: float
    standard_error: float
    bias: float
    bias_standard_error: float
    variance: float
    variance_standard_error: float
    approximation: float
    risk_draws: FloatArray
    bias_draws: FloatArray
    variance_draws: FloatArray
    training_draws: FloatArray | None
    sketch: SketchedSpectrum
    schedule: Schedule
    noise: float
    batch_size: int
    average: bool
    samples: int | None
    signal: Signal
    covariates: Covariates
    space: DataSpace | None
    replicates: int
    seed: np.random.SeedSequence

    @property
    def excess(self) -> float:
        """Risk without the label noise of the test point."""
        return self.risk - self.noise

    @property
    def training_risk(self) -> Estimate | None:
        """Mean squared error on the samples that were learned from, None for fresh ones."""
        return None if self.training_draws is None else mean_estimate(self.training_draws)

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

    def gaussian_prediction(self) -> SGDPoint:
        """Return the exact expected risk that Gaussian covariates of the same covariance have.

        Raises
        ------
        ValueError
            If samples are used more than once.
        """
        self._check_one_pass()
        return sgd_risk(
            self.sketch,
            self.schedule,
            noise=self.noise,
            batch_size=self.batch_size,
            average=self.average,
            unstable="mark",
        )

    def prediction(self) -> SGDPoint:
        """Return the exact expected risk for the covariates of this simulation, from their fourth moment.

        Raises
        ------
        ValueError
            If samples are used more than once.
        """
        if self.covariates.law == "gaussian" or self.space is None:
            return self.gaussian_prediction()
        self._check_one_pass()
        return risk_from_fourth_moment(
            self.space.feature_map,
            self.space.second_moment,
            self.schedule,
            kurtosis=self.covariates.kurtosis,
            noise=self.noise,
            batch_size=self.batch_size,
            average=self.average,
        )

    def comparison(self, quantity: str = "risk", *, allowance: float = 0.0) -> Comparison:
        """Return a quantity beside its exact expectation, with the distance in standard errors.

        Raises
        ------
        ValueError
            If `quantity` is unknown, samples are used more than once, or the expectation or the standard
            error is infinite: that of a risk needs eight moments of the covariates.
        """
        if not self.covariates.has_moment(8):
            raise ValueError(
                f"`degrees_of_freedom` = {self.covariates.degrees_of_freedom} leaves the standard error of "
                "the risk infinite; choose it larger than 8, or compare quantiles of `risk_draws`"
            )
        return compare(
            self.estimate(quantity), float(getattr(self.prediction(), quantity)), allowance=allowance
        )

    def _check_one_pass(self) -> None:
        if self.samples is not None and self.schedule.steps * self.batch_size > self.samples:
            raise ValueError(
                f"`samples` = {self.samples} are used more than once, for which there is no exact "
                "prediction; simulate fresh samples"
            )
