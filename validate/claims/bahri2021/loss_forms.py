r"""The forms of the test loss: (S37), (S38), (1), (2) and (4) against least squares itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import mpmath
from sympy import Expr, Integer, Matrix, Rational

from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import TeacherStudentDraw
from ..legs import DIGITS, Pair, SimulatedPoint, evaluate, numbers_agree, simulation_agrees
from .letters import SOURCE
from .teacher_students import MODEL, draw, exact_draw, ratio_of_means, simulated

Form = Callable[[Matrix, Matrix, Matrix], Expr]
FloatForm = Callable[[TeacherStudentDraw], float]

#: The forms that are given for fewer features than samples, and for more.
FORMS: Sequence[Form] = (theory.covariance_form, theory.kernel_form)
FLOAT_FORMS: Sequence[FloatForm] = (TeacherStudentDraw.covariance_form, TeacherStudentDraw.kernel_form)
ONE = Integer(1)
_NAMES = ("(S37)", "(S38)")
#: Size, features, samples.
_EXACT = ((4, 2, 3), (4, 3, 2), (4, 1, 3), (4, 4, 2))
_DRAWN = ((200, 60, 25), (200, 25, 60), (200, 30, 120), (200, 120, 30))
#: Rounding of double precision, amplified by the condition of the inverses.
_ROUNDING = 1e-8


def _own(place: int, features: int, samples: int) -> bool:
    """Whether a form is applied where it is given."""
    return (features < samples) == (place == 0)


def forms_numeric(_: Context, *, own: bool, forms: Sequence[Form] = FORMS) -> Evidence:
    """Compare the forms with least squares in exact arithmetic."""
    found = []
    for size, features, samples in _EXACT:
        matrices = exact_draw(size, features, samples, seed=size + features)
        loss = theory.least_squares_loss(*matrices)
        found += [
            Pair(
                label=f"{name}, S={size}, P={features}, D={samples}",
                measured=loss,
                claimed=form(*matrices),
            )
            for place, (name, form) in enumerate(zip(_NAMES, forms, strict=True))
            if _own(place, features, samples) == own
        ]
    return numbers_agree(found, summary="Loss of rational draws", tolerance=1e-50, refuted=1e-6)


def forms_simulation(context: Context, *, own: bool, forms: Sequence[FloatForm] = FLOAT_FORMS) -> Evidence:
    """Compare the forms with least squares on Gaussian draws."""
    found = []
    for index, (size, features, samples) in enumerate(_DRAWN):
        drawn = draw(context, index, alpha=1.0, size=size, features=features, samples=samples)
        loss = drawn.least_squares()
        found += [
            Pair(label=f"{name}, S={size}, P={features}, D={samples}", measured=loss, claimed=form(drawn))
            for place, (name, form) in enumerate(zip(_NAMES, forms, strict=True))
            if _own(place, features, samples) == own
        ]
    return numbers_agree(
        found,
        summary="Loss of single draws",
        tolerance=_ROUNDING,
        refuted=1e-4,
        kind=LegKind.SIMULATION,
    )


def _eigenvector_sum(covariance: Matrix, data: Matrix, *, power: int = 2) -> mpmath.mpf:
    """Return (4) for a diagonal covariance from the eigenvectors of the empirical one."""
    size = covariance.rows
    with mpmath.workdps(DIGITS + 20):
        points = mpmath.matrix([[evaluate(entry, {}) for entry in row] for row in data.tolist()])
        _, vectors = mpmath.eigsy(points * points.T)
        total = mpmath.mpf(0)
        for i in range(size):
            overlaps = (abs(vectors[i, j]) ** power for j in range(size - data.cols, size))
            total += evaluate(covariance[i, i], {}) / size * (1 - mpmath.fsum(overlaps))
        return total / 2


def eigenvectors_numeric(_: Context, *, power: int = 2) -> Evidence:
    """Compare (2) with (4) for rational data, to many digits."""
    found = []
    for size, samples in ((4, 2), (5, 3), (6, 2)):
        data = exact_draw(size, 1, samples, seed=size)[1]
        covariance = Matrix.diag(*(Rational(1, (i + 1) ** 2) for i in range(size)))
        found.append(
            Pair(
                label=f"S={size}, D={samples}",
                measured=theory.all_features_loss(covariance, data),
                claimed=_eigenvector_sum(covariance, data, power=power),
            )
        )
    return numbers_agree(found, summary="(2) against (4)", tolerance=1e-40, refuted=1e-6)


def eigenvectors_simulation(
    context: Context, *, form: FloatForm = TeacherStudentDraw.eigenvector_form
) -> Evidence:
    """Compare (2) and least squares on all features with (4) on Gaussian draws."""
    found = []
    for index, (size, samples, alpha) in enumerate(((200, 60, 1.0), (200, 20, 0.5), (200, 40, 2.0))):
        drawn = draw(
            context,
            index,
            alpha=alpha,
            size=size,
            features=size,
            samples=samples,
            projection="orthonormal",
        )
        label, claimed = f"S={size}, D={samples}, alpha={alpha:g}", form(drawn)
        found.append(Pair(label=f"(2), {label}", measured=drawn.all_features(), claimed=claimed))
        found.append(Pair(label=f"least squares, {label}", measured=drawn.least_squares(), claimed=claimed))
    return numbers_agree(
        found, summary="Loss on all features", tolerance=1e-6, refuted=1e-3, kind=LegKind.SIMULATION
    )


def population_numeric(_: Context, *, factor: Expr = ONE) -> Evidence:
    """Compare least squares on data whose second moment is the population's with (1)."""
    found = []
    for size, features in ((3, 1), (3, 2), (4, 2)):
        covariance, _data, projection = exact_draw(size, features, 1, seed=size * features)
        found.append(
            Pair(
                label=f"S={size}, P={features}",
                measured=theory.least_squares_loss(covariance, covariance.cholesky(), projection),
                claimed=factor * theory.infinite_samples_loss(covariance, projection),
            )
        )
    return numbers_agree(found, summary="Loss of the best predictor", tolerance=1e-30, refuted=1e-6)


def population_simulation(context: Context, *, factor: float = 1.0) -> Evidence:
    """Compare the mean loss at very many samples with (1) for the same projections."""
    points = []
    for place, (alpha, features) in enumerate(((1.0, 20), (0.5, 10))):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=100,
            features=features,
            samples=10_000,
            replicates=60,
            thorough=600,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, P={found.features}, D={found.samples}",
                estimate=ratio_of_means(found),
                prediction=factor,
                # the excess, P/D
                allowance=1.5 * float(found.features) / float(found.samples),
            )
        )
    return simulation_agrees(context, points, summary="Mean loss over (1)", resolution=0.05)


CLAIMS = (
    Claim(
        id="bahri2021.infinite_samples",
        title="The loss of infinitely many samples",
        statement=(
            r"$L(P)=\lim_{D\to\infty}L(D,P)=\frac1{2S}\operatorname{Tr}[\mathcal C-\mathcal C\mathcal P^T"
            r"(\mathcal P\mathcal C\mathcal P^T)^{-1}\mathcal P\mathcal C]$."
        ),
        source=f"{SOURCE}, eq. (1)",
        assumptions=(MODEL, "$P<S$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=population_numeric),
                    Leg(kind=LegKind.SIMULATION, run=population_simulation),
                )
            ),
        ),
    ),
    Claim(
        id="bahri2021.loss_forms",
        title="The test loss through covariances and through kernels",
        statement=(
            r"The trained student has the loss (S37), "
            r"$\frac1{2S}\operatorname{Tr}(\mathcal C+\bar{\mathcal C}\mathcal P^T\bar C^{-1}C\bar C^{-1}"
            r"\mathcal P\bar{\mathcal C}-2\bar{\mathcal C}\mathcal P^T\bar C^{-1}\mathcal P\mathcal C)$, for "
            r"$P<D$, and (S38), $\frac12\mathbb E_x[\mathcal K(x,x)+\vec K^T\bar K^{-1}\bar{\mathcal K}"
            r"\bar K^{-1}\vec K-2\vec K^T\bar K^{-1}\vec{\mathcal K}]$, for $P>D$."
        ),
        source=f"{SOURCE}, supplement E, (S37) and (S38)",
        assumptions=(MODEL,),
        cases=tuple(
            Case(
                regime=regime,
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=partial(forms_numeric, own=own)),
                    Leg(kind=LegKind.SIMULATION, run=partial(forms_simulation, own=own)),
                ),
            )
            for regime, own in (
                ("each in its own regime", True),
                ("each in the other regime, with pseudo-inverses", False),
            )
        ),
        note=(
            r"In whitened coordinates (S37) is $L(P)+\frac1{2S}\operatorname{Tr}\Lambda_\perp\xi\xi^T$ with "
            r"the response $\xi$ of the unseen directions to the seen ones: the excess is never negative."
        ),
    ),
    Claim(
        id="bahri2021.eigenvector_form",
        title="The kernel's loss by eigenvectors",
        statement=(
            r"$L(D)=\frac12\mathbb E_x[\mathcal K(x,x)-\vec{\mathcal K}^T\bar{\mathcal K}^{-1}"
            r"\vec{\mathcal K}]=\frac12\sum_i\lambda_i\bigl(1-\sum_{j\le D}(e_i\cdot\bar e_j)^2\bigr)$."
        ),
        source=f"{SOURCE}, eqs. (2) and (4)",
        assumptions=(MODEL, "$P=S$ orthonormal rows"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=eigenvectors_numeric),
                    Leg(kind=LegKind.SIMULATION, run=eigenvectors_simulation),
                )
            ),
        ),
    ),
)
