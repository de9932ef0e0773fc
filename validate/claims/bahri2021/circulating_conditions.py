r"""A condition of Theorem 1 that circulates as the only one: a bounded second derivative of the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Expr, Integer, Symbol, exp, factorial, latex, limit, log, oo, simplify

from ....theory import Expansion
from ....theory.variance_limited import Estimator, concentrating, curvature_bound, gap_bound, gap_over_mean
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, symbolic_equality
from .coins import D, f
from .letters import CIRCULATING
from .theorem_1 import CURVED, EXPONENT, POLYNOMIALS, SMOOTH

_v, _epsilon, _k = (Symbol(name, positive=True) for name in ("v", "epsilon", "k"))


def polynomial_falls(loss: Expr) -> bool:
    """Whether the gap of a polynomial is of the order of the central moments, whatever these are."""
    (largest,) = gap_over_mean(loss, Estimator(outputs=(f,), order=concentrating)).error
    return bool(largest.exponent <= EXPONENT)


def curved_falls(loss: Expr) -> bool:
    """Whether the bound by the curvature is of the order of the variance."""
    bound = curvature_bound(loss, f)
    return bool(bound.is_finite and Expansion.of(gap_bound(loss, f, _v / D), D).exponent() <= EXPONENT)


def exponential_falls(_: Expr) -> bool:
    r"""Whether $\mathbb Ee^f$ is finite for $f=\sqrt\epsilon e^z$, $z$ normal, of moments $O(\epsilon)$.

    The terms of $\sum_k\mathbb Ef^k/k!$ are positive; the limit of the logarithm of their quotients decides.
    """
    moment = _epsilon ** (_k / 2) * exp(_k**2 / 2)
    term = log(moment / factorial(_k))
    quotient = simplify((term.subs(_k, _k + 1) - term).expand(force=True))
    return bool(limit(quotient, _k, oo) != oo)


def _compared(cases: Sequence[tuple[Expr, Callable[[Expr], bool]]], summary: str) -> Evidence:
    """Compare whether gaps fall as the moments with whether second derivatives are bounded."""
    return symbolic_equality(
        [
            Identity(
                label=rf"gap of ${latex(loss)}$ is $O(\epsilon)$ (1) or not (0), and $\ell''$ bounded or not",
                derived=Integer(falls(loss)),
                claimed=Integer(bool(curvature_bound(loss, f).is_finite)),
            )
            for loss, falls in cases
        ],
        summary=summary,
    )


def polynomial_symbolic(_: Context) -> Evidence:
    """Look at polynomials of degree above two, whose second derivatives are unbounded."""
    cubic_and_more = [f**degree for degree in (3, 4, 5)] + [POLYNOMIALS[1]]
    return _compared([(loss, polynomial_falls) for loss in cubic_and_more], "Polynomials")


def other_symbolic(_: Context) -> Evidence:
    """Look at losses of bounded second derivative, and at the exponential function."""
    cases: list[tuple[Expr, Callable[[Expr], bool]]] = [(loss, curved_falls) for loss in CURVED]
    return _compared([*cases, (exp(f), exponential_falls)], "Losses that are no polynomials")


CLAIMS = (
    Claim(
        id="bahri2021.circulating_bounded_curvature",
        title="A bounded second derivative as the only condition",
        statement=(
            r"The gap $\mathbb E\,\ell(f_T)-\ell(\mathbb Ef_T)$ is $O(\epsilon)$ for losses with bounded "
            r"$\ell''$, and for those only."
        ),
        source=f"{CIRCULATING}: a talk keeps one of the three conditions of Theorem 1",
        assumptions=(SMOOTH, r"all that is known of the outputs is that their moments are $O(\epsilon)$"),
        cases=(
            Case(
                regime="polynomials of degree above two",
                legs=(Leg(kind=LegKind.SYMBOLIC, run=polynomial_symbolic),),
            ),
            Case(regime="other losses", legs=(Leg(kind=LegKind.SYMBOLIC, run=other_symbolic),)),
        ),
        note=(
            "The paper has three conditions: polynomials need no bound, since finitely many moments count; "
            "the third is met by constants alone (two_hoelder)."
        ),
    ),
)
