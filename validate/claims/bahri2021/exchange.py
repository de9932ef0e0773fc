r"""The exchange of samples and features in the teacher-student model."""

from __future__ import annotations

from ....numerics import PowerLaw, solve_ridge
from ....theory import AnySpectrum, symbols
from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import DIGITS, Identity, Pair, numbers_agree, symbolic_equality
from .letters import SOURCE, D, P, in_letters
from .teacher_students import GAP, MODEL, draw


def exchange_symbolic(_: Context) -> Evidence:
    """Compare the equivalent with its image under the exchange."""
    model = theory.TeacherStudent(spectrum=AnySpectrum())
    under, over = (in_letters(model.loss(fewer=fewer)) for fewer in ("features", "samples"))
    return symbolic_equality(
        [
            Identity(
                label="loss for $P<D$ at a given gap",
                # the gap times the samples is the paper's kappa, which the exchange leaves at the gap
                derived=under.subs(symbols.kappa, D * GAP),
                claimed=over.subs(symbols.kappa, D * GAP).subs({D: P, P: D}, simultaneous=True),
            )
        ],
        summary="Exchange of features and samples",
    )


_DRAWS = ((1.0, 120, 40, 60), (0.5, 120, 30, 20), (2.0, 120, 15, 30), (1.0, 30, 60, 20))


def exchange_simulation(context: Context) -> Evidence:
    """Exchange whitened data and projection in single draws, all solved by least squares."""
    found = []
    for place, (alpha, size, features, samples) in enumerate(_DRAWS):
        drawn = draw(context, place, alpha=alpha, size=size, features=features, samples=samples)
        found.append(
            Pair(
                label=f"alpha={alpha:g}, S={size}, P={features}, D={samples}",
                measured=drawn.least_squares(),
                claimed=drawn.exchanged().least_squares(),
            )
        )
    return numbers_agree(
        found,
        summary="Loss of single draws and of their images",
        tolerance=1e-8,
        refuted=1e-3,
        kind=LegKind.SIMULATION,
    )


def other_teacher_numeric(_: Context) -> Evidence:
    """Solve the model both ways round with a teacher that is not isotropic."""
    found = []
    for decay, source in (("2", "3"), ("3/2", "5/4")):
        one, other = (
            solve_ridge(PowerLaw(decay, 10**6), features=n, samples=t, source=source, digits=DIGITS).risk
            for n, t in ((1000, 3000), (3000, 1000))
        )
        found.append(
            Pair(
                label=f"signal i^-{source} on eigenvalues i^-{decay}, P=1000, D=3000",
                measured=one,
                claimed=other,
            )
        )
    return numbers_agree(found, summary="Loss with resources exchanged", tolerance=1e-40, refuted=1e-3)


CLAIMS = (
    Claim(
        id="bahri2021.exchange",
        title="Samples and features change places",
        statement=(
            r"The loss does not change under $D\leftrightarrow P$: for every draw, when whitened data and "
            r"projection change places, and so in the mean where both are Gaussian."
        ),
        source=f"duality of the exponents in {SOURCE}, supplement E; statement on draws derived here",
        assumptions=(MODEL,),
        cases=(
            Case(
                regime="isotropic teacher",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=exchange_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=exchange_simulation),
                ),
            ),
            Case(
                regime="teacher that is not isotropic",
                legs=(Leg(kind=LegKind.NUMERIC, run=other_teacher_numeric),),
            ),
        ),
        note="The error map is transposed; only an isotropic teacher does not see that.",
    ),
)
