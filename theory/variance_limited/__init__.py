"""The variance-limited regime: what fluctuations of an estimator cost in a smooth loss."""

from __future__ import annotations

from .estimator import Estimator as Estimator
from .estimator import concentrating as concentrating
from .estimator import half_normal as half_normal
from .estimator import of_means as of_means
from .expected_loss import excess_over_limit as excess_over_limit
from .expected_loss import first_coefficient as first_coefficient
from .expected_loss import gap_over_mean as gap_over_mean
from .expected_loss import polynomial_degree as polynomial_degree
from .kinked import coin_loss as coin_loss
from .kinked import remainder_exponent as remainder_exponent
from .likelihood import curvature_and_fluctuation as curvature_and_fluctuation
from .likelihood import excess_of_minimum as excess_of_minimum
from .losses import curvature as curvature
from .losses import curvature_bound as curvature_bound
from .losses import gap_bound as gap_bound
from .losses import hoelder_slope as hoelder_slope
from .losses import logistic_loss as logistic_loss
from .losses import softmax as softmax
from .losses import softmax_loss as softmax_loss
from .losses import squared_loss as squared_loss
from .parameters import dense_parameters as dense_parameters
from .parameters import exponent_in_parameters as exponent_in_parameters
from .parameters import in_parameters as in_parameters
from .runaway import growth_rate as growth_rate
from .runaway import largest_time_per_sample as largest_time_per_sample
from .runaway import runaway_expansion as runaway_expansion
from .runaway import runaway_loss as runaway_loss
