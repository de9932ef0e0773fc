r"""The paper's letters, and the rates of the engine written in them.

Eigenvalues are $\lambda_i\asymp i^{-a}$, signal powers $\lambda_i\mathbb Ew_i^{*2}\asymp i^{-b}$; there are
$M$ features and $N$ samples, $N_{\rm eff}=N/\log_2N$, and the risk is the squared error with the label noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sympy import Expr, Symbol, pi, sin, sympify

from ....theory import Notation, symbols
from ....theory.rate import Rate
from ....theory.regions import Regions
from ....theory.ridge_balance import RHO
from ....theory.sgd import SGDRates, sgd_rates

PAPER_ID: Final = "lin2024"
NOTATION = Notation.named(PAPER_ID)
SOURCE: Final = "Lin, Wu, Kakade, Bartlett, Lee, arXiv:2406.08466"

a, b = symbols.decay, symbols.source
gamma, sigma2 = symbols.step_size, symbols.noise
M, N, N_eff = (Symbol(name, positive=True) for name in ("M", "N", "N_eff"))
C = Symbol("C", positive=True)
#: The constant $c_a=\frac{\pi/a}{\sin(\pi/a)}$.
C_A = (pi / a) / sin(pi / a)

MODEL = r"$x\sim\mathcal N(0,H)$, a fixed Gaussian sketch, one pass of SGD from $v_0=0$ on fresh samples"
POWER_LAW = r"$\lambda_i=i^{-a}$, $\lambda_i\mathbb Ew_i^{*2}=i^{-b}$, $a,b>1$"
GEOMETRIC = r"$\gamma_t$ halved every $N/\log_2N$ steps, last iterate"
EQUIVALENT = r"$M\gg1$: the sketch is its deterministic equivalent, with relative error $O(1/M)$"


def piece(regions: Regions[Any], point: Mapping[Symbol, Any]) -> Any:
    """Return the value on the region of a point, with its parameters left symbols."""
    for part in regions:
        if all(bool(condition.subs(point)) for condition in part.conditions):
            return part.value
    raise ValueError(f"`point` = {dict(point)} lies in no region; the answer does not cover it")


@cache
def rates(features: Expr) -> SGDRates:
    """Return the derived rates at a step size of order one, features a power of the effective samples."""
    return sgd_rates(features=features)


def leading(rate: Rate, size: Expr = N_eff) -> Expr:
    """Return the leading term of a rate in the paper's letters, its constants written out, in a size."""
    term = rate.coefficient * rate.lead.of(symbols.effective_samples)
    return in_letters(term).subs({RHO: C_A, N_eff: size})


def in_letters(expression: Expr) -> Expr:
    """Return an expression of the engine in the letters of the paper.

    >>> print(in_letters(symbols.features + symbols.samples))
    M + N
    """
    return NOTATION.apply(sympify(expression))
