r"""The exchange of features and samples: exact for the signal, draw by draw, and broken by label noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from sympy import Expr, Symbol

from ....numerics import PowerLaw, solve_ridge
from ....theory import symbols
from ....theory.ridge import ANY_SPECTRUM
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import duality_defect
from ...simulate.replicates import child_seed
from ..legs import DIGITS, Identity, Pair, numbers_agree, plain, simulation_agrees, symbolic_equality
from .letters import MODEL, NOISELESS, N, T, q, size_text, z
from .predictions import Cell, predict, simulated_points

Exchange = Mapping[Symbol, Expr]

#: What is claimed to change nothing, at the same ridge of the paper: `ridge * features` fixed.
FEATURES_FOR_SAMPLES: Exchange = {N: T, T: N}
_STRENGTH = Symbol("P", positive=True)


def _exchanged(expression: Expr, exchange: Exchange) -> Expr:
    return expression.subs(exchange, simultaneous=True)


def noiseless_symbolic(_: Context, *, exchange: Exchange = FEATURES_FOR_SAMPLES) -> Evidence:
    """Compare signal part and gap equation with their images."""
    equation = ANY_SPECTRUM.fixed_point
    gap = plain(equation.lhs - equation.rhs).subs(symbols.ridge, _STRENGTH / N)
    signal = plain(ANY_SPECTRUM.bias)
    return symbolic_equality(
        [
            Identity(label="loss without label noise", derived=signal, claimed=_exchanged(signal, exchange)),
            Identity(label="gap equation", derived=gap, claimed=_exchanged(gap, exchange), equation=True),
        ],
        summary="Exchange of features and samples at the same ridge",
    )


def noisy_symbolic(_: Context, *, exchange: Exchange = FEATURES_FOR_SAMPLES) -> Evidence:
    """Compare the part of the loss due to label noise with its image."""
    noisy = plain(ANY_SPECTRUM.variance)
    return symbolic_equality(
        [Identity(label="part due to label noise", derived=noisy, claimed=_exchanged(noisy, exchange))],
        summary="Exchange of features and samples at the same ridge",
        witness={z: 2, q: 1, N: 5, T: 9},
    )


_SETTINGS = (
    # alpha, size, features, samples, ridge times features
    (Fraction(3, 10), 400, 40, 100, Fraction(1)),
    (Fraction(1), 400, 60, 90, Fraction(0)),
    (Fraction(1, 2), 10**15, 10**9, 10**12, Fraction(1, 100)),
    (Fraction(2), 10**40, 10**12, 10**13, Fraction(0)),
)


def _numeric(noise: Fraction) -> Evidence:
    pairs = []
    for exponent, size, features, samples, strength in _SETTINGS:
        spectrum = PowerLaw(1 + exponent, size=size)
        one, other = (
            solve_ridge(spectrum, features=n, samples=t, ridge=strength / n, noise=noise, digits=DIGITS).risk
            for n, t in ((features, samples), (samples, features))
        )
        label = f"alpha={exponent}, M={size_text(size)}, N={size_text(features)}, T={size_text(samples)}"
        pairs.append(Pair(label=label, measured=one, claimed=other))
    return numbers_agree(pairs, summary="Loss with resources exchanged", tolerance=1e-40, refuted=1e-6)


def noiseless_numeric(_: Context) -> Evidence:
    """Solve the model both ways round without label noise."""
    return _numeric(Fraction(0))


def noisy_numeric(_: Context) -> Evidence:
    """Solve the model both ways round with label noise."""
    return _numeric(Fraction(1, 10))


_DRAWS = (
    # alpha, size, features, samples, ridge
    (0.5, 120, 40, 70, 0.1),
    (1.0, 120, 50, 30, 0.01),
    (1.0, 40, 60, 90, 0.01),
    (1.0, 120, 40, 60, 0.0),
    (2.0, 120, 20, 30, 0.001),
    (0.5, 30, 10, 20, 0.0),
)
#: Rounding of double precision, amplified by the condition of the least squares.
_ROUNDING = 1e-10


def noiseless_simulation(context: Context) -> Evidence:
    """Exchange features and samples in single draws, both sides by least squares from the matrices."""
    pairs = []
    for place, (exponent, size, features, samples, ridge) in enumerate(_DRAWS):
        for draw in range(context.replicates(3, thorough=30)):
            defect = duality_defect(
                PowerLaw(1 + exponent, size=context.size(size)),
                features=context.size(features),
                samples=context.size(samples),
                ridge=ridge,
                seed=child_seed(child_seed(context.seed, place), draw),
            )
            label = (
                f"alpha={exponent:g}, M={size}, N={features}, T={samples}, ridge={ridge:g}, draw {draw + 1}"
            )
            pairs.append(Pair(label=label, measured=defect.bias, claimed=defect.dual_bias))
    return numbers_agree(
        pairs,
        summary="Loss of single draws with resources exchanged",
        tolerance=_ROUNDING,
        refuted=1e-4,
        kind=LegKind.SIMULATION,
    )


_NOISY_CELLS = (
    Cell(alpha=1.0, features=60, samples=150, ridge=0.01, noise=0.1, quantity="variance"),
    Cell(alpha=0.5, features=50, samples=120, ridge=0.01, noise=0.1, quantity="variance"),
)


def noisy_simulation(context: Context) -> Evidence:
    """Compare simulated parts due to label noise with the prediction for exchanged resources."""
    points = []
    for point, cell in zip(
        simulated_points(context, _NOISY_CELLS, replicates=30, thorough=300), _NOISY_CELLS, strict=True
    ):
        image = replace(
            cell,
            features=cell.samples,
            samples=cell.features,
            ridge=cell.ridge * cell.features / cell.samples,
        )
        points.append(replace(point, prediction=float(predict(context, image).variance)))
    return simulation_agrees(
        context, points, summary="Simulated part due to label noise against that of exchanged resources"
    )


CLAIM = Claim(
    id="maloney2022.duality",
    title="Symmetry of the loss in features and samples",
    statement=(
        r"At the same ridge $\gamma$ the loss does not change under $N\leftrightarrow T$; without label "
        r"noise exactly so at every finite $N,T,M$ and for every draw of data and features, averaged over "
        r"the teacher."
    ),
    source="symmetry found diagram by diagram by Zhang, arXiv:2405.19398; per draw derived for this project",
    assumptions=(MODEL, r"isotropic teacher, ridge $\gamma$ on the sum of squares"),
    cases=(
        Case(
            regime=NOISELESS,
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noiseless_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noiseless_numeric),
                Leg(kind=LegKind.SIMULATION, run=noiseless_simulation),
            ),
        ),
        Case(
            regime=r"label noise, $\sigma_\epsilon>0$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noisy_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noisy_numeric),
                Leg(kind=LegKind.SIMULATION, run=noisy_simulation),
            ),
        ),
    ),
    note=(
        r"The noise adds $\frac C2\sigma_\epsilon^2[q(N-2z)+z^2]/D$, whose change under the exchange is "
        r"proportional to $(N-T)q$: label noise is averaged away by samples, not by features."
    ),
)
