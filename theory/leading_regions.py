"""The leading term of a sum in several variables that grow together, region by region of the exponents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Symbol, oo, sympify
from sympy.core.relational import Relational

from .asymptotic_sum import AsymptoticSum, couple
from .cells import decompose
from .parameter_domain import ParameterDomain
from .rate import Rate
from .rate_cells import RateCell, merge_rates
from .regions import Piece, Regions
from .relations import normalise_domain
from .terms import read_term


def leading_regions(
    total: AsymptoticSum,
    couplings: Mapping[Symbol, Expr],
    variable: Symbol,
    *,
    where: Iterable[Relational] = (),
    at: Expr = oo,
) -> Regions[Rate]:
    r"""Find which term of a sum leads where, with its constant and what is left out.

    Parameters
    ----------
    total :
        a sum of terms, with its error.
    couplings :
        each further variable as a monomial in the common one, such as $T^q$ or $cT^{-l}$.
    variable :
        the common variable.
    where :
        the domain of the parameters in the exponents.
    at :
        0 or `oo`.

    Returns
    -------
    Regions of Rate
        regions of full dimension first, then the surfaces between them, on which two terms add up.

    Raises
    ------
    ValueError
        If a coupling is no monomial, or `where` is contradictory.
    UndecidedError
        If z3 cannot decide a comparison.

    >>> from sympy.abc import N, T, q
    >>> found = leading_regions(AsymptoticSum((1 / N, 2 / T)), {N: T**q}, T, where=[q > 0])
    >>> [(piece.conditions, piece.value.leading) for piece in found]
    [((q > 1,), 2/T), ((q < 1,), T**(-q)), ((Eq(q, 1),), 3/T)]
    """
    domain = total.where | normalise_domain(where)
    exponents = [read_term(sympify(value), variable)[1].exponent for value in couplings.values()]
    terms = [*total.terms, *total.errors]
    variables = {variable, *couplings}
    parameters = set().union(*(relation.free_symbols for relation in domain))
    parameters = parameters.union(*(exponent.free_symbols for exponent in exponents))
    for term in terms:
        for symbol in variables & term.free_symbols:
            parameters |= read_term(term, symbol)[1].exponent.free_symbols
    order = sorted(parameters, key=str)

    def compute(cell: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> Rate:
        here = {symbol: sympify(value).subs(eliminated) for symbol, value in couplings.items()}
        put = AsymptoticSum(
            tuple(term.subs(eliminated) for term in total.terms),
            tuple(error.subs(eliminated) for error in total.errors),
            cell,
        )
        value = put.substitute(couple(here, variable, at=at, where=cell), corrections=0).truncated()
        # where one bound exceeds every term, it is all that is known
        known = not value.coefficients and len(value.error) < 2
        return Rate(expansion=value if known else value.leading_with_error())

    cells = decompose(compute, domain, order)
    whole = ParameterDomain(domain, order)
    merged = merge_rates(
        whole,
        [
            RateCell(conditions=cell.conditions(whole), rate=cell.value, eliminated=cell.eliminated)
            for cell in cells
        ],
    )
    pieces = tuple(Piece(whole.relations(cell.conditions, order), cell.rate) for cell in merged)
    return Regions(pieces, whole.where)
