r"""The spectrum of linear random features beside that of the data.

The kernel $u\Lambda u^T$ of $N$ features has in the units here eigenvalues near $\lambda_I$ for $I\ll N$. To
first order in $1/N$ eigenvalue $I$ is moved by the others by the factor
$1+\frac1N\sum_{J\ne I}\lambda_J/(\lambda_I-\lambda_J)$, and on the power law the sum is about
$-I\frac\pi{1+\alpha}\cot\frac\pi{1+\alpha}$.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, cot, pi

from ....numerics import PowerLaw
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import FeatureSpectrum, feature_spectrum
from ...simulate.replicates import child_seed
from ...statistics import log_log_slope, mean_estimate
from ..legs import SimulatedPoint, evaluate, simulation_agrees, together_evidence
from .letters import MODEL, alpha

#: The claimed exponent of the spectrum of the features.
DECAY = 1 + alpha

_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))
_FEATURES = 400
_SIZE = 2400


def first_order_shift(exponent: float) -> float:
    r"""Return $\frac\pi{1+\alpha}\cot\frac\pi{1+\alpha}$: $-I/N$ times it is the shift of $\log\lambda_I$.

    >>> abs(first_order_shift(1.0)) < 1e-15
    True
    """
    angle = pi / (1 + Rational(exponent))
    return float(angle * cot(angle))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The indices over which a decay is fitted, as fractions of the features."""

    first: float
    last: float

    def indices(self, features: int) -> tuple[int, int]:
        return max(1, round(self.first * features)), round(self.last * features)


#: Relative error allowed to the exponent where no expansion in I/N holds.
_EDGE_ALLOWANCE = 0.1
_HEAD = _Window(first=0.01, last=0.0625)
_EDGE = _Window(first=0.5, last=1.0)


def _spectrum(context: Context, exponent: Rational, place: int) -> FeatureSpectrum:
    return feature_spectrum(
        PowerLaw(1 + exponent, size=context.size(_SIZE)),
        features=context.size(_FEATURES),
        replicates=context.replicates(6, thorough=60),
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )


def _perturbed(exponent: float, size: int, features: int, first: int, last: int) -> NDArray[np.float64]:
    """Return the eigenvalues `first` to `last` of the features, to first order in one over their number."""
    values = np.arange(1, size + 1, dtype=np.float64) ** -(1 + exponent)
    shifted = []
    for place in range(first - 1, last):
        others = np.delete(values, place)
        shifted.append(values[place] * (1 + (others / (values[place] - others)).sum() / features))
    return np.array(shifted)


def _points(
    context: Context, window: _Window, claimed: Expr, *, perturbed: bool
) -> tuple[list[SimulatedPoint], list[SimulatedPoint]]:
    """Return fitted decays beside the claimed ones, and beside first-order perturbation theory."""
    beside_claim, beside_theory = [], []
    for place, exponent in enumerate(_EXPONENTS):
        spectrum = _spectrum(context, exponent, place)
        features = spectrum.features
        first, last = window.indices(features)
        decay = spectrum.decay(first, last)
        number = float(exponent)
        label = f"alpha={number:g}, N={features}, I={first}..{last}"
        expected = float(evaluate(claimed, {alpha: exponent}))
        shift = abs(first_order_shift(number)) * last / features / (1 + number)
        general = (last / features) ** 2 + 4 / features
        beside_claim.append(
            SimulatedPoint(
                label=f"{label}, claimed exponent",
                estimate=decay,
                prediction=expected,
                allowance=shift + general if perturbed else _EDGE_ALLOWANCE,
            )
        )
        if perturbed:
            indices = np.arange(first, last + 1)
            data = indices ** -float(expected)
            ratios = np.exp(np.log(spectrum.draws[:, first - 1 : last] / data).mean(axis=1))
            beside_claim.append(
                SimulatedPoint(
                    label=f"{label}, eigenvalues over those of the data",
                    estimate=mean_estimate(ratios),
                    prediction=1.0,
                    allowance=shift * (1 + number) + general,
                )
            )
            values = _perturbed(number, spectrum.size, features, first, last)
            slope = log_log_slope(indices, values)
            beside_theory.append(
                SimulatedPoint(
                    label=f"{label}, with the shift by finite N",
                    estimate=decay,
                    prediction=-slope.value,
                    allowance=general,
                )
            )
    return beside_claim, beside_theory


def head_simulation(context: Context, *, claimed: Expr = DECAY) -> Evidence:
    """Compare the fitted decay far below N with the exponent of the data, and with its finite-size form."""
    beside_claim, beside_theory = _points(context, _HEAD, claimed, perturbed=True)
    half = replace(context, significance=context.significance / 2)
    return together_evidence(
        simulation_agrees(half, beside_claim, summary="Exponents and eigenvalues of the features"),
        simulation_agrees(half, beside_theory, summary="exponents with the shift by finite N"),
    )


def edge_simulation(context: Context, *, claimed: Expr = DECAY) -> Evidence:
    """Compare the fitted decay of the upper half of the indices with the exponent of the data."""
    beside_claim, _theory = _points(context, _EDGE, claimed, perturbed=False)
    return simulation_agrees(
        context, beside_claim, summary="Exponent of the upper half of the feature spectrum"
    )


CLAIM = Claim(
    id="maloney2022.feature_spectrum",
    title="Linear random features keep the exponent of the spectrum",
    statement=(
        r"The eigenvalues of $u\Lambda u^T$ follow those of the data, $\frac{N\sigma_u^2}M\lambda_I$, with "
        r"the same exponent $1+\alpha$ up to $I\sim N$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, spectra of data and of linear random features",
    assumptions=(MODEL, r"$N<M$"),
    cases=(
        Case(
            regime=r"$I\ll N$ (here $I\le N/16$)",
            legs=(Leg(kind=LegKind.SIMULATION, run=head_simulation),),
        ),
        Case(
            regime=r"$N/2\le I\le N$",
            legs=(Leg(kind=LegKind.SIMULATION, run=edge_simulation),),
        ),
    ),
    note=(
        r"The exponent is approached as $1+\alpha+\frac IN\frac\pi{1+\alpha}\cot\frac\pi{1+\alpha}$ for "
        r"$I\ll N$; as $I\to N$ the eigenvalues fall below the power law."
    ),
)
