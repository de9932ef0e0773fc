r"""Rates of random-feature ridge regression as its sizes grow together, region by region.

Everything is built from the positive parts of the risk: with $\alpha=1-z/N$, $\beta=1-z/T$,
$c=z-q$, $P=S_1-S_2$ and $E=\alpha\beta+c(\alpha/T+\beta/N)$,
$$B=\frac{cS_1/N+\alpha P}{E},\qquad V=\frac{\sigma^2}{T}\,\frac{\alpha q+cz/N}{E},$$
which are bias and variance of `ridge` rewritten, so that no leading terms cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Integer, Mul, Pow, Symbol, oo, sympify
from sympy.core.relational import Relational

from . import symbols
from .best_exponent import BestCell, BestExponent, ExponentCell, best_exponents
from .cells import decompose
from .expansion import Expansion
from .monomial import ONE
from .parameter_domain import ParameterDomain
from .rate import Rate
from .rate_cells import RateCell, merge_rates, sum_of_rates
from .regions import Piece, Regions
from .relations import normalise_domain
from .ridge_balance import Balance, Setting, solve_setting, traces_at
from .terms import read_term


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rates of bias, variance and their sum over a domain of parameters.

    Parameters
    ----------
    domain :
        the parameters.
    bias_cells, variance_cells :
        regions of each part, in the conditions of the domain.
    order :
        parameters in the order in which conditions are solved for them.
    """

    domain: ParameterDomain
    bias_cells: tuple[RateCell, ...]
    variance_cells: tuple[RateCell, ...]
    order: tuple[Symbol, ...]

    @cached_property
    def bias(self) -> Regions[Rate]:
        """The part of the excess that remains without label noise."""
        return self._regions(self.bias_cells)

    @cached_property
    def variance(self) -> Regions[Rate]:
        """The part of the excess proportional to the label noise."""
        return self._regions(self.variance_cells)

    @cached_property
    def excess(self) -> Regions[Rate]:
        """The sum of both, with the part that leads as `dominant`.

        Raises
        ------
        UndecidedError
            If z3 cannot decide which part leads somewhere.
        """
        return self._regions(self.excess_cells)

    @cached_property
    def excess_cells(self) -> tuple[RateCell, ...]:
        """Regions of the sum, in the conditions of the domain."""
        return sum_of_rates(self.domain, self.bias_cells, self.variance_cells)

    def best(self, *over: Symbol, of: str = "excess") -> Regions[BestExponent]:
        r"""Minimise the exponent over parameters such as $l$ in a ridge $T^{-l}$, one after another.

        Parameters
        ----------
        over :
            parameters to choose, each the best for the ones named after it: `best(l)` is the optimal
            ridge for given features, and the smallest choice of `best(l, q)` the fewest features that
            reach the best rate of all.
        of :
            "excess", "bias" or "variance".

        Raises
        ------
        ValueError
            If `over` names no parameter, the exponent is not linear in one, or falls without bound.
        UndecidedError
            If z3 cannot decide a comparison.

        >>> from sympy import oo
        >>> from . import PowerLaw, RandomFeatureRidge, symbols
        >>> l, T = Symbol("l", real=True), symbols.samples
        >>> rates = RandomFeatureRidge(spectrum=PowerLaw()).rates(features=oo, ridge=T**-l)
        >>> rates.best(l).at({symbols.decay: 2}).exponent, rates.best(l).at({symbols.decay: 2}).choice
        (-1/2, {0})
        """
        domain, found = self.best_cells(*over, of=of)
        order = [symbol for symbol in self.order if symbol not in over]
        pieces = (Piece(domain.relations(cell.conditions, order), cell.best) for cell in found)
        return Regions(tuple(pieces), domain.where)

    def best_cells(self, *over: Symbol, of: str = "excess") -> tuple[ParameterDomain, tuple[BestCell, ...]]:
        """Return the regions of `best` in the conditions of the domain of the other parameters."""
        if of not in ("excess", "bias", "variance"):
            raise ValueError(f"`of` is {of!r}; use 'excess', 'bias' or 'variance'")
        unknown = [symbol for symbol in over if symbol not in self.order]
        if unknown or not over:
            names = ", ".join(map(str, self.order))
            raise ValueError(
                f"`over` is {', '.join(map(str, over)) or 'empty'}; name parameters out of {names}"
            )
        domain = self.domain
        rates: tuple[RateCell, ...] = getattr(self, f"{of}_cells")
        cells = [
            ExponentCell(conditions=c.conditions, exponent=c.rate.exponent(), log_power=c.rate.log_power)
            for c in rates
        ]
        found: tuple[BestCell, ...] = ()
        for knob in over:
            domain, found = best_exponents(cells, domain, knob, self.order)
            cells = [
                ExponentCell(conditions=c.conditions, exponent=c.best.exponent, log_power=c.best.log_power)
                for c in found
            ]
        return domain, found

    def _regions(self, cells: Iterable[RateCell]) -> Regions[Rate]:
        pieces = []
        for cell in cells:
            pieces.append(Piece(self.domain.relations(cell.conditions, self.order), cell.rate))
        return Regions(tuple(pieces), self.domain.where)


def ridge_rates(
    *,
    decay: Expr,
    source: Expr,
    noise: Expr,
    features: Expr,
    samples: Expr,
    ridge: Expr,
    where: Iterable[Relational] = (),
) -> Rates:
    r"""Derive the rates of bias and variance as the sizes grow together.

    Parameters
    ----------
    decay, source :
        $a > 1$ and $b > 1$: symbols or numbers; the size of the spectrum is infinite.
    noise :
        $\sigma^2$, free of the growing variable.
    features, samples, ridge :
        monomials in one growing variable, such as $T^q$, $T$ and $cT^{-l}$; `oo` for infinite
        features or samples, 0 for no ridge.
    where :
        relations between the parameters; $a>1$, $b>1$ and positive growth are added.

    Returns
    -------
    Rates
        regions of full dimension first, then the surfaces between them.

    Raises
    ------
    ValueError
        If a size is no monomial in the growing variable, does not grow, or if the ridge vanishes
        where features and samples can be equal.
    UndecidedError
        If z3 cannot decide a comparison.
    """
    sizes = {"features": sympify(features), "samples": sympify(samples)}
    variable = _growing_variable(sizes)
    # beside infinitely many samples no ridge matters
    penalty = sympify(0 if sizes["samples"] == oo else ridge)
    where = normalise_domain([*where, decay > 1, source > 1, *_growth(sizes, variable)])
    given = {**sizes, "ridge": penalty}
    exponents = [_exponent(name, size, variable) for name, size in given.items() if size not in (0, oo)]
    parameters = _parameters(exponents, decay, source)

    def compute(cell: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> tuple[Rate, Rate]:
        def grown(size: Expr) -> Expansion | None:
            if size in (0, oo):
                return None
            return Expansion.of(size.subs(eliminated), variable, where=cell)

        setting = Setting(
            decay=decay.subs(eliminated),
            variable=variable,
            features=grown(sizes["features"]),
            samples=grown(sizes["samples"]),
            ridge=grown(penalty),
            where=cell,
        )
        return _rates_at(setting, source.subs(eliminated), noise)

    cells = decompose(compute, where, parameters)
    domain = ParameterDomain(where, parameters)
    parts = [
        tuple(
            RateCell(conditions=cell.conditions(domain), rate=r, eliminated=cell.eliminated)
            for r in cell.value
        )
        for cell in cells
    ]

    def part(number: int) -> tuple[RateCell, ...]:
        return merge_rates(domain, [part[number] for part in parts])

    return Rates(domain=domain, bias_cells=part(0), variance_cells=part(1), order=tuple(parameters))


def _rates_at(setting: Setting, source: Expr, noise: Expr) -> tuple[Rate, Rate]:
    balance = solve_setting(setting)
    parts = risk_parts(setting, balance, traces_at(setting, balance, source), noise)

    def rate(value: Expansion) -> Rate:
        return Rate(expansion=value, regime=balance.regime, decay=setting.decay, implicit=balance.implicit)

    return rate(parts["bias"]), rate(parts["variance"])


def risk_parts(
    setting: Setting, balance: Balance, traces: Mapping[str, Expansion], noise: Expr
) -> Mapping[str, Expansion]:
    r"""Return the leading terms of bias and variance at a root, what was next in their errors.

    Parameters
    ----------
    setting :
        the sizes.
    balance, traces :
        the root and the traces there, as `solve_setting` and `traces_at` find them.
    noise :
        $\sigma^2$.
    """
    alpha, beta, gap = balance.free_features, balance.free_samples, traces["gap"]
    zero = alpha * 0

    def over(value: Expansion, size: Expansion | None) -> Expansion:
        return zero if size is None else value / size

    mixed = (over(alpha, setting.samples) + over(beta, setting.features)).truncated()
    inverse = (alpha * beta + gap * mixed).truncated().power(Integer(-1), corrections=0)
    signal = (over(gap * traces["signal"], setting.features) + alpha * traces["kept"]).truncated()
    spread = (alpha * traces["df2"] + over(gap * traces["df1"], setting.features)).truncated() * noise
    parts = {"bias": signal * inverse, "variance": over(spread * inverse, setting.samples)}
    return {
        name: value.leading_with_error() if value.coefficients or value.error else value
        for name, value in parts.items()
    }


def _growing_variable(sizes: Mapping[str, Expr]) -> Symbol:
    """Return the variable of which the sizes are powers: the samples, or the features, or a common base."""
    for name in ("samples", "features"):
        if isinstance(sizes[name], Symbol):
            return sizes[name]
    bases = {
        part.base
        for size in sizes.values()
        for part in Mul.make_args(size)
        if isinstance(part, Pow) and isinstance(part.base, Symbol)
    }
    if len(bases) == 1:
        return bases.pop()
    raise ValueError(
        f"`samples` is {sizes['samples']} and `features` is {sizes['features']}; they must be powers of one "
        "growing variable, a symbol"
    )


def _growth(sizes: Mapping[str, Expr], variable: Symbol) -> list[Relational]:
    relations = []
    for name, size in sizes.items():
        if size == oo:
            continue
        relation = _exponent(name, size, variable) > 0
        if relation == False:  # noqa: E712 -- SymPy's BooleanFalse is not the Python singleton
            raise ValueError(
                f"`{name}` is {size}, which does not grow with {variable}; its exponent must be > 0"
            )
        relations.append(relation)
    return relations


def _exponent(name: str, size: Expr, variable: Symbol) -> Expr:
    """Return the exponent of a size, a positive monomial in the growing variable."""
    try:
        coefficient, monomial = read_term(size, variable)
    except ValueError:
        coefficient, monomial = Integer(0), ONE
    if not coefficient.is_positive or monomial.log_power != 0:
        raise ValueError(f"`{name}` is {size}; give a positive number times a power of {variable}")
    return monomial.exponent


def _parameters(exponents: Iterable[Expr], decay: Expr, source: Expr) -> list[Symbol]:
    """Order the parameters: those of ridge and sizes are eliminated before those of the spectrum."""
    spectrum = sympify(decay).free_symbols | sympify(source).free_symbols
    coupling = {symbol for exponent in exponents for symbol in exponent.free_symbols} - spectrum
    last = [symbol for symbol in (symbols.source, symbols.decay) if symbol in spectrum]
    return sorted(coupling, key=str) + last + sorted(spectrum - set(last), key=str)
