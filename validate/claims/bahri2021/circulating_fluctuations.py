r"""Statements on the variance-limited regime that circulate and do not stand in the paper."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from sympy import Expr, Integer, Rational, Symbol, exp, log

from ....theory.variance_limited import (
    Estimator,
    excess_over_limit,
    gap_over_mean,
    logistic_loss,
)
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import Identity, Pair, evaluate, numbers_agree, symbolic_equality
from .coins import D, callable_of, f, mean_of
from .cross_entropy import of_any_minimum
from .letters import CIRCULATING
from .theorem_1 import EXPONENT, SMOOTH
from .to_the_limit import SMOOTH_LOSS

_v = Symbol("v", positive=True)
#: The coefficient of the second derivative times the variance, as it is said.
WITHOUT_HALF = Integer(1)


def at_minimum_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Expand the excess of the minimum of an empirical loss."""
    found = of_any_minimum(2)
    return symbolic_equality(
        [Identity(label="exponent", derived=found.exponent(), claimed=exponent)],
        summary="Excess at a minimum",
    )


def at_minimum_numeric(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Compare local exponents of linear regression, whose excess is exact, with the claimed one."""
    rows = []
    for parameters in (1, 5):
        # Normal covariates, unit noise: the mean of an inverse Wishart matrix.
        ends = [mpmath.mpf(parameters) / (2 * (10**power - parameters - 1)) for power in (4, 5)]
        slope = mpmath.log(ends[1] / ends[0]) / mpmath.log(10)
        rows.append(Pair(label=f"{parameters} parameters, D=1e4 to 1e5", measured=slope, claimed=exponent))
    return numbers_agree(rows, summary="Local exponents of linear regression", tolerance=1e-3, refuted=0.1)


def _balanced() -> Estimator:
    """Return the mean of exponential draws about 0, shifted by minus half their variance."""
    return Estimator(
        outputs=(f,),
        cumulants={(1,): -1 / (2 * D), (2,): 1 / D, (3,): 2 / D**2, (4,): 6 / D**3},
    )


def _balanced_excess(samples: int) -> mpmath.mpf:
    """Return the exact excess of e^f, from the mean (1-1/n)^-n of e^x for the mean x of exponential draws."""
    inverse = mpmath.mpf(1) / samples
    return mpmath.expm1(-1 - inverse / 2 - samples * mpmath.log1p(-inverse))


def elsewhere_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Expand the excess where the shift and the curvature of the loss cancel."""
    found = excess_over_limit(exp(f), _balanced(), order=2, at={f: Integer(0)})
    return symbolic_equality(
        [Identity(label="exponent", derived=found.exponent(), claimed=exponent)],
        summary=r"Excess of $\ell=e^f$ for a shift of $-\frac{1}{2D}$ and a variance of $\frac1D$",
    )


def elsewhere_numeric(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Compare local exponents of the exact excess with the claimed one."""
    rows = []
    for power in (3, 6):
        with mpmath.workdps(60):
            ends = [_balanced_excess(10**place) for place in (power, power + 1)]
            slope = mpmath.log(ends[1] / ends[0]) / mpmath.log(10)
        rows.append(Pair(label=f"D=1e{power} to 1e{power + 1}", measured=slope, claimed=exponent))
    return numbers_agree(rows, summary="Local exponents of the excess", tolerance=0.01)


INVERSE = Claim(
    id="bahri2021.circulating_inverse_samples",
    title="The loss is proportional to 1/D up to a constant",
    statement=r"In the variance-limited regime $L\propto D^{-1}+\text{const}$.",
    source=f"{CIRCULATING}: a talk's summary of Theorem 1",
    assumptions=(SMOOTH, r"means and smooth functions of them"),
    cases=(
        Case(
            regime=r"minimum of the loss, $H>0$, $\Sigma\ne0$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=at_minimum_symbolic),
                Leg(kind=LegKind.NUMERIC, run=at_minimum_numeric),
            ),
        ),
        Case(
            regime=r"$\ell'b+\frac12\operatorname{tr}\ell''\Sigma=0$, shift $b/D$, covariance $\Sigma/D$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=elsewhere_symbolic),
                Leg(kind=LegKind.NUMERIC, run=elsewhere_numeric),
            ),
        ),
    ),
    note=(
        r"Theorem 1 says $O(D^{-1})$; sign and size of the coefficient are open. What is added is "
        r"$\ell(\mathbb Ef_T)$, which depends on $D$ through the shift; it is within $O(D^{-1})$ of a "
        r"constant if the shift is."
    ),
)


def taylor_symbolic(_: Context, *, coefficient: Expr = WITHOUT_HALF) -> Evidence:
    """Expand the gap over the loss of the mean in any smooth loss."""
    estimator = Estimator(outputs=(f,), cumulants={(2,): _v / D}, exact=False)
    found = gap_over_mean(SMOOTH_LOSS, estimator, at={f: Integer(0)})
    return symbolic_equality(
        [
            Identity(
                label=r"coefficient of $1/D$",
                derived=found.coefficient(Integer(-1)),
                claimed=coefficient * SMOOTH_LOSS.diff(f, 2).subs(f, 0) * _v,
            )
        ],
        summary="Gap over the loss of the mean",
    )


def taylor_numeric(_: Context, *, coefficient: Expr = WITHOUT_HALF) -> Evidence:
    """Compare exact gaps of tossed coins with the coefficient."""
    share, tosses = Fraction(1, 3), 2048
    rows = []
    for loss in (f**2, logistic_loss(f, Rational(1, 4)), log(1 + f**2)):
        function = callable_of(loss)
        with mpmath.workdps(120):
            gap = mean_of(function, share, tosses) - function(mpmath.mpf(1) / 3)
        variance = Rational(2, 9) / tosses
        rows.append(
            Pair(
                label=f"{loss}: gap over second derivative times variance",
                measured=gap / evaluate((loss.diff(f, 2) * variance).subs(f, Rational(1, 3)), {}),
                claimed=coefficient,
            )
        )
    return numbers_agree(rows, summary=f"Gap of {tosses} tossed coins", tolerance=1e-3, refuted=0.1)


TAYLOR = Claim(
    id="bahri2021.circulating_taylor_coefficient",
    title="The quadratic term without its half",
    statement=r"$\mathbb E\,\ell(f_T)-\ell(\mathbb Ef_T)\approx\ell''(\mathbb Ef_T)\operatorname{Var}f_T$.",
    source=f"{CIRCULATING}: a line of a talk on Theorem 1",
    assumptions=(SMOOTH,),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=taylor_symbolic),
                Leg(kind=LegKind.NUMERIC, run=taylor_numeric),
            )
        ),
    ),
    note=r"$\frac12\ell''\operatorname{Var}f_T$. The exponent is not affected.",
)

CLAIMS = (INVERSE, TAYLOR)
