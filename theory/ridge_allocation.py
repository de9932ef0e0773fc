r"""How a budget is best spent on features and samples of random-feature ridge regression.

With $N=C^n$ and a cost $N^iT^j=C$ the samples are $T=C^{(1-in)/j}$; the exponent of the risk in $C$ is a
function of $n$ and of the ridge's exponent, derived by the engine of `rates` and minimised by
`best_exponent`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, FiniteSet, Set, Symbol, Union, sympify

from .allocation_result import Allocation
from .best_exponent import Segment
from .rates import Rates
from .regions import Piece, Regions

#: Exponents in the budget: $N=C^n$ and $\delta=C^{-l}$.
FEATURES_EXPONENT = Symbol("n", positive=True)
RIDGE_EXPONENT = Symbol("l", real=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    r"""The cost $N^i T^j$.

    Parameters
    ----------
    features, samples :
        the exponents $i \ge 0$ and $j > 0$.
    """

    features: Expr
    samples: Expr

    @classmethod
    def read(cls, cost: Expr, features: Symbol, samples: Symbol) -> Cost:
        """Read a monomial in features and samples; a constant factor does not matter.

        Raises
        ------
        ValueError
            If it is no such monomial, falls with the features, or does not grow with the samples.
        """
        cost = sympify(cost)
        powers = {
            symbol: sympify(cost).as_powers_dict().get(symbol, sympify(0)) for symbol in (features, samples)
        }
        rest = cost / (features ** powers[features] * samples ** powers[samples])
        numbers = all(power.is_Rational for power in powers.values())
        if not numbers or rest.free_symbols & {features, samples} or not rest.is_positive:
            raise ValueError(f"`cost` is {cost}; use a product of powers of {features} and {samples}")
        if powers[features] < 0 or powers[samples] <= 0:
            raise ValueError(f"`cost` is {cost}; it must grow with {samples} and not fall with {features}")
        return cls(features=powers[features], samples=powers[samples])

    @property
    def samples_exponent(self) -> Expr:
        """The exponent of the samples in the budget, in `FEATURES_EXPONENT`."""
        return (1 - self.features * FEATURES_EXPONENT) / self.samples


def allocation_of(
    rates: Rates, cost: Cost, budget: Symbol, names: Sequence[Symbol], part: str
) -> Regions[Allocation]:
    """Minimise the exponent of the risk in the budget over features and ridge.

    Parameters
    ----------
    rates :
        with `FEATURES_EXPONENT` and `RIDGE_EXPONENT` among their parameters.
    cost :
        what features and samples cost.
    budget :
        the growing variable.
    names :
        the symbols of features, samples and ridge.
    part :
        the part of the risk.

    Raises
    ------
    ValueError
        If the risk falls without bound at no cost.
    UndecidedError
        If z3 cannot decide a comparison.
    """
    n, ridge = FEATURES_EXPONENT, RIDGE_EXPONENT
    domain, by_features = rates.best_cells(ridge, n, of=part)
    _, by_ridge = rates.best_cells(n, ridge, of=part)
    order = [symbol for symbol in rates.order if symbol not in (n, ridge)]
    pieces = []
    for one in by_features:
        for other in by_ridge:
            overlap = domain.conjunction((*one.conditions, *other.conditions))
            if overlap is None or not domain.possible(*overlap):
                continue
            samples = Union(*(_image(segment, cost) for segment in one.best.segments))
            choices = (one.best.choice, samples, Union(*(_mirrored(s) for s in other.best.segments)))
            allocation = Allocation(
                exponents={name: _single(choice) for name, choice in zip(names, choices, strict=True)},
                risk=one.best.exponent,
                budget=budget,
                remark=_remark(one.best.log_power),
            )
            pieces.append(Piece(domain.relations(domain.reduced(overlap), order), allocation))
    return Regions(tuple(pieces), domain.where)


def _remark(log_power: Expr) -> str:
    return "" if log_power == 0 else f"the risk carries a factor log^{log_power} of the budget"


def _image(segment: Segment, cost: Cost) -> Set:
    """Return the exponents of the samples that belong to those of the features."""

    def samples(end: Expr | None) -> Expr | None:
        return None if end is None else cost.samples_exponent.subs(FEATURES_EXPONENT, end).factor()

    ends, closed = (samples(segment.lower), samples(segment.upper)), segment.closed
    if cost.features == 0:
        return FiniteSet(cost.samples_exponent)
    return Segment(lower=ends[1], upper=ends[0], closed=(closed[1], closed[0])).as_set()


def _mirrored(segment: Segment) -> Set:
    """Return the exponents of the ridge, which are minus those of its inverse."""
    ends = [None if end is None else -end for end in (segment.upper, segment.lower)]
    return Segment(lower=ends[0], upper=ends[1], closed=(segment.closed[1], segment.closed[0])).as_set()


def _single(choice: Set) -> Expr | Set:
    if isinstance(choice, FiniteSet) and len(choice) == 1:
        return next(iter(choice))
    return choice
