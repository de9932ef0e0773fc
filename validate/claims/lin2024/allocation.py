r"""The compute-optimal split of a product $C=MN$, and what is said about it second-hand."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath
from sympy import Expr, Integer, Interval, Max, Rational, Set, limit, simplify

from ....theory import symbols
from ....theory.allocation import OptimalAllocation
from ....theory.sgd import sgd_allocation
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, Pair, numbers_agree, symbolic_equality
from ..orderings import Inequality, numbers_ordered
from .allocated import exponents
from .letters import EQUIVALENT, GEOMETRIC, MODEL, POWER_LAW, SOURCE, C, a, b, piece

#: Exponents in the product of the best features, by the paper and as repeated, and of the excess.
WIDTH_EXPONENT = 1 / (Max(a, b) + 1)
REPEATED_EXPONENT = 1 / (b + 1)
EXCESS_EXPONENT = (1 - b) / (Max(a, b) + 1)

_HALF = Fraction(1, 2)
Pairs = tuple[tuple[Fraction, Fraction], ...]
HARD: Pairs = ((Fraction(2), 3 * _HALF), (3 * _HALF, Fraction(5, 4)))
ISOTROPIC: Pairs = ((Fraction(2), Fraction(2)), (3 * _HALF, 3 * _HALF))
EASY: Pairs = ((Fraction(2), 5 * _HALF), (Fraction(2), Fraction(9, 4)))
#: Sizes between which exponents are measured.
_WIDTHS = (64, 512)
_DRIFT = 0.03
_REFUTED = 0.08


@cache
def optimum() -> OptimalAllocation:
    """Return the best split of features times effective samples, at the best step size."""
    return sgd_allocation(cost=symbols.features * symbols.effective_samples, budget=C)


def _rational(pair: tuple[Fraction, Fraction]) -> dict[Any, Expr]:
    return {
        letter: Rational(value.numerator, value.denominator)
        for letter, value in zip((a, b), pair, strict=True)
    }


def _without_maximum(formula: Expr, pair: tuple[Fraction, Fraction]) -> Expr:
    return formula.subs(Max(a, b), a if pair[0] >= pair[1] else b)


def split_symbolic(
    _: Context, *, pairs: Pairs, width: Expr = WIDTH_EXPONENT, excess: Expr | None = EXCESS_EXPONENT
) -> Evidence:
    """Compare the derived exponents on the region of the first pair with the claimed ones."""
    point = _rational(pairs[0])
    best = piece(optimum(), point)
    identities = [
        Identity(
            label="exponent of $M$",
            derived=best.exponents[symbols.features],
            claimed=_without_maximum(width, pairs[0]),
        )
    ]
    if excess is not None:
        identities.append(
            Identity(
                label="exponent of the excess", derived=best.risk, claimed=_without_maximum(excess, pairs[0])
            )
        )
    if pairs == ISOTROPIC:
        identities = [
            Identity(label=one.label, derived=one.derived.subs(b, a), claimed=one.claimed.subs(b, a))
            for one in identities
        ]
    return symbolic_equality(identities, summary=r"Best split of $MN_{\rm eff}$", witness=point)


def split_numeric(
    context: Context, *, pairs: Pairs, width: Expr = WIDTH_EXPONENT, excess: Expr | None = EXCESS_EXPONENT
) -> Evidence:
    """Compare exponents of solved optima with the claimed ones."""
    found = []
    for pair in pairs if context.thorough else pairs[:1]:
        measured = exponents(*pair, _WIDTHS)
        for what, formula, value in zip(("M", "excess"), (width, excess), measured, strict=True):
            if formula is not None:
                found.append(
                    Pair(
                        label=f"a={pair[0]}, b={pair[1]}: exponent of {what}, M={_WIDTHS[0]} to {_WIDTHS[1]}",
                        measured=value,
                        claimed=formula.subs(_rational(pair)),
                    )
                )
    # Powers that drop out, such as 1/M, change exponents between these sizes by percents.
    return numbers_agree(found, summary="Exponents of the best split", tolerance=_DRIFT, refuted=_REFUTED)


def harder_symbolic(_: Context, *, pairs: Pairs) -> Evidence:
    r"""Compare the derived change with $b$ of the exponent of $N/M$ with a fall, as claimed."""
    best = piece(optimum(), _rational(pairs[0]))
    share = best.exponents[symbols.effective_samples] - best.exponents[symbols.features]
    change = simplify(share.diff(b))
    # A fall would have the sign -1.
    sign = change.subs(_rational(pairs[0]))
    return symbolic_equality(
        [
            Identity(
                label=r"sign of the change with $b$ of the exponent of $N/M$",
                derived=Integer(0) if sign == 0 else sign / abs(sign),
                claimed=Integer(-1),
            )
        ],
        summary=f"Exponent of N/M is {share}, its derivative in b {change}",
    )


def harder_numeric(_: Context, *, pairs: Pairs) -> Evidence:
    """Compare the exponent of N/M of a harder target with that of an easier one, claimed to be smaller."""
    hard, easy = pairs
    shares = [1 - 2 * exponents(*pair, _WIDTHS)[0] for pair in (hard, easy)]
    return numbers_ordered(
        [
            Inequality(
                label=f"a={hard[0]}: exponent of N/M for b={hard[1]}, and for b={easy[1]} and 2% more",
                larger=mpmath.mpf(shares[0]),
                smaller=mpmath.mpf(shares[1]) * mpmath.mpf("1.02"),
            )
        ],
        summary="Exponent of N/M of the harder target",
        margin=1e-3,
    )


def equal_symbolic(_: Context, *, decay: Expr) -> Evidence:
    """Compare the derived exponent of the features, at a decay or in its limit, with one half."""
    width = piece(optimum(), {a: 2, b: Rational(3, 2)}).exponents[symbols.features]
    derived = limit(width, a, decay, "+") if decay == 1 else width.subs(a, decay)
    return symbolic_equality(
        [Identity(label=f"exponent of $M$ at $a={decay}$", derived=derived, claimed=Rational(1, 2))],
        summary=r"Exponent of the best $M$ in $MN_{\rm eff}$",
    )


def equal_numeric(context: Context, *, decays: tuple[Fraction, ...]) -> Evidence:
    """Compare solved exponents of the features with one half."""
    found = [
        Pair(
            label=f"a=b={decay}: exponent of M",
            measured=exponents(decay, decay, _WIDTHS)[0],
            claimed=Rational(1, 2),
        )
        for decay in (decays if context.thorough else decays[:1])
    ]
    return numbers_agree(found, summary="Exponent of the best M", tolerance=_DRIFT, refuted=_REFUTED)


def interval_symbolic(_: Context, *, lowest: Expr = (a - b) / (b + 1)) -> Evidence:
    """Compare the derived range of optimal step sizes with the claimed one, up to order one."""
    point = {a: 2, b: Rational(5, 2)}
    fixed = sgd_allocation(cost=symbols.features * symbols.effective_samples, budget=C, fixed_step_size=True)
    best = piece(optimum(), point)
    steps: Expr | Set = best.exponents[symbols.step_size]
    if not isinstance(steps, Interval):
        raise ArithmeticError(f"the step sizes {steps} are no interval, although the optimum is not unique")
    return symbolic_equality(
        [
            Identity(label="smallest exponent of the step size", derived=steps.start, claimed=lowest),
            Identity(label="largest exponent of the step size", derived=steps.end, claimed=Integer(0)),
            Identity(
                label=r"exponent of the excess, $\gamma\asymp1$",
                derived=piece(fixed, point).risk,
                claimed=best.risk,
            ),
        ],
        summary="Order-optimal step sizes",
        witness=point,
    )


def _legs(pairs: Pairs, **options: Any) -> tuple[Leg, ...]:
    return (
        Leg(kind=LegKind.SYMBOLIC, run=partial(split_symbolic, pairs=pairs, **options)),
        Leg(kind=LegKind.NUMERIC, run=partial(split_numeric, pairs=pairs, **options)),
    )


def _harder(pairs: Pairs) -> tuple[Leg, ...]:
    return (
        Leg(kind=LegKind.SYMBOLIC, run=partial(harder_symbolic, pairs=pairs)),
        Leg(kind=LegKind.NUMERIC, run=partial(harder_numeric, pairs=pairs)),
    )


ASSUMPTIONS = (MODEL, POWER_LAW, GEOMETRIC, EQUIVALENT, r"$\sigma^2\asymp1$; cost counted as $MN_{\rm eff}$")
_TALK = "a talk on the paper"

CLAIMS = (
    Claim(
        id="lin2024.compute_optimal",
        title="Compute-optimal features and samples",
        statement=(
            r"At $C=MN$ the best split is $M\asymp C^{1/(\max(a,b)+1)}$ and $N\asymp "
            r"C^{\max(a,b)/(\max(a,b)+1)}$ up to "
            r"logarithms, with an excess $\asymp C^{-(b-1)/(\max(a,b)+1)}$."
        ),
        source=f"{SOURCE}, remarks on Theorems 4.1 and 4.2",
        assumptions=ASSUMPTIONS,
        cases=(
            Case(regime="$1<b<a$, $\\gamma\\asymp1$", legs=_legs(HARD)),
            Case(regime="$b=a$, $\\gamma\\asymp1$", legs=_legs(ISOTROPIC)),
            Case(regime=r"$a<b<a+1$, $\gamma\asymp N_{\rm eff}^{a/b-1}$", legs=_legs(EASY)),
        ),
        note=(
            r"The logarithm is that of $N_{\rm eff}$: $M\asymp(C/\log C)^{1/(\max(a,b)+1)}$. Where the "
            r"target is "
            r"harder than isotropic, the allocation does not depend on it."
        ),
    ),
    Claim(
        id="lin2024.compute_optimal_by_source",
        title="The split follows the source exponent",
        statement=r"$M\propto C^{1/(b+1)}$ and $N\propto C^{b/(b+1)}$.",
        source=f"{_TALK}; {SOURCE}, Theorem 4.2, has it for $a<b<a+1$",
        assumptions=ASSUMPTIONS,
        cases=(
            Case(regime="$1<b<a$", legs=_legs(HARD, width=REPEATED_EXPONENT, excess=None)),
            Case(regime="$b=a$", legs=_legs(ISOTROPIC, width=REPEATED_EXPONENT, excess=None)[:1]),
            Case(
                regime=r"$a<b<a+1$, $\gamma\asymp N_{\rm eff}^{a/b-1}$",
                legs=_legs(EASY, width=REPEATED_EXPONENT, excess=None)[:1],
            ),
        ),
        note=(
            r"In general $\max(a,b)$ takes the place of $b$. In the talk $b$ is called spectral decay: "
            r"that is $a$, and "
            r"$b$ is the decay of $\lambda_i\mathbb Ew_i^{*2}$."
        ),
    ),
    Claim(
        id="lin2024.harder_needs_more_data",
        title="Harder problems need more data relative to parameters",
        statement="The smaller $b$ is, the faster $N/M$ grows at the compute optimum.",
        source=_TALK,
        assumptions=ASSUMPTIONS,
        cases=(
            Case(
                regime="$1<b<a$",
                legs=_harder(((Fraction(2), 3 * _HALF), (Fraction(2), Fraction(7, 4)))),
            ),
            Case(
                regime="$a<b<a+1$",
                legs=_harder(((Fraction(2), Fraction(9, 4)), (Fraction(2), 5 * _HALF))),
            ),
        ),
        note=(
            r"$N/M\asymp C^{(\max(a,b)-1)/(\max(a,b)+1)}$: reversed for $b>a$, where easier targets need "
            r"relatively more "
            r"data, and independent of $b$ for $b\le a$."
        ),
    ),
    Claim(
        id="lin2024.equal_scaling",
        title="Features and samples grow alike",
        statement=r"The compute optimum has $M\asymp N\asymp C^{1/2}$ (the Chinchilla rule).",
        source="comparison with Hoffmann et al., arXiv:2203.15556",
        assumptions=ASSUMPTIONS,
        cases=(
            Case(
                regime=r"$b\le a$, $a\to1$",
                legs=(Leg(kind=LegKind.SYMBOLIC, run=partial(equal_symbolic, decay=Integer(1))),),
            ),
            Case(
                regime=r"$b\le a$, $a$ fixed",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=partial(equal_symbolic, decay=Integer(2))),
                    Leg(
                        kind=LegKind.NUMERIC,
                        run=partial(equal_numeric, decays=(Fraction(2), 3 * _HALF)),
                    ),
                ),
            ),
        ),
        note=(
            r"With $\max(a,b)\to1$ the exponents $\frac1{\max(a,b)+1}$ and "
            r"$\frac{\max(a,b)}{\max(a,b)+1}$ become "
            r"equal; at any fixed $a>1$ the samples grow faster."
        ),
    ),
    Claim(
        id="lin2024.fixed_step_size_is_optimal",
        title="A step size of order one is order-optimal",
        statement=(
            r"At the compute optimum with $a<b<a+1$ every step size from $C^{(a-b)/(b+1)}$ to order one "
            r"reaches the "
            "best order."
        ),
        source=f"sharpens {SOURCE}, Theorem 4.2, which prints the smallest",
        assumptions=ASSUMPTIONS,
        cases=(Case(legs=(Leg(kind=LegKind.SYMBOLIC, run=interval_symbolic),)),),
        note=(
            r"At fixed $M\gg N_{\rm eff}^{1/b}$ it is not: the variance of the superfluous features then "
            r"leads."
        ),
    ),
)
