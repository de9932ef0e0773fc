"""The claims of the paper, in the order in which they are reported."""

from __future__ import annotations

from ...claim import Paper
from . import (
    allocation,
    approximation,
    averaging,
    bias,
    log_spectrum,
    other_covariates,
    printed_fits,
    recursion,
    representation,
    reuse,
    risk_form,
    spectrum,
    stability,
    step_size,
    variance,
    variance_over_bias,
)

PAPER = Paper(
    id="lin2024",
    reference=(
        "Lin, Wu, Kakade, Bartlett, Lee: Scaling Laws in Linear Regression: Compute, Parameters, and Data, "
        "arXiv:2406.08466"
    ),
    claims=(
        representation.CLAIM,
        *approximation.CLAIMS,
        spectrum.CLAIM,
        recursion.CLAIM,
        stability.CLAIM,
        *bias.CLAIMS,
        variance.CLAIM,
        *variance_over_bias.CLAIMS,
        *risk_form.CLAIMS,
        step_size.CLAIM,
        *allocation.CLAIMS,
        averaging.CLAIM,
        *reuse.CLAIMS,
        *log_spectrum.CLAIMS,
        other_covariates.CLAIM,
        printed_fits.CLAIM,
    ),
)
