"""One-pass stochastic gradient descent on sketched covariates: its model, rates and allocations."""

from .allocation import effective_budget as effective_budget
from .allocation import reuse as reuse
from .allocation import sgd_allocation as sgd_allocation
from .model import OnePassSGD as OnePassSGD
from .rates import SGDRates as SGDRates
from .rates import sgd_rates as sgd_rates
