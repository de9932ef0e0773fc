r"""How a budget is best spent on one pass of SGD, and how often data are worth reading again.

Up to constants the excess risk is, with the time $t=\gamma n$ and everywhere that the sizes are large,
$$N^{1-b}+N^{-a}+t^{(1-b)/a}+N^{-1}t^{1/a-1}+\gamma t^{1/a-2}+\min(N,t^{1/a})/n ,$$
the terms of `parts`: where one of them does not belong to the regime it is smaller than those that do.  The
minimum stands for two programs, of which the better one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Integer, Min, Symbol, log, oo
from sympy.core.relational import Relational

from .. import symbols
from ..allocation import OptimalAllocation, optimal_allocation

a, b = symbols.decay, symbols.source
N, T, n, step_size = symbols.features, symbols.samples, symbols.effective_samples, symbols.step_size
#: The steps of a run that reads its data again.
steps = Symbol("L", positive=True)


def excess_order(*, time: Expr = step_size * n, samples: Expr = n) -> Expr:
    r"""Return the excess risk of one pass up to constants.

    Parameters
    ----------
    time :
        $t=\gamma n$.
    samples :
        what the noise is averaged over.
    """
    approximation = N ** (1 - b) + N**-a
    bias = time ** ((1 - b) / a) + time ** (1 / a - 1) / N + step_size * time ** (1 / a - 2)
    return approximation + bias + Min(N, time ** (1 / a)) / samples


def sgd_allocation(
    *, cost: Expr, budget: Symbol, where: Iterable[Relational] = (), fixed_step_size: bool = False
) -> OptimalAllocation:
    r"""Spend a large budget on features and effective samples, at the best step size.

    Parameters
    ----------
    cost :
        a monomial, or a sum of such, in the features $N$ and the effective samples $n$, such as $Nn$.
    budget :
        the symbol of the cost allowed.
    where :
        relations between $a$ and $b$; both are larger than 1.
    fixed_step_size :
        whether the step size is of order one instead.

    Returns
    -------
    OptimalAllocation
        exponents; the range of the step size is that of all that reach the best order.

    Raises
    ------
    ValueError
        If the cost is no such expression.
    UndecidedError
        If z3 cannot decide a comparison.

    Notes
    -----
    At $b=a+1$ the approximation error has a logarithm more, which changes no exponent.

    >>> C = Symbol("C", positive=True)
    >>> best = sgd_allocation(cost=N * n, budget=C)
    >>> print(best.at({a: 2, b: "3/2"}))
    risk ~ C^(-1/6), N ~ C^(1/3), n ~ C^(2/3), gamma ~ 1
    >>> print(best.at({a: 2, b: "5/2"}))
    risk ~ C^(-3/7), N ~ C^(2/7), n ~ C^(5/7), gamma ~ C^(-1/7 .. 0)
    """
    risk, over = excess_order(), [N, n, (step_size, Integer(0), Integer(1))]
    if fixed_step_size:
        risk, over = risk.subs(step_size, 1), [N, n]
    return optimal_allocation(risk, cost=cost, budget=budget, over=over, where=[a > 1, b > 1, *where])


def effective_budget(budget: Expr, samples_exponent: Expr) -> Expr:
    r"""Return the cost in effective samples of a cost $C$ in samples, $C/(s\log_2C)$ for $n\asymp C^s$.

    Parameters
    ----------
    budget :
        $C$, what $NT$ may cost.
    samples_exponent :
        $s$, at the optimum.

    Notes
    -----
    $T=n\log_2T$ and $\log T\sim s\log C$; the relative error is of order $\log\log C/\log C$.

    >>> C = Symbol("C", positive=True)
    >>> effective_budget(C, a / (a + 1))
    C*(a + 1)*log(2)/(a*log(C))
    """
    return budget * log(2) / (samples_exponent * log(budget))


def reuse(
    *, samples: Symbol = T, infinite_features: bool = True, where: Iterable[Relational] = ()
) -> OptimalAllocation:
    r"""Choose how many steps to take on given samples, reading them again: $L\asymp T^{a/b}$.

    Parameters
    ----------
    samples :
        the symbol $T$ of the number of samples.
    infinite_features :
        whether there is no sketch; with one its features are chosen, too, at no cost, and $N\asymp T^{1/b}$
        of them bound the variance however long the run is.
    where :
        relations between $a$ and $b$; both are larger than 1.

    Notes
    -----
    Descent on finite data forgets the signal as on infinite ones and learns the noise of its $T$ samples, a
    variance $\min(N,L^{1/a})/T$; steps of order one, $b<a+1$.  One pass has $L=T$: where $a>b$ the best
    number of passes $T^{a/b-1}$ grows, where $a<b$ one pass at steps of order one is too long.

    >>> print(reuse().at({a: 2, b: "3/2"}))
    risk ~ T^(-1/3), L ~ T^(4/3), S ~ T
    """
    used = Symbol("S", positive=True)
    modes = steps ** (1 / a)
    risk = steps ** ((1 - b) / a) + (modes if infinite_features else Min(N, modes)) / used
    over = [(steps, Integer(1), oo), used]
    if not infinite_features:
        risk, over = risk + N ** (1 - b), [*over, N]
    return optimal_allocation(
        risk, cost=used, budget=samples, over=over, where=[a > 1, b > 1, b < a + 1, *where]
    )
