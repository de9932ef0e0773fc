r"""The paper's letters, and how results of the engine are written in them.

Eigenvalues are $\lambda_I=\lambda_+I^{-(1+\alpha)}$, $I\le M$; teacher weights have variance $\sigma_w^2/M$,
features $\sigma_u^2/M$; the ridge $\gamma$ stands beside the sum of squares over the $T$ samples; the loss is
half the squared error, summed over $C$ outputs, with the noise of the test label.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from sympy import Eq, Expr, Symbol, pi, sin
from sympy import symbols as new_symbols

from ....theory import Notation, symbols

PAPER_ID: Final = "maloney2022"
NOTATION = Notation.named(PAPER_ID)

N, T, M = symbols.features, symbols.samples, symbols.size
z, q, s = symbols.df1, symbols.df2, symbols.df3
alpha, gamma, C, lambda_plus = new_symbols("alpha gamma C lambda_+", positive=True)
teacher = Symbol("sigma_w^2", positive=True)
maps = Symbol("sigma_u^2", positive=True)
label_noise = Symbol("sigma_epsilon^2", positive=True)
#: $\Delta_m=m\kappa_m$ at the smaller resource $m$, as a symbol of its own.
Delta = Symbol("Delta", positive=True)
Delta_T = Symbol("Delta_T", positive=True)
#: The constant $\rho=\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}$, as the paper's form of it.
RHO = (pi / (1 + alpha)) / sin(pi / (1 + alpha))
#: Unit of the loss.
UNIT = C * teacher / (2 * M)

#: Stands for kappa while other letters are translated.
_ROOT = Symbol("root", positive=True)

#: Exponents at which laws are looked at: below, at and above the 1 that is special.
ALPHAS = (Fraction(3, 10), Fraction(1, 2), Fraction(1), Fraction(2))

MODEL = r"Gaussian latent data, linear random features, ridge on the sum of squares, isotropic teacher"
EQUIVALENT = (
    r"$N,T\gg1$: the loss is that of the deterministic equivalent, with relative error $O(1/\min(N,T))$"
)
POWER_LAW = r"$\lambda_I=\lambda_+I^{-(1+\alpha)}$ with $1\ll\min(N,T)\ll M$"
RIDGELESS = r"no ridge, $\gamma\to0$"
NOISELESS = r"no label noise, $\sigma_\epsilon=0$"


def in_letters(equation: Eq, *, kappa: Expr | None = None) -> Expr:
    r"""Return the right side of an equation of the engine, in the paper's letters and units.

    Parameters
    ----------
    equation :
        A result of a derivation.
    kappa :
        What $\kappa$ is called, in units of $\lambda_+$; by default $\Delta/(N\lambda_+)$.

    >>> print(in_letters(Eq(symbols.risk, symbols.features * symbols.kappa)))
    C*Delta*sigma_w^2/(2*M)
    """
    if kappa is None:
        return NOTATION.apply(equation).rhs
    return NOTATION.apply(equation.subs(symbols.kappa, _ROOT)).rhs.subs(_ROOT, kappa)


def size_text(size: int) -> str:
    """Return a round number with many zeros, or another size, in few characters.

    >>> size_text(10**12), size_text(3 * 10**9), size_text(400), size_text(1200)
    ('1e12', '3e9', '400', '1200')
    """
    digits = str(size)
    mantissa = digits.rstrip("0")
    return f"{mantissa}e{len(digits) - len(mantissa)}" if len(digits) - len(mantissa) >= 3 else digits
