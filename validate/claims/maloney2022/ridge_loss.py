r"""The loss at any ridge, for any spectrum, with label noise."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import mpmath
from sympy import Eq, Expr

from ....numerics import PowerLaw, solve_ridge, trace_sum
from ....theory import laws, symbols
from ....theory.ridge import ANY_SPECTRUM
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    Identity,
    Pair,
    evaluate,
    numbers_agree,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import (
    EQUIVALENT,
    MODEL,
    RHO,
    UNIT,
    C,
    M,
    N,
    T,
    alpha,
    in_letters,
    label_noise,
    lambda_plus,
    q,
    size_text,
    teacher,
    z,
)
from .predictions import Cell, simulated_points

a, kappa = symbols.decay, symbols.kappa

#: The common denominator, in two forms.
DENOMINATOR = N * T - (N + T) * q + 2 * z * q - z**2
DENOMINATOR_BY_GAPS = (N - z) * (T - z) + (z - q) * (N + T - 2 * z)
#: The loss, kappa in units of the eigenvalues.
LOSS = C / 2 * (teacher / M * N * T * kappa * (z - q) + label_noise * T * (N - q)) / DENOMINATOR
#: The part of the loss due to label noise, without that of the test point.
NOISE_EXCESS = C / 2 * label_noise * (q * (N - 2 * z) + z**2) / DENOMINATOR_BY_GAPS
#: The signal part on the power law.
POWER_LAW_SIGNAL = (
    UNIT
    * lambda_plus
    * RHO ** (1 + alpha)
    * z**-alpha
    * N
    * T
    / ((1 + alpha) * N * T - alpha * (N + T) * z + (alpha - 1) * z**2)
)


def symbolic(_: Context, *, loss: Expr = LOSS, noise_excess: Expr = NOISE_EXCESS) -> Evidence:
    """Compare the risk of the model with the claimed loss, and the share of the noise in it."""
    in_units = kappa / lambda_plus
    derived = in_letters(Eq(symbols.risk, plain(ANY_SPECTRUM.risk), evaluate=False), kappa=in_units)
    variance = in_letters(Eq(symbols.variance, plain(ANY_SPECTRUM.variance), evaluate=False))
    power_law = laws.derive("power-law-risk")
    signal = in_letters(Eq(symbols.bias, plain(power_law.explicit("bias").rhs), evaluate=False))
    return symbolic_equality(
        [
            Identity(label="$L$", derived=derived, claimed=loss),
            Identity(label="part of $L$ due to label noise", derived=variance, claimed=noise_excess),
            Identity(label="signal part on the power law", derived=signal, claimed=POWER_LAW_SIGNAL),
        ],
        summary="Loss at any ridge",
    )


_SETTINGS = (
    # alpha, size, features, samples, ridge
    (Fraction(3, 10), 300, 40, 100, Fraction(1, 10)),
    (Fraction(1), 300, 100, 40, Fraction(1, 1000)),
    (Fraction(2), 300, 60, 60, Fraction(1, 10**8)),
    (Fraction(1, 2), 10**15, 10**9, 3 * 10**9, Fraction(1, 10**8)),
    (Fraction(1), 10**30, 10**12, 10**12, Fraction(1, 10**20)),
)
_SUMMED_TERM_BY_TERM = 1000


def _traces(decay: Fraction, root: mpmath.mpf, size: int) -> Sequence[mpmath.mpf]:
    """Return z and q, term by term where that can be done."""
    if size > _SUMMED_TERM_BY_TERM:
        return [trace_sum(decay, root, power=power, size=size, digits=2 * DIGITS) for power in (1, 2)]
    with mpmath.workdps(2 * DIGITS):
        exponent = mpmath.mpf(decay.numerator) / decay.denominator
        terms = [1 / (1 + root * mpmath.mpf(k) ** exponent) for k in range(1, size + 1)]
        return [mpmath.fsum(terms), mpmath.fsum(term**2 for term in terms)]


def numeric(_: Context, *, loss: Expr = LOSS) -> Evidence:
    """Compare the solved model with the formula at its own root, the traces summed anew."""
    pairs = []
    noise = Fraction(1, 10)
    for exponent, size, features, samples, ridge in _SETTINGS:
        point = solve_ridge(
            PowerLaw(1 + exponent, size=size),
            features=features,
            samples=samples,
            ridge=ridge,
            noise=noise,
            digits=2 * DIGITS,
        )
        df1, df2 = _traces(1 + exponent, point.kappa, size)
        values = {N: features, T: samples, M: 1, teacher: 1, C: 2, label_noise: noise}
        values |= {kappa: point.kappa, z: df1, q: df2}
        sizes = f"M={size_text(size)}, N={size_text(features)}, T={size_text(samples)}"
        label = f"alpha={exponent}, {sizes}, ridge={float(ridge):g}"
        claimed = evaluate(loss, values, digits=2 * DIGITS)
        pairs.append(Pair(label=label, measured=point.risk, claimed=claimed))
    return numbers_agree(pairs, summary="Loss of the solved model", tolerance=1e-40, refuted=1e-6)


_CELLS = (
    Cell(alpha=0.5, features=80, samples=80, ridge=0.05),
    Cell(alpha=0.5, features=60, samples=150, ridge=0.01, noise=0.1),
    Cell(alpha=1.0, features=60, samples=150, ridge=0.001),
    Cell(alpha=1.0, features=100, samples=100, ridge=0.01, noise=0.01),
    Cell(alpha=1.0, features=150, samples=60, ridge=0.01, noise=0.1),
    Cell(alpha=2.0, features=60, samples=60, ridge=0.001),
    Cell(alpha=2.0, features=120, samples=60, ridge=0.001, noise=0.01),
)


def simulation(context: Context) -> Evidence:
    """Compare simulated losses with their finite-size predictions."""
    points = simulated_points(context, _CELLS, replicates=40, thorough=400)
    return simulation_agrees(context, points, summary="Excess loss at finite ridge")


CLAIM = Claim(
    id="maloney2022.ridge_loss",
    title="Loss at any ridge",
    statement=(
        r"$L=\frac C2\frac{\frac{\sigma_w^2}MNT\kappa(z-q)+\sigma_\epsilon^2T(N-q)}{D}$ with "
        r"$D=NT-(N+T)q+2zq-z^2$; on the power law the signal part is "
        r"$\frac{C\sigma_w^2\lambda_+\rho^{1+\alpha}}{2M}\frac{z^{-\alpha}NT}{(1+\alpha)NT-\alpha(N+T)z+(\alpha-1)z^2}$."
    ),
    source="content of Zhang, arXiv:2405.19398, at nonzero ridge; this form derived for this project",
    assumptions=(MODEL, EQUIVALENT),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
)
