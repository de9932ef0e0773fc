r"""Published parametric forms of the loss of language models, and what they say of allocation.

Two forms in parameters $N$ and training tokens $D$, with the cost $C = 6ND$ in floating-point operations:
that of Kaplan et al., $[(N_c/N)^{\alpha_N/\alpha_D} + D_c/D]^{\alpha_D}$, and that of Hoffmann et al., $E +
A/N^\alpha + B/D^\beta$.  Allocations and their constants are derived by `optimal_allocation`, not typed in;
the fits are data with their source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Add, Eq, Expr, Integer, Pow, Rational, Symbol, expand_power_base, solve, symbols

from .allocation import OptimalAllocation, optimal_allocation
from .allocation_result import Allocation
from .production import ProductionFunction

#: Parameters of a model, without embeddings in the form of Kaplan et al.
parameters = Symbol("N", positive=True)
#: Training tokens.
tokens = Symbol("D", positive=True)
#: Floating-point operations of training.
compute = Symbol("C", positive=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Published values of the constants of a form.

    Parameters
    ----------
    name :
        what to call it.
    values :
        exact decimals as printed.
    source :
        where they stand.
    """

    name: str
    values: Mapping[Symbol, Rational]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametricForm:
    r"""A loss $L(N, D)$ with the cost of training and published fits.

    Parameters
    ----------
    name :
        key of the paper.
    loss :
        $L$ in `parameters` and `tokens`.
    cost :
        in `compute`.
    fits :
        by name.
    reference :
        the paper.

    >>> hoffmann2022().fit("approach 3").values[symbols("alpha", positive=True)]
    17/50
    """

    name: str
    loss: Expr
    cost: Expr
    fits: tuple[Fit, ...]
    reference: str

    def allocation(self) -> OptimalAllocation:
        """Return the best split of a large amount of compute, with constants in the letters of the form."""
        return _allocation(self.loss, self.cost)

    def fit(self, name: str) -> Fit:
        """Return a fit by its name.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        for fit in self.fits:
            if fit.name == name:
                return fit
        known = ", ".join(repr(fit.name) for fit in self.fits)
        raise ValueError(f"`name` is {name!r}; {self.name} has the fits {known}")

    def production(self) -> ProductionFunction:
        """Return the form as a production function."""
        return ProductionFunction(loss=self.loss, cost=self.cost, resources=(parameters, tokens))

    def at(self, fit: str) -> Allocation:
        """Return the allocation with the numbers of a fit, exactly.

        Raises
        ------
        ValueError
            If there is no fit of this name.
        """
        values = self.fit(fit).values
        names = self.loss.free_symbols | self.cost.free_symbols
        return self.allocation().at({symbol: value for symbol, value in values.items() if symbol in names})

    def coupling(self) -> Eq:
        r"""Return $D$ as a function of $N$ where the two terms of the loss stay in balance.

        Fewer tokens leave the loss limited by data: along this curve, $D\sim N^p$, neither limits it.

        >>> print(kaplan2020().coupling().rhs)
        D_c*N**(alpha_N/alpha_D)/N_c**(alpha_N/alpha_D)
        """
        of_parameters, of_tokens = _terms(self.loss)
        (solution,) = solve(Eq(of_parameters, of_tokens), tokens)
        return Eq(tokens, expand_power_base(solution), evaluate=False)


def _terms(loss: Expr) -> tuple[Expr, Expr]:
    inner = loss
    while isinstance(inner, Pow):
        inner = inner.base
    parts = Add.make_args(inner)
    return tuple(next(part for part in parts if part.has(symbol)) for symbol in (parameters, tokens))


@cache
def _allocation(loss: Expr, cost: Expr) -> OptimalAllocation:
    return optimal_allocation(loss, cost=cost, budget=compute, over=[parameters, tokens])


@cache
def hoffmann2022() -> ParametricForm:
    r"""Return $E + A/N^\alpha + B/D^\beta$.

    >>> print(hoffmann2022().allocation())
    risk ~ C^(-alpha*beta/(alpha + beta)), N ~ C^(beta/(alpha + beta)), D ~ C^(alpha/(alpha + beta))
    """
    irreducible, a, b, alpha, beta = symbols("E A B alpha beta", positive=True)
    return ParametricForm(
        name="hoffmann2022",
        loss=irreducible + a / parameters**alpha + b / tokens**beta,
        cost=Integer(6) * parameters * tokens,
        fits=(
            Fit(
                name="approach 3",
                values={
                    irreducible: Rational("1.69"),
                    a: Rational("406.4"),
                    b: Rational("410.7"),
                    alpha: Rational("0.34"),
                    beta: Rational("0.28"),
                },
                source="arXiv:2203.15556, section 3.3 and appendix D.3, rounded as printed",
            ),
            Fit(
                name="approach 3, unrounded",
                values={
                    irreducible: Rational("1.6934"),
                    a: Rational("406.4"),
                    b: Rational("410.7"),
                    alpha: Rational("0.3392"),
                    beta: Rational("0.2849"),
                },
                source="the source text of arXiv:2203.15556, as reported in arXiv:2404.10102",
            ),
            Fit(
                name="replication",
                values={
                    irreducible: Rational("1.8172"),
                    a: Rational("482.01"),
                    b: Rational("2085.43"),
                    alpha: Rational("0.3478"),
                    beta: Rational("0.3658"),
                },
                source="Besiroglu et al., Chinchilla Scaling: A replication attempt, arXiv:2404.10102",
            ),
        ),
        reference="Hoffmann et al., Training Compute-Optimal Large Language Models, arXiv:2203.15556",
    )


@cache
def kaplan2020() -> ParametricForm:
    r"""Return $[(N_c/N)^{\alpha_N/\alpha_D} + D_c/D]^{\alpha_D}$.

    The form is for training to convergence with early stopping; the paper's own allocation of compute rests
    on another form, in parameters and steps.

    >>> kaplan2020().allocation().pieces[0].value.exponents[parameters]
    alpha_D/(alpha_D + alpha_N)
    """
    alpha_n, alpha_d, scale_n, scale_d = symbols("alpha_N alpha_D N_c D_c", positive=True)
    letters = (alpha_n, scale_n, alpha_d, scale_d)

    def values(*numbers: str) -> dict[Symbol, Rational]:
        return dict(zip(letters, map(Rational, numbers), strict=True))

    return ParametricForm(
        name="kaplan2020",
        loss=((scale_n / parameters) ** (alpha_n / alpha_d) + scale_d / tokens) ** alpha_d,
        cost=Integer(6) * parameters * tokens,
        fits=(
            Fit(
                name="joint",
                values=values("0.076", "6.4e13", "0.103", "1.8e13"),
                source="arXiv:2001.08361, table 2: fitted to L(N, D)",
            ),
            Fit(
                name="separate",
                values=values("0.076", "8.8e13", "0.095", "5.4e13"),
                source="arXiv:2001.08361, eqs. (1.1) and (1.2): fitted to L(N) and L(D) one by one",
            ),
        ),
        reference="Kaplan et al., Scaling Laws for Neural Language Models, arXiv:2001.08361",
    )


#: The forms by name.
FORMS = {"kaplan2020": kaplan2020, "hoffmann2022": hoffmann2022}
